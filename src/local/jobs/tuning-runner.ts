import { randomBytes } from "node:crypto";
import type { Point, Search, Trial } from "../search/index.js";
import { interruptedReason, type JobEnvironment } from "./environment.js";
import { isFinished, shortReason, type TrainingRecord, type TrainingRequest, trainingKind } from "./training-record.js";
import type { TrainingRunner } from "./training-runner.js";
import {
  bestTraining,
  definitionsOf,
  objectiveOf,
  type TrainingJobDefinition,
  type TunedTraining,
  type TuningRecord,
  tuningKind,
} from "./tuning-record.js";

/** How one definition of a tuning job is searched. */
export interface TuningPlan {
  readonly definition: TrainingJobDefinition;
  readonly search: Search;
}

/** What a tuning job runs on. */
export interface TuningWork {
  readonly plans: readonly TuningPlan[];
  /** Creates a training job of the tuning job as CreateTrainingJob does, with all its checks. */
  create(request: TrainingRequest): Promise<unknown>;
}

interface LiveTuning {
  readonly record: TuningRecord;
  readonly work: TuningWork;
  readonly running: Map<string, Promise<void>>;
  /** No further training jobs, for whatever cause. */
  ending: boolean;
  finished: Promise<void>;
}

/** Runs tuning jobs: training jobs side by side up to the limit, each with the hyperparameters that the search chooses. */
export class TuningRunner {
  readonly #environment: JobEnvironment;
  readonly #training: TrainingRunner;
  readonly #live = new Map<string, LiveTuning>();
  #closed = false;

  constructor(environment: JobEnvironment, training: TrainingRunner) {
    this.#environment = environment;
    this.#training = training;
  }

  /** Starts a job whose record is stored already. */
  start(record: TuningRecord, work: TuningWork): void {
    const job: LiveTuning = { record, work, running: new Map(), ending: false, finished: Promise.resolve() };
    this.#live.set(record.name, job);
    job.finished = this.#run(job).finally(() => this.#live.delete(record.name));
    job.finished.catch((error: unknown) => {
      this.#environment.logger?.error(`Tuning job ${record.name}: its state could not be stored: ${String(error)}`);
    });
  }

  /** The record of a job that is running; changes to it are not durable by themselves. */
  running(name: string): TuningRecord | undefined {
    return this.#live.get(name)?.record;
  }

  /** Asks a running job to stop, and all its training jobs with it. */
  async stop(name: string): Promise<void> {
    const job = this.#live.get(name);
    if (job?.record.status !== "InProgress") return;
    job.record.status = "Stopping";
    await this.#store(job);
    await this.#end(job);
  }

  /** Resolves when the job is in its final status, or at once when it is not running. */
  async finished(name: string): Promise<void> {
    await this.#live.get(name)?.finished;
  }

  /** No further training jobs; call it before the training jobs are closed, and await the promise after. */
  async close(): Promise<void> {
    this.#closed = true;
    const jobs = [...this.#live.values()];
    for (const job of jobs) job.ending = true;
    await Promise.allSettled(jobs.map((job) => job.finished));
  }

  async #end(job: LiveTuning): Promise<void> {
    job.ending = true;
    await Promise.all([...job.running.keys()].map((name) => this.#training.stop(name)));
  }

  async #store({ record }: LiveTuning): Promise<void> {
    record.lastModifiedTime = this.#environment.now();
    await this.#environment.records.write(tuningKind, record.name, record);
  }

  async #run(job: LiveTuning): Promise<void> {
    const { record, work } = job;
    const { MaxNumberOfTrainingJobs: limit = Number.POSITIVE_INFINITY, MaxParallelTrainingJobs: parallel } =
      record.request.HyperParameterTuningJobConfig.ResourceLimits;
    let failure: unknown;
    let exhausted = false;
    try {
      for (;;) {
        while (!job.ending && !exhausted && job.running.size < parallel && record.trainings.length < limit) {
          // Several algorithms take turns.
          const plan = work.plans[record.trainings.length % work.plans.length];
          const point = plan?.search.next(this.#trials(record, plan));
          if (!plan || point === undefined) exhausted = true;
          else await this.#launch(job, plan, point);
        }
        if (job.running.size === 0) break;
        await Promise.race(job.running.values());
        await this.#store(job);
        if (!job.ending && isGoodEnough(record)) await this.#end(job);
      }
    } catch (error) {
      failure = error;
      await this.#end(job).catch(() => undefined);
      await Promise.allSettled(job.running.values());
    }
    this.#finish(record, failure);
    await this.#store(job);
  }

  async #launch(job: LiveTuning, { definition }: TuningPlan, point: Point): Promise<void> {
    const { record, work } = job;
    const number = String(record.trainings.length + 1).padStart(3, "0");
    const name = `${record.name}-${number}-${randomBytes(4).toString("hex")}`;
    const training: TunedTraining = { name, definitionName: definition.DefinitionName, tuned: point };
    await work.create(trainingRequestOf(record, definition, name, point));
    record.trainings.push(training);
    const followed = this.#follow(record, training, definition).finally(() => job.running.delete(name));
    // The loop hears of a fault too; this keeps one that comes before it listens from ending the process.
    followed.catch(() => undefined);
    job.running.set(name, followed);
    await this.#store(job);
    // A stop that came while the training job was being created has not seen it.
    if (job.ending && !this.#closed) await this.#training.stop(name);
  }

  async #follow(record: TuningRecord, training: TunedTraining, definition: TrainingJobDefinition): Promise<void> {
    await this.#training.finished(training.name);
    const ended = await this.#environment.records.read<TrainingRecord>(trainingKind, training.name);
    const objective = objectiveOf(record.request, definition)?.MetricName;
    const metric = ended?.finalMetrics?.find(({ name }) => name === objective);
    if (ended?.status === "Completed" && metric) training.value = metric.value;
    training.failureReason = ended?.failureReason;
    training.ended = true;
  }

