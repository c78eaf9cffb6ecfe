import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { onAbort, sleep } from "../../internal/abort.js";
import { joinS3Uri, parseS3Uri } from "../../internal/s3-uri.js";
import type { StoredObject } from "../core/contract.js";
import { type AlgorithmRegistration, JobFailure, type TrainingContext } from "../engines/index.js";
import { createTarGz } from "../store/tar.js";
import { describeChannel, resolveChannel } from "./channels.js";
import { interruptedReason, type JobEnvironment } from "./environment.js";
import { LogWriter } from "./log-writer.js";
import type { ModelCache } from "./model-cache.js";
import type { FromWorker, WorkerFailure } from "./protocol.js";
import { failTraining, isFinished, moveTo, type TrainingRecord, trainingKind } from "./training-record.js";
import { WorkerThread } from "./worker-thread.js";

const trainingLogGroup = "/aws/sagemaker/TrainingJobs";
const MAX_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** Why a running job was told to end. */
type StopCause = "stopped" | "max-runtime" | "closed";

interface LiveTraining {
  readonly record: TrainingRecord;
  readonly registration: AlgorithmRegistration;
  /** Aborts when the job is to end, for whatever cause. */
  readonly stop: AbortController;
  stopCause: StopCause | undefined;
  /** Resolves when the final status is stored. */
  finished: Promise<void>;
}

/** Runs training jobs: one worker thread each, through the statuses of the service. */
export class TrainingRunner {
  readonly #environment: JobEnvironment;
  readonly #cache: ModelCache;
  readonly #live = new Map<string, LiveTraining>();
  readonly #closing = new AbortController();

  constructor(environment: JobEnvironment, cache: ModelCache) {
    this.#environment = environment;
    this.#cache = cache;
  }

  /** Starts a job whose record is stored already. */
  start(record: TrainingRecord, registration: AlgorithmRegistration): void {
    const job: LiveTraining = {
      record,
      registration,
      stop: new AbortController(),
      stopCause: undefined,
      finished: Promise.resolve(),
    };
    this.#live.set(record.name, job);
    job.finished = this.#run(job).finally(() => this.#live.delete(record.name));
    job.finished.catch((error: unknown) => {
      this.#environment.logger?.error(
        `Training job ${record.name}: its final status could not be stored: ${String(error)}`,
      );
    });
    if (this.#closing.signal.aborted) this.#end(job, "closed");
  }

  /** The record of a job that is running; changes to it are not durable by themselves. */
  running(name: string): TrainingRecord | undefined {
    return this.#live.get(name)?.record;
  }

  /** Asks a running job to stop. Does nothing when it is stopping already. */
  async stop(name: string): Promise<void> {
    const job = this.#live.get(name);
    if (job?.record.status !== "InProgress") return;
    await this.#enterStopping(job, "stopped");
  }

  /** Resolves when the job is in its final status, or at once when it is not running. */
  async finished(name: string): Promise<void> {
    await this.#live.get(name)?.finished;
  }

  /** Ends all jobs at once; they are stored as failed. */
  async close(): Promise<void> {
    const jobs = [...this.#live.values()];
    for (const job of jobs) this.#end(job, "closed");
    this.#closing.abort(new Error("The local service is closing."));
    await Promise.allSettled(jobs.map((job) => job.finished));
  }

  #end(job: LiveTraining, cause: StopCause): void {
    job.stopCause = cause;
    job.stop.abort(new Error(`The training job ends: ${cause}`));
  }

  async #enterStopping(job: LiveTraining, cause: StopCause): Promise<void> {
    moveTo(job.record, "Stopping", "Stopping", "Stopping the training job", this.#environment.now());
    this.#end(job, cause);
    await this.#store(job);
  }

