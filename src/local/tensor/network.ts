import type { TensorEngine } from "./engine.js";
import type { Layer, Planner, Tensor } from "./layer.js";
import { fuseAdditions, placeTensors } from "./network-plan.js";
import { float, Operation } from "./operations.js";
import { ParameterStore } from "./parameter-store.js";

/** What a network is built for. */
export interface NetworkOptions {
  /** Most images at a time. */
  readonly batch: number;
  /** Whether gradients are needed. Without, memory is far smaller and only {@link Network.predict} works. */
  readonly training: boolean;
  /**
   * What the scores of the last layer mean: `softmax`, one class of several; `sigmoid`, each class on its own.
   *
   * @defaultValue "softmax"
   */
  readonly loss?: "softmax" | "sigmoid" | undefined;
  /** `sigmoid` only: weight of each class in the loss. @defaultValue 1 for all */
  readonly classWeights?: readonly number[] | undefined;
}

/**
 * Layers with their memory: made by `NetworkBuilder.build`.
 *
 * @remarks
 * A step is synchronous; look for abort signals between steps. Losses and gradients are sums over the batch: pass
 * `rescale: 1 / count` to the optimizer for their mean.
 */
export class Network {
  /** All parameters, running statistics included. */
  readonly store: ParameterStore;
  /** Most images at a time. */
  readonly batch: number;
  readonly training: boolean;
  /** Multiply-adds of one image, forward; a training step takes about three times as many. */
  readonly multiplyAdds: number;
  /** Bytes of memory that this network took. */
  readonly bytes: number;
  readonly #engine: TensorEngine;
  readonly #layers: readonly Layer[];
  readonly #input: Tensor;
  readonly #result: Tensor;
  readonly #loss: "softmax" | "sigmoid";
  readonly #probabilities: number;
  /** Class numbers, or one row of targets for each image. */
  readonly #targets: number;
  readonly #losses: number;
  readonly #classWeights: number;

