import type { TensorEngine } from "../engine.js";
import { float, Operation } from "../operations.js";
import { Parameter, panelLayout, vectorLayout } from "../parameter.js";
import { ParameterStore } from "../parameter-store.js";
import { DISTRIBUTIONS, type DistributionName } from "./distribution.js";
import { LstmLayer } from "./lstm-layer.js";
import { padded, RowProducts } from "./rows.js";

/** Settings of a {@link RecurrentNetwork}. */
export interface RecurrentNetworkOptions {
  /** Real-valued inputs of each step. */
  readonly features: number;
  /** Categories of each row, the same in all steps, each with a learned vector. @defaultValue none */
  readonly embeddings?: readonly { readonly cardinality: number; readonly dimension: number }[] | undefined;
  readonly layers: number;
  readonly cells: number;
  readonly distribution: DistributionName;
  /** Whether each layer from the second on adds its input to its output. @defaultValue true */
  readonly residual?: boolean | undefined;
  /** Probability that a state keeps its last value in a training step. @defaultValue 0 */
  readonly zoneout?: number | undefined;
  /** Probability that an output of a layer other than the last is dropped in a training step. @defaultValue 0 */
  readonly dropout?: number | undefined;
  /** Most steps of a training sequence, or of one call of {@link RecurrentNetwork.encode}. */
  readonly steps: number;
  /** Most rows of such a batch. */
  readonly rows: number;
  /** Most rows of {@link RecurrentNetwork.step}, for example rows times samples. @defaultValue `rows` */
  readonly sampleRows?: number | undefined;
  readonly training: boolean;
}

/** One batch of sequences to train on. Arrays are [step][row]. */
export interface SequenceBatch {
  readonly steps: number;
  readonly rows: number;
  readonly targets: ArrayLike<number>;
  /** Weight of each target in the loss; 0 for missing ones, whose value is then free. */
  readonly weights: ArrayLike<number>;
  /** Scale of each row: positive. */
  readonly scales: ArrayLike<number>;
  /** Seed of the masks of zoneout and dropout; take another one for each step. */
  readonly seed: number;
}

/**
 * Features and embeddings, a stack of LSTM layers, and a dense layer that gives the raw parameters of a distribution at each
 * step.
 *
 * @example
 * ```ts
 * const network = new RecurrentNetwork(engine, { features: 47, layers: 3, cells: 40, distribution: "gaussian", ... });
 * network.store.initialize(1);
 * network.setFeatures(features, steps, rows);
 * const loss = network.trainStep({ steps, rows, targets, weights, scales, seed });
 * ```
 */
