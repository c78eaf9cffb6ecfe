import { addSteps, type Frequency, TimeSeries } from "../../datasets/index.js";
import { ValidationError } from "../../errors/index.js";
import { shown } from "../../internal/options.js";
import type { DeepARAnswer } from "./answer.js";
import type { DeepAROutputType } from "./configuration.js";

/**
 * What {@link DeepARForecast.mean} is: the numbers when `outputTypes` name it, undefined when they do not, either when only
 * the run knows.
 *
 * @public
 */
export type DeepARMean<T extends readonly DeepAROutputType[]> = Asked<T, "mean", readonly number[]>;

/**
 * What {@link DeepARForecast.samples} is, as {@link DeepARMean}.
 *
 * @public
 */
export type DeepARSamples<T extends readonly DeepAROutputType[]> = Asked<T, "samples", readonly (readonly number[])[]>;

type Asked<T extends readonly DeepAROutputType[], K extends DeepAROutputType, V> = number extends T["length"]
  ? V | undefined
  : K extends T[number]
    ? V
    : undefined;

/**
 * One point of a {@link DeepARForecast}.
 *
 * @public
 */
export interface DeepARForecastRow {
  /** `YYYY-MM-DD HH:MM:SS`, on the clock of the series. */
  readonly timestamp: string;
  /** Undefined when the mean was not asked for. */
  readonly mean: number | undefined;
  /** By level: `{ "0.1": 12.5, "0.9": 20.1 }`; empty when no quantiles were asked for. */
  readonly quantiles: Readonly<Record<string, number>>;
}

/** What a forecast is made of. */
export interface ForecastParts {
  readonly answer: DeepARAnswer;
  readonly frequency: Frequency;
  /** Start and number of values of the series; the forecast begins after them. */
  readonly start: string;
  readonly length: number;
  readonly itemId?: string | undefined;
}

/**
 * The forecast of one series: what was asked for, with the time of every point.
 *
 * @remarks Iterate over it for rows; {@link DeepARForecast.toSeries} gives one line of it.
 *
 * @example
 * ```ts
 * const forecast = await predictor.forecast(series, { quantiles: [0.1, 0.5, 0.9] });
 * for (const { timestamp, mean, quantiles } of forecast) console.log(timestamp, mean, quantiles["0.9"]);
 * ```
 * @public
 */
export class DeepARForecast<
  Mean extends readonly number[] | undefined = readonly number[] | undefined,
  Samples extends readonly (readonly number[])[] | undefined = readonly (readonly number[])[] | undefined,
> implements Iterable<DeepARForecastRow>
{
  /** Name of the series. */
  readonly itemId: string | undefined;
  readonly frequency: Frequency;
  /** Time of every point, `YYYY-MM-DD HH:MM:SS`: the first one follows the last value of the series. */
  readonly timestamps: readonly string[];
  /** Mean of the samples at every point; undefined when it was not asked for. */
  readonly mean: Mean;
  /** The samples, each a possible course of the series; undefined when they were not asked for. */
  readonly samples: Samples;
  /** Levels that {@link DeepARForecast.quantile} knows, ascending. */
  readonly quantileLevels: readonly number[];
  readonly #quantiles: DeepARAnswer["quantiles"];

  /** @internal */
  constructor({ answer, frequency, start, length, itemId }: ForecastParts) {
    const { mean, quantiles, samples } = answer;
    const lists = [mean, ...Object.values(quantiles), ...(samples ?? [])];
    const points = lists.find((list) => list !== undefined)?.length ?? 0;
    this.itemId = itemId;
    this.frequency = frequency;
    // Counted from the start of the series: only so the last day of a month stays the last day.
    this.timestamps = Array.from({ length: points }, (_, index) => addSteps(start, frequency, length + index));
    this.mean = mean as Mean;
    this.samples = samples as Samples;
    this.#quantiles = quantiles;
    this.quantileLevels = Object.keys(quantiles)
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** Number of points: the `prediction_length` of the model. */
  get length(): number {
    return this.timestamps.length;
  }

  /**
   * The value at every point that a share `level` of the outcomes stays below.
   *
   * @param level - one of {@link DeepARForecast.quantileLevels}
   * @throws {@link ValidationError} `INVALID_INPUT` for a level that was not asked for
   */
  quantile(level: number): readonly number[] {
    const found = Object.entries(this.#quantiles).find(([key]) => Number(key) === level);
    if (found !== undefined) return found[1];
    const known = this.quantileLevels.join(", ");
    const message = `the forecast has no quantile ${shown(level)}; ${known === "" ? "it has none" : `it has ${known}`}: ask for it with the option quantiles`;
    throw new ValidationError("DeepARForecast", [{ path: ["level"], message }], "INVALID_INPUT");
  }

  /**
   * One line of the forecast as a series, to plot it or to compare it.
   *
   * @param line - `"mean"`, or the level of a quantile
   * @throws {@link ValidationError} `INVALID_INPUT` when it was not asked for
   */
  toSeries(line: "mean" | number): TimeSeries {
    const values = line === "mean" ? this.mean : this.quantile(line);
    if (values === undefined) {
      const message = 'the forecast has no mean: ask for it with outputTypes: ["mean"]';
      throw new ValidationError("DeepARForecast", [{ path: ["line"], message }], "INVALID_INPUT");
    }
    const { frequency, itemId } = this;
    return new TimeSeries({ start: this.timestamps[0] as string, frequency, values, itemId });
  }

  /** The points in the order of time. */
  *[Symbol.iterator](): Generator<DeepARForecastRow, void, void> {
    const lists = Object.entries(this.#quantiles);
    for (const [index, timestamp] of this.timestamps.entries()) {
      const quantiles = Object.fromEntries(lists.map(([key, list]) => [key, list[index] as number]));
      yield { timestamp, mean: this.mean?.[index], quantiles };
    }
  }

  /** For `JSON.stringify`, so that a forecast can be kept in a file. */
  toJSON(): DeepARAnswer & {
    readonly itemId: string | undefined;
    readonly frequency: Frequency;
    readonly timestamps: readonly string[];
  } {
    const { itemId, frequency, timestamps, mean, samples } = this;
    return { itemId, frequency, timestamps, mean, quantiles: this.#quantiles, samples };
  }
}
