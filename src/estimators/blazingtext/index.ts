export { type BlazingTextInstanceType, blazingTextAlgorithm } from "./algorithm.js";
export { type BlazingTextBatch, type BlazingTextBatchRecord, blazingTextBatch } from "./batch.js";
export {
  BlazingText,
  type BlazingTextChanges,
  type BlazingTextDeployOptions,
  type BlazingTextInputs,
  type BlazingTextOptions,
  type BlazingTextResults,
} from "./blazingtext.js";
export type { BlazingTextAnswer, Classification, LabelProbability } from "./classification.js";
export {
  blazingTextDefaults,
  type ResolvedBlazingTextHyperparameters,
  readBlazingTextHyperparameters,
  resolveBlazingTextHyperparameters,
} from "./defaults.js";
export {
  type BlazingTextHyperparameters,
  type BlazingTextMode,
  blazingTextHyperparametersSchema,
} from "./hyperparameters.js";
export { estimateModelSize, type VocabularySize } from "./model-size.js";
export {
  type BlazingTextPredictOptions,
  BlazingTextPredictor,
  type BlazingTextPredictorOptions,
  type WordVector,
} from "./predictor.js";
export { BlazingTextTransformer } from "./transformer.js";
export { hyperparameterWarnings } from "./warnings.js";
