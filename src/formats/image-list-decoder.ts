import { isAscii } from "node:buffer";
import { FormatError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import { SeenNumbers, SeenTexts } from "./duplicate-check.js";
import type { ListRecord } from "./image-list.js";
import { type LineBlock, lineFeed } from "./line-blocks.js";
import { RecordFault } from "./record-fault.js";
import type { RecordDecoder } from "./record-stream.js";
import { visitLines } from "./visit-lines.js";

/** Name of the format, for messages. */
export const format = "image list";
const wholeNumber = /^\d{1,16}$/u;
/** What Python's `float` takes, without infinities and NaN. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u;

/** Decodes lines of an image list. */
export class ImageListDecoder implements RecordDecoder<ListRecord> {
  nextLine = 1;
  readonly #strict: boolean;
  readonly #seen: { readonly indexes: SeenNumbers; readonly paths: SeenTexts } | undefined;

  constructor(strict: boolean, unique: boolean) {
    this.#strict = strict;
    this.#seen = unique ? { indexes: new SeenNumbers(), paths: new SeenTexts() } : undefined;
  }

  decode(block: LineBlock, records: ListRecord[]): void {
    const { buffer, start, end, byteOffset } = block;
    let rest = block;
    if (this.#seen === undefined && isAscii(buffer.subarray(start, end)) && !(this.#strict && block.byteOrderMark)) {
      const before = records.length;
      const at = takePlainLines(buffer, start, end, records);
      this.nextLine += records.length - before;
      if (at === end) return;
      rest = { ...block, start: at, byteOffset: byteOffset + at - start };
    }
    this.#visit(rest, records);
  }

  #visit(block: LineBlock, records: ListRecord[]): void {
    const fault = ({ message, field }: RecordFault, record: number, byteOffset: number): FormatError =>
      new FormatError(message, {
        code: "FORMAT_INVALID_RECORD",
        format,
        source: block.source,
        record,
        byteOffset,
        field,
      });
    if (this.#strict && block.byteOrderMark) {
      throw fault(
        new RecordFault("the file starts with a byte order mark, which makes the first index no number"),
        1,
        0,
      );
    }
    visitLines(block, this.nextLine, format, (line, number, byteOffset) => {
      this.nextLine = number + 1;
      try {
        const record = parseLine(line, number, this.#strict);
        if (record === undefined) return;
        if (this.#seen?.indexes.add(record.index)) {
          throw new RecordFault(`the index ${record.index} stands on an earlier line too`, "index");
        }
        if (this.#seen?.paths.add(record.path)) {
          throw new RecordFault(`the path ${shown(record.path)} stands on an earlier line too`, "path");
        }
        records.push(record);
      } catch (error) {
        throw error instanceof RecordFault ? fault(error, number, byteOffset) : error;
      }
    });
  }
}

/** One line of a list by itself: its record or what is wrong with it; undefined for a blank line. */
export function readListLine(
  line: string,
  number: number,
):
  | { readonly record: ListRecord; readonly problem?: undefined; readonly field?: undefined }
  | { readonly record?: undefined; readonly problem: string; readonly field: string | undefined }
  | undefined {
  try {
    const record = parseLine(line, number, false);
    return record && { record };
  } catch (error) {
    if (error instanceof RecordFault) return { problem: error.message, field: error.field };
    throw error;
  }
}

const tab = 0x09;
const zero = 0x30;
/** Digits of a number that is surely exact. */
const safeDigits = 15;

/**
 * Appends the records of lines of plain ASCII as most are: a whole number, a tab, a whole number, a tab, a path without
 * blanks at its ends. One loop over the bytes, which makes no text but the path.
 *
 * @returns the position of the first line that is different
 */
function takePlainLines(buffer: Buffer, from: number, end: number, records: ListRecord[]): number {
  let line = from;
  let at = from;
  while (at < end) {
    let index = 0;
    let digit = (buffer[at] as number) - zero;
    for (; digit >= 0 && digit <= 9; digit = (buffer[at] as number) - zero) {
      index = index * 10 + digit;
      at++;
    }
    const first = at;
    if (first === line || first - line > safeDigits || buffer[at] !== tab) break;
    let label = 0;
    digit = (buffer[++at] as number) - zero;
    for (; digit >= 0 && digit <= 9; digit = (buffer[at] as number) - zero) {
      label = label * 10 + digit;
      at++;
    }
    if (at === first + 1 || at - first - 1 > safeDigits || buffer[at] !== tab) break;
    const path = ++at;
    while (at < end && buffer[at] !== lineFeed && buffer[at] !== tab) at++;
    if (at >= end || at === path || buffer[at] === tab) break;
    if (isBlank(buffer[path] as number) || isBlank(buffer[at - 1] as number)) break;
    records.push({ index, labels: label, path: buffer.toString("latin1", path, at) });
    line = ++at;
  }
  return line;
}

/** Whether the byte may be white space to a reader. */
function isBlank(byte: number): boolean {
  return byte <= 0x20 || byte >= 0x7f;
}

/** The record of a line; undefined for a blank line. */
function parseLine(line: string, number: number, strict: boolean): ListRecord | undefined {
  // The usual line first: one label, nothing to trim.
  const first = line.indexOf("\t");
  const last = line.lastIndexOf("\t");
  if (first > 0 && last > first) {
    const index = wholeNumberIn(line, 0, first);
    const label = wholeNumberIn(line, first + 1, last);
    if (index >= 0 && label >= 0) {
      const path = line.slice(last + 1);
      if (path !== "" && !mayHaveBlanks(path)) return { index, labels: label, path };
    }
  }
  const fields = line
    .trim()
    .split("\t")
    .map((field) => field.trim());
  if (strict) refuseUntidy(line);
  if (fields.length === 1 && fields[0] === "") return undefined;
  if (fields.length < 3) throw new RecordFault(missingColumns(line, fields, number));
  const labels = fields.slice(1, -1).map((text, index) => {
    if (!decimal.test(text)) {
      const header = number === 1 && !wholeNumber.test(fields[0] ?? "") ? "; a list has no header line" : "";
      throw new RecordFault(`expected a number as label, got ${shown(text)}${header}`, `labels[${index}]`);
    }
    return Number(text);
  });
  const [indexText = ""] = fields;
  const index = /^[+-]?\d+$/u.test(indexText) ? Number(indexText) : Number.NaN;
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new RecordFault(`expected a whole number from 0 as index, got ${shown(indexText)}`, "index");
  }
  const path = fields.at(-1) ?? "";
  if (path === "") throw new RecordFault("the path is empty", "path");
  return { index, labels: labels.length === 1 ? (labels[0] as number) : labels, path };
}

