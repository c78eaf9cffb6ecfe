import { afterAll, describe, expect, it } from "vitest";
import { TensorEngine } from "../../../src/local/tensor/index.js";
import { type BuildOptions, build, type Description, numbers, reference, relativeError } from "./networks.js";

const engine = await TensorEngine.create();
afterAll(() => engine.dispose());

interface Case {
  readonly what: string;
  readonly describe: Description;
  readonly options: BuildOptions;
}

/** A network with pre-activation units as the image classifier has: projections, identities, a stride, a stem. */
const residual: Description = (layers, input) => {
  let x = layers.batchNorm("bn_data", input, { fixGamma: true });
  x = layers.convolution("conv0", x, 8, 3, 2, 1);
  x = layers.batchNorm("bn0", x, { relu: true });
  x = layers.maxPool(x, 3, 2, 1);
  for (const [index, filters] of [8, 8, 12].entries()) {
    const name = `unit${index}`;
    const stride = index === 2 ? 2 : 1;
    const active = layers.batchNorm(`${name}_bn1`, x, { relu: true });
    let y = layers.convolution(`${name}_conv1`, active, filters, 3, stride, 1);
    y = layers.batchNorm(`${name}_bn2`, y, { relu: true });
    y = layers.convolution(`${name}_conv2`, y, filters, 3, 1, 1);
    x = layers.add(y, index === 1 ? x : layers.convolution(`${name}_sc`, active, filters, 1, stride, 0));
  }
  x = layers.batchNorm("bn1", x, { relu: true });
  return layers.dense("fc1", layers.globalAveragePool(x), 5);
};

const small = { height: 6, width: 5, channels: 3 };
const cases: readonly Case[] = [
  {
    what: "a dense layer",
    describe: (layers, input) => layers.dense("fc", input, 5),
    options: { image: { height: 1, width: 1, channels: 7 }, batch: 3 },
  },
  {
    what: "a dense layer over whole images",
    describe: (layers, input) => layers.dense("fc", input, 3),
    options: { image: small, batch: 5 },
  },
  ...[
    [1, 1, 0],
    [1, 2, 0],
    [3, 1, 1],
    [3, 2, 1],
    [5, 1, 2],
    [4, 3, 1],
    [2, 1, 0],
  ].flatMap(([kernel = 1, stride = 1, pad = 0]) =>
    [2, 9].map(
      (channels): Case => ({
        what: `a convolution ${kernel} x ${kernel} of ${channels} channels, stride ${stride}, pad ${pad}`,
        describe: (layers, input) =>
          layers.dense(
            "fc",
            layers.globalAveragePool(
              // The second one has a gradient for its input.
              layers.convolution("b", layers.convolution("a", input, channels, 1, 1, 0, true), 11, kernel, stride, pad),
            ),
            3,
          ),
        options: { image: small, batch: 5 },
      }),
    ),
  ),
  {
    what: "max pooling with stride and pad",
    describe: (layers, input) =>
      layers.dense("fc", layers.maxPool(layers.convolution("a", input, 9, 1, 1, 0), 3, 2, 1), 3),
    options: { image: small, batch: 4 },
  },
  {
    what: "average pooling with stride and pad",
    describe: (layers, input) =>
      layers.dense("fc", layers.averagePool(layers.convolution("a", input, 9, 1, 1, 0), 3, 2, 1), 3),
    options: { image: small, batch: 4 },
  },
  {
    what: "batch normalisation without and with ReLU",
    describe: (layers, input) => {
      const x = layers.batchNorm("b", layers.convolution("a", input, 20, 3, 1, 1, true));
      const y = layers.batchNorm("d", layers.convolution("c", x, 7, 1, 1, 0), { relu: true });
      return layers.dense("fc", layers.globalAveragePool(y), 3);
    },
    options: { image: small, batch: 5 },
  },
  {
    what: "a tensor that several layers read, and additions of every kind",
    describe: (layers, input) => {
      const a = layers.relu(layers.convolution("a", input, 8, 3, 1, 1));
      const b = layers.add(layers.convolution("b", a, 8, 3, 1, 1), a);
      const c = layers.add(layers.relu(b), b);
      const d = layers.add(layers.add(c, a), layers.convolution("d", c, 8, 1, 1, 0));
      return layers.dense("fc", layers.globalAveragePool(layers.add(d, d)), 3);
    },
    options: { image: small, batch: 3 },
  },
  {
    what: "independent classes with weights",
    describe: (layers, input) => layers.dense("fc", layers.convolution("a", input, 6, 3, 2, 1, true), 4),
    options: { image: small, batch: 4, loss: "sigmoid", classWeights: [1, 0.5, 3, 2] },
  },
  {
    what: "a residual network",
    describe: residual,
    options: { image: { height: 17, width: 15, channels: 1 }, batch: 4 },
  },
];

function imagesOf({ image: { height, width, channels } }: BuildOptions, count: number): number[] {
  return numbers(count * height * width * channels, 3);
}

function targetsOf(options: BuildOptions, count: number, classes: number): number[] {
  if (options.loss === "sigmoid") return numbers(count * classes, 4).map((v) => (v > 0 ? 1 : 0));
  return Array.from({ length: count }, (_, i) => (i * 7 + 1) % classes);
}

describe("Network", () => {
  for (const { what, describe: network, options } of cases) {
    it(`computes the losses and gradients of ${what} as naive loops do, for full and smaller batches`, () => {
      const fast = build(engine, network, options);
      for (const count of [options.batch, options.batch - 1]) {
        const images = imagesOf(options, count);
        const targets = targetsOf(options, count, fast.classes);
        const slow = reference(network, options, fast.store.exportParameters(), images, targets);
        const before = new Map(fast.store.exportParameters().map(({ name, values }) => [name, values]));
        expect(fast.setImages(Float32Array.from(images))).toBe(count);
        const loss = fast.trainStep(targets);

        expect(loss / slow.loss).toBeCloseTo(1, 5);
        expect(relativeError(fast.probabilities(count), slow.probabilities)).toBeLessThan(1e-4);
        for (const parameter of fast.store.parameters) {
          if (!parameter.trained) continue;
          const gradient = slow.gradients.get(parameter.name) ?? [];
          expect(relativeError(parameter.readGradient(engine), gradient), parameter.name).toBeLessThan(3e-4);
        }
        for (const [name, { mean, variance }] of slow.statistics) {
          const running = (suffix: string, batch: Float64Array): number[] =>
            Array.from(batch, (v, i) => 0.9 * (before.get(`${name}_${suffix}`)?.[i] ?? 0) + 0.1 * v);
          const now = (suffix: string): Float32Array => fast.store.get(`${name}_${suffix}`).read(engine);
          expect(relativeError(now("moving_mean"), running("moving_mean", mean))).toBeLessThan(1e-5);
          expect(relativeError(now("moving_var"), running("moving_var", variance))).toBeLessThan(1e-5);
        }
      }
    });
  }
});
