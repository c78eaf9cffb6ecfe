import { setImmediate } from "node:timers/promises";
import { before, type Series } from "./data/series.js";
import { forecast } from "./forecast.js";
import { ScoreSums, type Scores } from "./metrics.js";
import type { Model } from "./model.js";

/** How a test set is scored. */
export interface EvaluationOptions {
  /** Sample paths of each series. */
  readonly paths: number;
  /** Quantiles that are scored. */
  readonly levels: readonly number[];
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * Withholds the last `prediction_length` points of each series, forecasts them and scores the forecasts.
 *
 * @param test - series that are longer than that
 * @returns undefined when no withheld point has a target
 */
export async function evaluate(
  model: Model,
  test: readonly Series[],
  { paths, levels, seed, signal }: EvaluationOptions,
): Promise<Scores | undefined> {
  const steps = model.description.hyperparameters.prediction_length;
  const sums = new ScoreSums(levels);
  for (const series of test) {
    signal.throwIfAborted();
    const start = series.length - steps;
    const predicted = forecast(model, before(series, start), { paths, seed });
    sums.add(
      series.values.subarray(start),
      (point) => series.observed?.[start + point] !== 0,
      predicted.mean(),
      levels.map((level) => predicted.quantile(level)),
    );
    // Lets the message arrive that asks the job to stop.
    await setImmediate();
  }
  return sums.points === 0 ? undefined : sums.scores();
}
