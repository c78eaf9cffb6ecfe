import { CreateTrainingJobCommand, DescribeTrainingJobCommand, ListTagsCommand } from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JobError, ValidationError } from "../../src/errors/index.js";
import { Estimator, type EstimatorOptions } from "../../src/estimators/index.js";
import { TrainingInput } from "../../src/inputs/index.js";
import { completedJob, goldenSession, IMAGE, mockAws, REGION, ROLE } from "./support.js";

let aws: ReturnType<typeof mockAws>;
beforeEach(() => {
  aws = mockAws();
  vi.useFakeTimers({ now: new Date("2026-08-12T10:00:00.000Z"), toFake: ["Date"] });
});
afterEach(() => aws.restore());

const estimator = (options: Partial<EstimatorOptions> = {}): Estimator =>
  new Estimator({ session: goldenSession(), imageUri: IMAGE, instanceType: "ml.c5.2xlarge", ...options });

function issuesOf(options: object): string[] {
  try {
    estimator(options);
  } catch (error) {
    if (ValidationError.is(error)) return error.issues.map((issue) => issue.message);
    throw error;
  }
  return [];
}

describe("Estimator.toRequest", () => {
  it("is, for a plain job, what the Python SDK sends without its debugger and profiler blocks", async () => {
    const request = await estimator({
      hyperparameters: { mode: "supervised", epochs: 10, learning_rate: 0.05, early_stopping: true },
    }).toRequest({
      train: new TrainingInput("s3://bkt/train", { contentType: "text/plain" }),
      validation: "s3://bkt/val",
    });

    expect(request).toEqual({
      AlgorithmSpecification: {
        TrainingInputMode: "File",
        TrainingImage: "433757028032.dkr.ecr.us-west-2.amazonaws.com/blazingtext:1",
      },
      OutputDataConfig: { S3OutputPath: "s3://sagemaker-us-west-2-111122223333/" },
      TrainingJobName: "blazingtext-2026-08-12-10-00-00-000",
      StoppingCondition: { MaxRuntimeInSeconds: 86400 },
      ResourceConfig: { VolumeSizeInGB: 30, InstanceCount: 1, InstanceType: "ml.c5.2xlarge" },
      RoleArn: "arn:aws:iam::111122223333:role/SageMakerRole",
      InputDataConfig: [
        {
          DataSource: {
            S3DataSource: {
              S3DataType: "S3Prefix",
              S3Uri: "s3://bkt/train",
              S3DataDistributionType: "FullyReplicated",
            },
          },
          ContentType: "text/plain",
          ChannelName: "train",
        },
        {
          DataSource: {
            S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/val", S3DataDistributionType: "FullyReplicated" },
          },
          ChannelName: "validation",
        },
      ],
      HyperParameters: { mode: "supervised", epochs: "10", learning_rate: "0.05", early_stopping: "True" },
    });
  });

  it("is, with every option, what the Python SDK sends", async () => {
    const request = await estimator({
      imageUri: "433757028032.dkr.ecr.us-west-2.amazonaws.com/image-classification:1",
      instanceCount: 2,
      instanceType: "ml.p3.2xlarge",
      inputMode: "Pipe",
      metricDefinitions: [{ name: "v", regex: "x=(.*)" }],
      enableSageMakerMetrics: true,
      outputPath: "s3://bkt/out",
      outputKmsKey: "ok",
      maxRuntimeSeconds: 3600,
      spot: { maxWaitSeconds: 7200 },
      volumeSizeGb: 50,
      volumeKmsKey: "vk",
      keepAliveSeconds: 600,
      modelUri: "s3://bkt/prev/model.tar.gz",
      hyperparameters: {
        num_classes: 10,
        num_training_samples: 1000,
        image_shape: "3,224,224",
        use_pretrained_model: 1,
        learning_rate: 1e-5,
        flag: true,
        lst: [1, 2],
      },
      environment: { A: "b" },
      tags: { team: "a", n: "1" },
      vpcConfig: { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
      enableNetworkIsolation: true,
      encryptInterContainerTraffic: true,
      checkpoint: { s3Uri: "s3://bkt/ckpt", localPath: "/opt/ml/ck" },
      maxRetryAttempts: 3,
    }).toRequest(
      {
        train: new TrainingInput("s3://bkt/t.rec", {
          distribution: "ShardedByS3Key",
          compression: "None",
          contentType: "application/x-recordio",
          recordWrapping: "RecordIO",
          inputMode: "Pipe",
          shuffleConfig: { seed: 1 },
        }),
        validation: new TrainingInput("s3://bkt/v.manifest", {
          s3DataType: "AugmentedManifestFile",
          attributeNames: ["source-ref", "class"],
          contentType: "application/x-image",
          recordWrapping: "RecordIO",
          inputMode: "Pipe",
        }),
      },
      { jobName: "ic-job-1", experimentConfig: { ExperimentName: "e", TrialName: "t" } },
    );

    expect(request).toEqual({
      AlgorithmSpecification: {
        TrainingInputMode: "Pipe",
        TrainingImage: "433757028032.dkr.ecr.us-west-2.amazonaws.com/image-classification:1",
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
      RoleArn: ROLE,
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
        {
          DataSource: {
            S3DataSource: {
              S3DataType: "S3Prefix",
              S3Uri: "s3://bkt/prev/model.tar.gz",
              S3DataDistributionType: "FullyReplicated",
            },
          },
          ContentType: "application/x-sagemaker-model",
          InputMode: "File",
          ChannelName: "model",
        },
      ],
      HyperParameters: {
        num_classes: "10",
        num_training_samples: "1000",
        image_shape: "3,224,224",
        use_pretrained_model: "1",
        learning_rate: "1e-05",
        flag: "True",
        lst: "[1, 2]",
      },
      Environment: { A: "b" },
      Tags: [
        { Key: "team", Value: "a" },
        { Key: "n", Value: "1" },
      ],
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      ExperimentConfig: { ExperimentName: "e", TrialName: "t" },
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      EnableManagedSpotTraining: true,
      CheckpointConfig: { S3Uri: "s3://bkt/ckpt", LocalPath: "/opt/ml/ck" },
      RetryStrategy: { MaximumRetryAttempts: 3 },
    });
  });

  it("sends a single input as the channel training, and no channel at all without inputs", async () => {
    const single = await estimator().toRequest("s3://bkt/data/");
    expect(single.InputDataConfig?.map((channel) => channel.ChannelName)).toEqual(["training"]);
    expect(await estimator().toRequest()).not.toHaveProperty("InputDataConfig");
  });

  it("leaves members out that are false or belong to a block that is off", async () => {
    const request = await estimator({
      enableNetworkIsolation: false,
      encryptInterContainerTraffic: false,
      tags: {},
    }).toRequest({ train: "s3://bkt/train/" });
    for (const member of [
      "EnableNetworkIsolation",
      "EnableInterContainerTrafficEncryption",
      "EnableManagedSpotTraining",
      "CheckpointConfig",
      "Tags",
      "DebugHookConfig",
      "ProfilerConfig",
    ]) {
      expect(request).not.toHaveProperty(member);
    }
    expect(request.StoppingCondition).toEqual({ MaxRuntimeInSeconds: 86400 });
  });

  it("takes the input mode channel by channel, whatever the job's is", async () => {
    const request = await estimator({ inputMode: "Pipe" }).toRequest({
      train: new TrainingInput("s3://bkt/train/", { inputMode: "FastFile" }),
      validation: "s3://bkt/validation/",
    });
    expect(request.AlgorithmSpecification.TrainingInputMode).toBe("Pipe");
    expect(request.InputDataConfig?.map(({ InputMode }) => InputMode)).toEqual(["FastFile", undefined]);
  });

  it("leaves the volume size to types whose only storage is a local disk", async () => {
    const request = await estimator({ instanceType: "ml.g5.xlarge" }).toRequest();
    expect(request.ResourceConfig).toEqual({ InstanceType: "ml.g5.xlarge", InstanceCount: 1 });
  });

  it("sends instance groups instead of type and count", async () => {
    const groups = [
      { name: "cpu", instanceType: "ml.c5.xlarge", instanceCount: 2 },
      { name: "gpu", instanceType: "ml.p3.2xlarge", instanceCount: 1 },
    ];
    const request = await estimator({ instanceType: undefined, instanceGroups: groups }).toRequest();
    expect(request.ResourceConfig).toEqual({
      InstanceGroups: [
        { InstanceGroupName: "cpu", InstanceType: "ml.c5.xlarge", InstanceCount: 2 },
        { InstanceGroupName: "gpu", InstanceType: "ml.p3.2xlarge", InstanceCount: 1 },
      ],
      VolumeSizeInGB: 30,
    });
  });

  it("puts the default bucket's prefix into the output path", async () => {
    const session = goldenSession({ defaultBucket: "data", defaultBucketPrefix: "team/a" });
    const request = await estimator({ session }).toRequest();
    expect(request.OutputDataConfig).toEqual({ S3OutputPath: "s3://data/team/a/" });
  });

  it("merges overrides last, and undefined removes a member", async () => {
    const request = await estimator({
      overrides: { StoppingCondition: { MaxPendingTimeInSeconds: 7200 }, MlflowConfig: { x: 1 }, RoleArn: undefined },
    }).toRequest();
    expect(request).toMatchObject({
      StoppingCondition: { MaxRuntimeInSeconds: 86400, MaxPendingTimeInSeconds: 7200 },
      MlflowConfig: { x: 1 },
    });
    expect(request).not.toHaveProperty("RoleArn");
  });

  it("refuses a channel that modelUri makes already", async () => {
    const made = estimator({ modelUri: "s3://bkt/model.tar.gz" });
    await expect(made.toRequest({ train: "s3://bkt/a/", model: "s3://bkt/b/" })).rejects.toThrow(
      '"model" is given twice',
    );
    expect((await made.toRequest({ train: "s3://bkt/a/" })).InputDataConfig).toHaveLength(2);
  });

  it("refuses a job name that the API refuses, and local files", async () => {
    await expect(estimator().toRequest(undefined, { jobName: "my_job" })).rejects.toThrow('for example "my-job"');
    await expect(estimator().toRequest({ train: "./train.txt" })).rejects.toThrow("upload");
  });
});

describe("Estimator constructor", () => {
  it("reports all faults together", () => {
    const found = issuesOf({
      imageUri: undefined,
      instanceType: "m5.large",
      instanceCount: 0,
      volumeSizeGb: 1.5,
      environment: { "1A": "x" },
      tags: { "aws:x": "y" },
      inputMode: "Files",
    });
    expect(found).toHaveLength(7);
    expect(found.join("\n")).toContain('did you mean "File"?');
  });

  it("answers names of the Python SDK with its own", () => {
    expect(issuesOf({ max_run: 60 })[0]).toContain("it is called maxRuntimeSeconds here");
    expect(issuesOf({ useSpotInstances: true })[0]).toContain("it is called spot: { maxWaitSeconds } here");
    expect(issuesOf({ train_instance_type: "ml.m5.large" })[0]).toContain("it is called instanceType here");
    expect(issuesOf({ output_path: "s3://bkt/" })[0]).toContain('did you mean "outputPath"?');
    expect(issuesOf({ hyperparameter: {} })[0]).toContain('did you mean "hyperparameters"?');
  });

  it("refuses spot limits that cannot work", () => {
    expect(issuesOf({ spot: { maxWaitSeconds: 3600 } })[0]).toContain("must not be below maxRuntimeSeconds (86400)");
    expect(issuesOf({ spot: {} })[0]).toContain("spot must be { maxWaitSeconds");
    expect(issuesOf({ spot: { maxWaitSeconds: 3600 }, maxRuntimeSeconds: 3600 })).toEqual([]);
  });

  it("wants subnets and security groups together", () => {
    expect(issuesOf({ vpcConfig: { subnets: ["subnet-1"] } })).toHaveLength(1);
    expect(issuesOf({ vpcConfig: { subnets: [], securityGroupIds: [] } })).toHaveLength(1);
  });

  it("keeps environment values out of messages", () => {
    expect(issuesOf({ environment: { PASSWORD: `secret${"x".repeat(600)}` } })[0]).not.toContain("secret");
  });

  it("refuses hyperparameters that have no text form", () => {
    expect(() => estimator({ hyperparameters: { a: null as never } })).toThrow(
      expect.objectContaining({ code: "INVALID_HYPERPARAMETERS" }),
    );
  });

  it("keeps a frozen copy of its options", () => {
    const hyperparameters = { epochs: 1 };
    const made = estimator({ hyperparameters });
    hyperparameters.epochs = 2;
    expect(made.options.hyperparameters).toEqual({ epochs: 1 });
    expect(Object.isFrozen(made.options) && Object.isFrozen(made.options.hyperparameters)).toBe(true);
  });
});

describe("Estimator.with", () => {
  it("gives a new estimator; hyperparameters are replaced one by one", () => {
    const first = estimator({ hyperparameters: { epochs: 1, depth: 3 }, maxRetryAttempts: 2 });
    const second = first.with({
      hyperparameters: { epochs: 5, depth: undefined as never },
      maxRetryAttempts: undefined,
    });
    expect(second.options.hyperparameters).toEqual({ epochs: 5 });
    expect(second.options).not.toHaveProperty("maxRetryAttempts");
    expect(first.options).toMatchObject({ hyperparameters: { epochs: 1, depth: 3 }, maxRetryAttempts: 2 });
  });
});

describe("Estimator.fit", () => {
  it("creates the job, waits for its end and remembers it", async () => {
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(completedJob("job-1"));
    const made = estimator({ role: ROLE });
    const job = await made.fit({ train: "s3://bkt/train/" }, { jobName: "job-1", logs: false });

    expect(job.name).toBe("job-1");
    expect(made.latestTrainingJob).toBe(job);
    expect((await job.result()).billableSeconds).toBe(148);
    expect(await made.modelData()).toBe("s3://bkt/out/job-1/output/model.tar.gz");
    const [create] = aws.sagemaker.commandCalls(CreateTrainingJobCommand);
    expect(create?.args[0].input).toEqual(await made.toRequest({ train: "s3://bkt/train/" }, { jobName: "job-1" }));
  });

  it("returns at once with wait: false", async () => {
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    await estimator().fit("s3://bkt/train/", { wait: false });
    expect(aws.sagemaker.commandCalls(DescribeTrainingJobCommand)).toHaveLength(0);
  });

  it("throws when the job failed, and keeps the job for questions", async () => {
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    aws.sagemaker
      .on(DescribeTrainingJobCommand)
      .resolves(completedJob("job-1", { TrainingJobStatus: "Failed", FailureReason: "ClientError: no data" }));
    const made = estimator();
    await expect(made.fit("s3://bkt/train/", { jobName: "job-1", logs: false })).rejects.toThrow(
      "ClientError: no data",
    );
    expect(made.latestTrainingJob?.name).toBe("job-1");
  });

  it("sends nothing when an option is misspelt or the signal is aborted", async () => {
    await expect(estimator().fit("s3://bkt/train/", { job_name: "a" } as never)).rejects.toThrow('"jobName"');
    const reason = new Error("enough");
    await expect(estimator().fit("s3://bkt/train/", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(aws.sagemaker.calls()).toHaveLength(0);
  });

  it("takes a later name when a generated one is taken, but never replaces a name that was given", async () => {
    const taken = Object.assign(new Error("Job name must be unique within an AWS account and region"), {
      name: "ResourceInUse",
    });
    aws.sagemaker.on(CreateTrainingJobCommand).rejectsOnce(taken).resolves({});
    vi.useRealTimers();
    const job = await estimator().fit("s3://bkt/train/", { wait: false });
    const names = aws.sagemaker
      .commandCalls(CreateTrainingJobCommand)
      .map((call) => call.args[0].input.TrainingJobName);
    expect(names).toHaveLength(2);
    expect(names[1]).toBe(job.name);
    expect(names[0]).not.toBe(names[1]);

    aws.sagemaker.on(CreateTrainingJobCommand).rejects(taken);
    await expect(estimator().fit("s3://bkt/train/", { wait: false, jobName: "mine" })).rejects.toThrow("is taken");
  });
});

describe("Estimator.modelData", () => {
  it("says that the job is not finished, instead of failing on a missing member", async () => {
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
      completedJob("job-1", {
        TrainingJobStatus: "InProgress",
        SecondaryStatus: "Training",
        ModelArtifacts: undefined,
      }),
    );
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    const made = estimator();
    await made.fit("s3://bkt/train/", { wait: false, jobName: "job-1" });
    await expect(made.modelData()).rejects.toSatisfy(
      (error) => JobError.is(error) && error.code === "JOB_NOT_FINISHED",
    );
  });

  it("asks for a job when there is none", async () => {
    await expect(estimator().modelData()).rejects.toThrow("call fit() first");
  });
});

describe("Estimator.attach", () => {
  const described = (members: Record<string, unknown> = {}) =>
    completedJob("ic-2026-08-12-10-00-00-000", {
      TrainingJobStatus: "InProgress",
      SecondaryStatus: "Training",
      ModelArtifacts: undefined,
      AlgorithmSpecification: {
        TrainingImage: "1.dkr.ecr.us-west-2.amazonaws.com/mine:2",
        TrainingInputMode: "Pipe",
        MetricDefinitions: [{ Name: "v", Regex: "x=(.*)" }],
        EnableSageMakerMetricsTimeSeries: false,
      },
      RoleArn: ROLE,
      HyperParameters: { epochs: "10", flag: "True" },
      OutputDataConfig: { S3OutputPath: "s3://bkt/out", KmsKeyId: "" },
      ResourceConfig: { InstanceCount: 2, InstanceType: "ml.p3.2xlarge", VolumeSizeInGB: 50, VolumeKmsKeyId: "vk" },
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
      EnableManagedSpotTraining: true,
      EnableNetworkIsolation: false,
      EnableInterContainerTrafficEncryption: false,
      CheckpointConfig: { S3Uri: "s3://bkt/ckpt" },
      Environment: { A: "b" },
      RetryStrategy: { MaximumRetryAttempts: 3 },
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      InputDataConfig: [
        { ChannelName: "model", DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/m.tar.gz" } } },
      ],
      ...members,
    });

  it("restores every option without waiting, all pages of the user's own tags included", async () => {
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(described());
    aws.sagemaker
      .on(ListTagsCommand)
      .resolvesOnce({ Tags: [{ Key: "aws:cloudformation:stack", Value: "x" }], NextToken: "2" })
      .resolvesOnce({ Tags: [{ Key: "my-aws:x", Value: "y" }] });
    const session = goldenSession();
    const attached = await Estimator.attach("ic-2026-08-12-10-00-00-000", { session });

    expect(attached.latestTrainingJob?.name).toBe("ic-2026-08-12-10-00-00-000");
    expect(attached.options).toEqual({
      session,
      role: ROLE,
      imageUri: "1.dkr.ecr.us-west-2.amazonaws.com/mine:2",
      instanceCount: 2,
      instanceType: "ml.p3.2xlarge",
      volumeSizeGb: 50,
      volumeKmsKey: "vk",
      maxRuntimeSeconds: 3600,
      spot: { maxWaitSeconds: 7200 },
      checkpoint: { s3Uri: "s3://bkt/ckpt" },
      maxRetryAttempts: 3,
      inputMode: "Pipe",
      outputPath: "s3://bkt/out",
      baseJobName: "ic",
      vpcConfig: { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
      environment: { A: "b" },
      tags: [{ Key: "my-aws:x", Value: "y" }],
      modelUri: "s3://bkt/m.tar.gz",
      modelChannelName: "model",
      enableSageMakerMetrics: false,
      hyperparameters: { epochs: "10", flag: "True" },
      metricDefinitions: [{ name: "v", regex: "x=(.*)" }],
    });
  });

  it("copes with a job that says little, and with tags that may not be listed", async () => {
    const warn = vi.fn();
    const session = goldenSession({ logger: { debug: warn, info: warn, warn, error: warn } });
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves({
      TrainingJobName: "job-1",
      TrainingJobArn: `arn:aws:sagemaker:${REGION}:1:training-job/job-1`,
      TrainingJobStatus: "Completed",
      SecondaryStatus: "Completed",
      CreationTime: new Date(0),
      AlgorithmSpecification: { TrainingImage: "mine:1", TrainingInputMode: "File" },
      ResourceConfig: {
        InstanceGroups: [{ InstanceGroupName: "a", InstanceType: "ml.c5.xlarge", InstanceCount: 1 }],
        VolumeSizeInGB: 0,
      },
    });
    aws.sagemaker.on(ListTagsCommand).rejects(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    const attached = await Estimator.attach("job-1", { session });
    expect(attached.options).toEqual({
      session,
      imageUri: "mine:1",
      baseJobName: "job-1",
      inputMode: "File",
      instanceGroups: [{ name: "a", instanceType: "ml.c5.xlarge", instanceCount: 1 }],
    });
    expect(warn).toHaveBeenCalledOnce();
  });
});
