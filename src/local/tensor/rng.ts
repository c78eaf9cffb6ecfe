import { type Random, seededRandom } from "../../internal/random.js";
import { exactExp, exactLog, logGamma } from "./exact-math.js";

export { type Random, seededRandom };

/**
 * A seed of 64 bits, as two words, for one purpose: a pure function of the seed and the purpose's name.
 */
export function derivedSeed(seed: number, purpose: string): readonly [low: number, high: number] {
  let low = Math.imul(seed ^ 0x811c9dc5, 0x9e3779b1);
  let high = Math.imul(Math.floor(seed / 4294967296) ^ 0x9747b28c, 0xc2b2ae35);
  low ^= low >>> 15;
  high ^= high >>> 13;
  for (let i = 0; i < purpose.length; i++) {
    low = Math.imul(low ^ purpose.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ low, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return [low | 0, high | 0];
}

/** Uniform in (0, 1): never 0, so that it has a logarithm. */
function positive(random: Random): number {
  return random.next() + 1 / 8589934592;
}

/** A standard normal number: Marsaglia's polar method. */
export function sampleNormal(random: Random): number {
  for (;;) {
    const x = 2 * random.next() - 1;
    const y = 2 * random.next() - 1;
    const s = x * x + y * y;
    if (s < 1 && s > 0) return x * Math.sqrt((-2 * exactLog(s)) / s);
  }
}

export function sampleGaussian(random: Random, mean: number, deviation: number): number {
  return mean + deviation * sampleNormal(random);
}

/** Gamma with the given shape and scale 1: Marsaglia and Tsang's method. */
export function sampleGamma(random: Random, shape: number): number {
  if (shape < 1) return sampleGamma(random, shape + 1) * exactExp(exactLog(positive(random)) / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = sampleNormal(random);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (exactLog(positive(random)) < 0.5 * x * x + d - d * v + d * exactLog(v)) return d * v;
  }
}

export function sampleStudentT(random: Random, location: number, scale: number, degreesOfFreedom: number): number {
  const chiSquare = 2 * sampleGamma(random, degreesOfFreedom / 2);
  return location + (scale * sampleNormal(random)) / Math.sqrt(chiSquare / degreesOfFreedom);
}

export function sampleBeta(random: Random, alpha: number, beta: number): number {
  const a = sampleGamma(random, alpha);
  const b = sampleGamma(random, beta);
  return a + b > 0 ? a / (a + b) : 0.5;
}

/** Poisson: products of uniform numbers for small means, else Hörmann's transformed rejection (PTRS). */
export function samplePoisson(random: Random, mean: number): number {
  if (mean < 10) {
    const limit = exactExp(-mean);
    let count = 0;
    for (let product = random.next(); product > limit; product *= random.next()) count++;
    return count;
  }
  const root = Math.sqrt(mean);
  const logMean = exactLog(mean);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const easy = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.next() - 0.5;
    const v = positive(random);
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= easy) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (exactLog((v * inverseAlpha) / (a / (us * us) + b)) <= k * logMean - mean - logGamma(k + 1)) return k;
  }
}

/** Negative binomial with variance mean + dispersion * mean^2: a Poisson number whose mean is a gamma number. */
export function sampleNegativeBinomial(random: Random, mean: number, dispersion: number): number {
  return samplePoisson(random, sampleGamma(random, 1 / dispersion) * dispersion * mean);
}
