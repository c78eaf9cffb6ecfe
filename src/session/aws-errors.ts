import { ConfigurationError } from "../errors/index.js";

const NOT_FOUND = new Set(["NotFound", "NoSuchKey", "404"]);
const DENIED = new Set(["AccessDenied", "AccessDeniedException", "Forbidden", "AllAccessDisabled", "403"]);
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"]);

interface AwsErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown } | undefined;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> } | undefined;
}

function shapeOf(error: unknown): AwsErrorShape {
  return typeof error === "object" && error !== null ? error : {};
}

function statusOf(error: unknown): unknown {
  return shapeOf(error).$metadata?.httpStatusCode;
}

function isNamed(error: unknown, names: ReadonlySet<string>): boolean {
  const { name } = shapeOf(error);
  return typeof name === "string" && names.has(name);
}

/** The object is not there. A missing bucket is another matter: {@link isMissingBucket}. */
export function isMissingObject(error: unknown): boolean {
  return !isMissingBucket(error) && (isNamed(error, NOT_FOUND) || statusOf(error) === 404);
}

export function isMissingBucket(error: unknown): boolean {
  return shapeOf(error).name === "NoSuchBucket";
}

export function isDenied(error: unknown): boolean {
  return !isNamed(error, EXPIRED) && (isNamed(error, DENIED) || statusOf(error) === 403);
}

/** What an S3 call was about, for the error that explains its failure. */
export interface S3Call {
  readonly bucket: string;
  readonly key?: string | undefined;
  readonly region: string | undefined;
  /** IAM action that the call needs, for example `s3:GetObject`. */
  readonly permission: string;
}

/**
 * An S3 failure that comes from the set-up (missing bucket, wrong region, missing permission, no credentials) as an error
 * that says what and where; any other failure untouched.
 */
export function explainS3Error(error: unknown, call: S3Call): unknown {
  const place = `s3://${call.bucket}${call.key === undefined ? "" : `/${call.key}`}`;
  const from = call.region === undefined ? "" : ` from region ${call.region}`;
  const target = `arn:aws:s3:::${call.bucket}${call.permission === "s3:ListBucket" ? "" : "/*"}`;
  const { name } = shapeOf(error);
  if (isMissingBucket(error)) {
    return new ConfigurationError(
      `Bucket "${call.bucket}" does not exist (asked for ${place}${from}). Create it, or name another one.`,
      "NO_BUCKET",
      { cause: error },
    );
  }
  if (name === "PermanentRedirect" || name === "AuthorizationHeaderMalformed" || statusOf(error) === 301) {
    const actual = shapeOf(error).$response?.headers?.["x-amz-bucket-region"];
    return new ConfigurationError(
      `${place} cannot be used${from}: the bucket is in ${actual ?? "another region"}. ` +
        `Use a session in ${actual ?? "that region"}, or a bucket in the session's region.`,
      "BUCKET_UNREADABLE",
      { cause: error },
    );
  }
  if (isDenied(error)) {
    return new ConfigurationError(
      `Access to ${place} was denied${from}. The caller needs ${call.permission} on ${target}` +
        ` (and kms permissions when the bucket uses its own key); the owner of the bucket may also have to allow it.`,
      "BUCKET_UNREADABLE",
      { cause: error },
    );
  }
  return explainCredentials(error);
}

/** Missing or expired credentials as an error that says what to do; any other failure untouched. */
export function explainCredentials(error: unknown): unknown {
  const { name, message } = shapeOf(error);
  if (name === "CredentialsProviderError") {
    return new ConfigurationError(
      `No AWS credentials were found (${String(message)}). Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ` +
        "sign in with the AWS CLI, or pass { credentials } to the session.",
      "NO_CREDENTIALS",
      { cause: error },
    );
  }
  if (isNamed(error, EXPIRED)) {
    return new ConfigurationError("The AWS credentials have expired. Sign in again, or renew them.", "NO_CREDENTIALS", {
      cause: error,
    });
  }
  return error;
}
