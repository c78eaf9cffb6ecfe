import { expect } from "vitest";
import { TimeSeries } from "../../src/datasets/index.js";
import { ValidationError } from "../../src/errors/index.js";

/** The faults that a call names. */
export function issuesOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationError);
    return (error as ValidationError).issues.map(({ message }) => message);
  }
  throw new Error("nothing was refused");
}

/** Eight hours of training, the last of them also the first of the target, and a forecast of the four after them. */
export const training = new TimeSeries({ start: "2020-01-01", frequency: "H", values: [1, 2, 3, 4, 5, 6, 7, 8] });
export const target = new TimeSeries({ start: "2020-01-01 07:00", frequency: "H", values: [8, 9, 12, 11, 12] });
export const forecast = {
  timestamps: ["2020-01-01 08:00:00", "2020-01-01 09:00:00", "2020-01-01 10:00:00", "2020-01-01 11:00:00"],
  quantiles: { "0.1": [8, 9, 10, 11], "0.5": [9, 10, 11, 12], "0.9": [10, 11, 12, 13] },
};

/** Texts of an SVG, in its order. */
export function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/gu)].map((match) => match[1] as string);
}
