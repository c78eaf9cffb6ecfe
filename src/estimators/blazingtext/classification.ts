/**
 * One label with the model's confidence in it.
 *
 * @public
 */
export interface LabelProbability {
  /** The label without its `__label__` prefix. */
  readonly label: string;
  /** 0 to 1. The model adds a hundred-thousandth to each, so the probabilities of all labels sum to a little over 1. */
  readonly probability: number;
}

/**
 * What the model thinks of one text.
 *
 * @public
 */
export interface Classification extends LabelProbability {
  /** The most likely label; empty when the model answered none. */
  readonly label: string;
  /** Probability of {@link Classification.label}, 0 to 1. */
  readonly probability: number;
  /** The `k` most likely labels, most likely first; fewer when the model knows fewer. */
  readonly labels: readonly LabelProbability[];
}

/**
 * One element of the model's answer, exactly as sent by the container.
 *
 * @public
 */
export interface BlazingTextAnswer {
  /** Labels with their prefix, most likely first. */
  readonly label: readonly string[];
  /** One per label; may exceed 1 by a hundred-thousandth. */
  readonly prob: readonly number[];
}

const PREFIX = "__label__";

/**
 * Reads one element of an answer; further members are ignored.
 *
 * @returns the classification, or what is wrong with the element as the end of a sentence
 */
export function readClassification(answer: unknown): Classification | string {
  if (!isAnswer(answer)) return 'expected an object with the lists "label" and "prob"; for word vectors use vectors()';
  if (answer.label.length !== answer.prob.length) {
    return `${answer.label.length} labels, but ${answer.prob.length} probabilities`;
  }
  const labels = answer.label.map((label, index) => ({
    label: label.startsWith(PREFIX) ? label.slice(PREFIX.length) : label,
    // exp(log(p + 1e-5)) of the container: a certain label comes out as 1.00001.
    probability: Math.min(answer.prob[index] ?? 0, 1),
  }));
  return { label: labels[0]?.label ?? "", probability: labels[0]?.probability ?? 0, labels };
}

function isAnswer(value: unknown): value is BlazingTextAnswer {
  if (typeof value !== "object" || value === null) return false;
  const { label, prob } = value as { readonly label?: unknown; readonly prob?: unknown };
  return (
    Array.isArray(label) &&
    Array.isArray(prob) &&
    label.every((item) => typeof item === "string") &&
    prob.every((item) => typeof item === "number")
  );
}
