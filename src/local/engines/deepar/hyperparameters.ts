import { type FrequencyParts, parseFrequency } from "../../../internal/frequency.js";
import { JobFailure } from "../contract.js";

/** Likelihoods as they are written in lower case, which the container ignores. */
export const likelihoods = ["gaussian", "student-t", "negative-binomial", "beta", "deterministic-l1"] as const;
export type Likelihood = (typeof likelihoods)[number];

/** Hyperparameters by the service's names, as they are used: numbers, lists, absent where the text is empty. */
export interface Hyperparameters {
  readonly context_length: number;
  readonly epochs: number;
  readonly prediction_length: number;
  readonly time_freq: FrequencyParts;
  /** `auto`: inferred; undefined: `cat` is left aside. */
  readonly cardinality: "auto" | readonly number[] | undefined;
  readonly dropout_rate: number;
  readonly early_stopping_patience: number | undefined;
  readonly embedding_dimension: number;
  readonly learning_rate: number;
  readonly likelihood: Likelihood;
  readonly mini_batch_size: number;
  readonly num_cells: number;
  /** `auto`: inferred; undefined: `dynamic_feat` is left aside. */
  readonly num_dynamic_feat: "auto" | number | undefined;
  readonly num_eval_samples: number;
  readonly num_layers: number;
  readonly test_quantiles: readonly number[];
}

/** The container's own defaults, in the order and as the texts that it logs. */
export const CONTAINER_DEFAULTS: Readonly<Record<string, string>> = {
  _kvstore: "auto",
  _num_gpus: "auto",
  _num_kv_servers: "auto",
  _tuning_objective_metric: "",
  cardinality: "auto",
  dropout_rate: "0.10",
  early_stopping_patience: "",
  embedding_dimension: "10",
  learning_rate: "0.001",
  likelihood: "student-t",
  mini_batch_size: "128",
  num_cells: "40",
  num_dynamic_feat: "auto",
  num_eval_samples: "100",
  num_layers: "2",
  test_quantiles: "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]",
};

/**
 * Reads wire texts that have been checked when the job was created.
 *
 * @remarks Not by the schema of the estimator: that would load the whole SDK into every worker thread.
 *
 * @throws JobFailure for a text that was never checked
 */
export function readHyperparameters(wire: Readonly<Record<string, string>>): Hyperparameters {
  const text = (name: string): string => {
    const value = wire[name] ?? CONTAINER_DEFAULTS[name];
    if (value === undefined) throw new JobFailure("ClientError", `Missing hyperparameter ${name}.`);
    return value.trim();
  };
  const refuse = (name: string, wanted: string): JobFailure =>
    new JobFailure("ClientError", `Hyperparameter ${name} must be ${wanted}, got "${text(name)}".`);
  const number = (name: string): number => {
    const value = Number(text(name));
    if (text(name) !== "" && Number.isFinite(value) && value >= 0) return value;
    throw refuse(name, "a number from 0");
  };
  const count = (name: string): number => {
    const value = number(name);
    if (Number.isInteger(value) && value >= 1) return value;
    throw refuse(name, "a whole number from 1");
  };
  const share = (name: string): number => {
    const value = number(name);
    if (value < 1) return value;
    throw refuse(name, "below 1: nothing would be learned");
  };
  const list = (name: string, fits: (value: number) => boolean, wanted: string): number[] => {
    let values: unknown;
    try {
      values = JSON.parse(text(name));
    } catch {
      throw refuse(name, `a JSON array of ${wanted}`);
    }
    if (Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === "number" && fits(value)))
      return values as number[];
    throw refuse(name, `a JSON array of ${wanted}`);
  };
  const isAside = (name: string): boolean => text(name) === "" || text(name) === "ignore";
  const isAuto = (name: string): boolean => text(name) === "auto";
  const likelihood = likelihoods.find((known) => known === text("likelihood").toLowerCase());
  if (likelihood === undefined) throw refuse("likelihood", `one of ${likelihoods.join(", ")}`);
  return {
    context_length: count("context_length"),
    epochs: count("epochs"),
    prediction_length: count("prediction_length"),
    time_freq: frequency(text("time_freq")),
    cardinality: isAside("cardinality")
      ? undefined
      : isAuto("cardinality")
        ? "auto"
        : list("cardinality", (value) => Number.isInteger(value) && value >= 1, "whole numbers from 1"),
    dropout_rate: share("dropout_rate"),
    early_stopping_patience: text("early_stopping_patience") === "" ? undefined : count("early_stopping_patience"),
    embedding_dimension: count("embedding_dimension"),
    learning_rate: number("learning_rate"),
    likelihood,
    mini_batch_size: count("mini_batch_size"),
    num_cells: count("num_cells"),
    num_dynamic_feat: isAside("num_dynamic_feat")
      ? undefined
      : isAuto("num_dynamic_feat")
        ? "auto"
        : count("num_dynamic_feat"),
    num_eval_samples: count("num_eval_samples"),
    num_layers: count("num_layers"),
    test_quantiles: list("test_quantiles", (value) => value > 0 && value < 1, "numbers between 0 and 1"),
  };
}

/** @throws JobFailure for what is no frequency */
export function frequency(text: string): FrequencyParts {
  try {
    return parseFrequency(text);
  } catch (error) {
    throw new JobFailure("ClientError", `Hyperparameter time_freq: ${(error as Error).message}`, { cause: error });
  }
}
