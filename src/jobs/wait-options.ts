import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { enumIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { MetricDefinition, MetricValue } from "./metrics.js";

/**
 * The status of a job or endpoint changed, or the text of its secondary status did.
 *
 * @public
 */
export interface StatusEvent {
  readonly type: "status";
  readonly jobName: string;
  /** For example `InProgress`, `Completed`, `InService`. */
  readonly status: string;
  /** For example `Downloading`, `Training`; the status itself where the service knows no secondary one. */
  readonly secondaryStatus: string;
  /** The service's sentence about it, empty when it has none. */
  readonly message: string;
  readonly at: Date;
}

/**
 * A line of the job's log, without its line end.
 *
 * @public
 */
export interface LogEvent {
  readonly type: "log";
  readonly jobName: string;
  readonly line: string;
  /** Log stream: one per instance and start. */
  readonly stream: string;
  readonly at: Date;
}

/**
 * A metric found in a log line by the job's metric definitions.
 *
 * @public
 */
export interface MetricEvent extends MetricValue {
  readonly type: "metric";
  readonly jobName: string;
}

/**
 * Nothing else was reported for 30 s or more; the wait is alive.
 *
 * @public
 */
export interface HeartbeatEvent {
  readonly type: "heartbeat";
  readonly jobName: string;
  readonly status: string;
  readonly secondaryStatus: string;
  /** Since the wait began. */
  readonly elapsedSeconds: number;
  readonly at: Date;
}

/**
 * Something went wrong that does not end the wait, for example logs that cannot be read.
 *
 * @public
 */
export interface WarningEvent {
  readonly type: "warning";
  readonly jobName: string;
  readonly message: string;
  readonly at: Date;
}

/**
 * A failed deployment takes back what it created, one event per step.
 *
 * @public
 */
export interface CleanupEvent {
  readonly type: "cleanup";
  /** Name of the endpoint. */
  readonly jobName: string;
  readonly resource: "endpoint" | "endpoint configuration" | "model";
  readonly name: string;
  /** `waiting`: the service refuses the deletion for now, it is tried again. `failed`: it was given up and may go on billing. */
  readonly outcome: "deleted" | "waiting" | "failed";
  readonly message: string;
  readonly at: Date;
}

/**
 * What a wait reports while it runs.
 *
 * @public
 */
export type ProgressEvent = StatusEvent | LogEvent | MetricEvent | HeartbeatEvent | WarningEvent | CleanupEvent;

/**
 * Options of every wait.
 *
 * @remarks
 * The first look is immediate. Then come a few quick looks within the first seconds, then one every twentieth of the
 * time waited so far, at least 5 s and at most 30 s apart. All waits of one session share a pace of 5 status calls and 10 log
 * calls a second, so hundreds of waits slow down together and are not throttled.
 *
 * **Abort and Ctrl-C.** The library installs no signal handlers: without one of yours, Ctrl-C ends the process and the job
 * keeps running (and billing). Connect it to an AbortController:
 *
 * ```ts
 * const controller = new AbortController();
 * process.once("SIGINT", () => controller.abort(new Error("interrupted")));
 * await job.wait({ signal: controller.signal, onAbort: "stop" });
 * ```
 *
 * @public
 */
export interface PollOptions {
  /** Ends the wait with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Ends the wait with a {@link WaitTimeoutError} after a last look; the job or endpoint keeps running. 0 looks once.
   * @defaultValue no limit
   */
  readonly timeoutSeconds?: number | undefined;
  /**
   * A fixed time between two looks instead of the schedule, in seconds.
   * @defaultValue the schedule described above
   */
  readonly pollSeconds?: number | undefined;
  /**
   * Hears what happens. It is called synchronously, in order of time where known; what it throws ends the wait.
   */
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  /**
   * For so long after the start of the wait an AccessDenied answer is tried again: permissions by tag arrive late on new
   * resources. Afterwards it is thrown.
   * @defaultValue 5
   */
  readonly accessDeniedGraceSeconds?: number | undefined;
}

/**
 * Options of `wait` of a job.
 *
 * @public
 */
export interface WaitOptions extends PollOptions {
  /**
   * Reads the job's log and reports its lines and metrics to `onProgress`.
   * @defaultValue true
   */
  readonly logs?: boolean | undefined;
  /**
   * What a job that ends as `Stopped` means: `"throw"` a {@link JobError} `JOB_STOPPED`, or `"return"` a result whose `status`
   * and `stoppedReason` say so. A stopped job is never reported as completed.
   * @defaultValue "throw"
   */
  readonly onStopped?: "throw" | "return" | undefined;
  /**
   * What an abort does to the job: `"detach"` leaves it running, `"stop"` asks the service to stop it first. Either way the
   * wait rejects with `signal.reason`.
   * @defaultValue "detach"
   */
  readonly onAbort?: "detach" | "stop" | undefined;
  /**
   * After the end of the job the log is read to its end, and once more after this pause, for lines that arrive late. The pause
   * is never longer than a twentieth of the job's run time, and what has passed since the job's end is taken off.
   * @defaultValue 5
   */
  readonly logGraceSeconds?: number | undefined;
  /**
   * Metrics to find in the log, besides those that the job itself was created with.
   * @defaultValue none
   */
  readonly metricDefinitions?: readonly MetricDefinition[] | undefined;
}

/** Defaults of {@link WaitOptions}. */
export const WAIT_DEFAULTS = Object.freeze({
  logs: true,
  onStopped: "throw",
  onAbort: "detach",
  accessDeniedGraceSeconds: 5,
  logGraceSeconds: 5,
} as const);

const POLL_OPTIONS = ["signal", "timeoutSeconds", "pollSeconds", "onProgress", "accessDeniedGraceSeconds"] as const;

/** Names of all {@link WaitOptions}, for options objects that extend them. */
export const WAIT_OPTIONS = [
  ...POLL_OPTIONS,
  "logs",
  "onStopped",
  "onAbort",
  "logGraceSeconds",
  "metricDefinitions",
] as const satisfies readonly (keyof WaitOptions)[];

/** The wait options among `options`; what is not set stays away. */
export function pickWaitOptions(options: WaitOptions): WaitOptions {
  return Object.fromEntries(
    WAIT_OPTIONS.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  ) as WaitOptions;
}

/** The poll options among `options`, for waits on things that are not jobs. */
export function pickPollOptions(options: PollOptions): PollOptions {
  return Object.fromEntries(
    POLL_OPTIONS.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  ) as PollOptions;
}

/** Faults of the values of wait options; unknown keys are the caller's to find. */
export function waitOptionIssues(options: WaitOptions): ValidationIssue[] {
  const issues: ValidationIssue[] = [
    ...enumIssues(options.onStopped, ["throw", "return"], "onStopped"),
    ...enumIssues(options.onAbort, ["detach", "stop"], "onAbort"),
  ];
  for (const key of ["timeoutSeconds", "accessDeniedGraceSeconds", "logGraceSeconds"] as const) {
    const value = options[key];
    if (value !== undefined && !(typeof value === "number" && value >= 0)) {
      issues.push({ path: [key], message: `${key} must be a number of seconds, 0 or more; got ${shown(value)}` });
    }
  }
  if (options.logs !== undefined && typeof options.logs !== "boolean") {
    issues.push({ path: ["logs"], message: `logs must be true or false; got ${shown(options.logs)}` });
  }
  const { pollSeconds } = options;
  if (pollSeconds !== undefined && !(typeof pollSeconds === "number" && pollSeconds > 0 && pollSeconds <= 3600)) {
    issues.push({
      path: ["pollSeconds"],
      message: `pollSeconds must be more than 0 and at most 3600; got ${shown(pollSeconds)}`,
    });
  }
  return issues;
}

/**
 * @param known - names that are legal in this options object
 * @throws ValidationError `INVALID_OPTIONS` with every unknown key and bad value
 */
export function checkWaitOptions(options: WaitOptions, subject: string, known: readonly string[] = WAIT_OPTIONS): void {
  const issues = [...unknownKeyIssues(options, known, subject), ...waitOptionIssues(options)];
  if (issues.length > 0) throw new ValidationError(subject, issues);
}

/** As {@link checkWaitOptions}, for waits without a log. */
export function checkPollOptions(options: PollOptions, subject: string): void {
  checkWaitOptions(options, subject, POLL_OPTIONS);
}
