import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { formatWallClock } from "../internal/calendar.js";
import { type Frequency, parseFrequency } from "../internal/frequency.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import {
  addSteps,
  type ClockZone,
  stepsBetween,
  type TimestampInput,
  timestamps,
  wallClockOf,
} from "../internal/timestamp.js";

/**
 * What a {@link TimeSeries} is made of.
 *
 * @public
 */
export interface TimeSeriesInput {
  /** Time of the first value. */
  readonly start: TimestampInput;
  /** Distance of the values. */
  readonly frequency: Frequency;
  /** One value for each point; `null` or NaN where it is missing. */
  readonly values: Iterable<number | null>;
  /** Codes of the groups that the series belongs to, whole numbers from 0; a `CategoryEncoder` gives them. */
  readonly categories?: readonly number[] | undefined;
  /**
   * Further series that are known for every point, none of them missing: as long as the values, or longer by the points of
   * the future that are known already, the same for all.
   */
  readonly dynamicFeatures?: readonly Iterable<number>[] | undefined;
  /** Name of the series, for messages and tables; it is not part of a DeepAR file. */
  readonly itemId?: string | undefined;
  /** Which clock a `Date` as start is read from. */
  readonly zone?: ClockZone | undefined;
}

/**
 * What {@link TimeSeries.toJSON} gives.
 *
 * @public
 */
export interface TimeSeriesJSON {
  readonly start: string;
  readonly frequency: Frequency;
  /** `null` where a value is missing. */
  readonly values: readonly (number | null)[];
  readonly categories?: readonly number[] | undefined;
  readonly dynamicFeatures?: readonly (readonly number[])[] | undefined;
  readonly itemId?: string | undefined;
}

const inputKeys = ["start", "frequency", "values", "categories", "dynamicFeatures", "itemId", "zone"];

/**
 * Values at regular times, the form in which DeepAR takes its data: a start, a frequency and values without gaps, missing
 * ones included.
 *
 * @remarks
 * The numbers are copied once, into typed arrays of 64 bit; parts made by {@link TimeSeries.slice} share them, so do not
 * write into them. There is no time zone: `start` is what a clock on the wall shows.
 *
 * @example
 * ```ts
 * const sales = new TimeSeries({ start: "2024-01-01", frequency: "D", values: [12, 15, null, 9] });
 * sales.end; // "2024-01-04 00:00:00"
 * ```
 * @public
 */
export class TimeSeries {
  /** Time of the first value, `YYYY-MM-DD HH:MM:SS`. */
  readonly start: string;
  readonly frequency: Frequency;
  /** NaN where a value is missing. */
  readonly values: Float64Array;
  readonly categories: readonly number[] | undefined;
  /** Each as long as `values`, or longer by the known future. */
  readonly dynamicFeatures: readonly Float64Array[] | undefined;
  readonly itemId: string | undefined;

  /**
   * @throws {@link ValidationError} `INVALID_INPUT` naming every fault: a start that is no time or has a time zone, another
   * frequency than DeepAR knows, values that are neither numbers nor missing, infinities, categories that are no codes,
   * dynamic features with missing values or of wrong length
   */
  constructor(input: TimeSeriesInput) {
    const { itemId } = input;
    checkKnownKeys(input, inputKeys, "TimeSeries");
    this.frequency = parseFrequency(input.frequency).text;
    const issues: ValidationIssue[] = [];
    const start = wallClockOf(input.start, input.zone);
    if (typeof start === "string") issues.push({ path: ["start"], message: `start: ${start}` });
    this.start = typeof start === "string" ? "" : formatWallClock(start);
    this.values = numbers(input.values, ["values"], true, issues);
    this.categories = input.categories === undefined ? undefined : codes(input.categories, issues);
    this.dynamicFeatures = input.dynamicFeatures === undefined ? undefined : lists(input.dynamicFeatures, issues);
    this.dynamicFeatures?.forEach((feature, index) => {
      const length = this.dynamicFeatures?.[0]?.length ?? 0;
      if (feature.length >= this.values.length && feature.length === length) return;
      const wanted =
        feature.length < this.values.length
          ? `values has ${this.values.length}, and a feature needs a number for each`
          : `dynamicFeatures[0] has ${length}, and all must have the same`;
      issues.push({
        path: ["dynamicFeatures", index],
        message: `dynamicFeatures[${index}] has ${feature.length} numbers; ${wanted}`,
      });
    });
    this.itemId = itemId;
    if (issues.length > 0) throw new ValidationError(subjectOf(itemId), issues, "INVALID_INPUT");
  }

  /**
   * Takes what {@link TimeSeries.toJSON} gave.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` when it is something else
   */
  static fromJSON(value: unknown): TimeSeries {
    if (value === null || typeof value !== "object") {
      const message = `expected { start, frequency, values }, got ${shown(value)}`;
      throw new ValidationError("TimeSeries", [{ path: [], message }], "INVALID_INPUT");
    }
    return new TimeSeries(value as TimeSeriesInput);
  }

  /** Number of points, missing ones included. */
  get length(): number {
    return this.values.length;
  }

  /** Time of the last value; the start itself when there are no values. */
  get end(): string {
    return addSteps(this.start, this.frequency, Math.max(0, this.length - 1));
  }

  /** Time of the first point after the values: where a forecast begins. */
  get next(): string {
    return addSteps(this.start, this.frequency, this.length);
  }

  /** Points of the future that the dynamic features reach beyond the values. */
  get futureLength(): number {
    return (this.dynamicFeatures?.[0]?.length ?? this.length) - this.length;
  }

  /** The time of every value. */
  timestamps(): string[] {
    return timestamps(this.start, this.frequency, this.length);
  }

