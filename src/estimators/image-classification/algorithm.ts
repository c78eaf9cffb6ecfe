import type { ValidationIssue } from "../../errors/index.js";
import { type AlgorithmDefinition, type ChannelRule, defineAlgorithm } from "../define-algorithm.js";
import { classNameIssues } from "./class-names.js";
import { imageClassificationDraftSchema, imageClassificationHyperparametersSchema } from "./hyperparameters.js";
import { imageClassificationInstances } from "./instances.js";
import { hasLists, LIST_CHANNELS, LISTS_BELONG_TOGETHER } from "./job-channels.js";
import { jobIssues } from "./job-issues.js";
import { imageClassificationTuning } from "./tuning.js";
import { jobWarnings } from "./warnings.js";

// Source of the rules: https://docs.aws.amazon.com/sagemaker/latest/dg/image-classification.html (instances and data formats).

const RECORD_IO = "application/x-recordio";
const IMAGES = ["application/x-image", "image/jpeg", "image/png"];

function channels(given: readonly string[]): Readonly<Record<string, ChannelRule>> {
  const model: ChannelRule = {
    required: false,
    contentTypes: ["application/x-sagemaker-model"],
    inputMode: "File",
  };
  if (hasLists(given)) {
    const images: ChannelRule = { required: true, contentTypes: IMAGES, why: LISTS_BELONG_TOGETHER };
    return {
      train: images,
      validation: images,
      ...Object.fromEntries(LIST_CHANNELS.map((name) => [name, images])),
      model,
    };
  }
  // A channel of images that is no augmented manifest is refused later, when its data type is known.
  const records = { required: true, contentTypes: [RECORD_IO, ...IMAGES], manifestContentType: RECORD_IO };
  return { train: records, validation: records, model };
}

/** The container reads the model of an earlier job in the channel "model" only. */
function modelChannelIssues(name: unknown): ValidationIssue[] {
  if (name === "model") return [];
  const message = `modelChannelName must be "model": ImageClassification reads no other channel for it`;
  return [{ path: ["modelChannelName"], message }];
}

/**
 * ImageClassification as data: channels, instances, metrics and rules.
 *
 * @public
 */
export const imageClassificationAlgorithm: AlgorithmDefinition<typeof imageClassificationHyperparametersSchema> =
  defineAlgorithm({
    name: "ImageClassification",
    image: "image-classification",
    hyperparameters: imageClassificationHyperparametersSchema,
    derived: {
      keys: ["num_classes", "num_training_samples"],
      schema: imageClassificationDraftSchema,
      hint: "set it, or let withData() derive it from the data",
    },
    options: { classNames: classNameIssues, modelChannelName: modelChannelIssues },
    defaultChannel: "train",
    channels: (_hyperparameters, given) => channels(given),
    instances: () => ({
      types: imageClassificationInstances(),
      maxCount: Number.POSITIVE_INFINITY,
      reason: "it trains on GPU instances of the families P2, P3, G4dn and G5 [IC-01]",
    }),
    inputModes: ["File", "Pipe"],
    incremental: true,
    metrics: [
      { name: "train:accuracy", regex: "Epoch\\S* Train-accuracy=(\\S*)", direction: "Maximize", objective: false },
      {
        name: "validation:accuracy",
        regex: "Epoch\\S* Validation-accuracy=(\\S*)",
        direction: "Maximize",
        objective: true,
      },
    ],
    tuning: () => imageClassificationTuning,
    check: jobIssues,
    warnings: jobWarnings,
    codes: { unknownChannel: "IC-02" },
    preflight: async (context) => (await import("./preflight.js")).imageClassificationPreflight(context),
  });
