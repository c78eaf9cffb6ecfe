export { imageClassificationAlgorithm } from "./algorithm.js";
export {
  type ImageShape,
  imageClassificationDefaults,
  type ResolvedImageClassificationHyperparameters,
  readImageClassificationHyperparameters,
  readImageShape,
  resolveImageClassificationHyperparameters,
} from "./defaults.js";
export {
  type ImageClassificationDraft,
  type ImageClassificationHyperparameters,
  type ImageClassificationLayers,
  imageClassificationHyperparametersSchema,
} from "./hyperparameters.js";
export type { ImageClassificationInstanceType } from "./instances.js";
export { imageClassificationWarnings } from "./warnings.js";
