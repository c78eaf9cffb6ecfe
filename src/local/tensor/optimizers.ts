import type { TensorEngine } from "./engine.js";
import { float, Operation, unitsOf } from "./operations.js";
import type { ParameterBlock, ParameterStore } from "./parameter-store.js";
import { WeightPieces } from "./weight-pieces.js";

/** Settings that all optimizers have. */
export interface OptimizerOptions {
  /** Part of a weight that is added to its gradient; only weights and gammas decay. @defaultValue 0 */
  readonly weightDecay?: number | undefined;
  /** Each number of a gradient is cut to [-clip, clip], after scaling. @defaultValue no clipping */
  readonly clipGradient?: number | undefined;
}

/** One step of an optimizer. */
export interface StepOptions {
  readonly learningRate: number;
  /** Factor of all gradients, usually 1 / batch: losses are sums over the batch. @defaultValue 1 */
  readonly rescale?: number | undefined;
}

/** Changes parameters by their gradients. */
export interface Optimizer {
  step(options: StepOptions): void;
  /** Forgets momenta and running means. */
  reset(): void;
}

abstract class BlockOptimizer implements Optimizer {
  protected readonly engine: TensorEngine;
  protected steps = 0;
  protected readonly blocks: readonly { readonly block: ParameterBlock; readonly states: readonly number[] }[];
  protected readonly decay: number;
  readonly #clip: number;

  constructor(engine: TensorEngine, store: ParameterStore, options: OptimizerOptions, states: number) {
    this.engine = engine;
    this.decay = options.weightDecay ?? 0;
    this.#clip = options.clipGradient ?? 0;
    this.blocks = store.trainedBlocks.map((block) => ({
      block,
      states: Array.from({ length: states }, () => engine.arena.reserve(block.size * 4)),
    }));
    engine.arena.commit("the optimizer");
  }

