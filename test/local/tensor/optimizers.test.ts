import { afterAll, describe, expect, it } from "vitest";
import {
  Adam,
  GradientNorm,
  Nag,
  type Network,
  NetworkBuilder,
  type Optimizer,
  RmsProp,
  Sgd,
  TensorEngine,
} from "../../../src/local/tensor/index.js";
import { numbers, relativeError } from "./networks.js";

const engine = await TensorEngine.create();
afterAll(() => engine.dispose());

function build(): Network {
  const graph = new NetworkBuilder({ height: 1, width: 1, channels: 9 });
  const x = graph.batchNorm("bn", graph.dense("a", graph.input, { units: 6 }));
  const network = graph.build(engine, graph.dense("b", x, { units: 3 }), { batch: 4, training: true });
  network.store.initialize(2);
  return network;
}

type Update = (w: number, g: number, states: number[], step: number) => number;

/** MXNet's formulas, one number at a time. `g` is scaled, clipped and decayed. */
const RATE = 0.1;
const cases: readonly { readonly name: string; readonly make: (n: Network) => Optimizer; readonly update: Update }[] = [
  {
    name: "Sgd without momentum",
    make: (n) => new Sgd(engine, n.store, { weightDecay: 0.01, clipGradient: 0.2 }),
    update: (w, g) => w - RATE * g,
  },
  {
    name: "Sgd with momentum",
    make: (n) => new Sgd(engine, n.store, { weightDecay: 0.01, clipGradient: 0.2, momentum: 0.9 }),
    update: (w, g, states) => {
      states[0] = 0.9 * (states[0] ?? 0) - RATE * g;
      return w + states[0];
    },
  },
  {
    name: "Nag",
    make: (n) => new Nag(engine, n.store, { weightDecay: 0.01, clipGradient: 0.2, momentum: 0.9 }),
    update: (w, g, states) => {
      states[0] = 0.9 * (states[0] ?? 0) + g;
      return w - RATE * (g + 0.9 * states[0]);
    },
  },
  {
    name: "Adam",
    make: (n) =>
      new Adam(engine, n.store, { weightDecay: 0.01, clipGradient: 0.2, beta1: 0.8, beta2: 0.95, epsilon: 1e-6 }),
    update: (w, g, states, step) => {
      states[0] = 0.8 * (states[0] ?? 0) + 0.2 * g;
      states[1] = 0.95 * (states[1] ?? 0) + 0.05 * g * g;
      const rate = (RATE * Math.sqrt(1 - 0.95 ** step)) / (1 - 0.8 ** step);
      return w - (rate * states[0]) / (Math.sqrt(states[1]) + 1e-6);
    },
  },
  {
    name: "RmsProp",
    make: (n) => new RmsProp(engine, n.store, { weightDecay: 0.01, clipGradient: 0.2, gamma1: 0.95, epsilon: 1e-4 }),
    update: (w, g, states) => {
      states[0] = 0.95 * (states[0] ?? 0) + 0.05 * g * g;
      return w - (RATE * g) / Math.sqrt(states[0] + 1e-4);
    },
  },
  {
    name: "RmsProp, centered",
    make: (n) =>
      new RmsProp(engine, n.store, {
        ...{ weightDecay: 0.01, clipGradient: 0.2, gamma1: 0.95, gamma2: 0.8, epsilon: 1e-4, centered: true },
      }),
    update: (w, g, states) => {
      states[0] = 0.95 * (states[0] ?? 0) + 0.05 * g * g;
      states[1] = 0.95 * (states[1] ?? 0) + 0.05 * g;
      states[2] = 0.8 * (states[2] ?? 0) - (RATE * g) / Math.sqrt(states[0] - states[1] ** 2 + 1e-4);
      return w + states[2];
    },
  },
];

function step(network: Network, seed: number): void {
  network.setImages(Float32Array.from(numbers(36, seed)));
  network.trainStep([0, 1, 2, 1]);
}

