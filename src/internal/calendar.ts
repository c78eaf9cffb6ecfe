/**
 * Calendar arithmetic on a clock without time zone: proleptic Gregorian calendar, whole seconds counted from
 * 1970-01-01 00:00:00, integers only. `Date` is not used, because its local half knows summer time.
 */

export const secondsPerDay = 86_400;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/** Four digits are all that the written form has. */
export const firstYear = 1;
export const lastYear = 9999;

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 0001-01-01 to the first of January. */
function daysBeforeYear(year: number): number {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

const epochDays = daysBeforeYear(1970);

/** Days since 1970-01-01. */
export function daysOf({ year, month, day }: CivilDate): number {
  const leap = month > 2 && isLeapYear(year) ? 1 : 0;
  return daysBeforeYear(year) + (daysBeforeMonth[month - 1] as number) + leap + day - 1 - epochDays;
}

/** The date so many days after 1970-01-01. */
export function dateOf(days: number): CivilDate {
  const all = days + epochDays;
  // The mean length of a year is right to a day or two; the loops put that right.
  let year = Math.floor(all / 365.2425) + 1;
  while (daysBeforeYear(year + 1) <= all) year++;
  while (daysBeforeYear(year) > all) year--;
  let rest = all - daysBeforeYear(year);
  let month = 1;
  for (; rest >= daysInMonth(year, month); month++) rest -= daysInMonth(year, month);
  return { year, month, day: rest + 1 };
}

const written = /^\s*(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s*(.*)$/su;
const zone = /^(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)(?:\[|$)|^\[/iu;

/**
 * Seconds of a written time, `YYYY-MM-DD HH:MM:SS`; the date alone, minutes without seconds and a `T` in between are
 * understood too.
 *
 * @returns the seconds, or what is wrong with the text
 */
export function parseWallClock(text: string): number | string {
  const match = written.exec(text);
  if (match === null) return 'expected "YYYY-MM-DD HH:MM:SS"';
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const rest = match[8] ?? "";
  if (zone.test(rest))
    return `it names a time zone ("${rest}"), which DeepAR does not take; give the wall clock time alone, "YYYY-MM-DD HH:MM:SS"`;
  if (rest !== "") return 'expected "YYYY-MM-DD HH:MM:SS"';
  if (/[1-9]/u.test(match[7] ?? "")) return "fractions of a second cannot be written; round to whole seconds";
  return secondsOf({ year, month, day, hour, minute, second });
}

export interface WallClock extends CivilDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Seconds of a time given in parts, or what is wrong with them. */
export function secondsOf({ year, month, day, hour, minute, second }: WallClock): number | string {
  if (!within(year, firstYear, lastYear)) return `the year must be ${firstYear} to ${lastYear}, got ${year}`;
  if (!within(month, 1, 12)) return `there is no month ${month}`;
  if (!within(day, 1, daysInMonth(year, month))) return `${year}-${two(month)} has no day ${day}`;
  if (!within(hour, 0, 23) || !within(minute, 0, 59) || !within(second, 0, 59))
    return `there is no time ${two(hour)}:${two(minute)}:${two(second)}`;
  return daysOf({ year, month, day }) * secondsPerDay + hour * 3600 + minute * 60 + second;
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** The range of seconds that can be written. */
export const firstSecond = daysOf({ year: firstYear, month: 1, day: 1 }) * secondsPerDay;
export const endSecond = daysOf({ year: lastYear + 1, month: 1, day: 1 }) * secondsPerDay;

/** `YYYY-MM-DD HH:MM:SS`, without time zone. */
export function formatWallClock(seconds: number): string {
  const days = Math.floor(seconds / secondsPerDay);
  const second = seconds - days * secondsPerDay;
  const { year, month, day } = dateOf(days);
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  return `${date} ${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}
