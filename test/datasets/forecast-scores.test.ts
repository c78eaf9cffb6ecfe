import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { intervalCoverage, pinballLoss, rootMeanSquaredError, weightedQuantileLoss } from "../../src/datasets/index.js";
import { ValidationError } from "../../src/errors/index.js";

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const level = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe("pinballLoss", () => {
  it("costs more above the forecast than below for a high quantile", () => {
    expect(pinballLoss([10], [8], 0.9)).toBeCloseTo(1.8, 12);
    expect(pinballLoss([8], [10], 0.9)).toBeCloseTo(0.2, 12);
    expect(pinballLoss([10, 8], [8, 10], 0.9)).toBeCloseTo(1, 12);
  });

  it("is least for the quantile of the values itself", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 30 }), level, finite, (values, quantile, other) => {
        const sorted = [...values].sort((a, b) => a - b);
        const best = sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] as number;
        const loss = (guess: number) =>
          pinballLoss(
            values,
            values.map(() => guess),
            quantile,
          );
        expect(loss(best)).toBeLessThanOrEqual(loss(other) + 1e-6);
      }),
    );
  });
});

describe("weightedQuantileLoss", () => {
  it("is the absolute error in proportion to the values for the median", () => {
    expect(weightedQuantileLoss([1, -2, 3], [2, -2, 5], 0.5)).toBeCloseTo(3 / 6, 12);
  });

  it("does not change when values and forecast are multiplied", () => {
    const pairs = fc.array(fc.tuple(fc.double({ min: 1, max: 1e6, noNaN: true }), finite), { minLength: 1 });
    fc.assert(
      fc.property(pairs, level, fc.double({ min: 0.1, max: 1000, noNaN: true }), (list, quantile, factor) => {
        const loss = (by: number) =>
          weightedQuantileLoss(
            list.map(([value]) => value * by),
            list.map(([, guess]) => guess * by),
            quantile,
          );
        expect(loss(factor) / (loss(1) || 1)).toBeCloseTo(loss(1) === 0 ? 0 : 1, 6);
      }),
    );
  });
});

describe("rootMeanSquaredError", () => {
  it("is the distance of a forecast that is off by the same everywhere", () => {
    expect(rootMeanSquaredError([1, 2, 3], [4, 5, 6])).toBe(3);
    expect(rootMeanSquaredError([0, 0], [3, 4])).toBeCloseTo(Math.sqrt(12.5), 12);
  });
});

describe("intervalCoverage", () => {
  it("counts what lies in the band, its edges included", () => {
    expect(intervalCoverage([1, 2, 3, 4], [1, 1, 4, 1], [2, 2, 5, 4])).toBe(0.75);
  });
});

describe("scores of forecasts", () => {
  it("leave points out whose actual value is not known", () => {
    const actual = [1, null, Number.NaN, 4];
    const guess = [2, 100, 100, 2];
    expect(rootMeanSquaredError(actual, guess)).toBe(rootMeanSquaredError([1, 4], [2, 2]));
    expect(pinballLoss(actual, guess, 0.3)).toBe(pinballLoss([1, 4], [2, 2], 0.3));
    expect(weightedQuantileLoss(actual, guess, 0.3)).toBe(weightedQuantileLoss([1, 4], [2, 2], 0.3));
    expect(intervalCoverage(actual, [0, 200, 200, 0], [3, 200, 200, 3])).toBe(0.5);
    expect(rootMeanSquaredError([null], [1])).toBeNaN();
  });

  it("refuse lists of different length and levels that are none", () => {
    const issuesOf = (work: () => unknown): readonly string[] => {
      try {
        work();
      } catch (error) {
        if (ValidationError.is(error)) return error.issues.map(({ message }) => message);
      }
      return [];
    };
    expect(issuesOf(() => rootMeanSquaredError([1, 2], [1]))).toEqual(["predicted has 1 points, actual has 2"]);
    expect(issuesOf(() => intervalCoverage([1], [1], []))).toEqual(["upper has 0 points, actual has 1"]);
    expect(issuesOf(() => pinballLoss([1], [1], 90))).toEqual(["quantile must be a number in (0, 1); got 90"]);
    expect(issuesOf(() => weightedQuantileLoss([1], [], 0))).toHaveLength(2);
  });
});
