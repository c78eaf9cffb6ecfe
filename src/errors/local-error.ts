import { SageMakerError } from "./sagemaker-error.js";

/**
 * Codes of {@link LocalError}.
 *
 * @public
 */
export type LocalErrorCode =
  | "LOCAL_TRAINING_FAILED"
  | "LOCAL_MODEL_INVALID"
  | "LOCAL_STORE_LOCKED"
  | "LOCAL_STORE_CORRUPT"
  | "LOCAL_WORKER_DIED"
  | "LOCAL_CLOSED"
  | "LOCAL_LISTEN_FAILED"
  | "LOCAL_NOT_RUNNING";

/**
 * The embedded local SageMaker could not do its work.
 *
 * @remarks Failures of a job appear on the job, as on AWS; this error is for the service itself and for model files.
 *
 * @public
 */
export class LocalError extends SageMakerError {
  static override readonly className: string = "LocalError";

  declare readonly code: LocalErrorCode;

  constructor(message: string, code: LocalErrorCode, cause?: unknown) {
    super(message, { code, cause });
  }
}
