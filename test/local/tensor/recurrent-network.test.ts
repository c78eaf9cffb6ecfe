import { afterAll, describe, expect, it } from "vitest";
import {
  DISTRIBUTIONS,
  type DistributionName,
  RecurrentNetwork,
  seededRandom,
  TensorEngine,
} from "../../../src/local/tensor/index.js";
import { numbers, relativeError } from "./networks.js";
import { forward, gradients, meanLoss, type Parameters, type RecurrentCase } from "./recurrent-reference.js";

const engine = await TensorEngine.create();
afterAll(() => engine.dispose());

function targetsFor(distribution: DistributionName, count: number): number[] {
  const raw = numbers(count, 11);
  if (distribution === "negative-binomial") return raw.map((v) => Math.floor(4 * (v + 1)));
  if (distribution === "beta") return raw.map((v) => 0.5 + 0.45 * v);
  return raw.map((v) => 3 * v);
}

function makeCase(options: Partial<RecurrentCase> & { readonly distribution: DistributionName }): RecurrentCase {
  const sizes = { features: 3, layers: 2, cells: 5, steps: 4, rows: 3, ...options };
  const count = sizes.steps * sizes.rows;
  return {
    ...{ embeddings: [], residual: true, zoneout: 0, dropout: 0, seed: 9, categories: [] },
    inputs: numbers(count * sizes.features, 1),
    targets: targetsFor(options.distribution, count),
    weights: Array.from({ length: count }, (_, i) => (i % 5 === 3 ? 0 : 1 + (i % 2) / 2)),
    scales: Array.from({ length: sizes.rows }, (_, i) => 1 + i / 2),
    ...sizes,
  };
}

function build(own: RecurrentCase): { readonly network: RecurrentNetwork; readonly parameters: Parameters } {
  const network = new RecurrentNetwork(engine, {
    ...own,
    distribution: own.distribution as DistributionName,
    ...{ sampleRows: 4 * own.rows, training: true },
  });
  network.store.initialize(3);
  for (const parameter of network.store.parameters) {
    if (parameter.name.endsWith("bias")) parameter.write(engine, numbers(parameter.length, 8));
  }
  const parameters = new Map(network.store.exportParameters().map(({ name, values }) => [name, Array.from(values)]));
  return { network, parameters };
}

const cases: readonly { readonly what: string; readonly own: RecurrentCase }[] = [
  ...(Object.keys(DISTRIBUTIONS) as DistributionName[]).map((distribution) => ({
    what: `the ${distribution} distribution`,
    own: makeCase({ distribution }),
  })),
  { what: "one layer", own: makeCase({ distribution: "gaussian", layers: 1, cells: 9, features: 10 }) },
  { what: "one step", own: makeCase({ distribution: "gaussian", steps: 1 }) },
  { what: "many rows", own: makeCase({ distribution: "gaussian", rows: 11, cells: 3, features: 2, steps: 3 }) },
  { what: "layers without residual sums", own: makeCase({ distribution: "gaussian", residual: false, layers: 3 }) },
  { what: "zoneout", own: makeCase({ distribution: "gaussian", zoneout: 0.4, steps: 5 }) },
  { what: "dropout", own: makeCase({ distribution: "gaussian", dropout: 0.4, layers: 3 }) },
  {
    what: "embeddings",
    own: makeCase({
      distribution: "gaussian",
      embeddings: [
        { cardinality: 3, dimension: 2 },
        { cardinality: 2, dimension: 4 },
      ],
      categories: [
        [2, 0, 2],
        [1, 1, 0],
      ],
    }),
  },
];

