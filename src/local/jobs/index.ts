export { type ChannelRequest, describeChannel } from "./channels.js";
export { hasObjects } from "./data-source.js";
export { type EndpointRecord, endpointKind, type ServedVariant } from "./endpoint-record.js";
export { EndpointRunner, endpointLogGroup } from "./endpoint-runner.js";
export { instantDelays, type JobEnvironment, realisticDelays, type StageDelays } from "./environment.js";
export { compileMetricRegex } from "./metrics.js";
export { ModelCache } from "./model-cache.js";
export { ModelHostError } from "./model-host.js";
export { ModelStartError, messageOf, type ServedModel } from "./served-model.js";
export { Slots } from "./slots.js";
export {
  isFinished,
  moveTo,
  type Tag,
  type TrainingRecord,
  type TrainingRequest,
  trainingKind,
} from "./training-record.js";
export { recoverTraining, TrainingRunner } from "./training-runner.js";
export { type TransformRecord, type TransformRequest, transformKind } from "./transform-record.js";
export { recoverTransforms, TransformRunner } from "./transform-runner.js";
export {
  bestTraining,
  definitionsOf,
  objectiveOf,
  type ParameterRangesRequest,
  type TrainingJobDefinition,
  type TunedTraining,
  type TuningRecord,
  type TuningRequest,
  tuningKind,
} from "./tuning-record.js";
export { recoverTuning, type TuningPlan, TuningRunner, trainingRequestOf } from "./tuning-runner.js";
