import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { integerIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { colors, type PlotOptions, plotIssues, plotOptionKeys, plotSpec } from "./plot-options.js";
import { type Line, legendNames, type PlotSeries, readLine } from "./plot-series.js";
import type { PlotSpec } from "./plot-spec.js";
import { type NamedBand, type NamedLine, timeLayers } from "./time-plot.js";

/**
 * A forecast as {@link forecastPlot} takes it: that of DeepAR, what its `toJSON` gave, or any other of this form.
 *
 * @public
 */
export type PlotForecast = PlotForecastLines & (PlotForecastQuantiles | PlotForecastRecord);

/**
 * The times and the mean of a forecast.
 *
 * @public
 */
export interface PlotForecastLines {
  /** `YYYY-MM-DD HH:MM:SS` for each point, ascending, without time zone. */
  readonly timestamps: readonly string[];
  /** One value for each point. */
  readonly mean?: readonly number[] | undefined;
}

/**
 * Quantiles that are asked for one by one, as DeepAR's forecast has them.
 *
 * @public
 */
export interface PlotForecastQuantiles {
  /** Levels between 0 and 1. */
  readonly quantileLevels: readonly number[];
  /** One value for each point. */
  quantile(level: number): readonly number[];
}

/**
 * Quantiles by level: `{ "0.1": […], "0.5": […], "0.9": […] }`.
 *
 * @public
 */
export interface PlotForecastRecord {
  /** One value for each point; the keys are levels between 0 and 1. */
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
}

/**
 * What {@link forecastPlot} draws.
 *
 * @public
 */
export interface ForecastPlotInput {
  /** What was predicted. */
  readonly forecast: PlotForecast;
  /** What came before, the history that the model forecast from. */
  readonly training?: PlotSeries | undefined;
  /** What really happened. Let it begin with the last point of `training` if the two lines shall join. */
  readonly target?: PlotSeries | undefined;
}

/**
 * Options of {@link forecastPlot}.
 *
 * @public
 */
export interface ForecastPlotOptions extends PlotOptions {
  /**
   * Levels of the two quantiles that bound the band; `null` for no band.
   *
   * @defaultValue the outermost two of the forecast that lie symmetrically, such as 0.1 and 0.9
   */
  readonly interval?: readonly [lower: number, upper: number] | null | undefined;
  /**
   * Points of the training that are shown, the last ones, from 0.
   *
   * @defaultValue all
   */
  readonly historyLength?: number | undefined;
  /** Other names in the legend. */
  readonly names?:
    | {
        /** @defaultValue "training" */
        readonly training?: string | undefined;
        /** @defaultValue "target" */
        readonly target?: string | undefined;
        /** @defaultValue "prediction median", or "prediction mean" for a forecast without the quantile 0.5 */
        readonly prediction?: string | undefined;
        /** @defaultValue for example "80 % prediction interval" */
        readonly interval?: string | undefined;
      }
    | undefined;
}

const nameKeys = ["training", "target", "prediction", "interval"] as const;

/**
 * Draws a forecast: the history, what really happened, the median, and the band that should hold a known share of the
 * values, the prediction interval.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` naming every fault of the series and of the forecast, `INVALID_OPTIONS`
 * also for an `interval` of levels that the forecast does not have
 * @example
 * ```ts
 * const { training, target } = splitForecast(series, { predictionLength: 50, overlap: 1 });
 * const forecast = await predictor.forecast(training, { quantiles: [0.1, 0.5, 0.9] });
 * const svg = await toSvg(forecastPlot({ training, target, forecast }));
 * ```
 * @public
 */
export function forecastPlot(input: ForecastPlotInput, options: ForecastPlotOptions = {}): PlotSpec {
  const subject = "forecastPlot";
  checkOptions(options, subject);
  const issues: ValidationIssue[] = unknownKeyIssues(input, ["forecast", "training", "target"], subject);
  const { names = {} } = options;
  const named: NamedLine[] = [];
  const add = (name: string, color: string, line: Line | undefined, strokeWidth?: number): void => {
    if (line !== undefined) named.push({ name, color, line, strokeWidth });
  };
  if (input.training !== undefined) {
    const line = readLine(input.training, ["training"], issues);
    add(names.training ?? "training", colors.blue, line && lastPoints(line, options.historyLength));
  }
  if (input.target !== undefined)
    add(names.target ?? "target", colors.green, readLine(input.target, ["target"], issues));
  const parts = readForecast(input.forecast, options, issues);
  if (parts?.line !== undefined) {
    add(names.prediction ?? `prediction ${parts.lineName}`, colors.vermilion, parts.line, 2);
  }
  const band = parts?.band && { ...parts.band, name: names.interval ?? parts.band.name };
  if (issues.length === 0) legendNames(band === undefined ? named : [...named, band], issues);
  if (issues.length > 0) throw new ValidationError(subject, issues, "INVALID_INPUT");
  const { data, layer } = timeLayers(named, band, options);
  const all = [...named.map(({ name }) => name), ...(band === undefined ? [] : [band.name])];
  return plotSpec(options, `a forecast over time: ${all.join(", ")}`, data, layer);
}

function checkOptions(options: ForecastPlotOptions, subject: string): void {
  const { names, interval, historyLength } = options;
  const issues = [
    ...unknownKeyIssues(options, [...plotOptionKeys, "interval", "historyLength", "names"], subject),
    ...plotIssues(options),
    ...integerIssues(historyLength, "historyLength", 0, Number.MAX_SAFE_INTEGER),
    ...(names === undefined ? [] : unknownKeyIssues(names, nameKeys, `${subject}, names`)),
  ];
  if (interval !== undefined && interval !== null) {
    const [lower, upper] = interval;
    if (interval.length !== 2 || !(lower < upper && lower > 0 && upper < 1)) {
      const message = `interval must be two levels between 0 and 1, the lower one first, such as [0.1, 0.9]; got ${shown(interval)}`;
      issues.push({ path: ["interval"], message });
    }
  }
  if (issues.length > 0) throw new ValidationError(subject, issues);
}

function lastPoints({ name, places, values }: Line, count: number | undefined): Line {
  if (count === undefined || count >= values.length) return { name, places, values };
  const from = values.length - count;
  const part = (list: ArrayLike<number>): number[] => Array.prototype.slice.call(list, from);
  return { name, places: part(places), values: part(values) };
}

interface ForecastParts {
  readonly line: Line | undefined;
  readonly lineName: "median" | "mean";
  readonly band: NamedBand | undefined;
}

function readForecast(
  forecast: PlotForecast,
  options: ForecastPlotOptions,
  issues: ValidationIssue[],
): ForecastParts | undefined {
  if (forecast === null || typeof forecast !== "object" || !Array.isArray(forecast.timestamps)) {
    const message = `forecast: expected { timestamps, quantiles } or a forecast of DeepAR, got ${shown(forecast)}`;
    issues.push({ path: ["forecast"], message });
    return undefined;
  }
  const { timestamps, mean } = forecast;
  const quantiles = quantilesOf(forecast);
  const line = (values: readonly number[], name: string): Line | undefined =>
    readLine({ timestamps, values }, ["forecast", name], issues);
  const quantile = (level: number): Line | undefined => line(quantiles.get(level) ?? [], `quantile ${level}`);
  const median = quantiles.has(0.5) ? quantile(0.5) : undefined;
  const interval = options.interval === undefined ? outermost([...quantiles.keys()]) : options.interval;
  const unknown = (interval ?? []).filter((level) => !quantiles.has(level));
  if (unknown.length > 0) {
    const known = quantiles.size === 0 ? "it has none" : `it has ${[...quantiles.keys()].join(", ")}`;
    const message = `interval: the forecast has no quantile ${unknown.join(" and no ")}; ${known}`;
    throw new ValidationError("forecastPlot", [{ path: ["interval"], message }]);
  }
  if (quantiles.size === 0 && mean === undefined) {
    issues.push({ path: ["forecast"], message: "forecast: it has neither quantiles nor a mean" });
  }
  return {
    line: median ?? (mean === undefined ? undefined : line(mean, "mean")),
    lineName: quantiles.has(0.5) ? "median" : "mean",
    band: interval === null ? undefined : bandOf(interval, quantile),
  };
}

function bandOf(
  [low, high]: readonly [number, number],
  quantile: (level: number) => Line | undefined,
): NamedBand | undefined {
  const lower = quantile(low);
  const upper = quantile(high);
  if (lower === undefined || upper === undefined) return undefined;
  // Ten digits: 0.9 - 0.1 is meant to be 80 %.
  return { name: `${Number(((high - low) * 100).toFixed(10))} % prediction interval`, lower, upper };
}

function quantilesOf(forecast: PlotForecast): Map<number, readonly number[]> {
  if ("quantiles" in forecast) {
    return new Map(Object.entries(forecast.quantiles).map(([level, values]) => [Number(level), values]));
  }
  return new Map(forecast.quantileLevels.map((level) => [level, forecast.quantile(level)]));
}

/** The widest pair of levels around the median; none when no two lie symmetrically. */
function outermost(levels: readonly number[]): readonly [number, number] | null {
  for (const lower of levels.filter((level) => level < 0.5).sort((a, b) => a - b)) {
    const upper = levels.find((level) => Math.abs(level + lower - 1) < 1e-9);
    if (upper !== undefined) return [lower, upper];
  }
  return null;
}
