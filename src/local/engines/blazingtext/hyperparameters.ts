import { JobFailure } from "../contract.js";

/** Hyperparameters of mode `supervised`, by the service's names. */
export interface SupervisedHyperparameters {
  readonly buckets: number;
  readonly early_stopping: boolean;
  readonly epochs: number;
  readonly learning_rate: number;
  readonly min_count: number;
  readonly min_epochs: number;
  readonly patience: number;
  readonly vector_dim: number;
  readonly word_ngrams: number;
}

const DEFAULTS: SupervisedHyperparameters = {
  buckets: 2_000_000,
  early_stopping: false,
  epochs: 5,
  learning_rate: 0.05,
  min_count: 5,
  min_epochs: 5,
  patience: 4,
  vector_dim: 100,
  word_ngrams: 2,
};

/**
 * Reads wire texts that have been checked when the job was created.
 *
 * @remarks Not by the schema of the estimator: that would load the whole SDK into every worker thread.
 *
 * @throws JobFailure for another mode, or a text that was never checked
 */
export function readHyperparameters(wire: Readonly<Record<string, string>>): SupervisedHyperparameters {
  if (wire["mode"] !== "supervised") {
    throw new JobFailure("ClientError", `Local mode cannot train mode "${wire["mode"]}".`);
  }
  const number = (name: Exclude<keyof SupervisedHyperparameters, "early_stopping">): number => {
    const value = Number(wire[name] ?? DEFAULTS[name]);
    if (Number.isFinite(value)) return value;
    throw new JobFailure("ClientError", `Hyperparameter ${name} must be a number, got "${wire[name]}".`);
  };
  return {
    buckets: number("buckets"),
    early_stopping: (wire["early_stopping"] ?? "").toLowerCase() === "true",
    epochs: number("epochs"),
    learning_rate: number("learning_rate"),
    min_count: number("min_count"),
    min_epochs: number("min_epochs"),
    patience: number("patience"),
    vector_dim: number("vector_dim"),
    word_ngrams: number("word_ngrams"),
  };
}
