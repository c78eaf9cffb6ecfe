/**
 * Calling endpoints and nothing else: no control plane, no zod; only the runtime client is loaded, with the first prediction.
 *
 * @packageDocumentation
 */

export * from "./errors/index.js";
export * from "./predictors/index.js";
export * from "./serializers/index.js";
export type { AwsCredentials, ClientSettings, SessionClients, SessionOptions } from "./session/runtime.js";
export { RuntimeSession } from "./session/runtime.js";
