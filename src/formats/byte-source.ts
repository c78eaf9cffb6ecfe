import { ValidationError } from "../errors/index.js";
import { raceAbort } from "../internal/abort.js";
import { shown } from "../internal/options.js";
import { abandon } from "./abandon.js";

/**
 * Where bytes are read from.
 *
 * @remarks
 * - a string or `URL`: path of a file;
 * - `{ text }`: the content itself;
 * - a `Uint8Array`: the content itself;
 * - an iterable or async iterable of chunks: a Node `Readable`, the body of an S3 object, an array of Buffers.
 *   How the content is cut into chunks never matters. Text chunks are encoded as UTF-8. A stream is closed at the end,
 *   on failure and on abort.
 *
 * @public
 */
export type ByteSource =
  | string
  | URL
  | { readonly text: string }
  | Uint8Array
  | Iterable<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>;

/** Bytes that can be read one after the other. */
export interface ByteReader {
  /** File path, for messages. */
  readonly name: string | undefined;
  /** Size of the content, when it is known beforehand. */
  readonly sizeBytes: number | undefined;
  /** Reads at most `target.length - offset` bytes to `offset`; 0 means the end. */
  read(target: Buffer, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens a source for one pass. */
export async function openBytes(source: ByteSource, signal?: AbortSignal): Promise<ByteReader> {
  signal?.throwIfAborted();
  if (typeof source === "string" || source instanceof URL) {
    const { openFile } = await import("./node-files.js");
    return openFile(source, signal);
  }
  if (source instanceof Uint8Array) return chunkReader([source], source.byteLength, signal);
  if (source && typeof source === "object") {
    if (isText(source)) {
      const bytes = Buffer.from(source.text);
      return chunkReader([bytes], bytes.byteLength, signal);
    }
    if (Symbol.asyncIterator in source || Symbol.iterator in source) return chunkReader(source, undefined, signal);
  }
  throw new ValidationError(
    "source",
    [{ path: [], message: `expected a file path, { text }, bytes or a stream of bytes, got ${shown(source)}` }],
    "INVALID_INPUT",
  );
}

/** True when the source can be read more than once. */
export function isRepeatable(source: ByteSource): source is string | URL | { readonly text: string } | Uint8Array {
  return typeof source === "string" || source instanceof URL || source instanceof Uint8Array || isText(source);
}

/** Streams of the web have a method of that name. */
function isText(source: object): source is { readonly text: string } {
  return "text" in source && typeof source.text === "string";
}

/** Size of the content in bytes, when it is known without reading it. */
export async function sizeOf(source: ByteSource): Promise<number | undefined> {
  if (!isRepeatable(source)) return undefined;
  const reader = await openBytes(source);
  await reader.close();
  return reader.sizeBytes;
}

function chunkReader(
  chunks: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
  sizeBytes: number | undefined,
  signal: AbortSignal | undefined,
): ByteReader {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let position = 0;
  let done = false;
  /** A text chunk may end between the two halves of a surrogate pair. */
  let half = "";

  const encoded = (text: string): Uint8Array => {
    const whole = half + text;
    const last = whole.charCodeAt(whole.length - 1);
    half = last >= 0xd800 && last <= 0xdbff ? whole.slice(-1) : "";
    return Buffer.from(half ? whole.slice(0, -1) : whole);
  };
  const next = async (): Promise<void> => {
    const pending = iterator.next();
    const result = pending instanceof Promise ? await raceAbort(pending, signal) : pending;
    position = 0;
    if (result.done) {
      done = true;
      chunk = Buffer.from(half);
    } else if (typeof result.value === "string") {
      chunk = encoded(result.value);
    } else if (result.value instanceof Uint8Array) {
      chunk = result.value;
    } else {
      throw new ValidationError(
        "source",
        [{ path: [], message: `a stream of bytes gave ${shown(result.value)} instead of a Uint8Array or text` }],
        "INVALID_INPUT",
      );
    }
  };

  return {
    name: undefined,
    sizeBytes,
    async read(target, offset) {
      while (position === chunk.length) {
        if (done) return 0;
        await next();
      }
      const count = Math.min(chunk.length - position, target.length - offset);
      target.set(chunk.subarray(position, position + count), offset);
      position += count;
      return count;
    },
    async close() {
      if (done) return;
      done = true;
      if (signal?.aborted) {
        abandon(chunks, iterator);
        return;
      }
      await iterator.return?.();
    },
  };
}
