import type { TensorEngine } from "./engine.js";
import type { Parameter } from "./parameter.js";

/** Parameters of one kind, in one piece of memory. Lengths are in numbers. */
export interface ParameterBlock {
  readonly value: number;
  /** Address of the gradients; 0 when they are not trained. */
  readonly gradient: number;
  readonly size: number;
  /** Whether weight decay applies. */
  readonly decays: boolean;
}

/** A copy of all values of a store, for example of the best epoch. */
export interface Snapshot {
  readonly values: Float32Array;
}

/** One exported parameter. */
export interface ParameterValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const LINE = 16;

/**
 * The memory of a set of parameters and, for training, of their gradients. The trained ones lie in two blocks, with and
 * without weight decay, so that optimizers go over them in one sweep.
 */
export class ParameterStore {
  readonly parameters: readonly Parameter[];
  /** The blocks that an optimizer works on. */
  readonly trainedBlocks: readonly ParameterBlock[];
  readonly #engine: TensorEngine;
  readonly #value: number;
  readonly #size: number;
  #putOff: (() => void) | undefined;

  /**
   * Plans the memory; `engine.arena.commit` must follow.
   *
   * @throws RangeError when two parameters have one name
   */
  constructor(engine: TensorEngine, parameters: readonly Parameter[], training: boolean) {
    const names = new Set<string>();
    for (const { name } of parameters) {
      if (names.has(name)) throw new RangeError(`two parameters are called "${name}"`);
      names.add(name);
    }
    this.#engine = engine;
    this.parameters = parameters;
    const kinds = [
      parameters.filter(({ trained, decays }) => trained && decays),
      parameters.filter(({ trained, decays }) => trained && !decays),
      parameters.filter(({ trained }) => !trained),
    ];
    const sizes = kinds.map((kind) => kind.reduce((sum, parameter) => sum + spaced(parameter), 0));
    this.#size = sizes.reduce((sum, size) => sum + size, 0);
    this.#value = engine.arena.reserve(this.#size * 4);
    const blocks: ParameterBlock[] = [];
    let value = this.#value;
    for (const [index, kind] of kinds.entries()) {
      const size = sizes[index] ?? 0;
      const trained = index < 2 && training && size > 0;
      const gradient = trained ? engine.arena.reserve(size * 4) : 0;
      if (trained) blocks.push({ value, gradient, size, decays: index === 0 });
      let offset = 0;
      for (const parameter of kind) {
        parameter.value = value + offset;
        parameter.settle = () => this.settle();
        parameter.gradient = trained ? gradient + offset : 0;
        offset += spaced(parameter) * 4;
      }
      value += size * 4;
    }
    this.trainedBlocks = blocks;
  }

  /** Starts all parameters anew: a pure function of the seed and the parameters' names. */
  initialize(seed: number): void {
    for (const parameter of this.parameters) parameter.initialize(this.#engine, seed);
  }

  /** The parameter of that name. */
  get(name: string): Parameter {
    const found = this.parameters.find((parameter) => parameter.name === name);
    if (!found) throw new RangeError(`there is no parameter "${name}"`);
    return found;
  }

  /** Copies of all parameters in logical order, running statistics included. */
  exportParameters(): ParameterValue[] {
    return this.parameters.map((parameter) => ({
      name: parameter.name,
      shape: parameter.shape,
      values: parameter.read(this.#engine),
    }));
  }

  /**
   * Takes values by name.
   *
   * @param options - `partial`: parameters without a value keep theirs
   * @throws RangeError when a parameter has no value or one of another length
   */
  importParameters(
    values: Iterable<{ readonly name: string; readonly values: ArrayLike<number> }>,
    options: { readonly partial?: boolean | undefined } = {},
  ): void {
    const byName = new Map([...values].map((value) => [value.name, value.values]));
    for (const parameter of this.parameters) {
      const found = byName.get(parameter.name);
      if (found) parameter.write(this.#engine, found);
      else if (!options.partial) throw new RangeError(`no value for parameter "${parameter.name}"`);
    }
  }

  /**
   * Keeps work on idle parts of parameters that is due before anybody looks at them; what another optimizer has put off is
   * done at once.
   *
   * @internal
   */
  putOff(work: () => void): void {
    if (this.#putOff !== work) this.settle();
    this.#putOff = work;
  }

  /** Does what was put off. @internal */
  settle(): void {
    const work = this.#putOff;
    this.#putOff = undefined;
    work?.();
  }

  /** Copies all values, fast and in the memory's own order: for the same network only. */
  snapshot(into?: Snapshot): Snapshot {
    this.settle();
    const values = this.#engine.arena.float32(this.#value, this.#size);
    if (!into) return { values: new Float32Array(values) };
    into.values.set(values);
    return into;
  }

  /** Puts the values of {@link ParameterStore.snapshot} back. */
  restore(snapshot: Snapshot): void {
    this.settle();
    this.#engine.arena.float32(this.#value, this.#size).set(snapshot.values);
  }
}

/** Numbers of a parameter, up to the next cache line. */
function spaced(parameter: Parameter): number {
  return Math.ceil(parameter.layout.size / LINE) * LINE;
}
