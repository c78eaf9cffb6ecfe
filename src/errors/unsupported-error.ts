import { SageMakerError } from "./sagemaker-error.js";

/**
 * Codes of {@link UnsupportedError}.
 *
 * @public
 */
export type UnsupportedErrorCode =
  | "UNKNOWN_IMAGE"
  | "UNSUPPORTED_REGION"
  | "UNSUPPORTED_VERSION"
  | "UNSUPPORTED_INSTANCE_TYPE"
  | "UNSUPPORTED_INPUT_MODE"
  | "UNSUPPORTED_OPERATION";

/**
 * A combination that the service, the algorithm or this library does not offer.
 *
 * @public
 */
export class UnsupportedError extends SageMakerError {
  static override readonly className: string = "UnsupportedError";

  declare readonly code: UnsupportedErrorCode;
  /** What would have worked, when there is a list. */
  readonly candidates: readonly string[];

  constructor(message: string, code: UnsupportedErrorCode, candidates: readonly string[] = []) {
    super(message, { code });
    this.candidates = candidates;
  }
}
