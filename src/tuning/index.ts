export { HyperparameterTuner, type TunerAttachOptions, tuningDefinition } from "./hyperparameter-tuner.js";
export {
  type CategoricalRange,
  type ContinuousRange,
  categorical,
  continuous,
  type IntegerRange,
  integer,
  type ParameterRange,
  type RangeScaling,
} from "./ranges.js";
export type {
  HyperparameterTunerOptions,
  InputsOf,
  MultiAlgorithmTunerOptions,
  ObjectiveOf,
  RangesOf,
  TunableEstimator,
  TunedHyperparametersOf,
  TunedTrainingJob,
  TunerFitOptions,
  TuningDefinition,
  TuningOptions,
} from "./tuner-options.js";
