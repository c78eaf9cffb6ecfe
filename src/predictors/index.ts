export { Predictor } from "./predictor.js";
export type { EndpointResources, InvokeResult, PredictOptions, PredictorOptions } from "./predictor-options.js";
