export type { Logger } from "../internal/logger.js";
export { isS3Uri, joinS3Uri, parseS3Uri, type S3Location } from "../internal/s3-uri.js";
export type { DeletePrefixOptions, DeletePrefixResult } from "./delete-options.js";
export type { DownloadOptions, ListOptions, S3File, S3Listing } from "./download-options.js";
export { getExecutionRole } from "./execution-role.js";
export * from "./runtime.js";
export { Session } from "./session.js";
export type { PutOptions, TransferProgress, UploadOptions, UploadSource } from "./upload-options.js";
