export type { Logger } from "../internal/logger.js";
export { isS3Uri, joinS3Uri, parseS3Uri, type S3Location } from "../internal/s3-uri.js";
// For the other rooms of this library; stripped from the declarations.
/** @internal */
export { explainS3Error, isDenied, isMissingBucket, isMissingObject } from "./aws-errors.js";
export type { DeletePrefixOptions, DeletePrefixResult } from "./delete-options.js";
export type { DownloadOptions, ListOptions, S3File, S3Listing } from "./download-options.js";
export { getExecutionRole } from "./execution-role.js";
/** @internal */
export { localPath, readLocalRange } from "./local-range.js";
/** @internal */
export { roleTrustPolicy } from "./role-trust.js";
export * from "./runtime.js";
/** @internal */
export type { S3Context } from "./s3-context.js";
/** @internal */
export { listS3Page, readS3Range, regionOfBucket } from "./s3-range.js";
export { Session } from "./session.js";
export type { PutOptions, TransferProgress, UploadOptions, UploadSource } from "./upload-options.js";
/** @internal */
export { planUpload } from "./upload-plan.js";
