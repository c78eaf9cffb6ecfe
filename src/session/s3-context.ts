import type { S3Client } from "@aws-sdk/client-s3";
import type { Logger } from "../internal/logger.js";

/** What the transfer code needs of a session. */
export interface S3Context {
  readonly client: S3Client;
  /** The commands, loaded with the client. */
  readonly commands: typeof import("../clients/s3.js");
  readonly region: string | undefined;
  readonly logger: Logger | undefined;
}

/**
 * The account that must own a bucket with the name that SDKs give to default buckets, `sagemaker-<region>-<account>`:
 * sending it along keeps a bucket that somebody else took under this name from being used.
 */
export function bucketOwner(bucket: string): { ExpectedBucketOwner: string } | Record<string, never> {
  const account = /^sagemaker-[a-z]{2,5}(?:-[a-z]+)+-\d+-(\d{12})$/u.exec(bucket)?.[1];
  return account === undefined ? {} : { ExpectedBucketOwner: account };
}
