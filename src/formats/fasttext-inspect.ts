import { isAscii } from "node:buffer";
import { checkKnownKeys } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { fastTextReadDefaults } from "./fasttext.js";
import { type FastTextFaultKind, fastTextProblems, format } from "./fasttext-decoder.js";
import { FastTextScan } from "./fasttext-scan.js";
import { checkedMaxLineBytes, lineBlocks, refuseInvalidUtf8 } from "./line-blocks.js";

/**
 * One fault of a fastText file.
 *
 * @public
 */
export interface FastTextFault {
  readonly kind: FastTextFaultKind;
  /** `error`: training suffers. `warning`: fastText reads the line as meant. */
  readonly severity: "error" | "warning";
  /** Counts from 1. */
  readonly line: number;
  /** Position of the line in the file. */
  readonly byteOffset: number;
  readonly message: string;
}

/**
 * What {@link inspectFastText} found.
 *
 * @public
 */
export interface FastTextReport {
  readonly lines: number;
  /** Lines with at least one label and one word: what supervised training learns from. */
  readonly examples: number;
  /** Lines for each label, most frequent first. */
  readonly labelCounts: ReadonlyMap<string, number>;
  /** How often each kind of fault occurs; kinds that do not occur are absent. */
  readonly faultCounts: Readonly<Partial<Record<FastTextFaultKind, number>>>;
  /** The first faults of each kind, in the order of the file. */
  readonly faults: readonly FastTextFault[];
}

/**
 * Options of {@link inspectFastText}.
 *
 * @public
 */
export interface FastTextInspectOptions {
  /**
   * Faults of each kind that are listed; all are counted.
   *
   * @defaultValue 5
   */
  readonly maxFaultsPerKind?: number | undefined;
  /**
   * Longest line that is read, bytes.
   *
   * @defaultValue 67108864 (64 MiB)
   */
  readonly maxLineBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const harmless: ReadonlySet<FastTextFaultKind> = new Set(["carriage-return", "odd-separator"]);

/**
 * Looks through a fastText training file before it costs money: counts lines, examples and labels, and lists faults with
 * line numbers.
 *
 * @remarks Reads the file once; holds one block and one counter per label.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for bytes that are not UTF-8 or a line over the limit
 * @public
 */
export async function inspectFastText(
  source: ByteSource,
  options: FastTextInspectOptions = {},
): Promise<FastTextReport> {
  checkKnownKeys(options, ["maxFaultsPerKind", "maxLineBytes", "signal"], "inspectFastText");
  const maxLineBytes = checkedMaxLineBytes(options.maxLineBytes, fastTextReadDefaults.maxLineBytes);
  const scan = new FastTextScan(options.maxFaultsPerKind ?? 5);
  for await (const block of lineBlocks(source, {
    format,
    maxLineBytes,
    signal: options.signal,
    nextLine: () => scan.lines + 1,
  })) {
    if (!isAscii(block.buffer.subarray(block.start, block.end))) refuseInvalidUtf8(block, scan.lines + 1, format);
    scan.add(block);
  }
  const faultCounts = scan.faultCounts as Partial<Record<FastTextFaultKind, number>>;
  const faults = scan.faults.map(({ kind, line, byteOffset }) => {
    const known = kind as FastTextFaultKind;
    const severity = harmless.has(known) ? ("warning" as const) : ("error" as const);
    return { kind: known, severity, line, byteOffset, message: fastTextProblems[known] };
  });
  return { lines: scan.lines, examples: scan.examples, labelCounts: scan.labelCounts, faultCounts, faults };
}
