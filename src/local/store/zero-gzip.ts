import { constants, createDeflateRaw, type DeflateRaw, deflateRawSync } from "node:zlib";
import { appendZerosCrc32, crc32 } from "./crc32.js";

/** Zero runs are looked for in whole pages of this size. */
const PAGE_BYTES = 4096;
const ZERO_BLOCK = Buffer.alloc(1 << 20);
/** Short pieces between zero runs are stored uncompressed: a deflate call costs more than it saves. */
const MAX_STORED_BYTES = 8192;
/** Output is handed on in pieces of about this size. */
const DRAIN_BYTES = 1 << 20;

/** Where the gzip stream writes to. The bytes must be consumed before the promise resolves. */
export type ByteSink = (bytes: Uint8Array) => Promise<void>;

/**
 * Gzip writer that passes over runs of zero bytes nearly for free.
 *
 * A run becomes ready-made deflate fragments (made once per run length, each ends on a byte boundary and refers to
 * nothing before it), and its part of the checksum comes from arithmetic instead of from the bytes. Everything else goes
 * through an ordinary deflate stream, which is flushed fully before a run so that nothing after the run refers across it.
 * The result is one ordinary gzip member with neither name nor time: the same input gives the same bytes.
 */
export class ZeroAwareGzip {
  readonly #sink: ByteSink;
  readonly #deflate: DeflateRaw;
  /** Deflate output not handed on yet. */
  #compressed: Buffer[] = [];
  /** Fragments by run length; lengths below a page and powers of two pages occur. */
  readonly #fragments = new Map<number, Uint8Array>();
  /** Bytes that wait for more, so that few calls of deflate do and short pieces can be stored. */
  readonly #pending = Buffer.alloc(MAX_STORED_BYTES);
  #pendingBytes = 0;
  /** Deflate has taken bytes since the last zero run. */
  #open = false;
  #zeros = 0;
  #crc = 0;
  #totalBytes = 0;
  #out: Uint8Array[] = [];
  #outBytes = 0;

  constructor(sink: ByteSink, level = 1) {
    this.#sink = sink;
    this.#deflate = createDeflateRaw({ level, chunkSize: 256 * 1024 });
    this.#deflate.on("data", (bytes: Buffer) => this.#compressed.push(bytes));
    // Memory level 8, no name, no time; 255 is "unknown operating system".
    this.#emit(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255));
  }

