import type { ValidationIssue } from "../../errors/index.js";
import {
  type AlgorithmDefinition,
  type AlgorithmJob,
  type ChannelRule,
  defineAlgorithm,
  type InstanceRule,
} from "../define-algorithm.js";
import {
  type CpuTrainingInstanceType,
  cpuTrainingInstances,
  type MultiGpuTrainingInstanceType,
  multiGpuTrainingInstances,
  type SingleGpuTrainingInstanceType,
  singleGpuTrainingInstances,
} from "../instance-types.js";
import {
  type BlazingTextHyperparameters,
  type BlazingTextMode,
  blazingTextHyperparametersSchema,
} from "./hyperparameters.js";
import { blazingTextTuning } from "./tuning.js";
import { blazingTextWarnings } from "./warnings.js";

// Source of the rules: https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext.html (instances and data formats).

/** The GPU families that AWS names for BlazingText. */
const GPU_FAMILIES = ["ml.p2", "ml.p3", "ml.g4dn", "ml.g5"] as const;

type SingleGpu = SingleGpuTrainingInstanceType<(typeof GPU_FAMILIES)[number]>;
type MultiGpu = MultiGpuTrainingInstanceType<(typeof GPU_FAMILIES)[number]>;

/**
 * Instance types that a mode of BlazingText trains on: `batch_skipgram` on CPUs, `supervised` on a CPU or one GPU,
 * `skipgram` and `cbow` on a CPU or any number of GPUs of one instance.
 *
 * @public
 */
export type BlazingTextInstanceType<M extends BlazingTextMode = BlazingTextMode> = M extends "batch_skipgram"
  ? CpuTrainingInstanceType
  : M extends "supervised"
    ? CpuTrainingInstanceType | SingleGpu
    : CpuTrainingInstanceType | SingleGpu | MultiGpu;

const TEXT = { contentTypes: ["text/plain", "application/x-recordio", "application/jsonlines"] };

function channels(hp: BlazingTextHyperparameters): Readonly<Record<string, ChannelRule>> {
  const train = { ...TEXT, required: true, manifestContentType: "application/x-recordio" };
  if (hp.mode !== "supervised") return { train };
  const why = "early_stopping watches the accuracy on it";
  return { train, validation: { ...train, required: hp.early_stopping === true, why } };
}

function instances(hp: BlazingTextHyperparameters): InstanceRule {
  const mode = `mode "${hp.mode}"`;
  switch (hp.mode) {
    case "batch_skipgram":
      return {
        types: cpuTrainingInstances(),
        maxCount: Number.POSITIVE_INFINITY,
        reason: `${mode} trains on CPU instances [BT-05]`,
      };
    case "supervised":
      return {
        types: [...cpuTrainingInstances(), ...singleGpuTrainingInstances(GPU_FAMILIES)],
        maxCount: 1,
        reason: `${mode} trains on one instance, a CPU or one with a single GPU [BT-05]`,
      };
    default:
      return {
        types: [
          ...cpuTrainingInstances(),
          ...singleGpuTrainingInstances(GPU_FAMILIES),
          ...multiGpuTrainingInstances(GPU_FAMILIES),
        ],
        maxCount: 1,
        reason: `${mode} trains on one instance, CPU or GPU; several instances need mode "batch_skipgram" [BT-05]`,
      };
  }
}

function check(job: AlgorithmJob<BlazingTextHyperparameters>): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  for (const channel of job.channels) {
    const s3 = channel.DataSource.S3DataSource;
    const fault = (message: string): void => {
      issues.push({
        path: ["channels", channel.ChannelName],
        message: `channel "${channel.ChannelName}" of BlazingText: ${message}`,
      });
    };
    if (s3?.S3DataType === "AugmentedManifestFile") {
      if (job.hyperparameters.mode !== "supervised") fault('an augmented manifest works with mode "supervised" only');
      if (!(cpuTrainingInstances() as readonly string[]).includes(job.instanceType)) {
        fault(`an augmented manifest is read on CPU instances only; got "${job.instanceType}"`);
      }
      if (channel.RecordWrapperType !== "RecordIO") fault('an augmented manifest needs recordWrapping "RecordIO"');
    } else if ((channel.InputMode ?? job.inputMode) === "Pipe") {
      fault('inputMode "Pipe" works with an augmented manifest only; use "File"');
    }
    if (job.instanceCount > 1 && s3 && s3.S3DataDistributionType !== "FullyReplicated") {
      fault(
        `several instances need distribution "FullyReplicated", as the algorithm shares out the data itself; got "${s3.S3DataDistributionType}"`,
      );
    }
  }
  return issues;
}

function warnings(job: AlgorithmJob<BlazingTextHyperparameters>): string[] {
  const found = [...blazingTextWarnings(job.hyperparameters)];
  if (
    job.hyperparameters.mode !== "supervised" &&
    (multiGpuTrainingInstances() as string[]).includes(job.instanceType)
  ) {
    found.push(
      `Training on several GPUs (${job.instanceType}) writes vectors.txt only: the model cannot be deployed [BT-06].`,
    );
  }
  return found;
}

/**
 * BlazingText as data: channels, instances, metrics and rules.
 *
 * @public
 */
export const blazingTextAlgorithm: AlgorithmDefinition<typeof blazingTextHyperparametersSchema> = defineAlgorithm({
  name: "BlazingText",
  image: "blazingtext",
  hyperparameters: blazingTextHyperparametersSchema,
  defaultChannel: "train",
  codes: { unknownChannel: "BT-04", otherVariant: "BT-07" },
  channels,
  instances,
  inputModes: ["File", "FastFile", "Pipe"],
  // BlazingText writes no checkpoints, so an interrupted job starts over.
  maxSpotWaitSeconds: 3600,
  metrics: [
    { name: "train:accuracy", regex: "#train_accuracy: (\\S+)", direction: "Maximize", objective: false },
    { name: "validation:accuracy", regex: "#validation_accuracy: (\\S+)", direction: "Maximize", objective: true },
    { name: "train:mean_rho", regex: "#mean_rho: (\\S+)", direction: "Maximize", objective: true },
  ],
  tuning: blazingTextTuning,
  check,
  warnings,
  preflight: async (context) => (await import("./preflight.js")).blazingTextPreflight(context),
});
