import {
  CreateTransformJobCommand,
  DescribeTransformJobCommand,
  StopTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CreateTransformJobRequest, type ProgressEvent, TransformJob } from "../../src/jobs/index.js";
import { FakeLogs } from "./fake-logs.js";
import { awsError, NOW, rejection, runClock, setUp, testSession } from "./helpers.js";

const REQUEST: CreateTransformJobRequest = {
  TransformJobName: "tr",
  ModelName: "m",
  TransformInput: { DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/in/" } } },
  TransformOutput: { S3OutputPath: "s3://bkt/out" },
  TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
};

function answer(status: string, members: object = {}): Record<string, unknown> {
  return {
    ...REQUEST,
    TransformJobArn: "arn:aws:sagemaker:us-west-2:444455556666:transform-job/tr",
    TransformJobStatus: status,
    CreationTime: NOW,
    ...members,
  };
}

describe("TransformJob", () => {
  let mocks: ReturnType<typeof setUp>;
  let job: TransformJob;

  beforeEach(() => {
    mocks = setUp();
    job = new TransformJob(testSession(), "tr");
  });

  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  it("sends the request as it is", async () => {
    mocks.sagemaker.on(CreateTransformJobCommand).resolves({});
    await TransformJob.create(testSession(), REQUEST);
    expect(mocks.sagemaker.commandCalls(CreateTransformJobCommand)[0]?.args[0].input).toEqual(REQUEST);
  });

  it("waits through InProgress and Stopping, and reads the log of the transform group", async () => {
    const statuses = ["InProgress", "InProgress", "Completed"];
    const start = new Date(NOW.getTime() + 100);
    const end = new Date(NOW.getTime() + 400);
    let look = 0;
    mocks.sagemaker
      .on(DescribeTransformJobCommand)
      .callsFake(() =>
        answer(statuses[Math.min(look++, 2)] ?? "", { TransformStartTime: start, TransformEndTime: end }),
      );
    new FakeLogs(mocks.logs).add("tr/i-0abc", { message: "Arguments: serve", timestamp: NOW.getTime() + 50 });
    const events: ProgressEvent[] = [];
    const result = await runClock(job.wait({ onProgress: (event) => events.push(event) }));
    expect(result).toMatchObject({
      jobName: "tr",
      status: "Completed",
      outputPath: "s3://bkt/out",
      transformSeconds: 0.3,
    });
    expect(events.map((event) => (event.type === "status" ? event.status : event.type))).toEqual([
      "InProgress",
      "log",
      "Completed",
    ]);
    expect(mocks.logs.calls()[0]?.args[0].input).toMatchObject({
      logGroupName: "/aws/sagemaker/TransformJobs",
      logStreamNamePrefix: "tr/",
    });
  });

  it("throws JOB_FAILED with the reason and the console address", async () => {
    mocks.sagemaker
      .on(DescribeTransformJobCommand)
      .resolves(answer("Failed", { FailureReason: "ClientError: See job logs" }));
    expect(await rejection(runClock(job.wait({ logs: false })))).toMatchObject({
      code: "JOB_FAILED",
      failureReason: "ClientError: See job logs",
      consoleUrl: expect.stringContaining("#/transform-jobs/tr"),
    });
  });

  it("throws JOB_STOPPED for a stopped job unless asked to return it", async () => {
    mocks.sagemaker.on(DescribeTransformJobCommand).resolves(answer("Stopped"));
    expect(await rejection(runClock(job.wait({ logs: false })))).toMatchObject({ code: "JOB_STOPPED" });
    expect(await runClock(job.wait({ logs: false, onStopped: "return" }))).toMatchObject({ status: "Stopped" });
  });

  it("takes stopping a job that has ended already for done", async () => {
    mocks.sagemaker.on(StopTransformJobCommand).rejects(awsError("ValidationException", "not in progress"));
    mocks.sagemaker.on(DescribeTransformJobCommand).resolves(answer("Completed"));
    await job.stop();
    mocks.sagemaker.on(DescribeTransformJobCommand).resolves(answer("InProgress"));
    expect(await rejection(job.stop())).toMatchObject({ name: "ValidationException" });
  });
});
