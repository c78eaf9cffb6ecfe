import type { TensorEngine } from "../engine.js";
import { Layer, type Planner, Tensor } from "../layer.js";
import { float, Operation } from "../operations.js";
import { type Initializer, Parameter, vectorLayout } from "../parameter.js";

/** Settings of a batch normalisation. */
export interface BatchNormOptions {
  /** Whether a ReLU follows. @defaultValue false */
  readonly relu?: boolean | undefined;
  /** Whether gamma is 1 and stays 1. @defaultValue false */
  readonly fixGamma?: boolean | undefined;
  /** @defaultValue 2e-5 */
  readonly epsilon?: number | undefined;
  /** Part of the running statistics that one batch leaves. @defaultValue 0.9 */
  readonly momentum?: number | undefined;
}

/**
 * Batch normalisation of each channel, and the ReLU behind it. In training it uses the statistics of the batch (variance
 * over n, not n - 1, also in the running one: MXNet's way), else the running ones.
 */
export class BatchNorm extends Layer {
  override readonly parameters: readonly Parameter[];
  override readonly keeps = { inputs: true, output: false };
  override readonly inPlace = true;
  override readonly gradientInPlace = true;
  readonly #gamma: Parameter;
  readonly #beta: Parameter;
  readonly #mean: Parameter;
  readonly #variance: Parameter;
  readonly #relu: boolean;
  readonly #epsilon: number;
  readonly #momentum: number;
  /** Scale and offset of each channel, then mean and 1 / deviation. */
  #saved = 0;

  constructor(name: string, input: Tensor, options: BatchNormOptions = {}) {
    super(name, [input], new Tensor(input.height, input.width, input.channels, input.pitch === 4));
    this.#relu = options.relu ?? false;
    this.#epsilon = options.epsilon ?? 2e-5;
    this.#momentum = options.momentum ?? 0.9;
    const parameter = (suffix: string, value: number, trained: boolean, decays = false): Parameter =>
      new Parameter({
        name: `${name}_${suffix}`,
        shape: [input.channels],
        layout: vectorLayout(input.pitch),
        initializer: { kind: "constant", value } satisfies Initializer,
        ...{ trained, decays },
      });
    this.#gamma = parameter("gamma", 1, !options.fixGamma, true);
    this.#beta = parameter("beta", 0, true);
    this.#mean = parameter("moving_mean", 0, false);
    this.#variance = parameter("moving_var", 1, false);
    this.parameters = [this.#gamma, this.#beta, this.#mean, this.#variance];
  }

  override plan(planner: Planner): void {
    const { pitch } = this.output;
    this.#saved = planner.reserve(pitch * 16);
    planner.scratch(pitch * 16);
  }

  override forward(engine: TensorEngine, count: number, training: boolean): void {
    const { output } = this;
    const rows = count * output.pixels;
    engine.run(
      training ? Operation.batchNormTrain : Operation.batchNormPredict,
      Math.ceil(output.pitch / 16),
      rows * output.pitch,
      ...[this.#input.value, output.value, rows, output.pitch, this.#gamma.value, this.#beta.value],
      ...[this.#mean.value, this.#variance.value, this.#saved + output.pitch * 8, this.scratch],
      ...[float(this.#epsilon), float(this.#momentum), this.#relu ? 1 : 0, this.#saved],
    );
  }

  override backward(engine: TensorEngine, count: number): void {
    const { output } = this;
    const rows = count * output.pixels;
    const use = this.gradientUses[0];
    engine.run(
      Operation.batchNormBackward,
      Math.ceil(output.pitch / 16),
      rows * output.pitch,
      ...[this.#input.value, output.gradient, use === "none" ? 0 : this.#input.gradient, rows, output.pitch],
      ...[this.#gamma.gradient, this.#beta.gradient, this.#saved + output.pitch * 8, this.scratch, this.#saved],
      ...[this.#relu ? 1 : 0, use === "add" ? 1 : 0],
    );
  }

  get #input(): Tensor {
    return this.inputs[0] as Tensor;
  }
}
