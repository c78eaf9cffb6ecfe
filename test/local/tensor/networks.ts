import {
  type Network,
  NetworkBuilder,
  seededRandom,
  type Tensor,
  type TensorEngine,
} from "../../../src/local/tensor/index.js";
import { Tape, type Value, value } from "./reference.js";

/** Numbers between -1 and 1. */
export function numbers(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => 2 * random.next() - 1);
}

type Image = { readonly height: number; readonly width: number; readonly channels: number };

/** What a network is described with: the same calls build the fast network and run the naive one. */
interface Layers<T> {
  convolution(name: string, x: T, filters: number, kernel: number, stride: number, pad: number, bias?: boolean): T;
  batchNorm(name: string, x: T, options?: { readonly relu?: boolean; readonly fixGamma?: boolean }): T;
  relu(x: T): T;
  maxPool(x: T, kernel: number, stride: number, pad: number): T;
  averagePool(x: T, kernel: number, stride: number, pad: number): T;
  globalAveragePool(x: T): T;
  add(a: T, b: T): T;
  dense(name: string, x: T, units: number): T;
}

export type Description = <T>(layers: Layers<T>, input: T) => T;

export interface BuildOptions {
  readonly image: Image;
  readonly batch: number;
  readonly training?: boolean;
  readonly loss?: "softmax" | "sigmoid";
  readonly classWeights?: readonly number[];
}

/** The network of a description, with parameters that are a function of their names. */
export function build(engine: TensorEngine, describe: Description, options: BuildOptions): Network {
  const graph = new NetworkBuilder(options.image);
  const scores = describe<Tensor>(
    {
      convolution: (name, x, filters, kernel, stride, pad, bias = false) =>
        graph.convolution(name, x, { filters, kernel, stride, pad, bias }),
      batchNorm: (name, x, own) => graph.batchNorm(name, x, own),
      relu: (x) => graph.relu(x),
      maxPool: (x, kernel, stride, pad) => graph.maxPool(x, { kernel, stride, pad }),
      averagePool: (x, kernel, stride, pad) => graph.averagePool(x, { kernel, stride, pad }),
      globalAveragePool: (x) => graph.globalAveragePool(x),
      add: (a, b) => graph.add(a, b),
      dense: (name, x, units) => graph.dense(name, x, { units }),
    },
    graph.input,
  );
  const network = graph.build(engine, scores, { training: true, ...options });
  network.store.initialize(5);
  // Gammas and betas away from 1 and 0, or their gradients would hide mistakes.
  for (const parameter of network.store.parameters) {
    if (/_(gamma|beta|bias)$/u.test(parameter.name) && parameter.trained) {
      const shift = parameter.name.endsWith("gamma") ? 1 : 0;
      parameter.write(
        engine,
        numbers(parameter.length, parameter.name.length).map((v) => shift + v / 2),
      );
    }
  }
  return network;
}

/** What the naive layers make of the parameters of a network. */
export interface ReferenceRun {
  readonly loss: number;
  readonly probabilities: readonly number[];
  readonly gradients: ReadonlyMap<string, Float64Array>;
  readonly statistics: ReadonlyMap<string, { readonly mean: Float64Array; readonly variance: Float64Array }>;
}

export function reference(
  describe: Description,
  options: BuildOptions,
  parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: ArrayLike<number>;
  }[],
  images: readonly number[],
  targets: readonly number[],
): ReferenceRun {
  const tape = new Tape();
  const values = new Map(parameters.map(({ name, shape, values: own }) => [name, value(shape, own)]));
  const statistics = new Map<string, { readonly mean: Float64Array; readonly variance: Float64Array }>();
  const get = (name: string): Value => {
    const found = values.get(name);
    if (!found) throw new Error(`no parameter ${name}`);
    return found;
  };
  const { height, width, channels } = options.image;
  const scores = describe<Value>(
    {
      convolution: (name, x, _filters, _kernel, stride, pad, bias) =>
        tape.convolution(x, get(`${name}_weight`), bias ? get(`${name}_bias`) : undefined, stride, pad),
      batchNorm: (name, x, own) => {
        const { out, ...rest } = tape.batchNorm(x, get(`${name}_gamma`), get(`${name}_beta`), 2e-5);
        statistics.set(name, rest);
        return own?.relu ? tape.relu(out) : out;
      },
      relu: (x) => tape.relu(x),
      maxPool: (x, kernel, stride, pad) => tape.maxPool(x, kernel, stride, pad),
      averagePool: (x, kernel, stride, pad) => tape.averagePool(x, [kernel, kernel], stride, pad),
      globalAveragePool: (x) => tape.averagePool(x, [x.shape[1] as number, x.shape[2] as number]),
      add: (a, b) => tape.add(a, b),
      dense: (name, x) => tape.convolution(x, get(`${name}_weight`), get(`${name}_bias`), 1, 0),
    },
    value([images.length / (height * width * channels), height, width, channels], images),
  );
  const { loss, probabilities } =
    options.loss === "sigmoid"
      ? tape.sigmoidLoss(scores, targets, options.classWeights ?? [1])
      : tape.softmaxLoss(scores, targets);
  tape.backward();
  const gradients = new Map([...values].map(([name, own]) => [name, own.gradient]));
  return { loss, probabilities, gradients, statistics };
}

/** Greatest difference, relative to the greatest number. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let size = 1e-3;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((actual[i] as number) - (expected[i] as number)));
    size = Math.max(size, Math.abs(expected[i] as number));
  }
  return actual.length === expected.length ? difference / size : Number.POSITIVE_INFINITY;
}
