import type { TensorEngine } from "../engine.js";
import { float, Operation, unitsOf } from "../operations.js";
import { Parameter, type ParameterLayout } from "../parameter.js";
import { derivedSeed } from "../rng.js";
import { padded, type RowProducts } from "./rows.js";

/** Rows of one unit of the recurrence; the kernel's number. */
const UNIT_ROWS = 8;

/** Gates of `cells` outputs each, every gate padded for itself, in panels of 8 outputs: [panel][input][8]. */
function gateLayout(cells: number, inputs: number): ParameterLayout {
  const [cellPitch, inputPitch] = [padded(cells), padded(inputs)];
  return {
    size: 4 * cellPitch * inputPitch,
    place: (index) => {
      const input = index % inputs;
      const output = (index - input) / inputs;
      const column = Math.floor(output / cells) * cellPitch + (output % cells);
      return ((column >> 3) * inputPitch + input) * 8 + (column & 7);
    },
  };
}

function gateBiasLayout(cells: number): ParameterLayout {
  const pitch = padded(cells);
  return { size: 4 * pitch, place: (index) => Math.floor(index / cells) * pitch + (index % cells) };
}

/** Settings of one layer of a stack. */
export interface LstmLayerOptions {
  readonly name: string;
  readonly inputs: number;
  readonly cells: number;
  /** Whether the input is added to the output; it must have as many numbers. */
  readonly residual: boolean;
  /** Probability that a hidden or a memory state keeps its last value in a training step. */
  readonly zoneout: number;
  /** Probability that an output is dropped in a training step. */
  readonly dropout: number;
  readonly steps: number;
  readonly rows: number;
  /** Rows of the states; at least `rows`. */
  readonly stateRows: number;
  readonly training: boolean;
}

/**
 * One LSTM layer over [step][row][number]. Gates are input, forget, candidate, output, as in MXNet and PyTorch; there is one
 * bias, the sum of the two that those have.
 */
export class LstmLayer {
  readonly parameters: readonly Parameter[];
  /** Numbers of an output row in memory. */
  readonly pitch: number;
  readonly inputPitch: number;
  /** Address of the output of all steps, and of its gradient. */
  readonly output: number;
  readonly outputGradient: number;
  /** Address of the hidden and memory states that the next step begins with, one row for each row of the batch. */
  readonly hiddenState: number;
  readonly memoryState: number;
  readonly #engine: TensorEngine;
  readonly #products: RowProducts;
  readonly #options: LstmLayerOptions;
  readonly #inputWeight: Parameter;
  readonly #hiddenWeight: Parameter;
  readonly #bias: Parameter;
  readonly #gates: number;
  readonly #hidden: number;
  readonly #memories: number;
  readonly #tanhs: number;
  readonly #hiddenMask: number;
  readonly #memoryMask: number;
  readonly #dropMask: number;
  readonly #transposed: number;
  readonly #dHidden: number;
  readonly #dMemory: number;

