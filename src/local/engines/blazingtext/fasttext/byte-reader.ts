import { FormatError } from "../../../../errors/index.js";

const FORMAT = "fastText model";

/** Reads numbers and arrays from pieces of bytes, without ever holding more than one piece and what is left of the last. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #source: string | undefined;
  readonly #sizeBytes: number;
  #buffer: Uint8Array = new Uint8Array(0);
  #start = 0;
  /** Offset in the file of `#buffer[0]`. */
  #base = 0;

  /**
   * @param pieces - the bytes in order; a piece may be overwritten by its owner as soon as the next one is asked for
   * @param sizeBytes - length of the whole file
   */
  constructor(pieces: AsyncIterable<Uint8Array>, sizeBytes: number, source: string | undefined) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#sizeBytes = sizeBytes;
    this.#source = source;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#base + this.#start;
  }

  /** Bytes that the file still has. */
  get bytesLeft(): number {
    return this.#sizeBytes - this.offset;
  }

  /** Bytes at hand; a view that the next call of {@link more} makes invalid. */
  get available(): Uint8Array {
    return this.#buffer.subarray(this.#start);
  }

  /** Marks bytes of {@link available} as read. */
  skip(bytes: number): void {
    this.#start += bytes;
  }

  /** Gets the next piece behind what is at hand. */
  async more(what: string): Promise<void> {
    const kept = this.#buffer.slice(this.#start);
    this.#base += this.#start;
    this.#start = 0;
    const next = await this.#pieces.next();
    if (next.done) {
      this.#buffer = kept;
      throw this.fault(`the file ends within ${what}; it was cut off`);
    }
    if (kept.length === 0) this.#buffer = next.value;
    else {
      this.#buffer = new Uint8Array(kept.length + next.value.length);
      this.#buffer.set(kept);
      this.#buffer.set(next.value, kept.length);
    }
  }

  /** A view of the next `bytes` bytes, for short fields. */
  async fields(bytes: number, what: string): Promise<DataView> {
    while (this.#buffer.length - this.#start < bytes) await this.more(what);
    const view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset + this.#start, bytes);
    this.#start += bytes;
    return view;
  }

  /** Fills `target` with the next bytes. */
  async fill(target: Uint8Array, what: string): Promise<void> {
    let filled = 0;
    while (filled < target.length) {
      if (this.#start === this.#buffer.length) await this.more(what);
      const part = this.#buffer.subarray(this.#start, this.#start + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#start += part.length;
    }
  }

  /** Refuses a length that the file cannot hold, before memory is taken for it. */
  expect(bytes: number, what: string): void {
    if (bytes >= 0 && bytes <= this.bytesLeft) return;
    throw this.fault(
      `${what} needs ${bytes} bytes, but ${this.bytesLeft} of the file's ${this.#sizeBytes} are left; ` +
        "the file was cut off or is damaged",
    );
  }

  fault(problem: string): FormatError {
    return new FormatError(problem, {
      code: "FORMAT_CORRUPT_INPUT",
      format: FORMAT,
      source: this.#source,
      byteOffset: this.offset,
    });
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}

/** A 64-bit integer as a number; NaN when it is too large to be one. */
export function int64(view: DataView, at: number): number {
  const value = view.getInt32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}
