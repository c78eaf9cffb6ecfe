import { describe, expect, it } from "vitest";
import { numbers } from "./networks.js";
import { Tape, type Value, value } from "./reference.js";

/** The loss of a network of all naive layers, from its parameters. */
function run(parameters: readonly Value[], sigmoid: boolean): { readonly tape: Tape; readonly loss: number } {
  const [image, w, bias, gamma, beta, fc] = parameters as [Value, Value, Value, Value, Value, Value];
  const tape = new Tape();
  const a = tape.convolution(image, w, bias, 2, 1);
  const b = tape.relu(tape.batchNorm(a, gamma, beta, 1e-3).out);
  const c = tape.add(tape.maxPool(b, 2, 1, 0), tape.averagePool(a, [2, 2]));
  const scores = tape.convolution(c, fc, undefined, 1, 0);
  const { loss } = sigmoid
    ? tape.sigmoidLoss(scores, [1, 0, 0, 1, 0.5, 1], [1, 2, 0.5])
    : tape.softmaxLoss(scores, [2, 0]);
  return { tape, loss };
}

describe("Tape", () => {
  for (const sigmoid of [false, true]) {
    it(`has the gradients of finite differences (${sigmoid ? "sigmoid" : "softmax"})`, () => {
      const shapes = [[2, 5, 6, 2], [4, 2, 3, 3], [4], [4], [4], [3, 4, 2, 2]];
      const make = (): Value[] =>
        shapes.map((shape, seed) =>
          value(
            shape,
            numbers(
              shape.reduce((a, b) => a * b, 1),
              seed + 1,
            ),
          ),
        );
      const parameters = make();
      const { tape } = run(parameters, sigmoid);
      tape.backward();
      for (const [index, parameter] of parameters.entries()) {
        for (let i = 0; i < parameter.data.length; i++) {
          const losses = [1e-6, -1e-6].map((step) => {
            const moved = make();
            const { data } = moved[index] as Value;
            data[i] = (data[i] as number) + step;
            return run(moved, sigmoid).loss;
          }) as [number, number];
          expect((losses[0] - losses[1]) / 2e-6).toBeCloseTo(parameter.gradient[i] as number, 6);
        }
      }
    });
  }
});
