import { compile, type TopLevelSpec } from "vega-lite";
import { describe, expect, it } from "vitest";
import { TimeSeries } from "../../src/datasets/index.js";
import {
  coveragePlot,
  forecastPlot,
  lossPlot,
  metricPlot,
  type PlotSeries,
  type PlotSpec,
  seriesPlot,
} from "../../src/plots/index.js";
import { forecast, issuesOf, target, training } from "./support.js";

/** Compiles with Vega-Lite; what it warns of counts as a fault. */
function compiled(spec: PlotSpec): ReturnType<typeof compile>["spec"] {
  const messages: string[] = [];
  const take = (...parts: readonly unknown[]) => {
    messages.push(parts.join(" "));
    return logger;
  };
  const logger: NonNullable<Parameters<typeof compile>[1]>["logger"] = {
    level: (() => logger) as never,
    error: take as never,
    warn: take as never,
    info: () => logger as never,
    debug: () => logger as never,
  };
  // Assignable without a cast: the specs are Vega-Lite for the compiler, too.
  const typed: TopLevelSpec = JSON.parse(JSON.stringify(spec)) as PlotSpec;
  expect(typed).toEqual(spec);
  const result = compile(typed, { logger }).spec;
  expect(messages).toEqual([]);
  return result;
}

describe("forecastPlot", () => {
  it("draws training, target, median and the band between the outer quantiles", () => {
    const spec = forecastPlot({ training, target, forecast });

    expect(spec).toMatchObject({ width: 1008, height: 432 });
    expect(spec.layer.map(({ mark }) => mark.type)).toEqual(["area", "line", "line"]);
    expect(spec.layer[0]?.encoding.fill?.scale?.domain).toEqual(["80 % prediction interval"]);
    expect(spec.layer[1]?.encoding.color?.scale?.domain).toEqual(["training", "target", "prediction median"]);
    expect(spec.layer[1]?.encoding).toMatchObject({ x: { title: "DATE" }, y: { title: "VALUE" } });
    expect(spec.data.values[0]).toEqual({
      time: "2020-01-01 08:00:00",
      band: "80 % prediction interval",
      lower: 8,
      upper: 10,
    });
    expect(spec.data.values.filter(({ line }) => line === "training")).toHaveLength(8);
    compiled(spec);
  });

  it("takes a forecast that gives its quantiles one by one, as DeepAR's does", () => {
    const lines: Readonly<Record<number, readonly number[]>> = { 0.05: [1, 1], 0.5: [2, 2], 0.95: [3, 3] };
    const timestamps = forecast.timestamps.slice(0, 2);
    const spec = forecastPlot({
      forecast: { timestamps, quantileLevels: [0.05, 0.5, 0.95], quantile: (level) => lines[level] ?? [] },
    });

    expect(spec.layer[0]?.encoding.fill?.scale?.domain).toEqual(["90 % prediction interval"]);
    expect(spec.data.values.at(-1)).toEqual({ time: timestamps[1], line: "prediction median", value: 2 });
  });

  it("draws the mean where there is no median, and no band where no quantiles lie symmetrically", () => {
    const { timestamps } = forecast;
    const spec = forecastPlot({ forecast: { timestamps, mean: [1, 2, 3, 4], quantiles: { "0.9": [2, 3, 4, 5] } } });

    expect(spec.layer.map(({ mark }) => mark.type)).toEqual(["line"]);
    expect(spec.layer[0]?.encoding.color?.scale?.domain).toEqual(["prediction mean"]);
  });

  it("takes other bounds, names and a shorter history", () => {
    const names = { training: "history", target: "actual", prediction: "forecast", interval: "likely" };
    const spec = forecastPlot(
      { training, target, forecast },
      { interval: [0.1, 0.5], names, historyLength: 2, title: "Sales" },
    );

    expect(spec.title).toBe("Sales");
    expect(spec.description).toBe("Sales: a forecast over time: history, actual, forecast, likely");
    expect(spec.data.values.filter(({ line }) => line === "history").map(({ value }) => value)).toEqual([7, 8]);
    expect(forecastPlot({ forecast }, { interval: [0.1, 0.5] }).layer[0]?.encoding.fill?.scale?.domain).toEqual([
      "40 % prediction interval",
    ]);
  });

  it("refuses levels that the forecast does not have and parts of different length", () => {
    const short = { ...forecast, quantiles: { ...forecast.quantiles, "0.9": [1] } };

    expect(issuesOf(() => forecastPlot({ forecast }, { interval: [0.05, 0.95] }))).toEqual([
      "interval: the forecast has no quantile 0.05 and no 0.95; it has 0.1, 0.5, 0.9",
    ]);
    expect(issuesOf(() => forecastPlot({ forecast }, { interval: [0.9, 0.1] }))[0]).toContain("the lower one first");
    expect(issuesOf(() => forecastPlot({ forecast: short }))).toEqual([
      "forecast.quantile 0.9: there are 4 timestamps for 1 values",
    ]);
    expect(issuesOf(() => forecastPlot({ forecast }, { name: {} } as never))[0]).toContain('did you mean "names"?');
    expect(issuesOf(() => forecastPlot({ forecast: { timestamps: [], quantiles: {} } }))).toEqual([
      "forecast: it has neither quantiles nor a mean",
    ]);
  });
});