export class RecurrentNetwork {
  readonly store: ParameterStore;
  readonly options: RecurrentNetworkOptions;
  /** Numbers from one row of inputs to the next in {@link RecurrentNetwork.inputRows}. */
  readonly inputPitch: number;
  /** Multiply-adds of one row and step, forward. */
  readonly multiplyAdds: number;
  /** Bytes of memory that this network took. */
  readonly bytes: number;
  readonly #engine: TensorEngine;
  readonly #products: RowProducts;
  readonly #layers: readonly LstmLayer[];
  readonly #embeddings: readonly {
    readonly parameter: Parameter;
    readonly column: number;
    readonly dimension: number;
  }[];
  readonly #projection: { readonly weight: Parameter; readonly bias: Parameter; readonly transposed: number };
  readonly #input: number;
  readonly #inputGradient: number;
  readonly #raw: number;
  readonly #rawGradient: number;
  readonly #targets: number;
  readonly #weights: number;
  readonly #scales: number;
  readonly #losses: number;
  readonly #drawn: number;
  readonly #most: number;
  #categories: readonly Int32Array[] = [];

  constructor(engine: TensorEngine, options: RecurrentNetworkOptions) {
    const { features, layers, cells, steps, rows, sampleRows = rows, training, distribution } = options;
    const { arena } = engine;
    const before = arena.plannedBytes;
    this.#engine = engine;
    this.options = options;
    let column = features;
    this.#embeddings = (options.embeddings ?? []).map(({ cardinality, dimension }, index) => {
      const parameter = new Parameter({
        name: `embedding${index}_weight`,
        shape: [cardinality, dimension],
        layout: { size: cardinality * dimension, place: (i) => i },
        initializer: { kind: "uniform", range: 0.07 },
        decays: true,
      });
      column += dimension;
      return { parameter, column: column - dimension, dimension };
    });
    this.inputPitch = padded(column);
    const cellPitch = padded(cells);
    const all = Math.max(steps * rows, sampleRows);
    this.#most = all;
    this.#products = new RowProducts(engine, all, [this.inputPitch, cellPitch, 4 * cellPitch, padded(1)]);
    this.#layers = Array.from({ length: layers }, (_, index) => {
      const own = {
        ...{ name: `lstm${index}`, inputs: index === 0 ? column : cells, cells },
        ...{ residual: index > 0 && (options.residual ?? true), zoneout: options.zoneout ?? 0 },
        ...{ dropout: index < layers - 1 ? (options.dropout ?? 0) : 0, steps, rows, stateRows: sampleRows, training },
      };
      return new LstmLayer(engine, this.#products, { ...own, stateRows: Math.max(rows, sampleRows) });
    });
    const outputs = DISTRIBUTIONS[distribution].parameters.length;
    const weight = new Parameter({
      name: "projection_weight",
      shape: [outputs, cells],
      layout: panelLayout(outputs, cells, 1, cellPitch),
      initializer: { kind: "xavier", distribution: "uniform", fan: "average", magnitude: 3 },
      decays: true,
    });
    const bias = new Parameter({
      name: "projection_bias",
      shape: [outputs],
      layout: vectorLayout(padded(outputs)),
      initializer: { kind: "constant", value: 0 },
    });
    const floats = (wanted: boolean, count: number): number => (wanted ? arena.reserve(count * 4) : 0);
    this.#projection = { weight, bias, transposed: floats(training, cellPitch * padded(outputs)) };
    this.multiplyAdds = this.#layers.reduce((sum, layer) => sum + layer.multiplyAdds, weight.length);
    const parameters = [
      ...this.#embeddings.map(({ parameter }) => parameter),
      ...this.#layers.flatMap((layer) => layer.parameters),
      ...[weight, bias],
    ];
    this.store = new ParameterStore(engine, parameters, training);
    this.#input = floats(true, all * this.inputPitch);
    this.#inputGradient = floats(training && this.#embeddings.length > 0, all * this.inputPitch);
    this.#raw = floats(true, all * padded(outputs));
    this.#rawGradient = floats(training, all * padded(outputs));
    this.#targets = floats(training, all);
    this.#weights = floats(training, all);
    this.#losses = floats(training, all);
    this.#scales = floats(true, Math.max(rows, sampleRows));
    this.#drawn = floats(true, all * outputs);
    arena.commit(`a recurrent network of ${layers} x ${cells} cells, ${steps} steps and ${rows} rows`);
    this.bytes = arena.plannedBytes - before;
    this.#products.prepare(arena);
  }

  /** Names of the parameters of the distribution, in the order of {@link RecurrentNetwork.step}. */
  get distributionParameters(): readonly string[] {
    return DISTRIBUTIONS[this.options.distribution].parameters;
  }

  /**
   * Where the features of the next call go: [step][row], rows `inputPitch` numbers apart, of which the first `features` are
   * to be written. What lies behind them stays as it is.
   */
  inputRows(steps: number, rows: number): Float32Array {
    this.#check(steps, rows);
    return this.#engine.arena.float32(this.#input, steps * rows * this.inputPitch);
  }

  /** Copies features in: [step][row][feature]. */
  setFeatures(features: Float32Array, steps: number, rows: number): void {
    const { features: count } = this.options;
    const input = this.inputRows(steps, rows);
    if (features.length !== steps * rows * count)
      throw new RangeError(
        `${steps} steps of ${rows} rows need ${steps * rows * count} features; got ${features.length}`,
      );
    for (let row = 0; row < steps * rows; row++)
      input.set(features.subarray(row * count, (row + 1) * count), row * this.inputPitch);
  }

  /**
   * Sets the categories of the rows of the next calls.
   *
   * @param categories - one array for each embedding, one number for each row
   * @throws RangeError when a category does not exist
   */
  setCategories(categories: readonly ArrayLike<number>[]): void {
    if (categories.length !== this.#embeddings.length)
      throw new RangeError(`there are ${this.#embeddings.length} embeddings; got ${categories.length} arrays`);
    for (const [index, { parameter }] of this.#embeddings.entries()) {
      const [cardinality = 0] = parameter.shape;
      for (const category of Array.from(categories[index] ?? [])) {
        if (!(Number.isInteger(category) && category >= 0 && category < cardinality))
          throw new RangeError(`category ${category} does not exist; there are ${cardinality}, from 0`);
      }
    }
    this.#categories = categories.map((own) => Int32Array.from(own));
  }

  /**
   * One forward and backward pass over the features that were set. The gradients, of the mean weighted loss, are then in the
   * parameters.
   *
   * @returns the sum of the weighted losses and the sum of the weights
   */
  trainStep(batch: SequenceBatch): { readonly loss: number; readonly weight: number } {
    if (!this.options.training) throw new RangeError("the network was built without training");
    const { steps, rows } = batch;
    this.#check(steps, rows);
    const all = steps * rows;
    const weight = this.#setTargets(batch);
    for (const layer of this.#layers) layer.clearState(rows);
    this.#forward(steps, rows, batch.seed);
    const pitch = this.#outputPitch;
    this.#engine.run(
      Operation.likelihood,
      all,
      all * 100,
      ...[DISTRIBUTIONS[this.options.distribution].code, this.#raw, this.#rawGradient, this.#targets, this.#weights],
      ...[this.#scales, this.#losses, pitch * 4, rows, float(weight > 0 ? 1 / weight : 0)],
    );
    this.#backward(steps, rows);
    let loss = 0;
    for (const own of this.#engine.arena.float32(this.#losses, all)) loss += own;
    return { loss, weight };
  }

  /** Runs through the features that were set, from zero states; the states are then those after the last step. */
  encode(steps: number, rows: number): void {
    this.#check(steps, rows);
    for (const layer of this.#layers) layer.clearState(rows);
    this.#forward(steps, rows, undefined);
  }

  /**
   * Gives each of the first `rows` states `copies` copies, in one piece: row r becomes rows r * copies and on. Repeats the
   * categories alike.
   */
  repeatStates(rows: number, copies: number): void {
    const { sampleRows = this.options.rows } = this.options;
    if (rows * copies > sampleRows) throw new RangeError(`there is room for ${sampleRows} rows; got ${rows * copies}`);
    for (const { hiddenState, memoryState, pitch } of this.#layers) {
      for (const state of [hiddenState, memoryState]) {
        const memory = this.#engine.arena.float32(state, rows * copies * pitch);
        for (let row = rows - 1; row >= 0; row--) {
          const own = memory.slice(row * pitch, (row + 1) * pitch);
          for (let copy = 0; copy < copies; copy++) memory.set(own, (row * copies + copy) * pitch);
        }
      }
    }
    this.#categories = this.#categories.map((own) =>
      Int32Array.from({ length: rows * copies }, (_, i) => own[Math.floor(i / copies)] ?? 0),
    );
  }

  /**
   * One step for each row, from the states on: features as {@link RecurrentNetwork.inputRows} of 1 step.
   *
   * @param scales - one for each row
   * @returns the parameters of the distributions in the units of the targets, [row][parameter]; overwritten by the next call
   */
  step(scales: ArrayLike<number>): Float32Array {
    const rows = scales.length;
    this.#check(1, rows);
    this.#forward(1, rows, undefined);
    return this.#read(rows, scales);
  }

  /** As {@link RecurrentNetwork.step}, for the last step of {@link RecurrentNetwork.encode}. */
  lastStep(steps: number, scales: ArrayLike<number>): Float32Array {
    return this.#read(scales.length, scales, (steps - 1) * scales.length);
  }

  #read(rows: number, scales: ArrayLike<number>, first = 0): Float32Array {
    const outputs = this.distributionParameters.length;
    const pitch = this.#outputPitch;
    this.#engine.arena.float32(this.#scales, rows).set(scales);
    this.#engine.run(
      Operation.distributions,
      rows,
      rows * 50,
      ...[DISTRIBUTIONS[this.options.distribution].code, this.#raw + first * pitch * 4, this.#drawn, this.#scales],
      ...[pitch * 4, outputs],
    );
    return this.#engine.arena.float32(this.#drawn, rows * outputs);
  }

  get #outputPitch(): number {
    return padded(this.distributionParameters.length);
  }

  #forward(steps: number, rows: number, seed: number | undefined): void {
    this.#embed(steps, rows);
    let input = this.#input;
    for (const layer of this.#layers) {
      layer.forward(input, steps, rows, seed);
      input = layer.output;
    }
    const { weight, bias } = this.#projection;
    this.#products.multiply({
      ...{ rows: steps * rows, a: input, inner: padded(this.options.cells), weights: weight.value, bias: bias.value },
      ...{ out: this.#raw, columns: this.#outputPitch },
    });
  }

  #backward(steps: number, rows: number): void {
    const all = steps * rows;
    const products = this.#products;
    const pitch = this.#outputPitch;
    const cellPitch = padded(this.options.cells);
    const { weight, bias, transposed } = this.#projection;
    const last = this.#layers.at(-1) as LstmLayer;
    const raw = { d: this.#rawGradient, columns: pitch };
    products.outer({ ...raw, rows: all, a: last.output, inner: cellPitch, gradient: weight.gradient });
    products.columnSums(this.#rawGradient, all, pitch, bias.gradient);
    products.transpose(weight.value, transposed, cellPitch, pitch);
    products.multiply({
      ...{ rows: all, a: this.#rawGradient, inner: pitch, weights: transposed, out: last.outputGradient },
      columns: cellPitch,
    });
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const below = this.#layers[i - 1];
      this.#layers[i]?.backward(
        below?.output ?? this.#input,
        below?.outputGradient ?? this.#inputGradient,
        ...([steps, rows] as const),
      );
    }
    this.#embedBackward(steps, rows);
  }

  #embed(steps: number, rows: number): void {
    if (this.#embeddings.length === 0) return;
    const input = this.inputRows(steps, rows);
    for (const [index, { parameter, column, dimension }] of this.#embeddings.entries()) {
      const table = this.#engine.arena.float32(parameter.value, parameter.layout.size);
      const categories = this.#categoriesOf(index, rows);
      for (let row = 0; row < rows; row++) {
        const from = (categories[row] ?? 0) * dimension;
        const vector = table.subarray(from, from + dimension);
        for (let step = 0; step < steps; step++) input.set(vector, (step * rows + row) * this.inputPitch + column);
      }
    }
  }

  #embedBackward(steps: number, rows: number): void {
    const size = steps * rows * this.inputPitch;
    for (const [index, { parameter, column, dimension }] of this.#embeddings.entries()) {
      const gradient = this.#engine.arena.float32(this.#inputGradient, size);
      const table = this.#engine.arena.float32(parameter.gradient, parameter.layout.size);
      const categories = this.#categoriesOf(index, rows);
      table.fill(0);
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < dimension; k++) {
          let sum = 0;
          for (let step = 0; step < steps; step++)
            sum += gradient[(step * rows + row) * this.inputPitch + column + k] ?? 0;
          const place = (categories[row] ?? 0) * dimension + k;
          table[place] = (table[place] ?? 0) + sum;
        }
      }
    }
  }

  #categoriesOf(index: number, rows: number): Int32Array {
    const categories = this.#categories[index];
    if (!categories || categories.length < rows)
      throw new RangeError(`set the categories of all ${rows} rows first; there are ${categories?.length ?? 0}`);
    return categories;
  }

  #setTargets({ steps, rows, targets, weights, scales }: SequenceBatch): number {
    const all = steps * rows;
    if (targets.length !== all || weights.length !== all || scales.length !== rows)
      throw new RangeError(`${steps} steps of ${rows} rows need ${all} targets and weights and ${rows} scales`);
    const { arena } = this.#engine;
    arena.float32(this.#targets, all).set(targets);
    arena.float32(this.#weights, all).set(weights);
    arena.float32(this.#scales, rows).set(scales);
    let weight = 0;
    for (let i = 0; i < all; i++) weight += weights[i] ?? 0;
    return weight;
  }

  #check(steps: number, rows: number): void {
    const most = steps === 1 ? this.#most : this.options.steps * this.options.rows;
    if (!(steps >= 1 && rows >= 1 && steps * rows <= most && Number.isInteger(steps * rows)))
      throw new RangeError(`the network takes up to ${most} rows of all steps together; got ${steps} steps of ${rows}`);
  }
}
