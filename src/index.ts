/**
 * Train, deploy and call Amazon SageMaker's built-in algorithms from TypeScript.
 *
 * @packageDocumentation
 */

export * from "./datasets/index.js";
export * from "./errors/index.js";
export * from "./estimators/index.js";
export * from "./images/index.js";
export * from "./inputs/index.js";
export * from "./jobs/index.js";
export * from "./models/index.js";
export * from "./predictors/index.js";
export * from "./preflight/index.js";
export * from "./serializers/index.js";
export * from "./session/index.js";
export * from "./transformers/index.js";
export * from "./tuning/index.js";
