import { describe, expect, it } from "vitest";
import { meanProfile, periodAgo, scoreRow } from "../../examples/recipes/support/forecast-scores.js";
import { publishedForecast } from "../../examples/recipes/support/published-forecast.js";
import { pattern, syntheticSeries } from "../../examples/recipes/support/synthetic-series.js";

describe("scoreRow", () => {
  it("gives the published forecast and two simple ones the scores that are known of them", async () => {
    const { series, quantiles, job } = await publishedForecast();
    const history = series.values.slice(0, 450);
    const actual = series.values.slice(450);

    const published = scoreRow("published", quantiles, actual);
    expect(published).toMatchObject({ "RMSE of the median": "158.13", "inside 0.1 to 0.9": "62 %" });
    // Other samples of the same model than those that the job's log scores.
    expect(Number(published["wQL 0.5"])).toBeCloseTo(job.weightedQuantileLoss["0.5"] ?? 0, 2);
    expect(scoreRow("naive", periodAgo(history, 50, 50), actual)).toMatchObject({
      "RMSE of the median": "132.30",
      "wQL 0.5": "0.1824",
    });
    expect(scoreRow("profile", meanProfile(history, 50, 50), actual)["RMSE of the median"]).toBe("105.17");
  });
});

describe("meanProfile", () => {
  it("goes on in the phase in which the history ends, with a band as wide as the errors of leaving a value out", () => {
    // Two phases, three cycles: means 2 and 10, and a value is 1.5 times as far from the mean of the other two.
    const forecast = meanProfile(Float64Array.of(0, 10, 2, 10, 4, 10), 2, 3);

    expect(forecast).toEqual({ "0.1": [0.5, 8.5, 0.5], "0.5": [2, 10, 2], "0.9": [3.5, 11.5, 3.5] });
  });
});

describe("periodAgo", () => {
  it("repeats the last period, with a band of the errors that this made so far", () => {
    expect(periodAgo(Float64Array.of(0, 10, 1, 12), 2, 3)).toEqual({
      "0.1": [1, 12, 1].map((value) => value + 1.1),
      "0.5": [1, 12, 1],
      "0.9": [1, 12, 1].map((value) => value + 1.9),
    });
  });
});

describe("syntheticSeries", () => {
  it("repeats a parabola with a step, and adds noise of deviation 100", () => {
    expect([0, 1, 19, 20, 49, 50].map(pattern)).toEqual([0, 1, 361, 225, 1936, 0]);
    const series = syntheticSeries(10, 3);
    const noise = series.values.map((value, index) => value - pattern(index));
    expect([series.length, series.start, series.end]).toEqual([500, "2020-01-01 00:00:00", "2020-01-21 19:00:00"]);
    expect(Math.sqrt(noise.reduce((sum, value) => sum + value ** 2 / noise.length, 0))).toBeCloseTo(100, -1);
    expect(syntheticSeries(10, 3)).toEqual(series);
    expect(syntheticSeries(10, 4)).not.toEqual(series);
  });
});
