import type { CategoryEncoder, Frequency } from "../../datasets/index.js";
import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import { integerIssues } from "../../internal/checks.js";
import { parseFrequency } from "../../internal/frequency.js";
import { shown, unknownKeyIssues } from "../../internal/options.js";
import { resolveDeepARHyperparameters } from "./defaults.js";
import type { DeepARHyperparameters } from "./hyperparameters.js";

/**
 * What a DeepAR model expects of a series and how far it forecasts. An endpoint does not say so itself: an estimator fills it
 * in from its hyperparameters, and for an endpoint that exists it is given by hand.
 *
 * @public
 */
export interface DeepARModelCard {
  /** Distance of the points, the hyperparameter `time_freq`. */
  readonly frequency: Frequency;
  /** Points of a forecast, the hyperparameter `prediction_length`. */
  readonly predictionLength: number;
  /**
   * Groups of each categorical feature; an empty list for a model that was trained without. Undefined when it is not known:
   * then categories are sent as they are.
   */
  readonly cardinality?: readonly number[] | undefined;
  /** Number of dynamic features, 0 for a model that was trained without; undefined when it is not known. */
  readonly dynamicFeatures?: number | undefined;
  /** Codes of the groups, so that series can name them; `cardinality` follows from it when it is not set. */
  readonly categoryEncoder?: CategoryEncoder | undefined;
}

const KEYS = ["frequency", "predictionLength", "cardinality", "dynamicFeatures", "categoryEncoder"] as const;

/**
 * The card of the model that these hyperparameters train.
 *
 * @remarks With `"auto"` only the data knows the number of categories and features, so they stay unknown;
 * {@link DeepAR.withData} writes them into the hyperparameters.
 *
 * @throws {@link ValidationError} `INVALID_OPTIONS` when frequency or prediction length are missing or unusable
 * @public
 */
export function deepARModelCard(
  hyperparameters: DeepARHyperparameters,
  options: { readonly categoryEncoder?: CategoryEncoder | undefined } = {},
): DeepARModelCard {
  const { time_freq, prediction_length, cardinality, num_dynamic_feat } = resolveDeepARHyperparameters(hyperparameters);
  return checkedModelCard({
    frequency: time_freq,
    predictionLength: prediction_length,
    cardinality: cardinality === "auto" ? undefined : cardinality === "ignore" ? [] : cardinality,
    dynamicFeatures: num_dynamic_feat === "auto" ? undefined : num_dynamic_feat === "ignore" ? 0 : num_dynamic_feat,
    categoryEncoder: options.categoryEncoder,
  });
}

/**
 * A frozen copy of a card, with the cardinality of its encoder.
 *
 * @throws ValidationError `INVALID_OPTIONS` with every fault
 */
export function checkedModelCard(card: DeepARModelCard): DeepARModelCard {
  const subject = "DeepAR model card";
  if (typeof card !== "object" || card === null) {
    const message = `the model card is { frequency, predictionLength, ... }; got ${shown(card)}`;
    throw new ValidationError(subject, [{ path: ["modelCard"], message }]);
  }
  const issues: ValidationIssue[] = [
    ...unknownKeyIssues(card, KEYS, "the model card"),
    ...integerIssues(card.predictionLength ?? null, "predictionLength", 1, 2 ** 31 - 1),
    ...integerIssues(card.dynamicFeatures, "dynamicFeatures", 0, 2 ** 31 - 1),
    ...frequencyIssues(card.frequency),
    ...cardinalityIssues(card.cardinality),
    ...encoderIssues(card.categoryEncoder, card.cardinality),
  ];
  if (issues.length > 0) {
    throw new ValidationError(
      subject,
      issues.map((issue) => ({ ...issue, path: ["modelCard", ...issue.path] })),
    );
  }
  const cardinality = card.cardinality ?? card.categoryEncoder?.cardinality;
  return Object.freeze({ ...card, ...(cardinality && { cardinality: Object.freeze([...cardinality]) }) });
}

function frequencyIssues(frequency: unknown): readonly ValidationIssue[] {
  try {
    parseFrequency(frequency as string);
    return [];
  } catch (error) {
    if (ValidationError.is(error)) return error.issues;
    throw error;
  }
}

function cardinalityIssues(cardinality: unknown): ValidationIssue[] {
  if (cardinality === undefined) return [];
  if (Array.isArray(cardinality) && cardinality.every((size) => Number.isInteger(size) && size >= 1)) return [];
  const message = `cardinality is a list of whole numbers from 1, empty without categories; got ${shown(cardinality)}`;
  return [{ path: ["cardinality"], message }];
}

/** Faults of the codes of the groups: no encoder, or one of another number of groups. */
export function encoderIssues(encoder: unknown, cardinality: unknown): ValidationIssue[] {
  if (encoder === undefined) return [];
  const sizes = (encoder as CategoryEncoder | null)?.cardinality;
  const path = ["categoryEncoder"];
  if (!Array.isArray(sizes)) {
    const message = `categoryEncoder must be a CategoryEncoder; got ${shown(encoder)}; read one that was saved with CategoryEncoder.fromJSON`;
    return [{ path, message }];
  }
  if (cardinality === undefined || cardinality === "auto" || shown(cardinality) === shown(sizes)) return [];
  const message = `categoryEncoder has ${shown(sizes)} groups, but "cardinality" is ${shown(cardinality)} [DA-07]`;
  return [{ path, message }];
}
