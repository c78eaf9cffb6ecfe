import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import { dateOf, daysOf, formatWallClock, parseWallClock } from "../../src/internal/calendar.js";
import { type Frequency, parseFrequency } from "../../src/internal/frequency.js";
import {
  addSteps,
  alignmentFault,
  formatTimestamp,
  stepsBetween,
  type TimestampInput,
  timestamps,
} from "../../src/internal/timestamp.js";

/** Days from 0001-01-01 to 9999-12-31, counted from 1970-01-01. */
const days = fc.integer({ min: -719_162, max: 2_932_896 });
const seconds = fc.tuple(days, fc.integer({ min: 0, max: 86_399 })).map(([day, second]) => day * 86_400 + second);
const reference = (value: number): string => new Date(value * 1000).toISOString().slice(0, 19).replace("T", " ");

const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationError);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
};

describe("calendar arithmetic", () => {
  it("agrees with Date in UTC on every day of the years 1 to 9999", () => {
    fc.assert(
      fc.property(days, (day) => {
        const date = new Date(day * 86_400_000);
        const parts = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };

        expect(dateOf(day)).toEqual(parts);
        expect(daysOf(parts)).toBe(day);
      }),
      { numRuns: 2000 },
    );
  });

  it("writes and reads times as Date does in UTC, without the zone", () => {
    fc.assert(
      fc.property(seconds, (value) => {
        expect(formatWallClock(value)).toBe(reference(value));
        expect(parseWallClock(formatWallClock(value))).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("formatTimestamp", () => {
  it("takes a date alone, minutes without seconds and a T in between", () => {
    const texts = ["2024-02-29", "2024-02-29 00:00", "2024-02-29T00:00:00", "2024-02-29 00:00:00.000", " 2024-02-29 "];
    for (const text of texts) expect(formatTimestamp(text)).toBe("2024-02-29 00:00:00");
  });

  it("refuses every kind of time zone and says why", () => {
    for (const zone of ["Z", "+02:00", "+0200", "-05", " UTC", "[Europe/Berlin]"])
      expect(faultOf(() => formatTimestamp(`2024-01-01T10:00:00${zone}`))).toContain("names a time zone");
  });

  it("refuses days and times that do not exist", () => {
    const faults: [text: string, message: string][] = [
      ["2023-02-29", "2023-02 has no day 29"],
      ["1900-02-29", "1900-02 has no day 29"],
      ["2024-13-01", "no month 13"],
      ["2024-01-01 24:00:00", "no time 24:00:00"],
      ["0000-01-01", "the year must be 1 to 9999"],
      ["2024-01-01 00:00:00.5", "fractions of a second"],
      ["01.02.2024", 'expected "YYYY-MM-DD HH:MM:SS"'],
      ["2024-01-01 00:00:00 or so", 'expected "YYYY-MM-DD HH:MM:SS"'],
    ];
    for (const [text, message] of faults) expect(faultOf(() => formatTimestamp(text))).toContain(message);
  });

  it("asks which clock a Date is read from", () => {
    const date = new Date(2024, 6, 1, 12, 30, 5);

    expect(formatTimestamp(date, { zone: "local" })).toBe("2024-07-01 12:30:05");
    expect(formatTimestamp(new Date(Date.UTC(2024, 6, 1, 12, 30, 5)), { zone: "utc" })).toBe("2024-07-01 12:30:05");
    expect(faultOf(() => formatTimestamp(date))).toContain('set zone to "utc" or "local"');
    expect(faultOf(() => formatTimestamp(new Date(Number.NaN), { zone: "utc" }))).toContain("the Date is invalid");
    expect(faultOf(() => formatTimestamp(new Date(1), { zone: "utc" }))).toContain("fractions of a second");
  });

  it("takes Temporal values by their parts, and no instant", () => {
    const dateTime = {
      calendarId: "iso8601",
      year: 2024,
      month: 7,
      day: 1,
      hour: 12,
      minute: 30,
      second: 5,
      millisecond: 0,
    };

    expect(formatTimestamp(dateTime)).toBe("2024-07-01 12:30:05");
    expect(formatTimestamp({ year: 2024, month: 7, day: 1 })).toBe("2024-07-01 00:00:00");
    expect(formatTimestamp({ year: 2024, month: 7 })).toBe("2024-07-01 00:00:00");
    expect(faultOf(() => formatTimestamp({ ...dateTime, millisecond: 1 } as TimestampInput))).toContain("fractions");
    expect(faultOf(() => formatTimestamp({ ...dateTime, calendarId: "hebrew" } as TimestampInput))).toContain("hebrew");
    expect(faultOf(() => formatTimestamp({ epochMilliseconds: 0 } as unknown as TimestampInput))).toContain("instant");
  });
});

describe("parseFrequency", () => {
  it("takes M, W, D, H and min with or without a multiple", () => {
    expect(parseFrequency("H")).toEqual({ text: "H", multiple: 1, unit: "H" });
    expect(parseFrequency(" 15min ")).toEqual({ text: "15min", multiple: 15, unit: "min" });
    expect(parseFrequency("2W")).toEqual({ text: "2W", multiple: 2, unit: "W" });
  });

  it("refuses other names and says which one is meant", () => {
    for (const [text, meant] of [
      ["h", "H"],
      ["5T", "5min"],
      ["daily", "D"],
      ["MS", "M"],
    ])
      expect(faultOf(() => parseFrequency(text as string))).toContain(`did you mean "${meant}"?`);
    for (const text of ["", "0H", "-1H", "1.5H", "Q", "H2"])
      expect(faultOf(() => parseFrequency(text))).toContain("frequency must be one of M, W, D, H, min");
  });
});

describe("timestamps", () => {
  it("keeps the day of the month where the month has it, and month ends at month ends", () => {
    expect(timestamps("2024-01-30", "M", 4)).toEqual([
      "2024-01-30 00:00:00",
      "2024-02-29 00:00:00",
      "2024-03-30 00:00:00",
      "2024-04-30 00:00:00",
    ]);
    expect(timestamps("2023-02-28 12:00:00", "M", 3)).toEqual([
      "2023-02-28 12:00:00",
      "2023-03-31 12:00:00",
      "2023-04-30 12:00:00",
    ]);
    expect(timestamps("2024-02-28", "12M", 2)).toEqual(["2024-02-28 00:00:00", "2025-02-28 00:00:00"]);
  });

  it("steps over leap days and the change of summer time without a gap", () => {
    expect(timestamps("2024-02-28 23:00", "H", 3).at(-1)).toBe("2024-02-29 01:00:00");
    expect(timestamps("2024-03-31 01:30", "30min", 4).at(-1)).toBe("2024-03-31 03:00:00");
    expect(timestamps("2024-02-26", "W", 2).at(-1)).toBe("2024-03-04 00:00:00");
  });

  it("gives the index of the chapter's series", () => {
    expect(timestamps("2020-01-01 00:00:00", "H", 500).at(-1)).toBe("2020-01-21 19:00:00");
  });

  it("refuses a count that is none and steps out of the calendar", () => {
    expect(faultOf(() => timestamps("2024-01-01", "D", -1))).toContain("count must be a whole number from 0");
    expect(faultOf(() => timestamps("9999-12-31", "D", 2))).toContain("out of the years 1 to 9999");
    expect(faultOf(() => addSteps("0001-01-01", "M", -1))).toContain("out of the years 1 to 9999");
  });
});

describe("stepsBetween", () => {
  const frequency = fc.constantFrom<Frequency>("M", "3M", "W", "2W", "D", "H", "2H", "min", "15min", "7min");
  const start = fc
    .tuple(fc.integer({ min: 0, max: 18_000 }), fc.integer({ min: 0, max: 86_399 }))
    .map(([day, second]) => formatWallClock(day * 86_400 + second));

  it("is the inverse of addSteps, forwards and backwards", () => {
    fc.assert(
      fc.property(start, frequency, fc.integer({ min: -500, max: 500 }), (from, step, count) => {
        expect(stepsBetween(from, addSteps(from, step, count), step)).toBe(count);
      }),
      { numRuns: 1000 },
    );
  });

  it("adds months as the calendar of Date does, where the day exists", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1970, max: 2100 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 27 }),
        fc.integer({ min: -600, max: 600 }),
        (year, month, day, months) => {
          const text = addSteps({ year, month, day }, "M", months);

          expect(text).toBe(reference(Date.UTC(year, month - 1 + months, day) / 1000));
        },
      ),
    );
  });

  it("refuses a time between two points", () => {
    expect(faultOf(() => stepsBetween("2024-01-01", "2024-01-01 00:30:00", "H"))).toContain("lies between two points");
    expect(faultOf(() => stepsBetween("2024-01-01", "2024-02-02", "M"))).toContain("lies between two points");
    expect(faultOf(() => stepsBetween("2024-01-01", "2024-01-04", "2D"))).toContain("lies between two points");
  });
});

describe("alignmentFault", () => {
  it("accepts starts on the natural grid", () => {
    const fine: [string, Frequency][] = [
      ["2024-05-01", "M"],
      ["2024-05-31", "M"],
      ["2024-05-15", "W"],
      ["2024-05-15", "3D"],
      ["2024-05-15 07:00", "H"],
      ["2024-05-15 06:00", "2H"],
      ["2024-05-15 07:00", "7H"],
      ["2024-05-15 07:45", "15min"],
    ];
    for (const [start, frequency] of fine) expect(alignmentFault(start, frequency)).toBeUndefined();
  });

  it("says what is wrong with others and which time before would do", () => {
    const faults: [string, Frequency, string][] = [
      ["2024-05-15", "M", "2024-05-01 00:00:00"],
      ["2024-05-15 01:00", "D", "2024-05-15 00:00:00"],
      ["2024-05-15 07:10", "H", "2024-05-15 07:00:00"],
      ["2024-05-15 07:00", "2H", "2024-05-15 06:00:00"],
      ["2024-05-15 07:50", "15min", "2024-05-15 07:45:00"],
      ["2024-05-15 07:50:30", "min", "2024-05-15 07:50:00"],
    ];
    for (const [start, frequency, nearest] of faults)
      expect(alignmentFault(start, frequency)).toContain(`the nearest before it is ${nearest}`);
  });
});
