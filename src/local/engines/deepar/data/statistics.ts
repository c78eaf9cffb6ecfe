import { pythonFloat } from "../../python-text.js";
import type { Series } from "./series.js";

/** Figures of a data set, as the container logs them. */
export interface Statistics {
  readonly series: number;
  /** Points with a value. */
  readonly observations: number;
  readonly meanLength: number;
  /** Of the values that are there; NaN without any. */
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly meanAbsolute: number;
  /** Share of the points without a value. */
  readonly missing: number;
}

export function statisticsOf(all: readonly Series[]): Statistics {
  let points = 0;
  let observations = 0;
  let sum = 0;
  let sumAbsolute = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { length, values, observed } of all) {
    points += length;
    const there = observed ? values.filter((_, index) => observed[index] === 1) : values;
    observations += there.length;
    sum += pairwiseSum(there, 0, there.length);
    const absolute = there.map(Math.abs);
    sumAbsolute += pairwiseSum(absolute, 0, absolute.length);
    for (const value of there) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  const none = observations === 0;
  return {
    series: all.length,
    observations,
    meanLength: all.length === 0 ? 0 : points / all.length,
    min: none ? Number.NaN : min,
    mean: sum / observations,
    max: none ? Number.NaN : max,
    meanAbsolute: sumAbsolute / observations,
    missing: points === 0 ? 0 : 1 - observations / points,
  };
}

/** Numbers that are added in eight lanes before the range is halved. */
const BLOCK = 128;

/**
 * Sum in float32 in the order of NumPy: the digits that the container logs.
 *
 * @see source: `pairwise_sum` of NumPy
 */
function pairwiseSum(values: Float32Array, from: number, to: number): number {
  const count = to - from;
  const at = (index: number): number => values[index] as number;
  const add = (a: number, b: number): number => Math.fround(a + b);
  if (count > BLOCK) {
    const half = Math.floor(count / 2);
    const middle = from + half - (half % 8);
    return add(pairwiseSum(values, from, middle), pairwiseSum(values, middle, to));
  }
  const end = count < 8 ? from : from + count - (count % 8);
  let sum = 0;
  if (end > from) {
    const lanes = Array.from(values.subarray(from, from + 8));
    for (let i = from + 8; i < end; i++) lanes[(i - from) % 8] = add(lanes[(i - from) % 8] as number, at(i));
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = lanes;
    sum = add(add(add(a, b), add(c, d)), add(add(e, f), add(g, h)));
  }
  for (let i = end; i < to; i++) sum = add(sum, at(i));
  return sum;
}

/** The block of a data set in the log. */
export function statisticsLines(title: "Training" | "Test", figures: Statistics): string[] {
  const { min, mean, max, missing } = figures;
  return [
    `${title} set statistics:`,
    "Real time series",
    `number of time series: ${figures.series}`,
    `number of observations: ${figures.observations}`,
    `mean target length: ${pythonFloat(figures.meanLength)}`,
    `min/mean/max target: ${[min, mean, max].map(pythonFloat).join("/")}`,
    `mean abs(target): ${pythonFloat(figures.meanAbsolute)}`,
    `contains missing values: ${missing === 0 ? "no" : `yes (${(missing * 100).toFixed(1)}%)`}`,
  ];
}
