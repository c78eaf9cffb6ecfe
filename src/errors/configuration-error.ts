import { SageMakerError } from "./sagemaker-error.js";

/**
 * Codes of {@link ConfigurationError}.
 *
 * @public
 */
export type ConfigurationErrorCode = "NO_REGION" | "NO_ROLE" | "NO_BUCKET" | "BUCKET_UNREADABLE" | "NO_CREDENTIALS";

/**
 * Something that the environment should provide is missing or unusable: region, role, bucket, credentials.
 *
 * @public
 */
export class ConfigurationError extends SageMakerError {
  static override readonly className: string = "ConfigurationError";

  declare readonly code: ConfigurationErrorCode;
  /** The places that were looked at, in order. */
  readonly lookedAt: readonly string[];

  constructor(
    message: string,
    code: ConfigurationErrorCode,
    options: { readonly lookedAt?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, { code, cause: options.cause });
    this.lookedAt = options.lookedAt ?? [];
  }
}
