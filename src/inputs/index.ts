export type {
  Channel,
  FileSystemDataSource,
  InputMode,
  S3DataDistribution,
  S3DataSource,
  S3DataType,
} from "./channel.js";
export { type ChannelInput, type TrainingInputs, toChannels } from "./channels.js";
export { FileSystemInput, type FileSystemInputOptions } from "./file-system-input.js";
/** @internal */
export { s3DataUriIssues } from "./s3-data-uri.js";
export { TrainingInput, type TrainingInputOptions } from "./training-input.js";
export {
  type SplitType,
  TransformInput,
  type TransformInputOptions,
  type TransformInputRequest,
} from "./transform-input.js";
