import { type FileHandle, open } from "node:fs/promises";
import { FormatError, ValidationError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import { decodeImageRecord, type ImageRecord } from "./image-record.js";
import type { OpenImageRecordsOptions } from "./image-record-file.js";
import { readImageRecords } from "./image-records.js";
import { lineBlocks } from "./line-blocks.js";
import { pathOf } from "./node-files.js";
import { decodedLines, type RecordDecoder } from "./record-stream.js";
import { FrameScanner, frameFault } from "./recordio-frames.js";
import { visitLines } from "./visit-lines.js";
import { indexPathOf } from "./write-indexed.js";

const indexFormat = "RecordIO index";
/** Read at once: most images fit. */
const firstRead = 64 * 1024;

/**
 * An open RecordIO file of images; {@link openImageRecords} makes it.
 *
 * @public
 */
export class ImageRecordReader implements AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  /** Ascending. */
  readonly #ids: Float64Array;
  readonly #offsets: Float64Array;

  private constructor(path: string, handle: FileHandle, ids: Float64Array, offsets: Float64Array) {
    this.path = path;
    this.#handle = handle;
    this.#ids = ids;
    this.#offsets = offsets;
  }

  /** @internal */
  static async open(file: string | URL, options: OpenImageRecordsOptions): Promise<ImageRecordReader> {
    const path = pathOf(file);
    options.signal?.throwIfAborted();
    const entries = (await indexEntries(options.index ?? indexPathOf(file), options)) ?? (await walked(path, options));
    const order = Uint32Array.from(entries.ids.keys());
    order.sort((a, b) => (entries.ids[a] as number) - (entries.ids[b] as number));
    const ids = Float64Array.from(order, (at) => entries.ids[at] as number);
    const offsets = Float64Array.from(order, (at) => entries.offsets[at] as number);
    return new ImageRecordReader(path, await open(path, "r"), ids, offsets);
  }

  /** Number of records. */
  get size(): number {
    return this.#ids.length;
  }

  /** Ids in ascending order. */
  ids(): IterableIterator<number> {
    return this.#ids.values();
  }

  has(id: number): boolean {
    return this.#find(id) >= 0;
  }

  /**
   * The image with this id.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` for an id that is not in the file
   * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` when at its place stands no record, or that of another id
   */
  async get(id: number): Promise<ImageRecord> {
    const position = this.#find(id);
    if (position < 0) {
      const message = `no record has the id ${shown(id)}; the file has ${this.size} records`;
      throw new ValidationError("image records", [{ path: [], message }], "INVALID_INPUT");
    }
    const byteOffset = this.#offsets[position] as number;
    const scanner = new FrameScanner(
      (frame, source) => {
        const record = decodeImageRecord(frame, source);
        if (record.id === id) return record;
        const place = { source, record: frame.record, byteOffset };
        throw frameFault(`the index says id ${id}, the record has ${record.id}`, place);
      },
      this.path,
      position + 1,
    );
    const records: ImageRecord[] = [];
    for (let at = byteOffset, size = firstRead; ; ) {
      const bytes = await this.#read(at, size);
      scanner.use(bytes);
      // One frame at a time: behind the record stand others.
      const used = scanner.scan(0, bytes.length, at, records, 1);
      const [record] = records;
      if (record !== undefined) return record;
      if (used === 0 && (bytes.length < size || scanner.needed <= size)) throw scanner.cutShort(at, bytes.length);
      at += used;
      size = Math.max(firstRead, scanner.needed);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#handle.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  }

  #find(id: number): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return this.#ids[low] === id ? low : -1;
  }
}

interface Entries {
  readonly ids: number[];
  readonly offsets: number[];
}

async function indexEntries(file: string | URL, options: OpenImageRecordsOptions): Promise<Entries | undefined> {
  const entries: Entries = { ids: [], offsets: [] };
  const lines = decodedLines(
    (nextLine) => lineBlocks(file, { format: indexFormat, maxLineBytes: 4096, signal: options.signal, nextLine }),
    () => new IndexDecoder(),
  );
  try {
    for await (const batch of lines.batches()) {
      for (const [id, offset] of batch) {
        entries.ids.push(id);
        entries.offsets.push(offset);
      }
    }
  } catch (error) {
    // Only the file that was not asked for by name may be missing.
    if (options.index === undefined && (error as { readonly code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
  return entries;
}

async function walked(path: string, options: OpenImageRecordsOptions): Promise<Entries> {
  const entries: Entries = { ids: [], offsets: [] };
  for await (const batch of readImageRecords(path, { signal: options.signal }).batches()) {
    for (const { id, byteOffset } of batch) {
      entries.ids.push(id);
      entries.offsets.push(byteOffset);
    }
  }
  return entries;
}

/** Lines of id, tab and byte offset. */
class IndexDecoder implements RecordDecoder<readonly [id: number, byteOffset: number]> {
  nextLine = 1;

  decode(block: Parameters<typeof visitLines>[0], records: (readonly [number, number])[]): void {
    visitLines(block, this.nextLine, indexFormat, (line, number, byteOffset) => {
      this.nextLine = number + 1;
      const match = /^(\d{1,16})\t(\d{1,16})\r?$/u.exec(line);
      if (match === null) {
        throw new FormatError(`expected id, tab and byte offset, got ${shown(line)}`, {
          code: "FORMAT_INVALID_RECORD",
          format: indexFormat,
          source: block.source,
          record: number,
          byteOffset,
        });
      }
      records.push([Number(match[1]), Number(match[2])]);
    });
  }
}
