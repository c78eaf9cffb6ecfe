import { DecodeError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import { decodeText, invalidInput, isNumberArray, type NumberArray } from "./content.js";
import type { Deserializer, DeserializerOptions, Serializer, SerializerOptions } from "./serializer.js";

/**
 * One field of a CSV row. `null` and `undefined` are written as an empty field, booleans as `True` and `False`.
 *
 * @public
 */
export type CsvValue = string | number | bigint | boolean | null | undefined;

/**
 * One row: a list of fields, or an array of numbers such as `Float32Array`.
 *
 * @public
 */
export type CsvRow = readonly CsvValue[] | Exclude<NumberArray, Uint8Array>;

/**
 * What {@link CsvSerializer} takes: finished CSV as text or bytes, one row, or a list of rows.
 *
 * @public
 */
export type CsvInput = string | Uint8Array | CsvRow | readonly CsvRow[];

/**
 * Writes rows as comma-separated values, content type `text/csv`.
 *
 * @remarks
 * The type decides: a text or bytes are sent as they are, a list of values is one row (`["a", "b"]` gives `a,b`), a list of
 * lists is one line each, joined by `\n`, with none at the end. Fields are quoted only where needed; numbers in their
 * shortest form, `nan`, `inf`, `-inf`.
 *
 * @example
 * ```ts
 * new CsvSerializer().serialize([[1, 'say "hi"'], [2.5, null]]); // 1,"say ""hi"""\n2.5,
 * ```
 * @public
 */
export class CsvSerializer implements Serializer<CsvInput> {
  readonly contentType: string;

  constructor(options: SerializerOptions = {}) {
    this.contentType = options.contentType ?? "text/csv";
  }

  /** @throws {@link ValidationError} `INVALID_INPUT` for an empty list, objects as fields, or rows mixed with values */
  serialize(value: CsvInput): Uint8Array | string {
    if (typeof value === "string" || value instanceof Uint8Array) return value;
    if (!Array.isArray(value) && !isNumberArray(value)) {
      throw invalidInput("CsvSerializer", `expected text, a row or a list of rows; got ${shown(value)}`);
    }
    if (value.length === 0) throw invalidInput("CsvSerializer", "there is nothing to send: the list is empty");
    if (!isRow(value[0])) return csvRow(value as CsvRow, []);
    const lines: string[] = [];
    for (const [index, row] of (value as readonly CsvRow[]).entries()) {
      if (!isRow(row)) throw invalidInput("CsvSerializer", `row ${index} is ${shown(row)}, not a list`, [index]);
      lines.push(csvRow(row, [index]));
    }
    return lines.join("\n");
  }
}

function isRow(value: unknown): value is CsvRow {
  return Array.isArray(value) || isNumberArray(value);
}

function csvRow(row: CsvRow, path: readonly number[]): string {
  let line = "";
  for (let column = 0; column < row.length; column++) {
    if (column > 0) line += ",";
    line += csvField(row[column], path, column);
  }
  // A row with one empty field would be a blank line, which readers skip.
  return line === "" && row.length === 1 ? '""' : line;
}

function csvField(value: unknown, path: readonly number[], column: number): string {
  switch (typeof value) {
    case "string":
      return /[",\r\n]/u.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    case "number":
      return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "True" : "False";
    case "undefined":
      return "";
    default: {
      if (value === null) return "";
      const row = path[0] === undefined ? "" : `row ${path[0]}, `;
      const message = `${row}column ${column}: a field must be text, a number, a boolean or null; got ${shown(value)}`;
      throw invalidInput("CsvSerializer", message, [...path, column]);
    }
  }
}

/**
 * Options of {@link CsvDeserializer}.
 *
 * @public
 */
export interface CsvDeserializerOptions<Numbers extends boolean> extends DeserializerOptions {
  /** Reads every field as a number; an empty field is NaN. @defaultValue false */
  readonly numbers?: Numbers | undefined;
}

/**
 * Reads comma-separated values into rows of texts, or of numbers with `numbers: true`.
 *
 * @remarks Quoted fields may hold commas, quotes and line breaks. Lines end with `\n`, `\r\n` or `\r`; blank lines are skipped.
 *
 * @public
 */
export class CsvDeserializer<Numbers extends boolean = false>
  implements Deserializer<(Numbers extends true ? number : string)[][]>
{
  readonly accept: string;
  readonly #numbers: boolean;

  constructor(options: CsvDeserializerOptions<Numbers> = {}) {
    this.accept = options.accept ?? "text/csv";
    this.#numbers = options.numbers ?? false;
  }

  /** @throws {@link DecodeError} `DECODE_FAILED` when a quote is left open, or a field is not a number and should be */
  deserialize(body: Uint8Array, contentType: string): (Numbers extends true ? number : string)[][] {
    const text = decodeText(body, contentType);
    const fail = (problem: string): never => {
      throw new DecodeError(problem, { contentType, body });
    };
    const rows = parseCsv(text, fail);
    return (this.#numbers ? csvNumbers(rows, fail) : rows) as (Numbers extends true ? number : string)[][];
  }
}

const NUMBER_WORDS: Readonly<Record<string, number>> = {
  "": Number.NaN,
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

/** Rows of texts as rows of numbers. */
export function csvNumbers(rows: readonly (readonly string[])[], fail: (problem: string) => never): number[][] {
  return rows.map((row, rowIndex) =>
    row.map((field, column) => {
      const text = field.trim();
      const number = Number(text);
      if (text !== "" && !Number.isNaN(number)) return number;
      const word = NUMBER_WORDS[text.toLowerCase()];
      return word ?? fail(`row ${rowIndex + 1}, column ${column + 1}: ${shown(field)} is not a number`);
    }),
  );
}

/** Fields of a CSV text (RFC 4180, any line ends). A quote inside an unquoted field is an ordinary character. */
export function parseCsv(text: string, fail: (problem: string) => never): string[][] {
  const rows: string[][] = [];
  const end = /[,\r\n]/gu;
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field = "";
    const quoted = text[at] === '"';
    if (quoted) {
      const open = at;
      at++;
      for (;;) {
        const quote = text.indexOf('"', at);
        if (quote < 0) return fail(`row ${rows.length + 1}: the quote opened at character ${open + 1} is never closed`);
        field += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
    }
    end.lastIndex = at;
    const stop = end.exec(text)?.index ?? text.length;
    field += text.slice(at, stop);
    row.push(field);
    const mark = text[stop];
    at = stop + 1;
    if (mark === ",") {
      if (at === text.length) row.push("");
      else continue;
    }
    if (mark === "\r" && text[at] === "\n") at++;
    if (row.length > 1 || row[0] !== "" || quoted) rows.push(row);
    row = [];
  }
  return rows;
}
