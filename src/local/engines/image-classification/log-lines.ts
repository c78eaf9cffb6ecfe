import { pythonFloat } from "../python-text.js";
import { CONTAINER_DEFAULTS, type Hyperparameters } from "./hyperparameters.js";

/** The lines with which the container names its configuration: the defaults, what was given, and both together. */
export function configurationLines(given: Readonly<Record<string, string>>): string[] {
  const defaults = "/opt/amazon/lib/python3.7/site-packages/image_classification/default-input.json";
  return [
    `Reading default configuration from ${defaults}: ${pythonDict(CONTAINER_DEFAULTS)}`,
    `Merging with provided configuration from /opt/ml/input/config/hyperparameters.json: ${pythonDict(given)}`,
    `Final configuration: ${pythonDict({ ...CONTAINER_DEFAULTS, ...given })}`,
  ];
}

/** The block of parameters, one line each, as the container orders them. */
export function parameterLines(hyperparameters: Hyperparameters): string[] {
  const { image_shape: shape, optimizer } = hyperparameters;
  const { momentum, weight_decay, beta_1, beta_2, eps, gamma } = hyperparameters;
  const ofOptimizer = {
    sgd: { momentum, weight_decay },
    nag: { momentum, weight_decay },
    adam: { beta_1, beta_2, eps },
    rmsprop: { gamma, eps },
  }[optimizer];
  const steps = hyperparameters.lr_scheduler_step.join(",");
  const stopping = hyperparameters.early_stopping
    ? {
        early_stopping_min_epochs: hyperparameters.early_stopping_min_epochs,
        early_stopping_patience: hyperparameters.early_stopping_patience,
        early_stopping_tolerance: hyperparameters.early_stopping_tolerance,
      }
    : {};
  const lines = {
    num_layers: hyperparameters.num_layers,
    "data type": "<class 'numpy.float32'>",
    epochs: hyperparameters.epochs,
    "image resize size": hyperparameters.resize,
    optimizer,
    ...ofOptimizer,
    learning_rate: hyperparameters.learning_rate,
    lr_scheduler_step: steps === "" ? undefined : steps,
    lr_scheduler_factor: steps === "" ? undefined : hyperparameters.lr_scheduler_factor,
    num_training_samples: hyperparameters.num_training_samples,
    mini_batch_size: hyperparameters.mini_batch_size,
    image_shape: `${shape.channels},${shape.height},${shape.width}`,
    num_classes: hyperparameters.num_classes,
    augmentation_type: hyperparameters.augmentation_type ?? "None",
    kv_store: "device",
    top_k: hyperparameters.top_k,
    ...stopping,
  };
  const { checkpoint_frequency: frequency } = hyperparameters;
  return [
    "---- Parameters ----",
    ...Object.entries(lines).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${typeof value === "number" ? pythonNumber(value) : value}`],
    ),
    frequency === undefined
      ? "checkpoint_frequency not set, will store the best model"
      : `checkpoint_frequency: ${frequency}`,
    "--------------------",
  ];
}

/**
 * `Epoch[0] Batch [20]` with the speed since the last such line and the metrics of the epoch so far. `#011` is how the log
 * shipper of the service writes a tab.
 */
export function batchLine(
  epoch: number,
  batch: number,
  samplesPerSecond: number,
  metrics: readonly (readonly [name: string, value: number])[],
): string {
  const values = metrics.map(([name, value]) => `#011${name}=${value.toFixed(6)}`).join("");
  return `Epoch[${epoch}] Batch [${batch}]#011Speed: ${samplesPerSecond.toFixed(3)} samples/sec${values}`;
}

function pythonDict(values: Readonly<Record<string, string | number>>): string {
  const entries = Object.entries(values).map(([name, value]) => `${quoted(name)}: ${pythonValue(value)}`);
  return `{${entries.join(", ")}}`;
}

function pythonValue(value: string | number): string {
  return typeof value === "number" ? pythonNumber(value) : quoted(value);
}

/** Whole numbers as integers, the rest as floats. */
function pythonNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : pythonFloat(value);
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
}
