import { describe, expect, it } from "vitest";
import { rootMeanSquaredError, splitForecast, TimeSeries } from "../../../src/datasets/index.js";
import { deepARBatch, scoreForecasts } from "../../../src/estimators/index.js";
import { collected, messagesOf, recorded, recordedSeries } from "./support.js";

const modelCard = { frequency: "H", predictionLength: 50 } as const;

/** The forecast of the real endpoint. */
async function recordedForecast() {
  const { training } = splitForecast(recordedSeries, { predictionLength: 50 });
  const text = JSON.stringify(recorded.response.predictions[0]);
  for await (const forecast of deepARBatch.forecasts({ text }, { modelCard, inputs: [training] })) return forecast;
  throw new Error("no forecast");
}

describe("scoreForecasts", () => {
  it("measures the forecast of the real endpoint as the job measured its own", async () => {
    const forecast = await recordedForecast();
    const scores = scoreForecasts([forecast], [recordedSeries]);
    expect(scores.points).toBe(50);
    // 31 of 50 values lie in the band.
    expect(scores.coverage).toEqual([{ lower: 0.1, upper: 0.9, expected: 0.8, actual: 0.62 }]);
    // The job reported 0.0710, 0.1695 and 0.0948 for other samples of the same model.
    for (const [level, reported] of Object.entries({ "0.1": 0.071, "0.5": 0.1695, "0.9": 0.0948 })) {
      expect(Math.abs((scores.weightedQuantileLoss[level] ?? 0) - reported)).toBeLessThan(0.01);
    }
    const losses = Object.values(scores.weightedQuantileLoss);
    expect(scores.meanWeightedQuantileLoss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 3, 12);
    expect(scores.rmse).toBeUndefined();
    // The job reported 157.77 for the mean.
    expect(rootMeanSquaredError(recordedSeries.values.subarray(450), forecast.quantile(0.5))).toBeCloseTo(158.13, 2);
  });

  it("finds the times of a forecast in a longer series, and takes plain numbers too", async () => {
    const forecast = await recordedForecast();
    const { target } = splitForecast(recordedSeries, { predictionLength: 50, overlap: 1 });
    expect(target.length).toBe(51);
    const expected = scoreForecasts([forecast], [recordedSeries]);
    expect(scoreForecasts([forecast], [target])).toEqual(expected);
    expect(scoreForecasts([forecast], [recorded.series.data.slice(450)])).toEqual(expected);
  });

  it("sums over all points of all series", async () => {
    const answers = [
      { mean: [1, 1], quantiles: { "0.5": [1, 1] } },
      { mean: [10, 10], quantiles: { "0.5": [10, 10] } },
    ];
    const inputs = answers.map((_, index) => ({ start: "2024-01-01 00:00:00", values: [index] }));
    const text = answers.map((line) => JSON.stringify(line)).join("\n");
    const forecasts = await collected(
      deepARBatch.forecasts({ text }, { modelCard: { frequency: "D", predictionLength: 2 }, inputs }),
    );
    const scores = scoreForecasts(forecasts, [
      [2, null],
      [10, 13],
    ]);
    expect(scores).toEqual({
      points: 3,
      rmse: Math.sqrt(10 / 3),
      weightedQuantileLoss: { "0.5": 4 / 25 },
      meanWeightedQuantileLoss: 4 / 25,
      coverage: [],
    });
  });

  it("refuses what does not belong together", async () => {
    const forecast = await recordedForecast();
    const earlier = recordedSeries.slice(0, 460);
    const daily = new TimeSeries({ start: "2020-01-19", frequency: "D", values: Array.from({ length: 99 }, () => 1) });
    expect(await messagesOf(() => scoreForecasts([forecast], []))).toEqual([
      "one actual series for each forecast; got 0 for 1 forecasts",
    ]);
    expect(await messagesOf(() => scoreForecasts([forecast, forecast, forecast], [earlier, daily, [1]]))).toEqual([
      "forecast 1: its times, 2020-01-19 18:00:00 to 2020-01-21 19:00:00, are not in the series of 2020-01-01 00:00:00 to 2020-01-20 03:00:00",
      expect.stringContaining("forecast 2: its times"),
      "forecast 3: it has 50 points, but there are 1 values",
    ]);
  });
});
