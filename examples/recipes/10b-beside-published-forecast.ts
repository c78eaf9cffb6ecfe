// Recipe 10b: train on the very points of the published job, and draw its forecast and ours side by side.
import { DeepAR, joinS3Uri, type Session, splitForecast, type TimeSeries } from "sagemaker-ts";
import { writeDeepAR } from "sagemaker-ts/formats";
import { saveFigure } from "./support/figure.js";
import { followForecastJob } from "./support/forecast-job.js";
import { meanProfile, periodAgo, scoreRow } from "./support/forecast-scores.js";
import { publishedForecast } from "./support/published-forecast.js";
import { runWhenMain } from "./support/run-recipe.js";
import { table, title } from "./support/show.js";
import { forecastsSideBySide } from "./support/side-by-side.js";
import { load, note, tmp } from "./support/state.js";
import { period } from "./support/synthetic-series.js";

export async function besidePublishedForecast(session: Session, signal: AbortSignal): Promise<void> {
  title("Recipe 10b: beside the published forecast");
  const [bucket, root, predictionLength] = await Promise.all([
    load("bucket"),
    load("seriesRoot"),
    load("predictionLength"),
  ]);
  const published = await publishedForecast();
  const { training, test, target } = splitForecast(published.series, { predictionLength, overlap: 1 });
  const upload = async (name: string, part: TimeSeries): Promise<string> => {
    const file = `${tmp}published-${name}.jsonl`;
    await writeDeepAR(file, [part], { signal });
    await note(joinS3Uri(root, `published/published-${name}.jsonl`));
    return session.uploadData(file, { bucket, keyPrefix: "chapter08/published", signal });
  };
  const channels = { train: await upload("training", training), test: await upload("test", test) };

  // The settings of recipe 9's job, other data.
  const estimator = await DeepAR.attach(await load("deepARJob"), { session, signal });
  const job = await estimator.fit(channels, { wait: false, signal });
  await note(joinS3Uri(root, "output", job.name));
  await job.wait({ onProgress: followForecastJob(published.job.epochLosses).onProgress, onAbort: "stop", signal });

  await using predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m4.xlarge", signal });
  const forecast = await predictor.forecast(training, { numSamples: 100, quantiles: [0.1, 0.5, 0.9], signal });
  const actual = target.values.slice(-predictionLength);
  table([
    scoreRow("published job", published.quantiles, actual),
    scoreRow("this run", forecast.toJSON().quantiles, actual),
    scoreRow(`as ${period} hours ago`, periodAgo(training.values, period, predictionLength), actual),
    scoreRow(`mean of all cycles of ${period} hours`, meanProfile(training.values, period, predictionLength), actual),
  ]);
  const theirs = { timestamps: forecast.timestamps, quantiles: published.quantiles };
  const panels = { "published job": theirs, "this run": forecast };
  await saveFigure("10b-beside-published-forecast", forecastsSideBySide({ training, target, panels }), signal);
}

await runWhenMain(import.meta.url, besidePublishedForecast);
