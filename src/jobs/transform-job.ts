import type {
  CreateTransformJobCommandInput,
  DescribeTransformJobCommandOutput,
  SageMakerClient,
  StopTransformJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import { JobError } from "../errors/index.js";
import { assertResourceName } from "../internal/names.js";
import { sendWith } from "../internal/send.js";
import type { CallOptions, Session } from "../session/index.js";
import { isValidationException } from "./aws-errors.js";
import { consoleUrl } from "./console-url.js";
import { createError } from "./create-errors.js";
import { checkedDescription, type TransformJobDescription } from "./descriptions.js";
import { type LogsOptions, readLog } from "./job-log.js";
import { type LogLine, LogTail } from "./log-tail.js";
import type { CreateTransformJobRequest } from "./requests.js";
import { hasEnded } from "./training-job-state.js";
import { type WaitState, type WaitSubject, waitForEnd } from "./wait-engine.js";
import { checkWaitOptions, WAIT_DEFAULTS, type WaitOptions } from "./wait-options.js";

const KIND = "Transform job";
const LOG_GROUP = "/aws/sagemaker/TransformJobs";
const LAST_LINES = 20;

/**
 * How a transform job ended.
 *
 * @public
 */
export interface TransformJobResult {
  readonly jobName: string;
  /** `Stopped` only when the wait was told to return it. */
  readonly status: "Completed" | "Stopped";
  /** S3 URI under which the `.out` objects are. */
  readonly outputPath: string;
  /** From the start of the instances' work to its end, in seconds; undefined when the service did not say. */
  readonly transformSeconds: number | undefined;
  /** The job as the service last described it. */
  readonly description: TransformJobDescription;
}

/**
 * A batch transform job by its name: one that was just created, or any other of the account and region.
 *
 * @remarks The object holds only the name; every question goes to the service.
 *
 * @public
 */
export class TransformJob {
  readonly session: Session;
  readonly name: string;

  /**
   * @param session - reaches the account and region of the job; nothing is sent
   * @throws {@link ValidationError} `INVALID_OPTIONS` when the name cannot be one of a job
   */
  constructor(session: Session, name: string) {
    assertResourceName(name, "transform job name");
    this.session = session;
    this.name = name;
  }

  /**
   * Creates the job on the service (CreateTransformJob) and returns its handle; it does not wait.
   *
   * @param request - sent as it is
   * @param options - an abort before the request is sent ends the call; afterwards the answer is waited for
   * @throws {@link ValidationError} `INVALID_OPTIONS` when the name is taken; other AWS exceptions as they are
   */
  static async create(
    session: Session,
    request: CreateTransformJobRequest,
    options: CallOptions = {},
  ): Promise<TransformJob> {
    const job = new TransformJob(session, request.TransformJobName);
    const { CreateTransformJobCommand } = await import("../clients/sagemaker.js");
    const client = await job.#client();
    options.signal?.throwIfAborted();
    try {
      // Without the signal: a request that is cut off may have been carried out, and nobody would hold the job's name.
      await client.send(new CreateTransformJobCommand(request as unknown as CreateTransformJobCommandInput));
    } catch (error) {
      throw createError(error, "transform job", request.TransformJobName);
    }
    return job;
  }

  /**
   * Asks for the job's present state (DescribeTransformJob).
   *
   * @throws {@link UnexpectedResponseError} when the answer lacks a member that every answer has
   */
  async describe(options: CallOptions = {}): Promise<TransformJobDescription> {
    const { DescribeTransformJobCommand } = await import("../clients/sagemaker.js");
    const client = await this.#client();
    const answer = await sendWith<DescribeTransformJobCommandOutput>(options.signal, (sendOptions) =>
      client.send(new DescribeTransformJobCommand({ TransformJobName: this.name }), sendOptions),
    );
    return checkedDescription("DescribeTransformJob", answer, `transform job "${this.name}"`);
  }

  /**
   * Waits until the job has ended and its log is read to the end; works as {@link TrainingJob.wait}.
   *
   * @remarks One record that the model refuses fails the whole job; the output of the other input files is there even so.
   *
   * @throws {@link JobError} `JOB_FAILED`, `CAPACITY`, or `JOB_STOPPED` unless `onStopped` is `"return"`
   * @throws {@link WaitTimeoutError} after `timeoutSeconds`; the job keeps running
   * @throws {@link ValidationError} `INVALID_OPTIONS` for an unknown option or a bad value
   */
  async wait(options: WaitOptions = {}): Promise<TransformJobResult> {
    checkWaitOptions(options, "wait");
    const { description, progress } = await waitForEnd(this.#subject(), options);
    const status = description.TransformJobStatus;
    const onStopped = options.onStopped ?? WAIT_DEFAULTS.onStopped;
    if (status === "Completed" || (status === "Stopped" && onStopped === "return")) {
      const { TransformStartTime: start, TransformEndTime: end } = description;
      return {
        jobName: this.name,
        status,
        outputPath: description.TransformOutput.S3OutputPath,
        transformSeconds: start && end ? (end.getTime() - start.getTime()) / 1000 : undefined,
        description,
      };
    }
    const reason = description.FailureReason;
    const lines = progress.lastLines.length > 0 ? progress.lastLines : await this.#lastLines(options.signal);
    throw new JobError({
      code: status === "Stopped" ? "JOB_STOPPED" : reason?.includes("CapacityError") ? "CAPACITY" : "JOB_FAILED",
      kind: KIND,
      jobName: this.name,
      status,
      failureReason:
        reason ??
        (status === "Stopped"
          ? 'it was stopped on request. To accept a stopped job, wait with onStopped: "return"'
          : undefined),
      lastLogLines: lines,
      consoleUrl: consoleUrl(description.TransformJobArn, "transform-jobs", this.name),
    });
  }

  /** Asks the service to stop the job (StopTransformJob). A job that has ended already is fine. */
  async stop(options: CallOptions = {}): Promise<void> {
    const { StopTransformJobCommand } = await import("../clients/sagemaker.js");
    const client = await this.#client();
    try {
      await sendWith<StopTransformJobCommandOutput>(options.signal, (sendOptions) =>
        client.send(new StopTransformJobCommand({ TransformJobName: this.name }), sendOptions),
      );
    } catch (error) {
      if (options.signal?.aborted || !isValidationException(error)) throw error;
      const { TransformJobStatus } = await this.describe(options);
      if (!hasEnded(TransformJobStatus) && TransformJobStatus !== "Stopping") throw error;
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

  async #client(): Promise<SageMakerClient> {
    const { SageMakerClient } = await import("../clients/sagemaker.js");
    return this.session.client("sagemaker", (settings) => new SageMakerClient(settings));
  }

  async #lastLines(signal: AbortSignal | undefined): Promise<string[]> {
    try {
      return await new LogTail(this.session, { group: LOG_GROUP, prefix: `${this.name}/` }).lastLines(
        LAST_LINES,
        signal,
      );
    } catch (error) {
      if (signal?.aborted) throw error;
      return [];
    }
  }

  #subject(): WaitSubject<TransformJobDescription> {
    return {
      session: this.session,
      resource: `transform job "${this.name}"`,
      name: this.name,
      describe: (signal) => this.describe({ signal }),
      stop: (signal) => this.stop({ signal }),
      state: (description) => transformState(description),
    };
  }
}

function transformState(description: TransformJobDescription): WaitState {
  const { TransformJobStatus: status, TransformEndTime: end, TransformStartTime: start, CreationTime } = description;
  const ended = hasEnded(status);
  return {
    steps: [
      {
        status,
        secondaryStatus: status,
        message: description.FailureReason ?? "",
        at: (ended ? end : start) ?? CreationTime,
        key: status,
      },
    ],
    ended,
    ending: status === "Stopping",
    log: {
      group: LOG_GROUP,
      prefix: `${description.TransformJobName}/`,
      instances: description.TransformResources.InstanceCount,
      endedAt: end,
      runSeconds: end ? Math.max(0, (end.getTime() - CreationTime.getTime()) / 1000) : undefined,
    },
  };
}
