import type { ValidationIssue } from "../../errors/index.js";
import { shown } from "../../internal/options.js";
import type { AlgorithmJob } from "../define-algorithm.js";
import { imageClassificationDefaults } from "./defaults.js";
import type { ImageClassificationHyperparameters } from "./hyperparameters.js";
import { gpuCount } from "./instances.js";
import { type DataChannel, dataChannels, hasLists, LIST_CHANNELS, LISTS_BELONG_TOGETHER } from "./job-channels.js";

/** Faults of channels, machines and hyperparameters together. */
export function jobIssues(job: AlgorithmJob<ImageClassificationHyperparameters>): ValidationIssue[] {
  const channels = dataChannels(job);
  const lists = hasLists(channels.map(({ name }) => name));
  const issues: ValidationIssue[] = channels.flatMap((channel) =>
    channelProblems(channel, lists, job.instanceCount).map((problem) => ({
      path: ["channels", channel.name],
      message: `channel "${channel.name}" of ImageClassification: ${problem}`,
    })),
  );
  if (lists) issues.push(...sharedPrefixIssues(channels));
  const hyperparameter = (key: keyof ImageClassificationHyperparameters, problem: string): void => {
    const message = `hyperparameter "${key}" of ImageClassification ${problem}`;
    issues.push({ path: ["hyperparameters", key], message });
  };
  const { hyperparameters: hp } = job;
  if (hp.use_weighted_loss === 1 && channels.some(({ isManifest }) => isManifest)) {
    hyperparameter("use_weighted_loss", "does not work with an augmented manifest: the job fails with pos_cls_weights");
  }
  const gpus = gpuCount(job.instanceType);
  if ((hp.mini_batch_size ?? imageClassificationDefaults.mini_batch_size) < gpus) {
    hyperparameter(
      "mini_batch_size",
      `must not be below ${gpus}, as the ${gpus} GPUs of ${job.instanceType} share the images of a batch [IC-07]`,
    );
  }
  return issues;
}

function channelProblems(channel: DataChannel, lists: boolean, instanceCount: number): string[] {
  const problems: string[] = [];
  const { mediaType, inputMode, labelFormat, isManifest } = channel;
  const isRecordIo = mediaType === "application/x-recordio";
  const isList = (LIST_CHANNELS as readonly string[]).includes(channel.name);
  if (labelFormat !== undefined && labelFormat !== "multi-hot" && labelFormat !== "class-id") {
    problems.push(`label-format is "multi-hot" or "class-id"; got ${shown(labelFormat)}`);
  }
  if (isManifest && lists) {
    problems.push("an augmented manifest holds the labels itself; leave the channels of lists out [IC-10]");
  } else if (isManifest) {
    problems.push(...manifestProblems(channel));
  } else if (lists) {
    if (inputMode !== "File") {
      problems.push(`${isList ? "lists are" : "images with lists are"} read with inputMode "File"; got "${inputMode}"`);
    }
  } else {
    if (!isRecordIo) problems.push(`content type ${shown(mediaType)}: ${LISTS_BELONG_TOGETHER}`);
    if (channel.channel.RecordWrapperType === "RecordIO") {
      problems.push("a .rec file is RecordIO already; leave recordWrapping out, which would wrap it once more");
    }
  }
  const distribution = channel.channel.DataSource.S3DataSource?.S3DataDistributionType;
  if (
    instanceCount > 1 &&
    isRecordIo &&
    inputMode === "Pipe" &&
    distribution !== undefined &&
    distribution !== "FullyReplicated"
  ) {
    problems.push(
      `several instances that read RecordIO with inputMode "Pipe" need distribution "FullyReplicated"; got "${distribution}"`,
    );
  }
  return problems;
}

/** The service streams image and label of every line, each as one record, in the order of the names. */
function manifestProblems({ channel }: DataChannel): string[] {
  const problems: string[] = [];
  const names = channel.DataSource.S3DataSource?.AttributeNames ?? [];
  const [image = "", label = ""] = names;
  if (names.length !== 2 || !image.endsWith("-ref") || label.endsWith("-ref")) {
    problems.push(
      `attributeNames are the image and then its label, such as ["source-ref", "class"]; the image's name ends in "-ref"; got ${shown(names)} [IC-10]`,
    );
  }
  if (channel.RecordWrapperType !== "RecordIO") {
    problems.push('an augmented manifest needs recordWrapping "RecordIO" [IC-10]');
  }
  return problems;
}

function sharedPrefixIssues(channels: readonly DataChannel[]): ValidationIssue[] {
  const uriOf = (name: string): string | undefined => channels.find((channel) => channel.name === name)?.uri;
  const train = uriOf("train");
  if (train === undefined || train !== uriOf("validation")) return [];
  const message = `channel "validation" of ImageClassification: images for training and for validation lie under different prefixes; both are ${shown(train)} [IC-15]`;
  return [{ path: ["channels", "validation"], message }];
}
