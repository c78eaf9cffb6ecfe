import type { AlgorithmJob } from "../define-algorithm.js";
import { readImageShape, readSchedule, resolveImageClassificationHyperparameters } from "./defaults.js";
import type { ImageClassificationDraft, ImageClassificationHyperparameters } from "./hyperparameters.js";
import { gpuCount } from "./instances.js";
import { dataChannels, goesOnFromModel, hasLists } from "./job-channels.js";

/** Height up to which the network keeps its resolution at first, so that it suits small images. */
const SMALL_PIXELS = 32;
const LAYERS_FOR_SMALL = [20, 32, 44, 56, 110];
const DEEP_FOR_SMALL = [50, 101, 152, 200];

/** Hyperparameters that only some optimizers use. */
const usedBy = {
  beta_1: ["adam"],
  beta_2: ["adam"],
  eps: ["adam", "rmsprop"],
  gamma: ["rmsprop"],
  momentum: ["sgd", "nag"],
  weight_decay: ["sgd", "nag"],
} as const;

/**
 * Says what is legal but hardly meant: settings without effect, an early stop that cannot happen, a network that does not
 * suit the size of the images.
 *
 * @remarks The estimator passes these to the session's logger when a job is started.
 *
 * @param hyperparameters - valid hyperparameters, as the constructor of the estimator takes them
 * @returns full sentences; empty when there is nothing to say
 * @public
 */
export function imageClassificationWarnings(hyperparameters: ImageClassificationDraft): readonly string[] {
  const hp = resolveImageClassificationHyperparameters(hyperparameters);
  const isSet = (key: keyof ImageClassificationDraft): boolean => hyperparameters[key] !== undefined;
  const warnings: string[] = [];
  const noEffect = (key: keyof ImageClassificationDraft, without: string): void => {
    if (isSet(key)) warnings.push(`"${key}" has no effect without ${without}.`);
  };

  for (const [key, optimizers] of Object.entries(usedBy) as [keyof typeof usedBy, readonly string[]][]) {
    if (optimizers.includes(hp.optimizer)) continue;
    noEffect(key, `optimizer ${optimizers.map((name) => `"${name}"`).join(" or ")}`);
  }
  if (hp.lr_scheduler_step === undefined) noEffect("lr_scheduler_factor", '"lr_scheduler_step"');
  for (const epoch of readSchedule(hp.lr_scheduler_step).filter((step) => step >= hp.epochs)) {
    warnings.push(`Epoch ${epoch} of "lr_scheduler_step" is never reached: "epochs" is ${hp.epochs}.`);
  }
  if (!hp.early_stopping) {
    noEffect("early_stopping_min_epochs", "early_stopping: true");
    noEffect("early_stopping_patience", "early_stopping: true");
    noEffect("early_stopping_tolerance", "early_stopping: true");
  } else if (hp.early_stopping_min_epochs >= hp.epochs) {
    warnings.push(
      `early_stopping never triggers: "epochs" is ${hp.epochs}, and it looks from epoch "early_stopping_min_epochs" (${hp.early_stopping_min_epochs}) on.`,
    );
  }
  if (hp.multi_label === 0 && hp.use_weighted_loss === 1) noEffect("use_weighted_loss", "multi_label: 1");
  if (hp.top_k !== undefined && hp.num_classes !== undefined && hp.top_k > hp.num_classes) {
    warnings.push(`"top_k" is ${hp.top_k}, but there are only ${hp.num_classes} classes: it is always reached.`);
  }
  warnings.push(...networkWarnings(hp));
  return warnings;
}

function networkWarnings(
  hp: ReturnType<typeof resolveImageClassificationHyperparameters<ImageClassificationDraft>>,
): string[] {
  const { channels, height, width } = readImageShape(hp.image_shape);
  const isSmall = Math.min(height, width) <= SMALL_PIXELS;
  const warnings: string[] = [];
  if (isSmall && DEEP_FOR_SMALL.includes(hp.num_layers)) {
    warnings.push(
      `"num_layers" is ${hp.num_layers}, which is much for images of ${height} x ${width} pixels; 18, 20, 32, 44 or 56 suit them better.`,
    );
  }
  if (!isSmall && LAYERS_FOR_SMALL.includes(hp.num_layers)) {
    warnings.push(
      `"num_layers" is ${hp.num_layers}, which is meant for images of at most ${SMALL_PIXELS} pixels; 18, 34, 50, 101, 152 or 200 suit ${height} x ${width} better.`,
    );
  }
  if (hp.augmentation_type !== undefined && channels === 1 && isSmall) {
    warnings.push(
      `"augmentation_type" is "${hp.augmentation_type}", which also mirrors the images: harmful for digits and letters.`,
    );
  }
  return warnings;
}

/** What is legal but hardly meant in the whole job. */
export function jobWarnings(job: AlgorithmJob<ImageClassificationHyperparameters>): string[] {
  const warnings = [...imageClassificationWarnings(job.hyperparameters)];
  const hp = resolveImageClassificationHyperparameters(job.hyperparameters);
  const channels = dataChannels(job);
  if (job.instanceType.startsWith("ml.p2.")) {
    warnings.push(`AWS is retiring ${job.instanceType} and may refuse it; "ml.g4dn.xlarge" is a newer choice.`);
  }
  const gpus = gpuCount(job.instanceType);
  if (hp.mini_batch_size % gpus !== 0) {
    warnings.push(
      `"mini_batch_size" is ${hp.mini_batch_size}, which the ${gpus} GPUs of ${job.instanceType} cannot share evenly.`,
    );
  }
  if (hp.kv_store !== undefined && job.instanceCount === 1) {
    warnings.push('"kv_store" has no effect on one machine.');
  }
  if (hp.use_pretrained_model === 1 && goesOnFromModel(job)) {
    warnings.push('Two starting points: "use_pretrained_model" is 1, and there is the model of an earlier job.');
  }
  if (hasLists(channels.map(({ name }) => name)) && hp.resize === undefined) {
    warnings.push(
      `"resize" is not set: the training fails if any image is smaller than "image_shape" (${hp.image_shape}) in height or width [IC-11].`,
    );
  }
  const [train, validation] = ["train", "validation"].map((name) => channels.find((channel) => channel.name === name));
  if (train?.uri !== undefined && train.uri === validation?.uri) {
    warnings.push(`Training and validation read the same data, ${train.uri}: the accuracy will flatter [IC-15].`);
  }
  for (const { name, labelFormat } of channels) {
    if (labelFormat === undefined || hp.multi_label === 1) continue;
    warnings.push(`The label-format of channel "${name}" has no effect without multi_label: 1.`);
  }
  return warnings;
}
