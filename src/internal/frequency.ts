import { ValidationError } from "../errors/index.js";
import { dateOf, daysInMonth, daysOf, endSecond, firstSecond, formatWallClock, secondsPerDay } from "./calendar.js";
import { shown } from "./options.js";

/**
 * Units of {@link Frequency}: month, week, day, hour, minute.
 *
 * @public
 */
export type FrequencyUnit = "M" | "W" | "D" | "H" | "min";

/**
 * Distance of two points of a series, as DeepAR's `time_freq` has it: `"H"`, `"15min"`, `"2W"`.
 *
 * @public
 */
export type Frequency = FrequencyUnit | `${number}${FrequencyUnit}`;

/**
 * A {@link Frequency} taken apart.
 *
 * @public
 */
export interface FrequencyParts {
  /** As it was written, without blanks around it. */
  readonly text: Frequency;
  /** Units between two points, from 1. */
  readonly multiple: number;
  readonly unit: FrequencyUnit;
}

const pattern = /^\s*([1-9]\d*)?(M|W|D|H|min)\s*$/u;

/** What people write for a unit that DeepAR names otherwise. */
const otherNames: Readonly<Record<string, FrequencyUnit>> = {
  h: "H",
  hour: "H",
  hourly: "H",
  T: "min",
  m: "min",
  Min: "min",
  MIN: "min",
  minute: "min",
  d: "D",
  day: "D",
  daily: "D",
  w: "W",
  week: "W",
  weekly: "W",
  month: "M",
  monthly: "M",
  MS: "M",
  ME: "M",
};

const known = new Map<string, FrequencyParts>();

/**
 * Takes a frequency apart: an optional multiple and one of the units M, W, D, H, min.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` for anything else
 * @see source: https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html, `time_freq`
 * @public
 */
export function parseFrequency(text: string): FrequencyParts {
  const before = known.get(text);
  if (before !== undefined) return before;
  const match = typeof text === "string" ? pattern.exec(text) : null;
  const multiple = Number(match?.[1] ?? 1);
  if (match === null || !Number.isSafeInteger(multiple)) {
    const unit = typeof text === "string" ? otherNames[text.replace(/^\s*\d*/u, "").trim()] : undefined;
    const hint = unit === undefined ? "" : `; did you mean "${/\d+/u.exec(text)?.[0] ?? ""}${unit}"?`;
    const message = `frequency must be one of M, W, D, H, min, after a whole number if more than one, like "15min"; got ${shown(text)}${hint}`;
    throw new ValidationError("frequency", [{ path: ["frequency"], message }], "INVALID_INPUT");
  }
  const parts = Object.freeze({ text: text.trim() as Frequency, multiple, unit: match[2] as FrequencyUnit });
  if (known.size < 100) known.set(text, parts);
  return parts;
}

const unitSeconds = { W: 7 * secondsPerDay, D: secondsPerDay, H: 3600, min: 60 } as const;

/**
 * The times of a series: its first one and one more after every step. Months keep the day of the start, shortened where
 * a month is shorter; a start on the last day of its month means the last day of every month.
 */
export class TimeGrid {
  readonly #start: number;
  readonly #stepSeconds: number;
  readonly #stepMonths: number;

  /** @param start - seconds on a clock without time zone */
  constructor(start: number, frequency: FrequencyParts) {
    this.#start = start;
    this.#stepMonths = frequency.unit === "M" ? frequency.multiple : 0;
    this.#stepSeconds = frequency.unit === "M" ? 0 : frequency.multiple * unitSeconds[frequency.unit];
  }

  /** Seconds of the time `index` steps after the start; NaN outside of the years 1 to 9999. */
  at(index: number): number {
    const seconds =
      this.#stepMonths > 0 ? this.#month(index * this.#stepMonths) : this.#start + index * this.#stepSeconds;
    return seconds >= firstSecond && seconds < endSecond ? seconds : Number.NaN;
  }

  /** Steps from the start to a time; not a whole number when the time lies between two points. */
  index(seconds: number): number {
    if (this.#stepMonths === 0) return (seconds - this.#start) / this.#stepSeconds;
    const from = dateOf(Math.floor(this.#start / secondsPerDay));
    const to = dateOf(Math.floor(seconds / secondsPerDay));
    const steps = ((to.year - from.year) * 12 + to.month - from.month) / this.#stepMonths;
    if (!Number.isInteger(steps)) return steps;
    const exact = this.at(steps);
    return exact === seconds ? steps : steps + (seconds > exact ? 0.5 : -0.5);
  }

  #month(months: number): number {
    const days = Math.floor(this.#start / secondsPerDay);
    const { year, month, day } = dateOf(days);
    const all = year * 12 + month - 1 + months;
    const target = { year: Math.floor(all / 12), month: (all % 12) + 1 };
    if (target.year < 1 || target.year > 9999) return Number.NaN;
    const last = daysInMonth(target.year, target.month);
    const atEnd = day === daysInMonth(year, month);
    const targetDay = atEnd ? last : Math.min(day, last);
    return daysOf({ ...target, day: targetDay }) * secondsPerDay + this.#start - days * secondsPerDay;
  }
}

/** Why a start does not lie on the natural grid of its frequency, with the nearest earlier time that does. */
export function alignmentProblem(seconds: number, { multiple, unit, text }: FrequencyParts): string | undefined {
  const days = Math.floor(seconds / secondsPerDay);
  const second = seconds - days * secondsPerDay;
  const problem = (wanted: string, aligned: number): string =>
    `${formatWallClock(seconds)} is not ${wanted}, as the frequency "${text}" expects; the nearest before it is ${formatWallClock(aligned)}`;
  if (unit === "M") {
    const date = dateOf(days);
    const edge = date.day === 1 || date.day === daysInMonth(date.year, date.month);
    if (edge && second === 0) return undefined;
    return problem("the first or last day of a month at midnight", daysOf({ ...date, day: 1 }) * secondsPerDay);
  }
  if (unit === "W" || unit === "D") {
    return second === 0 ? undefined : problem("midnight", days * secondsPerDay);
  }
  // A multiple that divides the day has a grid that starts at midnight; any other starts where the series starts.
  const step = unitSeconds[unit] * (secondsPerDay % (multiple * unitSeconds[unit]) === 0 ? multiple : 1);
  if (second % step === 0) return undefined;
  const wanted = unit === "H" ? "a whole hour" : "a whole minute";
  return problem(
    step === unitSeconds[unit] ? wanted : `${wanted} that is a multiple of ${multiple}`,
    seconds - (second % step),
  );
}