  async #store({ record }: LiveTraining): Promise<void> {
    await this.#environment.records.write(trainingKind, record.name, record);
  }

  /** The next step of a job that nobody has stopped meanwhile. */
  async #advance(job: LiveTraining, secondary: string, message: string): Promise<void> {
    job.stop.signal.throwIfAborted();
    await this.#move(job, secondary, message);
  }

  async #move(job: LiveTraining, secondary: string, message: string): Promise<void> {
    const { record } = job;
    moveTo(record, record.status, secondary, message, this.#environment.now());
    await this.#store(job);
  }

  async #run(job: LiveTraining): Promise<void> {
    const environment = this.#environment;
    const { record } = job;
    const log = new LogWriter(
      environment.logs,
      trainingLogGroup,
      `${record.name}/algo-1-${Math.floor(record.creationTime / 1000)}`,
      environment.now,
    );
    const folder = join(environment.workFolder, "training", record.name);
    const metrics = new Map<string, { readonly value: number; readonly time: number }>();
    let failure: WorkerFailure | undefined;
    let release: (() => void) | undefined;
    try {
      await sleep(environment.delays.starting * 1000, job.stop.signal);
      await this.#advance(job, "Starting", "Preparing the instances for training");
      release = await environment.slots.acquire(job.stop.signal);
      failure = await this.#train(job, folder, log, metrics);
      if (!failure && job.stopCause !== "closed") await this.#upload(job, folder);
    } catch (error) {
      failure ??= toFailure(error, job.stop.signal);
    }
    release?.();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    // The log must be complete before anybody can see that the job is over.
    try {
      await log.flush();
    } catch (error) {
      failure ??= { kind: "InternalServerError", message: `The log could not be written: ${String(error)}` };
    }
    this.#finish(job, failure, metrics);
    await this.#store(job);
  }

  #finish(
    { record, stopCause }: LiveTraining,
    failure: WorkerFailure | undefined,
    metrics: ReadonlyMap<string, { readonly value: number; readonly time: number }>,
  ): void {
    const now = this.#environment.now();
    if (metrics.size > 0) record.finalMetrics = [...metrics].map(([name, metric]) => ({ name, ...metric }));
    if (stopCause === "closed") {
      failTraining(record, interruptedReason, now);
      return;
    }
    if (record.startTime !== undefined) record.endTime = now;
    if (failure && failure.kind !== "Aborted") {
      failTraining(record, reasonOf(failure), now);
    } else if (stopCause === "max-runtime") {
      moveTo(
        record,
        "Stopped",
        "MaxRuntimeExceeded",
        "Training job runtime exceeded MaxRuntimeInSeconds provided",
        now,
      );
    } else if (stopCause === "stopped") {
      moveTo(record, "Stopped", "Stopped", "Training job stopped", now);
    } else {
      moveTo(record, "Completed", "Completed", "Training job completed", now);
    }
  }

  async #train(
    job: LiveTraining,
    folder: string,
    log: LogWriter,
    metrics: Map<string, { readonly value: number; readonly time: number }>,
  ): Promise<WorkerFailure | undefined> {
    const { record, registration, stop } = job;
    const { request } = record;
    const environment = this.#environment;
    record.startTime = environment.now();
    await this.#advance(job, "Downloading", "Downloading input data");
    const inputMode = request.AlgorithmSpecification.TrainingInputMode;
    const channels = [];
    for (const channel of request.InputDataConfig ?? []) {
      channels.push(await resolveChannel(environment.objects, channel, inputMode));
    }
    await this.#advance(job, "Downloading", "Downloading the training image");
    await sleep(environment.delays.downloading * 1000, stop.signal);
    const context: Omit<TrainingContext, "log" | "signal"> = {
      jobName: record.name,
      hyperParameters: request.HyperParameters ?? {},
      channels,
      instanceType: request.ResourceConfig.InstanceType ?? "",
      instanceCount: request.ResourceConfig.InstanceCount ?? 1,
      modelDir: join(folder, "model"),
      outputDir: join(folder, "output"),
      scratchDir: join(folder, "scratch"),
      settings: environment.settings,
    };
    await rm(folder, { recursive: true, force: true });
    for (const part of [context.modelDir, context.outputDir, context.scratchDir])
      await mkdir(part, { recursive: true });
    await this.#advance(job, "Training", "Training image download completed. Training in progress.");
    const faults = await registration.algorithm.validate({
      hyperParameters: context.hyperParameters,
      instanceType: context.instanceType,
      instanceCount: context.instanceCount,
      channels: (request.InputDataConfig ?? []).map((channel) => describeChannel(channel, inputMode)),
    });
    if (faults.length > 0) {
      for (const fault of faults) log.write(`Customer Error: ${fault}`);
      return { kind: "ClientError", message: faults.join("; "), exitCode: 2 };
    }
    return this.#work(job, context, log, metrics);
  }

  /** Runs the worker to its end, or until it is stopped and its time to tidy up is over. */
  async #work(
    job: LiveTraining,
    context: Omit<TrainingContext, "log" | "signal">,
    log: LogWriter,
    metrics: Map<string, { readonly value: number; readonly time: number }>,
  ): Promise<WorkerFailure | undefined> {
    const { record, registration, stop } = job;
    const environment = this.#environment;
    let end: (failure: WorkerFailure | undefined) => void = () => undefined;
    const ended = new Promise<WorkerFailure | undefined>((resolve) => {
      end = resolve;
    });
    const receive = (message: FromWorker): void => {
      if (message.type === "line") {
        log.write(message.text);
        for (const [name, value] of message.metrics) metrics.set(name, { value, time: environment.now() });
      } else if (message.type === "done") end(undefined);
      else if (message.type === "failed") end(message.failure);
    };
    const worker = new WorkerThread(
      { kind: "train", source: registration.source, context, metricDefinitions: record.metricDefinitions },
      `train ${record.name}`,
      {
        onMessage: receive,
        onCrash: (problem) =>
          end({ kind: "InternalServerError", message: `The training of the local service broke off: ${problem}` }),
      },
    );
    const timers = new Set<NodeJS.Timeout>();
    const maxRuntimeSeconds = record.request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400;
    const deadline = setTimeout(
      () => {
        if (record.status !== "InProgress") return;
        this.#enterStopping(job, "max-runtime").catch((error: unknown) => {
          end({ kind: "InternalServerError", message: String(error) });
        });
      },
      Math.min(maxRuntimeSeconds * 1000, MAX_TIMER_MILLISECONDS),
    );
    timers.add(deadline);
    const onClose = (): void => end({ kind: "Aborted", message: "closed" });
    const onStop = (): void => {
      worker.send({ type: "stop" });
      const aborted: WorkerFailure = { kind: "Aborted", message: "The grace period for stopping is over." };
      timers.add(setTimeout(() => end(aborted), environment.stopGraceMilliseconds));
    };
    const releases = [onAbort(stop.signal, onStop), onAbort(this.#closing.signal, onClose)];
    if (stop.signal.aborted) onStop();
    if (this.#closing.signal.aborted) onClose();
    try {
      const failure = await ended;
      // What a stopped job has left in its model folder is kept, whatever the engine said at the end.
      return job.stopCause ? undefined : failure;
    } finally {
      for (const release of releases) release();
      for (const timer of timers) clearTimeout(timer);
      await worker.terminate();
    }
  }

  async #upload(job: LiveTraining, folder: string): Promise<void> {
    const { record } = job;
    const environment = this.#environment;
    const model = join(folder, "model");
    const output = join(folder, "output");
    const hasModel = (await readdir(model)).length > 0;
    if (job.stopCause && !hasModel) return;
    await this.#move(job, "Uploading", "Uploading generated training model");
    if (!job.stopCause) await sleep(environment.delays.uploading * 1000, job.stop.signal).catch(ignoreStop(job));
    const base = joinS3Uri(record.request.OutputDataConfig.S3OutputPath, record.name, "output");
    if (hasModel || !job.stopCause) {
      const uri = `${base}/model.tar.gz`;
      await this.#cache.seed(await this.#adopt(model, join(folder, "model.tar.gz"), uri), model);
      record.modelArtifact = uri;
    }
    if ((await readdir(output)).length > 0) {
      await this.#adopt(output, join(folder, "output.tar.gz"), `${base}/output.tar.gz`);
    }
  }

  async #adopt(folder: string, archive: string, uri: string): Promise<StoredObject> {
    await createTarGz(folder, archive, { signal: this.#closing.signal });
    const { bucket, key } = parseS3Uri(uri);
    if (!(await this.#environment.objects.bucketExists(bucket))) {
      throw new JobFailure("ClientError", `Artifact upload failed: the bucket "${bucket}" does not exist`);
    }
    this.#closing.signal.throwIfAborted();
    return this.#environment.objects.adoptFile(bucket, key, archive);
  }
}

/** A stop during the upload changes the final status only: the artefacts are finished. */
function ignoreStop(job: LiveTraining): (error: unknown) => void {
  return (error) => {
    if (!job.stop.signal.aborted) throw error;
  };
}

function toFailure(error: unknown, stop: AbortSignal): WorkerFailure {
  if (stop.aborted && error === stop.reason) return { kind: "Aborted", message: "stopped" };
  if (error instanceof JobFailure) return { kind: error.kind, message: error.message };
  return { kind: "InternalServerError", message: error instanceof Error ? error.message : String(error) };
}

function reasonOf({ kind, message, exitCode }: WorkerFailure): string {
  return `${kind}: ${message}${exitCode === undefined ? "" : `, exit code: ${exitCode}`}`;
}

/**
 * Puts the jobs right that were running when the process of an earlier service ended: nobody works on them any more.
 */
export async function recoverTraining({ records, now }: Pick<JobEnvironment, "records" | "now">): Promise<void> {
  for (const record of await records.list<TrainingRecord>(trainingKind)) {
    if (isFinished(record.status)) continue;
    if (record.status === "Stopping") {
      if (record.startTime !== undefined) record.endTime = now();
      moveTo(record, "Stopped", "Stopped", "Training job stopped", now());
    } else failTraining(record, interruptedReason, now());
    await records.write(trainingKind, record.name, record);
  }
}