describe("RecurrentNetwork", () => {
  for (const { what, own } of cases) {
    it(`has the loss of naive loops and the gradients of finite differences with ${what}`, () => {
      const { network, parameters } = build(own);
      if (own.categories.length > 0) network.setCategories(own.categories);
      network.setFeatures(Float32Array.from(own.inputs), own.steps, own.rows);
      const { loss, weight } = network.trainStep(own);

      expect(weight).toBeCloseTo(own.weights.reduce((a, b) => a + b));
      expect(loss / weight).toBeCloseTo(meanLoss(own, parameters), 4);
      for (const [name, expected] of gradients(own, parameters)) {
        const gradient = network.store.get(name).readGradient(engine);
        const places = [...expected.keys()];
        expect(
          relativeError(
            places.map((i) => gradient[i] as number),
            [...expected.values()],
          ),
          name,
        ).toBeLessThan(1e-3);
      }
    });
  }

  it("goes on step by step where encoding ended, with each state copied for its samples", () => {
    const own = makeCase({ distribution: "student-t", zoneout: 0.3, dropout: 0.3, steps: 5 });
    const { network, parameters } = build(own);
    const { rows, features, steps } = own;
    const expected = forward(own, parameters, false);
    const parametersOf = ([y0, y1, y2]: readonly number[], scale: number): number[] => [
      (y0 as number) * scale,
      (Math.log1p(Math.exp(y1 as number)) + 1e-6) * scale,
      2 + Math.log1p(Math.exp(y2 as number)),
    ];
    const at = (t: number): number[] => own.inputs.slice(t * rows * features, (t + 1) * rows * features);
    network.setFeatures(Float32Array.from(own.inputs.slice(0, 3 * rows * features)), 3, rows);
    network.encode(3, rows);
    const last = Array.from(network.lastStep(3, own.scales));
    expect(
      relativeError(
        last,
        (expected[2] ?? []).flatMap((raw, r) => parametersOf(raw, own.scales[r] as number)),
      ),
    ).toBeLessThan(1e-5);

    const copies = 4;
    network.repeatStates(rows, copies);
    for (let t = 3; t < steps; t++) {
      const repeated = Array.from({ length: rows }, (_, r) => at(t).slice(r * features, (r + 1) * features)).flatMap(
        (row) => Array.from({ length: copies }, () => row).flat(),
      );
      network.setFeatures(Float32Array.from(repeated), 1, rows * copies);
      const scales = own.scales.flatMap((scale) => Array.from({ length: copies }, () => scale));
      const answer = network.step(scales);
      const wanted = (expected[t] ?? []).flatMap((raw, r) =>
        Array.from({ length: copies }, () => parametersOf(raw, own.scales[r] as number)).flat(),
      );
      expect(relativeError(answer, wanted)).toBeLessThan(1e-5);
    }
  });

  it("refuses sizes, categories and arrays that do not fit", () => {
    const own = makeCase({ distribution: "gaussian", embeddings: [{ cardinality: 3, dimension: 2 }] });
    const { network } = build(own);
    expect(() => network.setFeatures(new Float32Array(5), 4, 3)).toThrow("need 36 features; got 5");
    expect(() => network.encode(5, 3)).toThrow("takes up to 12 rows");
    expect(() => network.setCategories([[3, 0, 0]])).toThrow("category 3 does not exist; there are 3, from 0");
    expect(() => network.encode(4, 3)).toThrow("set the categories of all 3 rows first");
    network.setCategories([[0, 1, 2]]);
    expect(() => network.trainStep({ ...own, targets: [1] })).toThrow("need 12 targets and weights and 3 scales");
    expect(() => network.repeatStates(3, 5)).toThrow("room for 12 rows; got 15");
  });

  it("draws samples whose mean and spread are those of the distribution", () => {
    const moments: Readonly<Record<DistributionName, readonly [parameters: number[], mean: number, variance: number]>> =
      {
        gaussian: [[3, 2], 3, 4],
        "student-t": [[1, 2, 8], 1, (4 * 8) / 6],
        "negative-binomial": [[20, 0.3], 20, 20 + 0.3 * 400],
        beta: [[2, 3], 0.4, 0.04],
        "deterministic-l1": [[7], 7, 0],
      };
    for (const [name, [parameters, mean, variance]] of Object.entries(moments)) {
      const random = seededRandom(4);
      const { sample } = DISTRIBUTIONS[name as DistributionName];
      const draws = Array.from({ length: 20_000 }, () => sample(random, Float32Array.from(parameters), 0));
      const average = draws.reduce((a, b) => a + b) / draws.length;
      const spread = draws.reduce((sum, v) => sum + (v - average) ** 2, 0) / draws.length;
      const error = 4 * Math.sqrt(variance / draws.length);
      expect(Math.abs(average - mean), name).toBeLessThanOrEqual(error);
      expect(Math.abs(spread - variance), name).toBeLessThanOrEqual(0.1 * variance);
    }
  });
});
