import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { unknownKeyIssues } from "../internal/options.js";
import { colorsFor, type PlotOptions, plotIssues, plotOptionKeys, plotSpec } from "./plot-options.js";
import { type Line, legendNames, type PlotSeries, readLine } from "./plot-series.js";
import type { PlotSpec } from "./plot-spec.js";
import { type NamedLine, timeLayers } from "./time-plot.js";

/**
 * Draws one or several series over time.
 *
 * @remarks
 * Every value becomes a part of the plot: above some ten thousand the picture grows large and does not show more.
 *
 * @param series - a line or several, with names that differ; a `TimeSeries` is one
 * @throws {@link ValidationError} `INVALID_INPUT` naming every fault of the series, `INVALID_OPTIONS`
 * @example
 * ```ts
 * const svg = await toSvg(seriesPlot([training, target], { title: "Sales" }));
 * ```
 * @public
 */
export function seriesPlot(series: PlotSeries | readonly PlotSeries[], options: PlotOptions = {}): PlotSpec {
  const subject = "seriesPlot";
  const optionIssues = [...unknownKeyIssues(options, plotOptionKeys, subject), ...plotIssues(options)];
  if (optionIssues.length > 0) throw new ValidationError(subject, optionIssues);
  const list = Array.isArray(series) ? (series as readonly PlotSeries[]) : [series as PlotSeries];
  const issues: ValidationIssue[] = [];
  if (list.length === 0) issues.push({ path: [], message: "there is no series to draw" });
  const lines = list.map((item, index) => readLine(item, ["series", index], issues));
  const names = issues.length > 0 ? [] : legendNames(lines as Line[], issues);
  if (issues.length > 0) throw new ValidationError(subject, issues, "INVALID_INPUT");
  const palette = colorsFor(list.length);
  const named = (lines as Line[]).map(
    (line, index): NamedLine => ({ name: names[index] as string, color: palette[index] as string, line }),
  );
  const { data, layer } = timeLayers(named, undefined, options);
  // One line without a name needs no legend: the axis says what it is.
  if (list.length === 1 && lines[0]?.name === undefined) {
    for (const { encoding } of layer) if (encoding.color !== undefined) encoding.color.legend = null;
  }
  return plotSpec(options, `lines over time: ${names.join(", ")}`, data, layer);
}
