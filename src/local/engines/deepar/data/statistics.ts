import { pythonFloat } from "../../python-text.js";
import { absoluteSum, type Series } from "./series.js";

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
  for (const series of all) {
    points += series.length;
    const absolute = absoluteSum(series, 0, series.length);
    observations += absolute.count;
    sumAbsolute += absolute.sum;
    for (let i = 0; i < series.length; i++) {
      if (series.observed?.[i] === 0) continue;
      const value = series.values[i] as number;
      sum += value;
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
    mean: singlePrecision(sum) / observations,
    max: none ? Number.NaN : max,
    meanAbsolute: singlePrecision(sumAbsolute) / observations,
    missing: points === 0 ? 0 : 1 - observations / points,
  };
}

/** The container adds in float32. */
function singlePrecision(sum: number): number {
  return Math.fround(sum);
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
