import type { TransferProgress } from "./upload-options.js";

/** Adds up how far a transfer is, and tells. */
export class ProgressCounter {
  readonly #bytesTotal: number | undefined;
  readonly #filesTotal: number;
  readonly #tell: ((progress: TransferProgress) => void) | undefined;
  #bytesDone = 0;
  #filesDone = 0;

  constructor(
    bytesTotal: number | undefined,
    filesTotal: number,
    tell: ((progress: TransferProgress) => void) | undefined,
  ) {
    this.#bytesTotal = bytesTotal;
    this.#filesTotal = filesTotal;
    this.#tell = tell;
  }

  /** Some bytes of an object have arrived. */
  bytes(key: string, count: number): void {
    this.#bytesDone += count;
    this.#report(key);
  }

  /** An object is complete, with its last bytes. */
  file(key: string, lastBytes = 0): void {
    this.#bytesDone += lastBytes;
    this.#filesDone++;
    this.#report(key);
  }

  #report(key: string): void {
    this.#tell?.({
      bytesDone: this.#bytesDone,
      bytesTotal: this.#bytesTotal,
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      key,
    });
  }
}
