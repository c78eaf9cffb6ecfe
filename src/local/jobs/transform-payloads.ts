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
  const records = lines(fileChunks(path, options.gzip), options.maxBytes);
  if (options.strategy === "SingleRecord") {
    yield* records;
    return;
  }
  let batch: Uint8Array[] = [];
  let size = 0;
  for await (const record of records) {
    if (batch.length > 0 && size + 1 + record.length > options.maxBytes) {
      yield joined(batch, size);
      batch = [];
      size = 0;
    }
    size += record.length + (batch.length > 0 ? 1 : 0);
    batch.push(record);
  }
  if (batch.length > 0) yield joined(batch, size);
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

function joined(records: readonly Uint8Array[], size: number): Uint8Array {
  const body = new Uint8Array(size);
  let offset = 0;
  for (const [index, record] of records.entries()) {
    if (index > 0) body[offset++] = LINE_FEED;
    body.set(record, offset);
    offset += record.length;
  }
  return body;
}
