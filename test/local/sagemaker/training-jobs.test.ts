import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/local/core/contract.js";
import { Harness, image, roleArn, trainingRequest } from "../jobs/harness.js";

const group = "/aws/sagemaker/TrainingJobs";

let local: Harness;

beforeAll(async () => {
  local = await Harness.open({ stopGraceSeconds: 0.2 });
  await local.put("train/a.txt", "one\ntwo\n");
  await local.put("train/b/c.txt", "three\n");
  await local.put("train_more.txt", "four\n");
  await local.put("in/.amazon.manifest", JSON.stringify([{ prefix: "s3://bucket/train/" }, "b/c.txt"]));
  await local.put("in/bad.manifest", JSON.stringify(["a.txt"]));
  await local.put("in/lost.manifest", JSON.stringify([{ prefix: "s3://bucket/train/" }, "z.txt"]));
});

afterAll(() => local[Symbol.asyncDispose]());

type Job = Record<string, unknown> & {
  SecondaryStatusTransitions: { Status: string; StatusMessage: string; StartTime: number; EndTime?: number }[];
};

async function describeJob(name: string): Promise<Job> {
  return (await local.call("DescribeTrainingJob", { TrainingJobName: name })) as Job;
}

async function finished(name: string): Promise<Job> {
  await local.service.settled("training-job", name);
  return describeJob(name);
}

async function train(name: string, hyperParameters: Record<string, string> = {}, changes: object = {}): Promise<Job> {
  await local.call("CreateTrainingJob", { ...trainingRequest(name, hyperParameters), ...changes });
  return finished(name);
}

async function running(name: string): Promise<void> {
  await expect.poll(() => local.logs.messages(group, `${name}/`), { timeout: 10_000 }).toContain("waiting");
}

