export { type DeepARInstanceType, deepARAlgorithm } from "./algorithm.js";
export type { DeepARAnswer } from "./answer.js";
export { type DeepARBatch, type DeepARBatchForecastOptions, deepARBatch } from "./batch.js";
export type { DeepARDefaultOutputTypes, DeepARForecastSettings, DeepAROutputType } from "./configuration.js";
export {
  DeepAR,
  type DeepARAttachOptions,
  type DeepARChanges,
  type DeepARDeployOptions,
  type DeepAREstimatorTransformerOptions,
  type DeepARInputs,
  type DeepAROptions,
  type DeepARResults,
} from "./deepar.js";
export {
  deepARDefaults,
  type ResolvedDeepARHyperparameters,
  readDeepARHyperparameters,
  resolveDeepARHyperparameters,
} from "./defaults.js";
export { type DeepARData, type DerivedDeepAR, deriveDeepAR } from "./derive.js";
export { type DeepAREpochSize, deepAREpochSize } from "./epoch-size.js";
export type { DeepARFinding } from "./finding.js";
export { DeepARForecast, type DeepARForecastRow, type DeepARMean, type DeepARSamples } from "./forecast.js";
export type { DeepARForecastInput } from "./forecast-input.js";
export type { DeepARHostingInstanceType } from "./hosting.js";
export {
  type DeepARHyperparameters,
  type DeepARLikelihood,
  deepARHyperparametersSchema,
} from "./hyperparameters.js";
export { type DeepARModelCard, deepARModelCard } from "./model-card.js";
export { type DeepARForecastOptions, DeepARPredictor, type DeepARPredictorOptions } from "./predictor.js";
export { type BandCoverage, type DeepARScores, scoreForecasts } from "./scores.js";
export { type DeepARBatchResult, DeepARTransformer, type DeepARTransformerOptions } from "./transformer.js";
export type { DeepARTuning } from "./tuning.js";
export { deepARWarnings } from "./warnings.js";
