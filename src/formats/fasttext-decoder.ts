import { FormatError } from "../errors/index.js";
import type { FastTextRecord } from "./fasttext.js";
import { type LineBlock, visitLines } from "./line-blocks.js";
import type { RecordDecoder } from "./record-stream.js";
import { labelPrefix } from "./text-rules.js";

/**
 * Kinds of {@link FastTextFault}.
 *
 * - `blank-line`: nothing on the line;
 * - `no-label`, `no-text`: a line that training learns nothing from, or only noise;
 * - `empty-label`: `__label__` with no name, often a label that began with a blank;
 * - `byte-order-mark`: makes the first line's label an ordinary word;
 * - `carriage-return`, `odd-separator`: CRLF line ends; tabs, NUL, runs of blanks, blanks at the ends. Harmless to training.
 *
 * @public
 */
export type FastTextFaultKind =
  | "blank-line"
  | "no-label"
  | "no-text"
  | "empty-label"
  | "byte-order-mark"
  | "carriage-return"
  | "odd-separator";

/** A fault of one line, without its place. */
export interface LineFault {
  readonly kind: FastTextFaultKind;
  readonly problem: string;
}

export const format = "fastText";

const separators = /[\0\t-\r ]+/;
const oddSeparator = /[\0\t-\r]| {2}|^ | $/;

/** Words of one line. */
export function parseLine(line: string): FastTextRecord {
  const labels: string[] = [];
  if (oddSeparator.test(line)) return sorted(line, labels);
  // The usual line: labels first, one blank between words.
  let at = 0;
  while (line.startsWith(labelPrefix, at)) {
    const blank = line.indexOf(" ", at);
    labels.push(line.slice(at + labelPrefix.length, blank < 0 ? line.length : blank));
    at = blank < 0 ? line.length : blank + 1;
  }
  const text = line.slice(at);
  if (text.includes(` ${labelPrefix}`)) {
    labels.length = 0;
    return sorted(line, labels);
  }
  return { labels, text };
}

function sorted(line: string, labels: string[]): FastTextRecord {
  const words: string[] = [];
  for (const word of line.split(separators)) {
    if (word.startsWith(labelPrefix)) labels.push(word.slice(labelPrefix.length));
    else if (word !== "") words.push(word);
  }
  return { labels, text: words.join(" ") };
}

/** What is wrong with a line, besides a byte order mark. */
export function lineFaults(line: string, record: FastTextRecord): LineFault[] {
  const faults: LineFault[] = [];
  const { labels, text } = record;
  const crlf = line.endsWith("\r");
  if (text === "" && labels.length === 0) {
    faults.push({ kind: "blank-line", problem: "the line is blank" });
  } else if (labels.length === 0) {
    faults.push({ kind: "no-label", problem: `no word starts with ${labelPrefix}` });
  } else if (text === "") {
    faults.push({ kind: "no-text", problem: "a label, but no text" });
  }
  if (labels.includes("")) {
    faults.push({ kind: "empty-label", problem: `${labelPrefix} with no name; is there a blank after the prefix?` });
  }
  if (crlf) faults.push({ kind: "carriage-return", problem: "the line ends with CR LF instead of LF" });
  if (faults[0]?.kind !== "blank-line" && oddSeparator.test(crlf ? line.slice(0, -1) : line)) {
    faults.push({ kind: "odd-separator", problem: "words are separated by something other than one blank" });
  }
  return faults;
}

export class FastTextDecoder implements RecordDecoder<FastTextRecord> {
  nextLine = 1;
  readonly #strict: boolean;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  decode(block: LineBlock, records: FastTextRecord[]): void {
    if (this.#strict && block.byteOrderMark) {
      throw fault("the file starts with a byte order mark, which makes the first label an ordinary word", block, 1, 0);
    }
    visitLines(block, this.nextLine, format, (line, number, byteOffset) => {
      this.nextLine = number + 1;
      const record = parseLine(line);
      const problem = this.#strict ? lineFaults(line, record)[0]?.problem : undefined;
      if (problem !== undefined) throw fault(problem, block, number, byteOffset);
      if (record.text !== "" || record.labels.length > 0) records.push(record);
    });
  }
}

function fault(problem: string, block: LineBlock, record: number, byteOffset: number): FormatError {
  return new FormatError(problem, { code: "FORMAT_INVALID_RECORD", format, source: block.source, record, byteOffset });
}
