// The second way into this room, for code that must stay light: bundlers that split code emit every client which a file
// they read could load, used or not, and index.ts reads Session.
export { explainCredentials } from "./aws-errors.js";
export type {
  AwsClientLike,
  AwsCredentials,
  ClientName,
  ClientSettings,
  CredentialsFunction,
  SessionClients,
} from "./client-settings.js";
export type { CallOptions, EndpointConfigDescription, EndpointDescription } from "./resource-options.js";
export { RuntimeSession } from "./runtime-session.js";
export type { SessionOptions } from "./session-options.js";
