export { Arena, ArenaFullError, MOST_BYTES } from "./arena.js";
export { TensorEngine, type TensorEngineOptions } from "./engine.js";
export { exactLog } from "./exact-math.js";
export type { Tensor } from "./layer.js";
export type { BatchNormOptions } from "./layers/batch-norm.js";
export type { ConvolutionOptions } from "./layers/convolution.js";
export type { PoolingOptions } from "./layers/pooling.js";
export { Network, type NetworkOptions } from "./network.js";
export { NetworkBuilder } from "./network-builder.js";
export {
  Adam,
  GradientNorm,
  Nag,
  type Optimizer,
  type OptimizerOptions,
  RmsProp,
  Sgd,
  type StepOptions,
} from "./optimizers.js";
export type { Initializer, Parameter } from "./parameter.js";
export { type ParameterBlock, ParameterStore, type ParameterValue, type Snapshot } from "./parameter-store.js";
export { DISTRIBUTIONS, type DistributionName } from "./recurrent/distribution.js";
export { RecurrentNetwork, type RecurrentNetworkOptions, type SequenceBatch } from "./recurrent/recurrent-network.js";
export {
  derivedSeed,
  type Random,
  sampleBeta,
  sampleGamma,
  sampleGaussian,
  sampleNegativeBinomial,
  sampleNormal,
  samplePoisson,
  sampleStudentT,
  seededRandom,
} from "./rng.js";
