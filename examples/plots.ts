// Plots of a forecast and of a training, as files and in the terminal; a report of images. No job is run: the forecast here is
// made of what was seen at the same hour of earlier cycles.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { normalNumbers, seededRandom, splitForecast, TimeSeries } from "sagemaker-ts";
import { decodeImage, encodePng } from "sagemaker-ts/formats";
import {
  coveragePlot,
  forecastPlot,
  imageReport,
  metricPlot,
  seriesPlot,
  terminalChart,
  terminalImage,
  toHtml,
  toSvg,
} from "sagemaker-ts/plots";

const folder = process.argv[2] ?? "tmp/plots";
await mkdir(folder, { recursive: true });

// Ten cycles of 50 hours with noise; the last cycle is to be predicted.
const cycle = 50;
const noise = normalNumbers(seededRandom(1));
const values = Array.from({ length: 10 * cycle }, (_, hour) => {
  const t = hour % cycle;
  return (t < 20 ? t ** 2 : (t - 5) ** 2) + noise() * 100;
});
const series = new TimeSeries({ start: "2020-01-01", frequency: "H", values });
const { training, target } = splitForecast(series, { predictionLength: cycle, overlap: 1 });
const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const forecast = seenBefore(training, levels);

const svg = await toSvg(seriesPlot(series, { title: "Ten cycles" }));
await writeFile(join(folder, "series.svg"), svg);

const spec = forecastPlot({ training, target, forecast }, { title: "Forecast" });
await writeFile(join(folder, "forecast.svg"), await toSvg(spec));
await writeFile(join(folder, "forecast.vl.json"), JSON.stringify(spec));

// A training job's result has its `metricHistory`; here are five epochs of one.
const metricHistory = [0.45, 0.767, 0.842, 0.883, 0.908].map((value) => ({ name: "validation:accuracy", value }));
const page = await toHtml([spec, metricPlot({ metricHistory }), coveragePlot(coverageOf(forecast, target))], {
  title: "Forecast and training",
});
await writeFile(join(folder, "report.html"), page);

const happened = { name: "target", start: target.start, frequency: target.frequency, values: target.values };
const interval = {
  lower: { timestamps: forecast.timestamps, values: forecast.quantiles["0.1"] ?? [] },
  upper: { timestamps: forecast.timestamps, values: forecast.quantiles["0.9"] ?? [] },
  name: "80 % prediction interval",
};
console.log(terminalChart(happened, { band: interval, title: "Expected and happened" }));
console.log(
  terminalChart({ name: "validation:accuracy", values: metricHistory.map(({ value }) => value) }, { height: 6 }),
);

const image = await encodePng(ring(28));
console.log(terminalImage(await decodeImage(image), { width: 28 }));
const report = imageReport({
  title: "Digits",
  items: [
    { image, caption: "0.png", label: "ZERO", probabilities: { ZERO: 0.93, SIX: 0.05, NINE: 0.02 }, truth: "ZERO" },
    { image, caption: "1.png", label: "SIX", probabilities: { SIX: 0.6, ZERO: 0.4 }, truth: "ZERO" },
  ],
});
await writeFile(join(folder, "images.html"), report);

/** Quantiles of the values at the same place of earlier cycles. */
function seenBefore(history: TimeSeries, wanted: readonly number[]) {
  const cycles = history.length / cycle;
  const places = Array.from({ length: cycle }, (_, t) =>
    Array.from({ length: cycles }, (_, index) => history.values[index * cycle + t] ?? 0).sort((a, b) => a - b),
  );
  const quantile = (level: number) => places.map((sorted) => sorted[Math.round(level * (cycles - 1))] ?? 0);
  const next = new TimeSeries({ start: history.next, frequency: history.frequency, values: quantile(0.5) });
  return {
    timestamps: next.timestamps(),
    quantiles: Object.fromEntries(wanted.map((level) => [String(level), quantile(level)])),
  };
}

/** How much of what happened each band between two quantiles holds. */
function coverageOf({ quantiles }: ReturnType<typeof seenBefore>, actual: TimeSeries) {
  const happened = actual.values.slice(-cycle);
  return [0.1, 0.2, 0.3, 0.4].map((lower) => {
    const low = quantiles[String(lower)] ?? [];
    const high = quantiles[String(Number((1 - lower).toFixed(1)))] ?? [];
    const held = happened.filter((value, index) => value >= (low[index] ?? 0) && value <= (high[index] ?? 0));
    return { expected: 1 - 2 * lower, actual: held.length / cycle };
  });
}

/** A grey image of a ring. */
function ring(side: number) {
  const middle = (side - 1) / 2;
  const data = Uint8Array.from({ length: side * side }, (_, index) => {
    const radius = Math.hypot((index % side) - middle, Math.floor(index / side) - middle);
    return Math.max(0, 255 - Math.abs(radius - side / 3) * 80);
  });
  return { width: side, height: side, channels: 1, data } as const;
}
