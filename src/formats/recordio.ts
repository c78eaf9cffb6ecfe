import { checkKnownKeys, shown } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { RecordFault } from "./record-fault.js";
import { pullRecords, type RecordSource } from "./record-source.js";
import { RecordStream } from "./record-stream.js";
import type { WriteOptions } from "./record-writer.js";
import { FrameBuffer } from "./recordio-frame.js";
import { format, frameBatches } from "./recordio-frames.js";

/**
 * Options of the readers of RecordIO files.
 *
 * @public
 */
export interface RecordIOReadOptions {
  readonly signal?: AbortSignal | undefined;
}

const chunkBytes = 256 * 1024;

/**
 * Encodes payloads as RecordIO frames, as MXNet does: a payload that holds the magic number is split there.
 *
 * @remarks For images use {@link encodeImageRecords}, which puts the image header before them.
 *
 * @param payloads - bytes, or texts that are encoded as UTF-8
 * @returns chunks of about 256 KiB that belong to the consumer
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` for a payload over 512 MiB or of another type
 * @see https://mxnet.apache.org/versions/1.9.1/api/architecture/note_data_loading
 * @public
 */
export async function* encodeRecordIO(
  payloads: RecordSource<Uint8Array | string>,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  checkKnownKeys(options, ["signal"], "RecordIO writer");
  const frames = new FrameBuffer(chunkBytes + 4096);
  let records = 0;
  const sink = {
    take(payload: Uint8Array | string): boolean {
      records++;
      try {
        const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
        if (!(bytes instanceof Uint8Array)) throw new RecordFault(`expected bytes or text, got ${shown(payload)}`);
        frames.reserve(bytes.length);
        const start = frames.begin();
        frames.buffer.set(bytes, start);
        frames.length += bytes.length;
        frames.end(start);
      } catch (error) {
        throw error instanceof RecordFault ? error.toFormatError(format, records, "record") : error;
      }
      return frames.length >= chunkBytes;
    },
  };
  for await (const _ of pullRecords(payloads, sink, options.signal)) yield frames.release();
  if (frames.length > 0) yield frames.release();
}

/**
 * Reads the payloads of RecordIO frames; those that were split are joined.
 *
 * @remarks For images use {@link readImageRecords}. Holds one block of 1 MiB, or one record if that is more.
 *
 * @param source - file path, bytes or a stream of bytes
 * @returns views into blocks that are not used again
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` naming record number and byte offset: a wrong magic number, a file
 * that is cut short, parts in a wrong order
 * @public
 */
export function readRecordIO(source: ByteSource, options: RecordIOReadOptions = {}): RecordStream<Uint8Array> {
  checkKnownKeys(options, ["signal"], "readRecordIO");
  return new RecordStream(() => frameBatches<Uint8Array>(source, (frame) => frame.from(0), options.signal));
}
