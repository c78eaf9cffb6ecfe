import { setImmediate } from "node:timers/promises";
import { Adam, derivedSeed, GradientNorm, type Snapshot, seededRandom, type TensorEngine } from "../../tensor/index.js";
import type { ContainerLog } from "../container-log.js";
import { type EngineSettings, JobFailure } from "../contract.js";
import { pythonFloat } from "../python-text.js";
import { writeWeights } from "./artefact.js";
import type { Series } from "./data/series.js";
import { drawEpoch, type EpochPlan } from "./data/windows.js";
import type { Hyperparameters } from "./hyperparameters.js";
import { BatchLosses, HOST, type Measurements, metricsLine } from "./log-lines.js";
import type { Model } from "./model.js";
import { TrainingBatch } from "./training-batch.js";

/** Most that the gradients of a step may be, as the length of the vector of all of them. */
const GRADIENT_NORM = 10;

/** What a training run works with. */
export interface TrainingRunOptions {
  readonly hyperparameters: Hyperparameters;
  readonly engine: TensorEngine;
  readonly model: Model;
  /** Series that are longer than a forecast. */
  readonly series: readonly Series[];
  readonly plan: EpochPlan;
  readonly modelDir: string;
  readonly log: ContainerLog;
  readonly settings: EngineSettings;
  readonly signal: AbortSignal;
}

/** The epochs of a training job. The weights of the epoch with the least loss are kept. */
export class TrainingRun {
  readonly #options: TrainingRunOptions;
  readonly #batch: TrainingBatch;
  readonly #optimizer: Adam;
  readonly #gradientNorm: GradientNorm;
  #best: { readonly epoch: number; readonly loss: number; readonly weights: Snapshot } | undefined;

  constructor(options: TrainingRunOptions) {
    const { engine, model, hyperparameters } = options;
    this.#options = options;
    this.#batch = new TrainingBatch(model, hyperparameters.mini_batch_size);
    this.#optimizer = new Adam(engine, model.network.store);
    this.#gradientNorm = new GradientNorm(engine, model.network.store);
  }

  /**
   * Trains all epochs, or fewer when early stopping says so; the model then has the best weights.
   *
   * @throws the reason of the signal, between two batches; the model folder then has the best weights so far, or the present
   * ones when no epoch has ended yet
   */
  async train(): Promise<void> {
    const { hyperparameters, model, log, modelDir, signal } = this.#options;
    const { epochs, early_stopping_patience: patience } = hyperparameters;
    for (let epoch = 0; epoch < epochs; epoch++) {
      let loss: number;
      try {
        loss = await this.#trainEpoch(epoch);
      } catch (error) {
        if (signal.aborted && !this.#best) await writeWeights(modelDir, model);
        throw error;
      }
      await this.#keepIfBest(epoch, loss);
      if (patience !== undefined && this.#best && epoch - this.#best.epoch >= patience && epoch + 1 < epochs) {
        log.info(`Loss did not improve for ${patience} epochs: stopping training now.`);
        break;
      }
    }
    if (!this.#best) throw new Error("no epoch was trained");
    model.network.store.restore(this.#best.weights);
    const { loss, epoch } = this.#best;
    log.info(`Final loss: ${pythonFloat(loss)} (occurred at epoch ${epoch})`);
    log.info(`#quality_metric: host=${HOST}, train final_loss <loss>=${pythonFloat(loss)}`);
  }

  async #trainEpoch(epoch: number): Promise<number> {
    const { hyperparameters, model, series, plan, settings, log, signal } = this.#options;
    const { mini_batch_size: batchSize, learning_rate: learningRate, epochs } = hyperparameters;
    const random = seededRandom(derivedSeed(settings.seed, `epoch ${epoch}`)[0]);
    const rule = {
      contextLength: hyperparameters.context_length,
      predictionLength: hyperparameters.prediction_length,
      // Only its groups say something about a series without history.
      coldStarts: model.description.cardinality.length > 0,
    };
    const windows = drawEpoch(series, plan, rule, random);
    const started = Date.now();
    const losses = new BatchLosses(epoch, batchSize, performance.now());
    for (let from = 0; from < windows.length; from += batchSize) {
      signal.throwIfAborted();
      const loss = this.#batch.step(windows.slice(from, from + batchSize), random.nextInt(2 ** 31));
      if (!Number.isFinite(loss)) throw diverged(epoch, hyperparameters);
      this.#gradientNorm.clip(GRADIENT_NORM);
      this.#optimizer.step({ learningRate });
      for (const line of losses.add(loss, performance.now())) log.info(line);
      // Lets the message arrive that asks the job to stop.
      await setImmediate();
    }
    const time = Date.now() - started;
    log.info(`processed a total of ${windows.length} examples`);
    this.#metrics(started, { ...(epoch === 0 ? { epochs } : {}), "update.time": time });
    const throughput = windows.length / (Math.max(time, 1) / 1000);
    log.info(`#throughput_metric: host=${HOST}, train throughput=${pythonFloat(throughput)} records/second`);
    const completed = ((epoch + 1) / epochs) * 100;
    log.info(`#progress_metric: host=${HOST}, completed ${pythonFloat(completed)} % of epochs`);
    log.info(`#quality_metric: host=${HOST}, epoch=${epoch}, train loss <loss>=${pythonFloat(losses.mean)}`);
    return losses.mean;
  }

  async #keepIfBest(epoch: number, loss: number): Promise<void> {
    const { model, log, modelDir } = this.#options;
    if (this.#best && loss >= this.#best.loss) {
      log.info("loss did not improve");
      return;
    }
    log.info("best epoch loss so far");
    this.#best = { epoch, loss, weights: model.network.store.snapshot(this.#best?.weights) };
    const started = Date.now();
    log.info(`Saved checkpoint to "${await writeWeights(modelDir, model)}"`);
    this.#metrics(started, { "state.serialize.time": Date.now() - started });
  }

  #metrics(started: number, measurements: Measurements): void {
    this.#options.log.bare(metricsLine(started, Date.now(), measurements));
    this.#options.log.bare("");
  }
}

function diverged(epoch: number, { learning_rate }: Hyperparameters): JobFailure {
  return new JobFailure(
    "AlgorithmError",
    `The training loss is no finite number any more in epoch ${epoch}: the training diverged. Lower learning_rate, which is ` +
      `${learning_rate}, or look for extreme values in the train channel.`,
  );
}
