import { describe, expect, it } from "vitest";
import {
  BlazingText,
  categorical,
  continuous,
  HyperparameterTuner,
  integer,
  type ProgressEvent,
} from "../../src/index.js";
import { newSession, rejection, sentences } from "./support.js";

async function prepare() {
  const session = newSession();
  const bucket = await session.defaultBucket({ create: true });
  const train = await session.uploadString(sentences(400), `s3://${bucket}/train.txt`);
  const validation = await session.uploadString(sentences(100), `s3://${bucket}/validation.txt`);
  const estimator = new BlazingText({
    session,
    instanceType: "ml.c5.xlarge",
    outputPath: `s3://${bucket}/models`,
    hyperparameters: { mode: "supervised", epochs: 1, min_count: 1, buckets: 1000, vector_dim: 32 },
  });
  return { session, inputs: { train, validation }, estimator };
}

describe("HyperparameterTuner on the embedded SageMaker", () => {
  it("trains, ranks, hands the best estimator back and deploys it", async () => {
    const { session, inputs, estimator } = await prepare();
    const tuner = new HyperparameterTuner({
      estimator,
      objective: "validation:accuracy",
      ranges: { learning_rate: continuous(0.0001, 1, "Logarithmic"), epochs: integer(1, 20) },
      maxJobs: 4,
      maxParallelJobs: 2,
      randomSeed: 1,
    });
    const events: ProgressEvent[] = [];
    await tuner.fit(inputs, { pollSeconds: 0.05, onProgress: (event) => events.push(event) });

    const rows = await tuner.analytics();
    expect(rows.map(({ status }) => status)).toEqual(["Completed", "Completed", "Completed", "Completed"]);
    const values = rows.map(({ objectiveValue }) => objectiveValue ?? Number.NaN);
    const name = await tuner.bestTrainingJob();
    const winner = rows.find(({ trainingJobName }) => trainingJobName === name);
    expect(winner?.objectiveValue).toBe(Math.max(...values));
    expect(events.at(-1)).toMatchObject({
      type: "status",
      status: "Completed",
      message: expect.stringContaining(`4 of 4 training jobs completed; best validation:accuracy`),
    });

    const best = await tuner.bestEstimator();
    expect(best.options.hyperparameters).toMatchObject({
      ...winner?.hyperparameters,
      mode: "supervised",
      buckets: 1000,
    });
    const result = await best.latestTrainingJob?.result();
    expect(result?.validationAccuracy).toBe(winner?.objectiveValue);

    await using predictor = await tuner.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
    expect(await predictor.predict(["one"])).toHaveLength(1);

    const again = await HyperparameterTuner.attach(tuner.latestTuningJob?.name ?? "", {
      session,
      estimator: BlazingText,
    });
    expect(await again.analytics()).toEqual(rows);
    expect(await again.bestTrainingJob()).toBe(name);
  });

  it("tries every combination of a grid", async () => {
    const { inputs, estimator } = await prepare();
    const tuner = new HyperparameterTuner({
      estimator,
      objective: "validation:accuracy",
      ranges: { epochs: categorical([1, 5]), word_ngrams: categorical([1, 2]) },
      strategy: "Grid",
      maxParallelJobs: 4,
    });
    await tuner.fit(inputs, { pollSeconds: 0.05 });
    expect((await tuner.analytics()).map(({ hyperparameters }) => hyperparameters)).toEqual([
      { epochs: 1, word_ngrams: 1 },
      { epochs: 1, word_ngrams: 2 },
      { epochs: 5, word_ngrams: 1 },
      { epochs: 5, word_ngrams: 2 },
    ]);
  });

  it("refuses data with errors before a job is created", async () => {
    const { session, estimator } = await prepare();
    const bucket = await session.defaultBucket();
    const train = await session.uploadString("no label here\n", `s3://${bucket}/bad.txt`);
    const tuner = new HyperparameterTuner({
      estimator,
      objective: "validation:accuracy",
      ranges: { epochs: integer(5, 9) },
    });
    expect(await rejection(tuner.fit({ train }))).toMatchObject({ name: "PreflightError" });
    expect(tuner.latestTuningJob).toBeUndefined();
  });
});