  /**
   * Position of a time, from 0; before the start it is negative, after the end not below {@link TimeSeries.length}.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` when the time lies between two points
   */
  indexOf(timestamp: TimestampInput, options: { readonly zone?: ClockZone | undefined } = {}): number {
    return stepsBetween(this.start, timestamp, this.frequency, options);
  }

  /**
   * A part of the series, like `Array.prototype.slice`: from position `from` to before `to`, negative ones counted from the
   * end. Dynamic features are cut to the same points, and keep what they know of the future behind them when
   * `futureLength` asks for it.
   *
   * A part of a monthly series keeps its months; its days too when the series starts on a day that every month has, or on
   * the last of a month.
   *
   * @param futureLength - points that dynamic features keep beyond the part
   * @throws {@link ValidationError} `INVALID_INPUT` when the features do not reach so far
   */
  slice(from = 0, to = this.length, futureLength = 0): TimeSeries {
    const first = position(from, this.length);
    const last = Math.max(first, position(to, this.length));
    const known = this.length + this.futureLength;
    if (this.dynamicFeatures !== undefined && last + futureLength > known) {
      const message = `dynamicFeatures have ${known} numbers; a part up to ${last} with ${futureLength} of the future needs ${last + futureLength}`;
      throw new ValidationError(subjectOf(this.itemId), [{ path: ["dynamicFeatures"], message }], "INVALID_INPUT");
    }
    return withNumbers(
      this,
      first === 0 ? this.start : addSteps(this.start, this.frequency, first),
      this.values.subarray(first, last),
      this.dynamicFeatures?.map((feature) => feature.subarray(first, last + futureLength)),
    );
  }

  /** For `JSON.stringify`, so that a series can be kept in a file; {@link TimeSeries.fromJSON} reads it. */
  toJSON(): TimeSeriesJSON {
    const { start, frequency, values, categories, dynamicFeatures, itemId } = this;
    return {
      start,
      frequency,
      values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
      ...(categories === undefined ? {} : { categories }),
      ...(dynamicFeatures === undefined ? {} : { dynamicFeatures: dynamicFeatures.map((list) => Array.from(list)) }),
      ...(itemId === undefined ? {} : { itemId }),
    };
  }
}

/** The same series with other numbers, which are known to be right: the constructor would copy and check them again. */
function withNumbers(
  series: TimeSeries,
  start: string,
  values: Float64Array,
  dynamicFeatures: readonly Float64Array[] | undefined,
): TimeSeries {
  const { frequency, categories, itemId } = series;
  const copy: TimeSeries = Object.create(TimeSeries.prototype);
  return Object.assign(copy, { start, frequency, values, categories, dynamicFeatures, itemId });
}

function subjectOf(itemId: string | undefined): string {
  return itemId === undefined ? "series" : `series ${shown(itemId)}`;
}

function position(index: number, length: number): number {
  return Math.min(length, Math.max(0, Math.trunc(index < 0 ? length + index : index)));
}

function lists(features: unknown, issues: ValidationIssue[]): Float64Array[] {
  if (Array.isArray(features))
    return features.map((feature: unknown, index) => numbers(feature, ["dynamicFeatures", index], false, issues));
  issues.push({
    path: ["dynamicFeatures"],
    message: `dynamicFeatures must be a list of lists, got ${shown(features)}`,
  });
  return [];
}

/** A copy of the numbers; the first fault of a list stands for all of them. */
function numbers(
  source: unknown,
  path: readonly (string | number)[],
  missingAllowed: boolean,
  issues: ValidationIssue[],
): Float64Array {
  const name = path.map((part) => (typeof part === "number" ? `[${part}]` : part)).join("");
  if (source instanceof Float64Array) {
    const copy = source.slice();
    const fault = copy.findIndex((value) => value - value !== 0 && !(missingAllowed && Number.isNaN(value)));
    if (fault >= 0) issues.push(numberIssue(copy[fault], name, path, fault, missingAllowed));
    return copy;
  }
  if (source === null || typeof source !== "object" || !(Symbol.iterator in source)) {
    issues.push({ path, message: `${name} must be a list of numbers, got ${shown(source)}` });
    return new Float64Array(0);
  }
  const list: readonly unknown[] = Array.isArray(source) ? source : [...(source as Iterable<unknown>)];
  const copy = new Float64Array(list.length);
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    if (typeof value === "number" && value - value === 0) copy[index] = value;
    else if (missingAllowed && (value === null || Number.isNaN(value))) copy[index] = Number.NaN;
    else {
      issues.push(numberIssue(value, name, path, index, missingAllowed));
      break;
    }
  }
  return copy;
}

function numberIssue(
  value: unknown,
  name: string,
  path: readonly (string | number)[],
  index: number,
  missingAllowed: boolean,
): ValidationIssue {
  const wanted = missingAllowed
    ? "a finite number, or null where it is missing"
    : "a finite number; none may be missing";
  const received = typeof value === "number" ? String(value) : shown(value);
  return { path: [...path, index], message: `${name}[${index}] must be ${wanted}; got ${received}` };
}

function codes(categories: unknown, issues: ValidationIssue[]): readonly number[] {
  if (!Array.isArray(categories)) {
    issues.push({ path: ["categories"], message: `categories must be a list of codes, got ${shown(categories)}` });
    return [];
  }
  categories.forEach((code: unknown, index) => {
    if (typeof code === "number" && Number.isSafeInteger(code) && code >= 0) return;
    const message = `categories[${index}] must be a whole number from 0, got ${shown(code)}`;
    issues.push({ path: ["categories", index], message });
  });
  return Object.freeze([...categories]);
}