  /** @internal */
  constructor(engine: TensorEngine, layers: readonly Layer[], input: Tensor, result: Tensor, options: NetworkOptions) {
    const { batch, training } = options;
    if (!(Number.isInteger(batch) && batch >= 1))
      throw new RangeError(`batch must be a whole number from 1; got ${batch}`);
    if (result.pixels !== 1)
      throw new RangeError(`the last layer must have one pixel; got ${result.height} x ${result.width}`);
    const { arena } = engine;
    const before = arena.plannedBytes;
    const reserve = (bytes: number): number => arena.reserve(bytes);
    this.#engine = engine;
    this.#layers = fuseAdditions(layers);
    this.#input = input;
    this.#result = result;
    this.#loss = options.loss ?? "softmax";
    this.batch = batch;
    this.training = training;
    this.multiplyAdds = this.#layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0);
    this.store = new ParameterStore(
      engine,
      this.#layers.flatMap(({ parameters }) => parameters),
      training,
    );
    input.value = reserve(batch * input.size * 4);
    placeTensors(this.#layers, input, result, batch, training, reserve);
    this.#probabilities = reserve(batch * result.size * 4);
    this.#targets = reserve(batch * (this.#loss === "sigmoid" ? result.size : 1) * 4);
    this.#losses = reserve(batch * 4);
    this.#classWeights = reserve(result.size * 4);
    const scratch = this.#planLayers(reserve);
    arena.commit(`a network of ${this.#layers.length} layers at a batch of ${batch}`);
    this.bytes = arena.plannedBytes - before;
    for (const layer of this.#layers) {
      layer.scratch = scratch;
      layer.prepare(engine);
    }
    const weights = options.classWeights ?? Array.from({ length: result.channels }, () => 1);
    if (weights.length !== result.channels)
      throw new RangeError(`classWeights must have ${result.channels} numbers; got ${weights.length}`);
    arena.float32(this.#classWeights, result.channels).set(weights);
  }

  /** Classes: scores for each image. */
  get classes(): number {
    return this.#result.channels;
  }

  /** Numbers of one image in {@link Network.setImages}. */
  get imageSize(): number {
    return this.#input.pixels * this.#input.channels;
  }

  /**
   * Copies images in.
   *
   * @param images - [image][y][x][channel], float32, `imageSize` numbers each; their number is taken from the length
   * @param first - place of the first of them in the batch
   * @returns the number of images
   */
  setImages(images: Float32Array, first = 0): number {
    const { pitch, channels, pixels, value } = this.#input;
    const count = images.length / this.imageSize;
    this.#check(first + count, "images");
    const memory = this.#engine.arena.float32(value + first * pixels * pitch * 4, count * pixels * pitch);
    if (pitch === channels) memory.set(images);
    else {
      for (let pixel = 0; pixel < count * pixels; pixel++) {
        for (let c = 0; c < channels; c++) memory[pixel * pitch + c] = images[pixel * channels + c] ?? 0;
      }
    }
    return count;
  }

  /**
   * One forward and backward pass over the images that {@link Network.setImages} left, in training mode. The gradients are
   * then in the parameters; an optimizer's step uses them.
   *
   * @param targets - one for each image: `softmax`, class numbers; `sigmoid`, `classes` targets for each image, 0 to 1
   * @returns the losses of the images, added; {@link Network.probabilities} has what the network said
   * @throws RangeError when the network was not built for training, or a class number does not exist
   */
  trainStep(targets: ArrayLike<number>): number {
    if (!this.training) throw new RangeError("the network was built without training");
    const count = this.#setTargets(targets);
    this.forward(count, true);
    const loss = this.#readOut(count, true);
    this.backward(count);
    return loss;
  }

  /**
   * Probabilities of the images that {@link Network.setImages} left, by the running statistics.
   *
   * @returns [image][class]: a copy
   */
  predict(count: number): Float32Array {
    this.#check(count, "images");
    this.forward(count, false);
    this.#readOut(count, false);
    return this.probabilities(count);
  }

  /** As {@link Network.predict}, and returns the losses against targets as in {@link Network.trainStep}, added. */
  evaluate(targets: ArrayLike<number>): number {
    const count = this.#setTargets(targets);
    this.forward(count, false);
    return this.#readOut(count, true);
  }

  /** Probabilities of the last pass, [image][class]: a copy. */
  probabilities(count: number): Float32Array {
    return this.#rows(this.#probabilities, count);
  }

  /** Scores of the last pass, before softmax or sigmoid, [image][class]: a copy. */
  scores(count: number): Float32Array {
    return this.#rows(this.#result.value, count);
  }

  /** All layers forward. @internal */
  forward(count: number, training: boolean): void {
    for (const layer of this.#layers) layer.forward(this.#engine, count, training);
  }

  /** All layers backward, from the gradient of the scores. @internal */
  backward(count: number): void {
    for (let i = this.#layers.length - 1; i >= 0; i--) this.#layers[i]?.backward(this.#engine, count);
  }

  #planLayers(reserve: (bytes: number) => number): number {
    let most = 0;
    const kept = new Map<string, unknown>();
    const planner: Planner = {
      batch: this.batch,
      training: this.training,
      reserve,
      scratch: (bytes) => {
        most = Math.max(most, bytes);
      },
      shared: <T>(key: string, make: () => T): T => {
        if (!kept.has(key)) kept.set(key, make());
        return kept.get(key) as T;
      },
    };
    for (const layer of this.#layers) layer.plan(planner);
    return reserve(most);
  }

  #setTargets(targets: ArrayLike<number>): number {
    const { channels, pitch } = this.#result;
    if (this.#loss === "sigmoid") {
      const count = targets.length / channels;
      this.#check(count, "targets");
      const rows = this.#engine.arena.float32(this.#targets, count * pitch);
      for (let i = 0; i < targets.length; i++)
        rows[Math.floor(i / channels) * pitch + (i % channels)] = targets[i] ?? 0;
      return count;
    }
    this.#check(targets.length, "targets");
    const numbers = this.#engine.arena.int32(this.#targets, targets.length);
    for (let i = 0; i < targets.length; i++) {
      const target = targets[i] ?? -1;
      if (!(Number.isInteger(target) && target >= 0 && target < channels))
        throw new RangeError(`class ${target} does not exist; there are ${channels}, from 0`);
      numbers[i] = target;
    }
    return targets.length;
  }

  /** Turns scores into probabilities, and with targets into losses and their gradient; returns the sum of the losses. */
  #readOut(count: number, withTargets: boolean): number {
    const { value, channels, pitch } = this.#result;
    const gradient = withTargets ? this.#result.gradient : 0;
    this.#engine.run(
      this.#loss === "sigmoid" ? Operation.sigmoid : Operation.softmax,
      count,
      count * channels,
      ...[value, this.#probabilities, withTargets ? this.#targets : 0, gradient, this.#losses, channels, pitch * 4],
      ...[float(1), this.#classWeights],
    );
    if (!withTargets) return 0;
    let sum = 0;
    for (const loss of this.#engine.arena.float32(this.#losses, count)) sum += loss;
    return sum;
  }

  #rows(address: number, count: number): Float32Array {
    this.#check(count, "images");
    const { channels, pitch } = this.#result;
    const memory = this.#engine.arena.float32(address, count * pitch);
    const rows = new Float32Array(count * channels);
    for (let i = 0; i < rows.length; i++) rows[i] = memory[Math.floor(i / channels) * pitch + (i % channels)] ?? 0;
    return rows;
  }

  #check(count: number, what: string): void {
    if (!(Number.isInteger(count) && count >= 1 && count <= this.batch))
      throw new RangeError(`the network takes 1 to ${this.batch} ${what} at a time; got ${count}`);
  }
}
