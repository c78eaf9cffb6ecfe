// Recipe 9: train a model that forecasts, compare its scores with those of a published job, put it behind an endpoint.
import { DeepAR, joinS3Uri, type Session } from "sagemaker-ts";
import { metricPlot } from "sagemaker-ts/plots";
import { saveFigure } from "./support/figure.js";
import { followForecastJob } from "./support/forecast-job.js";
import { publishedForecast } from "./support/published-forecast.js";
import { runWhenMain } from "./support/run-recipe.js";
import { showProgress, table, title } from "./support/show.js";
import { load, note, store } from "./support/state.js";

export async function trainAndDeployDeepAR(session: Session, signal: AbortSignal): Promise<void> {
  title("Recipe 9: train and deploy DeepAR");
  const [root, training, predictionLength] = await Promise.all([
    load("seriesRoot"),
    load("trainingSeries"),
    load("predictionLength"),
  ]);

  const estimator = new DeepAR({
    session,
    instanceCount: 1,
    instanceType: "ml.c4.2xlarge",
    outputPath: joinS3Uri(root, "output"),
    hyperparameters: {
      time_freq: training.frequency,
      context_length: predictionLength,
      prediction_length: predictionLength,
      num_cells: 40,
      num_layers: 3,
      likelihood: "gaussian",
      epochs: Number(process.env["FORECAST_EPOCHS"] ?? 20),
      mini_batch_size: 32,
      learning_rate: 0.001,
      dropout_rate: 0.05,
      early_stopping_patience: 10,
    },
  });
  const job = await estimator.fit(
    { train: joinS3Uri(root, "input/training.jsonl"), test: joinS3Uri(root, "input/test.jsonl") },
    { wait: false, signal },
  );
  await note(joinS3Uri(root, "output", job.name));
  await store({ deepARJob: job.name });
  const published = (await publishedForecast()).job;
  const log = followForecastJob(published.epochLosses);
  await job.wait({ onProgress: log.onProgress, onAbort: "stop", signal });

  const result = await job.result({ signal });
  console.log("  The published job had the same pattern with other noise.");
  const digits = (value: number | undefined): string => value?.toFixed(4) ?? "";
  table([
    { score: "final loss", "this run": digits(result.finalLoss), "published job": digits(published.finalLoss) },
    { score: "RMSE", "this run": digits(result.testRmse), "published job": digits(published.testRmse) },
    {
      score: "mean_wQuantileLoss",
      "this run": digits(result.testMeanWeightedQuantileLoss),
      "published job": digits(published.testMeanWeightedQuantileLoss),
    },
    ...Object.entries(published.weightedQuantileLoss).map(([level, loss]) => ({
      score: `wQuantileLoss[${level}]`,
      "this run": digits(log.weightedQuantileLoss[level]),
      "published job": digits(loss),
    })),
  ]);
  console.log(`  Training seconds: ${result.trainingSeconds}, Billable seconds: ${result.billableSeconds}`);
  console.log(`  ${result.modelData}`);
  const losses = { "this run": result.epochLosses, "published job": published.epochLosses };
  const curves = Object.entries(losses).flatMap(([name, values]) => values.map((value) => ({ name, value })));
  await saveFigure("09-loss", metricPlot(curves, { xTitle: "EPOCH", yTitle: "LOSS" }), signal);

  // Recipe 10 asks the endpoint and deletes it. The note comes first: the clean-up finds the endpoint whatever happens.
  const endpointName = job.name;
  await note(`endpoint/${endpointName}`);
  await estimator.deploy({
    endpointName,
    initialInstanceCount: 1,
    instanceType: "ml.m4.xlarge",
    signal,
    onProgress: showProgress,
  });
  await store({ forecastEndpoint: endpointName });
  console.log(`  endpoint ${endpointName}`);
}

await runWhenMain(import.meta.url, trainAndDeployDeepAR);
