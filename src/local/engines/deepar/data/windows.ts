import { type Random, samplePoisson } from "../../../tensor/index.js";
import type { Series } from "./series.js";

/** What a network is trained on: the end of a context and the points to predict behind it. */
export interface Window {
  readonly series: Series;
  /** Index of the first point to predict. */
  readonly forecastStart: number;
}

/** Batches that an epoch has about, whatever the size of the data. */
const BATCHES = 10;

/** How an epoch goes through the data. */
export interface EpochPlan {
  readonly passes: number;
  /** Probability that a pass takes a series. */
  readonly probability: number;
}

/**
 * The size of an epoch: about ten batches, one window for each series that a pass takes.
 *
 * @see source: fitted to five training logs of the service
 */
export function planEpoch(seriesCount: number, batchSize: number): EpochPlan {
  const windows = BATCHES * batchSize;
  const passes = Math.ceil(windows / seriesCount);
  return { passes, probability: windows / (passes * seriesCount) };
}

/** Which windows are drawn. */
export interface WindowRule {
  readonly contextLength: number;
  readonly predictionLength: number;
  /**
   * Whether contexts of long series may begin before the series does: for models that forecast series without history. Those
   * of short series do so anyway.
   */
  readonly coldStarts: boolean;
}

/**
 * The windows of one epoch, in random order. Each series that a pass takes gives on average one, at a random place.
 */
export function drawEpoch(
  all: readonly Series[],
  plan: EpochPlan,
  { contextLength, predictionLength, coldStarts }: WindowRule,
  random: Random,
): [Window, ...Window[]] {
  const windows: Window[] = [];
  do {
    for (let pass = 0; pass < plan.passes; pass++) {
      for (const series of all) {
        if (plan.probability < 1 && random.next() >= plan.probability) continue;
        const last = series.length - predictionLength;
        const first = coldStarts ? 0 : Math.min(contextLength, last);
        for (let count = samplePoisson(random, 1); count > 0; count--) {
          windows.push({ series, forecastStart: first + random.nextInt(last - first + 1) });
        }
      }
    }
  } while (windows.length === 0);
  for (let i = windows.length - 1; i > 0; i--) {
    const j = random.nextInt(i + 1);
    [windows[i], windows[j]] = [windows[j] as Window, windows[i] as Window];
  }
  return windows as [Window, ...Window[]];
}