describe("seriesPlot", () => {
  it("draws a TimeSeries with gaps where values are missing", () => {
    const spec = seriesPlot(new TimeSeries({ start: "2020-01-31", frequency: "M", values: [1, 2, null, 4, null] }));

    expect(spec.data.values).toEqual([
      { time: "2020-01-31 00:00:00", line: "series 1", value: 1 },
      { time: "2020-02-29 00:00:00", line: "series 1", value: 2 },
      { time: "2020-03-31 00:00:00", line: "series 1", value: null },
      { time: "2020-04-30 00:00:00", line: "series 1", value: 4, alone: true },
      { time: "2020-05-31 00:00:00", line: "series 1", value: null },
    ]);
    expect(spec.layer.map(({ mark }) => mark.type)).toEqual(["line", "point"]);
    expect(spec.layer[0]?.encoding.color?.legend).toBeNull();
    compiled(spec);
  });

  it("names several lines in a legend that breaks before it is wider than the plot", () => {
    const lines = Array.from({ length: 12 }, (_, index): PlotSeries => {
      return {
        itemId: `shop number ${index} in town`,
        timestamps: ["2024-01-01", "2024-01-02 12:30"],
        values: [1, index],
      };
    });
    const color = seriesPlot(lines).layer[0]?.encoding.color;

    expect(color?.legend?.columns).toBe(4);
    expect(new Set(color?.scale?.range).size).toBe(12);
    compiled(seriesPlot(lines));
  });

  it("writes dates for long times and hours for short ones", () => {
    const format = (length: number): string | undefined =>
      seriesPlot({ start: "2020-01-01", frequency: "H", values: new Float64Array(length) }).layer[0]?.encoding.x.axis
        ?.format;

    expect(format(24)).toBe("%Y-%m-%d %H:%M");
    expect(format(24 * 30)).toBe("%Y-%m-%d");
  });

  it("names every fault", () => {
    const wrong = [
      { start: "2024-01-01T00:00:00Z", frequency: "H", values: [1] },
      { start: "2024-01-01", frequency: "hourly", values: [1, Number.POSITIVE_INFINITY] },
      { timestamps: ["2024-01-02", "2024-01-01"], values: [1, 2] },
      { values: [1] },
    ] as unknown as readonly PlotSeries[];
    const issues = issuesOf(() => seriesPlot(wrong));

    expect(issues).toHaveLength(5);
    expect(issues[0]).toContain("series.[0]: start: ");
    expect(issues[1]).toContain("values[1] must be a finite number, or null where it is missing; got Infinity");
    expect(issues[2]).toContain('did you mean "H"?');
    expect(issues[3]).toContain("timestamps[1] is not later than the one before; sort them");
    expect(issues[4]).toContain("expected a series");
    expect(issuesOf(() => seriesPlot([training, { ...target, name: "series 1" }]))).toEqual([
      'two lines are called "series 1"; name them differently',
    ]);
    expect(issuesOf(() => seriesPlot([]))).toEqual(["there is no series to draw"]);
    expect(issuesOf(() => seriesPlot(training, { width: 10 }))).toEqual([
      "width must be an integer in [100, 10000]; got 10",
    ]);
  });
});

