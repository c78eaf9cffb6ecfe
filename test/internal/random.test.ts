import { describe, expect, it } from "vitest";
import { normalNumbers, seededRandom } from "../../src/internal/random.js";

describe("normalNumbers", () => {
  it("gives the same numbers for the same seed on every machine", () => {
    const next = normalNumbers(seededRandom(7));

    expect([next(), next(), next()]).toMatchInlineSnapshot(`
      [
        -0.07471138114742037,
        -0.7204678176119611,
        -1.127703464576788,
      ]
    `);
  });

  it("has the moments of the normal distribution", () => {
    const next = normalNumbers(seededRandom(1));
    const numbers = Array.from({ length: 100_000 }, next);
    const moment = (power: number): number => numbers.reduce((sum, x) => sum + x ** power, 0) / numbers.length;

    expect(Math.abs(moment(1))).toBeLessThan(0.02);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(3))).toBeLessThan(0.05);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
    const within = numbers.filter((x) => Math.abs(x) < 1.959964).length / numbers.length;
    expect(within).toBeCloseTo(0.95, 2);
  });
});
