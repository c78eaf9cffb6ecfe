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
import { ImageClassification, ImageClassificationPredictor } from "../../../src/estimators/index.js";
import { completedJob, goldenSession, mockAws, ROLE } from "../support.js";

const JOB = "ic-job-1";
const IMAGE = "433757028032.dkr.ecr.us-west-2.amazonaws.com/image-classification:1";
const MODEL_NAME = "ic-job-1-2026-08-12-10-00-00-000";
const classNames = ["zero", "one"];

let aws: ReturnType<typeof mockAws>;
beforeEach(() => {
  aws = mockAws();
  vi.useFakeTimers({ now: new Date("2026-08-12T10:00:00.000Z"), toFake: ["Date"] });
  aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
    completedJob(JOB, {
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: "Pipe" },
      RoleArn: ROLE,
      HyperParameters: { num_classes: "2", num_training_samples: "1000" },
      OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      EnableNetworkIsolation: true,
    }),
  );
  for (const command of [CreateModelCommand, CreateEndpointConfigCommand, CreateEndpointCommand]) {
    aws.sagemaker.on(command as typeof CreateModelCommand).resolves({});
  }
  aws.sagemaker.on(CreateTransformJobCommand).resolves({});
  aws.sagemaker.on(ListTagsCommand).resolves({ Tags: [{ Key: "team", Value: "a" }] });
  aws.sagemaker.on(DescribeEndpointCommand).resolves({
    EndpointName: "ic-ep",
    EndpointArn: "arn",
    EndpointStatus: "InService",
    EndpointConfigName: "ic-ep",
    CreationTime: new Date(0),
    LastModifiedTime: new Date(0),
  });
});
afterEach(() => aws.restore());

const attach = (): Promise<ImageClassification> =>
  ImageClassification.attach(JOB, { session: goldenSession(), classNames });
const sent = (command: unknown): unknown[] =>
  aws.sagemaker.commandCalls(command as typeof CreateModelCommand).map((call) => call.args[0].input);

const MODEL = {
  ExecutionRoleArn: ROLE,
  PrimaryContainer: {
    Image: IMAGE,
    Environment: {},
    ModelDataUrl: "s3://bkt/out/ic-job-1/output/model.tar.gz",
  },
  VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
  EnableNetworkIsolation: true,
};

describe("ImageClassification.deploy", () => {
  it("sends the golden requests of model, configuration and endpoint, and hands the class names on", async () => {
    const predictor = await (await attach()).deploy({
      initialInstanceCount: 1,
      instanceType: "ml.m5.large",
      endpointName: "ic-ep",
      modelName: "ic-model",
      kmsKey: "ek",
      tags: { x: "y" },
      dataCapture: {},
      volumeSizeGb: 20,
      modelDataDownloadTimeoutSeconds: 600,
      containerStartupHealthCheckTimeoutSeconds: 700,
    });
    expect(predictor).toBeInstanceOf(ImageClassificationPredictor);
    expect(predictor.endpointName).toBe("ic-ep");
    expect(predictor.classNames).toEqual(classNames);

    const Tags = [{ Key: "x", Value: "y" }];
    expect(sent(CreateModelCommand)).toEqual([{ ModelName: "ic-model", ...MODEL, Tags }]);
    expect(sent(CreateEndpointConfigCommand)).toEqual([
      {
        EndpointConfigName: "ic-ep",
        ProductionVariants: [
          {
            VariantName: "AllTraffic",
            ModelName: "ic-model",
            InitialVariantWeight: 1,
            InitialInstanceCount: 1,
            InstanceType: "ml.m5.large",
            VolumeSizeInGB: 20,
            ModelDataDownloadTimeoutInSeconds: 600,
            ContainerStartupHealthCheckTimeoutInSeconds: 700,
          },
        ],
        Tags,
        KmsKeyId: "ek",
        DataCaptureConfig: {
          EnableCapture: true,
          InitialSamplingPercentage: 20,
          DestinationS3Uri: "s3://sagemaker-us-west-2-111122223333/model-monitor/data-capture",
          CaptureOptions: [{ CaptureMode: "Input" }, { CaptureMode: "Output" }],
          CaptureContentTypeHeader: { CsvContentTypes: ["text/csv"], JsonContentTypes: ["application/json"] },
        },
      },
    ]);
    expect(sent(CreateEndpointCommand)).toEqual([{ EndpointName: "ic-ep", EndpointConfigName: "ic-ep", Tags }]);
  });
});

describe("ImageClassification.transformer", () => {
  it("sends nothing until the first transform, then the model and the job, and knows the class names", async () => {
    const transformer = (await attach()).transformer({
      instanceCount: 1,
      instanceType: "ml.m5.large",
      outputPath: "s3://bkt/answers",
    });
    expect(transformer.classNames).toEqual(classNames);
    expect(sent(CreateModelCommand)).toEqual([]);
    await transformer.transform("s3://bkt/test/", { wait: false });
    expect(sent(CreateModelCommand)).toEqual([{ ModelName: MODEL_NAME, ...MODEL }]);
    expect(sent(CreateTransformJobCommand)).toEqual([
      {
        TransformJobName: MODEL_NAME,
        ModelName: MODEL_NAME,
        TransformInput: {
          DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/test/" } },
          ContentType: "application/x-image",
          SplitType: "None",
        },
        TransformOutput: { S3OutputPath: "s3://bkt/answers" },
        TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
        BatchStrategy: "SingleRecord",
        MaxPayloadInMB: 6,
      },
    ]);
  });
});
