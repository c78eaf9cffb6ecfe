import type { TensorEngine } from "../engine.js";
import { Layer, Tensor } from "../layer.js";
import { Operation, unitsOf } from "../operations.js";

/** The sum of two tensors of one shape. The network lets a convolution in front do the adding where it can. */
export class Add extends Layer {
  override readonly keeps = { inputs: false, output: false };

  constructor(name: string, a: Tensor, b: Tensor) {
    if (a.height !== b.height || a.width !== b.width || a.channels !== b.channels)
      throw new RangeError(
        `"${name}" adds tensors of one shape; got ${a.height} x ${a.width} x ${a.channels} and ${b.height} x ${b.width} x ${b.channels}`,
      );
    super(name, [a, b], new Tensor(a.height, a.width, a.channels, a.pitch === 4));
    if (a.pitch !== b.pitch)
      throw new RangeError(`"${name}" adds an input of up to 4 channels to a computed tensor; that is not possible`);
  }

  override forward(engine: TensorEngine, count: number): void {
    const size = count * this.output.size;
    const [a, b] = this.inputs as [Tensor, Tensor];
    engine.run(Operation.add, unitsOf(size), size, a.value, b.value, this.output.value, size);
  }

  override backward(engine: TensorEngine, count: number): void {
    const { output } = this;
    const size = count * output.size;
    for (const [index, input] of this.inputs.entries()) {
      const use = this.gradientUses[index];
      if (use === "add")
        engine.run(Operation.add, unitsOf(size), size, input.gradient, output.gradient, input.gradient, size);
      else if (use === "write" && input.gradient !== output.gradient)
        engine.arena.float32(input.gradient, size).set(engine.arena.float32(output.gradient, size));
    }
  }
}

/** max(x, 0). Behind a batch normalisation, its own `relu` saves a pass. */
export class Relu extends Layer {
  override readonly keeps = { inputs: false, output: true };
  override readonly inPlace = true;
  override readonly gradientInPlace = true;

  constructor(name: string, input: Tensor) {
    super(name, [input], new Tensor(input.height, input.width, input.channels, input.pitch === 4));
  }

  override forward(engine: TensorEngine, count: number): void {
    const input = this.inputs[0] as Tensor;
    const size = count * this.output.size;
    engine.run(Operation.relu, unitsOf(size), size, input.value, this.output.value, size);
  }

  override backward(engine: TensorEngine, count: number): void {
    const input = this.inputs[0] as Tensor;
    const use = this.gradientUses[0];
    if (use === "none") return;
    const size = count * this.output.size;
    engine.run(
      Operation.reluBackward,
      unitsOf(size),
      size,
      ...[this.output.value, this.output.gradient, input.gradient, size, use === "add" ? 1 : 0],
    );
  }
}
