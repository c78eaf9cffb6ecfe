import { shown } from "../internal/options.js";
import {
  checkCategories,
  checkedStart,
  type DeepARInput,
  DeepARLayout,
  format,
  inputNames,
  valueFault,
} from "./deepar-series.js";
import { RecordFault } from "./record-fault.js";
import type { ByteGatherer } from "./record-writer.js";

/** How a missing value is written: both are understood by DeepAR, and only `null` by every JSON reader as missing. */
export type MissingText = "null" | "NaN";

/** Bytes of the longest number that is written digit by digit, with its comma: `-21474836.47,`. */
const longestNumber = 13;

/** Checks a series and everything in it but the single values. */
export function checkInput(input: DeepARInput, layout: DeepARLayout, allowEmpty: boolean): string {
  if (input === null || typeof input !== "object")
    throw new RecordFault(`expected { start, values }, got ${shown(input)}`);
  const start = checkedStart(input.start);
  const { values, categories, dynamicFeatures } = input;
  if (!isList(values)) {
    const hint = "target" in input ? '; the field "target" of a file is called "values" here' : "";
    throw new RecordFault(`expected a list of numbers, got ${shown(values)}${hint}`, "values");
  }
  if (values.length === 0 && !allowEmpty)
    throw new RecordFault("no values; a series without history can only be predicted", "values");
  if (categories !== undefined) checkCategories(categories, "categories");
  if (dynamicFeatures !== undefined) {
    if (!Array.isArray(dynamicFeatures))
      throw new RecordFault(`expected a list of lists, got ${shown(dynamicFeatures)}`, "dynamicFeatures");
    dynamicFeatures.forEach((feature, index) => {
      if (!isList(feature))
        throw new RecordFault(`expected a list of numbers, got ${shown(feature)}`, `dynamicFeatures[${index}]`);
    });
  }
  layout.checkLengths(values, dynamicFeatures);
  layout.checkSame(categories, dynamicFeatures);
  return start;
}

