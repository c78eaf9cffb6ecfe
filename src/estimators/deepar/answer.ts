import { shown } from "../../internal/options.js";

/**
 * A forecast as the service answers it, without times.
 *
 * @public
 */
export interface DeepARAnswer {
  readonly mean: readonly number[] | undefined;
  /** By level, as the service writes it: `"0.1"`. Empty when no quantiles were asked for. */
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
  /** One list for each sample. */
  readonly samples: readonly (readonly number[])[] | undefined;
}

/**
 * Reads an answer: `{"mean": [...], "quantiles": {"0.1": [...]}, "samples": [[...], ...]}`, each part or not.
 *
 * @param predictionLength - of the model; undefined when it is not known
 * @returns the answer, or what is wrong with it as the end of a sentence
 */
export function readAnswer(value: unknown, predictionLength: number | undefined): DeepARAnswer | string {
  if (typeof value !== "object" || value === null) return 'expected an object with "mean", "quantiles" or "samples"';
  const { mean, quantiles = {}, samples } = value as Readonly<Record<string, unknown>>;
  if (mean === undefined && samples === undefined && Object.keys(quantiles ?? {}).length === 0) {
    return `expected an object with "mean", "quantiles" or "samples"; got ${shown(value)}`;
  }
  if (mean !== undefined && !isNumbers(mean)) return `"mean" is no list of numbers; got ${shown(mean)}`;
  if (!isLists(quantiles, false)) return `"quantiles" is no object with lists of numbers; got ${shown(quantiles)}`;
  if (samples !== undefined && !isLists(samples, true)) return `"samples" is no list of lists; got ${shown(samples)}`;
  const answer: DeepARAnswer = {
    mean,
    quantiles: quantiles as DeepARAnswer["quantiles"],
    samples: samples as DeepARAnswer["samples"],
  };
  const lists = [...(mean === undefined ? [] : [mean]), ...Object.values(answer.quantiles), ...(answer.samples ?? [])];
  const length = predictionLength ?? lists[0]?.length;
  const other = lists.find((list) => list.length !== length);
  if (other === undefined) return answer;
  return predictionLength === undefined
    ? `its lists have ${length} and ${other.length} points`
    : `it has ${other.length} points, but the predictionLength of the model card is ${predictionLength}`;
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

function isLists(value: unknown, asArray: boolean): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value) !== asArray) return false;
  return Object.values(value).every(isNumbers);
}
