import { describe, expect, it } from "vitest";
import { parseWallClock } from "../../../../src/internal/calendar.js";
import { type FrequencyUnit, parseFrequency } from "../../../../src/internal/frequency.js";
import { makeSeries, type SeriesRecord } from "../../../../src/local/engines/deepar/data/series.js";
import { featureScales, Inputs } from "../../../../src/local/engines/deepar/features/inputs.js";
import { lagsFor } from "../../../../src/local/engines/deepar/features/lags.js";
import { TimeFeatures } from "../../../../src/local/engines/deepar/features/time-features.js";

/** `11-13,56` to numbers, behind the seven lags that all frequencies have. */
function lagList(text: string): number[] {
  const further = text.split(",").flatMap((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return [1, 2, 3, 4, 5, 6, 7, ...further];
}

describe("lagsFor", () => {
  // Made with get_lags_for_frequency of GluonTS.
  it.each([
    ["M", "11-13,23-25,35-37"],
    ["W", "8,12,51-53,103-105,155-157"],
    ["D", "8,13-15,20-22,27-31,56,84,363-365,727-729,1091-1093"],
    ["H", "23-25,47-49,71-73,95-97,119-121,143-145,167-169,335-337,503-505,671-673,719-721"],
    ["2H", "11-13,23-25,35-37,47-49,59-61,71-73,83-85,167-169,251-253,335-337,359-361,672,1008"],
    ["min", "58-62,118-122,178-182"],
    ["5min", "10-14,22-26,34-38,287-289,575-577,863-865,1151-1153"],
    ["15min", "8-14,95-97,191-193,287-289,383-385,479-481,575-577,671-673"],
    ["30min", "8,47-49,95-97,143-145,191-193,239-241,287-289,335-337,671-673,1007-1009"],
  ])("looks back %s along %s points", (frequency, further) => {
    expect(lagsFor(parseFrequency(frequency))).toEqual(lagList(further));
  });

  it("has no lag twice, none of 0 and none above 1200, whatever the multiple", () => {
    for (const unit of ["M", "W", "D", "H", "min"]) {
      for (let multiple = 1; multiple < 70; multiple++) {
        const lags = lagsFor(parseFrequency(`${multiple}${unit}`));
        expect(lags.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7]);
        expect(lags).toEqual([...new Set(lags)].sort((a, b) => a - b));
        expect(lags.at(-1)).toBeLessThanOrEqual(1200);
      }
    }
  });
});

function featuresAt(unit: FrequencyUnit, time: string): Record<string, number> {
  const features = new TimeFeatures(unit);
  const values = new Float32Array(features.names.length);
  features.write(parseWallClock(time) as number, values, 0);
  return Object.fromEntries(features.names.map((name, index) => [name, Number(values[index]?.toFixed(6))]));
}

describe("TimeFeatures", () => {
  it("says where a time stands in its hour, day, week, month and year, as far as the frequency resolves them", () => {
    // A Sunday, day 364 of its year.
    const time = "2024-12-29 18:45:00";
    const ofDay = { "day-of-week": 0.5, "day-of-month": 0.433333, "day-of-year": 0.494521 };
    const hour = { "hour-of-day": 0.282609 };
    expect(featuresAt("min", time)).toEqual({ "minute-of-hour": 0.262712, ...hour, ...ofDay });
    expect(featuresAt("H", time)).toEqual({ ...hour, ...ofDay });
    expect(featuresAt("D", time)).toEqual(ofDay);
    expect(featuresAt("W", time)).toEqual({ "day-of-month": 0.433333, "week-of-year": 0.480769 });
    expect(featuresAt("M", time)).toEqual({ "month-of-year": 0.5 });
  });

  it("is at its least at the beginning of everything", () => {
    // A Monday.
    const first = featuresAt("min", "2024-01-01 00:00:00");
    expect(new Set(Object.values(first))).toEqual(new Set([-0.5]));
    expect(featuresAt("W", "2024-01-01 00:00:00")).toEqual({ "day-of-month": -0.5, "week-of-year": -0.5 });
  });

  it.each([
    ["2021-01-03 00:00:00", 53],
    ["2021-01-04 00:00:00", 1],
    ["2020-12-31 00:00:00", 53],
    ["2018-12-31 00:00:00", 1],
    ["2016-01-01 00:00:00", 53],
  ])("counts weeks as ISO 8601 does: %s lies in week %i", (time, week) => {
    expect(featuresAt("W", time)["week-of-year"]).toBeCloseTo((week - 1) / 52 - 0.5, 5);
  });
});

const daily = parseFrequency("D");

function series(record: Partial<SeriesRecord> & { readonly values: readonly number[] }) {
  return makeSeries({ start: "2024-01-01 00:00:00", ...record }, daily);
}

describe("Inputs", () => {
  const inputs = new Inputs(daily, [{ mean: 10, deviation: 2 }]);
  const at = (name: string): number => inputs.names.indexOf(name);

  it("writes lags by the scale, the time, the age, dynamic features and the scale", () => {
    const own = series({
      values: Array.from({ length: 40 }, (_, i) => i + 1),
      dynamicFeatures: [new Float64Array(47).fill(14)],
    });
    const row = new Float32Array(inputs.size + 2).fill(99);
    inputs.write(own, 30, 4, row, 1);
    const value = (name: string): number | undefined => row[1 + at(name)];
    expect([value("lag-1"), value("lag-2"), value("lag-30")]).toEqual([30 / 4, 29 / 4, 1 / 4]);
    // Further back than the series reaches.
    expect([value("lag-31"), value("lag-56")]).toEqual([0, 0]);
    expect(value("day-of-month")).toBeCloseTo(0.5, 6);
    expect(value("age")).toBeCloseTo(Math.log10(32), 6);
    expect(value("dynamic-feature-0")).toBe(2);
    expect(value("log-scale")).toBeCloseTo(Math.log(4), 6);
    expect([row[0], row.at(-1)]).toEqual([99, 99]);
  });

  it("is all 0 before a series begins", () => {
    const row = new Float32Array(inputs.size).fill(99);
    inputs.write(series({ values: [1, 2], dynamicFeatures: [[1, 2, 3]] }), -1, 4, row, 0);
    expect([...row].every((value) => value === 0)).toBe(true);
  });

  it("replaces missing values by the last one before them, and by 0 at the beginning", () => {
    const own = series({ values: [Number.NaN, 3, Number.NaN, Number.NaN, 5] });
    expect([...own.values]).toEqual([0, 3, 3, 3, 5]);
    expect([...(own.observed ?? [])]).toEqual([0, 1, 0, 0, 1]);
  });
});

describe("featureScales", () => {
  it("is mean and deviation over all series; a feature that never changes keeps its unit", () => {
    const first = series({
      values: [0, 0],
      dynamicFeatures: [
        [1, 3],
        [7, 7],
      ],
    });
    const second = series({
      values: [0, 0],
      dynamicFeatures: [
        [5, 7],
        [7, 7],
      ],
    });
    expect(featureScales([first, second])).toEqual([
      { mean: 4, deviation: Math.sqrt(5) },
      { mean: 7, deviation: 1 },
    ]);
  });
});
