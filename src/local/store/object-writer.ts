import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { type Checksum, type ChecksumAlgorithm, createChecksum } from "./checksums.js";

/** Small pieces are gathered to blocks of this size before they are hashed and written: far fewer calls. */
const BLOCK_BYTES = 1 << 20;
/** A file of up to this size is read or written in one synchronous go: that costs less than the way through the thread pool. */
export const SMALL_BYTES = 64 * 1024;

/** A finished temporary file, ready to become an object or a part of one. */
export interface WrittenFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly md5: Buffer;
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, Buffer>;
}

/** Writes a temporary file and hashes it on the way. */
export class ObjectWriter {
  readonly #path: string;
  readonly #sizeHint: number;
  readonly #md5 = createHash("md5");
  readonly #checksums = new Map<ChecksumAlgorithm, Checksum>();
  #handle: FileHandle | undefined;
  #block: Buffer | undefined;
  #filled = 0;
  #sizeBytes = 0;

  /**
   * @param path - must not exist
   * @param sizeHint - expected size in bytes, so that a small object takes a small buffer
   */
  constructor(path: string, algorithms: Iterable<ChecksumAlgorithm> = [], sizeHint = BLOCK_BYTES) {
    this.#path = path;
    this.#sizeHint = sizeHint;
    for (const algorithm of algorithms) this.#checksums.set(algorithm, createChecksum(algorithm));
  }

  /** Bytes taken so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Appends bytes; the array may be reused when the promise resolves. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#sizeBytes += bytes.length;
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#filled === 0 && rest.length >= BLOCK_BYTES) {
        await this.#flush(rest.subarray(0, BLOCK_BYTES));
        rest = rest.subarray(BLOCK_BYTES);
        continue;
      }
      const block = this.#room(rest.length);
      const taken = Math.min(rest.length, block.length - this.#filled);
      block.set(rest.subarray(0, taken), this.#filled);
      this.#filled += taken;
      rest = rest.subarray(taken);
      if (this.#filled === BLOCK_BYTES) await this.#flushBlock();
    }
  }

  /** Appends a block as it is, outside all sums: for bytes whose sums are known. Not to be mixed with {@link ObjectWriter.write}. */
  async append(block: Uint8Array): Promise<void> {
    this.#handle ??= await open(this.#path, "wx");
    await this.#handle.writeFile(block);
    this.#sizeBytes += block.length;
  }

  /** Ends the file. */
  async finish(): Promise<WrittenFile> {
    if (!this.#handle && this.#filled <= SMALL_BYTES) {
      const bytes = this.#block?.subarray(0, this.#filled) ?? new Uint8Array();
      this.#sum(bytes);
      writeFileSync(this.#path, bytes, { flag: "wx" });
    } else {
      await this.#flushBlock();
      await this.#handle?.close();
    }
    const checksums = new Map([...this.#checksums].map(([algorithm, checksum]) => [algorithm, checksum.digest()]));
    return { path: this.#path, sizeBytes: this.#sizeBytes, md5: this.#md5.digest(), checksums };
  }

  /** Throws the file away. */
  async discard(): Promise<void> {
    await this.#handle?.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  #room(wanted: number): Buffer {
    if (this.#block && this.#block.length > this.#filled) return this.#block;
    const size = this.#block ? BLOCK_BYTES : Math.min(BLOCK_BYTES, Math.max(wanted, this.#sizeHint));
    const block = Buffer.allocUnsafe(size);
    this.#block?.copy(block, 0, 0, this.#filled);
    this.#block = block;
    return block;
  }

  async #flushBlock(): Promise<void> {
    if (this.#filled === 0 || !this.#block) return;
    await this.#flush(this.#block.subarray(0, this.#filled));
    this.#filled = 0;
  }

  async #flush(bytes: Uint8Array): Promise<void> {
    this.#handle ??= await open(this.#path, "wx");
    const written = this.#handle.writeFile(bytes);
    // The disk works while the processor hashes.
    this.#sum(bytes);
    await written;
  }

  #sum(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    for (const checksum of this.#checksums.values()) checksum.update(bytes);
  }
}