  /** Compresses further bytes. The array may be reused when the promise resolves. */
  async write(bytes: Uint8Array): Promise<void> {
    let dataStart = 0;
    let position = 0;
    while (position < bytes.length) {
      const step = zeroLength(bytes, position);
      if (step === 0) {
        position = Math.min(bytes.length, position + PAGE_BYTES);
        continue;
      }
      if (position > dataStart) await this.#writeData(bytes.subarray(dataStart, position), true);
      this.#zeros += step;
      position += step;
      dataStart = position;
    }
    if (dataStart < bytes.length) await this.#writeData(bytes.subarray(dataStart), false);
    if (this.#outBytes >= DRAIN_BYTES) await this.#drain();
  }

  /** Ends the stream. Nothing may be written afterwards. */
  async finish(): Promise<void> {
    await this.#endZeros();
    await this.#endData();
    const tail = Buffer.alloc(10);
    // An empty final block, then checksum and length of the plain bytes.
    tail.set([0x03, 0x00]);
    tail.writeUInt32LE(this.#crc, 2);
    tail.writeUInt32LE(this.#totalBytes % 2 ** 32, 6);
    this.#emit(tail);
    await this.#drain();
  }

  /** Frees the deflate stream; to be called at the end in every case. */
  destroy(): void {
    this.#deflate.destroy();
  }

  /** @param beforeZeros - zeros at the end belong to the run that follows */
  async #writeData(bytes: Uint8Array, beforeZeros: boolean): Promise<void> {
    let start = 0;
    let end = bytes.length;
    if (this.#zeros > 0) {
      while (start < end && bytes[start] === 0) start++;
      this.#zeros += start;
    }
    if (beforeZeros) while (end > start && bytes[end - 1] === 0) end--;
    if (end > start) {
      await this.#endZeros();
      const data = bytes.subarray(start, end);
      this.#crc = crc32(data, this.#crc);
      this.#totalBytes += data.length;
      if (this.#pendingBytes + data.length > MAX_STORED_BYTES) await this.#compressPending();
      if (data.length > MAX_STORED_BYTES) {
        await this.#compress(data);
      } else {
        this.#pending.set(data, this.#pendingBytes);
        this.#pendingBytes += data.length;
      }
    }
    this.#zeros += bytes.length - end;
  }

  /** Writes out the zero run that has come to its end. */
  async #endZeros(): Promise<void> {
    if (this.#zeros === 0) return;
    const run = this.#zeros;
    this.#zeros = 0;
    await this.#endData();
    this.#crc = appendZerosCrc32(this.#crc, run);
    this.#totalBytes += run;
    let rest = run;
    for (let length = ZERO_BLOCK.length; length >= PAGE_BYTES; length /= 2) {
      for (; rest >= length; rest -= length) {
        this.#emit(this.#fragment(length));
        if (this.#outBytes >= DRAIN_BYTES) await this.#drain();
      }
    }
    if (rest > 0) this.#emit(this.#fragment(rest));
  }

  #fragment(length: number): Uint8Array {
    let fragment = this.#fragments.get(length);
    if (!fragment) {
      fragment = deflateRawSync(ZERO_BLOCK.subarray(0, length), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
      this.#fragments.set(length, fragment);
    }
    return fragment;
  }

  /** Brings everything before a zero run out, up to a byte boundary. */
  async #endData(): Promise<void> {
    if (this.#open) {
      await this.#compressPending();
      await new Promise<void>((resolve, reject) => {
        this.#deflate.once("error", reject);
        this.#deflate.flush(constants.Z_FULL_FLUSH, () => {
          this.#deflate.off("error", reject);
          resolve();
        });
      });
      this.#collect();
      this.#open = false;
      return;
    }
    if (this.#pendingBytes === 0) return;
    const header = Buffer.alloc(5);
    header.writeUInt16LE(this.#pendingBytes, 1);
    header.writeUInt16LE(this.#pendingBytes ^ 0xffff, 3);
    this.#emit(header);
    this.#emit(Uint8Array.from(this.#pending.subarray(0, this.#pendingBytes)));
    this.#pendingBytes = 0;
  }

  async #compressPending(): Promise<void> {
    const bytes = this.#pendingBytes;
    this.#pendingBytes = 0;
    await this.#compress(this.#pending.subarray(0, bytes));
  }

  async #compress(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#deflate.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    this.#open = true;
    this.#collect();
    if (this.#outBytes >= DRAIN_BYTES) await this.#drain();
  }

  /** The callback of a write can come before the last "data" event; reading brings that one about now. */
  #collect(): void {
    while (this.#deflate.read() !== null);
    for (const bytes of this.#compressed.splice(0)) this.#emit(bytes);
  }

  #emit(bytes: Uint8Array): void {
    this.#out.push(bytes);
    this.#outBytes += bytes.length;
  }

  async #drain(): Promise<void> {
    const out = this.#out;
    this.#out = [];
    this.#outBytes = 0;
    if (out.length > 0) await this.#sink(Buffer.concat(out));
  }
}

/** Length of the run of zero pages at a position, 0 when the page there holds anything else. */
function zeroLength(bytes: Uint8Array, position: number): number {
  const room = bytes.length - position;
  if (room >= ZERO_BLOCK.length && isZero(bytes, position, ZERO_BLOCK.length)) return ZERO_BLOCK.length;
  let length = 0;
  while (room - length >= PAGE_BYTES && isZero(bytes, position + length, PAGE_BYTES)) length += PAGE_BYTES;
  return length;
}

function isZero(bytes: Uint8Array, start: number, length: number): boolean {
  // Most blocks differ in their first byte already, which costs no call.
  return bytes[start] === 0 && ZERO_BLOCK.compare(bytes, start, start + length, 0, length) === 0;
}
