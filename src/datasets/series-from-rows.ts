import { ValidationError } from "../errors/index.js";
import type { RecordSource } from "../formats/index.js";
import { formatWallClock } from "../internal/calendar.js";
import { enumIssues } from "../internal/checks.js";
import { type Frequency, type FrequencyParts, parseFrequency, TimeGrid } from "../internal/frequency.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { type ClockZone, type TimestampInput, wallClockOf } from "../internal/timestamp.js";
import { recordsOf } from "./records-of.js";
import { TimeSeries } from "./time-series.js";

/**
 * Options of {@link seriesFromRows}.
 *
 * @public
 */
export interface SeriesFromRowsOptions<Row> {
  /** Distance of two points; every time must lie on the grid that begins with the earliest of its series. */
  readonly frequency: Frequency;
  /**
   * The time of a row.
   *
   * @defaultValue its property `timestamp`
   */
  readonly timestamp?: ((row: Row) => TimestampInput) | undefined;
  /**
   * The value of a row; `null` or NaN when it is missing.
   *
   * @defaultValue its property `value`
   */
  readonly value?: ((row: Row) => number | null) | undefined;
  /** The series that a row belongs to. Without it all rows are one series. */
  readonly item?: ((row: Row) => string | number) | undefined;
  /** The codes of the groups that the series belongs to, the same for all its rows. */
  readonly categories?: ((row: Row) => readonly number[]) | undefined;
  /** What else is known at the time of the row, one number for each dynamic feature. Gaps are then refused. */
  readonly dynamicFeatures?: ((row: Row) => readonly number[]) | undefined;
  /**
   * Times between the first and the last of a series that no row has: a missing value, the value 0 (no row because nothing
   * was sold), or an error.
   *
   * @defaultValue "missing"
   */
  readonly gaps?: "missing" | "zero" | "error" | undefined;
  /**
   * Several rows of a series at one time: an error, the last of them, or the sum of their values.
   *
   * @defaultValue "error"
   */
  readonly duplicates?: "error" | "last" | "sum" | undefined;
  /**
   * Whether the rows of a series stand together, as after a sort by item. Only one series is then held, instead of all.
   *
   * @defaultValue false
   */
  readonly grouped?: boolean | undefined;
  /** Which clock a `Date` is read from. */
  readonly zone?: ClockZone | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link SeriesFromRowsOptions}. */
export const seriesFromRowsDefaults = Object.freeze({ gaps: "missing", duplicates: "error", grouped: false } as const);

/** A row with the names that {@link seriesFromRows} takes without being told. */
interface PlainRow {
  readonly timestamp: TimestampInput;
  readonly value: number | null;
}

const knownKeys = [
  "frequency",
  "timestamp",
  "value",
  "item",
  "categories",
  "dynamicFeatures",
  "gaps",
  "duplicates",
  "grouped",
  "zone",
  "signal",
];
/** Longer series come from a wrong frequency or a wrong year, and would fill the memory with missing values. */
const longestSeries = 50_000_000;

const subject = "seriesFromRows";

/**
 * Makes series of a table with one point a row: groups the rows by item, puts them in the order of time and fills the
 * times without a row.
 *
 * @remarks
 * The rows may come in any order; all their numbers are held then, 16 bytes a row and more with features. With
 * `grouped: true` the rows of each series must stand together, and one series is held at a time, and the name of each.
 * The series come in the order of their first rows.
 *
 * @param rows - any rows
 * @throws {@link ValidationError} `INVALID_INPUT` naming the item and the row: a time that is none or lies off the grid, a
 * value that is no number, rows at the same time, categories that differ, a gap where there are dynamic features
 * @example
 * ```ts
 * const rows = [
 *   { shop: "a", timestamp: "2024-01-01", value: 3 },
 *   { shop: "a", timestamp: "2024-01-03", value: 5 },
 * ];
 * for await (const series of seriesFromRows(rows, { frequency: "D", item: (row) => row.shop })) console.log(series.values); // 3, NaN, 5
 * ```
 * @public
 */
