import { SageMakerError } from "./sagemaker-error.js";

/**
 * The service (or a stand-in for it, such as a test double) answered without members that every answer of the operation has.
 *
 * @public
 */
export class UnexpectedResponseError extends SageMakerError {
  static override readonly className: string = "UnexpectedResponseError";

  declare readonly code: "UNEXPECTED_RESPONSE";
  /** API operation, for example `DescribeTrainingJob`. */
  readonly operation: string;
  /** Names of the members that were missing. */
  readonly missing: readonly string[];

  constructor(operation: string, subject: string, missing: readonly string[]) {
    super(
      `${operation} answered without ${missing.join(", ")} for ${subject}. ` +
        "A test double must return these members; from AWS this is a fault of the service.",
      { code: "UNEXPECTED_RESPONSE" },
    );
    this.operation = operation;
    this.missing = missing;
  }
}
