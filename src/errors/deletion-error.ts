import { SageMakerError } from "./sagemaker-error.js";

/**
 * An object that S3 refused to delete.
 *
 * @public
 */
export interface DeletionFailure {
  readonly uri: string;
  /** S3's error code, for example `AccessDenied`. */
  readonly code: string;
  readonly message: string;
}

/**
 * Some objects could not be deleted; the others are gone.
 *
 * @remarks Deleting is repeatable: call again for what is left.
 *
 * @public
 */
export class DeletionError extends SageMakerError {
  static override readonly className: string = "DeletionError";

  declare readonly code: "DELETION_INCOMPLETE";
  /** What was refused, at most the first 1000 objects. */
  readonly failures: readonly DeletionFailure[];
  /** Number of all objects that were refused. */
  readonly failed: number;
  /** Number of the objects that are deleted. */
  readonly deleted: number;

  constructor(subject: string, counts: { failed: number; deleted: number }, failures: readonly DeletionFailure[]) {
    const [first] = failures;
    const example = first ? `; the first is ${first.uri}: ${first.code}${first.message && `, ${first.message}`}` : "";
    super(
      `${counts.failed} of ${counts.failed + counts.deleted} objects below ${subject} could not be deleted${example}`,
      {
        code: "DELETION_INCOMPLETE",
      },
    );
    this.failures = failures;
    this.failed = counts.failed;
    this.deleted = counts.deleted;
  }
}
