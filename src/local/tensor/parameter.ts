import type { TensorEngine } from "./engine.js";
import { float, Operation, unitsOf } from "./operations.js";
import { derivedSeed } from "./rng.js";

/** Where the numbers of a parameter lie: a function from their place in the logical array to that in memory. */
export interface ParameterLayout {
  /** Numbers in memory, padding included. */
  readonly size: number;
  /** Place in memory of the logical number `index`. */
  place(index: number): number;
  /** The same for all of them, by steps: large arrays are copied many times faster than with {@link place}. */
  readonly steps?: LayoutSteps | undefined;
}

/** Weights [output][input][tap] whose outputs lie in panels of 8; the steps are in numbers. */
interface LayoutSteps {
  readonly inputs: number;
  readonly taps: number;
  /** From one panel to the next. */
  readonly panel: number;
  readonly input: number;
  readonly tap: number;
}

/** A vector, padded to whole rows. */
export function vectorLayout(pitch: number): ParameterLayout {
  return { size: pitch, place: (index) => index };
}

/** Weights [output][input][tap] in panels of 8 outputs: [panel][tap][input][8]. */
export function panelLayout(outputs: number, inputs: number, taps: number, inputPitch: number): ParameterLayout {
  return steppedLayout(outputs, { inputs, taps, panel: taps * inputPitch * 8, input: 8, tap: inputPitch * 8 });
}

/** The same, with the taps of one input among the inputs: [panel][tap * inputs + input][8]. */
export function columnLayout(outputs: number, inputs: number, taps: number, inputPitch: number): ParameterLayout {
  return steppedLayout(outputs, { inputs, taps, panel: inputPitch * 8, input: 8, tap: inputs * 8 });
}

function steppedLayout(outputs: number, steps: LayoutSteps): ParameterLayout {
  const { inputs, taps } = steps;
  return {
    size: Math.ceil(outputs / 8) * steps.panel,
    steps,
    place: (index) => {
      const tap = index % taps;
      const rest = (index - tap) / taps;
      const input = rest % inputs;
      const output = (rest - input) / inputs;
      return (output >> 3) * steps.panel + input * steps.input + tap * steps.tap + (output & 7);
    },
  };
}

/** Copies the numbers of a layout: out of memory into logical order, or back. */
function copyNumbers(
  { steps, place }: ParameterLayout,
  memory: Float32Array,
  values: Float32Array | ArrayLike<number>,
  into: "values" | "memory",
): void {
  const logical = values as Float32Array;
  const count = values.length;
  if (!steps) {
    for (let i = 0; i < count; i++) {
      if (into === "values") logical[i] = memory[place(i)] as number;
      else memory[place(i)] = logical[i] as number;
    }
    return;
  }
  const { inputs, taps, panel, input, tap } = steps;
  let index = 0;
  for (let output = 0; index < count; output++) {
    const start = (output >> 3) * panel + (output & 7);
    for (let i = 0; i < inputs; i++) {
      for (let t = 0, at = start + i * input; t < taps; t++, at += tap) {
        if (into === "values") logical[index++] = memory[at] as number;
        else memory[at] = logical[index++] as number;
      }
    }
  }
}

/** How a parameter begins. `xavier`: normal or uniform numbers scaled by the fan, as MXNet's `Xavier` does. */
export type Initializer =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly range: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | {
      readonly kind: "xavier";
      readonly distribution: "gaussian" | "uniform";
      readonly fan: "in" | "out" | "average";
      readonly magnitude: number;
    };

export interface ParameterOptions {
  readonly name: string;
  readonly shape: readonly number[];
  readonly layout: ParameterLayout;
  readonly initializer: Initializer;
  /** False for running statistics and fixed values: no gradient, no optimizer. Default true. */
  readonly trained?: boolean;
  /** Whether weight decay applies. */
  readonly decays?: boolean;
}

/** A named array that a network learns or keeps: weights, biases, running statistics. */
export class Parameter {
  /** For example `conv0_weight`. */
  readonly name: string;
  /** Logical shape, as MXNet has it: convolutions [outputs, inputs, height, width], dense layers [outputs, inputs]. */
  readonly shape: readonly number[];
  /** False for running statistics and fixed values. */
  readonly trained: boolean;
  /** Whether weight decay applies: to weights and gammas, not to biases and betas. */
  readonly decays: boolean;
  readonly initializer: Initializer;
  readonly layout: ParameterLayout;
  /** Address of the values. @internal */
  value = 0;
  /** Address of the gradient; 0 without training. @internal */
  gradient = 0;
  /** Parts of the memory that no output depends on, because they only ever meet padding: their gradient is 0. @internal */
  idle: readonly { readonly first: number; readonly count: number }[] = [];
  /** Makes up for what an optimizer has put off; to be called before values are read or replaced. @internal */
  settle: () => void = () => undefined;

  constructor(options: ParameterOptions) {
    this.name = options.name;
    this.shape = options.shape;
    this.layout = options.layout;
    this.initializer = options.initializer;
    this.trained = options.trained ?? true;
    this.decays = options.decays ?? false;
  }

  /** Numbers of the logical array. */
  get length(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** The values in logical order: a copy. */
  read(engine: TensorEngine): Float32Array {
    this.settle();
    return this.#gather(engine, this.value);
  }

  /** The gradient of the last backward pass in logical order: a copy. */
  readGradient(engine: TensorEngine): Float32Array {
    if (this.gradient === 0) throw new Error(`"${this.name}" has no gradient`);
    return this.#gather(engine, this.gradient);
  }

  /** Replaces the values by those in logical order. */
  write(engine: TensorEngine, values: ArrayLike<number>): void {
    if (values.length !== this.length)
      throw new RangeError(
        `"${this.name}" has ${this.length} numbers (${this.shape.join(" x ")}); got ${values.length}`,
      );
    this.settle();
    const memory = engine.arena.float32(this.value, this.layout.size);
    memory.fill(0);
    copyNumbers(this.layout, memory, values, "memory");
  }

  /** Starts the values anew: a function of the seed and the parameter's name. */
  initialize(engine: TensorEngine, seed: number): void {
    const { initializer, layout } = this;
    this.settle();
    const memory = engine.arena.float32(this.value, layout.size);
    const fill = (code: number, offset: number, spread: number): void => {
      const [low, high] = derivedSeed(seed, this.name);
      const { size } = layout;
      engine.run(code, unitsOf(size), size * 8, this.value, size, low, high, float(offset), float(spread));
    };
    if (initializer.kind === "constant") memory.fill(initializer.value);
    else if (initializer.kind === "uniform") fill(Operation.fillUniform, -initializer.range, 2 * initializer.range);
    else if (initializer.kind === "normal") fill(Operation.fillNormal, 0, initializer.deviation);
    else {
      const [outputs = 1, inputs = 1, ...taps] = this.shape;
      const area = taps.reduce((product, size) => product * size, 1);
      const fanIn = inputs * area;
      const fanOut = outputs * area;
      const fan = { in: fanIn, out: fanOut, average: (fanIn + fanOut) / 2 }[initializer.fan];
      const spread = Math.sqrt(initializer.magnitude / fan);
      if (initializer.distribution === "gaussian") fill(Operation.fillNormal, 0, spread);
      else fill(Operation.fillUniform, -spread, 2 * spread);
    }
    // Padding is zero, always.
    if (layout.size !== this.length) this.write(engine, this.read(engine));
  }

  #gather(engine: TensorEngine, address: number): Float32Array {
    const memory = engine.arena.float32(address, this.layout.size);
    const values = new Float32Array(this.length);
    copyNumbers(this.layout, memory, values, "values");
    return values;
  }
}
