import {
  Adam,
  GradientNorm,
  NetworkBuilder,
  RecurrentNetwork,
  Sgd,
  seededRandom,
  type TensorEngine,
} from "../../src/local/tensor/index.js";

function uniform(count: number): Float32Array {
  const { next } = seededRandom(1);
  return Float32Array.from({ length: count }, next);
}

/** One training step of ResNet-18 with a 7 x 7 stem on 20 images of 28 x 28. */
export function resnetStep(engine: TensorEngine): () => void {
  const batch = 20;
  const graph = new NetworkBuilder({ height: 28, width: 28, channels: 1 });
  let x = graph.batchNorm("bn_data", graph.input, { fixGamma: true });
  x = graph.convolution("conv0", x, { filters: 64, kernel: 7, stride: 2, pad: 3 });
  x = graph.batchNorm("bn0", x, { relu: true });
  x = graph.maxPool(x, { kernel: 3, stride: 2, pad: 1 });
  for (const [stage, filters] of [64, 128, 256, 512].entries()) {
    for (let unit = 0; unit < 2; unit++) {
      const name = `stage${stage + 1}_unit${unit + 1}`;
      const stride = unit === 0 && stage > 0 ? 2 : 1;
      const active = graph.batchNorm(`${name}_bn1`, x, { relu: true });
      let y = graph.convolution(`${name}_conv1`, active, { filters, kernel: 3, stride, pad: 1 });
      y = graph.batchNorm(`${name}_bn2`, y, { relu: true });
      y = graph.convolution(`${name}_conv2`, y, { filters, kernel: 3, pad: 1 });
      x = graph.add(y, unit === 0 ? graph.convolution(`${name}_sc`, active, { filters, kernel: 1, stride }) : x);
    }
  }
  x = graph.batchNorm("bn1", x, { relu: true });
  x = graph.dense("fc1", graph.globalAveragePool(x), { units: 10 });
  const network = graph.build(engine, x, { batch, training: true });
  network.store.initialize(1);
  const optimizer = new Sgd(engine, network.store, { momentum: 0.9, weightDecay: 1e-4 });
  const images = uniform(batch * 784);
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);
  return () => {
    network.setImages(images);
    network.trainStep(labels);
    optimizer.step({ learningRate: 0.01, rescale: 1 / batch });
  };
}

/** One training step of 3 LSTM layers of 40 cells on 100 time steps of 32 rows of 80 features. */
export function lstmStep(engine: TensorEngine): () => void {
  const [steps, rows, features] = [100, 32, 80];
  const network = new RecurrentNetwork(engine, {
    ...{ features, layers: 3, cells: 40, distribution: "gaussian", residual: false, steps, rows, training: true },
  });
  network.store.initialize(1);
  const optimizer = new Adam(engine, network.store);
  const norm = new GradientNorm(engine, network.store);
  const inputs = uniform(steps * rows * features);
  const targets = uniform(steps * rows);
  const weights = new Float32Array(steps * rows).fill(1);
  const scales = new Float32Array(rows).fill(1);
  let seed = 0;
  return () => {
    network.setFeatures(inputs, steps, rows);
    network.trainStep({ steps, rows, targets, weights, scales, seed: seed++ });
    norm.clip(10);
    optimizer.step({ learningRate: 1e-3 });
  };
}
