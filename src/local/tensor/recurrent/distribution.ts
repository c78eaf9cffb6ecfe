import { type Random, sampleBeta, sampleGaussian, sampleNegativeBinomial, sampleStudentT } from "../rng.js";

/** What a network can predict for each step: a distribution, or a plain number with absolute error as its loss. */
export type DistributionName = "gaussian" | "student-t" | "negative-binomial" | "beta" | "deterministic-l1";

interface Distribution {
  /** The kernel's number. */
  readonly code: number;
  /** Names of the parameters in the order of `RecurrentNetwork.step`, in the units of the targets. */
  readonly parameters: readonly string[];
  /** Draws one number; `at` is where the parameters begin. */
  sample(random: Random, parameters: Float32Array, at: number): number;
}

/**
 * The distributions. Positive parameters are softplus(raw) + 1e-6 (degrees of freedom: 2 more); locations and deviations, and
 * the mean of the negative binomial, are multiplied by the scale of the row.
 */
export const DISTRIBUTIONS: Readonly<Record<DistributionName, Distribution>> = {
  gaussian: {
    code: 0,
    parameters: ["mean", "deviation"],
    sample: (random, p, at) => sampleGaussian(random, p[at] ?? 0, p[at + 1] ?? 0),
  },
  "student-t": {
    code: 1,
    parameters: ["location", "scale", "degreesOfFreedom"],
    sample: (random, p, at) => sampleStudentT(random, p[at] ?? 0, p[at + 1] ?? 0, p[at + 2] ?? 0),
  },
  "negative-binomial": {
    code: 2,
    parameters: ["mean", "dispersion"],
    sample: (random, p, at) => sampleNegativeBinomial(random, p[at] ?? 0, p[at + 1] ?? 0),
  },
  beta: {
    code: 3,
    parameters: ["alpha", "beta"],
    sample: (random, p, at) => sampleBeta(random, p[at] ?? 0, p[at + 1] ?? 0),
  },
  "deterministic-l1": {
    code: 4,
    parameters: ["value"],
    sample: (_random, p, at) => p[at] ?? 0,
  },
};
