import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ValidationError } from "../errors/index.js";
import {
  type ByteSource,
  checkedMaxLineBytes,
  type LineBlock,
  lineBlocks,
  sizeOf,
  type WriteResult,
} from "../formats/index.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { seededRandom } from "../internal/random.js";
import { LineOutput } from "./line-outputs.js";
import { checkedSeed } from "./options.js";
import { copyBytes, keyBytes, RowBuckets, readKey } from "./row-buckets.js";
import { RowSorter } from "./row-sorter.js";

/**
 * Options of {@link shuffleLines}.
 *
 * @public
 */
export interface ShuffleLinesOptions {
  /**
   * Whole number that decides about the order. The same seed gives the same order on every machine and for every
   * `memoryBytes`.
   *
   * @defaultValue 0
   */
  readonly seed?: number | undefined;
  /**
   * Bytes of rows that are held at a time, at least 65536. The process needs about three times as much.
   *
   * @defaultValue 8388608 (8 MiB)
   */
  readonly memoryBytes?: number | undefined;
  /** Folder for temporary files, which together are a little larger than the source. Default: the folder of the output. */
  readonly temporaryFolder?: string | undefined;
  /**
   * Longest row that is read, bytes; a longer one is an error instead of an exhausted memory.
   *
   * @defaultValue 67108864 (64 MiB)
   */
  readonly maxLineBytes?: number | undefined;
  /** Stops the work; the call then rejects with `signal.reason` and no file is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link ShuffleLinesOptions}. */
export const shuffleLinesDefaults = Object.freeze({
  seed: 0,
  memoryBytes: 8 * 1024 * 1024,
  maxLineBytes: 64 * 1024 * 1024,
} as const);

/**
 * Writes the lines of a file or stream in random order, also when they are larger than memory.
 *
 * @remarks
 * Every row gets a random number; rows go to temporary files by its first bits, and each file is then sorted in memory.
 * Sources smaller than `memoryBytes` need no temporary file. Rows are copied as bytes and never decoded; a byte order mark
 * is dropped, and a last line without line end gets one. Source and output may be the same file.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @param file - path or `file:` URL of the file to write; it appears when it is complete
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for a row over the limit
 * @public
 */
export async function shuffleLines(
  source: ByteSource,
  file: string | URL,
  options: ShuffleLinesOptions = {},
): Promise<WriteResult> {
  checkKnownKeys(options, ["seed", "memoryBytes", "temporaryFolder", "maxLineBytes", "signal"], "shuffleLines");
  const { signal } = options;
  signal?.throwIfAborted();
  const seed = checkedSeed(options.seed, "shuffleLines");
  const memoryBytes = checkedMemory(options.memoryBytes ?? shuffleLinesDefaults.memoryBytes);
  const maxLineBytes = checkedMaxLineBytes(options.maxLineBytes, shuffleLinesDefaults.maxLineBytes);
  const parent = options.temporaryFolder ?? dirname(resolve(typeof file === "string" ? file : fileURLToPath(file)));

  const size = await sizeOf(source);
  const bits = bitsFor(size, memoryBytes);
  // A small source does not need all of the memory; keys and line ends make it at most seven times larger.
  const memory = Buffer.allocUnsafeSlow(size === undefined ? memoryBytes : Math.min(memoryBytes, size * 7 + 64));
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, ".shuffle-"));
  let output: LineOutput | undefined;
  try {
    output = await LineOutput.create(file);
    const random = seededRandom(seed);
    const buckets = new RowBuckets(bits, 0, memory, join(folder, "rows"));
    const blocks = lineBlocks(source, { format: "lines", maxLineBytes, signal });
    await distribute(blocks, buckets, 0, () => Math.floor(random.next() * 4294967296));
    await emptyInto(output, buckets, memory, new RowSorter(), signal);
    await output.flush();
    signal?.throwIfAborted();
    return await output.commit();
  } catch (error) {
    await output?.discard();
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Moves the rows of the blocks to their buckets. A row starts `skip` bytes after the line. */
async function distribute(
  blocks: AsyncIterable<LineBlock>,
  buckets: RowBuckets,
  skip: number,
  keyOf: (buffer: Buffer, at: number) => number,
): Promise<void> {
  try {
    for await (const { buffer, start, end } of blocks) {
      for (let at = start; at < end; ) {
        const feed = buffer.indexOf(0x0a, at);
        const to = feed < 0 || feed >= end ? end : feed;
        const key = keyOf(buffer, at);
        if (!buckets.add(key, buffer, at + skip, to)) await buckets.addSlowly(key, buffer, at + skip, to);
        at = to + 1;
      }
    }
    await buckets.finish();
  } finally {
    await buckets.close();
  }
}

/** Sorts bucket after bucket; one that is too large for the memory is cut by its next bits first. */
async function emptyInto(
  output: LineOutput,
  buckets: RowBuckets,
  memory: Buffer,
  sorter: RowSorter,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const bucket of buckets.all) {
    signal?.throwIfAborted();
    if (!bucket.spilled || bucket.bytes <= memory.length || buckets.lastBits) {
      await writeSorted(output, await bucket.load(memory), sorter);
    } else {
      const finer = new RowBuckets(
        bitsFor(bucket.bytes, memory.length),
        buckets.depth + buckets.bits,
        memory,
        bucket.path,
      );
      await distribute(
        lineBlocks(bucket.path, { format: "lines", maxLineBytes: Number.MAX_SAFE_INTEGER, signal }),
        finer,
        keyBytes,
        readKey,
      );
      await emptyInto(output, finer, memory, sorter, signal);
    }
    if (bucket.spilled) await rm(bucket.path, { force: true });
  }
}

async function writeSorted(output: LineOutput, bytes: Buffer, sorter: RowSorter): Promise<void> {
  sorter.sort(bytes);
  const { starts, order, rows } = sorter;
  for (let index = 0; index < rows; index++) {
    const row = order[index] as number;
    const start = (starts[row] as number) + keyBytes;
    const end = starts[row + 1] as number;
    if (output.buffer.length - output.length < end - start) await output.reserve(end - start);
    copyBytes(bytes, start, end, output.buffer, output.length);
    output.length += end - start;
    output.rows++;
  }
}

function bitsFor(sizeBytes: number | undefined, memoryBytes: number): number {
  if (sizeBytes === undefined) return 6;
  // Half as much again for the keys of short rows, and because chance does not fill the buckets evenly.
  return Math.min(8, Math.max(0, Math.ceil(Math.log2((sizeBytes * 1.5) / memoryBytes))));
}

function checkedMemory(value: number): number {
  if (!Number.isSafeInteger(value) || value < 65_536) {
    const message = `memoryBytes must be a whole number, at least 65536; got ${shown(value)}`;
    throw new ValidationError("shuffleLines", [{ path: ["memoryBytes"], message }]);
  }
  return value;
}
