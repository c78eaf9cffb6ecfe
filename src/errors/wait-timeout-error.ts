import { SageMakerError } from "./sagemaker-error.js";

/**
 * A wait reached its `timeoutSeconds`. The job or endpoint itself keeps running (and billing).
 *
 * @public
 */
export class WaitTimeoutError extends SageMakerError {
  static override readonly className: string = "WaitTimeoutError";

  declare readonly code: "WAIT_TIMEOUT";
  readonly resource: string;
  readonly lastStatus: string;
  readonly elapsedSeconds: number;

  constructor(resource: string, lastStatus: string, elapsedSeconds: number) {
    super(
      `Stopped waiting for ${resource} after ${Math.round(elapsedSeconds)} s; its last status was ${lastStatus}. ` +
        "It keeps running: wait again with a larger timeoutSeconds, or stop it.",
      { code: "WAIT_TIMEOUT" },
    );
    this.resource = resource;
    this.lastStatus = lastStatus;
    this.elapsedSeconds = elapsedSeconds;
  }
}
