import { intervalCoverage, rootMeanSquaredError, type TimeSeries, weightedQuantileLoss } from "../../datasets/index.js";
import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import { shown } from "../../internal/options.js";
import type { DeepARForecast } from "./forecast.js";

/**
 * How much of what happened lay in the band between two quantiles.
 *
 * @public
 */
export interface BandCoverage {
  readonly lower: number;
  readonly upper: number;
  /** Share that the band should hold: `upper - lower`. */
  readonly expected: number;
  /** Share that it holds. */
  readonly actual: number;
}

/**
 * How good forecasts are, by the measures with which DeepAR scores its test data.
 *
 * @public
 */
export interface DeepARScores {
  /** Points whose actual value is known, of all forecasts together. */
  readonly points: number;
  /** Root of the mean squared distance of the mean; undefined when the forecasts have no mean. */
  readonly rmse: number | undefined;
  /** Weighted loss by level, as `"0.1"`. */
  readonly weightedQuantileLoss: Readonly<Record<string, number>>;
  /** Mean of {@link DeepARScores.weightedQuantileLoss}; undefined when the forecasts have no quantiles. */
  readonly meanWeightedQuantileLoss: number | undefined;
  /** The bands between quantiles that lie symmetrically, such as 0.1 and 0.9; the widest one first. */
  readonly coverage: readonly BandCoverage[];
}

/**
 * Scores forecasts with what really happened.
 *
 * @remarks The sums go over all points of all series, as the service does it: a series of large values weighs more.
 *
 * @param forecasts - forecasts with the same quantiles
 * @param actuals - for each forecast its values: a series that covers its times, or as many numbers as it has points, `null`
 * or NaN where one is not known
 * @throws {@link ValidationError} `INVALID_INPUT` when the two lists differ in length, a series does not cover the times of its
 * forecast, or the forecasts have different quantiles
 * @example
 * ```ts
 * const { training, test } = splitForecast(series, { predictionLength: 50 });
 * const forecast = await predictor.forecast(training);
 * const { rmse, coverage } = scoreForecasts([forecast], [test]);
 * ```
 * @public
 */
export function scoreForecasts(
  forecasts: readonly DeepARForecast[],
  actuals: readonly (TimeSeries | ArrayLike<number | null>)[],
): DeepARScores {
  const issues: ValidationIssue[] = [];
  const first = forecasts[0];
  if (first === undefined || forecasts.length !== actuals.length) {
    const message = `one actual series for each forecast; got ${actuals.length} for ${forecasts.length} forecasts`;
    throw new ValidationError("scoreForecasts", [{ path: [], message }], "INVALID_INPUT");
  }
  const levels = first.quantileLevels;
  const values = forecasts.flatMap((forecast, index) => {
    const fault = (message: string): void => {
      issues.push({ path: [index], message: `forecast ${index + 1}: ${message}` });
    };
    if (shown(forecast.quantileLevels) !== shown(levels)) {
      fault(`it has the quantiles ${forecast.quantileLevels.join(", ")}, the first one ${levels.join(", ")}`);
    }
    if ((forecast.mean === undefined) !== (first.mean === undefined)) fault("only some of the forecasts have a mean");
    return valuesOf(actuals[index] as TimeSeries | ArrayLike<number | null>, forecast, fault);
  });
  if (issues.length > 0) throw new ValidationError("scoreForecasts", issues, "INVALID_INPUT");
  const line = (level: number): number[] => forecasts.flatMap((forecast) => forecast.quantile(level));
  const losses = levels.map((level) => [String(level), weightedQuantileLoss(values, line(level), level)] as const);
  return {
    points: values.filter((value) => !Number.isNaN(value)).length,
    rmse:
      first.mean &&
      rootMeanSquaredError(
        values,
        forecasts.flatMap((forecast) => forecast.mean ?? []),
      ),
    weightedQuantileLoss: Object.fromEntries(losses),
    meanWeightedQuantileLoss:
      losses.length === 0 ? undefined : losses.reduce((sum, [, loss]) => sum + loss, 0) / losses.length,
    coverage: bands(levels).map(([lower, upper]) => ({
      lower,
      upper,
      // Twelve digits: 0.9 - 0.1 is meant to be 0.8.
      expected: Number((upper - lower).toFixed(12)),
      actual: intervalCoverage(values, line(lower), line(upper)),
    })),
  };
}

/** The values at the times of the forecast, NaN where they are not known. */
function valuesOf(
  actual: TimeSeries | ArrayLike<number | null>,
  forecast: DeepARForecast,
  fault: (message: string) => void,
): number[] {
  const points = forecast.length;
  if ("indexOf" in actual && "frequency" in actual) {
    try {
      const from = actual.indexOf(forecast.timestamps[0] as string);
      if (from >= 0 && from + points <= actual.length) return Array.from(actual.values.subarray(from, from + points));
    } catch (error) {
      if (!ValidationError.is(error)) throw error;
    }
    fault(
      `its times, ${forecast.timestamps[0]} to ${forecast.timestamps.at(-1)}, are not in the series of ${actual.start} to ${actual.end}`,
    );
    return [];
  }
  const { length } = actual as ArrayLike<number | null>;
  if (length !== points) fault(`it has ${points} points, but there are ${length} values`);
  return Array.from(actual as ArrayLike<number | null>, (value) => value ?? Number.NaN);
}

/** Pairs of levels that lie symmetrically around the median, from the outside in. */
function bands(levels: readonly number[]): [number, number][] {
  return levels
    .filter((level) => level < 0.5)
    .flatMap((lower) => {
      const upper = levels.find((level) => Math.abs(level + lower - 1) < 1e-9);
      return upper === undefined ? [] : [[lower, upper] satisfies [number, number]];
    });
}
