/** @internal */
export { isNameTaken, isNotFound, isThrottling, isTransient, isValidationException, messageOf } from "./aws-errors.js";
/** @internal */
export { createError } from "./create-errors.js";
export type {
  SecondaryStatusTransition,
  TrainingJobDescription,
  TrainingJobStatus,
  TransformJobDescription,
  TransformJobStatus,
} from "./descriptions.js";
export { type EndpointResult, waitForEndpoint } from "./endpoint-wait.js";
export type { LogsOptions } from "./job-log.js";
export type { LogLine } from "./log-tail.js";
export type { MetricDefinition, MetricValue } from "./metrics.js";
export type {
  AlgorithmSpecificationRequest,
  CreateTrainingJobRequest,
  CreateTransformJobRequest,
  ResourceConfigRequest,
  VpcConfigRequest,
} from "./requests.js";
export { TrainingJob } from "./training-job.js";
export type { TrainingJobResult } from "./training-job-result.js";
export { TransformJob, type TransformJobResult } from "./transform-job.js";
export { TUNING_WAIT_OPTIONS, TuningJob, type TuningJobResult, type TuningWaitOptions } from "./tuning-job.js";
export type {
  CreateTuningJobRequest,
  NumericRangeRequest,
  ParameterRangesRequest,
  TrainingJobDefinitionRequest,
  TunedTrainingJobSummary,
  TuningJobDescription,
  TuningJobStatus,
  TuningObjectiveRequest,
} from "./tuning-job-requests.js";
export type {
  CleanupEvent,
  HeartbeatEvent,
  LogEvent,
  MetricEvent,
  PollOptions,
  ProgressEvent,
  StatusEvent,
  WaitOptions,
  WarningEvent,
} from "./wait-options.js";
/** @internal */
export { pickPollOptions, pickWaitOptions, WAIT_DEFAULTS, WAIT_OPTIONS, waitOptionIssues } from "./wait-options.js";
