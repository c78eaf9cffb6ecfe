import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { raceAbort, sleep } from "../../internal/abort.js";
import { joinS3Uri, parseS3Uri } from "../../internal/s3-uri.js";
import { ContainerError, type InvocationResponse, JobFailure } from "../engines/index.js";
import { type InputObject, inputObjects } from "./data-source.js";
import { interruptedReason, type JobEnvironment } from "./environment.js";
import { LogWriter } from "./log-writer.js";
import type { ModelCache } from "./model-cache.js";
import type { ModelHost } from "./model-host.js";
import { ModelStartError, messageOf, startModel } from "./served-model.js";
import { isFinished, shortReason } from "./training-record.js";
import { type PayloadOptions, PayloadTooLarge, payloads } from "./transform-payloads.js";
import { type TransformRecord, transformKind } from "./transform-record.js";

const transformLogGroup = "/aws/sagemaker/TransformJobs";
const BYTES_PER_MB = 1024 * 1024;
const LINE_FEED = 10;
const seeLogs = "See job logs for more information";

interface LiveTransform {
  readonly record: TransformRecord;
  readonly stop: AbortController;
  /** True when the service ends under the job. */
  interrupted: boolean;
  finished: Promise<void>;
}

/** What all files of one job share. */
interface Conversion {
  readonly host: ModelHost;
  readonly payloads: PayloadOptions;
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly log: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The model server gave no answer in time. */
class InvocationTimeout extends Error {}

/** Runs batch transform jobs: one serving worker each, file after file. */
export class TransformRunner {
  readonly #environment: JobEnvironment;
  readonly #cache: ModelCache;
  readonly #live = new Map<string, LiveTransform>();

  constructor(environment: JobEnvironment, cache: ModelCache) {
    this.#environment = environment;
    this.#cache = cache;
  }

  /** Starts a job whose record is stored already. */
  start(record: TransformRecord): void {
    const job: LiveTransform = { record, stop: new AbortController(), interrupted: false, finished: Promise.resolve() };
    this.#live.set(record.name, job);
    job.finished = this.#run(job).finally(() => this.#live.delete(record.name));
    job.finished.catch((error: unknown) => {
      this.#environment.logger?.error(
        `Transform job ${record.name}: its final status could not be stored: ${messageOf(error)}`,
      );
    });
  }

  /** The record of a job that is running; changes to it are not durable by themselves. */
  running(name: string): TransformRecord | undefined {
    return this.#live.get(name)?.record;
  }

  /** Asks a running job to stop; files that are done keep their output. */
  async stop(name: string): Promise<void> {
    const job = this.#live.get(name);
    if (job?.record.status !== "InProgress") return;
    job.record.status = "Stopping";
    await this.#store(job);
    job.stop.abort(new Error("The transform job was stopped."));
  }

  /** Resolves when the job is in its final status, or at once when it is not running. */
  async finished(name: string): Promise<void> {
    await this.#live.get(name)?.finished;
  }

  /** Ends all jobs at once; they are stored as failed. */
  async close(): Promise<void> {
    const jobs = [...this.#live.values()];
    for (const job of jobs) {
      job.interrupted = true;
      job.stop.abort(new Error("The local service is closing."));
    }
    await Promise.allSettled(jobs.map((job) => job.finished));
  }

  async #store({ record }: LiveTransform): Promise<void> {
    record.lastModifiedTime = this.#environment.now();
    await this.#environment.records.write(transformKind, record.name, record);
  }

