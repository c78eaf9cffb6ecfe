export { AlgorithmEstimator, type AlgorithmEstimatorOptions } from "./algorithm-estimator.js";
export { AlgorithmPredictor, type AlgorithmPredictorOptions } from "./algorithm-predictor.js";
export type { AttachOptions } from "./attach.js";
export * from "./blazingtext/index.js";
export * from "./deepar/index.js";
export {
  type AlgorithmDefinition,
  type AlgorithmJob,
  type AlgorithmMetric,
  type AlgorithmTuning,
  type ChannelRule,
  type DerivedHyperparameters,
  defineAlgorithm,
  type InstanceRule,
  type OptionCheck,
  type TunableHyperparameter,
  type TuningRules,
} from "./define-algorithm.js";
export { Estimator, type EstimatorDeployOptions, type EstimatorOptions, type InstanceGroup } from "./estimator.js";
export {
  type CreateModelOptions,
  EstimatorBase,
  type EstimatorModelOptions,
  type EstimatorTransformerOptions,
  type FitOptions,
  type TrainingRequestOptions,
} from "./estimator-base.js";
export { EstimatorJob } from "./estimator-job.js";
export {
  containerFaults,
  type DecodedHyperparameters,
  decodeHyperparameters,
  encodeHyperparameters,
  type HyperparameterValue,
  type HyperparameterWireRules,
  parseHyperparameters,
} from "./hyperparameters/index.js";
export * from "./image-classification/index.js";
export type {
  CpuTrainingInstanceType,
  MultiGpuTrainingInstanceType,
  SingleGpuTrainingInstanceType,
  TrainingInstanceType,
} from "./instance-types.js";
export {
  TRAINING_DEFAULTS,
  type TrainingOptions,
  type TrainingRequestOverrides,
  type VpcConfig,
} from "./training-options.js";
