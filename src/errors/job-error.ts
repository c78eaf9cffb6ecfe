import { SageMakerError } from "./sagemaker-error.js";

/**
 * Codes of {@link JobError}. `CAPACITY` is a failed job whose reason is missing capacity.
 *
 * @public
 */
export type JobErrorCode = "JOB_FAILED" | "JOB_STOPPED" | "JOB_NOT_FINISHED" | "CAPACITY";

/**
 * What is known about the job or resource when a {@link JobError} is made.
 *
 * @public
 */
export interface JobErrorDetails {
  readonly code: JobErrorCode;
  /** `Training job`, `Transform job` or `Endpoint`. */
  readonly kind: string;
  readonly jobName: string;
  /** Final status as the service reports it. */
  readonly status: string;
  /** Secondary status of a training job, for example `MaxRuntimeExceeded`. */
  readonly secondaryStatus?: string | undefined;
  readonly failureReason?: string | undefined;
  /** The last lines of the job's log, oldest first; empty when logs were not read. */
  readonly lastLogLines?: readonly string[] | undefined;
  /** Address of the job in the AWS console, when it runs on AWS. */
  readonly consoleUrl?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A job or endpoint ended in a state that is not success.
 *
 * @public
 */
export class JobError extends SageMakerError {
  static override readonly className: string = "JobError";

  declare readonly code: JobErrorCode;
  readonly kind: string;
  readonly jobName: string;
  readonly status: string;
  readonly secondaryStatus: string | undefined;
  readonly failureReason: string | undefined;
  readonly lastLogLines: readonly string[];
  readonly consoleUrl: string | undefined;

  constructor(details: JobErrorDetails) {
    const state =
      details.secondaryStatus && details.secondaryStatus !== details.status
        ? `${details.status} (${details.secondaryStatus})`
        : details.status;
    const reason = details.failureReason
      ? `: ${details.failureReason}`
      : details.code === "JOB_NOT_FINISHED"
        ? ""
        : "; the service gave no reason";
    const log =
      details.lastLogLines && details.lastLogLines.length > 0
        ? `\nLast log lines:\n${details.lastLogLines.map((line) => `  ${line}`).join("\n")}`
        : "";
    const url = details.consoleUrl ? `\n${details.consoleUrl}` : "";
    super(
      `${details.kind} "${details.jobName}" ${details.code === "JOB_NOT_FINISHED" ? "is" : "ended as"} ${state}${reason}${log}${url}`,
      details,
    );
    this.kind = details.kind;
    this.jobName = details.jobName;
    this.status = details.status;
    this.secondaryStatus = details.secondaryStatus;
    this.failureReason = details.failureReason;
    this.lastLogLines = details.lastLogLines ?? [];
    this.consoleUrl = details.consoleUrl;
  }
}
