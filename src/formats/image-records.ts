import { checkKnownKeys, shown } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { SeenNumbers } from "./duplicate-check.js";
import {
  decodeImageRecord,
  type ImageRecord,
  type ImageRecordInput,
  imageHeadBytes,
  putImageHead,
  takeImageRecords,
} from "./image-record.js";
import { RecordFault } from "./record-fault.js";
import { pullRecords, type RecordSink, type RecordSource } from "./record-source.js";
import { RecordStream } from "./record-stream.js";
import type { WriteOptions } from "./record-writer.js";
import type { RecordIOReadOptions } from "./recordio.js";
import { FrameBuffer } from "./recordio-frame.js";
import { format, frameBatches } from "./recordio-frames.js";
import { type ImageRecordsResult, type IndexedWriteOptions, writeIndexed } from "./write-indexed.js";

/**
 * Options of {@link writeImageRecords}.
 *
 * @public
 */
export interface ImageRecordsWriteOptions extends IndexedWriteOptions {}

const streamChunkBytes = 256 * 1024;

/**
 * Encodes images as an MXNet RecordIO file, the training format of Image Classification.
 *
 * @remarks
 * Byte for byte what MXNet's `MXRecordIO` and `pack` write. The image bytes are taken as they are, never encoded anew.
 *
 * @param records - id, labels and encoded image
 * @returns chunks of about 256 KiB that belong to the consumer, for an upload or a stream
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field; also for an id that came before
 * @public
 */
export async function* encodeImageRecords(
  records: RecordSource<ImageRecordInput>,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  checkKnownKeys(options, ["signal"], "image record writer");
  const sink = new ImageRecordSink(streamChunkBytes);
  for await (const _ of pullRecords(records, sink, options.signal)) yield sink.frames.release();
  if (sink.frames.length > 0) yield sink.frames.release();
}

/**
 * Writes images to an MXNet RecordIO file (`.rec`) and its index (`.idx`), as {@link encodeImageRecords} encodes them.
 *
 * @remarks
 * Both files appear under their names only when they are complete. Missing folders are made. To pack image files that an
 * image list names use {@link packImages}.
 *
 * @param file - path or `file:` URL of the `.rec` file
 * @param records - id, labels and encoded image
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field; also for an id that came before
 * @example
 * ```ts
 * await writeImageRecords("train.rec", [{ id: 7, labels: 3, image: await readFile("seven.png") }]);
 * ```
 * @public
 */
export async function writeImageRecords(
  file: string | URL,
  records: RecordSource<ImageRecordInput>,
  options: ImageRecordsWriteOptions = {},
): Promise<ImageRecordsResult> {
  checkKnownKeys(options, ["index", "signal"], "writeImageRecords");
  return writeIndexed(file, options, (index) => {
    const sink = new ImageRecordSink(undefined, index);
    return { frames: sink.frames, steps: pullRecords(records, sink, options.signal), count: () => sink.records };
  });
}

/**
 * Reads the images of an MXNet RecordIO file one after the other.
 *
 * @remarks Holds one block of 1 MiB, or one record if that is more. For access by id use {@link openImageRecords}.
 *
 * @param source - file path, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` naming record number and byte offset: a wrong magic number, a file
 * that is cut short, parts in a wrong order, a record without image header, recordio-protobuf
 * @example
 * ```ts
 * for await (const { id, labels, image } of readImageRecords("train.rec")) …
 * ```
 * @public
 */
export function readImageRecords(source: ByteSource, options: RecordIOReadOptions = {}): RecordStream<ImageRecord> {
  checkKnownKeys(options, ["signal"], "readImageRecords");
  return new RecordStream(() => frameBatches(source, decodeImageRecord, options.signal, takeImageRecords));
}

/** Called with id and place of every record. */
export type IndexSink = (id: number, frames: FrameBuffer) => void;

/** Turns images into frames. */
class ImageRecordSink implements RecordSink<ImageRecordInput> {
  records = 0;
  readonly frames: FrameBuffer;
  readonly #chunkBytes: number;
  readonly #index: IndexSink | undefined;
  readonly #ids = new SeenNumbers();

  constructor(chunkBytes = 1024 * 1024, index?: IndexSink) {
    this.#chunkBytes = chunkBytes;
    this.#index = index;
    this.frames = new FrameBuffer(chunkBytes + 64 * 1024);
  }

  take(record: ImageRecordInput): boolean {
    this.records++;
    try {
      if (record === null || typeof record !== "object") {
        throw new RecordFault(`expected { id, labels, image }, got ${shown(record)}`);
      }
      const { id, labels, image } = record;
      if (!(image instanceof Uint8Array)) throw new RecordFault(`expected bytes, got ${shown(image)}`, "image");
      if (image.length === 0) throw new RecordFault("the image is empty", "image");
      const { frames } = this;
      frames.reserve(imageHeadBytes(labels) + image.length);
      this.#index?.(id, frames);
      const start = frames.begin();
      putImageHead(frames, id, labels);
      if (this.#ids.add(id)) throw new RecordFault(`the id ${id} came before`, "id");
      frames.buffer.set(image, frames.length);
      frames.length += image.length;
      frames.end(start);
    } catch (error) {
      throw error instanceof RecordFault ? error.toFormatError(format, this.records) : error;
    }
    return this.frames.length >= this.#chunkBytes;
  }
}
