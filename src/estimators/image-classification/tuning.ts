import type { AlgorithmTuning } from "../define-algorithm.js";

// Source of the ranges: https://docs.aws.amazon.com/sagemaker/latest/dg/IC-tuning.html

export const imageClassificationTuning = {
  hyperparameters: {
    beta_1: { kind: "continuous", min: 1e-6, max: 0.999 },
    beta_2: { kind: "continuous", min: 1e-6, max: 0.999 },
    eps: { kind: "continuous", min: 1e-8, max: 1 },
    gamma: { kind: "continuous", min: 1e-8, max: 0.999 },
    learning_rate: { kind: "continuous", min: 1e-6, max: 0.5 },
    mini_batch_size: { kind: "integer", min: 8, max: 512 },
    momentum: { kind: "continuous", min: 0, max: 0.999 },
    optimizer: { kind: "categorical", values: ["sgd", "adam", "rmsprop", "nag"] },
    weight_decay: { kind: "continuous", min: 0, max: 0.999 },
  },
  objectives: ["validation:accuracy"],
} as const satisfies AlgorithmTuning;

/**
 * What tuning jobs may vary and optimise in Image Classification.
 *
 * @public
 */
export type ImageClassificationTuning = typeof imageClassificationTuning;
