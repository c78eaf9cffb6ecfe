import { CreateTrainingJobCommand, DescribeTrainingJobCommand, ListTagsCommand } from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ValidationError } from "../../../src/errors/index.js";
import { BlazingText, type BlazingTextOptions } from "../../../src/estimators/index.js";
import { TrainingInput } from "../../../src/inputs/index.js";
import { completedJob, goldenSession, IMAGE, mockAws, ROLE } from "../support.js";

let aws: ReturnType<typeof mockAws>;
beforeEach(() => {
  aws = mockAws();
  vi.useFakeTimers({ now: new Date("2026-08-12T10:00:00.000Z"), toFake: ["Date"] });
});
afterEach(() => aws.restore());

const make = (options: object): BlazingText =>
  new BlazingText({
    session: goldenSession(),
    instanceType: "ml.c5.2xlarge",
    hyperparameters: { mode: "supervised" },
    ...options,
  } as BlazingTextOptions);

async function faultsOf(work: () => unknown): Promise<ValidationError> {
  try {
    await work();
  } catch (error) {
    if (ValidationError.is(error)) return error;
    throw error;
  }
  throw new Error("expected a ValidationError");
}

describe("BlazingText.toRequest", () => {
  it("is the golden request: what the Python SDK sends, with the content type set on every channel", async () => {
    const estimator = new BlazingText({
      session: goldenSession(),
      instanceType: "ml.c5.2xlarge",
      hyperparameters: { mode: "supervised", epochs: 10, learning_rate: 0.05, early_stopping: true },
    });
    const request = await estimator.toRequest({ train: "s3://bkt/train", validation: "s3://bkt/val" });
    const channel = (name: string, uri: string) => ({
      ChannelName: name,
      ContentType: "text/plain",
      DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: uri, S3DataDistributionType: "FullyReplicated" } },
    });
    expect(request).toEqual({
      TrainingJobName: "blazingtext-2026-08-12-10-00-00-000",
      AlgorithmSpecification: { TrainingInputMode: "File", TrainingImage: IMAGE },
      RoleArn: ROLE,
      HyperParameters: { mode: "supervised", epochs: "10", learning_rate: "0.05", early_stopping: "True" },
      InputDataConfig: [channel("train", "s3://bkt/train"), channel("validation", "s3://bkt/val")],
      OutputDataConfig: { S3OutputPath: "s3://sagemaker-us-west-2-111122223333/" },
      ResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.2xlarge", VolumeSizeInGB: 30 },
      StoppingCondition: { MaxRuntimeInSeconds: 86400 },
    });
  });

  it("sends a single input as the channel train, and leaves out a validation channel that is undefined", async () => {
    const names = async (inputs: Parameters<BlazingText["toRequest"]>[0]) =>
      (await make({}).toRequest(inputs)).InputDataConfig?.map((channel) => channel.ChannelName);
    expect(await names("s3://bkt/train.txt")).toEqual(["train"]);
    expect(await names(new TrainingInput("s3://bkt/train.txt"))).toEqual(["train"]);
    expect(await names({ train: "s3://bkt/train.txt", validation: undefined })).toEqual(["train"]);
  });

  it("sends an augmented manifest with the content type of RecordIO", async () => {
    const manifest = new TrainingInput("s3://bkt/train.manifest", {
      s3DataType: "AugmentedManifestFile",
      attributeNames: ["source", "label"],
      inputMode: "Pipe",
      recordWrapping: "RecordIO",
    });
    const request = await make({}).toRequest({ train: manifest });
    expect(request.InputDataConfig?.[0]?.ContentType).toBe("application/x-recordio");
  });

  it("takes the image of the options instead of the region's", async () => {
    const request = await make({ imageUri: "mine/blazingtext:2" }).toRequest("s3://bkt/train.txt");
    expect(request.AlgorithmSpecification.TrainingImage).toBe("mine/blazingtext:2");
  });
});

