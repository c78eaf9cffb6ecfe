export { type DeepARInstanceType, deepARAlgorithm } from "./algorithm.js";
export {
  deepARDefaults,
  type ResolvedDeepARHyperparameters,
  readDeepARHyperparameters,
  resolveDeepARHyperparameters,
} from "./defaults.js";
export {
  type DeepARHyperparameters,
  type DeepARLikelihood,
  deepARHyperparametersSchema,
} from "./hyperparameters.js";
export { deepARWarnings } from "./warnings.js";
