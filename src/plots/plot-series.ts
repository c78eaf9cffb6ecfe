import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { formatWallClock } from "../internal/calendar.js";
import { type Frequency, parseFrequency, TimeGrid } from "../internal/frequency.js";
import { shown } from "../internal/options.js";
import { wallClockOf } from "../internal/timestamp.js";

/**
 * A line over time: values at regular times, as a `TimeSeries` has them, or values with the time of each.
 *
 * @public
 */
export type PlotSeries = PlotRegularSeries | PlotTimedSeries;

/**
 * Values at regular times. A `TimeSeries` is one.
 *
 * @public
 */
export interface PlotRegularSeries {
  /** Name of the line in the legend. */
  readonly name?: string | undefined;
  /** Name where `name` is not given. */
  readonly itemId?: string | undefined;
  /** Time of the first value, `YYYY-MM-DD HH:MM:SS`, without time zone. */
  readonly start: string;
  /** Distance of the values. */
  readonly frequency: Frequency;
  /** `null` or NaN where a value is missing: the line has a gap there. */
  readonly values: ArrayLike<number | null>;
}

/**
 * Values with the time of each.
 *
 * @public
 */
export interface PlotTimedSeries {
  /** Name of the line in the legend. */
  readonly name?: string | undefined;
  /** Name where `name` is not given. */
  readonly itemId?: string | undefined;
  /** `YYYY-MM-DD HH:MM:SS` for each value, ascending, without time zone. */
  readonly timestamps: readonly string[];
  /** `null` or NaN where a value is missing: the line has a gap there. */
  readonly values: ArrayLike<number | null>;
}

/** A line as it is drawn. */
export interface Line {
  readonly name: string | undefined;
  /** Place of each value on the horizontal axis, ascending: seconds on a clock without time zone, or numbers. */
  readonly places: ArrayLike<number>;
  /** NaN where a value is missing. */
  readonly values: ArrayLike<number>;
}

type Fault = (field: string, message: string) => void;

/** Reads a line; undefined when it has faults, which are added to `issues`. */
export function readLine(
  series: PlotSeries,
  path: readonly (string | number)[],
  issues: ValidationIssue[],
): Line | undefined {
  const before = issues.length;
  const subject = path.map((part) => (typeof part === "number" ? `[${part}]` : part)).join(".");
  const fault: Fault = (field, message) => issues.push({ path: [...path, field], message: `${subject}: ${message}` });
  if (series === null || typeof series !== "object" || !("start" in series || "timestamps" in series)) {
    const message = `${subject}: expected a series, { start, frequency, values } or { timestamps, values }; got ${shown(series)}`;
    issues.push({ path, message });
    return undefined;
  }
  const values = readValues(series.values, "values", fault);
  const places = "start" in series ? regular(series, values.length, fault) : listed(series, fault);
  const name = readName(series, fault);
  if (issues.length === before && places.length !== values.length) {
    fault("values", `there are ${places.length} timestamps for ${values.length} values`);
  }
  return issues.length > before ? undefined : { name, places, values };
}

/** The name of a line, if it has one. */
export function readName(
  { name, itemId }: { readonly name?: string | undefined; readonly itemId?: string | undefined },
  fault: Fault,
): string | undefined {
  const found = name ?? itemId;
  if (found !== undefined && typeof found !== "string") fault("name", `name must be a text, got ${shown(found)}`);
  return found;
}

/** The numbers, NaN where they are missing; the first fault stands for all. */
export function readValues(values: ArrayLike<number | null>, field: string, fault: Fault): Float64Array {
  const length = (values as ArrayLike<number | null> | undefined | null)?.length;
  if (typeof values !== "object" || typeof length !== "number") {
    fault(field, `${field} must be a list of numbers, got ${shown(values)}`);
    return new Float64Array(0);
  }
  const read = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    const value: unknown = values[index];
    if (typeof value === "number" && value - value === 0) read[index] = value;
    else if (value === null || Number.isNaN(value)) read[index] = Number.NaN;
    else {
      const received = typeof value === "number" ? String(value) : shown(value);
      fault(field, `${field}[${index}] must be a finite number, or null where it is missing; got ${received}`);
      break;
    }
  }
  return read;
}

function regular(series: PlotRegularSeries, count: number, fault: Fault): Float64Array {
  const places = new Float64Array(count);
  const start = readTime(series.start);
  if (typeof start === "string") fault("start", `start: ${start}`);
  try {
    const frequency = parseFrequency(series.frequency);
    if (typeof start === "string") return places;
    const grid = new TimeGrid(start, frequency);
    for (let index = 0; index < count; index++) places[index] = grid.at(index);
    if (Number.isNaN(places.at(-1))) fault("values", "they lead out of the years 1 to 9999");
  } catch (error) {
    if (!ValidationError.is(error)) throw error;
    for (const issue of error.issues) fault("frequency", issue.message);
  }
  return places;
}

function listed({ timestamps }: PlotTimedSeries, fault: Fault): Float64Array {
  if (!Array.isArray(timestamps)) {
    fault("timestamps", `timestamps must be a list of times, got ${shown(timestamps)}`);
    return new Float64Array(0);
  }
  const places = new Float64Array(timestamps.length);
  for (let index = 0; index < places.length; index++) {
    const seconds = readTime(timestamps[index]);
    if (typeof seconds === "string") {
      fault("timestamps", `timestamps[${index}]: ${seconds}`);
      break;
    }
    places[index] = seconds;
    if (index > 0 && seconds <= (places[index - 1] as number)) {
      fault("timestamps", `timestamps[${index}] is not later than the one before; sort them`);
      break;
    }
  }
  return places;
}

function readTime(value: unknown): number | string {
  if (typeof value === "string") return wallClockOf(value);
  return `expected "YYYY-MM-DD HH:MM:SS", got ${shown(value)}`;
}

/** The time of a place, as it stands in the data of a plot. */
export const timeText = formatWallClock;

/** Names for the legend: those given, or `series 1`, `series 2`. Two lines of one name could not be told apart. */
export function legendNames(
  lines: readonly { readonly name: string | undefined }[],
  issues: ValidationIssue[],
): string[] {
  const names = lines.map(({ name }, index) => name ?? `series ${index + 1}`);
  const seen = new Set<string>();
  names.forEach((name, index) => {
    if (seen.has(name)) {
      issues.push({ path: [index, "name"], message: `two lines are called ${shown(name)}; name them differently` });
    }
    seen.add(name);
  });
  return names;
}