describe("BlazingText constructor", () => {
  it("reports faults of options and hyperparameters together", async () => {
    const error = await faultsOf(() =>
      make({ hyperparameters: { mode: "supervised", epoch: 3, patience: 0 }, volumeSizeGb: 0, max_run: 5 }),
    );
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(error.issues.map((issue) => issue.path.join("."))).toEqual([
      "max_run",
      "volumeSizeGb",
      "hyperparameters.patience",
      "hyperparameters.epoch",
    ]);
  });

  it.each([
    ["supervised", "ml.p3.8xlarge", 1, "one with a single GPU"],
    ["batch_skipgram", "ml.p3.2xlarge", 1, "CPU instances"],
    ["supervised", "ml.c5.xlarge", 2, "at most 1; got 2"],
    ["skipgram", "ml.c5.xlarge", 2, 'several instances need mode "batch_skipgram"'],
    ["cbow", "ml.g6.xlarge", 1, "not one that BlazingText trains on"],
  ])("refuses %s on %s x %d", async (mode, instanceType, instanceCount, text) => {
    const error = await faultsOf(() => make({ hyperparameters: { mode }, instanceType, instanceCount }));
    expect(error.message).toContain(text);
    expect(error.message).toContain("[BT-05]");
  });

  it.each([
    ["supervised", "ml.p3.2xlarge", 1],
    ["skipgram", "ml.p3.16xlarge", 1],
    ["batch_skipgram", "ml.c5.4xlarge", 8],
  ])("accepts %s on %s x %d", (mode, instanceType, instanceCount) => {
    expect(make({ hyperparameters: { mode }, instanceType, instanceCount }).options.instanceType).toBe(instanceType);
  });

  it("suggests the nearest instance type, and takes an unlisted one where it says so", async () => {
    expect((await faultsOf(() => make({ instanceType: "c5.xlarge" }))).message).toContain(
      'did you mean "ml.c5.xlarge"?',
    );
    expect((await faultsOf(() => make({ instanceType: "ml.c5.3xlarge" }))).message).toMatch(/did you mean "ml\.c5\./u);
    expect((await faultsOf(() => make({ instanceType: undefined }))).message).toContain("instanceType undefined");
    const estimator = make({ instanceType: undefined, unlistedInstanceType: "ml.c9.large" });
    const request = await estimator.toRequest("s3://bkt/train.txt");
    expect(request.ResourceConfig.InstanceType).toBe("ml.c9.large");
  });

  it("knows that spot training without checkpoints may wait an hour at most", async () => {
    const error = await faultsOf(() => make({ spot: { maxWaitSeconds: 7200 }, maxRuntimeSeconds: 7200 }));
    expect(error.message).toContain("at most 3600 for BlazingText");
    expect(make({ spot: { maxWaitSeconds: 3600 }, maxRuntimeSeconds: 1800 }).options.spot).toEqual({
      maxWaitSeconds: 3600,
    });
  });
});

describe("BlazingText options", () => {
  it("knows that BlazingText neither goes on from a model nor writes checkpoints", async () => {
    expect((await faultsOf(() => make({ modelUri: "s3://bkt/model.tar.gz" }))).message).toContain("leave modelUri out");
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    const warn = vi.fn();
    const session = goldenSession({ logger: { debug: warn, info: warn, warn, error: warn } });
    const hyperparameters = { mode: "supervised", word_ngrams: 1 };
    await make({ session, hyperparameters, checkpoint: { s3Uri: "s3://bkt/c" } }).fit("s3://bkt/a", { wait: false });
    expect(warn).toHaveBeenCalledExactlyOnceWith('"checkpoint" has no effect: BlazingText writes no checkpoints.');
  });
});

describe("BlazingText channels", () => {
  const faults = async (options: object, inputs: object | string): Promise<string> =>
    (await faultsOf(() => make(options).toRequest(inputs as never))).issues.map((issue) => issue.message).join("\n");

  it("asks for the train channel and names what it got", async () => {
    expect(await faults({}, { training: "s3://bkt/a.txt" })).toBe(
      'channel "train" of BlazingText is missing; got "training"\n' +
        'BlazingText reads no channel "training" here, only "train", "validation" [BT-04]',
    );
  });

  it("needs a validation channel for early stopping, and knows none in the word vector modes", async () => {
    expect(await faults({ hyperparameters: { mode: "supervised", early_stopping: true } }, "s3://bkt/a.txt")).toContain(
      'channel "validation" of BlazingText is missing: early_stopping watches the accuracy on it',
    );
    expect(
      await faults({ hyperparameters: { mode: "cbow" } }, { train: "s3://bkt/a.txt", validation: "s3://bkt/b.txt" }),
    ).toContain('reads no channel "validation" here, only "train"');
  });

  it("knows its content types and input modes", async () => {
    const csv = new TrainingInput("s3://bkt/a.csv", { contentType: "text/csv" });
    expect(await faults({}, csv)).toContain('got "text/csv"');
    const pipe = new TrainingInput("s3://bkt/a.txt", { inputMode: "Pipe" });
    expect(await faults({}, pipe)).toContain('inputMode "Pipe" works with an augmented manifest only');
    expect(await faults({ inputMode: "Pipe" }, "s3://bkt/a.txt")).toContain("augmented manifest only");
  });

  it("reads an augmented manifest in supervised mode, on CPUs and wrapped as RecordIO only", async () => {
    const manifest = new TrainingInput("s3://bkt/a.manifest", {
      s3DataType: "AugmentedManifestFile",
      attributeNames: ["source", "label"],
      inputMode: "Pipe",
    });
    expect(
      (await faults({ hyperparameters: { mode: "cbow" }, instanceType: "ml.p3.2xlarge" }, manifest)).split("\n"),
    ).toEqual([
      expect.stringContaining('mode "supervised" only'),
      expect.stringContaining("CPU instances only"),
      expect.stringContaining('recordWrapping "RecordIO"'),
    ]);
  });

  it("gives every instance all data when there are several", async () => {
    const sharded = new TrainingInput("s3://bkt/a.txt", { distribution: "ShardedByS3Key" });
    expect(await faults({ hyperparameters: { mode: "batch_skipgram" }, instanceCount: 2 }, sharded)).toContain(
      'several instances need distribution "FullyReplicated"',
    );
  });
});

describe("BlazingText.fit", () => {
  it("gives the final numbers by name", async () => {
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
      completedJob("bt-1", {
        FinalMetricDataList: [
          { MetricName: "train:accuracy", Value: 0.9908, Timestamp: new Date(0) },
          { MetricName: "validation:accuracy", Value: 0.9925, Timestamp: new Date(0) },
        ],
      }),
    );
    const job = await make({}).fit("s3://bkt/train.txt", { jobName: "bt-1", logs: false });
    expect(await job.result()).toMatchObject({
      trainAccuracy: 0.9908,
      validationAccuracy: 0.9925,
      meanRho: undefined,
      billableSeconds: 148,
    });
    expect(aws.sagemaker.commandCalls(DescribeTrainingJobCommand)).toHaveLength(1);
  });

  it("tells the logger what is hardly meant, once the job is sure to be sent", async () => {
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    const warn = vi.fn();
    const session = goldenSession({ logger: { debug: warn, info: warn, warn, error: warn } });
    const estimator = make({ session, hyperparameters: { mode: "supervised", word_ngrams: 1, patience: 3 } });
    expect(warn).not.toHaveBeenCalled();
    await estimator.fit("s3://bkt/train.txt", { wait: false });
    expect(warn).toHaveBeenCalledExactlyOnceWith('"patience" has no effect without early_stopping: true.');
  });

  it("creates no job when anything is wrong", async () => {
    await faultsOf(() => make({}).fit({ train: "train.txt" }));
    expect(aws.sagemaker.calls()).toHaveLength(0);
  });
});