describe("metricPlot", () => {
  const metricHistory = [0.5, 0.9, Number.NaN].flatMap((value) => [
    { name: "train:accuracy", value, at: new Date(0) },
    { name: "validation:accuracy", value: value / 2, at: new Date(0) },
  ]);

  it("draws the metrics of a training job by epoch, with gaps where a value is no number", () => {
    const spec = metricPlot({ metricHistory });

    expect(spec.data.values.slice(0, 3)).toEqual([
      { epoch: 1, line: "train:accuracy", value: 0.5 },
      { epoch: 2, line: "train:accuracy", value: 0.9 },
      { epoch: 3, line: "train:accuracy", value: null },
    ]);
    expect(spec.layer[0]?.encoding).toMatchObject({ x: { title: "EPOCH" }, y: { title: "VALUE" } });
    compiled(spec);
  });

  it("takes the epoch where one is given, and draws only what is asked for", () => {
    const rows = [...metricHistory, { name: "test:RMSE", value: 157, epoch: 20 }];

    expect(metricPlot(rows, { metrics: ["test:RMSE"] }).data.values).toEqual([
      { epoch: 20, line: "test:RMSE", value: 157 },
    ]);
  });

  it("refuses metrics that are not there and rows that are none", () => {
    expect(issuesOf(() => metricPlot({ metricHistory }, { metrics: ["accuracy"] }))).toEqual([
      'there are no values of "accuracy"; there are train:accuracy, validation:accuracy',
    ]);
    expect(issuesOf(() => metricPlot([]))).toEqual(["there are no values to draw; there are no values at all"]);
    expect(issuesOf(() => metricPlot([{ name: "a", value: "1" } as never]))[0]).toContain("[0] must be { name: text");
  });
});

describe("lossPlot", () => {
  it("draws the losses and leaves the other metrics out", () => {
    const names = ["train:loss", "train:loss:batch", "train:final_loss", "validation:loss", "test:RMSE"];
    const spec = lossPlot(names.map((name, index) => ({ name, value: index })));

    expect(spec.layer[0]?.encoding.color?.scale?.domain).toEqual(["train:loss", "validation:loss"]);
    expect(spec.layer[0]?.encoding.y.title).toBe("LOSS");
    compiled(spec);
  });
});

describe("coveragePlot", () => {
  it("draws what bands hold against what they should hold, beside the ideal", () => {
    const spec = coveragePlot([
      { expected: 0.8, actual: 0.7 },
      { expected: 0.4, actual: 0.5 },
      { expected: 0.8, actual: 0.8, name: "with holidays" },
    ]);

    expect(spec.data.values.filter(({ line }) => line === "observed").map(({ expected }) => expected)).toEqual([
      0.4, 0.8,
    ]);
    expect(spec.layer[0]?.encoding.color?.scale?.domain).toEqual(["observed", "with holidays", "ideal"]);
    expect(spec.layer[0]?.encoding.x.scale).toEqual({ domain: [0, 1] });
    compiled(spec);
  });

  it("refuses shares in percent", () => {
    expect(issuesOf(() => coveragePlot([{ expected: 80, actual: 0.7 }]))).toEqual([
      "[0].expected must be a share of 0 to 1, got 80",
    ]);
    expect(issuesOf(() => coveragePlot([]))).toHaveLength(1);
  });
});
