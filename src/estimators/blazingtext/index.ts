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
  type BlazingTextBatchSkipgramHyperparameters,
  type BlazingTextCbowHyperparameters,
  type BlazingTextHyperparameters,
  type BlazingTextMode,
  type BlazingTextSkipgramHyperparameters,
  type BlazingTextSupervisedHyperparameters,
  blazingTextHyperparametersSchema,
} from "./hyperparameters.js";
export { type BlazingTextVocabularySize, estimateBlazingTextModelSize } from "./model-size.js";
export {
  type BlazingTextPredictOptions,
  BlazingTextPredictor,
  type BlazingTextPredictorOptions,
  type WordVector,
} from "./predictor.js";
export { BlazingTextTransformer } from "./transformer.js";
export type { BlazingTextTuning } from "./tuning.js";
export { blazingTextWarnings } from "./warnings.js";
