import { describe, expect, it } from "vitest";
import { exactExp, exactLog, logGamma } from "../../../src/local/tensor/exact-math.js";
import {
  derivedSeed,
  sampleGamma,
  sampleNegativeBinomial,
  sampleNormal,
  samplePoisson,
  seededRandom,
} from "../../../src/local/tensor/index.js";

function moments(draw: () => number, count = 20_000): readonly [mean: number, variance: number] {
  const draws = Array.from({ length: count }, draw);
  const mean = draws.reduce((a, b) => a + b) / count;
  return [mean, draws.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count];
}

describe("exactExp and exactLog", () => {
  it("are within a few units of the last digit, and right at the ends", () => {
    for (let i = -7000; i <= 7000; i += 7) {
      const x = i / 10 + 0.0123;
      expect(Math.abs(exactExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
    }
    for (let x = 1e-300; x < 1e300; x *= 3.7)
      expect(Math.abs(exactLog(x) - Math.log(x))).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(Math.log(x))));
    expect([exactExp(0), exactExp(800), exactExp(-800), exactExp(Number.NEGATIVE_INFINITY)]).toEqual([
      1,
      Infinity,
      0,
      0,
    ]);
    expect([exactLog(1), exactLog(0), exactLog(-1)]).toEqual([0, -Infinity, Number.NaN]);
    expect(exactLog(5e-324)).toBeCloseTo(Math.log(5e-324), 9);
  });
});

describe("logGamma", () => {
  it("is the logarithm of the factorial", () => {
    let factorial = 1;
    for (let n = 1; n < 100; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 10);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  });
});

describe("samplers", () => {
  it("have the moments of their distributions", () => {
    const random = seededRandom(3);
    const close = (draw: () => number, mean: number, variance: number): void => {
      const [m, v] = moments(draw);
      expect(Math.abs(m - mean)).toBeLessThan(4 * Math.sqrt(variance / 20_000));
      expect(Math.abs(v / variance - 1)).toBeLessThan(0.1);
    };
    close(() => sampleNormal(random), 0, 1);
    for (const shape of [0.3, 1, 7.5]) close(() => sampleGamma(random, shape), shape, shape);
    for (const mean of [0.4, 5, 12, 300]) close(() => samplePoisson(random, mean), mean, mean);
    close(() => sampleNegativeBinomial(random, 3, 0.5), 3, 3 + 0.5 * 9);
  });

  it("repeat with their seed, to the last bit", () => {
    const random = seededRandom(11);
    const draws = [sampleNormal(random), sampleGamma(random, 2.5), samplePoisson(random, 40), sampleGamma(random, 0.2)];
    expect(draws).toEqual([-0.6485862042663315, 2.1572730171531322, 46, 0.2265825751170002]);
  });
});

describe("derivedSeed", () => {
  it("differs by seed and by purpose", () => {
    const seeds = [derivedSeed(1, "a"), derivedSeed(1, "b"), derivedSeed(2, "a"), derivedSeed(2 ** 32 + 1, "a")];
    expect(new Set(seeds.map(String)).size).toBe(4);
    expect(derivedSeed(1, "a")).toEqual(derivedSeed(1, "a"));
  });
});
