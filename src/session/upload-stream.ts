import { raceAbort } from "../internal/abort.js";
import { multipartUpload, type Part, type PartSource, streamPartSize } from "./multipart.js";
import { type ObjectTarget, putObject } from "./object-writer.js";
import type { PartPool } from "./part-pool.js";
import type { S3Context } from "./s3-context.js";
import type { PutOptions } from "./upload-options.js";

/** A source of bytes of unknown length. */
export type ByteStream = AsyncIterable<Uint8Array | string>;

/**
 * Writes a stream of unknown length: with one request when it fits into one part, in parts otherwise. The bytes are gathered
 * in buffers of the pool, so that every part can be sent again when the connection breaks.
 *
 * @returns size of the object, bytes
 */
export async function uploadStream(
  s3: S3Context,
  target: ObjectTarget,
  stream: ByteStream,
  pool: PartPool,
  options: PutOptions & {
    readonly signal: AbortSignal;
    readonly partSizeBytes: number;
    readonly concurrency: number;
    readonly onPart: (bytes: number) => void;
  },
): Promise<number> {
  const chunks = new Chunks(stream);
  try {
    const { partSizeBytes, signal } = options;
    const buffer = await pool.take(partSizeBytes, signal);
    const filled = await chunks.fill(buffer, partSizeBytes, signal);
    if (!chunks.ended) {
      const first: Part = { body: buffer.subarray(0, filled), done: () => pool.give(buffer) };
      const parts: PartSource = (ended) => streamParts(first, chunks, pool, partSizeBytes, ended);
      return await multipartUpload(s3, target, parts, options);
    }
    await putObject(s3, target, buffer.subarray(0, filled), options);
    options.onPart(filled);
    return filled;
  } catch (error) {
    chunks.abandon(error);
    throw error;
  }
}

async function* streamParts(
  first: Part,
  chunks: Chunks,
  pool: PartPool,
  partSizeBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Part> {
  yield first;
  for (let partNumber = 2; !chunks.ended; partNumber++) {
    const size = streamPartSize(partNumber, partSizeBytes);
    const buffer = await pool.take(size, signal);
    let filled = 0;
    try {
      filled = await chunks.fill(buffer, size, signal);
    } catch (error) {
      pool.give(buffer);
      throw error;
    }
    if (filled === 0) pool.give(buffer);
    else yield { body: buffer.subarray(0, filled), done: () => pool.give(buffer) };
  }
}

/** Reads a stream into buffers of a size of our own choice. */
class Chunks {
  readonly #stream: ByteStream;
  readonly #iterator: AsyncIterator<Uint8Array | string>;
  #rest: Uint8Array = new Uint8Array(0);
  /** True when the last byte has been given out. */
  ended = false;

  constructor(stream: ByteStream) {
    this.#stream = stream;
    this.#iterator = stream[Symbol.asyncIterator]();
  }

  /** Fills the first `size` bytes of the buffer; fewer only at the end of the stream. */
  async fill(buffer: Buffer, size: number, signal: AbortSignal): Promise<number> {
    let filled = 0;
    while (filled < size) {
      if (this.#rest.byteLength === 0) {
        const next = await raceAbort(this.#next(), signal);
        if (next.done) {
          this.ended = true;
          break;
        }
        this.#rest = typeof next.value === "string" ? Buffer.from(next.value) : next.value;
      }
      const taken = this.#rest.subarray(0, size - filled);
      buffer.set(taken, filled);
      filled += taken.byteLength;
      this.#rest = this.#rest.subarray(taken.byteLength);
    }
    return filled;
  }

  /** Waiting is given up at an abort, so a late failure of the source may find nobody who listens. */
  #next(): Promise<IteratorResult<Uint8Array | string>> {
    const next = this.#iterator.next();
    next.catch(() => undefined);
    return next;
  }

  /** Tells the source that nobody reads on. Not waited for: a source that hangs would hang this too. */
  abandon(reason: unknown): void {
    if (this.ended) return;
    this.ended = true;
    const { destroy } = this.#stream as { destroy?: (error?: Error) => void };
    // A Node stream that is destroyed with an error and has no listener for it would end the process.
    if (typeof destroy === "function") destroy.call(this.#stream);
    else Promise.resolve(this.#iterator.return?.(reason)).catch(() => undefined);
  }
}
