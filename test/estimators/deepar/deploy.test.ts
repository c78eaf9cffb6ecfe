import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTransformJobCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
} from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CategoryEncoder } from "../../../src/datasets/index.js";
import { DeepAR, DeepARPredictor } from "../../../src/estimators/index.js";
import { LabelIndex } from "../../../src/formats/index.js";
import { completedJob, goldenSession, mockAws, ROLE } from "../support.js";
import { messagesOf } from "./support.js";

const IMAGE = "156387875391.dkr.ecr.us-west-2.amazonaws.com/forecasting-deepar:1";
const categoryEncoder = new CategoryEncoder({ town: new LabelIndex(["east", "north"]) });

let aws: ReturnType<typeof mockAws>;
beforeEach(() => {
  aws = mockAws();
  vi.useFakeTimers({ now: new Date("2026-08-12T10:00:00.000Z"), toFake: ["Date"] });
  aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
    completedJob("da-job", {
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: "File" },
      RoleArn: ROLE,
      HyperParameters: {
        time_freq: "H",
        prediction_length: "24",
        context_length: "24",
        epochs: "5",
        cardinality: "[2]",
      },
      OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
    }),
  );
  for (const command of [CreateModelCommand, CreateEndpointConfigCommand, CreateEndpointCommand]) {
    aws.sagemaker.on(command as typeof CreateModelCommand).resolves({});
  }
  aws.sagemaker.on(CreateTransformJobCommand).resolves({});
  aws.sagemaker.on(ListTagsCommand).resolves({ Tags: [] });
  aws.sagemaker.on(DescribeEndpointCommand).resolves({
    EndpointName: "da-ep",
    EndpointArn: "arn",
    EndpointStatus: "InService",
    EndpointConfigName: "da-ep",
    CreationTime: new Date(0),
    LastModifiedTime: new Date(0),
  });
});
afterEach(() => aws.restore());

const attach = (): Promise<DeepAR> => DeepAR.attach("da-job", { session: goldenSession(), categoryEncoder });
const sent = (command: unknown): unknown[] =>
  aws.sagemaker.commandCalls(command as typeof CreateModelCommand).map((call) => call.args[0].input);

const PRIMARY = { Image: IMAGE, Environment: {}, ModelDataUrl: "s3://bkt/out/da-job/output/model.tar.gz" };

describe("DeepAR.deploy", () => {
  it("sends the golden requests, and the predictor knows what the model expects", async () => {
    const predictor = await (await attach()).deploy({
      initialInstanceCount: 1,
      instanceType: "ml.m5.large",
      endpointName: "da-ep",
      modelName: "da-model",
      environment: { MODEL_SERVER_WORKERS: "2" },
      concurrency: 2,
    });
    expect(sent(CreateModelCommand)).toEqual([
      {
        ModelName: "da-model",
        ExecutionRoleArn: ROLE,
        PrimaryContainer: { ...PRIMARY, Environment: { MODEL_SERVER_WORKERS: "2" } },
      },
    ]);
    expect(sent(CreateEndpointConfigCommand)).toEqual([
      {
        EndpointConfigName: "da-ep",
        ProductionVariants: [
          {
            VariantName: "AllTraffic",
            ModelName: "da-model",
            InitialVariantWeight: 1,
            InitialInstanceCount: 1,
            InstanceType: "ml.m5.large",
          },
        ],
      },
    ]);
    expect(sent(CreateEndpointCommand)).toEqual([{ EndpointName: "da-ep", EndpointConfigName: "da-ep" }]);
    expect(predictor).toBeInstanceOf(DeepARPredictor);
    expect(predictor.modelCard).toEqual({
      frequency: "H",
      predictionLength: 24,
      cardinality: [2],
      dynamicFeatures: undefined,
      categoryEncoder,
    });
  });

  it.each(["ml.g4dn.xlarge", "ml.p3.2xlarge", "ml.inf1.xlarge"])("refuses %s before anything is made", async (type) => {
    const estimator = await attach();
    const work = () => estimator.deploy({ initialInstanceCount: 1, instanceType: type as never });
    expect(await messagesOf(work)).toEqual([expect.stringContaining("DeepAR forecasts on CPU instances only")]);
    expect(sent(CreateModelCommand)).toEqual([]);
  });
});

describe("DeepAR.transformer", () => {
  it("creates the model when the first transform starts, with the settings that work", async () => {
    const transformer = (await attach()).transformer({
      instanceCount: 1,
      instanceType: "ml.m5.large",
      outputPath: "s3://bkt/forecasts",
      inference: { quantiles: [0.5] },
    });
    expect(transformer.modelCard).toMatchObject({ predictionLength: 24 });
    expect(sent(CreateModelCommand)).toEqual([]);
    await transformer.transform("s3://bkt/in/", { wait: false, jobName: "job" });
    const ModelName = "da-job-2026-08-12-10-00-00-000";
    expect(sent(CreateModelCommand)).toEqual([{ ModelName, ExecutionRoleArn: ROLE, PrimaryContainer: PRIMARY }]);
    expect(sent(CreateTransformJobCommand)).toEqual([
      expect.objectContaining({
        ModelName,
        BatchStrategy: "SingleRecord",
        Environment: { DEEPAR_INFERENCE_CONFIG: '{"quantiles":["0.5"]}' },
      }),
    ]);
  });
});
