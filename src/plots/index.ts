/**
 * Plots of forecasts, series and trainings as Vega-Lite specs, as SVG and HTML through optional packages, and as text for a
 * terminal; reports of images. No AWS client is loaded.
 *
 * @packageDocumentation
 */

export {
  MissingDependencyError,
  SageMakerError,
  type SageMakerErrorOptions,
  ValidationError,
  type ValidationErrorCode,
  type ValidationIssue,
} from "../errors/index.js";
export type { Frequency, FrequencyUnit } from "../internal/frequency.js";
export type { Logger } from "../internal/logger.js";
export { coveragePlot, type PlotCoverage } from "./coverage-plot.js";
export {
  type ForecastPlotInput,
  type ForecastPlotOptions,
  forecastPlot,
  type PlotForecast,
  type PlotForecastLines,
  type PlotForecastQuantiles,
  type PlotForecastRecord,
} from "./forecast-plot.js";
export {
  type ImageReportItem,
  type ImageReportOptions,
  imageReport,
  type LabelProbability,
} from "./image-report.js";
export {
  lossPlot,
  type MetricPlotOptions,
  metricPlot,
  type PlotMetric,
  type PlotMetrics,
} from "./metric-plot.js";
export type { PlotOptions } from "./plot-options.js";
export type { PlotRegularSeries, PlotSeries, PlotTimedSeries } from "./plot-series.js";
export type {
  PlotAxis,
  PlotCell,
  PlotChannel,
  PlotColor,
  PlotColorScale,
  PlotData,
  PlotLayer,
  PlotLegend,
  PlotMark,
  PlotPosition,
  PlotScale,
  PlotSpec,
  PlotTimeScale,
} from "./plot-spec.js";
export { seriesPlot } from "./series-plot.js";
export {
  type TerminalBand,
  type TerminalChartOptions,
  type TerminalLine,
  type TerminalValues,
  terminalChart,
} from "./terminal-chart.js";
export { type PixelImage, type TerminalImageOptions, terminalImage } from "./terminal-image.js";
export { type ToHtmlOptions, toHtml } from "./to-html.js";
export { type ToSvgOptions, toSvg } from "./to-svg.js";
