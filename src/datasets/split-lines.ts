import { ValidationError } from "../errors/index.js";
import {
  type ByteSource,
  checkedMaxLineBytes,
  isRepeatable,
  type LineBlock,
  lineBlocks,
  type WriteResult,
} from "../formats/index.js";
import { checkKnownKeys } from "../internal/options.js";
import { countRows } from "./count-rows.js";
import { LineOutput } from "./line-outputs.js";
import { checkedSeed } from "./options.js";
import { exactChooser, hashChooser, type RowChooser, randomChooser } from "./row-choosers.js";
import { checkedParts, type Part, rowsPerPart } from "./split-parts.js";

/**
 * One output of {@link splitLines}.
 *
 * @public
 */
export interface SplitOutput {
  /** File to write; missing folders are made. */
  readonly path: string | URL;
  /** Share of the rows, above 0 and at most 1. One output may have neither `share` nor `rows`: it gets the rest. */
  readonly share?: number | undefined;
  /** Number of rows; only with the method `exact`. */
  readonly rows?: number | undefined;
}

/**
 * How {@link splitLines} assigns rows. All keep the order of the rows within each output.
 *
 * - `random`: every row by chance; sizes are near the shares. One pass, any source.
 * - `exact`: by chance with exact sizes. Two passes: the source must be a file, `{ text }` or bytes.
 * - `content`: by a hash of the row. A row stays in its part when other rows are added, removed or reordered, and equal rows
 *   stay together; sizes are near the shares. One pass, any source.
 *
 * @public
 */
export type SplitMethod = "random" | "exact" | "content";

/**
 * Options of {@link splitLines}.
 *
 * @public
 */
export interface SplitLinesOptions<Name extends string> {
  /** The files to write, by a name of your choice. Their order is part of what the seed decides about. */
  readonly outputs: Readonly<Record<Name, SplitOutput>>;
  /**
   * @defaultValue "random"
   */
  readonly method?: SplitMethod | undefined;
  /**
   * Whole number that decides about the split. The same seed gives the same split on every machine.
   *
   * @defaultValue 0
   */
  readonly seed?: number | undefined;
  /**
   * Longest row that is read, bytes; a longer one is an error instead of an exhausted memory.
   *
   * @defaultValue 67108864 (64 MiB)
   */
  readonly maxLineBytes?: number | undefined;
  /** Stops the work; the call then rejects with `signal.reason` and no file is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link SplitLinesOptions}. */
export const splitLinesDefaults = Object.freeze({ method: "random", seed: 0, maxLineBytes: 64 * 1024 * 1024 } as const);

/**
 * Splits the lines of a file or stream into several files, in constant memory.
 *
 * @remarks
 * Rows are copied as bytes and never decoded, so any line format in any encoding that contains ASCII will do; every line is
 * one row, also a blank one. A byte order mark is dropped, and a last line without line end gets one. The files appear when
 * all of them are complete; on failure or abort none is left, and older files stay as they were.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @returns path, rows and bytes of each output
 * @throws {@link ValidationError} `INVALID_OPTIONS` when shares do not add up or a path is used twice
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for a row over the limit
 * @example
 * ```ts
 * const parts = await splitLines("all.txt", {
 *   outputs: { train: { path: "train.txt" }, validation: { path: "validation.txt", share: 0.2 } },
 *   method: "content",
 * });
 * console.log(parts.train.records);
 * ```
 * @public
 */
export async function splitLines<Name extends string>(
  source: ByteSource,
  options: SplitLinesOptions<Name>,
): Promise<Record<Name, WriteResult>> {
  checkKnownKeys(options, ["outputs", "method", "seed", "maxLineBytes", "signal"], "splitLines");
  const { signal } = options;
  signal?.throwIfAborted();
  const method = options.method ?? splitLinesDefaults.method;
  const seed = checkedSeed(options.seed, "splitLines");
  const parts = checkedParts(options.outputs, method);
  const blocks = rowBlocks(source, checkedMaxLineBytes(options.maxLineBytes, splitLinesDefaults.maxLineBytes), signal);
  const chooser = await chooserFor(method, parts, seed, source, blocks);

  const outputs: LineOutput[] = [];
  try {
    for (const part of parts) outputs.push(await LineOutput.create(part.path));
    for await (const block of blocks()) {
      // Every row of the block might go to the same output; one byte more for the line end of the last row.
      for (const output of outputs) await output.reserve(block.end - block.start + 1);
      copyRows(block, chooser, outputs);
    }
    chooser.finish?.();
    for (const output of outputs) await output.flush();
    signal?.throwIfAborted();
    await LineOutput.commitAll(outputs);
    const results = outputs.map((output, index) => [parts[index]?.name ?? "", output.result()]);
    return Object.fromEntries(results) as Record<Name, WriteResult>;
  } catch (error) {
    for (const output of outputs) await output.discard();
    throw error;
  }
}

function rowBlocks(
  source: ByteSource,
  maxLineBytes: number,
  signal: AbortSignal | undefined,
): () => AsyncIterable<LineBlock> {
  return () => lineBlocks(source, { format: "lines", maxLineBytes, signal });
}

async function chooserFor(
  method: SplitMethod,
  parts: readonly Part[],
  seed: number,
  source: ByteSource,
  blocks: () => AsyncIterable<LineBlock>,
): Promise<RowChooser> {
  if (method === "random") return randomChooser(parts, seed);
  if (method === "content") return hashChooser(parts, seed);
  if (!isRepeatable(source)) {
    const message =
      'the method "exact" reads its source twice; give a file path, or use "random" or "content" for a stream';
    throw new ValidationError("splitLines", [{ path: ["method"], message }]);
  }
  let rows = 0;
  for await (const block of blocks()) rows += countRows(block);
  return exactChooser(rowsPerPart(parts, rows), seed);
}

const lineFeed = 0x0a;
/** Rows at least this long on average are found and copied by the runtime; below, its cost per call is more than the work. */
const longRowBytes = 64;

/** Copies every row of the block to the output that the chooser names. */
function copyRows(block: LineBlock, chooser: RowChooser, outputs: readonly LineOutput[]): void {
  const { buffer, start, end } = block;
  const complete = buffer[end - 1] === lineFeed;
  const { choose } = chooser;
  let at = start;
  let rows = 0;
  // Complete rows first: the search for their end needs no bound.
  const last = complete ? end : buffer.lastIndexOf(lineFeed, end - 1) + 1;
  while (at < last) {
    if (rows >= 64 && (at - start) / rows >= longRowBytes) break;
    const output = outputs[choose(buffer, at, last)] as LineOutput;
    const target = output.buffer;
    let to = output.length;
    let byte: number;
    do {
      byte = buffer[at++] as number;
      target[to++] = byte;
    } while (byte !== lineFeed);
    output.length = to;
    output.rows++;
    rows++;
  }
  while (at < end) {
    const feed = buffer.indexOf(lineFeed, at);
    const to = feed < 0 || feed >= end ? end : feed + 1;
    const output = outputs[choose(buffer, at, to)] as LineOutput;
    output.buffer.set(buffer.subarray(at, to), output.length);
    output.length += to - at;
    output.rows++;
    at = to;
    if (at === end && !complete) output.buffer[output.length++] = lineFeed;
  }
}
