import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { shown } from "../internal/options.js";
import type { Channel } from "./channel.js";
import { TrainingInput } from "./training-input.js";

/**
 * Data of one channel: an S3 URI, a {@link TrainingInput} or a {@link FileSystemInput}.
 *
 * @public
 */
export type ChannelInput = string | { toChannel(channelName: string): Channel };

/**
 * What `fit` reads: one channel, or channels by name.
 *
 * @public
 */
export type TrainingInputs = ChannelInput | Readonly<Record<string, ChannelInput>>;

/** API limits of `InputDataConfig`. */
const MAX_CHANNELS = 20;
const CHANNEL_NAME = /^[A-Za-z0-9.\-_]{1,64}$/u;

/**
 * The channels of a training job, exactly as sent, in the order of the record's keys.
 *
 * @remarks A string is a {@link TrainingInput} without options. The inputs are not changed.
 *
 * @param inputs - one channel, or channels by name; at least one, at most 20
 * @param options - `defaultChannelName` is the channel of a single input. Python's SDK names it `training`; every built-in
 * algorithm reads `train`
 * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault of all channels, each named by its channel
 * @public
 */
export function toChannels(
  inputs: TrainingInputs,
  options: { readonly defaultChannelName?: string | undefined } = {},
): Channel[] {
  const named: Readonly<Record<string, ChannelInput>> = isChannelInput(inputs)
    ? { [options.defaultChannelName ?? "training"]: inputs }
    : inputs;
  const channels: Channel[] = [];
  const issues: ValidationIssue[] = [];
  if (typeof named !== "object" || named === null || Array.isArray(named)) {
    issues.push({
      path: [],
      message: `expected an S3 URI, a TrainingInput, or an object of them by channel name; got ${shown(inputs)}`,
    });
  } else {
    const names = Object.keys(named);
    if (names.length === 0) {
      issues.push({ path: [], message: 'no channel given; write for example { train: "s3://bucket/train/" }' });
    }
    if (names.length > MAX_CHANNELS) {
      issues.push({ path: [], message: `a job has at most ${MAX_CHANNELS} channels; got ${names.length}` });
    }
    for (const name of names) {
      if (!CHANNEL_NAME.test(name)) {
        issues.push({
          path: [name],
          message: `a channel name is 1 to 64 letters, digits, dots, dashes and underscores; got ${shown(name)}`,
        });
      }
      const input = named[name];
      try {
        if (typeof input === "string") channels.push(new TrainingInput(input).toChannel(name));
        else if (input !== undefined && isChannelInput(input)) channels.push(input.toChannel(name));
        else {
          issues.push({
            path: [name],
            message: `channel "${name}" must be an S3 URI, a TrainingInput or a FileSystemInput; got ${shown(input)}`,
          });
        }
      } catch (error) {
        if (!ValidationError.is(error)) throw error;
        for (const issue of error.issues) {
          issues.push({ path: [name, ...issue.path], message: `channel "${name}": ${issue.message}` });
        }
      }
    }
  }
  if (issues.length > 0) throw new ValidationError("training inputs", issues);
  return channels;
}

/** By shape, not by class: inputs may come from the other copy (ESM, CommonJS) of this library. */
function isChannelInput(value: unknown): value is ChannelInput {
  return (
    typeof value === "string" ||
    (typeof value === "object" &&
      value !== null &&
      typeof (value as { readonly toChannel?: unknown }).toChannel === "function")
  );
}
