import { checkKnownKeys } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { fastTextReadDefaults } from "./fasttext.js";
import { type FastTextFaultKind, format, lineFaults, parseLine } from "./fasttext-decoder.js";
import { checkedMaxLineBytes, lineBlocks, visitLines } from "./line-blocks.js";

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
  const maxFaults = options.maxFaultsPerKind ?? 5;
  const labelCounts = new Map<string, number>();
  const faultCounts: Partial<Record<FastTextFaultKind, number>> = {};
  const faults: FastTextFault[] = [];
  let nextLine = 1;
  let examples = 0;

  const note = (kind: FastTextFaultKind, message: string, line: number, byteOffset: number): void => {
    const count = (faultCounts[kind] ?? 0) + 1;
    faultCounts[kind] = count;
    if (count > maxFaults) return;
    faults.push({ kind, severity: harmless.has(kind) ? "warning" : "error", line, byteOffset, message });
  };

  for await (const block of lineBlocks(source, {
    format,
    maxLineBytes,
    signal: options.signal,
    nextLine: () => nextLine,
  })) {
    if (block.byteOrderMark) {
      note(
        "byte-order-mark",
        "the file starts with a byte order mark, which makes the first label an ordinary word",
        1,
        0,
      );
    }
    nextLine = visitLines(block, nextLine, format, (line, number, byteOffset) => {
      const record = parseLine(line);
      for (const { kind, problem } of lineFaults(line, record)) note(kind, problem, number, byteOffset);
      if (record.labels.length > 0 && record.text !== "") examples++;
      for (const label of new Set(record.labels)) labelCounts.set(label, (labelCounts.get(label) ?? 0) + 1);
    });
  }
  const byCount = [...labelCounts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return { lines: nextLine - 1, examples, labelCounts: new Map(byCount), faultCounts, faults };
}
