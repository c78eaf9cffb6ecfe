import {
  type MetricDefinition,
  type PollOptions,
  TrainingJob,
  type TrainingJobResult,
  type WaitOptions,
} from "../jobs/index.js";
import type { Session } from "../session/index.js";

/** How an estimator reads the results of its jobs. */
export interface ResultReader<Results extends object> {
  /** Metrics to find in the log, besides those that the service knows. */
  readonly metricDefinitions: readonly MetricDefinition[];
  /** The algorithm's own numbers, taken from the result of the job. */
  read(result: TrainingJobResult): Results;
}

/**
 * A training job of an estimator: its results carry the algorithm's own numbers by name.
 *
 * @example
 * ```ts
 * const job = await estimator.fit(inputs);
 * const { validationAccuracy, billableSeconds } = await job.result();
 * ```
 * @public
 */
export class EstimatorJob<Results extends object = object> extends TrainingJob {
  readonly #reader: ResultReader<Results>;
  #result: (TrainingJobResult & Results) | undefined;

  /** @internal */
  constructor(session: Session, name: string, reader: ResultReader<Results>) {
    super(session, name);
    this.#reader = reader;
  }

  /**
   * Waits until the job has ended and its log is read to the end.
   *
   * @throws {@link JobError} when the job failed, or was stopped unless `onStopped` is `"return"`
   * @throws {@link WaitTimeoutError} after `timeoutSeconds`; the job keeps running
   */
  override async wait(options: WaitOptions = {}): Promise<TrainingJobResult & Results> {
    const metricDefinitions = [...this.#reader.metricDefinitions, ...(options.metricDefinitions ?? [])];
    const result = await super.wait({ ...options, metricDefinitions });
    this.#result = { ...result, ...this.#reader.read(result) };
    return this.#result;
  }

  /**
   * The result of the job: at once when this object has waited for it before, as `fit` does; otherwise after a wait that
   * does not read the log.
   *
   * @throws as {@link EstimatorJob.wait}
   */
  async result(options: PollOptions & Pick<WaitOptions, "onStopped"> = {}): Promise<TrainingJobResult & Results> {
    options.signal?.throwIfAborted();
    return this.#result ?? this.wait({ ...options, logs: false });
  }
}
