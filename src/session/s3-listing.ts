import { parseS3Uri } from "../internal/s3-uri.js";
import { sendWith } from "../internal/send.js";
import { explainS3Error } from "./aws-errors.js";
import type { ListOptions, S3File, S3Listing } from "./download-options.js";
import { bucketOwner, type S3Context } from "./s3-context.js";

/** Listing of the objects below an S3 URI; nothing is sent before it is read, and every reading starts anew. */
export function listing(context: () => Promise<S3Context>, s3Uri: string, options: ListOptions): S3Listing {
  const { bucket, key } = parseS3Uri(s3Uri);
  const read = (): AsyncGenerator<S3File> => listObjects(context, bucket, key, options);
  return {
    [Symbol.asyncIterator]: read,
    async toArray() {
      const files: S3File[] = [];
      for await (const file of read()) files.push(file);
      return files;
    },
  };
}

async function* listObjects(
  context: () => Promise<S3Context>,
  bucket: string,
  prefix: string,
  { match = "folder", signal }: ListOptions,
): AsyncGenerator<S3File> {
  const { client, region, commands } = await context();
  const owned = bucketOwner(bucket);
  let token: string | undefined;
  do {
    const command = new commands.ListObjectsV2Command({
      Bucket: bucket,
      ...(prefix === "" ? {} : { Prefix: prefix }),
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...owned,
    });
    const page = await sendWith(signal, (sendOptions) => client.send(command, sendOptions)).catch((error: unknown) => {
      throw signal?.aborted
        ? error
        : explainS3Error(error, { bucket, key: prefix, region, permission: "s3:ListBucket" });
    });
    for (const object of page.Contents ?? []) {
      const key = object.Key;
      if (key === undefined || (match === "folder" && !isWithin(prefix, key))) continue;
      yield {
        uri: `s3://${bucket}/${key}`,
        bucket,
        key,
        sizeBytes: object.Size ?? 0,
        lastModified: object.LastModified,
        etag: object.ETag?.replaceAll('"', ""),
      };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** Prefix `data` holds the keys `data` and `data/…`, not `data2/…`. */
function isWithin(prefix: string, key: string): boolean {
  return prefix === "" || prefix.endsWith("/") || key.length === prefix.length || key[prefix.length] === "/";
}
