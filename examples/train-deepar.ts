// From series to forecasts with their uncertainty: make a few series, look through the files, train, forecast, score, forecast
// a file, leave nothing behind.
// Runs on the embedded SageMaker; with `new Session()` instead of `new LocalSession()` it is the program for AWS.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CategoryEncoder,
  DeepAR,
  deepARBatch,
  normalNumbers,
  scoreForecasts,
  seededRandom,
  splitForecast,
  TimeSeries,
} from "sagemaker-ts";
import { inspectDeepAR, writeDeepAR } from "sagemaker-ts/formats";
import { LocalSession } from "sagemaker-ts/local";

await using session = new LocalSession({ root: "temporary" });
await session.defaultBucket({ create: true });

// Hourly sales of six shops, five weeks of them: a rhythm of days, another height for each shop, and noise.
const shops = ["north", "south", "east"].flatMap((town) =>
  [1, 2].map((number) => ({ town, name: `${town} ${number}` })),
);
const categoryEncoder = await CategoryEncoder.fit(shops, { town: (shop) => shop.town });
const noise = normalNumbers(seededRandom(7));
const frequency = "H";
const predictionLength = 24;
const parts = shops.map(({ town, name }, index) => {
  const values = Array.from({ length: 5 * 7 * 24 }, (_, hour) => {
    const rhythm = 1 - Math.cos((2 * Math.PI * (hour % 24)) / 24);
    return (index + 2) * 10 * rhythm + 3 * noise();
  });
  const categories = categoryEncoder.encode({ town });
  const series = new TimeSeries({ start: "2024-01-01", frequency, values, categories, itemId: name });
  return splitForecast(series, { predictionLength });
});

// The test file holds the whole series, the training file all but what the model is to forecast.
const folder = await mkdtemp(join(tmpdir(), "sales-"));
const files = { train: join(folder, "train.json"), test: join(folder, "test.json") };
await writeDeepAR(
  files.train,
  parts.map(({ training }) => training),
);
await writeDeepAR(
  files.test,
  parts.map(({ test }) => test),
);

const estimator = new DeepAR({
  session,
  instanceType: "ml.c5.2xlarge",
  categoryEncoder,
  hyperparameters: {
    time_freq: frequency,
    prediction_length: predictionLength,
    context_length: predictionLength,
    epochs: 10,
    mini_batch_size: 32,
    likelihood: "gaussian",
  },
}).withData({
  train: await inspectDeepAR(files.train, { predictionLength, frequency }),
  test: await inspectDeepAR(files.test, { predictionLength, frequency }),
});
const job = await estimator.fit({
  train: await session.uploadData(files.train, { keyPrefix: "sales/train" }),
  test: await session.uploadData(files.test, { keyPrefix: "sales/test" }),
});
const { finalLoss, testRmse, testMeanWeightedQuantileLoss, billableSeconds } = await job.result();
console.log({ finalLoss, testRmse, testMeanWeightedQuantileLoss, billableSeconds });

{
  await using predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
  const forecasts = await predictor.forecast(
    parts.map(({ training }) => training),
    { quantiles: [0.1, 0.5, 0.9] },
  );
  for (const { timestamp, mean, quantiles } of forecasts[0] ?? []) {
    console.log(timestamp, mean?.toFixed(1), quantiles["0.1"]?.toFixed(1), quantiles["0.9"]?.toFixed(1));
  }
  const { rmse, coverage } = scoreForecasts(
    forecasts,
    parts.map(({ test }) => test),
  );
  console.log({ rmse, coverage });
  // Here the endpoint, its configuration and its model are deleted.
}

const again = await DeepAR.attach(job.name, { session });
const transformer = again.transformer({
  instanceCount: 1,
  instanceType: "ml.m5.large",
  inference: { outputTypes: ["quantiles"], quantiles: [0.5, 0.9] },
});
const modelCard = again.modelCard();
const input = await session.uploadData(
  deepARBatch.encode(
    parts.map(({ request }) => request),
    { modelCard },
  ),
  { keyPrefix: "sales/input", fileName: "series.jsonl" },
);
await transformer.transform(input);
for await (const { line, forecast } of transformer.results()) {
  console.log(line, forecast?.timestamps[0], forecast?.quantile(0.9)[0]);
}
await transformer.deleteModel();
await rm(folder, { recursive: true });
