import { type AtomicFile, createAtomicFile } from "./atomic-file.js";
import type { WriteOptions, WriteResult } from "./record-writer.js";
import type { FrameBuffer } from "./recordio-frame.js";

/**
 * Where the index of a RecordIO file goes.
 *
 * @public
 */
export interface IndexedWriteOptions extends WriteOptions {
  /**
   * Path of the index file; false writes none.
   *
   * @defaultValue the path of the file with `.idx` instead of `.rec`
   */
  readonly index?: string | URL | false | undefined;
}

/**
 * What was written.
 *
 * @public
 */
export interface ImageRecordsResult extends WriteResult {
  /** Undefined when no index was asked for. */
  readonly indexPath: string | undefined;
}

/** Produces frames: after every step those in the buffer are written when they are many. */
export interface FrameProducer {
  readonly frames: FrameBuffer;
  readonly steps: AsyncIterable<void>;
  readonly count: () => number;
}

/** The path with another ending; appended when the path has no `.rec`. */
export function indexPathOf(file: string | URL): string | URL {
  if (typeof file === "string") return `${file.replace(/\.rec$/iu, "")}.idx`;
  const url = new URL(file);
  url.pathname = `${url.pathname.replace(/\.rec$/iu, "")}.idx`;
  return url;
}

/** Frames are written once they are this many bytes; small steps only let others run. */
const flushBytes = 1024 * 1024;

/** The index is written in pieces of so many characters: a write of a few lines costs as much as one of many. */
const flushIndexLength = 32 * 1024;

/** Writes frames and their index to files that appear only when both are complete. */
export async function writeIndexed(
  file: string | URL,
  options: IndexedWriteOptions,
  producer: (index: (id: number, frames: FrameBuffer) => void) => FrameProducer,
): Promise<ImageRecordsResult> {
  const { index = indexPathOf(file), signal } = options;
  signal?.throwIfAborted();
  const output = await createAtomicFile(file);
  let indexOutput: AtomicFile | undefined;
  try {
    if (index !== false) indexOutput = await createAtomicFile(index);
    let lines = "";
    const { frames, steps, count } = producer((id, buffer) => {
      if (indexOutput) lines += `${id}\t${output.bytes + buffer.length}\n`;
    });
    const flush = async (): Promise<void> => {
      await output.write(frames.empty());
    };
    const flushIndex = async (): Promise<void> => {
      await indexOutput?.write(Buffer.from(lines, "latin1"));
      lines = "";
    };
    for await (const _ of steps) {
      if (frames.length >= flushBytes) await flush();
      else await new Promise((resolve) => setImmediate(resolve));
      if (lines.length >= flushIndexLength) await flushIndex();
    }
    await flush();
    await flushIndex();
    signal?.throwIfAborted();
    await output.commit();
    await indexOutput?.commit();
    return { path: output.path, records: count(), bytes: output.bytes, indexPath: indexOutput?.path };
  } catch (error) {
    await output.discard();
    await indexOutput?.discard();
    throw error;
  }
}
