import { closeSync, constants, openSync, readSync } from "node:fs";
import { shown } from "../internal/options.js";
import { SeenNumbers } from "./duplicate-check.js";
import { sniffImageFormat } from "./image-format.js";
import { checkPath, type ListRecord } from "./image-list.js";
import { imageHeadBytes, putImageHead } from "./image-record.js";
import type { IndexSink } from "./image-records.js";
import { pathOf } from "./node-files.js";
import { RecordFault } from "./record-fault.js";
import { pullRecords, type RecordSink, type RecordSource } from "./record-source.js";
import { FrameBuffer } from "./recordio-frame.js";
import type { FrameProducer } from "./write-indexed.js";

/** Files that are read before other work may run, unless the buffer is full earlier. */
const filesPerStep = 256;
const bufferBytes = 1024 * 1024;
/** Room for a file whose size is not known: most images fit at once. */
const firstRead = 128 * 1024;

/** Reads the files of a list straight into frames. */
export function packer(
  records: RecordSource<ListRecord>,
  root: string | URL,
  checkImages: boolean,
  index: IndexSink,
  signal: AbortSignal | undefined,
): FrameProducer {
  const sink = new ImageFileSink(pathOf(root), checkImages, index);
  return { frames: sink.frames, steps: pullRecords(records, sink, signal), count: () => sink.records };
}

class ImageFileSink implements RecordSink<ListRecord> {
  records = 0;
  readonly frames = new FrameBuffer(bufferBytes + firstRead * 2);
  readonly #prefix: string;
  readonly #checkImages: boolean;
  readonly #index: IndexSink;
  readonly #ids = new SeenNumbers();

  constructor(root: string, checkImages: boolean, index: IndexSink) {
    this.#prefix = root === "" ? "" : root.endsWith("/") ? root : `${root}/`;
    this.#checkImages = checkImages;
    this.#index = index;
  }

  take(record: ListRecord): boolean {
    this.records++;
    try {
      if (record === null || typeof record !== "object") {
        throw new RecordFault(`expected { index, labels, path }, got ${shown(record)}`);
      }
      this.#add(record);
    } catch (error) {
      throw error instanceof RecordFault ? error.toFormatError("image list", this.records) : error;
    }
    return this.frames.length >= bufferBytes || this.records % filesPerStep === 0;
  }

  #add({ index, labels, path }: ListRecord): void {
    const { frames } = this;
    checkPath(path);
    frames.reserve(imageHeadBytes(labels) + firstRead);
    this.#index(index, frames);
    const start = frames.begin();
    putImageHead(frames, index, labels);
    if (this.#ids.add(index)) throw new RecordFault(`the index ${index} came before`, "index");
    const image = frames.length;
    this.#append(path);
    if (frames.length === image) throw new RecordFault(`the file ${shown(path)} is empty`, "path");
    if (this.#checkImages && !beginsLikeImage(frames, image)) {
      const format = sniffImageFormat(frames.buffer.subarray(image, frames.length));
      const found = format === undefined ? "no image that is known" : `a ${format.toUpperCase()} image`;
      throw new RecordFault(`${shown(path)} is ${found}; PNG and JPEG are expected`, "path");
    }
    frames.end(start);
  }

  /** Asks for no size: the read that comes back short says that the file is at its end. */
  #append(path: string): void {
    const { frames } = this;
    const file = this.#open(path);
    try {
      for (;;) {
        // Four bytes stay free for the zeros behind the payload.
        const room = frames.buffer.length - frames.length - 4;
        const count = readSync(file, frames.buffer, frames.length, room, null);
        frames.length += count;
        if (count < room) return;
        frames.reserve(frames.buffer.length);
      }
    } catch (error) {
      throw withReason(error, path);
    } finally {
      closeSync(file);
    }
  }

  #open(path: string): number {
    try {
      return openSync(this.#prefix + path, constants.O_RDONLY);
    } catch (error) {
      throw withReason(error, path);
    }
  }
}

function beginsLikeImage({ view, length }: FrameBuffer, at: number): boolean {
  if (length - at < 8) return false;
  const start = view.getUint32(at);
  return start === 0x89504e47 || start >>> 8 === 0xffd8ff;
}

/** The faults of a list: a file that is not there, a folder. Others, such as missing rights, stay as they are. */
function withReason(error: unknown, path: string): unknown {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === "ENOENT" || code === "ENOTDIR") return new RecordFault(`the file ${shown(path)} does not exist`, "path");
  if (code === "EISDIR") return new RecordFault(`${shown(path)} is a folder`, "path");
  return error;
}