export async function* seriesFromRows<Row extends object>(
  rows: RecordSource<Row>,
  options: SeriesFromRowsOptions<Row>,
): AsyncGenerator<TimeSeries, void, void> {
  checkKnownKeys(options, knownKeys, subject);
  const settings = { ...seriesFromRowsDefaults, ...withoutUndefined(options) };
  const issues = [
    ...enumIssues(settings.gaps, ["missing", "zero", "error"], "gaps"),
    ...enumIssues(settings.duplicates, ["error", "last", "sum"], "duplicates"),
  ];
  if (issues.length > 0) throw new ValidationError(subject, issues);
  const frequency = parseFrequency(settings.frequency);
  const item = settings.item ?? (() => "");
  const start = (key: string): SeriesBuilder<Row> =>
    new SeriesBuilder(settings, frequency, settings.item === undefined ? undefined : key);

  const builders = new Map<string, SeriesBuilder<Row>>();
  const finished = new Set<string>();
  let current: SeriesBuilder<Row> | undefined;
  let currentKey: string | undefined;
  let number = 0;
  for await (const row of recordsOf(rows, settings.signal)) {
    number++;
    const key = keyOf(item(row), number);
    if (key !== currentKey || current === undefined) {
      if (settings.grouped) {
        if (current !== undefined && currentKey !== undefined) {
          yield current.series();
          finished.add(currentKey);
        }
        if (finished.has(key)) {
          const message = `row ${number}: item ${shown(key)} comes again after others; sort the rows by item or leave grouped out`;
          throw new ValidationError(subject, [{ path: [], message }], "INVALID_INPUT");
        }
        current = start(key);
      } else {
        current = builders.get(key);
        if (current === undefined) {
          current = start(key);
          builders.set(key, current);
        }
      }
      currentKey = key;
    }
    current.add(row, number);
  }
  if (settings.grouped) {
    if (current !== undefined) yield current.series();
    return;
  }
  for (const [key, builder] of builders) {
    settings.signal?.throwIfAborted();
    builders.delete(key);
    yield builder.series();
  }
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function keyOf(item: unknown, row: number): string {
  if (typeof item === "string" || (typeof item === "number" && !Number.isNaN(item))) return String(item);
  const message = `row ${row}: an item must be text or a number, got ${shown(item)}`;
  throw new ValidationError(subject, [{ path: ["item"], message }], "INVALID_INPUT");
}

type Settings<Row> = SeriesFromRowsOptions<Row> & Required<Pick<SeriesFromRowsOptions<Row>, "gaps" | "duplicates">>;

/** Gathers the rows of one series. */
class SeriesBuilder<Row extends object> {
  readonly #settings: Settings<Row>;
  readonly #frequency: FrequencyParts;
  readonly #itemId: string | undefined;
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  readonly #features: number[][] = [];
  #categories: readonly number[] | undefined;

  constructor(settings: Settings<Row>, frequency: FrequencyParts, itemId: string | undefined) {
    this.#settings = settings;
    this.#frequency = frequency;
    this.#itemId = itemId;
  }

  add(row: Row, number: number): void {
    const { timestamp, value, categories, dynamicFeatures, zone } = this.#settings;
    const time = wallClockOf(timestamp === undefined ? (row as unknown as PlainRow).timestamp : timestamp(row), zone);
    if (typeof time === "string") throw this.#fault(`row ${number}: ${time}`, "timestamp");
    const given: unknown = value === undefined ? (row as unknown as PlainRow).value : value(row);
    if (given !== null && (typeof given !== "number" || given === Infinity || given === -Infinity)) {
      const received = typeof given === "number" ? String(given) : shown(given);
      throw this.#fault(
        `row ${number}: the value must be a finite number, or null when it is missing; got ${received}`,
        "value",
      );
    }
    this.#times.push(time);
    this.#values.push(given ?? Number.NaN);
    if (categories !== undefined) {
      const codes = categories(row);
      const before = this.#categories;
      if (
        before !== undefined &&
        (codes.length !== before.length || codes.some((code, index) => code !== before[index]))
      )
        throw this.#fault(
          `row ${number}: categories ${shown(codes)}, but ${shown(before)} in the rows before`,
          "categories",
        );
      this.#categories = codes;
    }
    if (dynamicFeatures !== undefined) {
      const features = [...dynamicFeatures(row)];
      const width = this.#features[0]?.length ?? features.length;
      if (features.length !== width)
        throw this.#fault(
          `row ${number}: ${features.length} dynamic features, but ${width} in the rows before`,
          "dynamicFeatures",
        );
      this.#features.push(features);
    }
  }

  series(): TimeSeries {
    const { gaps, duplicates } = this.#settings;
    const times = this.#times;
    const rows = inOrder(times);
    const first = times[rows[0] as number] as number;
    const last = times[rows.at(-1) as number] as number;
    const grid = new TimeGrid(first, this.#frequency);
    const length = Math.floor(grid.index(last)) + 1;
    const { text } = this.#frequency;
    if (length > longestSeries)
      throw this.#fault(
        `from ${formatWallClock(first)} to ${formatWallClock(last)} there are ${length} points in steps of "${text}", with ${times.length} rows; is the frequency right?`,
      );
    const values = new Float64Array(length).fill(gaps === "zero" ? 0 : Number.NaN);
    const features = this.#features[0]?.map(() => new Float64Array(length));
    let filled = -1;
    for (const row of rows) {
      const time = times[row] as number;
      const index = grid.index(time);
      if (!Number.isInteger(index))
        throw this.#fault(
          `${formatWallClock(time)} lies between two points of the grid from ${formatWallClock(first)} in steps of "${text}"`,
          "timestamp",
        );
      if (index > filled + 1 && (gaps === "error" || features !== undefined)) {
        const why = features === undefined ? "" : "; dynamic features must be known at every time";
        throw this.#fault(`no row at ${formatWallClock(grid.at(filled + 1))}${why}`, "timestamp");
      }
      const value = this.#values[row] as number;
      if (index === filled && duplicates === "error")
        throw this.#fault(
          `more than one row at ${formatWallClock(time)}; duplicates: "sum" or "last" would take them`,
          "timestamp",
        );
      values[index] = index === filled && duplicates === "sum" ? sum(values[index] as number, value) : value;
      features?.forEach((feature, column) => {
        feature[index] = this.#features[row]?.[column] as number;
      });
      filled = index;
    }
    return new TimeSeries({
      start: formatWallClock(first),
      frequency: text,
      values,
      categories: this.#categories,
      dynamicFeatures: features,
      itemId: this.#itemId,
    });
  }

  #fault(problem: string, field?: string): ValidationError {
    const item = this.#itemId === undefined ? "" : ` (item ${shown(this.#itemId)})`;
    return new ValidationError(
      `${subject}${item}`,
      [{ path: field === undefined ? [] : [field], message: problem }],
      "INVALID_INPUT",
    );
  }
}

/** A missing value adds nothing; only missing ones stay missing. */
function sum(before: number, value: number): number {
  if (Number.isNaN(before)) return value;
  return Number.isNaN(value) ? before : before + value;
}

/** Positions in the order of time; rows of the same time keep their order. */
function inOrder(times: readonly number[]): Uint32Array {
  const rows = Uint32Array.from(times, (_, row) => row);
  let sorted = true;
  for (let row = 1; row < times.length && sorted; row++) sorted = (times[row - 1] as number) <= (times[row] as number);
  return sorted ? rows : rows.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
}
