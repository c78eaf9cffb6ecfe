import type { AlgorithmTuning } from "../define-algorithm.js";
import type { BlazingTextMode } from "./hyperparameters.js";

// Source of the ranges: https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext-tuning.html

const SHARED = {
  epochs: { kind: "integer", min: 5, max: 15 },
  learning_rate: { kind: "continuous", min: 0.005, max: 0.01 },
  min_count: { kind: "integer", min: 0, max: 100 },
  vector_dim: { kind: "integer", min: 32, max: 300 },
} as const;

const SUPERVISED = {
  hyperparameters: {
    ...SHARED,
    buckets: { kind: "integer", min: 1_000_000, max: 10_000_000 },
    word_ngrams: { kind: "integer", min: 1, max: 3 },
  },
  objectives: ["validation:accuracy"],
} as const satisfies AlgorithmTuning;

const WORD_VECTORS = {
  hyperparameters: {
    ...SHARED,
    batch_size: { kind: "integer", min: 8, max: 32 },
    mode: { kind: "categorical", values: ["batch_skipgram", "skipgram", "cbow"] },
    negative_samples: { kind: "integer", min: 5, max: 25 },
    sampling_threshold: { kind: "continuous", min: 0.0001, max: 0.001 },
    window_size: { kind: "integer", min: 1, max: 10 },
  },
  objectives: ["train:mean_rho"],
} as const satisfies AlgorithmTuning;

/**
 * What tuning jobs may vary and optimise in a mode of BlazingText.
 *
 * @public
 */
export type BlazingTextTuning<M extends BlazingTextMode = BlazingTextMode> = M extends "supervised"
  ? typeof SUPERVISED
  : typeof WORD_VECTORS;

export function blazingTextTuning({ mode }: { readonly mode: BlazingTextMode }): AlgorithmTuning {
  return mode === "supervised" ? SUPERVISED : WORD_VECTORS;
}
