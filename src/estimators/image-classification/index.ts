export { imageClassificationAlgorithm } from "./algorithm.js";
export {
  type ImageClassificationBatch,
  type ImageClassificationBatchOptions,
  imageClassificationBatch,
} from "./batch.js";
export {
  type ImageShape,
  imageClassificationDefaults,
  type ResolvedImageClassificationHyperparameters,
  readImageClassificationHyperparameters,
  readImageShape,
  resolveImageClassificationHyperparameters,
} from "./defaults.js";
export {
  compareWithEarlierJob,
  type DerivedImageClassification,
  deriveImageClassification,
  type ImageClassificationData,
} from "./derive.js";
export type { ImageClassificationFinding } from "./finding.js";
export {
  type ImageClassificationDraft,
  type ImageClassificationHyperparameters,
  type ImageClassificationLayers,
  imageClassificationHyperparametersSchema,
} from "./hyperparameters.js";
export {
  ImageClassification,
  type ImageClassificationAttachOptions,
  type ImageClassificationChanges,
  type ImageClassificationDeployOptions,
  type ImageClassificationImageInputs,
  type ImageClassificationInputs,
  type ImageClassificationOptions,
  type ImageClassificationRecordInputs,
  type ImageClassificationResults,
} from "./image-classification.js";
export { type ImageManifestOptions, imageManifest } from "./image-manifest.js";
export type { ImageClassificationInstanceType } from "./instances.js";
export { type ImageLabel, labelsAbove } from "./labels.js";
export {
  type ImageClassificationPredictOptions,
  ImageClassificationPredictor,
  type ImageClassificationPredictorOptions,
  type ImageContentType,
} from "./predictor.js";
export {
  type ImageClassificationBatchResult,
  ImageClassificationTransformer,
  type ImageClassificationTransformerOptions,
} from "./transformer.js";
export type { ImageClassificationTuning } from "./tuning.js";
export { imageClassificationWarnings } from "./warnings.js";
