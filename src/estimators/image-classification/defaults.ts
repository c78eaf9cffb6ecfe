// Loads no zod: a training process that only reads its settings needs none.
import { decodeBoolean, decodeNumber } from "../hyperparameters/decode-value.js";
import type { ImageClassificationDraft, ImageClassificationHyperparameters } from "./hyperparameters.js";

/**
 * Channels, height and width of an image, as the service writes them: `"3,224,224"`.
 *
 * @public
 */
export type ImageShape = `${number},${number},${number}`;

/** Depths that start from ImageNet weights. */
export const pretrainedLayers = [18, 34, 50, 101, 152, 200] as const;

/**
 * What the service takes for the hyperparameters that are not sent.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
 * @public
 */
export const imageClassificationDefaults = Object.freeze({
  beta_1: 0.9,
  beta_2: 0.999,
  early_stopping: false,
  early_stopping_min_epochs: 10,
  early_stopping_patience: 5,
  early_stopping_tolerance: 0,
  epochs: 30,
  eps: 1e-8,
  gamma: 0.9,
  image_shape: "3,224,224",
  learning_rate: 0.1,
  lr_scheduler_factor: 0.1,
  mini_batch_size: 32,
  momentum: 0.9,
  multi_label: 0,
  num_layers: 152,
  optimizer: "sgd",
  precision_dtype: "float32",
  use_pretrained_model: 0,
  use_weighted_loss: 0,
  weight_decay: 0.0001,
} as const satisfies Partial<ImageClassificationHyperparameters>);

type WithDefault = keyof typeof imageClassificationDefaults;

/**
 * Hyperparameters of ImageClassification with every key that has a default.
 *
 * @public
 */
export type ResolvedImageClassificationHyperparameters = Omit<ImageClassificationHyperparameters, WithDefault> & {
  readonly [K in WithDefault]-?: Exclude<ImageClassificationHyperparameters[K], undefined>;
};

/** Keys without a default, by the type of their value. */
const numbersWithoutDefault = [
  "num_classes",
  "num_training_samples",
  "checkpoint_frequency",
  "resize",
  "top_k",
] as const;
const textsWithoutDefault = ["augmentation_type", "kv_store", "lr_scheduler_step"] as const;

/**
 * Fills in the defaults of the service.
 *
 * @returns a new object with every key that has a default; keys set to `undefined` count as not set
 * @public
 */
export function resolveImageClassificationHyperparameters<H extends ImageClassificationDraft>(
  hyperparameters: H,
): Omit<H, WithDefault> & Pick<ResolvedImageClassificationHyperparameters, WithDefault> {
  const set = Object.entries(hyperparameters).filter(([, value]) => value !== undefined);
  return { ...imageClassificationDefaults, ...Object.fromEntries(set) } as never;
}

/**
 * Reads the texts of a job's `HyperParameters` map and fills in the defaults of the service.
 *
 * @remarks For maps that the container accepts; texts that cannot be read are skipped, so their default stands.
 *
 * @returns undefined when `num_classes` or `num_training_samples` is missing or no number
 * @public
 */
export function readImageClassificationHyperparameters(
  wire: Readonly<Record<string, string>>,
): ResolvedImageClassificationHyperparameters | undefined {
  const values: Record<string, unknown> = { ...imageClassificationDefaults };
  for (const [key, value] of Object.entries(imageClassificationDefaults)) {
    const text = wire[key];
    if (text === undefined) continue;
    if (typeof value === "string") values[key] = text;
    else values[key] = (typeof value === "boolean" ? decodeBoolean(text) : decodeNumber(text)) ?? value;
  }
  for (const key of numbersWithoutDefault) {
    const number = wire[key] === undefined ? undefined : decodeNumber(wire[key]);
    if (number !== undefined) values[key] = number;
  }
  for (const key of textsWithoutDefault) if (wire[key] !== undefined) values[key] = wire[key];
  if (values["num_classes"] === undefined || values["num_training_samples"] === undefined) return undefined;
  return values as unknown as ResolvedImageClassificationHyperparameters;
}

/**
 * Channels, height and width of an {@link ImageShape}, in pixels.
 *
 * @returns NaN for parts that are no numbers
 * @public
 */
export function readImageShape(shape: string): {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
} {
  const [channels = Number.NaN, height = Number.NaN, width = Number.NaN] = shape.split(",").map(Number);
  return { channels, height, width };
}

/** Epochs of `lr_scheduler_step`, in its order. */
export function readSchedule(steps: string | undefined): number[] {
  return steps === undefined ? [] : steps.split(",").map(Number);
}
