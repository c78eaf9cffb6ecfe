import type { AlgorithmJob } from "../define-algorithm.js";
import { cpuTrainingInstances } from "../instance-types.js";
import { resolveDeepARHyperparameters } from "./defaults.js";
import type { DeepARHyperparameters } from "./hyperparameters.js";

/** Longest forecast that AWS advises. */
const LONG_FORECAST = 400;
/** Sum of context and forecast above which the network is slow to train; twice the longest advised forecast. */
const LONG_WINDOW = 800;
/** Batches up to which AWS sees no gain from a GPU. */
const LARGE_BATCH = 512;
/** Cells that make a large network, at the upper end of what is typical. */
const MANY_CELLS = 100;

/**
 * Says what is legal but hardly meant: settings without effect, an early stop that cannot happen, very long forecasts.
 *
 * @remarks The estimator passes these to the session's logger when a job is started.
 *
 * @param hyperparameters - valid hyperparameters, as the constructor of the estimator takes them
 * @returns full sentences; empty when there is nothing to say
 * @public
 */
export function deepARWarnings(hyperparameters: DeepARHyperparameters): readonly string[] {
  const hp = resolveDeepARHyperparameters(hyperparameters);
  const warnings: string[] = [];
  if (hp.prediction_length > LONG_FORECAST) {
    warnings.push(
      `"prediction_length" is ${hp.prediction_length}; above ${LONG_FORECAST} forecasts get slow and poor: use a coarser "time_freq" than "${hp.time_freq}".`,
    );
  }
  if (hp.context_length + hp.prediction_length > LONG_WINDOW) {
    warnings.push(
      `"context_length" and "prediction_length" together are ${hp.context_length + hp.prediction_length} points, which makes training slow.`,
    );
  }
  if (hp.cardinality === "ignore" && hyperparameters.embedding_dimension !== undefined) {
    warnings.push('"embedding_dimension" has no effect when "cardinality" leaves the categories out.');
  }
  if (hp.early_stopping_patience !== undefined && hp.early_stopping_patience >= hp.epochs) {
    warnings.push(
      `early stopping never happens: "early_stopping_patience" is ${hp.early_stopping_patience}, "epochs" only ${hp.epochs}.`,
    );
  }
  if (hp.likelihood === "deterministic-L1" && hyperparameters.test_quantiles !== undefined) {
    warnings.push('"test_quantiles" are all the same line with likelihood "deterministic-L1".');
  }
  return warnings;
}

/** What is legal but hardly meant in the whole job. */
export function jobWarnings(job: AlgorithmJob<DeepARHyperparameters>): string[] {
  const { hyperparameters, channels, instanceType } = job;
  const hp = resolveDeepARHyperparameters(hyperparameters);
  const warnings = [...deepARWarnings(hyperparameters)];
  if (!channels.some(({ ChannelName }) => ChannelName === "test")) {
    for (const key of ["num_eval_samples", "test_quantiles"] as const) {
      if (hyperparameters[key] !== undefined) warnings.push(`"${key}" has no effect without the channel "test".`);
    }
  }
  const [train, test] = ["train", "test"].map(
    (name) => channels.find(({ ChannelName }) => ChannelName === name)?.DataSource.S3DataSource?.S3Uri,
  );
  if (train !== undefined && train === test) {
    warnings.push(
      `Training and test read the same data, ${train}: the model has seen what it is tested on, so the scores will flatter; train without the last ${hp.prediction_length} points of each series [DA-19].`,
    );
  }
  const isGpu = instanceType !== "" && !(cpuTrainingInstances() as readonly string[]).includes(instanceType);
  if (isGpu && hp.mini_batch_size <= LARGE_BATCH && hp.num_cells <= MANY_CELLS) {
    warnings.push(
      `${instanceType} pays off with a "mini_batch_size" above ${LARGE_BATCH} or a large network only; a CPU such as "ml.c5.2xlarge" is the usual choice.`,
    );
  }
  return warnings;
}
