import type { AlgorithmTuning } from "../define-algorithm.js";

// Source of the ranges: https://docs.aws.amazon.com/sagemaker/latest/dg/deepar-tuning.html
// `likelihood` is not in that table and is no tunable hyperparameter of the service.

export const deepARTuning = {
  hyperparameters: {
    epochs: { kind: "integer", min: 1, max: 1000 },
    context_length: { kind: "integer", min: 1, max: 200 },
    mini_batch_size: { kind: "integer", min: 32, max: 1028 },
    learning_rate: { kind: "continuous", min: 1e-5, max: 1e-1 },
    num_cells: { kind: "integer", min: 30, max: 200 },
    num_layers: { kind: "integer", min: 1, max: 8 },
    dropout_rate: { kind: "continuous", min: 0, max: 0.2 },
    embedding_dimension: { kind: "integer", min: 1, max: 50 },
  },
  objectives: ["test:RMSE", "test:mean_wQuantileLoss", "train:final_loss"],
} as const satisfies AlgorithmTuning;

/**
 * What tuning jobs may vary and optimise in DeepAR.
 *
 * @public
 */
export type DeepARTuning = typeof deepARTuning;