  async #run(job: LiveTransform): Promise<void> {
    const { record, stop } = job;
    const environment = this.#environment;
    const stream = `${record.name}/${record.instanceId}-${Math.floor(record.creationTime / 1000)}`;
    const containerLog = new LogWriter(environment.logs, transformLogGroup, stream, environment.now);
    const dataLog = new LogWriter(environment.logs, transformLogGroup, `${stream}/data-log`, environment.now);
    const folder = join(environment.workFolder, "transform", record.name);
    let failure: string | undefined;
    let host: ModelHost | undefined;
    let release: (() => void) | undefined;
    try {
      await sleep(environment.delays.starting * 1000, stop.signal);
      release = await environment.slots.acquire(stop.signal);
      record.startTime = environment.now();
      await this.#store(job);
      host = await this.#host(job, containerLog);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      failure = await this.#convertAll(job, host, folder, dataLog);
    } catch (error) {
      if (error instanceof ModelStartError) containerLog.write(error.detail);
      failure = stop.signal.aborted && error === stop.signal.reason ? undefined : failureOf(error);
    }
    await host?.dispose();
    release?.();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    await Promise.all([containerLog.flush(), dataLog.flush()]).catch((error: unknown) => {
      failure ??= `InternalServerError: The log could not be written: ${messageOf(error)}`;
    });
    finish(job, failure, environment.now());
    await this.#store(job);
  }

  async #host({ record, stop }: LiveTransform, log: LogWriter): Promise<ModelHost> {
    const model = { ...record.model, environment: { ...record.model.environment, ...record.request.Environment } };
    const { host } = await startModel(this.#environment, this.#cache, model, {
      name: `transform ${record.name}`,
      instanceType: record.request.TransformResources.InstanceType,
      log: (line) => log.write(line),
      loadFailure: `AlgorithmError: ${seeLogs}`,
    });
    if (!stop.signal.aborted) return host;
    await host.dispose();
    throw stop.signal.reason;
  }

  /** Converts file after file. A file that fails leaves no output and fails the job; the others are done all the same. */
  async #convertAll(
    job: LiveTransform,
    host: ModelHost,
    folder: string,
    dataLog: LogWriter,
  ): Promise<string | undefined> {
    const { request } = job.record;
    const parameters = host.executionParameters;
    const single = request.BatchStrategy
      ? request.BatchStrategy === "SingleRecord"
      : parameters.batchStrategy === "SINGLE_RECORD";
    const maxPayloadInMb = request.MaxPayloadInMB ?? parameters.maxPayloadInMb;
    const input = request.TransformInput;
    const conversion: Conversion = {
      host,
      concurrency: request.MaxConcurrentTransforms || parameters.maxConcurrentTransforms,
      timeoutSeconds: request.ModelClientConfig?.InvocationsTimeoutInSeconds ?? 600,
      signal: job.stop.signal,
      log: (text) => {
        const time = new Date(this.#environment.now()).toISOString().slice(0, 23);
        dataLog.write(`${time}:[sagemaker logs]: ${text}`);
      },
      payloads: {
        split: input.SplitType === "Line" ? "Line" : "None",
        strategy: single ? "SingleRecord" : "MultiRecord",
        gzip: input.CompressionType === "Gzip",
        maxBytes: maxPayloadInMb * BYTES_PER_MB,
      },
    };
    conversion.log(
      `MaxConcurrentTransforms=${conversion.concurrency}, MaxPayloadInMB=${maxPayloadInMb}, ` +
        `BatchStrategy=${single ? "SINGLE_RECORD" : "MULTI_RECORD"}`,
    );
    const source = input.DataSource.S3DataSource;
    const temporary = join(folder, "output");
    let failure: string | undefined;
    for await (const file of inputObjects(this.#environment.objects, source.S3DataType, source.S3Uri)) {
      try {
        await convertFile(file, temporary, request, conversion);
        await this.#adopt(temporary, joinS3Uri(request.TransformOutput.S3OutputPath, `${file.name}.out`));
      } catch (error) {
        if (conversion.signal.aborted) throw conversion.signal.reason;
        const kind = logFileFailure(file, error, conversion);
        if (kind === undefined) throw error;
        failure ??= `${kind}: ${seeLogs}`;
      }
    }
    return failure;
  }

  async #adopt(path: string, uri: string): Promise<void> {
    const { bucket, key } = parseS3Uri(uri);
    if (!(await this.#environment.objects.bucketExists(bucket))) {
      throw new JobFailure("ClientError", `Output upload failed: the bucket "${bucket}" does not exist`);
    }
    await this.#environment.objects.adoptFile(bucket, key, path);
  }
}

/** Sends one file through the model, with several requests in flight, and writes the answers in the order of the records. */
async function convertFile(
  { object }: InputObject,
  target: string,
  { TransformInput: input, TransformOutput: output }: TransformRecord["request"],
  conversion: Conversion,
): Promise<void> {
  const file = await open(target, "w");
  try {
    const inFlight: Promise<InvocationResponse>[] = [];
    const writeNext = async (): Promise<void> => {
      const answer = await inFlight.shift();
      if (!answer) return;
      await file.writeFile(answer.body);
      if (output.AssembleWith === "Line" && answer.body.at(-1) !== LINE_FEED) await file.writeFile("\n");
    };
    for await (const body of payloads(object.path, conversion.payloads)) {
      conversion.signal.throwIfAborted();
      if (inFlight.length >= conversion.concurrency) await writeNext();
      const request = { body, contentType: input.ContentType ?? "application/octet-stream", accept: output.Accept };
      const answer = withTimeout(conversion.host.invoke(request), conversion);
      // Awaited in its turn; until then a refusal must not count as unhandled.
      answer.catch(() => undefined);
      inFlight.push(answer);
    }
    while (inFlight.length > 0) await writeNext();
    conversion.signal.throwIfAborted();
  } finally {
    await file.close();
  }
}

/** Rejects when the model takes too long or the job is stopped. */
async function withTimeout<T>(work: Promise<T>, { timeoutSeconds, signal }: Conversion): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const text = `Model server did not respond to /invocations request within ${timeoutSeconds} seconds`;
    timer = setTimeout(() => reject(new InvocationTimeout(text)), timeoutSeconds * 1000);
  });
  try {
    return await raceAbort(Promise.race([work, late]), signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Writes why a file failed to the data log, line by line as the service does.
 *
 * @returns whose fault it was, or undefined when the whole job must end
 */
function logFileFailure(
  { object }: InputObject,
  error: unknown,
  conversion: Conversion,
): "ClientError" | "AlgorithmError" | undefined {
  const where = `${object.bucket}/${object.key}`;
  if (error instanceof ContainerError) {
    const kind = error.status < 500 ? "ClientError" : "AlgorithmError";
    const lines = [`${kind}: ${error.status}`, "", "Message:", ...error.message.split("\n")];
    for (const line of lines) conversion.log(`${where}: ${line}`);
    return kind;
  }
  const badGzip = conversion.payloads.gzip && /^Z_/u.test(String((error as { code?: unknown }).code));
  if (error instanceof PayloadTooLarge || badGzip) {
    conversion.log(`${where}: ${badGzip ? `Bad gzip data: ${messageOf(error)}` : messageOf(error)}`);
    return "ClientError";
  }
  if (error instanceof InvocationTimeout) {
    conversion.log(`${where}: ${error.message}`);
    return "AlgorithmError";
  }
  return undefined;
}

function finish({ record, interrupted }: LiveTransform, failure: string | undefined, now: number): void {
  if (record.startTime !== undefined) record.endTime = now;
  if (interrupted || failure !== undefined) {
    record.status = "Failed";
    record.failureReason = shortReason(interrupted ? interruptedReason : (failure ?? ""));
  } else record.status = record.status === "Stopping" ? "Stopped" : "Completed";
}

function failureOf(error: unknown): string {
  if (error instanceof JobFailure) return `${error.kind}: ${error.message}`;
  if (error instanceof ModelStartError)
    return /^\w+Error: /u.test(error.message) ? error.message : `ClientError: ${error.message}`;
  return `InternalServerError: ${messageOf(error)}`;
}

/** Puts the jobs right that were running when the process of an earlier service ended. */
export async function recoverTransforms({ records, now }: Pick<JobEnvironment, "records" | "now">): Promise<void> {
  for (const record of await records.list<TransformRecord>(transformKind)) {
    if (isFinished(record.status)) continue;
    if (record.startTime !== undefined) record.endTime = now();
    record.lastModifiedTime = now();
    if (record.status === "Stopping") record.status = "Stopped";
    else {
      record.status = "Failed";
      record.failureReason = interruptedReason;
    }
    await records.write(transformKind, record.name, record);
  }
}
