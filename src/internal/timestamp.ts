import { ValidationError } from "../errors/index.js";
import { formatWallClock, parseWallClock, secondsOf } from "./calendar.js";
import { alignmentProblem, type Frequency, parseFrequency, TimeGrid } from "./frequency.js";
import { shown } from "./options.js";

/**
 * A time in parts, as the values of `Temporal` and of several date libraries have them: `PlainDateTime`, `PlainDate`
 * (midnight), `PlainYearMonth` (its first day), `ZonedDateTime` (what its clock shows).
 *
 * @public
 */
export interface TimeParts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31; 1 when absent. */
  readonly day?: number | undefined;
  readonly hour?: number | undefined;
  readonly minute?: number | undefined;
  readonly second?: number | undefined;
}

/**
 * What is taken for a time: text `YYYY-MM-DD HH:MM:SS` without time zone (also the date alone), a `Date` together with
 * the option `zone`, or parts such as a `Temporal.PlainDateTime`.
 *
 * @public
 */
export type TimestampInput = string | Date | TimeParts;

/**
 * Which clock a `Date` is read from: `utc`, or `local` for the zone of this process.
 *
 * @public
 */
export type ClockZone = "utc" | "local";

/** Parts of a second that a Temporal value or a Date may carry. */
const fractions = ["millisecond", "microsecond", "nanosecond"] as const;

/**
 * Seconds on a clock without time zone.
 *
 * @returns the seconds, or what is wrong with the value
 */
export function wallClockOf(value: unknown, zone?: ClockZone): number | string {
  if (typeof value === "string") {
    const parsed = parseWallClock(value);
    return typeof parsed === "number" ? parsed : `${shown(value)} is not a time: ${parsed}`;
  }
  if (value instanceof Date) return wallClockOfDate(value, zone);
  if (value !== null && typeof value === "object") {
    if ("year" in value && "month" in value) return wallClockOfParts(value as TimeParts);
    if ("epochNanoseconds" in value || "epochMilliseconds" in value)
      return "an instant shows another time in every zone; convert it to a PlainDateTime first";
  }
  return `expected "YYYY-MM-DD HH:MM:SS", a Date or a Temporal value, got ${shown(value)}`;
}

function wallClockOfDate(date: Date, zone: ClockZone | undefined): number | string {
  if (Number.isNaN(date.getTime())) return "the Date is invalid";
  if (date.getMilliseconds() !== 0) return "fractions of a second cannot be written; round to whole seconds";
  if (zone === "utc") {
    return secondsOf({
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
    });
  }
  if (zone === "local") {
    return secondsOf({
      year: date.getFullYear(),
      month: date.getMonth() + 1,
      day: date.getDate(),
      hour: date.getHours(),
      minute: date.getMinutes(),
      second: date.getSeconds(),
    });
  }
  return 'a Date is a moment, not a time on a clock: set zone to "utc" or "local" to say which clock is meant';
}

