import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rollingWindows, splitForecast, TimeSeries, type TimeSeriesInput } from "../../src/datasets/index.js";
import { ValidationError } from "../../src/errors/index.js";
import { encodeDeepAR, readDeepAR } from "../../src/formats/index.js";
import { bytesOf } from "../formats/support.js";

const issuesOf = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationError);
    return (error as ValidationError).issues.map(({ message }) => message);
  }
  throw new Error("nothing was refused");
};

/** The series of recipe 7: a pattern of 50 hours, ten times. */
const pattern = Array.from({ length: 500 }, (_, index) => {
  const t = index % 50;
  return t < 20 ? t ** 2 : (t - 5) ** 2;
});
const chapter = new TimeSeries({ start: "2020-01-01 00:00:00", frequency: "H", values: pattern });

describe("TimeSeries", () => {
  it("knows the times of its values", () => {
    expect(chapter).toMatchObject({ start: "2020-01-01 00:00:00", frequency: "H", length: 500 });
    expect(chapter.end).toBe("2020-01-21 19:00:00");
    expect(chapter.next).toBe("2020-01-21 20:00:00");
    expect(chapter.timestamps()[49]).toBe("2020-01-03 01:00:00");
    expect(chapter.indexOf("2020-01-19 18:00:00")).toBe(450);
    expect(chapter.values.reduce((sum, value) => sum + value) / 500).toBe(616.5);
  });

  it("takes a Date together with the clock it is read from", () => {
    const start = new Date(Date.UTC(2024, 2, 31, 1));

    expect(new TimeSeries({ start, zone: "utc", frequency: "H", values: [1] }).start).toBe("2024-03-31 01:00:00");
    expect(issuesOf(() => new TimeSeries({ start, frequency: "H", values: [1] }))[0]).toContain('set zone to "utc"');
  });

  it("keeps missing values as NaN, from null as from NaN", () => {
    const series = new TimeSeries({ start: "2024-01-01", frequency: "D", values: new Set([1, null, Number.NaN]) });

    expect(Array.from(series.values)).toEqual([1, Number.NaN, Number.NaN]);
  });

  it("survives JSON", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    fc.assert(
      fc.property(fc.array(fc.option(number)), fc.option(fc.string()), (values, itemId) => {
        const series = new TimeSeries({
          start: "2024-01-31",
          frequency: "2M",
          values,
          categories: [0, 3],
          dynamicFeatures: [values.map(() => 0.5)],
          itemId: itemId ?? undefined,
        });

        expect(TimeSeries.fromJSON(JSON.parse(JSON.stringify(series)))).toEqual(series);
      }),
      { numRuns: 100 },
    );
    expect(() => TimeSeries.fromJSON("x")).toThrow("expected { start, frequency, values }");
  });

  it("names every fault at once", () => {
    const input = {
      start: "2024-01-01T00:00:00Z",
      frequency: "H",
      values: [1, Number.POSITIVE_INFINITY],
      categories: [0.5],
      dynamicFeatures: [[1, null], [1], [1, 2, 3]],
    } as unknown as TimeSeriesInput;

    expect(issuesOf(() => new TimeSeries(input))).toEqual([
      expect.stringContaining("names a time zone"),
      "values[1] must be a finite number, or null where it is missing; got Infinity",
      "categories[0] must be a whole number from 0, got 0.5",
      "dynamicFeatures[0][1] must be a finite number; none may be missing; got null",
      "dynamicFeatures[1] has 1 numbers; values has 2, and a feature needs a number for each",
      "dynamicFeatures[2] has 3 numbers; dynamicFeatures[0] has 2, and all must have the same",
    ]);
    expect(
      () =>
        new TimeSeries({ start: "2024-01-01", frequency: "H", values: [], itemid: "a" } as object as TimeSeriesInput),
    ).toThrow('did you mean "itemId"?');
    expect(issuesOf(() => new TimeSeries({ start: "2024-01-01", frequency: "h" as "H", values: [] }))[0]).toContain(
      'did you mean "H"?',
    );
    expect(() => new TimeSeries({ start: "x", frequency: "H", values: [], itemId: "shop 7" })).toThrow(
      'series "shop 7"',
    );
  });

  it("does not change when the numbers it was made of do", () => {
    const values = new Float64Array([1, 2]);
    const series = new TimeSeries({ start: "2024-01-01", frequency: "D", values });
    values[0] = 9;

    expect(series.values[0]).toBe(1);
  });

  it("is sliced like an array, with its start and its features", () => {
    const series = new TimeSeries({
      start: "2024-01-31",
      frequency: "M",
      values: [0, 1, 2, 3],
      dynamicFeatures: [[0, 1, 2, 3, 4, 5]],
      categories: [7],
    });
    const part = series.slice(1, -1);

    expect(part).toMatchObject({ start: "2024-02-29 00:00:00", categories: [7], futureLength: 0 });
    expect(Array.from(part.values)).toEqual([1, 2]);
    expect(Array.from(part.dynamicFeatures?.[0] ?? [])).toEqual([1, 2]);
    expect(Array.from(series.slice(2, 4, 2).dynamicFeatures?.[0] ?? [])).toEqual([2, 3, 4, 5]);
    expect(part.slice(1)).toEqual(series.slice(2, 3));
    expect(part).toBeInstanceOf(TimeSeries);
    expect(() => series.slice(2, 4, 3)).toThrow(
      "dynamicFeatures have 6 numbers; a part up to 4 with 3 of the future needs 7",
    );
    fc.assert(
      fc.property(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -6, max: 6 }), (from, to) => {
        expect(Array.from(series.slice(from, to).values)).toEqual([0, 1, 2, 3].slice(from, to));
      }),
    );
  });

  it("can be written for DeepAR as it is", async () => {
    const bytes = await bytesOf(encodeDeepAR([chapter]));
    const [read] = await readDeepAR(bytes).toArray();

    expect(bytes.toString()).toBe(`${JSON.stringify({ start: chapter.start, target: pattern })}\n`);
    expect(read?.values).toEqual(chapter.values);
  });
});

