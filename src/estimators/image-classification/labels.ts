import { ValidationError } from "../../errors/index.js";
import { shown } from "../../internal/options.js";

/**
 * One class with the model's confidence that the image shows it.
 *
 * @public
 */
export interface ImageLabel {
  /** Number of the class, from 0. */
  readonly classIndex: number;
  /** Name of the class; its number as text when the names are not known. */
  readonly label: string;
  /** 0 to 1. The probabilities of all classes sum to 1, or are independent of one another with `multi_label`. */
  readonly probability: number;
}

/**
 * The labels with at least a probability: what an image shows by a model of `multi_label: 1`.
 *
 * @param threshold - 0 to 1
 * @returns the labels in their order; none when nothing is probable enough
 * @throws {@link ValidationError} `INVALID_INPUT` for a threshold outside 0 to 1
 * @example
 * ```ts
 * const shown = labelsAbove(await predictor.predict(image), 0.5).map(({ label }) => label); // ["person", "car"]
 * ```
 * @public
 */
export function labelsAbove(labels: readonly ImageLabel[], threshold = 0.5): ImageLabel[] {
  if (!(threshold >= 0 && threshold <= 1)) {
    const message = `threshold is a probability from 0 to 1; got ${shown(threshold)}`;
    throw new ValidationError("labelsAbove", [{ path: ["threshold"], message }], "INVALID_INPUT");
  }
  return labels.filter(({ probability }) => probability >= threshold);
}

/**
 * Reads an answer: `[p0, p1, ...]` or `{"prediction": [p0, p1, ...]}`.
 *
 * @returns all classes, most likely first, or what is wrong with the answer as the end of a sentence
 */
export function readImageLabels(answer: unknown, classNames: readonly string[] | undefined): ImageLabel[] | string {
  const list = Array.isArray(answer) ? answer : (answer as { readonly prediction?: unknown } | null)?.prediction;
  if (!isProbabilities(list)) return 'expected a list of probabilities, or an object with the list "prediction"';
  if (classNames !== undefined && classNames.length !== list.length) {
    return `the model knows ${list.length} classes, but classNames holds ${classNames.length} names`;
  }
  return list
    .map((probability, classIndex) => ({
      classIndex,
      label: classNames?.[classIndex] ?? String(classIndex),
      probability,
    }))
    .sort((a, b) => b.probability - a.probability);
}

function isProbabilities(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number");
}