/** The public error for a series that cannot be written; with its name when it has one. */
export function inputFault(error: unknown, input: DeepARInput, number: number): unknown {
  if (!(error instanceof RecordFault)) return error;
  const itemId = (input as { readonly itemId?: unknown } | null | undefined)?.itemId;
  const name = typeof itemId === "string" ? ` (series ${shown(itemId)})` : "";
  return new RecordFault(`${error.message}${name}`, error.field).toFormatError(format, number);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

/**
 * Writes series as lines of JSON straight into a buffer. Integers and numbers with at most two decimals, which is most
 * of what is measured or sold, are written digit by digit; a list with any other number goes through `JSON.stringify` as
 * a whole. Number by number would be several times slower. The bytes are the same either way.
 */
export class DeepARGatherer implements ByteGatherer<DeepARInput> {
  records = 0;
  readonly #chunkBytes: number;
  readonly #layout: DeepARLayout;
  readonly #allowEmpty: boolean;
  readonly #missing: MissingText;
  #buffer: Buffer;
  #length = 0;

  constructor(chunkBytes: number, predictionLength: number, missing: MissingText) {
    this.#chunkBytes = chunkBytes;
    this.#layout = new DeepARLayout(inputNames, predictionLength);
    this.#allowEmpty = predictionLength > 0;
    this.#missing = missing;
    this.#buffer = Buffer.allocUnsafeSlow(chunkBytes + chunkBytes / 4);
  }

  take(record: DeepARInput): boolean {
    this.records++;
    try {
      this.#line(record);
    } catch (error) {
      throw inputFault(error, record, this.records);
    }
    return this.#length >= this.#chunkBytes;
  }

  empty(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  release(): Buffer {
    const bytes = this.empty();
    this.#buffer = Buffer.allocUnsafeSlow(this.#chunkBytes + this.#chunkBytes / 4);
    return bytes;
  }

  #line(record: DeepARInput): void {
    const start = checkInput(record, this.#layout, this.#allowEmpty);
    const { values, categories, dynamicFeatures } = record;
    this.#text(`{"start":"${start}","target":`);
    this.#list(values, "values", true);
    if (categories !== undefined && categories.length > 0) this.#text(`,"cat":${JSON.stringify(categories)}`);
    if (dynamicFeatures !== undefined && dynamicFeatures.length > 0) {
      this.#text(',"dynamic_feat":[');
      for (let index = 0; index < dynamicFeatures.length; index++) {
        if (index > 0) this.#text(",");
        this.#list(dynamicFeatures[index] as ArrayLike<number>, `dynamicFeatures[${index}]`, false);
      }
      this.#text("]");
    }
    this.#text("}\n");
  }

  #list(values: ArrayLike<number | null>, field: string, missingAllowed: boolean): void {
    const start = this.#length;
    this.#reserve(values.length * longestNumber + 2);
    const missing = missingAllowed ? this.#missing : undefined;
    let end = 0;
    try {
      end = writeDecimals(values, this.#buffer, start, missing);
    } catch (error) {
      // A BigInt among the values; it is refused below, with its place.
      if (!(error instanceof TypeError)) throw error;
    }
    if (end > 0) this.#length = end;
    else this.#text(listText(values, field, missing));
  }

  /** Appends text of ASCII characters. */
  #text(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#buffer.write(text, this.#length, "latin1");
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** `JSON.stringify` of the list, after a check of every value. */
function listText(values: ArrayLike<number | null>, field: string, missing: MissingText | undefined): string {
  // A plain array of numbers can be taken as it is.
  if (Array.isArray(values) && allNumbers(values)) return JSON.stringify(values);
  const list = new Array<number | string | null>(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number | null;
    if (isFiniteNumber(value)) {
      list[index] = value;
    } else if (missing !== undefined && (value === null || (typeof value === "number" && Number.isNaN(value)))) {
      list[index] = missing === "NaN" ? "NaN" : null;
    } else {
      throw valueFault(value, `${field}[${index}]`, missing !== undefined);
    }
  }
  return JSON.stringify(list);
}

/** Holes are no numbers; `every` would pass over them. */
function allNumbers(values: readonly unknown[]): boolean {
  for (let index = 0; index < values.length; index++) if (!isFiniteNumber(values[index])) return false;
  return true;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && value - value === 0;
}

const minus = 0x2d;
const point = 0x2e;
const comma = 0x2c;
const zero = 0x30;
const missingBytes = { null: Buffer.from("null"), NaN: Buffer.from('"NaN"') } as const;

/**
 * Writes a list of numbers with at most two decimals, within ±21474836.47, and of integers of 32 bits; there must be room
 * for 13 bytes each. Below 16 digits the shortest text that reads back as the number is the decimal number itself, so
 * these are the bytes of `JSON.stringify`.
 *
 * @returns the end of what was written, or 0 when another number occurs
 */
function writeDecimals(
  values: ArrayLike<number | null>,
  buffer: Buffer,
  start: number,
  missing: MissingText | undefined,
): number {
  let at = start;
  buffer[at++] = 0x5b;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    let whole = value | 0;
    let hundredths = 0;
    if (whole === value) {
      if (whole < 0) {
        // The least integer has no opposite.
        if (whole === -2147483648) return 0;
        buffer[at++] = minus;
        whole = -whole;
      }
    } else {
      // biome-ignore lint/suspicious/noSelfCompare: the quickest test for NaN
      if (value === null || value !== value) {
        if (missing === undefined) return 0;
        const bytes = missingBytes[missing];
        for (let byte = 0; byte < bytes.length; byte++) buffer[at++] = bytes[byte] as number;
        buffer[at++] = comma;
        continue;
      }
      const scaled = Math.round(value * 100);
      if (scaled / 100 !== value || scaled >= 2147483648 || scaled <= -2147483648) return 0;
      let all = scaled | 0;
      if (all < 0) {
        buffer[at++] = minus;
        all = -all;
      }
      whole = (all / 100) | 0;
      hundredths = all - whole * 100;
    }
    if (whole < 10) {
      buffer[at++] = zero + whole;
    } else {
      let digits = 2;
      for (let limit = 100; digits < 10 && whole >= limit; limit *= 10) digits++;
      let position = at + digits;
      at = position;
      while (position > at - digits) {
        const tens = (whole / 10) | 0;
        buffer[--position] = zero + whole - tens * 10;
        whole = tens;
      }
    }
    if (hundredths > 0) {
      buffer[at++] = point;
      const tenths = (hundredths / 10) | 0;
      buffer[at++] = zero + tenths;
      if (hundredths !== tenths * 10) buffer[at++] = zero + hundredths - tenths * 10;
    }
    buffer[at++] = comma;
  }
  if (values.length === 0) at++;
  buffer[at - 1] = 0x5d;
  return at;
}
