import type {
  CreateTrainingJobCommandInput,
  DescribeTrainingJobCommandOutput,
  SageMakerClient,
  StopTrainingJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import { JobError } from "../errors/index.js";
import { assertResourceName } from "../internal/names.js";
import { sendWith } from "../internal/send.js";
import type { CallOptions, Session } from "../session/index.js";
import { isValidationException } from "./aws-errors.js";
import { consoleUrl } from "./console-url.js";
import { createError } from "./create-errors.js";
import { checkedDescription, type TrainingJobDescription } from "./descriptions.js";
import { type LogsOptions, readLog } from "./job-log.js";
import { type LogLine, LogTail } from "./log-tail.js";
import type { MetricValue } from "./metrics.js";
import type { CreateTrainingJobRequest } from "./requests.js";
import { type TrainingJobResult, trainingJobResult } from "./training-job-result.js";
import { finalMetrics, hasEnded, modelDataOf, statusSteps, stoppedText, trainingLog } from "./training-job-state.js";
import { type WaitSubject, waitForEnd } from "./wait-engine.js";
import { checkWaitOptions, WAIT_DEFAULTS, type WaitOptions } from "./wait-options.js";

const KIND = "Training job";
const LAST_LINES = 20;

/**
 * A training job by its name: one that was just created, or any other of the account and region.
 *
 * @remarks The object holds only the name; every question goes to the service.
 *
 * @example
 * ```ts
 * const job = new TrainingJob(session, "blazingtext-2026-08-12-10-00-00-000");
 * const result = await job.wait({ onProgress: (event) => event.type === "log" && console.log(event.line) });
 * console.log(result.modelData, result.billableSeconds);
 * ```
 * @public
 */
export class TrainingJob {
  readonly session: Session;
  readonly name: string;

  /**
   * @param session - reaches the account and region of the job; nothing is sent
   * @throws {@link ValidationError} `INVALID_OPTIONS` when the name cannot be one of a job
   */
  constructor(session: Session, name: string) {
    assertResourceName(name, "training job name");
    this.session = session;
    this.name = name;
  }

  /**
   * Creates the job on the service (CreateTrainingJob) and returns its handle; it does not wait.
   *
   * @param request - sent as it is
   * @param options - an abort before the request is sent ends the call; afterwards the answer is waited for
   * @throws {@link ValidationError} `INVALID_OPTIONS` when the name is taken, {@link ConfigurationError} `NO_ROLE` or
   * `BUCKET_UNREADABLE` when the service refuses the role or the data; other AWS exceptions as they are
   */
  static async create(
    session: Session,
    request: CreateTrainingJobRequest,
    options: CallOptions = {},
  ): Promise<TrainingJob> {
    const job = new TrainingJob(session, request.TrainingJobName);
    const { CreateTrainingJobCommand } = await import("../clients/sagemaker.js");
    const client = await job.#client();
    options.signal?.throwIfAborted();
    try {
      // Without the signal: a request that is cut off may have been carried out, and nobody would hold the job's name.
      await client.send(new CreateTrainingJobCommand(request as unknown as CreateTrainingJobCommandInput));
    } catch (error) {
      throw createError(error, "training job", request.TrainingJobName, request.RoleArn);
    }
    return job;
  }

  /**
   * Asks for the job's present state (DescribeTrainingJob).
   *
   * @throws {@link UnexpectedResponseError} when the answer lacks a member that every answer has
   */
  async describe(options: CallOptions = {}): Promise<TrainingJobDescription> {
    const { DescribeTrainingJobCommand } = await import("../clients/sagemaker.js");
    const client = await this.#client();
    const answer = await sendWith<DescribeTrainingJobCommandOutput>(options.signal, (sendOptions) =>
      client.send(new DescribeTrainingJobCommand({ TrainingJobName: this.name }), sendOptions),
    );
    return checkedDescription("DescribeTrainingJob", answer, `training job "${this.name}"`);
  }

  /**
   * Waits until the job has ended and its log is read to the end.
   *
   * @remarks
   * One status call per look and, with logs, one GetLogEvents call per stream and reading; see {@link PollOptions} for the
   * schedule and for Ctrl-C. Throttled calls, server faults and expired credentials (once) are tried again and do not end
   * the wait. A log that cannot be read is reported as a warning event and does not end it either.
   *
   * @throws {@link JobError} `JOB_FAILED`, `CAPACITY` when capacity was missing, `JOB_STOPPED` unless `onStopped` is
   * `"return"`; each with the failure reason, the last 20 log lines and the console address
   * @throws {@link WaitTimeoutError} after `timeoutSeconds`; the job keeps running
   * @throws {@link ValidationError} `INVALID_OPTIONS` for an unknown option or a bad value
   */
  async wait(options: WaitOptions = {}): Promise<TrainingJobResult> {
    checkWaitOptions(options, "wait");
    const { description, progress } = await waitForEnd(this.#subject(), options);
    const status = description.TrainingJobStatus;
    const onStopped = options.onStopped ?? WAIT_DEFAULTS.onStopped;
    if (status === "Completed" || (status === "Stopped" && onStopped === "return")) {
      return trainingJobResult(description, progress.metrics);
    }
    const reason = description.FailureReason;
    const lines =
      progress.lastLines.length > 0 ? progress.lastLines : await this.#lastLines(description, options.signal);
    throw new JobError({
      code: status === "Stopped" ? "JOB_STOPPED" : reason?.includes("CapacityError") ? "CAPACITY" : "JOB_FAILED",
      kind: KIND,
      jobName: this.name,
      status,
      secondaryStatus: description.SecondaryStatus,
      failureReason: reason ?? (status === "Stopped" ? stoppedText(description) : undefined),
      lastLogLines: lines,
      consoleUrl: consoleUrl(description.TrainingJobArn, "jobs", this.name),
    });
  }

  /**
   * Asks the service to stop the job (StopTrainingJob). It stops within about two minutes and keeps what it has saved. A job
   * that has ended already is fine.
   */
  async stop(options: CallOptions = {}): Promise<void> {
    const { StopTrainingJobCommand } = await import("../clients/sagemaker.js");
    const client = await this.#client();
    try {
      await sendWith<StopTrainingJobCommandOutput>(options.signal, (sendOptions) =>
        client.send(new StopTrainingJobCommand({ TrainingJobName: this.name }), sendOptions),
      );
    } catch (error) {
      if (options.signal?.aborted || !isValidationException(error)) throw error;
      // The service refuses to stop what has ended, and with the same exception what does not exist: the look tells which.
      const { TrainingJobStatus } = await this.describe(options);
      if (!hasEnded(TrainingJobStatus) && TrainingJobStatus !== "Stopping") throw error;
    }
  }

  /**
   * The job's log lines from the first one on: until the job has ended, or with `follow: false` those there are now.
   *
   * @remarks Each line comes once; lines of several instances are merged by time. Ending the loop early leaves nothing behind.
   */
  logs(options: LogsOptions = {}): AsyncIterable<LogLine> {
    return readLog(this.#subject(), options);
  }

  /**
   * S3 URI of the trained model: `…/output/model.tar.gz`, or a prefix with `/` at its end when output is not compressed.
   *
   * @throws {@link JobError} `JOB_NOT_FINISHED` while the job runs, `JOB_FAILED` when it failed, `JOB_STOPPED` when it was
   * stopped before it saved a model
   */
  async modelData(options: CallOptions = {}): Promise<string> {
    const description = await this.describe(options);
    const uri = modelDataOf(description);
    if (uri !== undefined) return uri;
    const status = description.TrainingJobStatus;
    throw new JobError({
      code: status === "Failed" ? "JOB_FAILED" : status === "Stopped" ? "JOB_STOPPED" : "JOB_NOT_FINISHED",
      kind: KIND,
      jobName: this.name,
      status,
      secondaryStatus: description.SecondaryStatus,
      failureReason:
        description.FailureReason ??
        (hasEnded(status)
          ? "it saved no model"
          : "it has no model before it has completed; wait for it: await job.wait()"),
      consoleUrl: consoleUrl(description.TrainingJobArn, "jobs", this.name),
    });
  }

  /** The last value of each metric as the service found it in the log; empty before the first. */
  async metrics(options: CallOptions = {}): Promise<MetricValue[]> {
    return finalMetrics(await this.describe(options));
  }

  async #client(): Promise<SageMakerClient> {
    const { SageMakerClient } = await import("../clients/sagemaker.js");
    return this.session.client("sagemaker", (settings) => new SageMakerClient(settings));
  }

  async #lastLines(description: TrainingJobDescription, signal: AbortSignal | undefined): Promise<string[]> {
    const log = trainingLog(description);
    if (!log) return [];
    try {
      return await new LogTail(this.session, log).lastLines(LAST_LINES, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      return [];
    }
  }

  #subject(): WaitSubject<TrainingJobDescription> {
    return {
      session: this.session,
      resource: `training job "${this.name}"`,
      name: this.name,
      describe: (signal) => this.describe({ signal }),
      stop: (signal) => this.stop({ signal }),
      state: (description) => ({
        steps: statusSteps(description),
        ended: hasEnded(description.TrainingJobStatus),
        ending: description.TrainingJobStatus === "Stopping" || description.SecondaryStatus === "Uploading",
        log: trainingLog(description),
        metricDefinitions: (description.AlgorithmSpecification?.MetricDefinitions ?? []).map(({ Name, Regex }) => ({
          name: Name,
          regex: Regex,
        })),
      }),
    };
  }
}
