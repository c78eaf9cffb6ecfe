import type { TimeSeries } from "sagemaker-ts";
import { forecastPlot, type PlotForecast } from "sagemaker-ts/plots";
import { period } from "./synthetic-series.js";

/** Forecasts of one series next to each other, with one vertical axis: a Vega-Lite spec made of several. */
export function forecastsSideBySide(options: {
  readonly training: TimeSeries;
  readonly target: TimeSeries;
  /** By the title of each. */
  readonly panels: Readonly<Record<string, PlotForecast>>;
}): object {
  const { training, target, panels } = options;
  const specs = Object.entries(panels).map(([title, forecast]) =>
    forecastPlot(
      { training, target, forecast },
      { title, width: 560, height: 400, historyLength: period, xTitle: "DATE", yTitle: "VALUE" },
    ),
  );
  const [first] = specs;
  // What holds for the whole picture stands once, above the parts.
  const hconcat = specs.map(({ $schema, background, padding, autosize, config, ...part }) => part);
  return {
    $schema: first?.$schema,
    background: first?.background,
    padding: first?.padding,
    config: first?.config,
    hconcat,
    resolve: { scale: { y: "shared" } },
  };
}