function wallClockOfParts(parts: TimeParts): number | string {
  const { calendarId = "iso8601" } = parts as { readonly calendarId?: unknown };
  if (calendarId !== "iso8601" && calendarId !== "gregory")
    return `the calendar ${shown(calendarId)} cannot be written; convert the value to iso8601`;
  for (const name of fractions) {
    const fraction = (parts as unknown as Readonly<Record<string, unknown>>)[name];
    if (fraction !== undefined && fraction !== 0)
      return "fractions of a second cannot be written; round to whole seconds";
  }
  const { year, month, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return secondsOf({ year, month, day, hour, minute, second });
}

/** @throws ValidationError `INVALID_INPUT` */
export function checkedWallClock(value: unknown, zone: ClockZone | undefined, name: string): number {
  const seconds = wallClockOf(value, zone);
  if (typeof seconds === "number") return seconds;
  throw new ValidationError(name, [{ path: [name], message: seconds }], "INVALID_INPUT");
}

/** @throws ValidationError `INVALID_INPUT` when the grid has left the years that can be written */
function textAt(grid: TimeGrid, index: number): string {
  const seconds = grid.at(index);
  if (!Number.isNaN(seconds)) return formatWallClock(seconds);
  const message = `${index} steps lead out of the years 1 to 9999`;
  throw new ValidationError("timestamps", [{ path: [], message }], "INVALID_INPUT");
}

function gridOf(start: TimestampInput, frequency: Frequency, zone: ClockZone | undefined): TimeGrid {
  return new TimeGrid(checkedWallClock(start, zone, "start"), parseFrequency(frequency));
}

/**
 * Options of the functions that take a time.
 *
 * @public
 */
export interface TimestampOptions {
  /** Needed for a `Date` and for nothing else. */
  readonly zone?: ClockZone | undefined;
}

/**
 * A time as DeepAR takes it: `YYYY-MM-DD HH:MM:SS`, never with a time zone.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` when it is no time, carries a zone or fractions of a second, or is a
 * `Date` without `zone`
 * @public
 */
export function formatTimestamp(value: TimestampInput, options: TimestampOptions = {}): string {
  return formatWallClock(checkedWallClock(value, options.zone, "timestamp"));
}

/**
 * The times of a series: `count` of them, the first one is `start`.
 *
 * @remarks
 * Months keep the day of the start, shortened where a month is shorter; a start on the last day of its month means the
 * last day of every month. Weeks keep the weekday of the start. No summer time: a clock without zone has none.
 *
 * @param start - first time
 * @param count - whole number, from 0
 * @returns texts `YYYY-MM-DD HH:MM:SS`
 * @throws {@link ValidationError} `INVALID_INPUT`
 * @example
 * ```ts
 * timestamps("2024-01-31", "M", 3); // 2024-01-31 00:00:00, 2024-02-29 00:00:00, 2024-03-31 00:00:00
 * ```
 * @public
 */
export function timestamps(
  start: TimestampInput,
  frequency: Frequency,
  count: number,
  options: TimestampOptions = {},
): string[] {
  if (!Number.isSafeInteger(count) || count < 0) {
    const message = `count must be a whole number from 0, got ${shown(count)}`;
    throw new ValidationError("timestamps", [{ path: ["count"], message }], "INVALID_INPUT");
  }
  const grid = gridOf(start, frequency, options.zone);
  return Array.from({ length: count }, (_, index) => textAt(grid, index));
}

/**
 * The time so many steps after another, or before it when negative; see {@link timestamps} for the rules.
 *
 * @param steps - whole number
 * @throws {@link ValidationError} `INVALID_INPUT`
 * @public
 */
export function addSteps(
  start: TimestampInput,
  frequency: Frequency,
  steps: number,
  options: TimestampOptions = {},
): string {
  if (!Number.isSafeInteger(steps)) {
    const message = `steps must be a whole number, got ${shown(steps)}`;
    throw new ValidationError("addSteps", [{ path: ["steps"], message }], "INVALID_INPUT");
  }
  return textAt(gridOf(start, frequency, options.zone), steps);
}

/**
 * Steps from one time to another, negative when the second is earlier: the position of a time in a series.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` when `timestamp` lies between two points of the grid
 * @public
 */
export function stepsBetween(
  start: TimestampInput,
  timestamp: TimestampInput,
  frequency: Frequency,
  options: TimestampOptions = {},
): number {
  const seconds = checkedWallClock(timestamp, options.zone, "timestamp");
  const steps = gridOf(start, frequency, options.zone).index(seconds);
  if (Number.isInteger(steps)) return steps;
  const message = `${formatWallClock(seconds)} lies between two points of the grid from ${formatTimestamp(start, options)} in steps of "${frequency}"`;
  throw new ValidationError("timestamp", [{ path: ["timestamp"], message }], "INVALID_INPUT");
}

/**
 * Whether a start lies where its frequency expects it: months on their first or last day, weeks and days at midnight,
 * hours at whole hours, and multiples that divide the day (`2H`, `15min`) at multiples counted from midnight. Another
 * start shifts hour of day, day of week and the other features of time that the model learns from.
 *
 * @returns undefined when it does, else what is wrong and the nearest earlier time that fits
 * @throws {@link ValidationError} `INVALID_INPUT` when it is no time or no frequency
 * @public
 */
export function alignmentFault(
  start: TimestampInput,
  frequency: Frequency,
  options: TimestampOptions = {},
): string | undefined {
  return alignmentProblem(checkedWallClock(start, options.zone, "start"), parseFrequency(frequency));
}
