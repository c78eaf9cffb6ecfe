import { CloudWatchLogsClient, DescribeLogStreamsCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  CreateTransformJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  ResourceInUse,
  SageMakerClient,
  waitUntilEndpointInService,
  waitUntilTrainingJobCompletedOrStopped,
  waitUntilTransformJobCompletedOrStopped,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/internal/random.js";
import { LocalSageMaker } from "../../../src/local/local-sagemaker.js";

const image = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1";
const name = "blazingtext-2026-08-12-10-00-00-000";

let local: LocalSageMaker;
let sagemaker: SageMakerClient;
let runtime: SageMakerRuntimeClient;
let s3: S3Client;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  local = await LocalSageMaker.create({ root: "temporary" });
  sagemaker = new SageMakerClient(local.clientSettings);
  runtime = new SageMakerRuntimeClient(local.clientSettings);
  s3 = new S3Client(local.clientSettings);
  logs = new CloudWatchLogsClient(local.clientSettings);
  await s3.send(new CreateBucketCommand({ Bucket: "bkt" }));
  await put("train/reviews.txt", sentences(1, 400));
  await put("val/reviews.txt", sentences(2, 100));
});

afterAll(async () => {
  for (const client of [sagemaker, runtime, s3, logs]) client.destroy();
  await local.close();
});

async function put(key: string, text: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: "bkt", Key: key, Body: text }));
}

/** Labelled sentences in which one word in three tells the label. */
function sentences(seed: number, count: number): string {
  const random = seededRandom(seed);
  const words = { positive: ["good", "great", "fine"], negative: ["bad", "poor", "awful"] };
  return Array.from({ length: count }, (_, index) => {
    const label = index % 2 === 0 ? "positive" : "negative";
    const word = (list: readonly string[]): string => list[random.nextInt(list.length)] ?? "";
    const neutral = ["the", "plot", "was", "music", "and", "film"];
    return `__label__${label} ${word(neutral)} ${word(words[label])} ${word(neutral)} ${word(words[label])}\n`;
  }).join("");
}

const waiting = <T extends object>(client: T) => ({ client, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.1 });

