import {
  pretrainedLayers,
  readImageShape,
  readSchedule,
  resolveImageClassificationHyperparameters,
} from "./defaults.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";

/** One rule about several hyperparameters: without it the job fails, or does something that nobody asked for. */
export interface HyperparameterRule {
  /** The hyperparameter to change. */
  readonly key: keyof ImageClassificationDraft;
  /** Keys that are not set count with their defaults. */
  holds(hp: ImageClassificationDraft): boolean;
  /** What is wrong, as the end of a sentence that starts with the hyperparameter. */
  readonly problem: string;
}

type Resolved = ReturnType<typeof resolveImageClassificationHyperparameters<ImageClassificationDraft>>;

/** A rule that sees the defaults of the service. */
function rule(key: HyperparameterRule["key"], problem: string, holds: (hp: Resolved) => boolean): HyperparameterRule {
  return { key, problem, holds: (hp) => holds(resolveImageClassificationHyperparameters(hp)) };
}

/** The rules about several hyperparameters, in the order of their report. */
export const hyperparameterRules: readonly HyperparameterRule[] = [
  rule(
    "image_shape",
    'must be "3,224,224" with use_pretrained_model: 1, whose network was trained on such images',
    (hp) => hp.use_pretrained_model !== 1 || hp.image_shape === "3,224,224",
  ),
  rule(
    "num_layers",
    `must be one of ${pretrainedLayers.join(", ")} with use_pretrained_model: 1 [IC-13]`,
    (hp) => hp.use_pretrained_model !== 1 || (pretrainedLayers as readonly number[]).includes(hp.num_layers),
  ),
  rule("resize", 'must not be below height or width of "image_shape" ("3,224,224" when it is not set)', (hp) => {
    const { height, width } = readImageShape(hp.image_shape);
    return hp.resize === undefined || hp.resize >= Math.max(height, width);
  }),
  rule(
    "num_training_samples",
    'must not be below "mini_batch_size" (32 when it is not set): not even one batch could be filled; lower "mini_batch_size" [IC-07]',
    (hp) => hp.num_training_samples === undefined || hp.num_training_samples >= hp.mini_batch_size,
  ),
  rule(
    "checkpoint_frequency",
    'must not be above "epochs" (30 when it is not set): no model would be saved',
    (hp) => hp.checkpoint_frequency === undefined || hp.checkpoint_frequency <= hp.epochs,
  ),
  rule("lr_scheduler_step", 'must name its epochs in ascending order, such as "10,20"', (hp) =>
    readSchedule(hp.lr_scheduler_step).every((epoch, index, all) => index === 0 || epoch > (all[index - 1] ?? 0)),
  ),
];
