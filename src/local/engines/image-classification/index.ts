import type { JobDescription, LocalAlgorithm } from "../contract.js";

const TRAIN_ACCURACY = "Epoch\\S* Train-accuracy=(\\S*)";
const VALIDATION_ACCURACY = "Epoch\\S* Validation-accuracy=(\\S*)";

/** Image Classification in local mode: residual networks. Loads its engine in the worker only. */
export const imageClassification: LocalAlgorithm = {
  name: "image-classification",
  metricDefinitions: [
    { Name: "train:accuracy", Regex: TRAIN_ACCURACY },
    { Name: "validation:accuracy", Regex: VALIDATION_ACCURACY },
    { Name: "train:accuracy:epoch", Regex: TRAIN_ACCURACY },
    { Name: "validation:accuracy:epoch", Regex: VALIDATION_ACCURACY },
  ],
  refusals: (job) => {
    const refusals: string[] = [];
    const { hyperParameters: wire } = job;
    if (job.instanceCount > 1) {
      refusals.push(
        `Local mode trains Image Classification on one machine, but the job asks for ${job.instanceCount} ` +
          `instances${wire["kv_store"] === undefined ? "" : ` with kv_store "${wire["kv_store"]}"`}; set the instance count to 1.`,
      );
    }
    if (wire["precision_dtype"] === "float16") {
      refusals.push(
        'Local mode trains Image Classification in float32 only, not with precision_dtype "float16"; ' +
          'leave precision_dtype out or set it to "float32".',
      );
    }
    if (wire["use_pretrained_model"] === "1" && !job.channels.some(({ name }) => name === "model")) {
      refusals.push(
        "Local mode has no weights for use_pretrained_model 1: they come with the container of the service and cannot be " +
          'downloaded. Give the model.tar.gz of an earlier job in a channel "model", or set use_pretrained_model to 0.',
      );
    }
    const channels = wire["image_shape"]?.split(",", 1)[0];
    if (channels !== undefined && channels !== "1" && channels !== "3") {
      refusals.push(
        `Local mode reads images of 1 or 3 channels, not of ${channels} as image_shape "${wire["image_shape"]}" asks for.`,
      );
    }
    return refusals;
  },
  validate: async (job) => {
    const [{ containerFaults }, { imageClassificationHyperparametersSchema }] = await Promise.all([
      import("../../../estimators/hyperparameters/index.js"),
      import("../../../estimators/image-classification/index.js"),
    ]);
    return [
      ...containerFaults(imageClassificationHyperparametersSchema, job.hyperParameters),
      ...weightFaults(job),
      ...job.channels.flatMap(channelFaults),
      ...missingChannels(job),
    ];
  },
  loadEngine: async () => (await import("./engine.js")).engine,
};

type Channel = JobDescription["channels"][number];

/** The container cannot count the classes of a stream. */
function weightFaults({ hyperParameters: wire, channels }: JobDescription): string[] {
  const weighted = wire["multi_label"] === "1" && wire["use_weighted_loss"] === "1";
  return weighted && channels.some(({ s3DataType }) => s3DataType === "AugmentedManifestFile")
    ? ["pos_cls_weights (caused by KeyError): use_weighted_loss does not work with an augmented manifest"]
    : [];
}

/** True when a channel holds image files, which need a list. */
function holdsImages({ s3DataType, contentType }: Channel): boolean {
  if (s3DataType === "AugmentedManifestFile") return false;
  return /^\s*(?:application\/x-image|image\/(?:jpeg|png))\s*(?:;|$)/iu.test(contentType ?? "");
}

function channelFaults(channel: Channel): string[] {
  const { name, s3DataType, recordWrapperType, attributeNames, inputMode, contentType } = channel;
  if (!["train", "validation", "train_lst", "validation_lst", "model"].includes(name)) {
    return [`Additional channels are not allowed: ${name}`];
  }
  if (name === "model") {
    return inputMode === "Pipe" ? ["Channel model: input mode Pipe is not supported, use File"] : [];
  }
  const faults: string[] = [];
  if (s3DataType === "AugmentedManifestFile") {
    if (recordWrapperType !== "RecordIO") {
      faults.push(
        `(Input Error) Unable to parse record: The Record IO header does not start with the magic number. Channel ${name} is an ` +
          "augmented manifest, which needs RecordWrapperType RecordIO",
      );
    }
    if (attributeNames.length !== 2) {
      faults.push(
        `Channel ${name} needs two attribute names, the image and its label, got ${JSON.stringify(attributeNames)}`,
      );
    }
  } else if (
    contentType !== undefined &&
    !holdsImages(channel) &&
    !/^\s*application\/x-recordio\s*(?:;|$)/iu.test(contentType)
  ) {
    faults.push(
      `Channel ${name}: content type "${contentType}" is not supported; use application/x-recordio, application/x-image, ` +
        "image/jpeg or image/png",
    );
  }
  if (holdsImages(channel) && inputMode === "Pipe") {
    faults.push(`Channel ${name}: input mode Pipe is supported for application/x-recordio only`);
  }
  return faults;
}

function missingChannels(job: JobDescription): string[] {
  const names = job.channels.map(({ name }) => name);
  const images = job.channels.some((channel) => channel.name !== "model" && holdsImages(channel));
  const required = images ? ["train", "validation", "train_lst", "validation_lst"] : ["train", "validation"];
  return required
    .filter((name) => !names.includes(name))
    .map((name) => `Missing channel: ${name} is a required channel${images ? " for images with lists" : ""}`);
}
