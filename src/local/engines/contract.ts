/**
 * What an engine is to the local service: the part that a training container plays on AWS.
 * An engine is pure work: it knows files, log lines and bytes, nothing of S3, HTTP or job states.
 */

/** One file of a channel, already on the local disk. */
export interface ChannelFile {
  /** Name relative to the channel, with `/` between folders; what the container would see below the channel folder. */
  readonly name: string;
  /** Absolute path of the bytes. Read-only for the engine. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Path that the container would see and that log lines print, for example `/opt/ml/input/data/train/a.txt`. */
  readonly containerPath: string;
}

/** One input channel of a training job. */
export interface ChannelInput {
  readonly name: string;
  readonly contentType: string | undefined;
  readonly inputMode: "File" | "Pipe" | "FastFile";
  readonly s3DataType: "S3Prefix" | "ManifestFile" | "AugmentedManifestFile";
  readonly recordWrapperType: "None" | "RecordIO";
  /** Attribute names of an augmented manifest, in the order of the request; empty otherwise. */
  readonly attributeNames: readonly string[];
  readonly shuffleSeed: number | undefined;
  readonly files: readonly ChannelFile[];
}

/** Settings of the local service that reach every engine. */
export interface EngineSettings {
  /** Seed of everything random. One seed and one thread give identical bytes. */
  readonly seed: number;
  /** Threads that one job may use; more than one may change the last digits of results. */
  readonly threads: number;
}

/** What a training run gets. */
export interface TrainingContext {
  readonly jobName: string;
  /** The hyperparameters as they came over the wire: strings, already checked with {@link LocalAlgorithm.validate}. */
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly channels: readonly ChannelInput[];
  readonly instanceType: string;
  readonly instanceCount: number;
  /** Empty folder; every file left here goes into `model.tar.gz`. */
  readonly modelDir: string;
  /** Folder for `output.tar.gz`; may stay empty. */
  readonly outputDir: string;
  /** Scratch folder, removed after the job. */
  readonly scratchDir: string;
  readonly settings: EngineSettings;
  /** Writes one line to the job's log, without a line end. */
  log(line: string): void;
  /** Aborts when the job is stopped; the engine then leaves what it has in `modelDir` and returns or throws `signal.reason`. */
  readonly signal: AbortSignal;
}

/** What a serving container gets. */
export interface ServingContext {
  /** Folder with the unpacked `model.tar.gz`. Read-only. */
  readonly modelDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly settings: EngineSettings;
  log(line: string): void;
}

/** One request to a loaded model. */
export interface InvocationRequest {
  readonly body: Uint8Array;
  /** Media type as sent, parameters included. */
  readonly contentType: string;
  /** `Accept` as sent; undefined when the caller sent none. */
  readonly accept: string | undefined;
  readonly customAttributes?: string | undefined;
  /** True for a record of a batch transform job: some containers answer it in another form when `accept` is missing. */
  readonly isBatch?: boolean | undefined;
}

/** The model's answer to one request. */
export interface InvocationResponse {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** A model in memory, ready to answer. */
export interface LoadedModel {
  /** @throws ContainerError with the status and text that the real container answers for a bad request */
  invoke(request: InvocationRequest): InvocationResponse | Promise<InvocationResponse>;
  /** What the container's `/execution-parameters` says about batch transform. */
  readonly executionParameters: {
    readonly maxConcurrentTransforms: number;
    readonly batchStrategy: "MULTI_RECORD" | "SINGLE_RECORD";
    readonly maxPayloadInMb: number;
  };
  dispose?(): void;
}

/** The two jobs of an engine; runs inside a worker thread. */
export interface AlgorithmEngine {
  /** @throws JobFailure when the job fails by the user's or the algorithm's fault */
  train(context: TrainingContext): Promise<void>;
  /** @throws JobFailure when the folder holds no model that this engine can serve */
  load(context: ServingContext): Promise<LoadedModel>;
}

/** What the control plane needs to know before a job starts; runs on the main thread, so it must load nothing heavy. */
export interface LocalAlgorithm {
  /** Repository name of the training image, for example `blazingtext`. */
  readonly name: string;
  /** The service's own metric definitions for this algorithm. */
  readonly metricDefinitions: readonly { readonly Name: string; readonly Regex: string }[];
  /**
   * What local mode refuses outright when the job is created, as full sentences; empty when it can run the job.
   * For honest limits of local mode, not for faults of the user.
   */
  refusals(job: JobDescription): readonly string[];
  /** Faults that the real container reports when it starts, in its wording; each becomes a `ClientError`. */
  validate(job: JobDescription): Promise<readonly string[]>;
  /** Loads the engine; called in the worker thread only. */
  loadEngine(): Promise<AlgorithmEngine>;
}

/** What {@link LocalAlgorithm} is asked about. */
export interface JobDescription {
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly channels: readonly Omit<ChannelInput, "files">[];
}

/** Ends a job as Failed. The kind becomes the prefix of `FailureReason`. */
export class JobFailure extends Error {
  readonly kind: "ClientError" | "AlgorithmError" | "InternalServerError";

  constructor(
    kind: "ClientError" | "AlgorithmError" | "InternalServerError",
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = "JobFailure";
    this.kind = kind;
  }
}

/** The container's answer to a request it cannot serve; surfaces as `ModelError`. */
export class ContainerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ContainerError";
    this.status = status;
  }
}
