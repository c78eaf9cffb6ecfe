import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { shown, unknownKeyIssues } from "../internal/options.js";

/**
 * What can be uploaded: the path of a file or folder, a list of paths, bytes, or a stream of unknown length.
 * For text use {@link Session.uploadString}.
 *
 * @public
 */
export type UploadSource = string | readonly string[] | Uint8Array | AsyncIterable<Uint8Array | string>;

/**
 * How far an upload or download is.
 *
 * @public
 */
export interface TransferProgress {
  readonly bytesDone: number;
  /** Undefined for a stream, whose length is not known. */
  readonly bytesTotal: number | undefined;
  readonly filesDone: number;
  readonly filesTotal: number;
  /** Key of the object that moved on. */
  readonly key: string;
}

/**
 * Options of {@link Session.uploadString}.
 *
 * @public
 */
export interface PutOptions {
  /** `Content-Type` of the object. Default: none (S3 stores `application/octet-stream`). */
  readonly contentType?: string | undefined;
  /** KMS key for server-side encryption. Default: the bucket's own setting. */
  readonly kmsKeyId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of {@link Session.uploadData}.
 *
 * @public
 */
export interface UploadOptions extends PutOptions {
  /** Default: the session's default bucket; its prefix is then put before `keyPrefix`. */
  readonly bucket?: string | undefined;
  /** Key of the folder that receives the objects, with or without a slash at its end. @defaultValue "data" */
  readonly keyPrefix?: string | undefined;
  /** Last part of the key of a single object. Required for bytes and streams. Default for one file: its own name. */
  readonly fileName?: string | undefined;
  /** Creates the session's default bucket when it is missing. @defaultValue false */
  readonly createBucket?: boolean | undefined;
  /** Which files of a folder are sent: gets the path relative to the folder, with `/`. Default: all, hidden ones too. */
  readonly filter?: ((relativePath: string) => boolean) | undefined;
  /** Objects in flight. @defaultValue 16 */
  readonly concurrency?: number | undefined;
  /** Size of the parts of large files and streams, from 5 MiB. Grows by itself beyond 10,000 parts. @defaultValue 8388608 */
  readonly partSizeBytes?: number | undefined;
  /** Parts in flight, over all large files of the call. @defaultValue 4 */
  readonly partConcurrency?: number | undefined;
  /**
   * Asks S3 for the size of every object after it was written (one HeadObject each). Without it the transfer is still
   * checked: every request carries a CRC32 and multipart uploads their total size.
   * @defaultValue false
   */
  readonly verify?: boolean | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** Defaults of {@link UploadOptions}. */
export const UPLOAD_DEFAULTS = Object.freeze({
  keyPrefix: "data",
  concurrency: 16,
  partSizeBytes: 8 * 1024 * 1024,
  partConcurrency: 4,
});

const KNOWN_KEYS = [
  "bucket",
  "keyPrefix",
  "fileName",
  "createBucket",
  "filter",
  "concurrency",
  "partSizeBytes",
  "partConcurrency",
  "verify",
  "contentType",
  "kmsKeyId",
  "onProgress",
  "signal",
] as const satisfies readonly (keyof UploadOptions)[];

/** S3 takes no part below 5 MiB (but the last) and none above 5 GiB. */
const SMALLEST_PART = 5 * 1024 * 1024;
const LARGEST_PART = 5 * 1024 * 1024 * 1024;

/**
 * Checks upload options.
 *
 * @throws ValidationError `INVALID_OPTIONS` with every fault
 */
export function checkUploadOptions(options: UploadOptions): void {
  const issues: ValidationIssue[] = unknownKeyIssues(options, KNOWN_KEYS, "uploadData");
  const check = (key: keyof UploadOptions, valid: (value: unknown) => boolean, allowed: string): void => {
    const value = options[key];
    if (value !== undefined && !valid(value)) {
      issues.push({ path: [key], message: `${key} must be ${allowed}; got ${shown(value)}` });
    }
  };
  const count = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;
  check("bucket", (value) => typeof value === "string" && /^[^/\s]+$/u.test(value), "a bucket name without s3://");
  check("keyPrefix", (value) => typeof value === "string" && !value.startsWith("s3://"), "a key, not a URI");
  check("fileName", (value) => typeof value === "string" && value !== "", "a name");
  check("filter", (value) => typeof value === "function", "a function");
  check("onProgress", (value) => typeof value === "function", "a function");
  check("concurrency", count, "a whole number from 1");
  check("partConcurrency", count, "a whole number from 1");
  check(
    "partSizeBytes",
    (value) => count(value) && (value as number) >= SMALLEST_PART && (value as number) <= LARGEST_PART,
    "between 5 MiB (5242880) and 5 GiB",
  );
  if (issues.length > 0) throw new ValidationError("uploadData", issues);
}