  step(options: StepOptions): void {
    this.steps++;
    for (const [index, { block, states }] of this.blocks.entries()) {
      const decay = block.decays ? this.decay : 0;
      const [code, ...own] = this.operation(states);
      const { units, work, extent } = this.extent(index);
      this.engine.run(
        code,
        units,
        work,
        ...[block.value, block.gradient, states[0] ?? 0, extent, float(this.rate(options.learningRate)), float(decay)],
        ...[float(options.rescale ?? 1), float(this.#clip), ...own],
      );
    }
  }

  reset(): void {
    this.steps = 0;
    for (const { block, states } of this.blocks) {
      for (const state of states) this.engine.arena.float32(state, block.size).fill(0);
    }
  }

  /** What of a block a step works on: units, numbers, and the argument that tells the kernel; all of it by default. */
  protected extent(index: number): { readonly units: number; readonly work: number; readonly extent: number } {
    const size = this.blocks[index]?.block.size ?? 0;
    return { units: unitsOf(size), work: size, extent: size };
  }

  /** Code of the operation and its arguments from the ninth on. */
  protected abstract operation(states: readonly number[]): readonly [code: number, ...own: number[]];

  protected rate(learningRate: number): number {
    return learningRate;
  }
}

/** Steps whose work on idle weights is put off, at most. */
const MOST_PUT_OFF = 256;

/**
 * Stochastic gradient descent: w -= rate * g, or with momentum m = momentum * m - rate * g; w += m.
 *
 * @remarks
 * Weights that only ever meet padding have no gradient; they do change, by their decay and momentum. With momentum that is
 * put off until somebody looks: then all steps are done in one go, to the same bits.
 */
export class Sgd extends BlockOptimizer {
  readonly #momentum: number;
  readonly #store: ParameterStore;
  readonly #pieces: readonly WeightPieces[];
  /** Learning rates of the steps that idle weights have not seen yet. */
  readonly #ratesAt: number;
  #rates: number[] = [];
  readonly #catchUp = (): void => this.#stepIdle();

  constructor(
    engine: TensorEngine,
    store: ParameterStore,
    options: OptimizerOptions & { readonly momentum?: number | undefined } = {},
  ) {
    super(engine, store, options, options.momentum ? 1 : 0);
    this.#momentum = options.momentum ?? 0;
    this.#store = store;
    this.#pieces = this.blocks.map(({ block }) => new WeightPieces(engine, store, block, this.#momentum !== 0));
    this.#ratesAt = engine.arena.reserve(MOST_PUT_OFF * 4);
    engine.arena.commit("the optimizer");
    for (const pieces of this.#pieces) pieces.prepare(engine.arena);
  }

  override step(options: StepOptions): void {
    super.step(options);
    if (this.#pieces.every(({ idle }) => idle.units === 0)) return;
    this.#store.putOff(this.#catchUp);
    this.#rates.push(options.learningRate);
    if (this.#rates.length === MOST_PUT_OFF) this.#store.settle();
  }

  override reset(): void {
    this.#store.settle();
    super.reset();
  }

  protected override extent(index: number): { readonly units: number; readonly work: number; readonly extent: number } {
    const { units, numbers, at } = (this.#pieces[index] as WeightPieces).live;
    return { units, work: numbers, extent: at };
  }

  protected operation(): readonly [number, ...number[]] {
    return [Operation.sgd, float(this.#momentum)];
  }

  #stepIdle(): void {
    const steps = this.#rates.length;
    this.engine.arena.float32(this.#ratesAt, steps).set(this.#rates);
    this.#rates = [];
    for (const [index, { block, states }] of this.blocks.entries()) {
      const { units, numbers, at } = (this.#pieces[index] as WeightPieces).idle;
      if (units === 0) continue;
      this.engine.run(
        Operation.sgdWithoutGradient,
        units,
        numbers * steps,
        ...[block.value, states[0] ?? 0, at, this.#ratesAt, steps],
        ...[float(block.decays ? this.decay : 0), float(this.#momentum)],
      );
    }
  }
}

/** Nesterov's accelerated gradient as MXNet 1.3 has it: m = momentum * m + g; w -= rate * (g + momentum * m). */
export class Nag extends BlockOptimizer {
  readonly #momentum: number;

  constructor(engine: TensorEngine, store: ParameterStore, options: OptimizerOptions & { readonly momentum: number }) {
    super(engine, store, options, 1);
    this.#momentum = options.momentum;
  }

  protected operation(): readonly [number, ...number[]] {
    return [Operation.nag, float(this.#momentum)];
  }
}

/** Adam: running means of g and g^2, with the rate corrected for the start; weight decay is added to g. */
export class Adam extends BlockOptimizer {
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;

  constructor(
    engine: TensorEngine,
    store: ParameterStore,
    options: OptimizerOptions & {
      /** @defaultValue 0.9 */
      readonly beta1?: number | undefined;
      /** @defaultValue 0.999 */
      readonly beta2?: number | undefined;
      /** @defaultValue 1e-8 */
      readonly epsilon?: number | undefined;
    } = {},
  ) {
    super(engine, store, options, 2);
    this.#beta1 = options.beta1 ?? 0.9;
    this.#beta2 = options.beta2 ?? 0.999;
    this.#epsilon = options.epsilon ?? 1e-8;
  }

  protected operation(states: readonly number[]): readonly [number, ...number[]] {
    return [Operation.adam, float(this.#beta1), states[1] ?? 0, float(this.#beta2), float(this.#epsilon)];
  }

  protected override rate(learningRate: number): number {
    return (learningRate * Math.sqrt(1 - power(this.#beta2, this.steps))) / (1 - power(this.#beta1, this.steps));
  }
}

/** RMSProp: n is the running mean of g^2; w -= rate * g / sqrt(n + epsilon). `centered` is Graves' form, with momentum. */
export class RmsProp extends BlockOptimizer {
  readonly #gamma1: number;
  readonly #gamma2: number;
  readonly #epsilon: number;
  readonly #centered: boolean;

  constructor(
    engine: TensorEngine,
    store: ParameterStore,
    options: OptimizerOptions & {
      /** @defaultValue 0.9 */
      readonly gamma1?: number | undefined;
      /** Momentum of the centered form. @defaultValue 0.9 */
      readonly gamma2?: number | undefined;
      /** @defaultValue 1e-8 */
      readonly epsilon?: number | undefined;
      /** @defaultValue false */
      readonly centered?: boolean | undefined;
    } = {},
  ) {
    super(engine, store, options, options.centered ? 3 : 1);
    this.#gamma1 = options.gamma1 ?? 0.9;
    this.#gamma2 = options.gamma2 ?? 0.9;
    this.#epsilon = options.epsilon ?? 1e-8;
    this.#centered = options.centered ?? false;
  }

  protected operation(states: readonly number[]): readonly [number, ...number[]] {
    return [
      ...([Operation.rmsProp, float(this.#gamma1), states[1] ?? 0, float(this.#gamma2)] as const),
      ...[float(this.#epsilon), states[2] ?? 0, this.#centered ? 1 : 0],
    ];
  }
}

/** base ** exponent by repeated squaring: engines may round `**` differently. */
function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/** The common Euclidean norm of all gradients of a store: measures and limits it. */
export class GradientNorm {
  readonly #engine: TensorEngine;
  readonly #blocks: readonly ParameterBlock[];
  readonly #sums: number;

  constructor(engine: TensorEngine, store: ParameterStore) {
    this.#engine = engine;
    this.#blocks = store.trainedBlocks;
    const units = this.#blocks.reduce((most, { size }) => Math.max(most, unitsOf(size)), 0);
    this.#sums = engine.arena.reserve(units * 8);
    engine.arena.commit("the gradient norm");
  }

  /** The Euclidean norm of all gradients together. */
  measure(): number {
    let total = 0;
    for (const { gradient, size } of this.#blocks) {
      const units = unitsOf(size);
      this.#engine.run(Operation.squares, units, size, gradient, size, this.#sums);
      for (const sum of this.#engine.arena.float64(this.#sums, units)) total += sum;
    }
    return Math.sqrt(total);
  }

  /** Scales all gradients down to a common norm of at most `most` and returns the norm that they had. */
  clip(most: number): number {
    const norm = this.measure();
    if (norm > most) {
      for (const { gradient, size } of this.#blocks)
        this.#engine.run(Operation.scale, unitsOf(size), size, gradient, float(most / norm), size);
    }
    return norm;
  }
}
