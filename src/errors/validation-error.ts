import { SageMakerError } from "./sagemaker-error.js";

/**
 * One fault found in an options object, in hyperparameters or in a request.
 *
 * @public
 */
export interface ValidationIssue {
  /** Where the fault is: property names and list positions from the outside in. */
  readonly path: readonly (string | number)[];
  /** What is wrong, what was received, what is allowed and what to do. */
  readonly message: string;
}

/**
 * Codes of {@link ValidationError}.
 *
 * @public
 */
export type ValidationErrorCode = "INVALID_OPTIONS" | "INVALID_HYPERPARAMETERS" | "INVALID_INPUT" | "PREFLIGHT_FAILED";

/**
 * The caller gave something that cannot work. Thrown before any request is sent.
 *
 * @remarks All faults of one object are reported together, in {@link ValidationError.issues}.
 *
 * @public
 */
export class ValidationError extends SageMakerError {
  static override readonly className: string = "ValidationError";

  declare readonly code: ValidationErrorCode;
  /** Every fault that was found, at least one. */
  readonly issues: readonly ValidationIssue[];

  constructor(subject: string, issues: readonly ValidationIssue[], code: ValidationErrorCode = "INVALID_OPTIONS") {
    const first = issues[0];
    const text =
      issues.length === 1 && first
        ? `${subject}: ${first.message}`
        : `${subject}: ${issues.length} faults\n${issues.map((issue) => `  - ${issue.message}`).join("\n")}`;
    super(text, { code });
    this.issues = issues;
  }
}
