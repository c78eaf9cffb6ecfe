import { SageMakerError } from "./sagemaker-error.js";

/**
 * An optional peer dependency is needed and not installed.
 *
 * @public
 */
export class MissingDependencyError extends SageMakerError {
  static override readonly className: string = "MissingDependencyError";

  declare readonly code: "MISSING_DEPENDENCY";
  /** npm name of the package. */
  readonly packageName: string;

  constructor(packageName: string, purpose: string, cause?: unknown) {
    super(`${purpose} needs the package "${packageName}". Install it: npm install ${packageName}`, {
      code: "MISSING_DEPENDENCY",
      cause,
    });
    this.packageName = packageName;
  }
}
