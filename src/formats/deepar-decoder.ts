import { FormatError } from "../errors/index.js";
import { formatWallClock } from "../internal/calendar.js";
import { shown } from "../internal/options.js";
import { wallClockOf } from "../internal/timestamp.js";
import {
  checkCategories,
  checkedStart,
  type DeepARLayout,
  type DeepARSeries,
  fileNames,
  format,
  valueFault,
} from "./deepar-series.js";
import { JsonLineDecoder } from "./json-line-codec.js";
import type { LineBlock } from "./line-blocks.js";
import { NumberScanner } from "./number-scanner.js";
import { RecordFault } from "./record-fault.js";
import type { RecordDecoder } from "./record-stream.js";

/**
 * A series of a parsed line of JSON or a row of a table. Fields of other names are left aside, as DeepAR does.
 *
 * @throws RecordFault naming the field
 */
export function seriesOf(value: unknown): DeepARSeries {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new RecordFault(`expected an object with start and target, got ${shown(value)}`);
  const { start, target, cat, dynamic_feat: features } = value as Readonly<Record<string, unknown>>;
  if (start === undefined || target === undefined) {
    const point = typeof (value as { readonly value?: unknown }).value === "number";
    const hint = point ? "; a line is a whole series, not one point" : "";
    throw new RecordFault(`the field is missing${hint}`, start === undefined ? "start" : "target");
  }
  const values = numbersOf(target, fileNames.values, true);
  // A bare number was seen in requests for one feature.
  const categories = cat === undefined ? undefined : typeof cat === "number" ? [cat] : cat;
  if (categories !== undefined) checkCategories(categories, fileNames.categories);
  return {
    start: start instanceof Date ? startOfDate(start) : checkedStart(start),
    values,
    categories: (categories as number[] | undefined)?.length === 0 ? undefined : (categories as number[] | undefined),
    dynamicFeatures: features === undefined ? undefined : featuresOf(features),
  };
}

function startOfDate(date: Date): string {
  const seconds = wallClockOf(date, "utc");
  if (typeof seconds === "string") throw new RecordFault(seconds, "start");
  return formatWallClock(seconds);
}

function featuresOf(value: unknown): Float64Array[] | undefined {
  const name = fileNames.dynamicFeatures;
  if (!Array.isArray(value)) throw new RecordFault(`expected a list of lists, got ${shown(value)}`, name);
  if (value.length === 0) return undefined;
  return value.map((feature, index) => numbersOf(feature, `${name}[${index}]`, false));
}

function numbersOf(list: unknown, field: string, missingAllowed: boolean): Float64Array {
  if (!Array.isArray(list) && !ArrayBuffer.isView(list))
    throw new RecordFault(`expected a list of numbers, got ${shown(list)}`, field);
  const source = list as ArrayLike<unknown>;
  const numbers = new Float64Array(source.length);
  for (let index = 0; index < source.length; index++) {
    const value = source[index];
    if (typeof value === "number" && value - value === 0) numbers[index] = value;
    else if (missingAllowed && (value === null || Number.isNaN(value) || value === "NaN")) numbers[index] = Number.NaN;
    else throw valueFault(value, `${field}[${index}]`, missingAllowed);
  }
  return numbers;
}

/** JSON, and the bare `NaN` that Python's json module writes. */
function readLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!line.includes("NaN")) throw error;
    return JSON.parse(line.replaceAll(/(?<=[[,:]\s*)NaN(?=\s*[,\]}])/gu, '"NaN"'));
  }
}

const quote = 0x22;
const keys = ["start", "target", "cat", "dynamic_feat"] as const;
type Key = (typeof keys)[number];
const keyBytes = keys.map((key) => ({ key, bytes: Buffer.from(`"${key}"`) }));

/** Looks on while a file is read. */
export interface SeriesObserver {
  /** Told of every series, with the number of its line or row and its position in a file of lines. */
  series(series: DeepARSeries, number: number, byteOffset: number | undefined): void;
  /** Told of a line or row that is no series; the reading goes on. */
  fault(fault: FormatError): void;
}

/**
 * Decodes lines of series. A line as programs write it is read from its bytes; any other goes through `JSON.parse`, which
 * also says what is wrong with it.
 */
export class DeepARDecoder implements RecordDecoder<DeepARSeries> {
  nextLine = 1;
  readonly #layout: DeepARLayout;
  readonly #json: JsonLineDecoder<DeepARSeries>;
  readonly #observer: SeriesObserver | undefined;
  readonly #numbers = new NumberScanner();
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  /** A start that was found to be as it should. */
  #start: string | undefined;

