import { describe, expect, it } from "vitest";
import type { JobDescription } from "../../../../src/local/engines/contract.js";
import { readHyperparameters } from "../../../../src/local/engines/image-classification/hyperparameters.js";
import { imageClassification } from "../../../../src/local/engines/image-classification/index.js";
import { builtInAlgorithms } from "../../../../src/local/engines/index.js";

type Channel = JobDescription["channels"][number];

const train: Channel = {
  name: "train",
  contentType: "application/x-image",
  inputMode: "File",
  s3DataType: "S3Prefix",
  recordWrapperType: "None",
  attributeNames: [],
  shuffleSeed: undefined,
};
const channels = ["train", "validation", "train_lst", "validation_lst"].map((name) => ({ ...train, name }));
const records = ["train", "validation"].map((name) => ({ ...train, name, contentType: "application/x-recordio" }));
const job: JobDescription = {
  hyperParameters: { num_classes: "10", num_training_samples: "600", num_layers: "18", image_shape: "1,28,28" },
  instanceType: "ml.g4dn.xlarge",
  instanceCount: 1,
  channels,
};

describe("imageClassification", () => {
  it("is one of the algorithms of local mode, and loads its engine when asked", async () => {
    expect(builtInAlgorithms).toContain(imageClassification);
    expect(Object.keys(await imageClassification.loadEngine()).sort()).toEqual(["load", "train"]);
  });

  it("refuses what local mode cannot do, and says what to do instead", () => {
    const refusals = imageClassification.refusals({
      ...job,
      hyperParameters: {
        ...job.hyperParameters,
        ...{ use_pretrained_model: "1", precision_dtype: "float16", kv_store: "dist_sync", image_shape: "4,28,28" },
      },
      instanceCount: 2,
    });
    expect(refusals).toEqual([
      expect.stringMatching(/asks for 2 instances with kv_store "dist_sync"; set the instance count to 1\.$/u),
      expect.stringMatching(/not with precision_dtype "float16"; leave precision_dtype out or set it to "float32"\.$/u),
      expect.stringMatching(
        /no weights for use_pretrained_model 1: .*Give the model\.tar\.gz .* in a channel "model"/u,
      ),
      expect.stringMatching(/images of 1 or 3 channels, not of 4/u),
    ]);
    expect(imageClassification.refusals(job)).toEqual([]);
  });

  it("takes pretrained weights from the channel model", () => {
    const hyperParameters = { ...job.hyperParameters, use_pretrained_model: "1" };
    const model = { ...train, name: "model", contentType: "application/x-sagemaker-model" };
    expect(imageClassification.refusals({ ...job, hyperParameters, channels: [...channels, model] })).toEqual([]);
  });

  it("accepts the jobs that can run", async () => {
    const model = { ...train, name: "model", contentType: "application/x-sagemaker-model" };
    const piped = records.map((one): Channel => ({ ...one, inputMode: "Pipe" }));
    const manifests = piped.map(
      (one): Channel => ({
        ...one,
        contentType: "application/x-recordio; label-format=class-id",
        ...{ s3DataType: "AugmentedManifestFile", recordWrapperType: "RecordIO", attributeNames: ["source-ref", "a"] },
      }),
    );
    for (const some of [channels, [...channels, model], records, piped, manifests]) {
      expect(await imageClassification.validate({ ...job, channels: some })).toEqual([]);
    }
  });

  it("reports all faults of hyperparameters and channels together", async () => {
    const faults = await imageClassification.validate({
      ...job,
      hyperParameters: { num_classes: "10", epochs: "zero", augmentation_type: "crop_color_transformation" },
      channels: [
        { ...train, inputMode: "Pipe" },
        { ...train, name: "test" },
        { ...train, name: "train_lst", contentType: "text/csv" },
        { ...train, name: "validation", s3DataType: "AugmentedManifestFile", attributeNames: ["source-ref"] },
      ],
    });
    expect(faults).toEqual(
      expect.arrayContaining([
        expect.stringContaining("num_training_samples"),
        expect.stringContaining("The value 'zero' is not valid for the 'epochs' hyperparameter"),
        expect.stringContaining(
          "The value 'crop_color_transformation' is not valid for the 'augmentation_type' hyperparameter which accepts one of the following",
        ),
        "Channel train: input mode Pipe is supported for application/x-recordio only",
        "Additional channels are not allowed: test",
        expect.stringContaining('Channel train_lst: content type "text/csv" is not supported'),
        expect.stringMatching(
          /^\(Input Error\) Unable to parse record: The Record IO header does not start with the magic number\./u,
        ),
        'Channel validation needs two attribute names, the image and its label, got ["source-ref"]',
        "Missing channel: validation_lst is a required channel for images with lists",
      ]),
    );
    expect(faults).toHaveLength(9);
    expect(await imageClassification.validate({ ...job, channels: [] })).toEqual([
      "Missing channel: train is a required channel",
      "Missing channel: validation is a required channel",
    ]);
  });

  it("reports that the loss cannot be weighted for an augmented manifest", async () => {
    const manifests = records.map(
      (one): Channel => ({
        ...{ ...one, s3DataType: "AugmentedManifestFile", recordWrapperType: "RecordIO", inputMode: "Pipe" },
        attributeNames: ["source-ref", "class"],
      }),
    );
    const hyperParameters = { ...job.hyperParameters, multi_label: "1", use_weighted_loss: "1" };
    expect(await imageClassification.validate({ ...job, hyperParameters, channels: manifests })).toEqual([
      "pos_cls_weights (caused by KeyError): use_weighted_loss does not work with an augmented manifest",
    ]);
    expect(await imageClassification.validate({ ...job, hyperParameters, channels: records })).toEqual([]);
  });

  it("names metrics that find the numbers of its log", () => {
    const log =
      "Epoch[4] Train-accuracy=1.000000\nEpoch[4] Train-top_k_accuracy_2=0.5\nEpoch[4] Validation-accuracy=0.908333";
    const found = Object.fromEntries(
      imageClassification.metricDefinitions.map(({ Name, Regex }) => [Name, new RegExp(Regex, "u").exec(log)?.[1]]),
    );
    expect(found).toEqual({
      ...{ "train:accuracy": "1.000000", "validation:accuracy": "0.908333" },
      ...{ "train:accuracy:epoch": "1.000000", "validation:accuracy:epoch": "0.908333" },
    });
  });
});

describe("readHyperparameters", () => {
  it("fills in the defaults of the container, with the momentum it really uses", () => {
    expect(readHyperparameters({ num_classes: "2", num_training_samples: "100" })).toMatchObject({
      ...{ num_layers: 152, epochs: 30, learning_rate: 0.1, mini_batch_size: 32, momentum: 0.9, optimizer: "sgd" },
      ...{ image_shape: { channels: 3, height: 224, width: 224 }, lr_scheduler_step: [], weight_decay: 0.0001 },
      ...{ early_stopping: false, early_stopping_min_epochs: 10, early_stopping_patience: 5, resize: undefined },
    });
  });

  it("refuses texts that were never checked", () => {
    const read = (wire: Record<string, string>) => () =>
      readHyperparameters({ num_classes: "2", num_training_samples: "100", ...wire });
    expect(read({ epochs: "many" })).toThrow('Hyperparameter epochs must be a number, got "many".');
    expect(read({ optimizer: "adagrad" })).toThrow("must be one of sgd, adam, rmsprop, nag");
    expect(read({ image_shape: "28,28" })).toThrow('such as "3,224,224"');
    expect(() => readHyperparameters({})).toThrow("Hyperparameter num_classes must be given, got undefined.");
  });
});
