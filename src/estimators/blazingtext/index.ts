export { type BlazingTextInstanceType, blazingTextAlgorithm } from "./algorithm.js";
export {
  BlazingText,
  type BlazingTextChanges,
  type BlazingTextInputs,
  type BlazingTextOptions,
  type BlazingTextResults,
} from "./blazingtext.js";
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
export { hyperparameterWarnings } from "./warnings.js";