  constructor(layout: DeepARLayout, observer?: SeriesObserver) {
    this.#layout = layout;
    this.#observer = observer;
    this.#json = new JsonLineDecoder<DeepARSeries>({
      format,
      refuseBlank: false,
      read: readLine,
      parse: (value) => {
        const series = seriesOf(value);
        layout.checkLengths(series.values, series.dynamicFeatures);
        return series;
      },
    });
  }

  decode(block: LineBlock, records: DeepARSeries[]): void {
    const { buffer, start, end, byteOffset } = block;
    for (let from = start; from < end; ) {
      const feed = buffer.indexOf(0x0a, from);
      const to = feed < 0 || feed >= end ? end : feed + 1;
      const count = records.length;
      const series = this.#line(buffer, from, to);
      if (series !== undefined) {
        records.push(series);
      } else {
        this.#slow({ ...block, start: from, end: to, byteOffset: byteOffset + from - start }, records);
      }
      if (this.#observer !== undefined && records.length > count)
        this.#observer.series(records[count] as DeepARSeries, this.nextLine, byteOffset + from - start);
      this.nextLine++;
      from = to;
    }
  }

  #slow(line: LineBlock, records: DeepARSeries[]): void {
    this.#json.nextLine = this.nextLine;
    try {
      this.#json.decode(line, records);
    } catch (error) {
      if (this.#observer === undefined || !FormatError.is(error)) throw error;
      this.#observer.fault(error);
    }
  }

  #line(buffer: Buffer, start: number, end: number): DeepARSeries | undefined {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
    if (!this.#take(0x7b)) return undefined;
    const fields: { [K in Key]?: unknown } = {};
    do {
      const key = this.#key();
      if (key === undefined || key in fields || !this.#take(0x3a)) return undefined;
      const value = key === "start" ? this.#string() : key === "dynamic_feat" ? this.#lists() : this.#list();
      if (value === undefined) return undefined;
      fields[key] = value;
    } while (this.#take(0x2c));
    if (!this.#take(0x7d)) return undefined;
    this.#skip();
    if (this.#at < end) return undefined;
    return this.#series(fields);
  }

  /** What is faulty comes back as undefined: the other way of reading says what is wrong. */
  #series(fields: { [K in Key]?: unknown }): DeepARSeries | undefined {
    const {
      start,
      target,
      cat,
      dynamic_feat: features,
    } = fields as {
      start?: string;
      target?: Float64Array;
      cat?: Float64Array;
      dynamic_feat?: Float64Array[];
    };
    if (start === undefined || target === undefined) return undefined;
    if (features?.some((feature) => feature.some(Number.isNaN))) return undefined;
    if (cat?.some((code) => !Number.isInteger(code) || code < 0)) return undefined;
    try {
      this.#layout.checkLengths(target, features);
      return {
        start: this.#checkedStart(start),
        values: target,
        categories: cat === undefined || cat.length === 0 ? undefined : Array.from(cat),
        dynamicFeatures: features === undefined || features.length === 0 ? undefined : features,
      };
    } catch (error) {
      if (error instanceof RecordFault) return undefined;
      throw error;
    }
  }

  /** Most series of a file begin at the same time as the one before. */
  #checkedStart(start: string): string {
    if (start === this.#start) return start;
    const checked = checkedStart(start);
    if (checked === start) this.#start = start;
    return checked;
  }

  #skip(): void {
    for (;;) {
      const byte = this.#buffer[this.#at];
      if (this.#at >= this.#end || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return;
      this.#at++;
    }
  }

  /** Takes one character, blanks before it aside. */
  #take(character: number): boolean {
    this.#skip();
    if (this.#at >= this.#end || this.#buffer[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #key(): Key | undefined {
    this.#skip();
    const buffer = this.#buffer;
    const start = this.#at;
    for (const { key, bytes } of keyBytes) {
      // Byte by byte, because few differ late, and a call of the runtime costs more than all of them.
      let same = 0;
      while (same < bytes.length && buffer[start + same] === bytes[same]) same++;
      if (same < bytes.length || start + same > this.#end) continue;
      this.#at = start + same;
      return key;
    }
    return undefined;
  }

  /** A short text of plain ASCII. */
  #string(): string | undefined {
    if (!this.#take(quote)) return undefined;
    const start = this.#at;
    for (let at = start; at < Math.min(this.#end, start + 40); at++) {
      const byte = this.#buffer[at] as number;
      if (byte === quote) {
        this.#at = at + 1;
        return this.#buffer.toString("latin1", start, at);
      }
      if (byte < 0x20 || byte > 0x7e || byte === 0x5c) return undefined;
    }
    return undefined;
  }

  #list(): Float64Array | undefined {
    if (!this.#take(0x5b)) return undefined;
    const at = this.#numbers.scan(this.#buffer, this.#at, this.#end);
    if (at < 0) return undefined;
    this.#at = at;
    return this.#numbers.list();
  }

  #lists(): Float64Array[] | undefined {
    if (!this.#take(0x5b)) return undefined;
    const lists: Float64Array[] = [];
    if (this.#take(0x5d)) return lists;
    do {
      const list = this.#list();
      if (list === undefined) return undefined;
      lists.push(list);
    } while (this.#take(0x2c));
    return this.#take(0x5d) ? lists : undefined;
  }
}
