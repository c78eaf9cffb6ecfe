import { CreateTrainingJobCommand, DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImageClassification } from "../../../src/estimators/index.js";
import { FakeLogs } from "../../jobs/fake-logs.js";
import { NOW, runClock, setUp, testSession, trainingAnswer } from "../../jobs/helpers.js";

/** Lines of a real job in their order; the validation accuracy falls in the fourth and fifth epoch. */
const LOG = [
  "[06/01/2021 10:45:12 INFO 140] Epoch[0] Batch [20]#011Speed: 168.071 samples/sec#011accuracy=0.383333#011top_k_accuracy_2=0.511905",
  "[06/01/2021 10:45:12 INFO 140] Epoch[0] Train-accuracy=0.508333",
  "[06/01/2021 10:45:12 INFO 140] Epoch[0] Train-top_k_accuracy_2=0.615000",
  "[06/01/2021 10:45:12 INFO 140] Epoch[0] Time cost=2.827",
  "[06/01/2021 10:45:13 INFO 140] Epoch[0] Validation-accuracy=0.458333",
  "[06/01/2021 10:45:13 INFO 140] Storing the best model with validation accuracy: 0.458333",
  "[06/01/2021 10:45:14 INFO 140] Epoch[1] Train-accuracy=0.933333",
  "[06/01/2021 10:45:14 INFO 140] Epoch[1] Validation-accuracy=0.766667",
  "[06/01/2021 10:45:15 INFO 140] Epoch[2] Train-accuracy=0.991667",
  "[06/01/2021 10:45:15 INFO 140] Epoch[2] Validation-accuracy=0.875000",
  "[06/01/2021 10:45:16 INFO 140] Epoch[3] Train-accuracy=1.000000",
  "[06/01/2021 10:45:16 INFO 140] Epoch[3] Validation-accuracy=0.866667",
];

describe("results of ImageClassification", () => {
  let mocks: ReturnType<typeof setUp>;
  beforeEach(() => {
    mocks = setUp();
  });
  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  it("come from the log: the last epoch, and the best one, which is the saved model's", async () => {
    mocks.sagemaker.on(CreateTrainingJobCommand).resolves({});
    mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => trainingAnswer({ FinalMetricDataList: [] }));
    const events = LOG.map((message, index) => ({ message, timestamp: NOW.getTime() - 1000 + index }));
    new FakeLogs(mocks.logs).add("job/algo-1-1622544312", ...events);

    const estimator = new ImageClassification({
      session: testSession(),
      instanceType: "ml.g4dn.xlarge",
      hyperparameters: { num_classes: 10, num_training_samples: 480 },
    });
    const inputs = { train: "s3://bkt/train.rec", validation: "s3://bkt/validation.rec" };
    const job = await runClock(estimator.fit(inputs, { jobName: "job" }));
    const result = await job.result();
    expect(result).toMatchObject({ trainAccuracy: 1, validationAccuracy: 0.866667, bestValidationAccuracy: 0.875 });
    expect(result.metricHistory.filter(({ name }) => name === "train:accuracy").map(({ value }) => value)).toEqual([
      0.508333, 0.933333, 0.991667, 1,
    ]);
  });
});
