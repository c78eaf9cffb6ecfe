/** Scores of a test set: how far forecasts were from what came. */
export interface Scores {
  /** Root of the mean squared distance between the mean forecast and the target. */
  readonly rmse: number;
  /** Mean over the quantiles of twice the pinball loss, summed over all points. */
  readonly meanAbsoluteQuantileLoss: number;
  /** Mean of the weighted quantile losses. */
  readonly meanWeightedQuantileLoss: number;
  /** Twice the pinball loss of each quantile by the sum of the absolute targets, in the order of the levels. */
  readonly weightedQuantileLosses: readonly number[];
}

/** Gathers scores over the points of all series of a test set; points without a target do not count. */
export class ScoreSums {
  readonly #levels: readonly number[];
  readonly #quantileLosses: number[];
  #points = 0;
  #squares = 0;
  #absolute = 0;

  /** @param levels - quantiles that are scored, each between 0 and 1 */
  constructor(levels: readonly number[]) {
    this.#levels = levels;
    this.#quantileLosses = levels.map(() => 0);
  }

  /** Number of points so far. */
  get points(): number {
    return this.#points;
  }

  /**
   * Adds the points of one series; all arrays are as long as the forecast.
   *
   * @param there - whether the target of a point is not missing
   * @param quantiles - one array for each level
   */
  add(
    targets: ArrayLike<number>,
    there: (point: number) => boolean,
    mean: ArrayLike<number>,
    quantiles: readonly ArrayLike<number>[],
  ): void {
    for (let point = 0; point < targets.length; point++) {
      if (!there(point)) continue;
      const target = targets[point] as number;
      this.#points++;
      this.#absolute += Math.abs(target);
      this.#squares += (target - (mean[point] as number)) ** 2;
      for (const [index, level] of this.#levels.entries()) {
        const distance = target - (quantiles[index]?.[point] as number);
        this.#quantileLosses[index] =
          (this.#quantileLosses[index] as number) + 2 * (distance >= 0 ? level : level - 1) * distance;
      }
    }
  }

  scores(): Scores {
    const mean = (numbers: readonly number[]): number =>
      numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const weighted = this.#quantileLosses.map((loss) => loss / this.#absolute);
    return {
      rmse: Math.sqrt(this.#squares / this.#points),
      meanAbsoluteQuantileLoss: mean(this.#quantileLosses),
      meanWeightedQuantileLoss: mean(weighted),
      weightedQuantileLosses: weighted,
    };
  }
}
