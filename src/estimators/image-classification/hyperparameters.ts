import * as z from "zod";
import { type ImageShape, pretrainedLayers } from "./defaults.js";
import { hyperparameterRules } from "./hyperparameter-rules.js";

// The interface carries the documentation, because declaration files keep no comments of inferred types; the schema checks
// at run time. The annotation of the exported schema and test/types hold the two together.
// Ranges and defaults follow the AWS developer guide (checked 2023-06):
// https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html

/**
 * Depths of the network that ImageClassification knows.
 *
 * @public
 */
export type ImageClassificationLayers = 18 | 34 | 50 | 101 | 152 | 200 | 20 | 32 | 44 | 56 | 110;

/**
 * Hyperparameters of ImageClassification. Names are the service's own, as its logs and tuning ranges print them. Only the
 * keys that are set are sent; the others take the defaults of the service.
 *
 * @public
 */
export interface ImageClassificationHyperparameters {
  /**
   * Classes, which is the number of probabilities that the model answers. Integer, at least 1. The labels of the data are
   * 0 to `num_classes - 1` without gaps; with `multi_label` every image carries exactly so many zeros and ones.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly num_classes: number;
  /**
   * Images in the training data. Integer, at least 1 and not below `mini_batch_size`. An epoch is
   * `floor(num_training_samples / mini_batch_size)` batches whatever the data holds: too large a number repeats images, too
   * small a one leaves images for a later epoch.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly num_training_samples: number;
  /**
   * How training images are varied. `crop`: random crop to `image_shape` and random mirroring; `crop_color`: also hue by up
   * to 36, saturation and lightness by up to 50; `crop_color_transform`: also rotation by up to 10 degrees, shear by up to
   * 0.1, aspect ratio by up to 0.25. Unset, the centre is cropped and nothing is varied. Mirroring harms digits and text.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly augmentation_type?: "crop" | "crop_color" | "crop_color_transform" | undefined;
  /**
   * Decay of the mean of the gradients. Number in [0, 1]. Used only with optimizer `adam`.
   *
   * @defaultValue 0.9
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly beta_1?: number | undefined;
  /**
   * Decay of the mean of the squared gradients. Number in [0, 1]. Used only with optimizer `adam`.
   *
   * @defaultValue 0.999
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly beta_2?: number | undefined;
  /**
   * Epochs between two saved models. Integer, at least 1 and not above `epochs`. Unset, the model of the best epoch is kept.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly checkpoint_frequency?: number | undefined;
  /**
   * Stop when the validation accuracy has not improved for `early_stopping_patience` epochs.
   *
   * @defaultValue false
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly early_stopping?: boolean | undefined;
  /**
   * Epochs made before early stopping looks for the first time. Integer, at least 1. Used only with `early_stopping`.
   *
   * @defaultValue 10
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly early_stopping_min_epochs?: number | undefined;
  /**
   * Epochs without improvement before early stopping ends the training. Integer, at least 1. Used only with
   * `early_stopping`.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly early_stopping_patience?: number | undefined;
  /**
   * Relative improvement, `(new - best) / best`, below which an epoch counts as none. Number in [0, 1]. Used only with
   * `early_stopping`.
   *
   * @defaultValue 0
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly early_stopping_tolerance?: number | undefined;
  /**
   * Passes over the training data; with `early_stopping` the most that are made. Integer, at least 1.
   *
   * @defaultValue 30
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly epochs?: number | undefined;
  /**
   * Small number that keeps divisions finite. Number in [0, 1]. Used only with optimizer `adam` or `rmsprop`.
   *
   * @defaultValue 1e-8
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly eps?: number | undefined;
  /**
   * Decay of the mean of the squared gradients. Number in [0, 1]. Used only with optimizer `rmsprop`.
   *
   * @defaultValue 0.9
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly gamma?: number | undefined;
  /**
   * Channels, height and width of the images that the network sees, in pixels: `"3,224,224"`. No image may be smaller in
   * either direction (see `resize`). With `use_pretrained_model` only the default is accepted.
   *
   * @defaultValue "3,224,224"
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly image_shape?: ImageShape | undefined;
  /**
   * How several machines share their updates: after every batch together, or each on its own. With `dist_sync` the batch is
   * `mini_batch_size` times the number of machines. Has no effect on one machine.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly kv_store?: "dist_sync" | "dist_async" | undefined;
  /**
   * Step size at the start; it changes only with `lr_scheduler_step`. Number in [0, 1].
   *
   * @defaultValue 0.1
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly learning_rate?: number | undefined;
  /**
   * Factor of the learning rate at every epoch of `lr_scheduler_step`. Number in [0, 1].
   *
   * @defaultValue 0.1
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly lr_scheduler_factor?: number | undefined;
  /**
   * Epochs after which the learning rate is multiplied by `lr_scheduler_factor`: whole numbers from 1, ascending,
   * separated by commas, such as `"10,20"`. Unset, the learning rate stays.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly lr_scheduler_step?: string | undefined;
  /**
   * Images per step and machine; the GPUs of a machine share them. Integer, at least 1.
   *
   * @defaultValue 32
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly mini_batch_size?: number | undefined;
  /**
   * Share of the former step that is kept. Number in [0, 1]. Used only with optimizer `sgd` or `nag`.
   *
   * @defaultValue 0.9
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly momentum?: number | undefined;
  /**
   * 1 when an image can belong to several classes: the label is then a row of zeros and ones, the probabilities are
   * independent of one another, and the accuracy is the mean over the classes.
   *
   * @defaultValue 0
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly multi_label?: 0 | 1 | undefined;
  /**
   * Layers of the network. 18, 34, 50, 101, 152 and 200 suit large images such as 224 x 224, and transfer learning knows
   * only these; 20, 32, 44, 56 and 110 suit small ones such as 32 x 32.
   *
   * @defaultValue 152
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly num_layers?: ImageClassificationLayers | undefined;
  /**
   * How the gradients become steps.
   *
   * @defaultValue "sgd"
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly optimizer?: "sgd" | "adam" | "rmsprop" | "nag" | undefined;
  /**
   * Precision of the weights in training.
   *
   * @defaultValue "float32"
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly precision_dtype?: "float32" | "float16" | undefined;
  /**
   * Shorter side in pixels that images are scaled to before they are cropped. Integer, at least 1 and not below height or
   * width of `image_shape`. Unset, images keep their size. AWS asks for it with content type `application/x-image`, but
   * trains without it when no image is smaller than `image_shape`.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly resize?: number | undefined;
  /**
   * Also report how often the right class is among the `top_k` most likely ones. Integer, at least 2.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly top_k?: number | undefined;
  /**
   * 1 starts from a network trained on ImageNet, of which only the last layer is made anew; 0 starts from random weights.
   *
   * @defaultValue 0
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly use_pretrained_model?: 0 | 1 | undefined;
  /**
   * 1 weighs the classes by how rare they are. Used only with `multi_label`.
   *
   * @defaultValue 0
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly use_weighted_loss?: 0 | 1 | undefined;
  /**
   * Pull of the weights towards zero. Number in [0, 1]. Used only with optimizer `sgd` or `nag`.
   *
   * @defaultValue 0.0001
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
   */
  readonly weight_decay?: number | undefined;
}

