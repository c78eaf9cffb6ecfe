import type {
  CreateHyperParameterTuningJobCommandInput,
  DescribeHyperParameterTuningJobCommandOutput,
  ListTrainingJobsForHyperParameterTuningJobCommandOutput,
  SageMakerClient,
  StopHyperParameterTuningJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import { JobError, ValidationError } from "../errors/index.js";
import { assertResourceName } from "../internal/names.js";
import { sendWith } from "../internal/send.js";
import type { CallOptions, Session } from "../session/index.js";
import { isValidationException } from "./aws-errors.js";
import { consoleUrl } from "./console-url.js";
import { createError } from "./create-errors.js";
import { checkedDescription } from "./descriptions.js";
import { hasEnded } from "./training-job-state.js";
import type { CreateTuningJobRequest, TunedTrainingJobSummary, TuningJobDescription } from "./tuning-job-requests.js";
import { type WaitState, type WaitSubject, waitForEnd } from "./wait-engine.js";
import { checkWaitOptions, type PollOptions, WAIT_DEFAULTS, type WaitOptions } from "./wait-options.js";

const KIND = "Hyperparameter tuning job";
const MAX_NAME = 32;

/**
 * Options of the wait for a tuning job. Its training jobs have logs, it has none.
 *
 * @public
 */
export interface TuningWaitOptions extends PollOptions, Pick<WaitOptions, "onStopped" | "onAbort"> {}

/** Names of all {@link TuningWaitOptions}. */
export const TUNING_WAIT_OPTIONS = [
  "signal",
  "timeoutSeconds",
  "pollSeconds",
  "onProgress",
  "accessDeniedGraceSeconds",
  "onStopped",
  "onAbort",
] as const satisfies readonly (keyof TuningWaitOptions)[];

/**
 * How a tuning job ended.
 *
 * @public
 */
export interface TuningJobResult {
  readonly jobName: string;
  /** `Stopped` only when the wait was told to return it. */
  readonly status: "Completed" | "Stopped";
  /** Undefined when no training job ended with a value of the objective. */
  readonly bestTrainingJob: TunedTrainingJobSummary | undefined;
  /** The job as the service last described it. */
  readonly description: TuningJobDescription;
}

/**
 * A hyperparameter tuning job by its name: one that was just created, or any other of the account and region.
 *
 * @remarks The object holds only the name; every question goes to the service.
 *
 * @public
 */
export class TuningJob {
  readonly session: Session;
  readonly name: string;

  /**
   * @param session - reaches the account and region of the job; nothing is sent
   * @throws {@link ValidationError} `INVALID_OPTIONS` when the name cannot be one of a tuning job: 1 to 32 characters
   */
  constructor(session: Session, name: string) {
    assertResourceName(name, "tuning job name");
    if (name.length > MAX_NAME) {
      throw new ValidationError("tuning job name", [
        { path: [], message: `"${name}" has ${name.length} characters; a tuning job takes at most ${MAX_NAME}` },
      ]);
    }
    this.session = session;
    this.name = name;
  }

  /**
   * Creates the job on the service (CreateHyperParameterTuningJob) and returns its handle; it does not wait.
   *
   * @param request - sent as it is
   * @param options - an abort before the request is sent ends the call; afterwards the answer is waited for
   * @throws {@link ValidationError} `INVALID_OPTIONS` when the name is taken; other AWS exceptions as they are
   */
  static async create(
    session: Session,
    request: CreateTuningJobRequest,
    options: CallOptions = {},
  ): Promise<TuningJob> {
    const job = new TuningJob(session, request.HyperParameterTuningJobName);
    const { CreateHyperParameterTuningJobCommand } = await import("../clients/sagemaker.js");
    const client = await job.#client();
    options.signal?.throwIfAborted();
    try {
      // Without the signal: a request that is cut off may have been carried out, and nobody would hold the job's name.
      await client.send(
        new CreateHyperParameterTuningJobCommand(request as unknown as CreateHyperParameterTuningJobCommandInput),
      );
    } catch (error) {
      const role = (request.TrainingJobDefinition ?? request.TrainingJobDefinitions?.[0])?.RoleArn;
      throw createError(error, "tuning job", job.name, role);
    }
    return job;
  }

  /**
   * Asks for the job's present state (DescribeHyperParameterTuningJob).
   *
   * @throws {@link UnexpectedResponseError} when the answer lacks a member that every answer has
   */
  async describe(options: CallOptions = {}): Promise<TuningJobDescription> {
    const { DescribeHyperParameterTuningJobCommand } = await import("../clients/sagemaker.js");
    const client = await this.#client();
    const command = new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: this.name });
    const answer = await sendWith<DescribeHyperParameterTuningJobCommandOutput>(options.signal, (sendOptions) =>
      client.send(command, sendOptions),
    );
    return checkedDescription("DescribeHyperParameterTuningJob", answer, `tuning job "${this.name}"`);
  }

  /**
   * The training jobs so far, by name (ListTrainingJobsForHyperParameterTuningJob, 100 a page).
   */
  async *trainingJobs(options: CallOptions = {}): AsyncGenerator<TunedTrainingJobSummary> {
    const { ListTrainingJobsForHyperParameterTuningJobCommand } = await import("../clients/sagemaker.js");
    const client = await this.#client();
    let NextToken: string | undefined;
    do {
      const command = new ListTrainingJobsForHyperParameterTuningJobCommand({
        HyperParameterTuningJobName: this.name,
        MaxResults: 100,
        NextToken,
      });
      const page = await sendWith<ListTrainingJobsForHyperParameterTuningJobCommandOutput>(
        options.signal,
        (sendOptions) => client.send(command, sendOptions),
      );
      yield* (page.TrainingJobSummaries ?? []) as TunedTrainingJobSummary[];
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  }

  /**
   * Waits until the job has ended. Each look that finds the counts changed is a status event whose message holds them.
   *
   * @throws {@link JobError} `JOB_FAILED`, or `JOB_STOPPED` unless `onStopped` is `"return"`
   * @throws {@link WaitTimeoutError} after `timeoutSeconds`; the job keeps running
   * @throws {@link ValidationError} `INVALID_OPTIONS` for an unknown option or a bad value
   */
  async wait(options: TuningWaitOptions = {}): Promise<TuningJobResult> {
    checkWaitOptions(options, "wait", TUNING_WAIT_OPTIONS);
    const { description } = await waitForEnd(this.#subject(), { ...options, logs: false });
    const status = description.HyperParameterTuningJobStatus;
    const onStopped = options.onStopped ?? WAIT_DEFAULTS.onStopped;
    if (status === "Completed" || (status === "Stopped" && onStopped === "return")) {
      return { jobName: this.name, status, bestTrainingJob: description.BestTrainingJob, description };
    }
    throw new JobError({
      code: status === "Stopped" ? "JOB_STOPPED" : "JOB_FAILED",
      kind: KIND,
      jobName: this.name,
      status,
      failureReason:
        description.FailureReason ??
        (status === "Stopped"
          ? 'it was stopped on request. To accept a stopped job, wait with onStopped: "return"'
          : undefined),
      consoleUrl: consoleUrl(description.HyperParameterTuningJobArn, "hyper-tuning-jobs", this.name),
    });
  }

  /**
   * Asks the service to stop the job and its training jobs (StopHyperParameterTuningJob). A job that has ended already is fine.
   */
  async stop(options: CallOptions = {}): Promise<void> {
    const { StopHyperParameterTuningJobCommand } = await import("../clients/sagemaker.js");
    const client = await this.#client();
    try {
      await sendWith<StopHyperParameterTuningJobCommandOutput>(options.signal, (sendOptions) =>
        client.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: this.name }), sendOptions),
      );
    } catch (error) {
      if (options.signal?.aborted || !isValidationException(error)) throw error;
      const { HyperParameterTuningJobStatus: status } = await this.describe(options);
      if (!hasEnded(status) && status !== "Stopping") throw error;
    }
  }

  async #client(): Promise<SageMakerClient> {
    const { SageMakerClient } = await import("../clients/sagemaker.js");
    return this.session.client("sagemaker", (settings) => new SageMakerClient(settings));
  }

  #subject(): WaitSubject<TuningJobDescription> {
    return {
      session: this.session,
      resource: `tuning job "${this.name}"`,
      name: this.name,
      describe: (signal) => this.describe({ signal }),
      stop: (signal) => this.stop({ signal }),
      state: tuningState,
    };
  }
}

