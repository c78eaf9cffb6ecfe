import { type CivilDate, dateOf, daysOf, secondsPerDay } from "../../../../internal/calendar.js";
import type { FrequencyUnit as Unit } from "../../../../internal/frequency.js";

type DayFeature = (date: CivilDate, days: number) => number;

/** Monday 0 to Sunday 6; 1970-01-01 was a Thursday. */
function weekday(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}

function dayOfYear(date: CivilDate, days: number): number {
  return days - daysOf({ year: date.year, month: 1, day: 1 }) + 1;
}

/** ISO 8601: the week of the year that the week's Thursday lies in, 1 to 53. */
function weekOfYear(days: number): number {
  const thursday = days - weekday(days) + 3;
  return Math.floor((dayOfYear(dateOf(thursday), thursday) - 1) / 7) + 1;
}

const dayOfWeek: DayFeature = (_, days) => weekday(days) / 6 - 0.5;
const dayOfMonth: DayFeature = ({ day }) => (day - 1) / 30 - 0.5;
const dayInYear: DayFeature = (date, days) => (dayOfYear(date, days) - 1) / 365 - 0.5;
const weekInYear: DayFeature = (_, days) => (weekOfYear(days) - 1) / 52 - 0.5;
const monthOfYear: DayFeature = ({ month }) => (month - 1) / 11 - 0.5;

interface Features {
  /** Features of the time of day, from the seconds since midnight. */
  readonly ofTime: readonly { readonly name: string; readonly value: (second: number) => number }[];
  readonly ofDay: readonly { readonly name: string; readonly value: DayFeature }[];
}

const minute = { name: "minute-of-hour", value: (second: number) => (Math.floor(second / 60) % 60) / 59 - 0.5 };
const hour = { name: "hour-of-day", value: (second: number) => Math.floor(second / 3600) / 23 - 0.5 };
const ofDay = [
  { name: "day-of-week", value: dayOfWeek },
  { name: "day-of-month", value: dayOfMonth },
  { name: "day-of-year", value: dayInYear },
];

const FEATURES: Readonly<Record<Unit, Features>> = {
  min: { ofTime: [minute, hour], ofDay },
  H: { ofTime: [hour], ofDay },
  D: { ofTime: [], ofDay },
  W: {
    ofTime: [],
    ofDay: [
      { name: "day-of-month", value: dayOfMonth },
      { name: "week-of-year", value: weekInYear },
    ],
  },
  M: { ofTime: [], ofDay: [{ name: "month-of-year", value: monthOfYear }] },
};

/**
 * Where a time stands in its hour, day, week, month and year, as far as the unit of the frequency resolves them; each in
 * [-0.5, 0.5].
 *
 * @see source: `time_features_from_frequency_str` of GluonTS
 */
export class TimeFeatures {
  readonly names: readonly string[];
  readonly #features: Features;
  /** The features of the days that were asked for: most points share their day with others. */
  readonly #days = new Map<number, readonly number[]>();

  constructor(unit: Unit) {
    this.#features = FEATURES[unit];
    this.names = [...this.#features.ofTime, ...this.#features.ofDay].map(({ name }) => name);
  }

  /** Writes the features of a time, seconds on a clock without time zone, to `target` from `at` on. */
  write(seconds: number, target: Float32Array, at: number): void {
    const days = Math.floor(seconds / secondsPerDay);
    let place = at;
    for (const { value } of this.#features.ofTime) target[place++] = value(seconds - days * secondsPerDay);
    for (const value of this.#ofDay(days)) target[place++] = value;
  }

  #ofDay(days: number): readonly number[] {
    const known = this.#days.get(days);
    if (known) return known;
    const date = dateOf(days);
    const values = this.#features.ofDay.map(({ value }) => value(date, days));
    if (this.#days.size > 100_000) this.#days.clear();
    this.#days.set(days, values);
    return values;
  }
}
