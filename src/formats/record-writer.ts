import { pullRecords, type RecordSink, type RecordSource } from "./record-source.js";
import { writeChunks } from "./write-chunks.js";

/**
 * What every writer accepts.
 *
 * @public
 */
export interface WriteOptions {
  /** Stops the work; the call then rejects with `signal.reason` and no file is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What was written to a file.
 *
 * @public
 */
export interface WriteResult {
  readonly path: string;
  /** Records, which is also lines. */
  readonly records: number;
  readonly bytes: number;
}

/** Gathers records as text. */
export interface BatchEncoder<T> {
  /** Takes one record; the number of characters gathered so far. */
  add(record: T): number;
  /** Hands the gathered text out, as it is or encoded, and starts anew. Bytes are valid until the next `add`. */
  text(): string | Buffer;
  /** Looks at the text as it was encoded; what to write instead, or undefined when it is right. */
  corrected?(bytes: Buffer, start: number, end: number): string | undefined;
}

/** Gathers lines made by a function that gets the record and its number, from 1. */
export class LineEncoder<T> implements BatchEncoder<T> {
  readonly #line: (record: T, number: number) => string;
  #text = "";
  #records = 0;

  constructor(line: (record: T, number: number) => string) {
    this.#line = line;
  }

  add(record: T): number {
    this.#text += this.#line(record, ++this.#records);
    return this.#text.length;
  }

  text(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}

/**
 * Characters gathered before they are encoded: many small strings one by one cost more, larger batches fall out of the
 * processor's cache, and one character above U+00FF makes its whole batch twice as expensive.
 */
const batchLength = 64 * 1024;
/** Bytes handed to the file at once. An asynchronous write costs about 0.1 ms of CPU whatever its size. */
const fileChunkBytes = 512 * 1024;
/** Bytes of one chunk of {@link encodeRecords}. */
const streamChunkBytes = 128 * 1024;

/** Takes records and holds their bytes until they are asked for. */
export interface ByteGatherer<T> extends RecordSink<T> {
  /** Records taken so far. */
  readonly records: number;
  /** The bytes so far; they are valid until the next `take`. */
  empty(): Buffer;
  /** The bytes so far, in a buffer that is not used again. */
  release(): Buffer;
}

/** An encoder that gathers text, or what makes one that gathers bytes and is full at about so many. */
export type RecordEncoder<T> = BatchEncoder<T> | ((chunkBytes: number) => ByteGatherer<T>);

function gathererOf<T>(encoder: RecordEncoder<T>, chunkBytes: number): ByteGatherer<T> {
  return typeof encoder === "function" ? encoder(chunkBytes) : new ByteSink(encoder, chunkBytes);
}

/** Turns records into bytes, batch by batch. */
class ByteSink<T> implements ByteGatherer<T> {
  records = 0;
  readonly #encoder: BatchEncoder<T>;
  readonly #chunkBytes: number;
  #buffer: Buffer;
  #length = 0;

  constructor(encoder: BatchEncoder<T>, chunkBytes: number) {
    this.#encoder = encoder;
    this.#chunkBytes = chunkBytes;
    this.#buffer = newBuffer(chunkBytes);
  }

  take(record: T): boolean {
    this.records++;
    if (this.#encoder.add(record) < batchLength) return false;
    this.#encodeText();
    return this.#length >= this.#chunkBytes;
  }

  empty(): Buffer {
    this.#encodeText();
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  release(): Buffer {
    const bytes = this.empty();
    this.#buffer = newBuffer(this.#chunkBytes);
    return bytes;
  }

  #encodeText(): void {
    const start = this.#length;
    this.#append(this.#encoder.text());
    const corrected = this.#encoder.corrected?.(this.#buffer, start, this.#length);
    if (corrected === undefined) return;
    this.#length = start;
    this.#append(corrected);
  }

  #append(text: string | Buffer): void {
    const room = this.#buffer.length - spare - this.#length;
    if (text.length * 3 > room) {
      // Only a very long line comes here. A UTF-16 unit is at most three bytes of UTF-8.
      const needed = Buffer.byteLength(text);
      if (needed > room)
        this.#buffer = Buffer.concat([this.#buffer.subarray(0, this.#length)], this.#length + needed + spare);
    }
    if (typeof text === "string") this.#length += this.#buffer.write(text, this.#length);
    else this.#length += text.copy(this.#buffer, this.#length);
  }
}

/** Bytes behind the text that an encoder may overwrite when it looks at whole words. */
const spare = 8;

function newBuffer(chunkBytes: number): Buffer {
  return Buffer.allocUnsafeSlow(chunkBytes + batchLength * 4 + spare);
}

/** The records as chunks of bytes. Each chunk is a fresh buffer that the consumer may keep. */
export async function* encodeRecords<T>(
  records: RecordSource<T>,
  encoder: RecordEncoder<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const sink = gathererOf(encoder, streamChunkBytes);
  for await (const _ of pullRecords(records, sink, signal)) yield sink.release();
  const rest = sink.empty();
  if (rest.length > 0) yield rest;
}

/** Writes the records to a file that appears only when it is complete. */
export async function writeRecords<T>(
  file: string | URL,
  records: RecordSource<T>,
  encoder: RecordEncoder<T>,
  signal: AbortSignal | undefined,
): Promise<WriteResult> {
  signal?.throwIfAborted();
  const sink = gathererOf(encoder, fileChunkBytes);
  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    for await (const _ of pullRecords(records, sink, signal)) yield sink.empty();
    yield sink.empty();
  }
  return { ...(await writeChunks(file, chunks(), signal)), records: sink.records };
}