function tuningState(description: TuningJobDescription): WaitState {
  const status = description.HyperParameterTuningJobStatus;
  const ended = hasEnded(status) || status === "DeleteFailed";
  const { HyperParameterTuningEndTime: end, LastModifiedTime: changed, CreationTime } = description;
  const at = (ended ? end : changed) ?? CreationTime;
  return {
    steps: [
      { status, secondaryStatus: status, message: progressText(description), at, updatedAt: changed, key: status },
    ],
    ended,
    ending: status === "Stopping",
  };
}

/** For example `2 of 6 training jobs completed, 2 running; best validation:accuracy 0.91 (job-001-ab12cd34)`. */
function progressText(description: TuningJobDescription): string {
  if (description.FailureReason) return description.FailureReason;
  const counts = description.TrainingJobStatusCounters;
  const limit = description.HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs;
  const parts = [`${counts.Completed ?? 0}${limit === undefined ? "" : ` of ${limit}`} training jobs completed`];
  const add = (count: number | undefined, text: string): void => {
    if (count) parts.push(`${count} ${text}`);
  };
  add(counts.InProgress, "running");
  add((counts.NonRetryableError ?? 0) + (counts.RetryableError ?? 0), "failed");
  add(counts.Stopped, "stopped");
  const best = description.BestTrainingJob;
  const metric = best?.FinalHyperParameterTuningJobObjectiveMetric;
  return `${parts.join(", ")}${metric ? `; best ${metric.MetricName} ${metric.Value} (${best?.TrainingJobName})` : ""}`;
}