describe("BlazingText.with", () => {
  it("replaces hyperparameters one by one and keeps the mode", () => {
    const first = make({ hyperparameters: { mode: "supervised", epochs: 3, min_count: 2 } });
    const second = first.with({ hyperparameters: { epochs: 9, min_count: undefined } });
    expect(second.options.hyperparameters).toEqual({ mode: "supervised", epochs: 9 });
    expect(first.options.hyperparameters).toEqual({ mode: "supervised", epochs: 3, min_count: 2 });
  });

  it("lets one kind of instance type replace the other", () => {
    const unlisted = make({ instanceType: undefined, unlistedInstanceType: "ml.c9.large" });
    expect(unlisted.with({ instanceType: "ml.c5.xlarge" }).options).not.toHaveProperty("unlistedInstanceType");
  });
});

describe("BlazingText.attach", () => {
  const described = (members: object = {}) =>
    completedJob("bt-2026-08-12-10-00-00-000", {
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: "File" },
      RoleArn: ROLE,
      HyperParameters: {
        mode: "supervised",
        epochs: "10",
        learning_rate: "5e-02",
        early_stopping: "true",
        _tuning_objective_metric: "validation:accuracy",
      },
      OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
      StoppingCondition: { MaxRuntimeInSeconds: 86400 },
      ...members,
    });
  beforeEach(() => {
    aws.sagemaker.on(ListTagsCommand).resolves({ Tags: [] });
  });

  it("rebuilds typed hyperparameters, so that the same job can be started again", async () => {
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(described());
    const estimator = await BlazingText.attach("bt-2026-08-12-10-00-00-000", { session: goldenSession() });
    expect(estimator.options.hyperparameters).toEqual({
      mode: "supervised",
      epochs: 10,
      learning_rate: 0.05,
      early_stopping: true,
    });
    expect(await estimator.modelData()).toContain("/output/model.tar.gz");
    const again = await estimator.toRequest({ train: "s3://bkt/a.txt", validation: "s3://bkt/b.txt" });
    expect(again.HyperParameters).toEqual({
      mode: "supervised",
      epochs: "10",
      learning_rate: "0.05",
      early_stopping: "True",
    });
    expect(again.TrainingJobName).toMatch(/^bt-2026/u);
  });

  it("refuses a job of another algorithm", async () => {
    const image = "433757028032.dkr.ecr.us-west-2.amazonaws.com/image-classification:1";
    aws.sagemaker
      .on(DescribeTrainingJobCommand)
      .resolves(described({ AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: "File" } }));
    await expect(BlazingText.attach("bt-1", { session: goldenSession() })).rejects.toThrow("is no BlazingText job");
  });

  it("takes a job as it is, and objects only when it is to be started again", async () => {
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
      described({
        HyperParameters: { mode: "supervised", epochs: "many", layers: "2" },
        ResourceConfig: { InstanceCount: 3, InstanceType: "ml.x9.large", VolumeSizeInGB: 30 },
      }),
    );
    const estimator = await BlazingText.attach("bt-1", { session: goldenSession() });
    expect(estimator.options.unlistedInstanceType).toBe("ml.x9.large");
    const error = await faultsOf(() => estimator.toRequest("s3://bkt/a.txt"));
    expect(error.message).toContain('"epochs" of BlazingText must be an integer in [1, 2147483647]; got "many"');
    expect(error.message).toContain('unknown hyperparameter "layers"');
  });
});
