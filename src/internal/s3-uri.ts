import { ValidationError } from "../errors/index.js";
import { shown } from "./options.js";

/**
 * Bucket and key of an S3 URI.
 *
 * @public
 */
export interface S3Location {
  readonly bucket: string;
  /** Object key or prefix, verbatim; empty when the URI names only a bucket. */
  readonly key: string;
}

/**
 * Splits an `s3://bucket/key` URI. The key is kept verbatim: `#`, `?`, `//` and percent signs are part of it.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` when the text is not an S3 URI
 * @public
 */
export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/su.exec(uri);
  if (!match?.[1]) {
    throw new ValidationError(
      "S3 URI",
      [{ path: [], message: `expected s3://bucket/key, got ${shown(uri)}` }],
      "INVALID_INPUT",
    );
  }
  return { bucket: match[1], key: match[2] ?? "" };
}

/**
 * True when the text has the form of an S3 URI.
 *
 * @public
 */
export function isS3Uri(text: string): boolean {
  return /^s3:\/\/[^/]+(?:\/|$)/u.test(text);
}

/**
 * Joins a bucket or S3 URI and key parts with exactly one slash at each joint; slashes inside the parts stay as they are.
 *
 * @example
 * ```ts
 * joinS3Uri("s3://bucket/data/", "train", "a.txt"); // s3://bucket/data/train/a.txt
 * ```
 * @public
 */
export function joinS3Uri(base: string, ...parts: readonly string[]): string {
  let uri = base.startsWith("s3://") ? base : `s3://${base}`;
  for (const part of parts) {
    if (part === "") continue;
    uri = `${uri.endsWith("/") ? uri : `${uri}/`}${part.startsWith("/") ? part.slice(1) : part}`;
  }
  return uri;
}