// The bodies below are those that the Python SDK sends for the same steps.
describe("the AWS SDK against the local service", () => {
  it("trains BlazingText", async () => {
    const channel = (ChannelName: string, S3Uri: string, ContentType?: string) => ({
      DataSource: {
        S3DataSource: { S3DataType: "S3Prefix" as const, S3Uri, S3DataDistributionType: "FullyReplicated" as const },
      },
      ChannelName,
      ...(ContentType ? { ContentType } : {}),
    });
    await sagemaker.send(
      new CreateTrainingJobCommand({
        AlgorithmSpecification: { TrainingInputMode: "File", TrainingImage: image },
        OutputDataConfig: { S3OutputPath: "s3://bkt/out/" },
        TrainingJobName: name,
        StoppingCondition: { MaxRuntimeInSeconds: 86400 },
        ResourceConfig: { VolumeSizeInGB: 30, InstanceCount: 1, InstanceType: "ml.c5.2xlarge" },
        RoleArn: local.roleArn,
        InputDataConfig: [channel("train", "s3://bkt/train", "text/plain"), channel("validation", "s3://bkt/val")],
        HyperParameters: { mode: "supervised", epochs: "10", learning_rate: "0.05", min_count: "1" },
        DebugHookConfig: { S3OutputPath: "s3://bkt/", CollectionConfigurations: [] },
        ProfilerConfig: { S3OutputPath: "s3://bkt/", DisableProfiler: false },
      }),
    );
    await waitUntilTrainingJobCompletedOrStopped(waiting(sagemaker), { TrainingJobName: name });
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    expect(job.FailureReason).toBeUndefined();
    expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`s3://bkt/out/${name}/output/model.tar.gz`);
    expect(job.SecondaryStatusTransitions?.[0]?.StartTime).toBeInstanceOf(Date);
    const metrics = new Map(job.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value]));
    expect(metrics.get("train:accuracy")).toBe(1);
    expect(metrics.get("validation:accuracy")).toBe(1);
  });

  it("reads the job's log", async () => {
    const logGroupName = "/aws/sagemaker/TrainingJobs";
    const { logStreams } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: `${name}/` }),
    );
    expect(logStreams).toMatchObject([{ logStreamName: expect.stringMatching(/\/algo-1-\d{10}$/u) }]);
    const logStreamName = logStreams?.[0]?.logStreamName;
    const { events } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }));
    const messages = events?.map(({ message }) => message);
    expect(messages?.[0]).toBe("Arguments: train");
    expect(messages).toContain("#validation_accuracy: 1.0000");
  });

  it("deploys the model and asks it", async () => {
    await sagemaker.send(
      new CreateModelCommand({
        ModelName: name,
        ExecutionRoleArn: local.roleArn,
        PrimaryContainer: { Image: image, Environment: {}, ModelDataUrl: `s3://bkt/out/${name}/output/model.tar.gz` },
      }),
    );
    await sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: [
          {
            ...{ VariantName: "AllTraffic", ModelName: name },
            ...{ InitialVariantWeight: 1, InitialInstanceCount: 1, InstanceType: "ml.m5.large" },
          },
        ],
      }),
    );
    await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name, Tags: [] }));
    await waitUntilEndpointInService(waiting(sagemaker), { EndpointName: name });
    const { Body, ContentType, InvokedProductionVariant } = await runtime.send(
      new InvokeEndpointCommand({
        ...{ EndpointName: name, ContentType: "application/json", Accept: "application/json" },
        Body: JSON.stringify({ instances: ["great film", "awful plot"], configuration: { k: 1 } }),
      }),
    );
    expect([ContentType, InvokedProductionVariant]).toEqual(["application/json", "AllTraffic"]);
    const answers = JSON.parse(Body.transformToString()) as { label: string[]; prob: number[] }[];
    expect(answers.map(({ label }) => label)).toEqual([["__label__positive"], ["__label__negative"]]);
  });

  it("sees the container's refusal as a ModelError", async () => {
    const refusal = await runtime
      .send(new InvokeEndpointCommand({ EndpointName: name, ContentType: "image/png", Body: "x" }))
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ModelError);
    expect(refusal).toMatchObject({
      OriginalStatusCode: 415,
      LogStreamArn: `arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/${name}`,
      message: expect.stringContaining("Received client error (415) from primary with message"),
    });
  });

  it("transforms a batch", async () => {
    const lines = Array.from({ length: 300 }, (_, index) =>
      JSON.stringify({ source: index % 3 === 0 ? "a fine film" : "a bad film" }),
    );
    await put("batch/reviews.jsonl", `${lines.join("\n")}\n`);
    await sagemaker.send(
      new CreateTransformJobCommand({
        TransformJobName: name,
        ModelName: name,
        TransformInput: {
          DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/batch/" } },
          ...{ ContentType: "application/jsonlines", SplitType: "Line" },
        },
        TransformOutput: { S3OutputPath: `s3://bkt/${name}`, AssembleWith: "Line", Accept: "application/jsonlines" },
        TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
        BatchStrategy: "SingleRecord",
      }),
    );
    await waitUntilTransformJobCompletedOrStopped(waiting(sagemaker), { TransformJobName: name });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: "bkt", Prefix: `${name}/` }));
    expect(Contents?.map(({ Key }) => Key)).toEqual([`${name}/reviews.jsonl.out`]);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "bkt", Key: `${name}/reviews.jsonl.out` }));
    const output = (await Body?.transformToString())?.trimEnd().split("\n") ?? [];
    expect(output.map((line) => (JSON.parse(line) as { label: string[] }).label[0])).toEqual(
      lines.map((_, index) => (index % 3 === 0 ? "__label__positive" : "__label__negative")),
    );
  });

  it("gets the service's errors as the client's own classes", async () => {
    const again = { AlgorithmSpecification: { TrainingInputMode: "File" as const, TrainingImage: image } };
    const request = {
      ...again,
      TrainingJobName: name,
      OutputDataConfig: { S3OutputPath: "s3://bkt/out/" },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      ResourceConfig: { VolumeSizeInGB: 30, InstanceCount: 1, InstanceType: "ml.c5.2xlarge" as const },
      RoleArn: local.roleArn,
    };
    await expect(sagemaker.send(new CreateTrainingJobCommand(request))).rejects.toBeInstanceOf(ResourceInUse);
    await expect(
      sagemaker.send(new CreateTrainingJobCommand({ ...request, TrainingJobName: "a_b" })),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(/^1 validation error detected: Value 'a_b' at 'trainingJobName' /u),
    });
    const numbers = { ...request, TrainingJobName: "numbers", HyperParameters: { epochs: 10 } } as never;
    await expect(sagemaker.send(new CreateTrainingJobCommand(numbers))).rejects.toMatchObject({
      name: "SerializationException",
    });
    const { TrainingJobSummaries } = await sagemaker.send(new ListTrainingJobsCommand({}));
    expect(TrainingJobSummaries).toMatchObject([{ TrainingJobName: name, TrainingJobStatus: "Completed" }]);
  });
});
