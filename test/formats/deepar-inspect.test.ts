import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeepARFaultKind, type DeepARInput, encodeDeepAR, inspectDeepAR } from "../../src/formats/index.js";
import { bytesOf } from "./support.js";

const start = "2024-01-01 00:00:00";
const textOf = async (series: DeepARInput[], predictionLength = 0): Promise<string> =>
  (await bytesOf(encodeDeepAR(series, { predictionLength }))).toString();

describe("inspectDeepAR", () => {
  it("gives the statistics that the service logged for the same series", async () => {
    const recorded = JSON.parse(
      await readFile(new URL("../fixtures/deepar/chapter-series.json", import.meta.url), "utf8"),
    ) as { t0: string; data: number[] };
    const text = await textOf([{ start: recorded.t0, values: recorded.data.slice(0, 450) }]);
    const report = await inspectDeepAR({ text }, { predictionLength: 50, frequency: "H" });

    expect(report).toMatchObject({
      series: 1,
      observations: 450,
      missing: 0,
      faults: [],
      dynamicFeatures: 0,
      categories: [],
    });
    expect(report.lengths).toEqual({ min: 450, median: 450, mean: 450, max: 450 });
    expect(Math.fround(report.target.min)).toBe(-216.7050323486328);
    expect(report.target.mean).toBeCloseTo(611.7573611111111, 4);
    expect(Math.fround(report.target.max)).toBe(2012.281494140625);
    expect(report.target.meanAbsolute).toBeCloseTo(628.5100694444444, 4);
    expect(report).toMatchObject({ integers: false, nonNegative: false, insideUnitInterval: false });
  });

  it("counts points, observations and lengths of any series", async () => {
    const series = fc.array(fc.array(fc.option(fc.integer()), { minLength: 1, maxLength: 9 }), {
      minLength: 1,
      maxLength: 9,
    });
    await fc.assert(
      fc.asyncProperty(series, async (lists) => {
        const report = await inspectDeepAR({ text: await textOf(lists.map((values) => ({ start, values }))) });
        const all = lists.flat();
        const there = all.filter((value) => value !== null);
        const sorted = lists.map((list) => list.length).sort((a, b) => a - b);
        const last = sorted.length - 1;

        expect(report).toMatchObject({
          series: lists.length,
          points: all.length,
          observations: there.length,
          missing: all.length - there.length,
          lengths: {
            min: sorted[0],
            median: ((sorted[Math.floor(last / 2)] ?? 0) + (sorted[Math.ceil(last / 2)] ?? 0)) / 2,
            mean: all.length / lists.length,
            max: sorted.at(-1),
          },
          integers: there.length > 0,
        });
        if (there.length > 0) expect(report.target.max).toBe(Math.max(...there));
      }),
      { numRuns: 50 },
    );
  });

  it("tells which kind of numbers there are, for the choice of a likelihood", async () => {
    const kindOf = async (values: (number | null)[]): Promise<boolean[]> => {
      const report = await inspectDeepAR({ text: await textOf([{ start, values }]) });
      return [report.integers, report.nonNegative, report.insideUnitInterval];
    };

    expect(await kindOf([0, 3, null, 12])).toEqual([true, true, false]);
    expect(await kindOf([0.5, null, 0.01])).toEqual([false, true, true]);
    expect(await kindOf([0.5, 1])).toEqual([false, true, false]);
    expect(await kindOf([-1.5, 2])).toEqual([false, false, false]);
    expect(await kindOf([null])).toEqual([false, false, false]);
  });

  it("tells cardinality and codes that are missing, and series that lie sorted by category", async () => {
    const series = [0, 0, 3, 3, 1, 1].map((code) => ({ start, values: [1, 2], categories: [code, 0] }));
    const report = await inspectDeepAR({ text: await textOf(series) });

    expect(report.categories).toEqual([
      { cardinality: 4, seen: 3, missingCodes: [2] },
      { cardinality: 1, seen: 1, missingCodes: [] },
    ]);
    expect(report.sortedByCategory).toBe(true);
    const shuffled = [0, 2, 4, 1, 3, 5].map((index) => series[index] as DeepARInput);
    expect((await inspectDeepAR({ text: await textOf(shuffled) })).sortedByCategory).toBe(false);
  });

  it("lists each kind of fault with line and byte, and goes on", async () => {
    const lines = [
      `{"start":"${start}","target":[1,2,3],"cat":[0],"dynamic_feat":[[1,2,3]]}`,
      "oops",
      `{"start":"${start}","target":[1,2],"cat":[0],"dynamic_feat":[[1,2]]}`,
      `{"start":"${start}","target":[0,null,0],"cat":[0],"dynamic_feat":[[1,2,3]]}`,
      `{"start":"${start}","target":[4,4,4],"cat":[0],"dynamic_feat":[[1,2,3]]}`,
      `{"start":"${start}","target":[null,null,null],"cat":[0],"dynamic_feat":[[1,2,3]]}`,
      `{"start":"2024-01-01 00:30:00","target":[1,2,3],"cat":[0],"dynamic_feat":[[1,2,3]]}`,
      `{"start":"${start}","target":[1,2,3],"cat":[0],"dynamic_feat":[[1,2,3,4]]}`,
      `{"start":"${start}","target":[1,2,3],"dynamic_feat":[[1,2,3]]}`,
      `{"start":"${start}","target":[1,2,"x"],"cat":[0]}`,
    ];
    const offsets = lines.map((_, index) => lines.slice(0, index).join("\n").length + (index === 0 ? 0 : 1));
    const report = await inspectDeepAR({ text: lines.join("\n") }, { predictionLength: 2, frequency: "H" });
    const expected: [kind: DeepARFaultKind, line: number, severity: string, message: string][] = [
      ["unreadable", 2, "error", 'not JSON: "oops"'],
      ["too-short", 3, "warning", "2 points; training leaves out what is not longer than 2"],
      ["all-zero", 4, "warning", "all values are 0"],
      ["constant", 5, "warning", "all values are 4"],
      ["no-values", 6, "warning", "no value is there"],
      ["unaligned-start", 7, "warning", "is not a whole hour"],
      ["feature-length", 8, "error", 'dynamic_feat[0]: 4 values; needed are as many as "target" for training, 3'],
      ["differing-layout", 9, "error", "cat: 0 categories, but the first series has 1"],
      ["unreadable", 10, "error", 'target[2]: expected a number or null, got "x"'],
    ];

    expect(report.faults).toEqual(
      expected.map(([kind, line, severity, message]) => ({
        kind,
        line,
        severity,
        byteOffset: offsets[line - 1],
        message: expect.stringContaining(message),
      })),
    );
    expect(report.faultCounts).toEqual({
      unreadable: 2,
      "too-short": 1,
      "all-zero": 1,
      constant: 1,
      "no-values": 1,
      "unaligned-start": 1,
      "feature-length": 1,
      "differing-layout": 1,
    });
    expect(report.series).toBe(8);
  });

  it("counts all faults of a kind and lists the first", async () => {
    const text = await textOf(Array.from({ length: 20 }, () => ({ start, values: [0] })));
    const report = await inspectDeepAR(gzipSync(text), { maxFaultsPerKind: 3 });

    expect(report.faultCounts).toEqual({ "all-zero": 20 });
    expect(report.faults.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it("holds the input of a forecast against the prediction length", async () => {
    const options = { purpose: "inference", predictionLength: 2 } as const;
    const cold = { start, values: [], dynamicFeatures: [[1, 2]] };
    const warm = { start, values: [5], dynamicFeatures: [[1, 2, 3]] };
    const text = await textOf([cold, warm], 2);

    expect((await inspectDeepAR({ text }, options)).faults).toEqual([]);
    expect((await inspectDeepAR({ text }, { ...options, predictionLength: 3 })).faultCounts).toEqual({
      "feature-length": 2,
    });
    expect((await inspectDeepAR({ text })).faultCounts).toEqual({ "no-values": 1, "feature-length": 2 });
  });

  it("gives zeros and no figures for an empty file", async () => {
    expect(await inspectDeepAR({ text: "" })).toMatchObject({
      series: 0,
      observations: 0,
      lengths: { min: 0, median: 0, mean: 0, max: 0 },
      target: { min: Number.NaN, mean: Number.NaN },
      firstStart: undefined,
      faults: [],
    });
  });
});
