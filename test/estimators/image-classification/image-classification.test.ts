import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTrainingJobCommand, DescribeTrainingJobCommand, ListTagsCommand } from "@aws-sdk/client-sagemaker";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ValidationError } from "../../../src/errors/index.js";
import { ImageClassification, type ImageClassificationOptions, imageManifest } from "../../../src/estimators/index.js";
import { TrainingInput } from "../../../src/inputs/index.js";
import type { Session } from "../../../src/session/index.js";
import { completedJob, goldenSession, mockAws, ROLE } from "../support.js";

const IMAGE = "433757028032.dkr.ecr.us-west-2.amazonaws.com/image-classification:1";

let aws: ReturnType<typeof mockAws>;
// biome-ignore lint/suspicious/noExplicitAny: the mock's own type parameters are of no use here
let s3: AwsStub<any, any, any>;
beforeEach(() => {
  aws = mockAws();
  s3 = mockClient(S3Client);
  vi.useFakeTimers({ now: new Date("2026-08-12T10:00:00.000Z"), toFake: ["Date"] });
});
afterEach(() => {
  aws.restore();
  s3.restore();
});

const make = (options: object = {}, hyperparameters: object = {}): ImageClassification =>
  new ImageClassification({
    session: goldenSession(),
    instanceType: "ml.g4dn.xlarge",
    hyperparameters: { num_classes: 10, num_training_samples: 480, num_layers: 18, ...hyperparameters },
    ...options,
  } as ImageClassificationOptions);

const records = { train: "s3://bkt/train.rec", validation: "s3://bkt/validation.rec" };
const images = {
  train: "s3://bkt/train/",
  validation: "s3://bkt/validation/",
  train_lst: "s3://bkt/train_lst/",
  validation_lst: "s3://bkt/validation_lst/",
};

async function faultsOf(work: () => unknown): Promise<ValidationError> {
  try {
    await work();
  } catch (error) {
    if (ValidationError.is(error)) return error;
    throw error;
  }
  throw new Error("expected a ValidationError");
}

/** A session whose warnings are kept. */
function loggedSession(): { session: Session; warnings: string[] } {
  const warnings: string[] = [];
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: (text: string) => void warnings.push(text), error: silent };
  return { session: goldenSession({ logger }), warnings };
}

/** Warnings of a job with these settings. */
async function warningsOf(options: object, hyperparameters: object, inputs: object): Promise<string[]> {
  aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
  const { session, warnings } = loggedSession();
  await make({ session, ...options }, hyperparameters).fit(inputs as never, { wait: false });
  return warnings;
}

