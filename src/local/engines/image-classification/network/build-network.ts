import { type Network, NetworkBuilder, type NetworkOptions, type TensorEngine } from "../../../tensor/index.js";
import {
  type Architecture,
  type Convolution,
  NORM_EPSILON,
  NORM_MOMENTUM,
  stemConvolution,
  unitsOf,
} from "./architecture.js";

/** Lays a residual network out in the memory of a tensor engine. Its parameters have the names of the artefact. */
export function buildNetwork(
  engine: TensorEngine,
  architecture: Architecture,
  options: Omit<NetworkOptions, "loss">,
): Network {
  const graph = new NetworkBuilder(architecture.imageShape);
  type Tensor = typeof graph.input;
  const norm = { epsilon: NORM_EPSILON, momentum: NORM_MOMENTUM };
  const normRelu = (name: string, input: Tensor): Tensor => graph.batchNorm(name, input, { ...norm, relu: true });
  const convolution = ({ name, ...shape }: Convolution, input: Tensor): Tensor => graph.convolution(name, input, shape);

  let body = graph.batchNorm("bn_data", graph.input, { ...norm, fixGamma: true });
  body = convolution(stemConvolution(architecture), body);
  if (architecture.stem === "large") {
    body = graph.maxPool(normRelu("bn0", body), { kernel: 3, stride: 2, pad: 1 });
  }
  for (const { name, convolutions, projection } of unitsOf(architecture)) {
    const input = body;
    let activated = input;
    for (const [index, step] of convolutions.entries()) {
      body = normRelu(`${name}_bn${index + 1}`, body);
      if (index === 0) activated = body;
      // The shortcut first, so that the last convolution can add to it.
      if (index === convolutions.length - 1) {
        const shortcut = projection ? convolution(projection, activated) : input;
        body = graph.add(shortcut, convolution(step, body));
      } else body = convolution(step, body);
    }
  }
  const features = graph.globalAveragePool(normRelu("bn1", body));
  const scores = graph.dense("fc", features, { units: architecture.classes });
  return graph.build(engine, scores, { ...options, loss: architecture.multiLabel ? "sigmoid" : "softmax" });
}
