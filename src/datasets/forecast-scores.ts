import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { shown } from "../internal/options.js";

/** What really happened: `null` or NaN where it is not known. Such points count nowhere. */
type Actual = ArrayLike<number | null>;

/**
 * How far a quantile is off, on average: a value above its forecast costs `quantile` times the distance, a value below
 * costs `1 - quantile` times the distance. The lower, the better; in the units of the values.
 *
 * @param quantile - level in (0, 1)
 * @returns mean over the points whose actual value is known; NaN without any
 * @throws {@link ValidationError} `INVALID_INPUT` for lists of different length or another level
 * @public
 */
export function pinballLoss(actual: Actual, predicted: ArrayLike<number>, quantile: number): number {
  const { loss, points } = pinball("pinballLoss", actual, predicted, quantile);
  return loss / points;
}

/**
 * The loss of a quantile in proportion to the values, as DeepAR scores its test data:
 * `2 * sum of pinball losses / sum of absolute values`. The lower, the better; without unit, so that series of different
 * size can be compared.
 *
 * @remarks For several series put their points one behind the other: the service sums over all of them.
 *
 * @param quantile - level in (0, 1)
 * @returns NaN without points whose actual value is known, Infinity when these are all 0
 * @throws {@link ValidationError} `INVALID_INPUT` for lists of different length or another level
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar.html (wQuantileLoss)
 * @public
 */
export function weightedQuantileLoss(actual: Actual, predicted: ArrayLike<number>, quantile: number): number {
  const { loss, total } = pinball("weightedQuantileLoss", actual, predicted, quantile);
  return (2 * loss) / total;
}

/**
 * Root of the mean squared distance, as DeepAR scores the mean of its samples. The lower, the better; in the units of the
 * values.
 *
 * @returns over the points whose actual value is known; NaN without any
 * @throws {@link ValidationError} `INVALID_INPUT` for lists of different length
 * @public
 */
export function rootMeanSquaredError(actual: Actual, predicted: ArrayLike<number>): number {
  checkLengths("rootMeanSquaredError", { actual, predicted });
  let sum = 0;
  let points = 0;
  for (let index = 0; index < actual.length; index++) {
    const value = actual[index] as number | null;
    if (value === null || Number.isNaN(value)) continue;
    sum += (value - (predicted[index] as number)) ** 2;
    points++;
  }
  return Math.sqrt(sum / points);
}

/**
 * Share of the values that lie in a band, its edges included. The band between the quantiles 0.1 and 0.9 should hold 0.8 of
 * them: a smaller share means that the forecast is too sure of itself.
 *
 * @returns 0 to 1, over the points whose actual value is known; NaN without any
 * @throws {@link ValidationError} `INVALID_INPUT` for lists of different length
 * @public
 */
export function intervalCoverage(actual: Actual, lower: ArrayLike<number>, upper: ArrayLike<number>): number {
  checkLengths("intervalCoverage", { actual, lower, upper });
  let inside = 0;
  let points = 0;
  for (let index = 0; index < actual.length; index++) {
    const value = actual[index] as number | null;
    if (value === null || Number.isNaN(value)) continue;
    points++;
    if (value >= (lower[index] as number) && value <= (upper[index] as number)) inside++;
  }
  return inside / points;
}

interface PinballSums {
  readonly loss: number;
  readonly points: number;
  /** Sum of the absolute values. */
  readonly total: number;
}

function pinball(subject: string, actual: Actual, predicted: ArrayLike<number>, quantile: number): PinballSums {
  const level = quantile > 0 && quantile < 1 ? [] : [levelIssue(quantile)];
  checkLengths(subject, { actual, predicted }, level);
  let loss = 0;
  let points = 0;
  let total = 0;
  for (let index = 0; index < actual.length; index++) {
    const value = actual[index] as number | null;
    if (value === null || Number.isNaN(value)) continue;
    const distance = value - (predicted[index] as number);
    loss += distance >= 0 ? quantile * distance : (quantile - 1) * distance;
    total += Math.abs(value);
    points++;
  }
  return { loss, points, total };
}

function levelIssue(quantile: unknown): ValidationIssue {
  return { path: ["quantile"], message: `quantile must be a number in (0, 1); got ${shown(quantile)}` };
}

function checkLengths(
  subject: string,
  lists: Readonly<Record<string, ArrayLike<unknown>>>,
  issues: readonly ValidationIssue[] = [],
): void {
  const [[first, { length }] = ["", { length: 0 }], ...others] = Object.entries(lists);
  const different = others
    .filter(([, list]) => list.length !== length)
    .map(([name, list]) => ({ path: [name], message: `${name} has ${list.length} points, ${first} has ${length}` }));
  const all = [...issues, ...different];
  if (all.length > 0) throw new ValidationError(subject, all, "INVALID_INPUT");
}
