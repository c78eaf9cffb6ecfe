import { ValidationError } from "../errors/index.js";
import type { Channel, TrainingInputs } from "../inputs/index.js";
import { sleep } from "../internal/abort.js";
import { assertResourceName, nameFromBase } from "../internal/names.js";
import { unknownKeyIssues } from "../internal/options.js";
import { joinS3Uri } from "../internal/s3-uri.js";
import type { Tags } from "../internal/tags.js";
import {
  type CreateTrainingJobRequest,
  isNameTaken,
  pickWaitOptions,
  TrainingJob,
  WAIT_OPTIONS,
  type WaitOptions,
  waitOptionIssues,
} from "../jobs/index.js";
import type { Model } from "../models/index.js";
import { type CallOptions, Session } from "../session/index.js";
import { Transformer, type TransformerOptions } from "../transformers/index.js";
import { ATTACHED, type AttachedJob } from "./attached-job.js";
import { createTrainingJobRequest, type TrainingJobParts } from "./create-training-job-request.js";
import { EstimatorJob, type ResultReader } from "./estimator-job.js";
import { frozenCopy } from "./frozen-copy.js";
import { LazyModel } from "./lazy-model.js";
import { TRAINING_DEFAULTS, type TrainingOptions, type VpcConfig } from "./training-options.js";

/**
 * Options of `toRequest`.
 *
 * @public
 */
