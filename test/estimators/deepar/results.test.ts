import { CreateTrainingJobCommand, DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeLogs } from "../../jobs/fake-logs.js";
import { NOW, runClock, setUp, testSession, trainingAnswer } from "../../jobs/helpers.js";
import { makeDeepAR } from "./support.js";

/** Lines of a real job in their order. */
const LOG = [
  "[06/01/2021 11:08:40 INFO 139] #quality_metric: host=algo-1, epoch=0, batch=0 train loss <loss>=9.86129093170166",
  "[06/01/2021 11:08:41 INFO 139] #quality_metric: host=algo-1, epoch=0, batch=10 train loss <loss>=7.764824771881104",
  "[06/01/2021 11:08:41 INFO 139] #throughput_metric: host=algo-1, train throughput=240.1271691479959 records/second",
  "[06/01/2021 11:08:41 INFO 139] #progress_metric: host=algo-1, completed 5.0 % of epochs",
  "[06/01/2021 11:08:41 INFO 139] #quality_metric: host=algo-1, epoch=0, train loss <loss>=8.254310434514826",
  "[06/01/2021 11:09:05 INFO 139] #quality_metric: host=algo-1, epoch=16, train loss <loss>=5.931105050173673",
  "[06/01/2021 11:09:05 INFO 139] #quality_metric: host=algo-1, train final_loss <loss>=5.931105050173673",
  "[06/01/2021 11:09:06 INFO 139] #test_score (algo-1, RMSE): 157.76598175779213",
  "[06/01/2021 11:09:06 INFO 139] #quality_metric: host=algo-1, test RMSE <loss>=157.76598175779213",
  "[06/01/2021 11:09:06 INFO 139] #quality_metric: host=algo-1, test mean_wQuantileLoss <loss>=0.1350739794179258",
];

describe("results of DeepAR", () => {
  let mocks: ReturnType<typeof setUp>;
  beforeEach(() => {
    mocks = setUp();
  });
  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  it("come from the log of a real job", async () => {
    mocks.sagemaker.on(CreateTrainingJobCommand).resolves({});
    mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => trainingAnswer({ FinalMetricDataList: [] }));
    const events = LOG.map((message, index) => ({ message, timestamp: NOW.getTime() - 1000 + index }));
    new FakeLogs(mocks.logs).add("job/algo-1-1622545720", ...events);

    const estimator = makeDeepAR({ session: testSession() });
    const job = await runClock(estimator.fit({ train: "s3://b/t.json", test: "s3://b/v.json" }, { jobName: "job" }));
    const result = await job.result();
    expect(result).toMatchObject({
      finalLoss: 5.931105050173673,
      testRmse: 157.76598175779213,
      testMeanWeightedQuantileLoss: 0.1350739794179258,
      epochLosses: [8.254310434514826, 5.931105050173673],
    });
    expect(result.metricHistory.map(({ name, value }) => [name, value])).toEqual([
      ["train:loss:batch", 9.86129093170166],
      ["train:loss:batch", 7.764824771881104],
      ["train:throughput", 240.1271691479959],
      ["train:progress", 5],
      ["train:loss", 8.254310434514826],
      ["train:loss", 5.931105050173673],
      ["train:final_loss", 5.931105050173673],
      ["test:RMSE", 157.76598175779213],
      ["test:mean_wQuantileLoss", 0.1350739794179258],
    ]);
  });
});
