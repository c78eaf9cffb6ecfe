import { intervalCoverage, rootMeanSquaredError, weightedQuantileLoss } from "sagemaker-ts";

/** Values of a forecast by level, among them `"0.1"`, `"0.5"` and `"0.9"`. */
export type Quantiles = Readonly<Record<string, readonly number[]>>;

/** A row of the table of scores, with weighted quantile losses (wQL): lower is better, but the band should hold 80 %. */
export function scoreRow(forecast: string, quantiles: Quantiles, actual: Float64Array) {
  const line = (level: number): readonly number[] => quantiles[String(level)] ?? [];
  const losses = [0.1, 0.5, 0.9].map((level) => weightedQuantileLoss(actual, line(level), level));
  const [low, middle, high] = losses.map((loss) => loss.toFixed(4));
  return {
    forecast,
    "RMSE of the median": rootMeanSquaredError(actual, line(0.5)).toFixed(2),
    "wQL 0.1": low,
    "wQL 0.5": middle,
    "wQL 0.9": high,
    "mean wQL": (losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toFixed(4),
    "inside 0.1 to 0.9": `${Math.round(100 * intervalCoverage(actual, line(0.1), line(0.9)))} %`,
  };
}

/** Forecasts each point as the one a period ago. */
export function periodAgo(history: Float64Array, period: number, points: number): Quantiles {
  const errors = history.slice(period).map((value, index) => value - at(history, index));
  return around(
    Array.from({ length: points }, (_, index) => at(history, history.length - period + (index % period))),
    errors,
  );
}

/** Forecasts each point as the mean of the same points of all periods so far. */
export function meanProfile(history: Float64Array, period: number, points: number): Quantiles {
  const phases = Array.from({ length: period }, (_, phase) =>
    history
      .filter((_, index) => index % period === phase)
      .reduce((mean, value, _, all) => mean + value / all.length, 0),
  );
  const mean = (index: number): number => phases[index % period] ?? Number.NaN;
  const cycles = history.length / period;
  // The mean holds the value itself: from the others' mean it is further away.
  const errors = history.map((value, index) => ((value - mean(index)) * cycles) / (cycles - 1));
  return around(
    Array.from({ length: points }, (_, index) => mean(history.length + index)),
    errors,
  );
}

/** A line, and a band as wide as its errors so far. */
function around(line: readonly number[], errors: Float64Array): Quantiles {
  const sorted = errors.toSorted();
  const shift = (level: number): number => {
    const place = level * (sorted.length - 1);
    const below = Math.floor(place);
    return at(sorted, below) + (place - below) * (at(sorted, Math.ceil(place)) - at(sorted, below));
  };
  return {
    "0.1": line.map((value) => value + shift(0.1)),
    "0.5": line,
    "0.9": line.map((value) => value + shift(0.9)),
  };
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}