describe("ImageClassification.toRequest", () => {
  it("is the golden request of every training option", async () => {
    const estimator = new ImageClassification({
      session: goldenSession({ defaultBucket: "bkt" }),
      instanceType: "ml.p3.2xlarge",
      instanceCount: 2,
      inputMode: "Pipe",
      volumeSizeGb: 50,
      volumeKmsKey: "vk",
      keepAliveSeconds: 600,
      maxRuntimeSeconds: 3600,
      spot: { maxWaitSeconds: 7200 },
      checkpoint: { s3Uri: "s3://bkt/ckpt", localPath: "/opt/ml/ck" },
      maxRetryAttempts: 3,
      outputPath: "s3://bkt/out",
      outputKmsKey: "ok",
      enableSageMakerMetrics: true,
      vpcConfig: { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
      enableNetworkIsolation: true,
      encryptInterContainerTraffic: true,
      environment: { A: "b" },
      tags: { team: "a", n: "1" },
      modelUri: "s3://bkt/prev/model.tar.gz",
      hyperparameters: {
        num_classes: 10,
        num_training_samples: 1000,
        image_shape: "3,224,224",
        early_stopping: true,
        use_pretrained_model: 1,
        learning_rate: 1e-5,
        lr_scheduler_factor: 1,
        lr_scheduler_step: "10,20",
      },
    });
    const request = await estimator.toRequest(
      {
        train: new TrainingInput("s3://bkt/t.rec", {
          compression: "None",
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
      TrainingJobName: "ic-job-1",
      AlgorithmSpecification: {
        TrainingInputMode: "Pipe",
        TrainingImage: IMAGE,
        EnableSageMakerMetricsTimeSeries: true,
      },
      RoleArn: ROLE,
      HyperParameters: {
        num_classes: "10",
        num_training_samples: "1000",
        image_shape: "3,224,224",
        early_stopping: "True",
        use_pretrained_model: "1",
        learning_rate: "1e-05",
        lr_scheduler_factor: "1",
        lr_scheduler_step: "10,20",
      },
      InputDataConfig: [
        {
          ChannelName: "train",
          DataSource: {
            S3DataSource: {
              S3DataType: "S3Prefix",
              S3Uri: "s3://bkt/t.rec",
              S3DataDistributionType: "FullyReplicated",
            },
          },
          ContentType: "application/x-recordio",
          CompressionType: "None",
          InputMode: "Pipe",
          ShuffleConfig: { Seed: 1 },
        },
        {
          ChannelName: "validation",
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
        },
        {
          ChannelName: "model",
          DataSource: {
            S3DataSource: {
              S3DataType: "S3Prefix",
              S3Uri: "s3://bkt/prev/model.tar.gz",
              S3DataDistributionType: "FullyReplicated",
            },
          },
          ContentType: "application/x-sagemaker-model",
          InputMode: "File",
        },
      ],
      OutputDataConfig: { S3OutputPath: "s3://bkt/out", KmsKeyId: "ok" },
      ResourceConfig: {
        InstanceCount: 2,
        InstanceType: "ml.p3.2xlarge",
        VolumeSizeInGB: 50,
        VolumeKmsKeyId: "vk",
        KeepAlivePeriodInSeconds: 600,
      },
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
      EnableManagedSpotTraining: true,
      CheckpointConfig: { S3Uri: "s3://bkt/ckpt", LocalPath: "/opt/ml/ck" },
      RetryStrategy: { MaximumRetryAttempts: 3 },
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      Environment: { A: "b" },
      Tags: [
        { Key: "team", Value: "a" },
        { Key: "n", Value: "1" },
      ],
      ExperimentConfig: { ExperimentName: "e", TrialName: "t" },
    });
  });

  const contentTypes = async (inputs: object) =>
    (await make().toRequest(inputs as never)).InputDataConfig?.map(
      (channel) => `${channel.ChannelName} ${channel.ContentType} ${channel.InputMode ?? "-"}`,
    );

  it("sets the content types of RecordIO, of images with lists and of an earlier model", async () => {
    expect(await contentTypes(records)).toEqual([
      "train application/x-recordio -",
      "validation application/x-recordio -",
    ]);
    expect(await contentTypes(images)).toEqual([
      "train application/x-image -",
      "validation application/x-image -",
      "train_lst application/x-image -",
      "validation_lst application/x-image -",
    ]);
    expect(await contentTypes({ ...images, model: "s3://bkt/model.tar.gz" })).toContain(
      "model application/x-sagemaker-model File",
    );
    const jpeg = new TrainingInput("s3://bkt/train/", { contentType: "image/jpeg" });
    expect(await contentTypes({ ...images, train: jpeg })).toContain("train image/jpeg -");
  });

  it("reads an earlier model in File mode whatever the mode of the job is", async () => {
    const request = await make({ inputMode: "Pipe" }).toRequest({ ...records, model: "s3://bkt/model.tar.gz" });
    expect(request.InputDataConfig?.[2]).toMatchObject({ ChannelName: "model", InputMode: "File" });
  });
});

describe("imageManifest", () => {
  it("has the settings that an augmented manifest of images needs", async () => {
    const train = imageManifest("s3://bkt/t.manifest", { labelAttribute: "category" });
    const validation = imageManifest("s3://bkt/v.manifest", {
      labelAttribute: "things",
      imageAttribute: "photo-ref",
      labelFormat: "class-id",
      shuffleSeed: 3,
    });
    const request = await make({}, { multi_label: 1 }).toRequest({ train, validation });
    expect(request.InputDataConfig?.[0]).toEqual({
      ChannelName: "train",
      DataSource: {
        S3DataSource: {
          S3DataType: "AugmentedManifestFile",
          S3Uri: "s3://bkt/t.manifest",
          S3DataDistributionType: "FullyReplicated",
          AttributeNames: ["source-ref", "category"],
        },
      },
      ContentType: "application/x-recordio",
      RecordWrapperType: "RecordIO",
      InputMode: "Pipe",
    });
    expect(request.InputDataConfig?.[1]).toMatchObject({
      DataSource: { S3DataSource: { AttributeNames: ["photo-ref", "things"] } },
      ContentType: "application/x-recordio; label-format=class-id",
      ShuffleConfig: { Seed: 3 },
    });
  });

  it("refuses an option that does not exist", () => {
    expect(() => imageManifest("s3://bkt/t.manifest", { label: "class" } as never)).toThrow('unknown option "label"');
  });
});

describe("ImageClassification constructor", () => {
  it("reports faults of options and hyperparameters together", async () => {
    const error = await faultsOf(() => make({ volumeSizeGb: 0, classNames: ["a", "a"] }, { epoch: 3, top_k: 1 }));
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(error.issues.map((issue) => issue.path.join("."))).toEqual([
      "volumeSizeGb",
      "hyperparameters.top_k",
      "hyperparameters.epoch",
      "classNames.1",
    ]);
  });

  it("checks the rules about several hyperparameters also while the data is unknown", async () => {
    const error = await faultsOf(
      () => new ImageClassification({ instanceType: "ml.g5.xlarge", hyperparameters: { checkpoint_frequency: 99 } }),
    );
    expect(error.message).toContain('"checkpoint_frequency" of ImageClassification must not be above "epochs"');
    expect(error.issues).toHaveLength(1);
  });

  it.each([
    ["ml.c5.xlarge", "[IC-01]"],
    ["ml.g6.xlarge", "not one that ImageClassification trains on"],
    ["g4dn.xlarge", 'did you mean "ml.g4dn.xlarge"?'],
  ])("refuses %s", async (instanceType, text) => {
    expect((await faultsOf(() => make({ instanceType }))).message).toContain(text);
  });

  it("accepts GPU types in any number, and unlisted ones where it says so", async () => {
    for (const instanceType of ["ml.g4dn.12xlarge", "ml.g5.48xlarge", "ml.p2.xlarge", "ml.p3.16xlarge"]) {
      expect(make({ instanceType, instanceCount: 20 }).options.instanceType).toBe(instanceType);
    }
    const request = await make({ instanceType: undefined, unlistedInstanceType: "ml.g9.xlarge" }).toRequest(records);
    expect(request.ResourceConfig.InstanceType).toBe("ml.g9.xlarge");
  });

  it("takes one class per name when nothing else is said", async () => {
    const estimator = make({ classNames: ["a", "b"] }, { num_classes: undefined });
    expect(estimator.options.hyperparameters.num_classes).toBe(2);
    expect((await faultsOf(() => make({ classNames: ["a", "b"] }))).message).toContain(
      'classNames holds 2 names, but "num_classes" is 10 [IC-05]',
    );
    expect((await faultsOf(() => make({ classNames: "ab" }))).message).toContain("classNames must be a list of names");
  });

  it("knows the only channel and the only modes that the container reads", async () => {
    expect((await faultsOf(() => make({ modelChannelName: "earlier" }))).message).toContain('must be "model"');
    expect((await faultsOf(() => make({ inputMode: "FastFile" }))).message).toContain('in mode "File", "Pipe"');
  });
});

describe("ImageClassification channels", () => {
  const faults = async (inputs: object, options: object = {}, hyperparameters: object = {}): Promise<string[]> =>
    (await faultsOf(() => make(options, hyperparameters).toRequest(inputs as never))).issues.map(
      ({ message }) => message,
    );

  it("wants all four channels of images, or two of RecordIO", async () => {
    const { validation_lst: _, ...three } = images;
    expect(await faults(three)).toEqual([
      'channel "validation_lst" of ImageClassification is missing: images come in four channels: "train" and "validation" with the images, ' +
        '"train_lst" and "validation_lst" with their lists [IC-02]; got "train", "validation", "train_lst"',
    ]);
    expect(await faults({ train: "s3://bkt/train.rec" })).toEqual([
      'channel "validation" of ImageClassification is missing; got "train"',
    ]);
    expect(await faults({ ...records, test: "s3://bkt/test.rec" })).toEqual([
      'ImageClassification reads no channel "test" here, only "train", "validation", "model"',
    ]);
    expect(await faults("s3://bkt/train.rec" as never)).toHaveLength(1);
  });

  it("wants lists with images, and no RecordIO with lists", async () => {
    const train = new TrainingInput("s3://bkt/train/", { contentType: "application/x-image" });
    expect((await faults({ ...records, train }))[0]).toContain(
      'content type "application/x-image": images come in four',
    );
    const recordIo = new TrainingInput("s3://bkt/train.rec", { contentType: "application/x-recordio" });
    expect((await faults({ ...images, train: recordIo }))[0]).toContain(
      'channel "train" of ImageClassification reads application/x-image, image/jpeg, image/png; got "application/x-recordio"',
    );
  });

  it("reads images with lists in File mode", async () => {
    const found = await faults(images, { inputMode: "Pipe" });
    expect(found).toHaveLength(4);
    expect(found[0]).toContain('images with lists are read with inputMode "File"; got "Pipe"');
    expect(found[2]).toContain('lists are read with inputMode "File"');
    const piped = new TrainingInput("s3://bkt/model.tar.gz", { inputMode: "Pipe" });
    expect(await faults({ ...records, model: piped })).toEqual([
      'channel "model" of ImageClassification is read in mode "File" only; got "Pipe"',
    ]);
  });

  it("keeps the images for training and for validation apart", async () => {
    expect(await faults({ ...images, validation: images.train })).toEqual([
      'channel "validation" of ImageClassification: images for training and for validation lie under different prefixes; both are "s3://bkt/train/" [IC-15]',
    ]);
  });

  it("checks what an augmented manifest needs", async () => {
    const manifest = (options: object) =>
      new TrainingInput("s3://bkt/t.manifest", {
        s3DataType: "AugmentedManifestFile",
        attributeNames: ["source-ref", "class"],
        inputMode: "Pipe",
        recordWrapping: "RecordIO",
        ...options,
      });
    const validation = manifest({});
    const check = (options: object, hyperparameters: object = {}) =>
      faults({ train: manifest(options), validation }, {}, hyperparameters);
    expect((await check({ recordWrapping: undefined }))[0]).toContain('needs recordWrapping "RecordIO" [IC-10]');
    for (const attributeNames of [["class", "source-ref"], ["source-ref"], ["a-ref", "b-ref"], ["a-ref", "b", "c"]]) {
      expect((await check({ attributeNames }))[0]).toContain("the image and then its label");
    }
    expect((await check({ contentType: "application/x-recordio; label-format=ids" }))[0]).toContain(
      'label-format is "multi-hot" or "class-id"; got "ids"',
    );
    expect(await check({}, { multi_label: 1, use_weighted_loss: 1 })).toEqual([
      'hyperparameter "use_weighted_loss" of ImageClassification does not work with an augmented manifest: the job fails with pos_cls_weights',
    ]);
    expect((await faults({ ...images, train: validation }))[0]).toContain("leave the channels of lists out");
  });

  it("gives every machine all RecordIO that is streamed", async () => {
    const sharded = (inputMode: "File" | "Pipe") => ({
      ...records,
      train: new TrainingInput("s3://bkt/train.rec", { distribution: "ShardedByS3Key", inputMode }),
    });
    expect(await faults(sharded("Pipe"), { instanceCount: 2 })).toEqual([
      'channel "train" of ImageClassification: several instances that read RecordIO with inputMode "Pipe" need distribution "FullyReplicated"; got "ShardedByS3Key"',
    ]);
    await make({ instanceCount: 2 }).toRequest(sharded("File"));
    await make().toRequest(sharded("Pipe"));
  });

  it("refuses to wrap RecordIO once more", async () => {
    const wrapped = new TrainingInput("s3://bkt/train.rec", { recordWrapping: "RecordIO" });
    expect((await faults({ ...records, train: wrapped }))[0]).toContain("a .rec file is RecordIO already");
  });

  it("wants an image for every GPU in a batch", async () => {
    expect(await faults(records, { instanceType: "ml.p2.16xlarge" }, { mini_batch_size: 15 })).toEqual([
      'hyperparameter "mini_batch_size" of ImageClassification must not be below 16, as the 16 GPUs of ml.p2.16xlarge share the images of a batch [IC-07]',
    ]);
  });

  it("refuses an earlier model that is given twice", async () => {
    const work = make({ modelUri: "s3://bkt/a/model.tar.gz" }).toRequest({
      ...records,
      model: "s3://bkt/model.tar.gz",
    });
    await expect(work).rejects.toThrow('the channel "model" is given twice');
  });
});

describe("ImageClassification warnings", () => {
  it("has nothing to say about plain jobs", async () => {
    expect(await warningsOf({}, {}, records)).toEqual([]);
    expect(await warningsOf({}, { resize: 256 }, images)).toEqual([]);
    const manifest = imageManifest("s3://bkt/t.manifest", { labelAttribute: "class" });
    const other = imageManifest("s3://bkt/v.manifest", { labelAttribute: "class" });
    expect(await warningsOf({}, {}, { train: manifest, validation: other })).toEqual([]);
  });

  it.each<[string, object, object, object, string]>([
    ["a retired family", { instanceType: "ml.p2.xlarge" }, {}, records, "AWS is retiring ml.p2.xlarge"],
    [
      "GPUs that cannot share",
      { instanceType: "ml.g5.12xlarge" },
      { mini_batch_size: 30 },
      records,
      "4 GPUs of ml.g5.12xlarge cannot share",
    ],
    ["updates of one machine", {}, { kv_store: "dist_sync" }, records, '"kv_store" has no effect on one machine'],
    [
      "two starting points",
      { modelUri: "s3://bkt/model.tar.gz" },
      { use_pretrained_model: 1 },
      records,
      "Two starting points",
    ],
    [
      "a model channel beside pretraining",
      {},
      { use_pretrained_model: 1 },
      { ...records, model: "s3://bkt/model.tar.gz" },
      "Two starting points",
    ],
    [
      "images that may be too small",
      {},
      {},
      images,
      '"resize" is not set: the training fails if any image is smaller than "image_shape" (3,224,224)',
    ],
    [
      "a flattering test",
      {},
      {},
      { train: "s3://bkt/a.rec", validation: "s3://bkt/a.rec" },
      "Training and validation read the same data",
    ],
    [
      "a label format without use",
      {},
      {},
      { ...records, train: imageManifest("s3://bkt/t", { labelAttribute: "c", labelFormat: "class-id" }) },
      'label-format of channel "train" has no effect without multi_label: 1',
    ],
    ["spot without checkpoints", { spot: { maxWaitSeconds: 7200 }, maxRuntimeSeconds: 3600 }, {}, records, "[GEN-08]"],
    ["what the hyperparameters alone show", {}, { beta_1: 0.9 }, records, '"beta_1" has no effect'],
  ])("tells the logger about %s", async (_what, options, hyperparameters, inputs, text) => {
    const found = await warningsOf(options, hyperparameters, inputs);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(text);
  });

  it("knows when the prefix of one channel takes the data of another", async () => {
    const found = await warningsOf({}, { resize: 256 }, { ...images, train: "s3://bkt/train" });
    expect(found).toEqual([
      'Channel "train" also gets the data of channel "train_lst": the prefix "s3://bkt/train" matches "s3://bkt/train_lst/"; end it with a slash [GEN-03].',
    ]);
    const nested = await warningsOf({}, { resize: 256 }, { ...images, validation: "s3://bkt/train/validation/" });
    expect(nested).toEqual([expect.stringContaining("put the two into folders beside each other [GEN-03]")]);
  });
});

describe("ImageClassification.withData", () => {
  const unknown = (options: object = {}) => make(options, { num_classes: undefined, num_training_samples: undefined });

  it("fills in what follows from the data, and leaves the estimator as it was", async () => {
    const before = unknown();
    const estimator = before.withData({ trainingImages: 480, classNames: ["zero", "one"] });
    expect(estimator.options).toMatchObject({
      classNames: ["zero", "one"],
      hyperparameters: { num_classes: 2, num_training_samples: 480, num_layers: 18 },
    });
    expect(before.options.hyperparameters).toEqual({ num_layers: 18 });
    const request = await estimator.toRequest(records);
    expect(request.HyperParameters).toMatchObject({ num_classes: "2", num_training_samples: "480" });
  });

  it("is what fit asks for when the numbers are missing", async () => {
    const error = await faultsOf(() => unknown().fit(records));
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(error.issues.map(({ message }) => message)).toEqual(
      ["num_classes", "num_training_samples"].map(
        (key) =>
          `hyperparameter "${key}" of ImageClassification is required: an integer in [1, 2147483647]; set it, or let withData() derive it from the data`,
      ),
    );
    expect(aws.sagemaker.calls()).toHaveLength(0);
  });

  it("refuses data that would fail the job, with everything that is wrong", async () => {
    const error = await faultsOf(() =>
      make({}, { num_classes: 3 }).withData({ trainingImages: 20, trainingLabels: new Map([[1, 20]]) }),
    );
    expect(error.issues.map(({ path }) => path.join("."))).toEqual([
      "hyperparameters.num_classes",
      "channels.train",
      "hyperparameters.mini_batch_size",
    ]);
    expect(error.message).toContain('set "mini_batch_size" to at most 20 [IC-07]');
  });

  it("keeps a number of samples that was set, and warns", () => {
    const { session, warnings } = loggedSession();
    const estimator = make({ session }, { num_training_samples: 600 }).withData({ trainingImages: 480 });
    expect(estimator.options.hyperparameters.num_training_samples).toBe(600);
    expect(warnings).toEqual([
      '"num_training_samples" is 600, but the training data holds 480 images; set "num_training_samples" to 480 [IC-06].',
    ]);
  });

  it("keeps the class names of the options", () => {
    const estimator = unknown({ classNames: ["a", "b"] }).withData({ trainingImages: 480 });
    expect(estimator.options.classNames).toEqual(["a", "b"]);
  });
});

describe("ImageClassification.fit", () => {
  it("gives the final numbers by name, and the best of all epochs", async () => {
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
      completedJob("ic-1", {
        FinalMetricDataList: [
          { MetricName: "train:accuracy", Value: 1, Timestamp: new Date(0) },
          { MetricName: "validation:accuracy", Value: 0.908333, Timestamp: new Date(0) },
        ],
      }),
    );
    const job = await make().fit(records, { jobName: "ic-1", logs: false });
    expect(await job.result()).toMatchObject({
      trainAccuracy: 1,
      validationAccuracy: 0.908333,
      bestValidationAccuracy: undefined,
    });
  });

  const put = () => s3.commandCalls(PutObjectCommand).map((call) => call.args[0].input);

  it("stores the class names beside the model once the job exists", async () => {
    const order: string[] = [];
    aws.sagemaker.on(CreateTrainingJobCommand).callsFake(() => {
      order.push("job");
      return {};
    });
    s3.on(PutObjectCommand).callsFake(() => {
      order.push("names");
      return {};
    });
    const estimator = make(
      { outputPath: "s3://bkt/out", outputKmsKey: "ok", classNames: ["zero", "one"] },
      { num_classes: 2 },
    );
    await estimator.fit(records, { jobName: "ic-1", wait: false });
    expect(order).toEqual(["job", "names"]);
    expect(put()).toEqual([
      expect.objectContaining({
        Bucket: "bkt",
        Key: "out/ic-1/class-names.json",
        ContentType: "application/json",
        SSEKMSKeyId: "ok",
      }),
    ]);
    expect(Buffer.from(put()[0]?.Body as Uint8Array).toString()).toBe('{"classes":["zero","one"]}\n');
  });

  it("stores nothing without class names, or when the job is refused", async () => {
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    await make().fit(records, { wait: false });
    aws.sagemaker.on(CreateTrainingJobCommand).rejects(new Error("no"));
    await expect(make({ classNames: ["a"] }, { num_classes: 1 }).fit(records, { wait: false })).rejects.toThrow();
    expect(put()).toEqual([]);
  });

  it("lets a job run whose class names could not be stored, and says so", async () => {
    aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
    s3.on(PutObjectCommand).rejects(Object.assign(new Error("no"), { name: "AccessDenied" }));
    const { session, warnings } = loggedSession();
    const estimator = make({ session, outputPath: "s3://bkt/out", classNames: ["a"] }, { num_classes: 1 });
    const job = await estimator.fit(records, { jobName: "ic-1", wait: false });
    expect(job.name).toBe("ic-1");
    expect(warnings).toEqual([
      expect.stringMatching(
        /class names of ic-1 could not be stored as s3:\/\/bkt\/out\/ic-1\/class-names\.json; give them to attach/u,
      ),
    ]);
  });
});

describe("ImageClassification.with", () => {
  it("replaces hyperparameters one by one", () => {
    const second = make().with({ instanceType: "ml.g5.xlarge", hyperparameters: { epochs: 9, num_layers: undefined } });
    expect(second.options.hyperparameters).toEqual({ num_classes: 10, num_training_samples: 480, epochs: 9 });
    expect(second.options.instanceType).toBe("ml.g5.xlarge");
  });
});

describe("ImageClassification.attach", () => {
  const JOB = "ic-2026-08-12-10-00-00-000";
  beforeEach(() => {
    aws.sagemaker.on(ListTagsCommand).resolves({ Tags: [] });
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
      completedJob(JOB, {
        AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: "File" },
        RoleArn: ROLE,
        HyperParameters: {
          num_classes: "2",
          num_training_samples: "480",
          image_shape: "1,28,28",
          early_stopping: "true",
          lr_scheduler_step: "10,20",
          multi_label: "1",
        },
        OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
        ResourceConfig: { InstanceCount: 1, InstanceType: "ml.g4dn.xlarge", VolumeSizeInGB: 30 },
        StoppingCondition: { MaxRuntimeInSeconds: 86400 },
      }),
    );
  });
  const stored = (text: string): void => {
    s3.on(GetObjectCommand, { Bucket: "bkt", Key: `out/${JOB}/class-names.json` }).callsFake(() => ({
      Body: { transformToByteArray: async () => Buffer.from(text) },
    }));
  };

  it("rebuilds typed hyperparameters and the class names that were stored with the job", async () => {
    stored('{"classes":["zero","one"]}\n');
    const estimator = await ImageClassification.attach(JOB, { session: goldenSession() });
    expect(estimator.options.hyperparameters).toEqual({
      num_classes: 2,
      num_training_samples: 480,
      image_shape: "1,28,28",
      early_stopping: true,
      lr_scheduler_step: "10,20",
      multi_label: 1,
    });
    expect(estimator.options.classNames).toEqual(["zero", "one"]);
    const again = await estimator.toRequest(records);
    expect(again.HyperParameters).toMatchObject({ early_stopping: "True", multi_label: "1", image_shape: "1,28,28" });
  });

  it("takes class names that are given, and reads none then", async () => {
    const estimator = await ImageClassification.attach(JOB, { session: goldenSession(), classNames: ["a", "b"] });
    expect(estimator.options.classNames).toEqual(["a", "b"]);
    expect(s3.calls()).toHaveLength(0);
  });

  it("says nothing about a job without class names", async () => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error("gone"), { name: "NoSuchKey" }));
    const { session, warnings } = loggedSession();
    const estimator = await ImageClassification.attach(JOB, { session });
    expect(estimator.options.classNames).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it.each([
    ["that may not be read", undefined, "could not be read and are left out"],
    ["of another number of classes", '{"classes":["a"]}', "it holds 1 names, but the job has 2 classes"],
    ["that is something else", "[1]", "are left out"],
  ])("leaves out a file %s, and says so", async (_what, text, warning) => {
    if (text === undefined) s3.on(GetObjectCommand).rejects(Object.assign(new Error("no"), { name: "AccessDenied" }));
    else stored(text);
    const { session, warnings } = loggedSession();
    const estimator = await ImageClassification.attach(JOB, { session });
    expect(estimator.options.classNames).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(warning)]);
  });
});
