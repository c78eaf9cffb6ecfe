import { JobFailure } from "../contract.js";
import type { ImageShape } from "./network/architecture.js";

/** How training images are varied. */
export type Augmentation = "crop" | "crop_color" | "crop_color_transform";

/** The hyperparameters by the service's names, with the defaults that its container logs. */
export interface Hyperparameters {
  readonly augmentation_type: Augmentation | undefined;
  readonly beta_1: number;
  readonly beta_2: number;
  readonly checkpoint_frequency: number | undefined;
  readonly early_stopping: boolean;
  readonly early_stopping_min_epochs: number;
  readonly early_stopping_patience: number;
  readonly early_stopping_tolerance: number;
  readonly epochs: number;
  readonly eps: number;
  readonly gamma: number;
  readonly image_shape: ImageShape;
  readonly learning_rate: number;
  readonly lr_scheduler_factor: number;
  /** Epochs after which the learning rate is multiplied by `lr_scheduler_factor`. */
  readonly lr_scheduler_step: readonly number[];
  readonly mini_batch_size: number;
  readonly momentum: number;
  readonly multi_label: boolean;
  readonly num_classes: number;
  readonly num_layers: number;
  readonly num_training_samples: number;
  readonly optimizer: "sgd" | "adam" | "rmsprop" | "nag";
  readonly resize: number | undefined;
  readonly top_k: number | undefined;
  readonly use_pretrained_model: boolean;
  readonly use_weighted_loss: boolean;
  readonly weight_decay: number;
}

/** `default-input.json` of the container, in its order. */
export const CONTAINER_DEFAULTS = {
  use_pretrained_model: 0,
  num_layers: 152,
  epochs: 30,
  learning_rate: 0.1,
  lr_scheduler_factor: 0.1,
  optimizer: "sgd",
  // What the container says; it trains with 0.9.
  momentum: 0,
  weight_decay: 0.0001,
  beta_1: 0.9,
  beta_2: 0.999,
  eps: 1e-8,
  gamma: 0.9,
  mini_batch_size: 32,
  image_shape: "3,224,224",
  precision_dtype: "float32",
} as const;

/**
 * Reads wire texts that have been checked when the job was created.
 *
 * @remarks Not by the schema of the estimator: that would load the whole SDK into every worker thread.
 *
 * @throws JobFailure for a text that was never checked
 */
export function readHyperparameters(wire: Readonly<Record<string, string>>): Hyperparameters {
  const fault = (name: string, expected: string): JobFailure =>
    new JobFailure("ClientError", `Hyperparameter ${name} must be ${expected}, got ${JSON.stringify(wire[name])}.`);
  const maybe = (name: string): number | undefined => {
    const text = wire[name];
    if (text === undefined) return undefined;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value)) return value;
    throw fault(name, "a number");
  };
  const number = (name: string, otherwise?: number): number => {
    const value = maybe(name) ?? otherwise;
    if (value === undefined) throw fault(name, "given");
    return value;
  };
  const flag = (name: string): boolean => number(name, 0) !== 0;
  const choice = <T extends string>(name: string, choices: readonly T[]): T | undefined => {
    const text = wire[name];
    const found = choices.find((candidate) => candidate === text);
    if (text !== undefined && found === undefined) throw fault(name, `one of ${choices.join(", ")}`);
    return found;
  };
  const { momentum: _, ...defaults } = CONTAINER_DEFAULTS;
  const [channels, height, width, ...more] = (wire["image_shape"] ?? defaults.image_shape).split(",").map(Number);
  if (!isSize(channels) || !isSize(height) || !isSize(width) || more.length > 0) {
    throw fault("image_shape", 'channels, height and width, such as "3,224,224"');
  }
  return {
    augmentation_type: choice("augmentation_type", ["crop", "crop_color", "crop_color_transform"]),
    beta_1: number("beta_1", defaults.beta_1),
    beta_2: number("beta_2", defaults.beta_2),
    checkpoint_frequency: maybe("checkpoint_frequency"),
    early_stopping: (wire["early_stopping"] ?? "").toLowerCase() === "true",
    early_stopping_min_epochs: number("early_stopping_min_epochs", 10),
    early_stopping_patience: number("early_stopping_patience", 5),
    early_stopping_tolerance: number("early_stopping_tolerance", 0),
    epochs: number("epochs", defaults.epochs),
    eps: number("eps", defaults.eps),
    gamma: number("gamma", defaults.gamma),
    image_shape: { channels, height, width },
    learning_rate: number("learning_rate", defaults.learning_rate),
    lr_scheduler_factor: number("lr_scheduler_factor", defaults.lr_scheduler_factor),
    lr_scheduler_step: (wire["lr_scheduler_step"] ?? "").split(",").filter(Boolean).map(Number),
    mini_batch_size: number("mini_batch_size", defaults.mini_batch_size),
    momentum: number("momentum", 0.9),
    multi_label: flag("multi_label"),
    num_classes: number("num_classes"),
    num_layers: number("num_layers", defaults.num_layers),
    num_training_samples: number("num_training_samples"),
    optimizer: choice("optimizer", ["sgd", "adam", "rmsprop", "nag"]) ?? defaults.optimizer,
    resize: maybe("resize"),
    top_k: maybe("top_k"),
    use_pretrained_model: flag("use_pretrained_model"),
    use_weighted_loss: flag("use_weighted_loss"),
    weight_decay: number("weight_decay", defaults.weight_decay),
  };
}

function isSize(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
