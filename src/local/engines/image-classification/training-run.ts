import { setImmediate } from "node:timers/promises";
import type { Network, Optimizer, Random } from "../../tensor/index.js";
import type { ContainerLog } from "../container-log.js";
import type { ModelWriter } from "./artefact.js";
import type { ShuffledOrder } from "./batches.js";
import type { ImageSet } from "./data/image-set.js";
import type { Hyperparameters } from "./hyperparameters.js";
import { batchLine } from "./log-lines.js";
import { Accuracy } from "./metrics.js";
import { EarlyStopping, learningRateOf } from "./schedule.js";

/** Batches between two lines of progress. */
const PROGRESS_BATCHES = 20;

/** What a training run works with. */
export interface TrainingRunOptions {
  readonly hyperparameters: Hyperparameters;
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly images: ImageSet;
  readonly order: ShuffledOrder;
  /** Varies the images. */
  readonly augmentation: Random;
  readonly validation: ImageSet;
  readonly writer: ModelWriter;
  readonly log: ContainerLog;
  readonly signal: AbortSignal;
}

/** The epochs of a training job, with what is logged and saved behind each of them. */
export class TrainingRun {
  readonly #options: TrainingRunOptions;
  readonly #images: Float32Array;
  readonly #labels: Float32Array;
  /** Epochs whose weights are in the model folder. */
  readonly #saved: number[] = [];
  #best = Number.NEGATIVE_INFINITY;

  constructor(options: TrainingRunOptions) {
    this.#options = options;
    const { network, images } = options;
    this.#images = new Float32Array(network.batch * images.imageSize);
    this.#labels = new Float32Array(network.batch * images.labelSize);
  }

  /**
   * Trains all epochs, or fewer when early stopping says so.
   *
   * @throws the reason of the signal, between two batches; the model folder then has the best weights so far, or the last
   * ones when no epoch has ended yet
   */
  async train(): Promise<void> {
    const { hyperparameters, log } = this.#options;
    const stopping = new EarlyStopping(hyperparameters);
    for (let epoch = 0; epoch < hyperparameters.epochs; epoch++) {
      let accuracy: number;
      try {
        await this.#trainEpoch(epoch);
        accuracy = await this.#validate();
      } catch (error) {
        if (this.#options.signal.aborted && this.#saved.length === 0) await this.#save(epoch);
        throw error;
      }
      log.info(`Epoch[${epoch}] Validation-accuracy=${accuracy.toFixed(6)}`);
      await this.#saveWhenDue(epoch, accuracy);
      if (stopping.endsAfter(accuracy) && epoch + 1 < hyperparameters.epochs) {
        log.note(`Early stopping after epoch ${epoch}: the validation accuracy is not getting better.`);
        break;
      }
    }
    // With a checkpoint frequency above the epochs that early stopping left, nothing is there yet.
    if (this.#saved.length === 0) await this.#save(hyperparameters.epochs - 1);
  }

  async #trainEpoch(epoch: number): Promise<void> {
    const { hyperparameters, network, optimizer, images, order, augmentation, log, signal } = this.#options;
    const { mini_batch_size: batchSize, num_training_samples, multi_label: multiLabel } = hyperparameters;
    const { num_classes: classes, top_k: topK } = hyperparameters;
    const learningRate = learningRateOf(epoch, hyperparameters);
    const batches = Math.floor(num_training_samples / batchSize);
    if (epoch > 0 && learningRate !== learningRateOf(epoch - 1, hyperparameters)) {
      log.info(`Update[${epoch * batches + 1}]: Change learning rate to ${exponential(learningRate)}`);
    }
    const accuracy = new Accuracy(classes, multiLabel ? undefined : topK);
    const started = performance.now();
    let progressAt = started;
    for (let batch = 0; batch < batches; batch++) {
      signal.throwIfAborted();
      await images.fill(order.take(batchSize), this.#images, this.#labels, augmentation);
      network.setImages(this.#images);
      network.trainStep(this.#labels);
      // The loss of independent labels is their mean, as MXNet's logistic output has it.
      optimizer.step({ learningRate, rescale: 1 / (batchSize * (multiLabel ? classes : 1)) });
      accuracy.add(network.probabilities(batchSize), { values: this.#labels, multiLabel }, batchSize);
      if (batch > 0 && batch % PROGRESS_BATCHES === 0) {
        const seconds = (performance.now() - progressAt) / 1000;
        progressAt = performance.now();
        log.info(batchLine(epoch, batch, (PROGRESS_BATCHES * batchSize) / seconds, accuracy.entries));
      }
      // Lets the message arrive that asks the job to stop.
      await setImmediate();
    }
    for (const [name, value] of accuracy.entries) log.info(`Epoch[${epoch}] Train-${name}=${value.toFixed(6)}`);
    log.info(`Epoch[${epoch}] Time cost=${((performance.now() - started) / 1000).toFixed(3)}`);
  }

  /** Accuracy on the validation images, each counted once. */
  async #validate(): Promise<number> {
    const { hyperparameters, network, validation, augmentation, signal } = this.#options;
    const { num_classes: classes, multi_label: multiLabel } = hyperparameters;
    const accuracy = new Accuracy(classes);
    for (let from = 0; from < validation.count; from += network.batch) {
      signal.throwIfAborted();
      const count = Math.min(network.batch, validation.count - from);
      const indexes = Array.from({ length: count }, (_, index) => from + index);
      await validation.fill(indexes, this.#images, this.#labels, augmentation);
      network.setImages(this.#images.subarray(0, count * validation.imageSize));
      accuracy.add(network.predict(count), { values: this.#labels, multiLabel }, count);
      await setImmediate();
    }
    return accuracy.value;
  }

  async #saveWhenDue(epoch: number, accuracy: number): Promise<void> {
    const { hyperparameters, log, writer } = this.#options;
    const { checkpoint_frequency: frequency } = hyperparameters;
    if (frequency !== undefined) {
      if ((epoch + 1) % frequency === 0) await this.#save(epoch);
      return;
    }
    if (accuracy <= this.#best) return;
    this.#best = accuracy;
    log.info(`Storing the best model with validation accuracy: ${accuracy.toFixed(6)}`);
    const before = [...this.#saved];
    await this.#save(epoch);
    for (const old of before) await writer.remove(old);
  }

  async #save(epoch: number): Promise<void> {
    const { writer, network, log } = this.#options;
    const values = new Map(network.store.exportParameters().map((parameter) => [parameter.name, parameter.values]));
    const path = await writer.save(epoch, (name) => values.get(name) as Float32Array);
    this.#saved.push(epoch);
    log.info(`Saved checkpoint to "${path}"`);
  }
}

/** `%0.5e` of C. */
function exponential(value: number): string {
  return value.toExponential(5).replace(/e([+-])(\d)$/u, "e$10$2");
}
