import { readFile } from "node:fs/promises";
import { TimeSeries } from "sagemaker-ts";

/** What a job of the real service left: its series, its forecast and its scores. */
export interface PublishedForecast {
  /** 500 points; the model has seen the first 450. */
  readonly series: TimeSeries;
  /** Of the last 50 points, by level: `"0.1"`, `"0.5"`, `"0.9"`. */
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
  readonly job: {
    readonly epochLosses: readonly number[];
    readonly finalLoss: number;
    readonly testRmse: number;
    readonly testMeanWeightedQuantileLoss: number;
    /** By level: `"0.1"` to `"0.9"`. */
    readonly weightedQuantileLoss: Readonly<Record<string, number>>;
    readonly billableSeconds: number;
  };
}

/** Reads the recording; `data/README.md` says where it comes from. */
export async function publishedForecast(): Promise<PublishedForecast> {
  const text = await readFile(new URL("../data/published-forecast.json", import.meta.url), "utf8");
  const { series, forecast, job } = JSON.parse(text);
  return { series: TimeSeries.fromJSON(series), quantiles: forecast.quantiles, job };
}
