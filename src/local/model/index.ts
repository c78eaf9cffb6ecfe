export { sagemakerRequests } from "./sagemaker.generated.js";
export type { Bounds, ServiceModel, Shape, StringShape } from "./types.js";
export { compilePattern, RequestValidator, type ValidateOptions } from "./validate.js";