/**
 * Hyperparameters of ImageClassification before the data is known: what follows from the data may still be missing.
 *
 * @public
 */
export type ImageClassificationDraft = Omit<ImageClassificationHyperparameters, DerivedKey> & {
  readonly [K in DerivedKey]?: ImageClassificationHyperparameters[K] | undefined;
};

/** Hyperparameters that follow from the data. */
type DerivedKey = "num_classes" | "num_training_samples";

const SCHEDULE = /^([1-9][0-9]*)(,[1-9][0-9]*)*$/u;
/** The rules about several keys read these texts, so they are not asked when a text is malformed. */
const WHOLE = { abort: true };
const IMAGE_SHAPE = /^[1-9]\d*,[1-9]\d*,[1-9]\d*$/u;

// Defaults are written into the JSON schema only: a key that the caller leaves out is not sent, as in the Python SDK.
const positiveInteger = () => z.int32().min(1);
const integer = (defaultValue: number) => positiveInteger().meta({ default: defaultValue }).optional();
const share = (defaultValue: number) => z.number().min(0).max(1).meta({ default: defaultValue }).optional();
const flag = (defaultValue: 0 | 1) => z.literal([0, 1]).meta({ default: defaultValue }).optional();
/** The pattern is stricter than the type that the compiler sees. */
const imageShape = z.string().regex(IMAGE_SHAPE, WHOLE).meta({ default: "3,224,224" }) as unknown as z.ZodType<
  ImageShape,
  ImageShape