async function refusalOf(changes: object): Promise<{ code: string; message: string }> {
  const error = await local
    .call("CreateTrainingJob", { ...trainingRequest("refused"), ...changes })
    .catch((e: unknown) => e);
  if (!(error instanceof ServiceError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  return { code: error.code, message: error.message };
}

describe("CreateTrainingJob", () => {
  it("trains in a worker, through the statuses of the service, and leaves the model in S3", async () => {
    const before = Date.now() / 1000;
    const arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/complete";
    expect(await local.call("CreateTrainingJob", trainingRequest("complete"))).toEqual({ TrainingJobArn: arn });
    const job = await finished("complete");
    expect(job).toMatchObject({
      TrainingJobName: "complete",
      TrainingJobArn: arn,
      TrainingJobStatus: "Completed",
      SecondaryStatus: "Completed",
      ModelArtifacts: { S3ModelArtifacts: "s3://bucket/out/complete/output/model.tar.gz" },
      AlgorithmSpecification: {
        TrainingImage: image,
        TrainingInputMode: "File",
        MetricDefinitions: [{ Name: "train:lines", Regex: "#lines: (\\S+)" }],
        EnableSageMakerMetricsTimeSeries: false,
      },
      RoleArn: roleArn,
      InputDataConfig: [{ ChannelName: "train", CompressionType: "None", RecordWrapperType: "None" }],
      OutputDataConfig: { KmsKeyId: "", S3OutputPath: "s3://bucket/out/", CompressionType: "GZIP" },
      ResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.xlarge", VolumeSizeInGB: 30 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
      EnableNetworkIsolation: false,
      EnableInterContainerTrafficEncryption: false,
      EnableManagedSpotTraining: false,
      ProfilerConfig: { ProfilingIntervalInMilliseconds: 500 },
      ProfilingStatus: "Enabled",
      FinalMetricDataList: [{ MetricName: "train:lines", Value: Math.fround(0.1) }],
    });
    expect(job.SecondaryStatusTransitions.map(({ Status, StatusMessage }) => [Status, StatusMessage])).toEqual([
      ["Starting", "Preparing the instances for training"],
      ["Downloading", "Downloading the training image"],
      ["Training", "Training image download completed. Training in progress."],
      ["Uploading", "Uploading generated training model"],
      ["Completed", "Training job completed"],
    ]);
    let last = before - 1;
    for (const { StartTime, EndTime } of job.SecondaryStatusTransitions) {
      expect(StartTime).toBeGreaterThanOrEqual(last);
      expect(EndTime).toBeGreaterThanOrEqual(StartTime);
      last = EndTime ?? Number.NaN;
    }
    expect(job["TrainingEndTime"]).toBeGreaterThanOrEqual(Number(job["TrainingStartTime"]));
    expect(job["BillableTimeInSeconds"]).toBe(job["TrainingTimeInSeconds"]);
  });

  it("packs what the engine left, and the output folder beside it", async () => {
    const model = await local.objects.head("bucket", "out/complete/output/model.tar.gz");
    expect(gunzipSync(await readFile(model?.path ?? "")).toString("latin1")).toMatch(
      /^count\.json\0[\s\S]*\{"lines":3\}/u,
    );
    expect(await local.objects.head("bucket", "out/complete/output/output.tar.gz")).toBeDefined();
  });

  it("writes the log of the container, complete before the job is seen to be over", async () => {
    const events = local.logs.events.filter(({ stream }) => stream.startsWith("complete/"));
    expect(new Set(events.map(({ group: name, stream }) => `${name} ${stream.replace(/\d+$/u, "N")}`))).toEqual(
      new Set([`${group} complete/algo-1-N`]),
    );
    expect(events.map(({ event }) => event.message)).toEqual([
      "Arguments: train",
      "Processing /opt/ml/input/data/train/a.txt . File size: 8 B",
      "Processing /opt/ml/input/data/train/b/c.txt . File size: 6 B",
      "Number of lines:  3",
      "",
      "#lines: 3",
      "printed by the engine",
      "#lines: 0.1",
    ]);
  });

  it("takes a prefix as text, not as a folder", async () => {
    await local.call("CreateTrainingJob", trainingRequest("textual", {}, "train"));
    await finished("textual");
    const processed = local.logs.messages(group, "textual/").filter((line) => line.startsWith("Processing"));
    expect(processed.map((line) => line.split(" ")[1])).toEqual([
      "/opt/ml/input/data/train/a.txt",
      "/opt/ml/input/data/train/b/c.txt",
      "/opt/ml/input/data/train/train_more.txt",
    ]);
  });

  it("reads the objects that a manifest names", async () => {
    const channel = (key: string) => ({
      InputDataConfig: [
        {
          ChannelName: "train",
          DataSource: { S3DataSource: { S3DataType: "ManifestFile", S3Uri: `s3://bucket/in/${key}` } },
        },
      ],
    });
    await train("manifest", {}, channel(".amazon.manifest"));
    expect(local.logs.messages(group, "manifest/")).toContain(
      "Processing /opt/ml/input/data/train/b/c.txt . File size: 6 B",
    );
    expect(await train("bad-manifest", {}, channel("bad.manifest"))).toMatchObject({
      TrainingJobStatus: "Failed",
      FailureReason: expect.stringContaining("ClientError: Manifest s3://bucket/in/bad.manifest must be a JSON array"),
    });
    expect(await train("lost-manifest", {}, channel("lost.manifest"))).toMatchObject({
      FailureReason: expect.stringMatching(
        /^ClientError: Data download failed: s3:\/\/bucket\/train\/z\.txt: NoSuchKey/u,
      ),
    });
  });

  it("hands over an augmented manifest and the objects that it refers to", async () => {
    await local.put(
      "in/augmented.manifest",
      [
        '{"source-ref":"s3://bucket/train/a.txt","label":1}',
        '{"source-ref":"s3://bucket/train/b/c.txt","label":0}',
        "",
      ].join("\r\n"),
    );
    const S3DataSource = {
      S3DataType: "AugmentedManifestFile",
      S3Uri: "s3://bucket/in/augmented.manifest",
      AttributeNames: ["source-ref", "label"],
    };
    const channel = {
      ChannelName: "train",
      InputMode: "Pipe",
      RecordWrapperType: "RecordIO",
      DataSource: { S3DataSource },
    };
    expect(await train("augmented", {}, { InputDataConfig: [channel] })).toMatchObject({
      TrainingJobStatus: "Completed",
    });
    const processed = local.logs.messages(group, "augmented/").filter((line) => line.startsWith("Processing"));
    expect(processed.map((line) => line.replace(/^.*File size: /u, ""))).toEqual(["106 B", "8 B", "6 B"]);
    await local.put("in/augmented.manifest", '{"source-ref":"a.txt","label":1}\n');
    expect(await train("augmented-wrong", {}, { InputDataConfig: [channel] })).toMatchObject({
      FailureReason:
        'ClientError: Augmented manifest s3://bucket/in/augmented.manifest, line 1: attribute "source-ref" must be an S3 URI',
    });
    const { AttributeNames: _, ...without } = S3DataSource;
    const InputDataConfig = [{ ...channel, DataSource: { S3DataSource: without } }];
    expect((await refusalOf({ InputDataConfig })).message).toContain("AttributeNames are required");
  });

  it("shows everything that was asked for", async () => {
    const asked = {
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
      CheckpointConfig: { S3Uri: "s3://bucket/ckpt", LocalPath: "/opt/ml/ck" },
      Environment: { A: "b" },
      ExperimentConfig: { ExperimentName: "e", TrialName: "t" },
      RetryStrategy: { MaximumRetryAttempts: 3 },
      DebugHookConfig: { S3OutputPath: "s3://bucket/", CollectionConfigurations: [] },
      ProfilerConfig: { DisableProfiler: true },
    };
    expect(await train("everything", {}, { ...asked, Tags: [{ Key: "team", Value: "a" }] })).toMatchObject({
      ...asked,
      TrainingJobStatus: "Completed",
      ProfilingStatus: "Disabled",
    });
    expect((await refusalOf({ ...asked, StoppingCondition: { MaxRuntimeInSeconds: 3600 } })).message).toBe(
      "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds",
    );
  });

  it("refuses a name that is taken", async () => {
    const error = await local.call("CreateTrainingJob", trainingRequest("complete")).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "ResourceInUse",
      message:
        "Training job names must be unique within an AWS account and region, and a training job with this name already exists " +
        "(arn:aws:sagemaker:us-east-1:123456789012:training-job/complete)",
    });
  });

  it("gives a name to one of two jobs that ask at the same moment", async () => {
    const results = await Promise.allSettled(
      [1, 2].map(() => local.call("CreateTrainingJob", trainingRequest("twice"))),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await finished("twice");
  });

  it("refuses an input without objects in the words of the service", async () => {
    const { InputDataConfig } = trainingRequest("x", {}, "nothing/here");
    expect(await refusalOf({ InputDataConfig })).toEqual({
      code: "ValidationException",
      message:
        'No S3 objects found under S3 URL "s3://bucket/nothing/here" given in input data source. Please ensure that the bucket ' +
        "exists in the selected region (us-east-1), that objects exist under that S3 prefix, and that the role " +
        `"${roleArn}" has "s3:ListBucket" permissions on bucket "bucket".`,
    });
  });

  it("says honestly what local mode cannot do", async () => {
    const AlgorithmSpecification = {
      TrainingImage: "1.dkr.ecr.us-east-1.amazonaws.com/xgboost:1",
      TrainingInputMode: "File",
    };
    expect((await refusalOf({ AlgorithmSpecification })).message).toMatch(
      /^\[local mode\] The image 1\.dkr\.ecr\.us-east-1\.amazonaws\.com\/xgboost:1 cannot be trained locally\. Supported are the images of: .*line-counter\.$/u,
    );
    const ResourceConfig = { InstanceType: "ml.c5.xlarge", InstanceCount: 2, VolumeSizeInGB: 30 };
    expect((await refusalOf({ ResourceConfig })).message).toBe("[local mode] line-counter runs on one instance only.");
    expect((await refusalOf({ OutputDataConfig: { S3OutputPath: "s3://nowhere/out" } })).message).toBe(
      '[local mode] The bucket "nowhere" of OutputDataConfig.S3OutputPath does not exist in the local S3; create it first.',
    );
  });

  it("creates no job when it refuses", async () => {
    await expect(describeJob("refused")).rejects.toMatchObject({ message: "Requested resource not found." });
  });

  it("warns about a mistyped member, and ignores it like the service", async () => {
    await train("mistyped", {}, { Hyperparameters: { epochs: "1" } });
    expect(local.warnings).toContain(
      "CreateTrainingJob: unknown member hyperparameters is ignored; did you mean HyperParameters?",
    );
  });
});

describe("a training job that fails", () => {
  it.each([
    ["client-error", "ClientError: the label is missing in line 3, exit code: 2"],
    ["algorithm-error", "AlgorithmError: the matrix is singular, exit code: 1"],
    ["throw", "AlgorithmError: x is not a function, exit code: 1"],
    ["crash", "InternalServerError: The training of the local service broke off: the worker failed: out of the blue"],
    ["exit", "InternalServerError: The training of the local service broke off: the worker exited with code 3"],
  ])("by %s says so", async (end, reason) => {
    const job = await train(`fails-by-${end}`, { end });
    expect(job).toMatchObject({ TrainingJobStatus: "Failed", SecondaryStatus: "Failed", FailureReason: reason });
    expect(job).not.toHaveProperty("ModelArtifacts");
    expect(job.SecondaryStatusTransitions.at(-1)).toMatchObject({
      Status: "Failed",
      StatusMessage: "Training job failed",
    });
    expect(local.logs.messages(group, `fails-by-${end}/`)).toContain("Number of lines:  3");
  });

  it("because its hyperparameters are wrong has the container's words in reason and log", async () => {
    const fault = "The value 'x' is not valid for the 'wrong' hyperparameter";
    expect(await train("wrong", { wrong: "x" })).toMatchObject({
      FailureReason: `ClientError: ${fault}, exit code: 2`,
    });
    expect(local.logs.messages(group, "wrong/")).toEqual([`Customer Error: ${fault}`]);
  });
});

describe("StopTrainingJob", () => {
  it("keeps what the engine has left in its model folder", async () => {
    await local.call("CreateTrainingJob", trainingRequest("to-stop", { end: "wait" }));
    await running("to-stop");
    expect(await local.call("StopTrainingJob", { TrainingJobName: "to-stop" })).toEqual({});
    const job = await finished("to-stop");
    expect(job).toMatchObject({
      TrainingJobStatus: "Stopped",
      SecondaryStatus: "Stopped",
      ModelArtifacts: { S3ModelArtifacts: "s3://bucket/out/to-stop/output/model.tar.gz" },
    });
    expect(job.SecondaryStatusTransitions.map(({ Status }) => Status)).toEqual([
      ...["Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"],
    ]);
    expect(await local.objects.head("bucket", "out/to-stop/output/model.tar.gz")).toBeDefined();
  });

  it("ends an engine that does not listen when its grace is over", async () => {
    await local.call("CreateTrainingJob", trainingRequest("deaf", { end: "deaf" }));
    await running("deaf");
    await local.call("StopTrainingJob", { TrainingJobName: "deaf" });
    expect(await describeJob("deaf")).toMatchObject({ TrainingJobStatus: "Stopping", SecondaryStatus: "Stopping" });
    expect(await finished("deaf")).toMatchObject({ TrainingJobStatus: "Stopped" });
  });

  it("stops a job that has not begun to train", async () => {
    await local.call("CreateTrainingJob", trainingRequest("early"));
    await local.call("StopTrainingJob", { TrainingJobName: "early" });
    const job = await finished("early");
    expect(job).toMatchObject({ TrainingJobStatus: "Stopped" });
    expect(job).not.toHaveProperty("ModelArtifacts");
  });

  it("refuses a job that is over", async () => {
    await expect(local.call("StopTrainingJob", { TrainingJobName: "complete" })).rejects.toMatchObject({
      code: "ValidationException",
      message: "The request was rejected because the training job is in status Completed.",
    });
  });

  it("answers for a job that does not exist like Describe", async () => {
    for (const operation of ["StopTrainingJob", "DescribeTrainingJob", "DeleteTrainingJob"]) {
      await expect(local.call(operation, { TrainingJobName: "nobody" })).rejects.toMatchObject({
        code: "ValidationException",
        message: "Requested resource not found.",
      });
    }
  });
});

describe("MaxRuntimeInSeconds", () => {
  it("ends the job as stopped, with its artefacts", async () => {
    const job = await train("too-long", { end: "wait" }, { StoppingCondition: { MaxRuntimeInSeconds: 1 } });
    expect(job).toMatchObject({
      TrainingJobStatus: "Stopped",
      SecondaryStatus: "MaxRuntimeExceeded",
      ModelArtifacts: { S3ModelArtifacts: "s3://bucket/out/too-long/output/model.tar.gz" },
    });
  });
});

describe("DeleteTrainingJob", () => {
  it("removes a finished job and frees its name", async () => {
    await train("to-delete");
    await local.call("DeleteTrainingJob", { TrainingJobName: "to-delete" });
    await expect(describeJob("to-delete")).rejects.toThrow("Requested resource not found.");
    expect(await train("to-delete")).toMatchObject({ TrainingJobStatus: "Completed" });
  });
});

describe("ListTrainingJobs", () => {
  it("pages through all jobs in the order asked for", async () => {
    const names: string[] = [];
    let token: unknown;
    do {
      const page = await local.call("ListTrainingJobs", {
        ...{ MaxResults: 3, SortBy: "Name", SortOrder: "Descending", NameContains: "FAILS-by" },
        ...(token === undefined ? {} : { NextToken: token }),
      });
      const summaries = page["TrainingJobSummaries"] as { TrainingJobName: string; TrainingJobStatus: string }[];
      expect(summaries.length).toBeLessThanOrEqual(3);
      expect(new Set(summaries.map(({ TrainingJobStatus }) => TrainingJobStatus))).toEqual(new Set(["Failed"]));
      names.push(...summaries.map(({ TrainingJobName }) => TrainingJobName));
      token = page["NextToken"];
    } while (token !== undefined);
    const kinds = ["throw", "exit", "crash", "client-error", "algorithm-error"];
    expect(names).toEqual(kinds.map((kind) => `fails-by-${kind}`));
  });

  it("filters by status and time", async () => {
    const stopped = await local.call("ListTrainingJobs", {
      StatusEquals: "Stopped",
      SortBy: "Name",
      NameContains: "dea",
    });
    expect(stopped["TrainingJobSummaries"]).toMatchObject([{ TrainingJobName: "deaf", SecondaryStatus: "Stopped" }]);
    expect(await local.call("ListTrainingJobs", { CreationTimeAfter: Date.now() / 1000 + 60 })).toEqual({
      TrainingJobSummaries: [],
    });
  });

  it("refuses a token it did not give out", async () => {
    await expect(local.call("ListTrainingJobs", { NextToken: "x" })).rejects.toMatchObject({
      code: "ValidationException",
      message: 'Invalid pagination token because "{0}".',
    });
  });
});
