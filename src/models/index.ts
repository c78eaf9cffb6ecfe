export {
  type DataCaptureOptions,
  DEPLOY_DEFAULTS,
  DEPLOY_OPTIONS,
  type EndpointOptions,
  type ServerlessOptions,
} from "./deploy-options.js";
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
