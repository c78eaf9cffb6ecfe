// Loads no zod: a training process that only reads its settings needs none.
import type { Frequency } from "../../datasets/index.js";
import { decodeNumber } from "../hyperparameters/decode-value.js";
import type { DeepARHyperparameters, DeepARLikelihood } from "./hyperparameters.js";

/** The distributions, as the documentation of the service spells them. */
export const likelihoods = ["gaussian", "beta", "negative-binomial", "student-T", "deterministic-L1"] as const;

/** Values of `time_freq`, as the container matches them. */
export const TIME_FREQ = /^\s*([1-9]\d*)?(M|W|D|H|min)\s*$/u;

/**
 * What the service takes for the hyperparameters that are not sent.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
 * @public
 */
export const deepARDefaults = Object.freeze({
  cardinality: "auto",
  dropout_rate: 0.1,
  embedding_dimension: 10,
  learning_rate: 0.001,
  likelihood: "student-T",
  mini_batch_size: 128,
  num_cells: 40,
  num_dynamic_feat: "auto",
  num_eval_samples: 100,
  num_layers: 2,
  test_quantiles: Object.freeze([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const),
} as const satisfies Partial<DeepARHyperparameters>);

type WithDefault = keyof typeof deepARDefaults;
type Respelled = "cardinality" | "early_stopping_patience" | "likelihood" | "num_dynamic_feat";

/**
 * Hyperparameters of DeepAR with every key that has a default, and one spelling for each meaning.
 *
 * @public
 */
export type ResolvedDeepARHyperparameters = Omit<DeepARHyperparameters, WithDefault | Respelled> & {
  readonly [K in Exclude<WithDefault, Respelled>]-?: Exclude<DeepARHyperparameters[K], undefined>;
} & {
  /** `"ignore"` also for the empty text. */
  readonly cardinality: "auto" | "ignore" | readonly number[];
  /** `"ignore"` also for the empty text. */
  readonly num_dynamic_feat: "auto" | "ignore" | number;
  /** As the documentation of the service spells it. */
  readonly likelihood: DeepARLikelihood;
  /** Undefined when early stopping is off. */
  readonly early_stopping_patience: number | undefined;
};

/**
 * Fills in the defaults of the service.
 *
 * @returns a new object with every key that has a default; keys set to `undefined` count as not set
 * @public
 */
export function resolveDeepARHyperparameters(hyperparameters: DeepARHyperparameters): ResolvedDeepARHyperparameters {
  const set = Object.entries(hyperparameters).filter(([, value]) => value !== undefined);
  const values: Required<DeepARHyperparameters> = { ...deepARDefaults, ...Object.fromEntries(set) } as never;
  return {
    ...values,
    cardinality: values.cardinality || "ignore",
    num_dynamic_feat: values.num_dynamic_feat || "ignore",
    likelihood: documentedLikelihood(values.likelihood ?? deepARDefaults.likelihood) ?? deepARDefaults.likelihood,
    early_stopping_patience: values.early_stopping_patience || undefined,
  } as ResolvedDeepARHyperparameters;
}

/**
 * Reads the texts of a job's `HyperParameters` map and fills in the defaults of the service.
 *
 * @remarks For maps that the container accepts; texts that cannot be read are skipped, so their default stands.
 *
 * @returns undefined when `context_length`, `epochs`, `prediction_length` or `time_freq` is missing or unreadable
 * @public
 */
export function readDeepARHyperparameters(
  wire: Readonly<Record<string, string>>,
): ResolvedDeepARHyperparameters | undefined {
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(wire)) {
    const value = key in readers ? readers[key as keyof typeof readers](text) : undefined;
    if (value !== undefined) values[key] = value;
  }
  const required = ["context_length", "epochs", "prediction_length", "time_freq"];
  if (required.some((key) => values[key] === undefined)) return undefined;
  return resolveDeepARHyperparameters(values as unknown as DeepARHyperparameters);
}

/** How each text is read; undefined for one that cannot be. */
const readers: {
  readonly [K in keyof DeepARHyperparameters]-?: (text: string) => DeepARHyperparameters[K] | undefined;
} = {
  context_length: decodeNumber,
  epochs: decodeNumber,
  prediction_length: decodeNumber,
  time_freq: (text) => (TIME_FREQ.test(text) ? (text.trim() as Frequency) : undefined),
  cardinality: (text) => word(text) ?? numberList(text),
  dropout_rate: decodeNumber,
  early_stopping_patience: (text) => (text.trim() === "" ? "" : decodeNumber(text)),
  embedding_dimension: decodeNumber,
  learning_rate: decodeNumber,
  likelihood: documentedLikelihood,
  mini_batch_size: decodeNumber,
  num_cells: decodeNumber,
  num_dynamic_feat: (text) => word(text) ?? decodeNumber(text),
  num_eval_samples: decodeNumber,
  num_layers: decodeNumber,
  test_quantiles: numberList,
};

function word(text: string): "auto" | "ignore" | "" | undefined {
  const trimmed = text.trim();
  return trimmed === "auto" || trimmed === "ignore" || trimmed === "" ? trimmed : undefined;
}

function numberList(text: string): readonly number[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((member) => typeof member === "number") ? list : undefined;
  } catch {
    return undefined;
  }
}

/** The container compares without regard to case. */
function documentedLikelihood(text: string): DeepARLikelihood | undefined {
  return likelihoods.find((likelihood) => likelihood.toLowerCase() === text.trim().toLowerCase());
}
