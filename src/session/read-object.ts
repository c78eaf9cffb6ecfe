import { ValidationError } from "../errors/index.js";
import { parseS3Uri } from "../internal/s3-uri.js";
import { sendWith } from "../internal/send.js";
import { explainS3Error, isMissingObject } from "./aws-errors.js";
import type { CallOptions } from "./resource-options.js";
import { bucketOwner, type S3Context } from "./s3-context.js";

/** The bytes of one object. */
export async function readObject(s3: S3Context, s3Uri: string, { signal }: CallOptions): Promise<Uint8Array> {
  const { bucket, key } = parseS3Uri(s3Uri);
  if (key === "") {
    const message = `${s3Uri} names a bucket, not an object; add a key: s3://${bucket}/...`;
    throw new ValidationError("S3 URI", [{ path: [], message }], "INVALID_INPUT");
  }
  const { GetObjectCommand } = s3.commands;
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...bucketOwner(bucket) });
  try {
    // The body is read inside, so that the abort also ends the transfer.
    return await sendWith(signal, async (sendOptions) => {
      const { Body } = await s3.client.send(command, sendOptions);
      return Body === undefined ? new Uint8Array(0) : await Body.transformToByteArray();
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    if (isMissingObject(error)) throw missingObject(s3Uri, error);
    throw explainS3Error(error, { bucket, key, region: s3.region, permission: "s3:GetObject" });
  }
}

/** There is no such object; the AWS exception stays reachable as `cause`. */
export function missingObject(s3Uri: string, cause: unknown): ValidationError {
  const message = `there is no object ${s3Uri}; check the key with listS3Files`;
  const error = new ValidationError("S3", [{ path: [], message }], "INVALID_INPUT");
  error.cause = cause;
  return error;
}
