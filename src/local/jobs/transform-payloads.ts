import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

/** How one input file becomes requests. */
export interface PayloadOptions {
  readonly split: "None" | "Line";
  readonly strategy: "MultiRecord" | "SingleRecord";
  readonly gzip: boolean;
  readonly maxBytes: number;
}

/** A record does not fit into one request. */
export class PayloadTooLarge extends Error {
  constructor() {
    super("Too much data for max payload size");
    this.name = "PayloadTooLarge";
  }
}

const LINE_FEED = 10;

/**
 * Cuts a file into request bodies, in order, holding little more than one of them in memory.
 *
 * With `Line` and `MultiRecord` as many whole lines as fit are joined; with `SingleRecord` every line is a request of
 * its own. A line feed at the end of the file does not start another record. Without splitting the file is one request.
 *
 * @throws PayloadTooLarge when one record exceeds `maxBytes`
 */
export async function* payloads(path: string, options: PayloadOptions): AsyncGenerator<Uint8Array> {
  if (options.split === "None") {
    yield await whole(fileChunks(path, options.gzip), options.maxBytes);
    return;
  }
  const chunks = fileChunks(path, options.gzip);
  yield* options.strategy === "SingleRecord" ? lines(chunks, options.maxBytes) : batches(chunks, options.maxBytes);
}

async function* fileChunks(path: string, gzip: boolean): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  // The callback takes the error that the loop below sees as well.
  const source = gzip ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    for await (const chunk of source) yield chunk as Uint8Array;
  } finally {
    source.destroy();
    file.destroy();
  }
}

async function whole(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) throw new PayloadTooLarge();
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
}

/** Lines without their line feed. */
async function* lines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end);
      if (restBytes + piece.length > maxBytes) throw new PayloadTooLarge();
      if (end < 0) {
        if (piece.length > 0) rest.push(piece);
        restBytes += piece.length;
        break;
      }
      yield rest.length === 0 ? piece : Buffer.concat([...rest, piece]);
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}

/** As many whole lines as fit into a request, cut at the last line feed within the limit. */
async function* batches(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size <= maxBytes) continue;
    let rest = Buffer.concat(parts, size);
    while (rest.length > maxBytes) {
      const end = rest.lastIndexOf(LINE_FEED, maxBytes);
      if (end < 0) throw new PayloadTooLarge();
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
    parts = [rest];
    size = rest.length;
  }
  if (size === 0) return;
  const rest = Buffer.concat(parts, size);
  yield rest.at(-1) === LINE_FEED ? rest.subarray(0, -1) : rest;
}