export interface TrainingRequestOptions {
  /**
   * Name of the job, 1 to 63 letters, digits and inner dashes.
   *
   * @defaultValue `<baseJobName>-<UTC time stamp>`
   */
  readonly jobName?: string | undefined;
  /** Experiment to record the job in: `ExperimentName`, `TrialName`, `TrialComponentDisplayName`, `RunName`. */
  readonly experimentConfig?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of `fit`: how to start the job, and those of the wait for its end.
 *
 * @public
 */
export interface FitOptions extends WaitOptions, Omit<TrainingRequestOptions, "signal"> {
  /**
   * Wait for the end of the job. Without waiting, `fit` returns as soon as the job is created.
   *
   * @defaultValue true
   */
  readonly wait?: boolean | undefined;
}

const REQUEST_OPTION_NAMES = ["jobName", "experimentConfig", "signal"] as const;
const FIT_OPTION_NAMES = [...REQUEST_OPTION_NAMES, ...WAIT_OPTIONS, "wait"] as const;

/** Job names end in milliseconds, so jobs that start together may meet; each later try has a later time stamp. */
const NAME_ATTEMPTS = 4;

/**
 * How to make a model of a training job; without a value the estimator's own setting applies.
 *
 * @public
 */
export interface EstimatorModelOptions {
  /**
   * Name of the model.
   *
   * @defaultValue `<baseJobName>-<UTC time stamp>`
   */
  readonly modelName?: string | undefined;
  /** Image that serves, when it is not the one that trained. */
  readonly imageUri?: string | undefined;
  readonly role?: string | undefined;
  /** VPC of the endpoint or transform job; null for none although the training had one. */
  readonly vpcConfig?: VpcConfig | null | undefined;
  readonly enableNetworkIsolation?: boolean | undefined;
}

/**
 * Options of `createModel`.
 *
 * @public
 */
export interface CreateModelOptions extends EstimatorModelOptions {
  /** Environment of the container. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Tags of the model; the tags of the training job are not taken over. */
  readonly tags?: Tags | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of an estimator's `transformer`: those of a {@link Transformer}, and how to make its model.
 *
 * @public
 */
export interface EstimatorTransformerOptions
  extends Omit<TransformerOptions, "model" | "modelName" | "session">,
    EstimatorModelOptions {}

/** What of the options of `deploy` concerns the model. */
interface DeployModelOptions {
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MODEL_OPTION_NAMES = ["modelName", "imageUri", "role", "vpcConfig", "enableNetworkIsolation"] as const;
const CREATE_MODEL_OPTION_NAMES = [...MODEL_OPTION_NAMES, "environment", "tags", "signal"] as const;

/** What a kind of estimator contributes to a request. */
export interface PreparedJob
  extends Omit<TrainingJobParts, "jobName" | "imageUri" | "roleArn" | "outputPath" | "experimentConfig"> {
  /** What is legal but hardly meant; goes to the session's logger when the job starts. */
  readonly warnings: readonly string[];
}

/**
 * What all estimators share: from options and inputs to a training job, from a job to its model.
 *
 * @remarks An estimator never changes its options; the job that it started last is the only thing it remembers.
 *
 * @public
 */
export abstract class EstimatorBase<
  Options extends TrainingOptions = TrainingOptions,
  Inputs = TrainingInputs,
  Results extends object = object,
> {
  /** Where jobs run. */
  readonly session: Session;
  /** The options as given, deeply frozen. */
  readonly options: Options;
  readonly #reader: ResultReader<Results>;
  #latestTrainingJob: EstimatorJob<Results> | undefined;

  /** @internal */
  protected constructor(options: Options & AttachedJob, reader: ResultReader<Results>) {
    const { [ATTACHED]: attached, ...own } = options;
    this.session = options.session ?? new Session();
    this.options = frozenCopy(own) as unknown as Options;
    this.#reader = reader;
    if (attached !== undefined) this.#latestTrainingJob = new EstimatorJob(this.session, attached, reader);
  }

  /** Image that trains and serves. @internal */
  protected abstract imageUri(): Promise<string>;

  /** Start of generated names, when the options give none. @internal */
  protected abstract imageName(): string;

  /** Checks options and inputs together. Throws a ValidationError with every fault. @internal */
  protected abstract prepare(inputs: Inputs): PreparedJob;

  /**
   * Called once the job exists, before the wait, with the request as it was sent: the place to store what the service does
   * not keep. A failure would hide a job that bills, so only an abort is thrown from here.
   *
   * @internal
   */
  protected async started(_request: CreateTrainingJobRequest, _options: CallOptions): Promise<void> {}

  /** The job that `fit` started last, or that `attach` found; undefined before. */
  get latestTrainingJob(): EstimatorJob<Results> | undefined {
    return this.#latestTrainingJob;
  }

  /**
   * The body of CreateTrainingJob that `fit` would send. Nothing is created.
   *
   * @remarks Looks up what the options leave open: the region's image, the role's ARN, the name of the default bucket.
   *
   * @throws {@link ValidationError} with every fault of options, hyperparameters and inputs together
   * @throws {@link ConfigurationError} when region, role or bucket are not set anywhere
   */
  async toRequest(inputs: Inputs, options: TrainingRequestOptions = {}): Promise<CreateTrainingJobRequest> {
    const issues = unknownKeyIssues(options, REQUEST_OPTION_NAMES, "toRequest");
    if (issues.length > 0) throw new ValidationError("toRequest", issues);
    const { request } = await this.#request(inputs, options);
    return request;
  }

  /**
   * Starts a training job and waits for its end.
   *
   * @remarks
   * Everything that can be checked without the service is checked before the job is created, so that a mistake costs no
   * instance time. A default bucket is used, never created. Sends CreateTrainingJob, then looks at the job and reads its
   * log until it has ended; see {@link PollOptions} for the schedule and for Ctrl-C.
   *
   * @param inputs - data by channel name, or the data of the one channel that the algorithm trains on
   * @returns the job; `await job.result()` gives its metrics, times and model
   * @throws {@link ValidationError} with every fault of options, hyperparameters and inputs together
   * @throws {@link ConfigurationError} when region, role or bucket are not set anywhere, or refused by the service
   * @throws {@link JobError} when the job failed, or was stopped unless `onStopped` is `"return"`
   * @throws {@link WaitTimeoutError} after `timeoutSeconds`; the job keeps running
   */
  async fit(inputs: Inputs, options: FitOptions = {}): Promise<EstimatorJob<Results>> {
    const issues = [...unknownKeyIssues(options, FIT_OPTION_NAMES, "fit"), ...waitOptionIssues(options)];
    if (issues.length > 0) throw new ValidationError("fit", issues);
    const { request, warnings } = await this.#request(inputs, options);
    for (const warning of warnings) this.session.logger?.warn(warning);
    const job = await this.#start(request, options);
    this.#latestTrainingJob = job;
    await this.started({ ...request, TrainingJobName: job.name }, { signal: options.signal });
    if (options.wait ?? true) await job.wait(pickWaitOptions(options));
    return job;
  }

  /**
   * S3 URI of the model of {@link EstimatorBase.latestTrainingJob}.
   *
   * @throws {@link JobError} `JOB_NOT_FINISHED` while the job runs, `JOB_FAILED` or `JOB_STOPPED` when it saved no model
   * @throws {@link ValidationError} when there is no job yet
   */
  async modelData(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<string> {
    return this.#requireJob().modelData(options);
  }

  /**
   * A model of {@link EstimatorBase.latestTrainingJob}, with the estimator's image, role, VPC and network isolation. Nothing is
   * created on the service; `model.create()` and `model.deploy()` do that.
   *
   * @throws {@link JobError} as {@link EstimatorBase.modelData}
   */
  async createModel(options: CreateModelOptions = {}): Promise<Model> {
    const issues = unknownKeyIssues(options, CREATE_MODEL_OPTION_NAMES, "createModel");
    if (issues.length > 0) throw new ValidationError("createModel", issues);
    const { signal } = options;
    const job = this.#requireJob();
    const o = this.options;
    const { Model } = await import("../models/index.js");
    const vpcConfig = options.vpcConfig === undefined ? o.vpcConfig : (options.vpcConfig ?? undefined);
    return new Model({
      name: options.modelName ?? this.#newName(),
      imageUri: options.imageUri ?? (await this.imageUri()),
      modelData: await job.modelData({ signal }),
      role: options.role ?? o.role,
      session: this.session,
      environment: options.environment,
      vpcConfig,
      enableNetworkIsolation: options.enableNetworkIsolation ?? o.enableNetworkIsolation,
      tags: options.tags,
    });
  }

  /**
   * A transformer that runs the model of {@link EstimatorBase.latestTrainingJob} over files in S3.
   *
   * @remarks Sends nothing: the model is looked up and created when the first transform starts, and
   * `transformer.deleteModel()` deletes it.
   *
   * @throws {@link ValidationError} with every fault of the options, or when there is no job yet
   */
  transformer(options: EstimatorTransformerOptions): Transformer {
    return new Transformer(this.transformerOptions(options));
  }

  /** Options of a transformer with the lazily created model. @internal */
  protected transformerOptions(options: EstimatorTransformerOptions): TransformerOptions {
    this.#requireJob();
    const [modelOptions, own] = split(options, MODEL_OPTION_NAMES);
    const name = modelOptions.modelName ?? this.#newName();
    assertResourceName(name, "modelName");
    const model = new LazyModel({
      name,
      imageUri: modelOptions.imageUri ?? this.imageName(),
      enableNetworkIsolation: modelOptions.enableNetworkIsolation ?? this.options.enableNetworkIsolation ?? false,
      session: this.session,
      make: (signal) => this.createModel({ ...modelOptions, modelName: name, signal }),
    });
    return {
      ...own,
      baseTransformJobName: own.baseTransformJobName ?? this.#baseName(),
      model,
      session: this.session,
    };
  }

  /** Splits deploy options into the model to deploy and what is left for {@link Model.deploy}. @internal */
  protected async modelToDeploy<O extends EstimatorModelOptions & DeployModelOptions>(
    options: O,
  ): Promise<{ readonly model: Model; readonly own: Omit<O, keyof EstimatorModelOptions | "environment"> }> {
    const [modelOptions, own] = split(options, [...MODEL_OPTION_NAMES, "environment"]);
    const model = await this.createModel({ ...modelOptions, signal: options.signal });
    return { model, own };
  }

  #requireJob(): EstimatorJob<Results> {
    if (this.#latestTrainingJob) return this.#latestTrainingJob;
    throw new ValidationError("estimator", [
      {
        path: [],
        message: "there is no training job yet; call fit() first, or make the estimator with attach(jobName)",
      },
    ]);
  }

  async #request(
    inputs: Inputs,
    options: TrainingRequestOptions,
  ): Promise<{ readonly request: CreateTrainingJobRequest; readonly warnings: readonly string[] }> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (options.jobName !== undefined) assertResourceName(options.jobName, "jobName");
    const { warnings, ...parts } = this.prepare(inputs);
    this.#checkModelChannel(parts.channels);
    const imageUri = await this.imageUri();
    const roleArn = await this.session.resolveRole(this.options.role, { signal });
    const request = createTrainingJobRequest(this.options, {
      ...parts,
      jobName: options.jobName ?? this.#newName(),
      imageUri,
      roleArn,
      outputPath: this.options.outputPath ?? (await this.#defaultOutputPath(signal)),
      experimentConfig: options.experimentConfig,
    });
    return { request, warnings };
  }

  #checkModelChannel(channels: readonly Channel[]): void {
    const { modelUri, modelChannelName = TRAINING_DEFAULTS.modelChannelName } = this.options;
    if (modelUri === undefined || !channels.some((channel) => channel.ChannelName === modelChannelName)) return;
    throw new ValidationError("training inputs", [
      {
        path: ["modelChannelName"],
        message: `the channel "${modelChannelName}" is given twice: by modelUri and by the inputs; name the one of modelUri with modelChannelName`,
      },
    ]);
  }

