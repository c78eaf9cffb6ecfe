export type { Logger } from "../internal/logger.js";
export { isS3Uri, joinS3Uri, parseS3Uri, type S3Location } from "../internal/s3-uri.js";
export { explainCredentials } from "./aws-errors.js";
export type {
  AwsClientLike,
  AwsCredentials,
  ClientName,
  ClientSettings,
  CredentialsFunction,
  SessionClients,
} from "./client-settings.js";
export type { DownloadOptions, ListOptions, S3File, S3Listing } from "./download-options.js";
export { getExecutionRole } from "./execution-role.js";
export type { CallOptions, EndpointConfigDescription, EndpointDescription } from "./resource-options.js";
export { RuntimeSession } from "./runtime-session.js";
export { Session } from "./session.js";
export type { SessionOptions } from "./session-options.js";
export type { PutOptions, TransferProgress, UploadOptions, UploadSource } from "./upload-options.js";