describe("splitForecast", () => {
  it("splits the series of recipe 8 into 450 points, all 500, and 51 that join them", () => {
    const { training, test, target } = splitForecast(chapter, { predictionLength: 50, overlap: 1 });

    expect([training.length, test.length, target.length]).toEqual([450, 500, 51]);
    expect(training.end).toBe(target.start);
    expect(target.end).toBe(chapter.end);
    expect(training.next).toBe("2020-01-19 18:00:00");
    expect(test).toEqual(chapter);
  });

  it("keeps the known future of dynamic features for the request alone", () => {
    const series = new TimeSeries({
      start: "2024-01-01",
      frequency: "D",
      values: [1, 2, 3, 4],
      dynamicFeatures: [[10, 20, 30, 40]],
    });
    const { training, request, target } = splitForecast(series, { predictionLength: 1 });

    expect(Array.from(training.dynamicFeatures?.[0] ?? [])).toEqual([10, 20, 30]);
    expect(Array.from(request.values)).toEqual([1, 2, 3]);
    expect(Array.from(request.dynamicFeatures?.[0] ?? [])).toEqual([10, 20, 30, 40]);
    expect(Array.from(target.values)).toEqual([4]);
  });

  it("refuses a series that leaves nothing to learn from", () => {
    expect(issuesOf(() => splitForecast(chapter, { predictionLength: 500 }))[0]).toBe(
      "the series has 500 points; it must have more than predictionLength, 500",
    );
    expect(issuesOf(() => splitForecast(chapter, { predictionLength: 0 }))[0]).toContain(
      "predictionLength must be an integer",
    );
    expect(issuesOf(() => splitForecast(chapter, {} as { predictionLength: number }))[0]).toBe(
      "predictionLength is required",
    );
  });
});

describe("rollingWindows", () => {
  it("ends each test series one forecast later, and the last one with the series", () => {
    const { training, tests } = rollingWindows(chapter, { predictionLength: 50, windows: 4 });

    expect(training.length).toBe(300);
    expect(tests.map(({ length }) => length)).toEqual([350, 400, 450, 500]);
    expect(tests.every(({ start }) => start === chapter.start)).toBe(true);
  });

  it("moves on by the step, when it is given", () => {
    const { training, tests } = rollingWindows(chapter, { predictionLength: 50, windows: 3, step: 24 });

    expect(training.length).toBe(402);
    expect(tests.map(({ length }) => length)).toEqual([452, 476, 500]);
  });

  it("refuses more windows than the series has room for", () => {
    expect(issuesOf(() => rollingWindows(chapter, { predictionLength: 50, windows: 10 }))[0]).toContain(
      "it must have more than predictionLength + (windows - 1) * step, 500",
    );
  });
});
