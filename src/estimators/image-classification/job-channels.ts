import type { Channel } from "../../inputs/index.js";
import type { AlgorithmJob } from "../define-algorithm.js";

/** Channels that say which image belongs to which class. */
export const LIST_CHANNELS = ["train_lst", "validation_lst"] as const;

export const LISTS_BELONG_TOGETHER =
  'images come in four channels: "train" and "validation" with the images, "train_lst" and "validation_lst" with their lists [IC-02]';

/** True when the job reads images with lists, not RecordIO. */
export function hasLists(channelNames: readonly string[]): boolean {
  return LIST_CHANNELS.some((name) => channelNames.includes(name));
}

/** A channel of data as the rules look at it. */
export interface DataChannel {
  readonly name: string;
  readonly channel: Channel;
  readonly isManifest: boolean;
  /** S3 URI; undefined for a file system. */
  readonly uri: string | undefined;
  readonly inputMode: string;
  /** Media type in lower case, without parameters. */
  readonly mediaType: string;
  /** `label-format` of the content type, when it names one. */
  readonly labelFormat: string | undefined;
}

const DATA_CHANNELS: readonly string[] = ["train", "validation", ...LIST_CHANNELS];

/** The channels of data, without the one of an earlier model. */
export function dataChannels(job: AlgorithmJob): DataChannel[] {
  return job.channels
    .filter(({ ChannelName }) => DATA_CHANNELS.includes(ChannelName))
    .map((channel) => {
      const s3 = channel.DataSource.S3DataSource;
      const [mediaType = "", ...parameters] = (channel.ContentType ?? "").toLowerCase().split(";");
      return {
        name: channel.ChannelName,
        channel,
        isManifest: s3?.S3DataType === "AugmentedManifestFile",
        uri: s3?.S3Uri,
        inputMode: channel.InputMode ?? job.inputMode,
        mediaType: mediaType.trim(),
        labelFormat: parameters
          .map((parameter) => /^\s*label-format\s*=\s*(.*?)\s*$/u.exec(parameter)?.[1])
          .find((value) => value !== undefined),
      };
    });
}

/** True when the job goes on from the model of an earlier one. */
export function goesOnFromModel(job: AlgorithmJob): boolean {
  return job.modelUri !== undefined || job.channels.some(({ ChannelName }) => ChannelName === "model");
}
