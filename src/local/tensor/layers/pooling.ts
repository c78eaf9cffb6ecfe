import type { TensorEngine } from "../engine.js";
import { Layer, type Planner, Tensor } from "../layer.js";
import { Operation } from "../operations.js";

/** Settings of a pooling layer. */
export interface PoolingOptions {
  readonly kernel: number;
  /** @defaultValue `kernel` */
  readonly stride?: number | undefined;
  /** @defaultValue 0 */
  readonly pad?: number | undefined;
  /** Whether a last window that is cut short by the edge counts (MXNet's `full` convention). @defaultValue false */
  readonly ceil?: boolean | undefined;
}

function pooled(name: string, input: Tensor, options: PoolingOptions): Tensor {
  const { kernel, stride = kernel, pad = 0 } = options;
  const size = (length: number): number => {
    const steps = (length + 2 * pad - kernel) / stride;
    // A window must begin inside the image.
    return Math.min((options.ceil ? Math.ceil(steps) : Math.floor(steps)) + 1, Math.ceil((length + pad) / stride));
  };
  const [height, width] = [size(input.height), size(input.width)];
  if (!(height >= 1 && width >= 1 && pad < kernel))
    throw new RangeError(
      `"${name}": a window of ${kernel} does not fit into ${input.height} x ${input.width}, pad ${pad}`,
    );
  return new Tensor(height, width, input.channels, input.pitch === 4);
}

/** The greatest value of each window. */
export class MaxPool extends Layer {
  override readonly keeps = { inputs: false, output: false };
  readonly #kernel: number;
  readonly #stride: number;
  readonly #pad: number;
  /** Which pixel each value came from. */
  #picks = 0;

  constructor(name: string, input: Tensor, options: PoolingOptions) {
    super(name, [input], pooled(name, input, options));
    this.#kernel = options.kernel;
    this.#stride = options.stride ?? options.kernel;
    this.#pad = options.pad ?? 0;
  }

  override plan(planner: Planner): void {
    if (planner.training) this.#picks = planner.reserve(planner.batch * this.output.size * 4);
  }

  override forward(engine: TensorEngine, count: number): void {
    const input = this.inputs[0] as Tensor;
    const { output } = this;
    engine.run(
      Operation.maxPool,
      count,
      count * output.size * this.#kernel ** 2,
      ...[input.value, output.value, this.#picks, input.height, input.width, input.pitch * 4],
      ...[this.#kernel, this.#stride, this.#pad, output.height, output.width],
    );
  }

  override backward(engine: TensorEngine, count: number): void {
    const input = this.inputs[0] as Tensor;
    const { output } = this;
    const use = this.gradientUses[0];
    if (use === "none") return;
    engine.run(
      Operation.maxPoolBackward,
      count,
      count * (input.size + output.size),
      ...[output.gradient, this.#picks, input.gradient, input.pixels, input.pitch * 4, output.pixels],
      use === "add" ? 1 : 0,
    );
  }
}

/** The mean of each window; a window of the whole image is global pooling. */
export class AveragePool extends Layer {
  override readonly keeps = { inputs: false, output: false };
  readonly #window: readonly [height: number, width: number];
  readonly #stride: number;
  readonly #pad: number;

  /** Places in the padding count as zeros, as in MXNet. Without options: one window, the whole image. */
  constructor(name: string, input: Tensor, options?: PoolingOptions) {
    super(name, [input], options ? pooled(name, input, options) : new Tensor(1, 1, input.channels, input.pitch === 4));
    this.#window = options ? [options.kernel, options.kernel] : [input.height, input.width];
    this.#stride = options ? (options.stride ?? options.kernel) : 1;
    this.#pad = options?.pad ?? 0;
  }

  override forward(engine: TensorEngine, count: number): void {
    const input = this.inputs[0] as Tensor;
    this.#run(engine, Operation.averagePool, count, input.value, this.output.value, 0);
  }

  override backward(engine: TensorEngine, count: number): void {
    const input = this.inputs[0] as Tensor;
    const use = this.gradientUses[0];
    if (use === "none") return;
    const keep = use === "add" ? 1 : 0;
    this.#run(engine, Operation.averagePoolBackward, count, input.gradient, this.output.gradient, keep);
  }

  #run(engine: TensorEngine, code: number, count: number, input: number, output: number, keep: number): void {
    const from = this.inputs[0] as Tensor;
    const to = this.output;
    engine.run(
      code,
      count,
      count * from.size,
      ...[input, output, 0, from.height, from.width, from.pitch * 4, this.#window[0], this.#window[1]],
      ...[this.#stride, this.#pad, to.height, to.width, 1, keep],
    );
  }
}
