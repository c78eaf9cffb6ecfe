import { FormatError } from "../errors/index.js";
import type { FastTextRecord } from "./fasttext.js";
import type { LineBlock } from "./line-blocks.js";
import type { RecordDecoder } from "./record-stream.js";
import { labelPrefix } from "./text-rules.js";
import { visitLines } from "./visit-lines.js";

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

/** What each kind of fault means, as the end of a sentence about the line. */
export const fastTextProblems: Readonly<Record<FastTextFaultKind, string>> = Object.freeze({
  "blank-line": "the line is blank",
  "no-label": `no word starts with ${labelPrefix}`,
  "no-text": "a label, but no text",
  "empty-label": `${labelPrefix} with no name; is there a blank after the prefix?`,
  "byte-order-mark": "the file starts with a byte order mark, which makes the first label an ordinary word",
  "carriage-return": "the line ends with CR LF instead of LF",
  "odd-separator": "words are separated by something other than one blank",
});

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
  const kinds: FastTextFaultKind[] = [];
  const { labels, text } = record;
  const crlf = line.endsWith("\r");
  if (text === "" && labels.length === 0) kinds.push("blank-line");
  else if (labels.length === 0) kinds.push("no-label");
  else if (text === "") kinds.push("no-text");
  if (labels.includes("")) kinds.push("empty-label");
  if (crlf) kinds.push("carriage-return");
  if (kinds[0] !== "blank-line" && oddSeparator.test(crlf ? line.slice(0, -1) : line)) kinds.push("odd-separator");
  return kinds.map((kind) => ({ kind, problem: fastTextProblems[kind] }));
}

export class FastTextDecoder implements RecordDecoder<FastTextRecord> {
  nextLine = 1;
  readonly #strict: boolean;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  decode(block: LineBlock, records: FastTextRecord[]): void {
    if (this.#strict && block.byteOrderMark) {
      throw fault(fastTextProblems["byte-order-mark"], block, 1, 0);
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