  constructor(engine: TensorEngine, products: RowProducts, options: LstmLayerOptions) {
    const { name, inputs, cells, training } = options;
    if (options.residual && inputs !== cells)
      throw new RangeError(`"${name}": a residual layer needs as many inputs as cells; got ${inputs} and ${cells}`);
    this.#engine = engine;
    this.#products = products;
    this.#options = options;
    this.pitch = padded(cells);
    this.inputPitch = padded(inputs);
    const weight = (suffix: string, from: number): Parameter =>
      new Parameter({
        name: `${name}_${suffix}_weight`,
        shape: [4 * cells, from],
        layout: gateLayout(cells, from),
        initializer: { kind: "xavier", distribution: "uniform", fan: "average", magnitude: 3 },
        decays: true,
      });
    this.#inputWeight = weight("i2h", inputs);
    this.#hiddenWeight = weight("h2h", cells);
    this.#bias = new Parameter({
      name: `${name}_bias`,
      shape: [4 * cells],
      layout: gateBiasLayout(cells),
      initializer: { kind: "constant", value: 0 },
    });
    this.parameters = [this.#inputWeight, this.#hiddenWeight, this.#bias];
    const reserve = (wanted: boolean, numbers: number): number => (wanted ? engine.arena.reserve(numbers * 4) : 0);
    // A step of the sampling rows needs room, too.
    const all = Math.max(options.steps * options.rows, options.stateRows) * this.pitch;
    const zoneout = training && options.zoneout > 0;
    const dropout = training && options.dropout > 0;
    this.#gates = reserve(true, all * 4);
    this.output = reserve(true, all);
    this.outputGradient = reserve(training, all);
    // Without zoneout, residual and dropout the output is the state.
    this.#hidden = zoneout || dropout || options.residual ? reserve(true, all) : this.output;
    this.#memories = reserve(true, all);
    this.#tanhs = reserve(true, all);
    this.#hiddenMask = reserve(zoneout, all);
    this.#memoryMask = reserve(zoneout, all);
    this.#dropMask = reserve(dropout, all);
    this.hiddenState = reserve(true, options.stateRows * this.pitch);
    this.memoryState = reserve(true, options.stateRows * this.pitch);
    this.#transposed = reserve(training, 4 * this.pitch * Math.max(this.pitch, this.inputPitch));
    this.#dHidden = reserve(training, options.rows * this.pitch);
    this.#dMemory = reserve(training, options.rows * this.pitch);
  }

  /** Multiply-adds of one row and step, forward. */
  get multiplyAdds(): number {
    return 4 * this.#options.cells * (this.#options.inputs + this.#options.cells);
  }

  /** Begins the next sequence with zeros. */
  clearState(rows: number): void {
    this.#engine.arena.float32(this.hiddenState, rows * this.pitch).fill(0);
    this.#engine.arena.float32(this.memoryState, rows * this.pitch).fill(0);
  }

  /**
   * All steps, from the states on; the states are then those after the last step.
   *
   * @param seed - of the masks, in training; undefined without training
   */
  forward(input: number, steps: number, rows: number, seed: number | undefined): void {
    const { pitch } = this;
    const all = steps * rows;
    const masks = seed === undefined ? [0, 0] : this.#fillMasks(all * pitch, seed);
    this.#engine.run(
      Operation.lstm,
      Math.ceil(rows / UNIT_ROWS),
      all * 4 * pitch * (pitch + this.inputPitch),
      ...[steps, rows, pitch, this.#gates, this.#hiddenWeight.value, this.hiddenState, this.memoryState],
      ...[this.#hidden, this.#memories, this.#tanhs, this.output, ...masks],
      ...[this.#options.residual ? input : 0, input, this.inputPitch * 4, this.#inputWeight.value, this.#bias.value],
    );
    if (seed !== undefined && this.#dropMask) this.#drop(this.output, all * pitch);
    // In training the first states are zeros and are needed again on the way back.
    if (seed === undefined) {
      this.#copy(this.#hidden + (all - rows) * pitch * 4, this.hiddenState, rows * pitch);
      this.#copy(this.#memories + (all - rows) * pitch * 4, this.memoryState, rows * pitch);
    }
  }

  /** Gradients of the parameters, and of the input when an address is given, from that of the output. */
  backward(input: number, inputGradient: number, steps: number, rows: number): void {
    const { pitch, inputPitch } = this;
    const products = this.#products;
    const all = steps * rows;
    if (this.#dropMask) this.#drop(this.outputGradient, all * pitch);
    products.transpose(this.#hiddenWeight.value, this.#transposed, pitch, 4 * pitch);
    this.#engine.run(
      Operation.lstmBackward,
      Math.ceil(rows / UNIT_ROWS),
      all * 4 * pitch * pitch,
      ...[steps, rows, pitch, this.#gates, this.#transposed, this.#dHidden, this.#dMemory],
      ...[this.memoryState, this.#memories, this.#tanhs, this.outputGradient],
      ...[this.#hiddenMask, this.#memoryMask],
    );
    const gates = { d: this.#gates, columns: 4 * pitch };
    products.outer({ ...gates, rows: all, a: input, inner: inputPitch, gradient: this.#inputWeight.gradient });
    const before = { rows: all - rows, a: this.#hidden, inner: pitch, dFirst: rows };
    products.outer({ ...gates, ...before, gradient: this.#hiddenWeight.gradient });
    products.columnSums(this.#gates, all, 4 * pitch, this.#bias.gradient);
    if (inputGradient === 0) return;
    products.transpose(this.#inputWeight.value, this.#transposed, inputPitch, 4 * pitch);
    products.multiply({
      ...{ rows: all, a: this.#gates, inner: 4 * pitch, weights: this.#transposed, out: inputGradient },
      ...{ columns: inputPitch, addend: this.#options.residual ? this.outputGradient : 0 },
    });
  }

  #fillMasks(size: number, seed: number): readonly [hidden: number, memory: number] {
    const { name, zoneout, dropout } = this.#options;
    const fill = (at: number, purpose: string, probability: number, keep: number): void => {
      const [low, high] = derivedSeed(seed, `${name} ${purpose}`);
      const threshold = float(4294967296 * (1 - probability));
      this.#engine.run(Operation.fillMask, unitsOf(size), size * 2, at, size, low, high, threshold, keep);
    };
    if (this.#hiddenMask) fill(this.#hiddenMask, "hidden", zoneout, -1);
    if (this.#memoryMask) fill(this.#memoryMask, "memory", zoneout, -1);
    if (this.#dropMask) fill(this.#dropMask, "output", dropout, float(1 / (1 - dropout)));
    return [this.#hiddenMask, this.#memoryMask];
  }

  #drop(at: number, size: number): void {
    this.#engine.run(Operation.multiply, unitsOf(size), size, at, this.#dropMask, size);
  }

  #copy(from: number, to: number, numbers: number): void {
    this.#engine.arena.float32(to, numbers).set(this.#engine.arena.float32(from, numbers));
  }
}
