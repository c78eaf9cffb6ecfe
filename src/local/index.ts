/**
 * An embedded SageMaker for development and tests: real training, endpoints and batch jobs in this process, without AWS.
 *
 * @packageDocumentation
 */

export { LocalError, type LocalErrorCode, ValidationError, type ValidationIssue } from "../errors/index.js";
export type { Logger } from "../internal/logger.js";
export type { WireRequest, WireResponse } from "./core/contract.js";
export type { LocalTiming } from "./core/dependencies.js";
export type { LocalRequest } from "./core/request-log.js";
export type { LocalSageMakerOptions } from "./local-options.js";
export { type LocalClientSettings, LocalSageMaker } from "./local-sagemaker.js";
export { LocalSession, type LocalSessionOptions } from "./local-session.js";
export { type RunningService, runningService } from "./running-service.js";
export type { InProcessHandler, SdkHttpRequest, SdkHttpResponse } from "./transport/in-process-handler.js";
export type { ListenOptions } from "./transport/listen-options.js";
export { LocalServer } from "./transport/local-server.js";