>;

const derived = { num_classes: positiveInteger(), num_training_samples: positiveInteger() };
const own = {
  augmentation_type: z.enum(["crop", "crop_color", "crop_color_transform"]).optional(),
  beta_1: share(0.9),
  beta_2: share(0.999),
  checkpoint_frequency: positiveInteger().optional(),
  early_stopping: z.boolean().meta({ default: false }).optional(),
  early_stopping_min_epochs: integer(10),
  early_stopping_patience: integer(5),
  early_stopping_tolerance: share(0),
  epochs: integer(30),
  eps: share(1e-8),
  gamma: share(0.9),
  image_shape: imageShape.optional(),
  kv_store: z.enum(["dist_sync", "dist_async"]).optional(),
  learning_rate: share(0.1),
  lr_scheduler_factor: share(0.1),
  lr_scheduler_step: z.string().regex(SCHEDULE, WHOLE).optional(),
  mini_batch_size: integer(32),
  momentum: share(0.9),
  multi_label: flag(0),
  num_layers: z
    .literal([...pretrainedLayers, 20, 32, 44, 56, 110])
    .meta({ default: 152 })
    .optional(),
  optimizer: z.enum(["sgd", "adam", "rmsprop", "nag"]).meta({ default: "sgd" }).optional(),
  precision_dtype: z.enum(["float32", "float16"]).meta({ default: "float32" }).optional(),
  resize: positiveInteger().optional(),
  top_k: z.int32().min(2).optional(),
  use_pretrained_model: flag(0),
  use_weighted_loss: flag(0),
  weight_decay: share(0.0001),
};

const schema = z.strictObject({ ...derived, ...own }).superRefine(checkRules);
const draft = z
  .strictObject({
    num_classes: derived.num_classes.optional(),
    num_training_samples: derived.num_training_samples.optional(),
    ...own,
  })
  .superRefine(checkRules);

function checkRules(hp: ImageClassificationDraft, context: z.RefinementCtx<ImageClassificationDraft>): void {
  for (const { key, holds, problem } of hyperparameterRules) {
    if (holds(hp)) continue;
    const message = `hyperparameter "${key}" of ImageClassification ${problem}`;
    context.addIssue({ code: "custom", path: [key], message });
  }
}

/** What the schema takes, as zod infers it; for the test that compares it with the interface. @internal */
export type InferredImageClassificationHyperparameters = z.input<typeof schema>;

/**
 * Schema of the hyperparameters of ImageClassification. Unknown keys are refused.
 *
 * @public
 */
export const imageClassificationHyperparametersSchema: z.ZodType<
  ImageClassificationHyperparameters,
  ImageClassificationHyperparameters
> = schema;

/** The same without the demand for what follows from the data, for the time before the data is known. */
export const imageClassificationDraftSchema: z.ZodType<ImageClassificationDraft, ImageClassificationDraft> = draft;
