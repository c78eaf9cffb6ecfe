import type { ValidationIssue } from "../../errors/index.js";
import type { Channel } from "../../inputs/index.js";
import { type AlgorithmDefinition, type AlgorithmJob, type ChannelRule, defineAlgorithm } from "../define-algorithm.js";
import {
  type CpuTrainingInstanceType,
  cpuTrainingInstances,
  type MultiGpuTrainingInstanceType,
  multiGpuTrainingInstances,
  type SingleGpuTrainingInstanceType,
  singleGpuTrainingInstances,
} from "../instance-types.js";
import { type DeepARHyperparameters, deepARHyperparametersSchema } from "./hyperparameters.js";
import { encoderIssues } from "./model-card.js";
import { deepARTuning } from "./tuning.js";
import { jobWarnings } from "./warnings.js";

// Source of the rules: https://docs.aws.amazon.com/sagemaker/latest/dg/deepar.html (channels, instances, metrics).

/** The GPU families that AWS names for its algorithms of this generation; newer types go into `unlistedInstanceType`. */
const GPU_FAMILIES = ["ml.p2", "ml.p3", "ml.g4dn", "ml.g5"] as const;

/**
 * Instance types that DeepAR trains on: CPUs, and the GPU families P2, P3, G4dn and G5. An endpoint runs on CPUs only.
 *
 * @public
 */
export type DeepARInstanceType =
  | CpuTrainingInstanceType
  | SingleGpuTrainingInstanceType<(typeof GPU_FAMILIES)[number]>
  | MultiGpuTrainingInstanceType<(typeof GPU_FAMILIES)[number]>;

/** The types with a GPU. */
function gpuInstances(): DeepARInstanceType[] {
  return [...singleGpuTrainingInstances(GPU_FAMILIES), ...multiGpuTrainingInstances(GPU_FAMILIES)];
}

const CONTENT_TYPES = ["json", "json.gz", "parquet"];

/**
 * The content type by the name of the file. The service goes by the endings `.json`, `.json.gz` and `.parquet` itself and
 * needs to be told for any other file; below a folder or a prefix only the files themselves can say.
 */
function contentTypeOf({ DataSource: { S3DataSource: s3 } }: Channel): string | undefined {
  if (s3?.S3DataType !== "S3Prefix") return undefined;
  const name = (s3.S3Uri ?? "").slice((s3.S3Uri ?? "").lastIndexOf("/") + 1).toLowerCase();
  if (name.endsWith(".parquet")) return "parquet";
  if (name.endsWith(".gz")) return "json.gz";
  return /\.(?:json|jsonl|jsonlines|ndjson)$/u.test(name) ? "json" : undefined;
}

const data: Omit<ChannelRule, "required"> = { contentTypes: CONTENT_TYPES, contentTypeOf };

function check(job: AlgorithmJob<DeepARHyperparameters>): ValidationIssue[] {
  return job.channels
    .filter((channel) => channel.DataSource.S3DataSource?.S3DataType === "AugmentedManifestFile")
    .map(({ ChannelName: name }) => ({
      path: ["channels", name],
      message: `channel "${name}" of DeepAR: an augmented manifest is streamed, and DeepAR reads files only; give the files of series`,
    }));
}

/**
 * DeepAR as data: channels, instances, metrics and rules.
 *
 * @public
 */
export const deepARAlgorithm: AlgorithmDefinition<typeof deepARHyperparametersSchema> = defineAlgorithm({
  name: "DeepAR",
  image: "forecasting-deepar",
  hyperparameters: deepARHyperparametersSchema,
  wire: { keys: { likelihood: { ignoreCase: true } } },
  options: { categoryEncoder: (encoder, hp) => encoderIssues(encoder, hp?.cardinality) },
  defaultChannel: "train",
  channels: () => ({ train: { ...data, required: true }, test: { ...data, required: false } }),
  instances: () => ({
    types: [...cpuTrainingInstances(), ...gpuInstances()],
    maxCount: Number.POSITIVE_INFINITY,
    reason: "it trains on CPU instances, and on GPU instances of the families P2, P3, G4dn and G5",
  }),
  inputModes: ["File"],
  // DeepAR writes no checkpoints, so an interrupted job starts over.
  maxSpotWaitSeconds: 3600,
  metrics: [
    {
      name: "test:RMSE",
      regex: "#quality_metric: host=\\S+, test RMSE <loss>=(\\S+)",
      direction: "Minimize",
      objective: true,
    },
    {
      name: "test:mean_wQuantileLoss",
      regex: "#quality_metric: host=\\S+, test mean_wQuantileLoss <loss>=(\\S+)",
      direction: "Minimize",
      objective: true,
    },
    {
      name: "train:final_loss",
      regex: "#quality_metric: host=\\S+, train final_loss <loss>=(\\S+)",
      direction: "Minimize",
      objective: true,
    },
    {
      name: "train:loss",
      regex: "#quality_metric: host=\\S+, epoch=\\S+, train loss <loss>=(\\S+)",
      direction: "Minimize",
      objective: false,
    },
    {
      name: "train:loss:batch",
      regex: "#quality_metric: host=\\S+, epoch=\\S+, batch=\\S+ train loss <loss>=(\\S+)",
      direction: "Minimize",
      objective: false,
    },
    {
      name: "train:progress",
      regex: "#progress_metric: host=\\S+, completed (\\S+) %",
      direction: "Maximize",
      objective: false,
    },
    {
      name: "train:throughput",
      regex: "#throughput_metric: host=\\S+, train throughput=(\\S+) records/second",
      direction: "Maximize",
      objective: false,
    },
  ],
  tuning: () => deepARTuning,
  check,
  preflight: async (context) => (await import("./preflight.js")).deepARPreflight(context),
  warnings: jobWarnings,
});
