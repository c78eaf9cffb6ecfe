import { ArenaFullError, TensorEngine } from "../../tensor/index.js";
import { ContainerLog } from "../container-log.js";
import { type ChannelInput, JobFailure, type TrainingContext } from "../contract.js";
import { writeDescription } from "./artefact.js";
import { readTestSet, readTrainingSet } from "./data/dataset.js";
import type { Series } from "./data/series.js";
import { statisticsLines, statisticsOf } from "./data/statistics.js";
import { planEpoch } from "./data/windows.js";
import { evaluate } from "./evaluate.js";
import { featureScales } from "./features/inputs.js";
import { type Hyperparameters, readHyperparameters } from "./hyperparameters.js";
import { configurationLines, HOST, metricsLine, planLine, scoreLines } from "./log-lines.js";
import { defaultScaleOf, Model, type ModelDescription } from "./model.js";
import { TrainingRun } from "./training-run.js";

/** One training job: reads the channels, trains, scores the test channel, and leaves the model in the model folder. */
export async function train(context: TrainingContext): Promise<void> {
  const { signal, settings, modelDir } = context;
  const begun = Date.now();
  signal.throwIfAborted();
  const hyperparameters = readHyperparameters(context.hyperParameters);
  const log = new ContainerLog((line) => context.log(line));
  log.bare("Arguments: train");
  for (const line of configurationLines(context.hyperParameters)) log.info(line);
  log.bare("Process 1 is a worker.");
  log.info("Detected entry point for worker worker");
  const { early_stopping_patience: patience } = hyperparameters;
  if (patience !== undefined) log.info(`Using early stopping with patience ${patience}`);
  log.info(`random_seed is ${settings.seed}`);

  const training = await readTrainingSet(channelOf(context, "train"), hyperparameters, signal);
  for (const line of training.lines) log.info(line);
  for (const line of statisticsLines("Training", statisticsOf(training.series))) log.info(line);
  const long = longerThan(training.series, hyperparameters.prediction_length, "train", log);
  const plan = planEpoch(long.length, hyperparameters.mini_batch_size);
  log.info(planLine(plan));
  const testChannel = context.channels.find(({ name }) => name === "test");
  const test = testChannel && (await readTestSet(testChannel, hyperparameters, training.layout, signal));
  if (test) for (const line of statisticsLines("Test", statisticsOf(test))) log.info(line);

  const engine = await TensorEngine.create({ threads: settings.threads > 1 ? 2 : 1 });
  try {
    const building = Date.now();
    const model = buildModel(engine, hyperparameters, {
      hyperparameters,
      ...training.layout,
      featureScales: featureScales(training.series),
      defaultScale: defaultScaleOf(training.series),
      seed: settings.seed,
    });
    model.network.store.initialize(settings.seed);
    await writeDescription(modelDir, model);
    log.info("Number of GPUs being used: 0");
    log.info(`#memory_usage::<model> = ${Math.ceil(model.network.bytes / 2 ** 20)} mb`);
    log.bare(metricsLine(building, Date.now(), { "initialize.time": Date.now() - building }));
    log.bare("");

    const run = new TrainingRun({
      hyperparameters,
      engine,
      model,
      series: long,
      plan,
      modelDir,
      log,
      settings,
      signal,
    });
    await run.train();
    log.info(`Worker ${HOST} finished training.`);
    log.info("All workers finished. Serializing model for prediction.");
    log.info("Successfully serialized the model for prediction.");
    if (test) await score(model, test, hyperparameters, settings.seed, signal, log);
  } finally {
    await engine.dispose();
  }
  log.bare(metricsLine(begun, Date.now(), { totaltime: Date.now() - begun }));
  log.bare("");
}

function channelOf(context: TrainingContext, name: string): ChannelInput {
  const channel = context.channels.find((one) => one.name === name);
  if (channel) return channel;
  throw new JobFailure("ClientError", `Missing channel: ${name} is a required channel of DeepAR.`);
}

/** The series that are long enough to be trained on, or scored; the container leaves the others out without a word. */
function longerThan(
  all: readonly Series[],
  predictionLength: number,
  channel: string,
  log: ContainerLog,
): readonly Series[] {
  const long = all.filter(({ length }) => length > predictionLength);
  if (long.length < all.length) {
    log.note(
      `${all.length - long.length} of ${all.length} time series of the ${channel} channel are not longer than ` +
        `prediction_length ${predictionLength} and are left out.`,
    );
  }
  return long;
}

function buildModel(
  engine: TensorEngine,
  { context_length, prediction_length, mini_batch_size, num_cells }: Hyperparameters,
  description: ModelDescription,
): Model {
  const steps = context_length + prediction_length;
  try {
    return new Model(engine, description, { steps, rows: mini_batch_size, training: true });
  } catch (error) {
    if (!(error instanceof ArenaFullError)) throw error;
    const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
    throw new JobFailure(
      "ClientError",
      `Training needs ${gib(error.neededBytes)} GiB for mini_batch_size ${mini_batch_size}, context_length ${context_length}, ` +
        `prediction_length ${prediction_length} and num_cells ${num_cells}; local mode has at most ${gib(error.limitBytes)} GiB, or ` +
        "what the machine has left. Lower them, or train on AWS.",
      { cause: error },
    );
  }
}

async function score(
  model: Model,
  test: readonly Series[],
  { num_eval_samples: paths, test_quantiles: levels, prediction_length }: Hyperparameters,
  seed: number,
  signal: AbortSignal,
  log: ContainerLog,
): Promise<void> {
  const long = longerThan(test, prediction_length, "test", log);
  log.info(`Evaluating model accuracy on testset using ${paths} samples`);
  const started = Date.now();
  const scores = await evaluate(model, long, { paths, levels, seed, signal });
  if (!scores) {
    log.note("No scores: no series of the test channel has a value to compare a forecast with.");
    return;
  }
  log.bare(metricsLine(started, Date.now(), { "model.score.time": Date.now() - started }));
  log.bare("");
  for (const line of scoreLines(scores, levels)) log.info(line);
}
