export type { DataCaptureOptions, EndpointOptions, ServerlessOptions } from "./deploy-options.js";
/** @internal */
export { DEPLOY_DEFAULTS, DEPLOY_OPTIONS } from "./deploy-options.js";
export { type DeployOptions, Model } from "./model.js";
export type { ModelOptions } from "./model-options.js";
export type {
  ContainerDefinitionRequest,
  CreateEndpointConfigRequest,
  CreateEndpointRequest,
  CreateModelRequest,
  DataCaptureConfigRequest,
  ModelDataSource,
  ProductionVariantRequest,
} from "./requests.js";