describe("Optimizer", () => {
  for (const { name, make, update } of cases) {
    it(`${name} follows MXNet's formula; only weights and gammas decay; gradients are scaled, then clipped`, () => {
      const network = build();
      const optimizer = make(network);
      for (const round of ["first", "after reset"]) {
        const states = new Map<string, number[][]>();
        for (let count = 1; count <= 3; count++) {
          step(network, count);
          const before = network.store.exportParameters();
          const gradients = new Map(
            network.store.parameters
              .filter(({ trained }) => trained)
              .map((parameter) => [parameter.name, parameter.readGradient(engine)]),
          );
          optimizer.step({ learningRate: RATE, rescale: 1 / 4 });
          for (const { name: parameter, values } of before) {
            const gradient = gradients.get(parameter);
            const now = network.store.get(parameter).read(engine);
            if (!gradient) {
              expect(now).toEqual(values);
              continue;
            }
            const decay = /_(weight|gamma)$/u.test(parameter) ? 0.01 : 0;
            const own = states.get(parameter) ?? Array.from(values, () => []);
            states.set(parameter, own);
            const expected = Array.from(values, (w, i) => {
              const g = Math.max(-0.2, Math.min(0.2, (gradient[i] as number) / 4)) + decay * w;
              return update(w, g, own[i] as number[], count);
            });
            expect(relativeError(now, expected), `${parameter}, ${round}`).toBeLessThan(1e-5);
          }
        }
        optimizer.reset();
      }
    });
  }
});

describe("GradientNorm", () => {
  it("measures the common norm of all gradients and scales them down to the limit, never up", () => {
    const network = build();
    const norm = new GradientNorm(engine, network.store);
    step(network, 1);
    const all = (): number[] =>
      network.store.parameters.filter(({ trained }) => trained).flatMap((p) => Array.from(p.readGradient(engine)));
    const before = all();
    const length = Math.sqrt(before.reduce((sum, g) => sum + g * g, 0));

    expect(norm.clip(2 * length)).toBeCloseTo(length, 5);
    expect(all()).toEqual(before);
    expect(norm.clip(length / 3)).toBeCloseTo(length, 5);
    expect(
      relativeError(
        all(),
        before.map((g) => g / 3),
      ),
    ).toBeLessThan(1e-6);
    expect(norm.measure()).toBeCloseTo(length / 3, 5);
  });
});

describe("Sgd with weights that only meet padding", () => {
  const RATES = [0.1, 0.1, 0.05, 0.2, 0.01];

  /** Trains with 3 x 3 windows on images of one pixel: 8 of 9 taps see no image. */
  function train(look: (network: Network, step: number) => void): Network {
    const graph = new NetworkBuilder({ height: 1, width: 1, channels: 9 });
    const x = graph.convolution("a", graph.input, { filters: 12, kernel: 3, pad: 1 });
    const network = graph.build(engine, graph.dense("b", x, { units: 3 }), { batch: 4, training: true });
    network.store.initialize(2);
    const optimizer = new Sgd(engine, network.store, { momentum: 0.9, weightDecay: 0.3 });
    for (const [step, learningRate] of RATES.entries()) {
      network.setImages(Float32Array.from(numbers(36, step)));
      network.trainStep([0, 1, 2, 1]);
      optimizer.step({ learningRate, rescale: 0.25 });
      look(network, step);
    }
    return network;
  }

  it("steps them to the same bits whether or not anybody looks at them in between", () => {
    const undisturbed = train(() => undefined).store.get("a_weight");
    const disturbed = train((network, step) => {
      if (step === 1) network.store.snapshot();
      if (step === 2) network.store.get("a_weight").read(engine);
    }).store.get("a_weight");
    expect(undisturbed.read(engine)).toEqual(disturbed.read(engine));
  });

  it("gives them their decay and momentum", () => {
    const initial = train((network, step) => {
      if (step === 0) network.store.initialize(2);
    });
    const starts: Float32Array[] = [];
    const network = train((own, step) => {
      if (step === 0) starts.push(own.store.get("a_weight").read(engine));
    });
    const weights = network.store.get("a_weight").read(engine);
    const [first] = starts as [Float32Array];
    for (const index of [0, 8, 9 * 9 + 1, weights.length - 1]) {
      expect(network.store.get("a_weight").readGradient(engine)[index]).toBe(0);
      // After one step from w0 the momentum is -rate * decay * w0 and the weight w0 * (1 - rate * decay).
      let weight = first[index] as number;
      let momentum = (-0.1 * 0.3 * weight) / (1 - 0.1 * 0.3);
      for (const rate of RATES.slice(1)) {
        momentum = 0.9 * momentum - rate * 0.3 * weight;
        weight += momentum;
      }
      expect(weights[index]).toBeCloseTo(weight, 6);
    }
    // A restart replaces what was put off for the weights, not for the momentum.
    expect(initial.store.get("a_weight").read(engine)).not.toEqual(weights);
  });

  it("puts them off across a restored snapshot", () => {
    const restored = train((network, step) => {
      if (step === 2) network.store.restore(network.store.snapshot());
    });
    expect(restored.store.snapshot().values).toEqual(train(() => undefined).store.snapshot().values);
  });
});
