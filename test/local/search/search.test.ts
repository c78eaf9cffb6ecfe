import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NumericRange, textAt, unitOf } from "../../../src/local/search/dimension.js";
import {
  bayesianSearch,
  type Dimension,
  gridSearch,
  randomSearch,
  type Search,
  type Trial,
} from "../../../src/local/search/index.js";

const rate: Dimension = { name: "rate", kind: "continuous", min: 1e-4, max: 1, scaling: "Logarithmic" };
const size: Dimension = { name: "size", kind: "integer", min: 1, max: 64, scaling: "Linear" };
const kind: Dimension = { name: "kind", kind: "categorical", values: ["a", "b", "c"] };

const range: fc.Arbitrary<NumericRange> = fc.oneof(
  fc
    .tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(1000))
    .map(([min, span]) => ({ name: "x", kind: "integer" as const, min, max: min + span, scaling: "Linear" as const })),
  fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.nat(1000)).map(([min, span]) => ({
    name: "x",
    kind: "integer" as const,
    min,
    max: min + span,
    scaling: "Logarithmic" as const,
  })),
  fc
    .tuple(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.constantFrom("Linear" as const, "Logarithmic" as const))
    .map(([min, scaling]) => ({ name: "x", kind: "continuous" as const, min, max: min * 50, scaling })),
  fc.double({ min: 0, max: 0.9, noNaN: true }).map((min) => ({
    name: "x",
    kind: "continuous" as const,
    min,
    max: 0.999,
    scaling: "ReverseLogarithmic" as const,
  })),
);

describe("textAt", () => {
  it("stays within its range, and gives whole numbers for ranges of them", () => {
    fc.assert(
      fc.property(range, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (one, unit) => {
        const value = Number(textAt(one, unit));
        expect(value).toBeGreaterThanOrEqual(one.min);
        expect(value).toBeLessThanOrEqual(one.max);
        if (one.kind === "integer") expect(Number.isInteger(value)).toBe(true);
      }),
    );
  });

  it("is undone by unitOf", () => {
    fc.assert(
      fc.property(range, fc.double({ min: 0, max: 0.999, noNaN: true }), (one, unit) => {
        const text = textAt(one, unit);
        const again = Number(textAt(one, Math.min(unitOf(one, text), 1 - Number.EPSILON)));
        if (one.kind === "integer") expect(String(again)).toBe(text);
        else expect(again).toBeCloseTo(Number(text), 9);
      }),
    );
  });

  it("gives every whole number the same share of an even range", () => {
    const dice: NumericRange = { name: "x", kind: "integer", min: 1, max: 6, scaling: "Linear" };
    const seen = new Map<string, number>();
    for (let step = 0; step < 600; step++) {
      const text = textAt(dice, (step + 0.5) / 600);
      seen.set(text, (seen.get(text) ?? 0) + 1);
    }
    expect([...seen]).toEqual(["1", "2", "3", "4", "5", "6"].map((face) => [face, 100]));
  });
});

describe("randomSearch", () => {
  it("repeats itself for a seed, and not for another", () => {
    const points = (seed: number) => {
      const search = randomSearch([rate, size, kind], seed);
      return Array.from({ length: 5 }, () => search.next([]));
    };
    expect(points(1)).toEqual(points(1));
    expect(points(1)).not.toEqual(points(2));
  });

  it("takes no point twice while there are others", () => {
    const search = randomSearch([kind], 1);
    expect(new Set([search.next([]), search.next([]), search.next([])].map((point) => point?.["kind"])).size).toBe(3);
    expect(kind.kind === "categorical" && kind.values).toContain(search.next([])?.["kind"]);
  });
});

describe("gridSearch", () => {
  it("ends after the last combination", () => {
    const search = gridSearch([kind, { name: "on", kind: "categorical", values: ["0", "1"] }]);
    const points = Array.from({ length: 7 }, () => search.next([]));
    expect(points.map((point) => point && `${point["kind"]}${point["on"]}`)).toEqual([
      "a0",
      "a1",
      "b0",
      "b1",
      "c0",
      "c1",
      undefined,
    ]);
  });
});

describe("bayesianSearch", () => {
  /** Best at rate 0.01, size 20, kind b. */
  const loss = (point: Readonly<Record<string, string>>): number =>
    (Math.log10(Number(point["rate"])) + 2) ** 2 +
    ((Number(point["size"]) - 20) / 32) ** 2 +
    (point["kind"] === "b" ? 0 : 0.5);

  function bestOf(search: Search, count: number): number {
    const trials: Trial[] = [];
    for (let trial = 0; trial < count; trial++) {
      const point = search.next(trials) ?? {};
      trials.push({ point, loss: loss(point) });
    }
    return Math.min(...trials.map((one) => one.loss));
  }

  it("comes closer to the best point than chance does", () => {
    const seeds = Array.from({ length: 40 }, (_, seed) => seed);
    const dimensions = [rate, size, kind];
    const learned = seeds.map((seed) => bestOf(bayesianSearch(dimensions, seed), 30)).sort((a, b) => a - b);
    const chance = seeds.map((seed) => bestOf(randomSearch(dimensions, seed), 30)).sort((a, b) => a - b);
    const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    expect(median(learned)).toBeLessThan(median(chance) / 2);
  });

  it("repeats itself for a seed and the same results", () => {
    expect(bestOf(bayesianSearch([rate, size, kind], 5), 12)).toBe(bestOf(bayesianSearch([rate, size, kind], 5), 12));
  });
});