  #trials({ request, trainings }: TuningRecord, { definition }: TuningPlan): Trial[] {
    const sign = objectiveOf(request, definition)?.Type === "Minimize" ? 1 : -1;
    return trainings.flatMap(({ definitionName, tuned, value }) =>
      value === undefined || definitionName !== definition.DefinitionName ? [] : [{ point: tuned, loss: sign * value }],
    );
  }

  #finish(record: TuningRecord, failure: unknown): void {
    record.endTime = this.#environment.now();
    if (this.#closed) fail(record, interruptedReason);
    else if (record.status === "Stopping") record.status = "Stopped";
    else if (failure !== undefined) {
      fail(
        record,
        `A training job could not be created: ${failure instanceof Error ? failure.message : String(failure)}`,
      );
    } else if (bestTraining(record) === undefined) {
      const names = definitionsOf(record.request).map((one) => objectiveOf(record.request, one)?.MetricName);
      const first = record.trainings.find(({ failureReason }) => failureReason !== undefined)?.failureReason;
      fail(
        record,
        `No training job ended with a value of the objective metric ${[...new Set(names)].join(", ")}` +
          `${first === undefined ? "" : `. The first one failed: ${first}`}`,
      );
    } else record.status = "Completed";
  }
}

function fail(record: TuningRecord, reason: string): void {
  record.status = "Failed";
  record.failureReason = shortReason(reason);
}

/** True when the completion criteria say that no further training jobs are needed. */
function isGoodEnough(record: TuningRecord): boolean {
  const { request, trainings } = record;
  const criteria = request.HyperParameterTuningJobConfig.TuningJobCompletionCriteria;
  const best = bestTraining(record);
  if (!criteria || best?.value === undefined) return false;
  const { TargetObjectiveMetricValue: target, BestObjectiveNotImproving: patience } = criteria;
  const minimize = definitionsOf(request).some((one) => objectiveOf(request, one)?.Type === "Minimize");
  if (target !== undefined && (minimize ? best.value <= target : best.value >= target)) return true;
  const limit = patience?.MaxNumberOfTrainingJobsNotImproving;
  const since = trainings.slice(trainings.indexOf(best) + 1).filter(({ ended }) => ended).length;
  return limit !== undefined && since >= limit;
}

/** The request of one training job of a tuning job. */
export function trainingRequestOf(
  record: Pick<TuningRecord, "request" | "tags">,
  definition: TrainingJobDefinition,
  name: string,
  point: Point,
): TrainingRequest {
  const {
    DefinitionName: _,
    TuningObjective: __,
    HyperParameterRanges: ___,
    HyperParameterTuningResourceConfig: tuningResources,
    StaticHyperParameters: fixed,
    ResourceConfig: resources,
    ...shared
  } = definition;
  return {
    ...shared,
    TrainingJobName: name,
    HyperParameters: {
      ...fixed,
      ...point,
      _tuning_objective_metric: objectiveOf(record.request, definition)?.MetricName ?? "",
    },
    ResourceConfig: resources ?? tuningResources ?? {},
    ...(record.tags.length > 0 && { Tags: record.tags }),
  };
}

/** Puts the jobs right that were running when the process of an earlier service ended. Training jobs come first. */
export async function recoverTuning({ records, now }: Pick<JobEnvironment, "records" | "now">): Promise<void> {
  for (const record of await records.list<TuningRecord>(tuningKind)) {
    if (isFinished(record.status)) continue;
    if (record.status === "Stopping") record.status = "Stopped";
    else fail(record, interruptedReason);
    record.endTime = now();
    record.lastModifiedTime = record.endTime;
    await records.write(tuningKind, record.name, record);
  }
}
