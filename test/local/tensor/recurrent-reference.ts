import { derivedSeed } from "../../../src/local/tensor/index.js";

/**
 * The recurrent network once more, forward only, in float64 and in plain loops. Gradients come from finite differences.
 */
export interface RecurrentCase {
  readonly features: number;
  readonly embeddings: readonly { readonly cardinality: number; readonly dimension: number }[];
  readonly layers: number;
  readonly cells: number;
  readonly residual: boolean;
  readonly zoneout: number;
  readonly dropout: number;
  readonly distribution: string;
  readonly steps: number;
  readonly rows: number;
  readonly seed: number;
  readonly inputs: readonly number[];
  readonly categories: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly weights: readonly number[];
  readonly scales: readonly number[];
}

export type Parameters = ReadonlyMap<string, number[]>;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log1p(Math.exp(x)) + 1e-6;

/** Lanczos' approximation. */
function logGamma(x: number): number {
  const c = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  const sum = c.slice(1).reduce((total, own, i) => total + own / (x + i), c[0] as number);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Minus the logarithm of the density of each distribution, from its textbook formula. */
function negativeLogLikelihood(name: string, raw: readonly number[], scale: number, z: number): number {
  const [y0 = 0, y1 = 0, y2 = 0] = raw;
  if (name === "gaussian") {
    const [mean, deviation] = [y0 * scale, softplus(y1) * scale];
    return -Math.log(Math.exp(-(((z - mean) / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI)));
  }
  if (name === "student-t") {
    const [location, deviation, nu] = [y0 * scale, softplus(y1) * scale, 2 + softplus(y2) - 1e-6];
    const u = (z - location) / deviation;
    const factor = logGamma((nu + 1) / 2) - logGamma(nu / 2) - Math.log(Math.sqrt(nu * Math.PI) * deviation);
    return -(factor - ((nu + 1) / 2) * Math.log(1 + (u * u) / nu));
  }
  if (name === "negative-binomial") {
    const [mean, n] = [softplus(y0) * scale, 1 / softplus(y1)];
    const p = mean / (mean + n);
    return -(logGamma(z + n) - logGamma(z + 1) - logGamma(n) + z * Math.log(p) + n * Math.log(1 - p));
  }
  if (name === "beta") {
    const [a, b] = [softplus(y0), softplus(y1)];
    return -((a - 1) * Math.log(z) + (b - 1) * Math.log(1 - z) + logGamma(a + b) - logGamma(a) - logGamma(b));
  }
  return Math.abs(y0 - z / scale);
}

/** 64 random bits of a seed and a position, as the kernel has them. */
function bitsAt(seed: bigint, position: bigint): bigint {
  const wrap = (v: bigint): bigint => BigInt.asUintN(64, v);
  let z = wrap(seed + (position + 1n) * 0x9e3779b97f4a7c15n);
  z = wrap((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = wrap((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

const known = new Map<string, boolean>();

/** Whether number `index` of a mask is kept. */
function kept(seed: number, purpose: string, probability: number, index: number): boolean {
  const key = `${seed} ${purpose} ${probability} ${index}`;
  let answer = known.get(key);
  if (answer === undefined) {
    answer = drawn(seed, purpose, probability, index);
    known.set(key, answer);
  }
  return answer;
}

function drawn(seed: number, purpose: string, probability: number, index: number): boolean {
  const [low, high] = derivedSeed(seed, purpose);
  const words = BigInt.asUintN(32, BigInt(low)) | (BigInt.asUintN(32, BigInt(high)) << 32n);
  const bits = bitsAt(BigInt.asUintN(64, words * 0xd1342543de82ef95n), BigInt(index - (index % 2)));
  const half = index % 2 === 0 ? bits & 0xffffffffn : bits >> 32n;
  return Number(half) < Math.fround(4294967296 * (1 - probability));
}

/** Raw parameters of all steps, [step][row][parameter]. Without `training` there are no masks. */
export function forward(own: RecurrentCase, parameters: Parameters, training: boolean): number[][][] {
  const { cells, rows, seed } = own;
  const pitch = Math.ceil(cells / 8) * 8;
  const get = (name: string): number[] => parameters.get(name) as number[];
  const multiply = (weights: number[], x: readonly number[], o: number): number =>
    x.reduce((sum, v, i) => sum + v * (weights[o * x.length + i] as number), 0);
  const state = Array.from({ length: own.layers }, () =>
    Array.from({ length: rows }, () => ({ h: new Array<number>(cells).fill(0), c: new Array<number>(cells).fill(0) })),
  );
  const all: number[][][] = [];
  for (let t = 0; t < own.steps; t++) {
    const raws: number[][] = [];
    for (let r = 0; r < rows; r++) {
      let x = own.inputs.slice((t * rows + r) * own.features, (t * rows + r + 1) * own.features);
      for (const [index, { dimension }] of own.embeddings.entries()) {
        const category = own.categories[index]?.[r] as number;
        x.push(...get(`embedding${index}_weight`).slice(category * dimension, (category + 1) * dimension));
      }
      for (let layer = 0; layer < own.layers; layer++) {
        const name = `lstm${layer}`;
        const before = state[layer]?.[r] as { h: number[]; c: number[] };
        const input = x;
        const gate = (kind: number, j: number): number => {
          const o = kind * cells + j;
          return (
            multiply(get(`${name}_i2h_weight`), input, o) +
            multiply(get(`${name}_h2h_weight`), before.h, o) +
            (get(`${name}_bias`)[o] as number)
          );
        };
        const next = { h: [] as number[], c: [] as number[] };
        x = [];
        for (let j = 0; j < cells; j++) {
          const place = (t * rows + r) * pitch + j;
          const on = (purpose: string, p: number): boolean =>
            !training || p === 0 || kept(seed, `${name} ${purpose}`, p, place);
          const cBefore = before.c[j] as number;
          const c = sigmoid(gate(1, j)) * cBefore + sigmoid(gate(0, j)) * Math.tanh(gate(2, j));
          const h = sigmoid(gate(3, j)) * Math.tanh(c);
          next.c.push(on("memory", own.zoneout) ? c : cBefore);
          next.h.push(on("hidden", own.zoneout) ? h : (before.h[j] as number));
          const out = own.residual && layer > 0 ? h + (input[j] as number) : h;
          const dropout = layer < own.layers - 1 ? own.dropout : 0;
          x.push(on("output", dropout) ? out / (training ? 1 - dropout : 1) : 0);
        }
        (state[layer] as unknown[])[r] = next;
      }
      const bias = get("projection_bias");
      const last = x;
      raws.push(bias.map((b, o) => b + multiply(get("projection_weight"), last, o)));
    }
    all.push(raws);
  }
  return all;
}

/** The mean weighted loss. */
export function meanLoss(own: RecurrentCase, parameters: Parameters): number {
  let loss = 0;
  let weight = 0;
  for (const [t, raws] of forward(own, parameters, true).entries()) {
    for (const [r, raw] of raws.entries()) {
      const w = own.weights[t * own.rows + r] as number;
      weight += w;
      if (w > 0)
        loss +=
          w *
          negativeLogLikelihood(
            own.distribution,
            raw,
            own.scales[r] as number,
            own.targets[t * own.rows + r] as number,
          );
    }
  }
  return loss / weight;
}

/** Gradients of {@link meanLoss} by central differences, of every third number. */
export function gradients(own: RecurrentCase, parameters: Parameters): Map<string, Map<number, number>> {
  const step = 1e-5;
  const slope = (values: number[], i: number): number => {
    const value = values[i] as number;
    values[i] = value + step;
    const above = meanLoss(own, parameters);
    values[i] = value - step;
    const below = meanLoss(own, parameters);
    values[i] = value;
    return (above - below) / (2 * step);
  };
  return new Map(
    [...parameters].map(([name, values]) => {
      const some = [...values.keys()].filter((i) => i % 3 === name.length % 3);
      return [name, new Map(some.map((i) => [i, slope(values, i)]))];
    }),
  );
}
