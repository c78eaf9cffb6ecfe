import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { UnexpectedResponseError } from "../errors/index.js";
import { sendWith } from "../internal/send.js";
import { explainS3Error } from "./aws-errors.js";
import { bucketOwner, type S3Context } from "./s3-context.js";
import type { PutOptions } from "./upload-options.js";

/** Where an object goes. */
export interface ObjectTarget {
  readonly bucket: string;
  readonly key: string;
}

/** Members that PutObject and CreateMultipartUpload share. */
export function objectSettings(
  { bucket, key }: ObjectTarget,
  { contentType, kmsKeyId }: PutOptions,
): Omit<PutObjectCommandInput, "Body"> {
  return {
    Bucket: bucket,
    Key: key,
    ...(contentType === undefined ? {} : { ContentType: contentType }),
    ...(kmsKeyId === undefined ? {} : { ServerSideEncryption: "aws:kms", SSEKMSKeyId: kmsKeyId }),
    ...bucketOwner(bucket),
  };
}

/** Runs calls that write one object; failures say what and where. */
export async function writing<T>(
  s3: S3Context,
  target: ObjectTarget,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw explainS3Error(error, { ...target, region: s3.region, permission: "s3:PutObject" });
  }
}

/** Writes an object with one request. */
export async function putObject(
  s3: S3Context,
  target: ObjectTarget,
  body: Uint8Array,
  options: PutOptions,
): Promise<void> {
  const { PutObjectCommand } = s3.commands;
  const command = new PutObjectCommand({ ...objectSettings(target, options), Body: body });
  const { signal } = options;
  await writing(s3, target, signal, () =>
    // The AWS SDK uses its cached middleware only for calls without options.
    signal === undefined
      ? s3.client.send(command)
      : sendWith(signal, (sendOptions) => s3.client.send(command, sendOptions)),
  );
}

/** Asks S3 for the size of an object that was just written. */
export async function verifySize(
  s3: S3Context,
  target: ObjectTarget,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { HeadObjectCommand } = s3.commands;
  const command = new HeadObjectCommand({ Bucket: target.bucket, Key: target.key, ...bucketOwner(target.bucket) });
  const { ContentLength } = await writing(s3, target, signal, () =>
    sendWith(signal, (sendOptions) => s3.client.send(command, sendOptions)),
  );
  if (ContentLength !== sizeBytes) {
    throw new UnexpectedResponseError("HeadObject", `s3://${target.bucket}/${target.key}`, [
      `the size that was written, ${sizeBytes} bytes (it says ${ContentLength})`,
    ]);
  }
}