  /** Creates the job; a generated name that is taken by a job of the same millisecond is replaced by a later one. */
  async #start(request: CreateTrainingJobRequest, options: FitOptions): Promise<EstimatorJob<Results>> {
    const { signal } = options;
    for (let attempt = 1; ; attempt++) {
      try {
        const { name } = await TrainingJob.create(this.session, request, { signal });
        return new EstimatorJob(this.session, name, this.#reader);
      } catch (error) {
        const mayRename = options.jobName === undefined && attempt < NAME_ATTEMPTS;
        if (!mayRename || !ValidationError.is(error) || !isNameTaken(error.cause)) throw error;
      }
      await sleep(attempt * (1 + Math.random() * 10), signal);
      request = { ...request, TrainingJobName: this.#newName() };
    }
  }

  async #defaultOutputPath(signal: AbortSignal | undefined): Promise<string> {
    const root = joinS3Uri(await this.session.defaultBucket({ signal }), this.session.defaultBucketPrefix);
    return root.endsWith("/") ? root : `${root}/`;
  }

  #newName(): string {
    return nameFromBase(this.#baseName());
  }

  #baseName(): string {
    return this.options.baseJobName ?? this.imageName();
  }
}

/** The options with these names, and the others. */
function split<O extends object, K extends keyof O>(
  options: O,
  names: readonly K[],
): [Partial<Pick<O, K>>, Omit<O, K>] {
  const entries = Object.entries(options);
  const picked = (wanted: boolean): object =>
    Object.fromEntries(entries.filter(([name]) => (names as readonly string[]).includes(name) === wanted));
  return [picked(true) as Partial<Pick<O, K>>, picked(false) as Omit<O, K>];
}
