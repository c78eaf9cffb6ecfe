import { describe, expect, it } from "vitest";
import { RequestValidator, sagemakerRequests } from "../../../src/local/model/index.js";

const validator = new RequestValidator(sagemakerRequests);
const role = "arn:aws:iam::111122223333:role/SageMakerRole";
const ecr = "433757028032.dkr.ecr.us-west-2.amazonaws.com";

/** Request bodies that the Python SDK 2.257.6 sends, with every option set. */
const requests: readonly (readonly [string, string, Record<string, unknown>])[] = [
  [
    "CreateTrainingJob",
    "spot, checkpoints, VPC, keys, isolation, retries, warm pool, three data types",
    {
      AlgorithmSpecification: {
        TrainingInputMode: "Pipe",
        TrainingImage: `${ecr}/image-classification:1`,
        MetricDefinitions: [{ Name: "v", Regex: "x=(.*)" }],
        EnableSageMakerMetricsTimeSeries: true,
      },
      OutputDataConfig: { S3OutputPath: "s3://bkt/out", KmsKeyId: "ok" },
      TrainingJobName: "ic-job-1",
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
      ResourceConfig: {
        VolumeSizeInGB: 50,
        VolumeKmsKeyId: "vk",
        KeepAlivePeriodInSeconds: 600,
        InstanceCount: 2,
        InstanceType: "ml.p3.2xlarge",
      },
      RoleArn: role,
      InputDataConfig: [
        {
          DataSource: {
            S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/t.rec", S3DataDistributionType: "ShardedByS3Key" },
          },
          CompressionType: "None",
          ContentType: "application/x-recordio",
          RecordWrapperType: "RecordIO",
          InputMode: "Pipe",
          ShuffleConfig: { Seed: 1 },
          ChannelName: "train",
        },
        {
          DataSource: {
            S3DataSource: {
              S3DataType: "AugmentedManifestFile",
              S3Uri: "s3://bkt/v.manifest",
              S3DataDistributionType: "FullyReplicated",
              AttributeNames: ["source-ref", "class"],
            },
          },
          ContentType: "application/x-image",
          RecordWrapperType: "RecordIO",
          InputMode: "Pipe",
          ChannelName: "validation",
        },
      ],
      HyperParameters: { num_classes: "10", learning_rate: "1e-05", lst: "[1, 2]", d: "{'a': 1}" },
      Environment: { A: "b" },
      Tags: [{ Key: "team", Value: "a" }],
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      ExperimentConfig: { ExperimentName: "e", TrialName: "t" },
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      EnableManagedSpotTraining: true,
      CheckpointConfig: { S3Uri: "s3://bkt/ckpt", LocalPath: "/opt/ml/ck" },
      ProfilerConfig: { DisableProfiler: true },
      RetryStrategy: { MaximumRetryAttempts: 3 },
    },
  ],
  [
    "CreateModel",
    "VPC and isolation",
    {
      ModelName: "my-ic-2026-08-12-10-00-00-000",
      ExecutionRoleArn: role,
      PrimaryContainer: {
        Image: `${ecr}/image-classification:1`,
        Environment: {},
        ModelDataUrl: "s3://bkt/out/model.tar.gz",
      },
      Tags: [{ Key: "x", Value: "y" }],
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      EnableNetworkIsolation: true,
    },
  ],
  [
    "CreateEndpointConfig",
    "data capture and timeouts",
    {
      EndpointConfigName: "ic-ep",
      ProductionVariants: [
        {
          VariantName: "AllTraffic",
          ModelName: "my-ic-2026-08-12-10-00-00-000",
          InitialVariantWeight: 1,
          InitialInstanceCount: 1,
          InstanceType: "ml.m5.large",
          VolumeSizeInGB: 20,
          ModelDataDownloadTimeoutInSeconds: 600,
          ContainerStartupHealthCheckTimeoutInSeconds: 700,
        },
      ],
      Tags: [{ Key: "x", Value: "y" }],
      KmsKeyId: "ek",
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: 20,
        DestinationS3Uri: "s3://sagemaker-us-west-2-111122223333/model-monitor/data-capture",
        CaptureOptions: [{ CaptureMode: "Input" }, { CaptureMode: "Output" }],
        CaptureContentTypeHeader: { CsvContentTypes: ["text/csv"], JsonContentTypes: ["application/json"] },
      },
    },
  ],
  [
    "CreateEndpointConfig",
    "serverless",
    {
      EndpointConfigName: "serverless",
      ProductionVariants: [
        {
          VariantName: "AllTraffic",
          ModelName: "m",
          InitialVariantWeight: 1,
          ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 },
        },
      ],
    },
  ],
  ["CreateEndpoint", "without tags", { EndpointName: "ic-ep", EndpointConfigName: "ic-ep", Tags: [] }],
  [
    "CreateTransformJob",
    "everything set",
    {
      TransformJobName: "blazingtext-2026-08-12-10-00-00-001",
      ModelName: "m",
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType: "ManifestFile", S3Uri: "s3://b/in" } },
        CompressionType: "Gzip",
      },
      TransformOutput: { S3OutputPath: "s3://bkt/out", KmsKeyId: "ok" },
      TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large", VolumeKmsKeyId: "vk" },
      MaxConcurrentTransforms: 2,
      MaxPayloadInMB: 1,
      Environment: { A: "b" },
      Tags: [{ Key: "k", Value: "v" }],
      DataProcessing: { InputFilter: "$.x", OutputFilter: "$.y", JoinSource: "Input" },
      ExperimentConfig: { ExperimentName: "e" },
      ModelClientConfig: { InvocationsTimeoutInSeconds: 60 },
    },
  ],
];

describe("the request model", () => {
  it.each(requests)("knows every member of a %s of the Python SDK: %s", (operation, _, request) => {
    const unknown: string[] = [];
    const known = validator.validate(operation, request, { onUnknownMember: (path) => unknown.push(path) });
    expect(unknown).toEqual([]);
    expect(known).toEqual(request);
  });
});
