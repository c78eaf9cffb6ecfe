import { ConfigurationError } from "../errors/index.js";
import { sendWith } from "../internal/send.js";
import { explainS3Error, isMissingBucket, isMissingObject } from "./aws-errors.js";
import type { CallOptions } from "./resource-options.js";
import { bucketOwner, type S3Context } from "./s3-context.js";

/** Creates the bucket when HeadBucket says that it does not exist. */
export async function ensureBucket(s3: S3Context, bucket: string, region: string, options: CallOptions): Promise<void> {
  const { CreateBucketCommand, HeadBucketCommand } = s3.commands;
  try {
    await sendWith(options.signal, (sendOptions) =>
      s3.client.send(new HeadBucketCommand({ Bucket: bucket, ...bucketOwner(bucket) }), sendOptions),
    );
    return;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (!isMissingObject(error) && !isMissingBucket(error)) {
      throw explainS3Error(error, { bucket, region, permission: "s3:ListBucket" });
    }
  }
  try {
    await sendWith(options.signal, (sendOptions) =>
      s3.client.send(
        new CreateBucketCommand({
          Bucket: bucket,
          // us-east-1 is the only region that must not be named.
          ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: region as never } }),
        }),
        sendOptions,
      ),
    );
    s3.logger?.info(`Created bucket ${bucket}`);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const name = error instanceof Error ? error.name : "";
    // Somebody else of this account was faster, or is about to be.
    if (name === "BucketAlreadyOwnedByYou" || name === "OperationAborted") return;
    if (name === "BucketAlreadyExists") {
      throw new ConfigurationError(
        `Bucket "${bucket}" belongs to another account. Name a bucket of your own: { defaultBucket: ... }.`,
        "NO_BUCKET",
        { cause: error },
      );
    }
    throw explainS3Error(error, { bucket, region, permission: "s3:CreateBucket" });
  }
}
