import { UnexpectedResponseError } from "../errors/index.js";
import { parseS3Uri } from "../internal/s3-uri.js";
import { sendWith } from "../internal/send.js";
import { isMissingBucket } from "./aws-errors.js";
import { bucketOwner, type S3Context } from "./s3-context.js";

/** Bytes of an object from `start` up to, not including, `end`. */
export interface S3Range {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  /** Version that must be read: without it, a range of an object that was just replaced would be taken for the old one's. */
  readonly etag?: string | undefined;
}

/** One ranged GetObject. Failures of AWS come through untouched. */
export async function readS3Range(s3: S3Context, range: S3Range, signal?: AbortSignal): Promise<Uint8Array> {
  const { bucket, key } = parseS3Uri(range.uri);
  const command = new s3.commands.GetObjectCommand({
    Bucket: bucket,
    Key: key,
    Range: `bytes=${range.start}-${range.end - 1}`,
    ...(range.etag === undefined ? {} : { IfMatch: `"${range.etag}"` }),
    ...bucketOwner(bucket),
  });
  // The body is read inside, so that the abort also ends the transfer.
  return sendWith(signal, async (sendOptions) => {
    const answer = await s3.client.send(command, sendOptions);
    if (answer?.Body === undefined) throw new UnexpectedResponseError("GetObject", range.uri, ["Body"]);
    return answer.Body.transformToByteArray();
  });
}

/** One page of ListObjectsV2. */
export interface S3Page {
  readonly objects: readonly {
    readonly key: string;
    readonly sizeBytes: number;
    readonly etag: string | undefined;
  }[];
  /** Common prefixes up to the next slash, when they were asked for. */
  readonly folders: readonly string[];
  readonly next: string | undefined;
}

/**
 * Asks for one page of keys. Failures of AWS come through untouched.
 *
 * @throws UnexpectedResponseError when the answer is no answer of S3, as those of mocked clients: then an empty page must not be
 * taken for an empty bucket
 */
export async function listS3Page(
  s3: S3Context,
  uri: string,
  options: {
    readonly token?: string | undefined;
    readonly folders?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<S3Page> {
  const { bucket, key } = parseS3Uri(uri);
  const command = new s3.commands.ListObjectsV2Command({
    Bucket: bucket,
    ...(key === "" ? {} : { Prefix: key }),
    ...(options.token === undefined ? {} : { ContinuationToken: options.token }),
    ...(options.folders ? { Delimiter: "/" } : {}),
    ...bucketOwner(bucket),
  });
  const answer = await sendWith(options.signal, (sendOptions) => s3.client.send(command, sendOptions));
  if (answer === undefined || (answer.Contents === undefined && typeof answer.KeyCount !== "number")) {
    throw new UnexpectedResponseError("ListObjectsV2", uri, ["KeyCount"]);
  }
  return {
    objects: (answer.Contents ?? []).flatMap(({ Key, Size, ETag }) =>
      Key === undefined ? [] : [{ key: Key, sizeBytes: Size ?? 0, etag: ETag?.replaceAll('"', "") }],
    ),
    folders: (answer.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []),
    next: answer.IsTruncated ? answer.NextContinuationToken : undefined,
  };
}

/** Region of a bucket, by HeadBucket; undefined when the answer does not tell. Failures of AWS come through untouched. */
export async function regionOfBucket(s3: S3Context, bucket: string, signal?: AbortSignal): Promise<string | undefined> {
  const command = new s3.commands.HeadBucketCommand({ Bucket: bucket, ...bucketOwner(bucket) });
  try {
    return (await sendWith(signal, (sendOptions) => s3.client.send(command, sendOptions)))?.BucketRegion;
  } catch (error) {
    // A client of another region gets an error whose header names the right one.
    const headers = (error as { readonly $response?: { readonly headers?: Readonly<Record<string, string>> } } | null)
      ?.$response?.headers;
    const region = headers?.["x-amz-bucket-region"];
    if (signal?.aborted || region === undefined || isMissingBucket(error)) throw error;
    return region;
  }
}
