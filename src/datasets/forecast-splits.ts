import { ValidationError } from "../errors/index.js";
import { integerIssues } from "../internal/checks.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import type { TimeSeries } from "./time-series.js";

/**
 * Options of {@link splitForecast}.
 *
 * @public
 */
export interface SplitForecastOptions {
  /** Points at the end that the model is to predict. */
  readonly predictionLength: number;
  /**
   * Points before them that `target` has in addition; with one of them the lines of a plot of training and target join.
   *
   * @defaultValue 0
   */
  readonly overlap?: number | undefined;
}

/**
 * The parts of a series for training and for the judgement of a forecast.
 *
 * @public
 */
export interface ForecastSplit {
  /** All but the last `predictionLength` points: for the channel `train`. */
  readonly training: TimeSeries;
  /** The whole series: for the channel `test`, of which DeepAR withholds the end itself. */
  readonly test: TimeSeries;
  /** The points to predict, and `overlap` before them. */
  readonly target: TimeSeries;
  /** What is sent to predict them: the values of `training`, with dynamic features up to the end of the forecast. */
  readonly request: TimeSeries;
}

/**
 * Splits a series in the order of time: what a model is trained on, and the end that it is to predict.
 *
 * @remarks Nothing is copied. Features known beyond the values are left out of `training` and `test`.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` when the series is not longer than `predictionLength`
 * @example
 * ```ts
 * const { training, test, target } = splitForecast(series, { predictionLength: 50, overlap: 1 });
 * // of 500 points: 450, 500 and 51
 * ```
 * @public
 */
export function splitForecast(series: TimeSeries, options: SplitForecastOptions): ForecastSplit {
  const subject = "splitForecast";
  checkKnownKeys(options, ["predictionLength", "overlap"], subject);
  const { predictionLength, overlap = 0 } = options;
  const issues = [...lengthIssues(predictionLength, "predictionLength", 1), ...lengthIssues(overlap, "overlap", 0)];
  if (issues.length > 0) throw new ValidationError(subject, issues);
  const trained = series.length - predictionLength;
  if (trained < 1) throw tooShort(series, subject, predictionLength, "predictionLength");
  return {
    training: series.slice(0, trained),
    test: series.slice(),
    target: series.slice(Math.max(0, trained - overlap)),
    request: series.slice(0, trained, series.dynamicFeatures === undefined ? 0 : predictionLength),
  };
}

/**
 * Options of {@link rollingWindows}.
 *
 * @public
 */
export interface RollingWindowsOptions {
  /** Points that the model predicts. */
  readonly predictionLength: number;
  /** Forecasts to judge. */
  readonly windows: number;
  /**
   * Points from one forecast to the next.
   *
   * @defaultValue predictionLength
   */
  readonly step?: number | undefined;
}

/**
 * The parts of a series for a rolling evaluation.
 *
 * @public
 */
export interface RollingWindows {
  /** What comes before the first forecast: for the channel `train`. */
  readonly training: TimeSeries;
  /** The series up to the end of each forecast, shortest first: for the channel `test`. */
  readonly tests: readonly TimeSeries[];
}

/**
 * Cuts a series for a rolling evaluation: one model, judged on several forecasts, each with all that came before it. The
 * last one ends with the series.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` when the series is too short for so many windows
 * @example
 * ```ts
 * const { training, tests } = rollingWindows(series, { predictionLength: 84, windows: 4 });
 * ```
 * @public
 */
export function rollingWindows(series: TimeSeries, options: RollingWindowsOptions): RollingWindows {
  const subject = "rollingWindows";
  checkKnownKeys(options, ["predictionLength", "windows", "step"], subject);
  const { predictionLength, windows, step = predictionLength } = options;
  const issues = [
    ...lengthIssues(predictionLength, "predictionLength", 1),
    ...lengthIssues(windows, "windows", 1),
    ...lengthIssues(step, "step", 1),
  ];
  if (issues.length > 0) throw new ValidationError(subject, issues);
  const needed = predictionLength + (windows - 1) * step;
  const trained = series.length - needed;
  if (trained < 1) throw tooShort(series, subject, needed, `predictionLength + (windows - 1) * step`);
  return {
    training: series.slice(0, trained),
    tests: Array.from({ length: windows }, (_, index) => series.slice(0, trained + predictionLength + index * step)),
  };
}

function lengthIssues(value: unknown, name: string, least: number): ReturnType<typeof integerIssues> {
  if (value === undefined) return [{ path: [name], message: `${name} is required` }];
  return integerIssues(value, name, least, Number.MAX_SAFE_INTEGER);
}

function tooShort(series: TimeSeries, subject: string, needed: number, what: string): ValidationError {
  const name = series.itemId === undefined ? "the series" : `series ${shown(series.itemId)}`;
  const message = `${name} has ${series.length} points; it must have more than ${what}, ${needed}`;
  return new ValidationError(subject, [{ path: [], message }], "INVALID_INPUT");
}
