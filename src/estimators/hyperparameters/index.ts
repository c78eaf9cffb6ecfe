export { containerFaults } from "./container-faults.js";
export { type DecodedHyperparameters, decodeHyperparameters } from "./decode-hyperparameters.js";
export {
  encodeHyperparameters,
  type HyperparameterValue,
  type HyperparameterWireRules,
} from "./encode-hyperparameters.js";
export { parseHyperparameters } from "./parse-hyperparameters.js";
