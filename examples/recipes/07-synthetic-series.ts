// Recipe 7: make an hourly series with a pattern that repeats, and noise; look at it.
import type { Session } from "sagemaker-ts";
import { seriesPlot } from "sagemaker-ts/plots";
import { printChart, saveFigure } from "./support/figure.js";
import { runWhenMain } from "./support/run-recipe.js";
import { table, title } from "./support/show.js";
import { store } from "./support/state.js";
import { syntheticSeries } from "./support/synthetic-series.js";

export async function syntheticTimeSeries(_: Session, signal: AbortSignal): Promise<void> {
  title("Recipe 7: synthetic time series");
  const series = syntheticSeries(10, Number(process.env["SEED"] ?? 1));
  const rows = series.timestamps().map((time, index) => ({ time, value: series.values[index]?.toFixed(2) }));
  table([...rows.slice(0, 3), { time: "...", value: "" }, ...rows.slice(-3)]);
  console.log(`  ${series.length} points, one an hour, from ${series.start} to ${series.end}`);

  await saveFigure("07-series", seriesPlot(series, { xTitle: "DATE", yTitle: "VALUE" }), signal);
  printChart(series);
  await store({ series: series.toJSON() });
}

await runWhenMain(import.meta.url, syntheticTimeSeries);
