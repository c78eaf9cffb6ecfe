import { pythonDict, pythonFloat, pythonJsonString } from "../python-text.js";
import type { EpochPlan } from "./data/windows.js";
import { CONTAINER_DEFAULTS } from "./hyperparameters.js";
import type { Scores } from "./metrics.js";

/** What the service calls the only machine of a job. */
export const HOST = "algo-1";

/** The lines with which the container names its configuration: the defaults, what was given, and both together. */
export function configurationLines(given: Readonly<Record<string, string>>): string[] {
  const defaults = "/opt/amazon/lib/python3.6/site-packages/algorithm/resources/default-input.json";
  return [
    `Reading default configuration from ${defaults}: ${pythonDict(CONTAINER_DEFAULTS)}`,
    `Merging with provided configuration from /opt/ml/input/config/hyperparameters.json: ${pythonDict(given)}`,
    `Final configuration: ${pythonDict({ ...CONTAINER_DEFAULTS, ...given })}`,
  ];
}

/** How an epoch goes through the data. */
export function planLine({ passes, probability }: EpochPlan): string {
  const small = passes > 1 ? "Small number of time series. " : "";
  return `${small}Doing ${passes} passes over dataset with prob ${pythonFloat(probability)} per epoch.`;
}

/** One value of a `#metrics` line: `sum`, `count`, `min` and `max` of a single measurement. */
export type Measurements = Readonly<Record<string, number>>;

/** A `#metrics` line: measurements, times in milliseconds, between two moments in milliseconds since 1970. */
export function metricsLine(start: number, end: number, measurements: Measurements): string {
  const metrics = Object.entries(measurements).map(([name, value]) => {
    const float = pythonFloat(value);
    const plain = name === "epochs" ? String(value) : float;
    return `${pythonJsonString(name)}: {"sum": ${float}, "count": 1, "min": ${plain}, "max": ${plain}}`;
  });
  const dimensions = `{"Algorithm": "AWS/DeepAR", "Host": "${HOST}", "Operation": "training"}`;
  return (
    `#metrics {"StartTime": ${pythonFloat(start / 1000)}, "EndTime": ${pythonFloat(end / 1000)}, ` +
    `"Dimensions": ${dimensions}, "Metrics": {${metrics.join(", ")}}}`
  );
}

/** Losses of the batches of an epoch, and the lines about them: one block every five batches. */
export class BatchLosses {
  readonly #epoch: number;
  readonly #batchSize: number;
  #batch = -1;
  #sum = 0;
  /** Since the last block. */
  #recentSum = 0;
  #recentBatches = 0;
  #reportedAt: number;

  /** @param now - milliseconds */
  constructor(epoch: number, batchSize: number, now: number) {
    this.#epoch = epoch;
    this.#batchSize = batchSize;
    this.#reportedAt = now;
  }

  /** Mean loss of the batches so far. */
  get mean(): number {
    return this.#sum / (this.#batch + 1);
  }

  /** Counts the loss of the next batch and returns the lines to log. */
  add(loss: number, now: number): string[] {
    this.#batch++;
    this.#sum += loss;
    const batch = this.#batch;
    this.#recentSum += loss;
    this.#recentBatches++;
    if (batch % 5 !== 0) return [];
    const recent = this.#recentSum / this.#recentBatches;
    const lines = [
      `Epoch[${this.#epoch}] Batch[${batch}] avg_epoch_loss=${this.mean.toFixed(6)}`,
      `#quality_metric: host=${HOST}, epoch=${this.#epoch}, batch=${batch} train loss <loss>=${pythonFloat(recent)}`,
    ];
    // The block of the first batch stands alone; the next one is about that batch, too.
    if (batch > 0) {
      const seconds = Math.max(now - this.#reportedAt, 1e-3) / 1000;
      const speed = ((this.#recentBatches * this.#batchSize) / seconds).toFixed(2);
      lines.push(`Epoch[${this.#epoch}] Batch [${batch}]#011Speed: ${speed} samples/sec#011loss=${recent.toFixed(6)}`);
      this.#recentSum = 0;
      this.#recentBatches = 0;
      this.#reportedAt = now;
    }
    return lines;
  }
}

/** The scores of the test channel. */
export function scoreLines(scores: Scores, levels: readonly number[]): string[] {
  const score = (name: string, value: number): string => `#test_score (${HOST}, ${name}): ${pythonFloat(value)}`;
  const metric = (name: string, value: number): string =>
    `#quality_metric: host=${HOST}, test ${name} <loss>=${pythonFloat(value)}`;
  return [
    score("RMSE", scores.rmse),
    score("mean_absolute_QuantileLoss", scores.meanAbsoluteQuantileLoss),
    score("mean_wQuantileLoss", scores.meanWeightedQuantileLoss),
    ...levels.map((level, index) =>
      score(`wQuantileLoss[${pythonFloat(level)}]`, scores.weightedQuantileLosses[index] as number),
    ),
    metric("RMSE", scores.rmse),
    metric("mean_wQuantileLoss", scores.meanWeightedQuantileLoss),
  ];
}