/** Whether white space may stand at an end of the text; other than ASCII is not looked at closely. */
function mayHaveBlanks(text: string): boolean {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return first <= 0x20 || last <= 0x20 || first >= 0x7f || last >= 0x7f;
}

/** The whole number between two places of a line, without making a text of it; -1 when something else stands there. */
function wholeNumberIn(line: string, from: number, to: number): number {
  if (to - from > 15 || to === from) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = line.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function refuseUntidy(line: string): void {
  const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (bare.trim() === "") throw new RecordFault("the line is blank");
  if (line.endsWith("\r")) throw new RecordFault("the line ends with CR LF instead of LF");
  if (bare.split("\t").some((field) => field.trim() !== field)) throw new RecordFault("blanks around a field");
}

/** What a person most likely did. */
function missingColumns(line: string, fields: readonly string[], number: number): string {
  const start = shown(line.trim());
  if (/^\d+ +[\d. +-]+ *\S/u.test(line.trim())) {
    return `the columns must be separated by tabs, not by blanks, in ${start}`;
  }
  if (/^\d+ *[,;]/u.test(line.trim())) return `the columns must be separated by tabs, not by commas, in ${start}`;
  if (number === 1 && !/^\s*\d/u.test(line)) return `a list has no header line, got ${start}`;
  return `expected index, label and path separated by tabs, got ${fields.length} of them in ${start}`;
}
