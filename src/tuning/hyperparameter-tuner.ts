import { UnsupportedError, ValidationError } from "../errors/index.js";
import { type AttachOptions, Estimator, encodeHyperparameters } from "../estimators/index.js";
import { sleep } from "../internal/abort.js";
import { baseNameFromImage, sanitizeName } from "../internal/names.js";
import { unknownKeyIssues } from "../internal/options.js";
import {
  type CreateTuningJobRequest,
  isNameTaken,
  TUNING_WAIT_OPTIONS,
  TuningJob,
  type TuningJobDescription,
  type TuningJobResult,
  type TuningWaitOptions,
  waitOptionIssues,
} from "../jobs/index.js";
import { checkPreflightOptions, PreflightError } from "../preflight/index.js";
import { type CallOptions, Session } from "../session/index.js";
import { notFinished, tuningOptions } from "./description.js";
import { decodeRanges, decodeTuned } from "./ranges.js";
import { type AnyDefinition, checkTunerOptions, rangeWarnings } from "./tuner-checks.js";
import type {
  HyperparameterTunerOptions,
  InputsOf,
  MultiAlgorithmTunerOptions,
  TunableEstimator,
  TunedHyperparametersOf,
  TunedTrainingJob,
  TunerFitOptions,
  TuningDefinition,
  TuningOptions,
} from "./tuner-options.js";
import { createTuningJobRequest, droppedOptions, type PreparedDefinition, setRanges } from "./tuning-request.js";

const FIT_OPTION_NAMES = [...TUNING_WAIT_OPTIONS, "jobName", "wait", "preflight"] as const;
const MAX_NAME = 32;
const NAME_ATTEMPTS = 4;

/** Data of a tuning job of several algorithms: the inputs of each, by its name. */
type InputsByName<D extends Readonly<Record<string, TuningDefinition>>> = {
  readonly [K in keyof D]: InputsOf<D[K]["estimator"]>;
};

/**
 * Options of {@link HyperparameterTuner.attach}.
 *
 * @public
 */
export interface TunerAttachOptions<E extends TunableEstimator = Estimator>
  extends Omit<AttachOptions, "modelChannelName"> {
  /**
   * Class of the estimator, for example `BlazingText`.
   *
   * @defaultValue Estimator
   */
  readonly estimator?: { attach(jobName: string, options?: AttachOptions): Promise<E> } | undefined;
}

/**
 * Declares one algorithm for {@link HyperparameterTuner.create}. Returns its argument; what it adds is the check by the compiler.
 *
 * @public
 */
export function tuningDefinition<E extends TunableEstimator>(definition: TuningDefinition<E>): TuningDefinition<E> {
  return definition;
}

/**
 * Looks for the hyperparameters with the best value of a metric, by many training jobs.
 *
 * @remarks
 * Construction sends nothing and checks everything that needs no data: that the algorithm can tune each hyperparameter, that it
 * accepts both ends of each range, that the metric is one it reports. Ranges beyond what AWS advises are legal; `fit` warns.
 *
 * @example
 * ```ts
 * const tuner = new HyperparameterTuner({
 *   estimator,
 *   objective: "validation:accuracy",
 *   ranges: { learning_rate: continuous(0.005, 0.5, "Logarithmic"), word_ngrams: integer(1, 3) },
 *   maxJobs: 6,
 * });
 * await tuner.fit({ train, validation });
 * const best = await tuner.bestEstimator();
 * ```
 * @public
 */
export class HyperparameterTuner<E extends TunableEstimator = TunableEstimator, Inputs = InputsOf<E>> {
  /** The options as given. */
  readonly options: TuningOptions;
  /** Where jobs run: the session of the estimator. */
  readonly session: Session;
  readonly #definitions: ReadonlyMap<string | undefined, AnyDefinition>;
  #latestTuningJob: TuningJob | undefined;

  /**
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault
   */
  constructor(options: HyperparameterTunerOptions<E>) {
    this.#definitions = definitionsIn(options as unknown as AnyDefinition);
    checkTunerOptions(options, this.#definitions);
    this.options = Object.freeze({ ...options });
    this.session = [...this.#definitions.values()][0]?.estimator.session ?? new Session();
  }

  /**
   * A tuner of several algorithms, or of one algorithm in several ways, that compete in one tuning job.
   *
   * @remarks `fit` takes the inputs of each by name. Every objective has its own direction; the service names one best job.
   *
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault
   */
  static create<D extends Readonly<Record<string, TuningDefinition>>>(
    options: MultiAlgorithmTunerOptions<D>,
  ): HyperparameterTuner<D[keyof D]["estimator"], InputsByName<D>> {
    return new HyperparameterTuner(options as never);
  }

  /**
   * The tuner of a tuning job that exists, running or ended.
   *
   * @remarks
   * Its estimator is attached to the best training job so far, or to the first one, so the job must have started one. Ranges,
   * objective and limits are those of the job. Tuning jobs of several algorithms cannot be attached to.
   *
   * @throws {@link JobError} `JOB_NOT_FINISHED` when the job has no training job yet
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` when it tunes several algorithms
   */
  static async attach<E extends TunableEstimator = Estimator>(
    jobName: string,
    options: TunerAttachOptions<E> = {},
  ): Promise<HyperparameterTuner<E>> {
    const { signal, estimator: attacher = Estimator as never as NonNullable<typeof options.estimator> } = options;
    const session = options.session ?? new Session();
    const job = new TuningJob(session, jobName);
    const description = await job.describe({ signal });
    const config = description.HyperParameterTuningJobConfig;
    const objective = config.HyperParameterTuningJobObjective;
    if (description.TrainingJobDefinitions?.length || objective === undefined) {
      throw new UnsupportedError(
        `tuning job "${jobName}" tunes several algorithms; look at it with new TuningJob(session, name)`,
        "UNSUPPORTED_OPERATION",
      );
    }
    let training = description.BestTrainingJob?.TrainingJobName;
    if (training === undefined) {
      for await (const one of job.trainingJobs({ signal })) {
        training ??= one.TrainingJobName;
        break;
      }
    }
    if (training === undefined) throw notFinished(description, "it has no training job to read its estimator from yet");
    const estimator = await attacher.attach(training, { session, signal });
    const tuner = new HyperparameterTuner<E>({
      ...tuningOptions(description),
      estimator,
      objective: objective.MetricName,
      ranges: decodeRanges(config.ParameterRanges),
      ...(estimator.tuning === undefined && { objectiveType: objective.Type }),
    } as unknown as HyperparameterTunerOptions<E>);
    tuner.#latestTuningJob = job;
    return tuner;
  }

  /** The job that `fit` started last, or that `attach` found; undefined before. */
  get latestTuningJob(): TuningJob | undefined {
    return this.#latestTuningJob;
  }

  /**
   * The body of CreateHyperParameterTuningJob that `fit` would send. Nothing is created.
   *
   * @throws {@link ValidationError} with every fault of estimator and inputs
   */
  async toRequest(
    inputs: Inputs,
    options: { readonly jobName?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<CreateTuningJobRequest> {
    const issues = unknownKeyIssues(options, ["jobName", "signal"], "toRequest");
    if (issues.length > 0) throw new ValidationError("toRequest", issues);
    const prepared = await this.#prepare(inputs, options.signal);
    return createTuningJobRequest(this.options, options.jobName ?? this.#newName(prepared), prepared);
  }

  /**
   * Starts a tuning job and waits for its end.
   *
   * @remarks Looks at the data first, as `fit` of an estimator does. While waiting, `onProgress` hears how many training jobs
   * are done and which one is best.
   *
   * @param inputs - as for `fit` of the estimator; with several definitions, by their names
   * @throws {@link PreflightError} when the data has errors
   * @throws {@link JobError} when the job failed, or was stopped unless `onStopped` is `"return"`
   * @throws {@link WaitTimeoutError} after `timeoutSeconds`; the job keeps running
   */
  async fit(inputs: Inputs, options: TunerFitOptions = {}): Promise<TuningJob> {
    const issues = [...unknownKeyIssues(options, FIT_OPTION_NAMES, "fit"), ...waitOptionIssues(options)];
    if (issues.length > 0) throw new ValidationError("fit", issues);
    const { jobName, wait = true, preflight = true, ...waitOptions } = options;
    const { signal } = options;
    const prepared = await this.#prepare(inputs, signal);
    for (const one of prepared.values()) {
      for (const warning of [...rangeWarnings(one.definition), ...droppedOptions(one)]) this.#warn(warning, options);
    }
    if (preflight !== false) await this.#preflight(inputs, options);
    const job = await this.#start(jobName, prepared, signal);
    this.#latestTuningJob = job;
    if (wait) await job.wait(waitOptions);
    return job;
  }

  /**
   * Waits until {@link HyperparameterTuner.latestTuningJob} has ended; as {@link TuningJob.wait}.
   */
  async wait(options: TuningWaitOptions = {}): Promise<TuningJobResult> {
    return this.#requireJob().wait(options);
  }

  /** Asks the service to stop {@link HyperparameterTuner.latestTuningJob} and its training jobs. */
  async stop(options: CallOptions = {}): Promise<void> {
    await this.#requireJob().stop(options);
  }

  /** The present state of {@link HyperparameterTuner.latestTuningJob}. */
  async describe(options: CallOptions = {}): Promise<TuningJobDescription> {
    return this.#requireJob().describe(options);
  }

  /**
   * Name of the training job with the best value of the objective so far.
   *
   * @throws {@link JobError} `JOB_NOT_FINISHED` while there is none, `JOB_FAILED` or `JOB_STOPPED` when there will be none
   */
  async bestTrainingJob(options: CallOptions = {}): Promise<string> {
    return (await this.#best(options)).name;
  }

  /**
   * The estimator of the best training job, attached to it: its results, its model, `deploy` and `transformer`.
   *
   * @throws {@link JobError} as {@link HyperparameterTuner.bestTrainingJob}
   */
  async bestEstimator(options: CallOptions = {}): Promise<E> {
    const { name, definition } = await this.#best(options);
    const { attach } = definition.estimator.constructor as unknown as {
      attach?: (jobName: string, options: AttachOptions) => Promise<E>;
    };
    if (attach === undefined) {
      throw new UnsupportedError("the class of this estimator has no attach()", "UNSUPPORTED_OPERATION");
    }
    return attach.call(definition.estimator.constructor, name, { session: this.session, signal: options.signal });
  }

  /**
   * Puts the model of the best training job behind an endpoint; as `deploy` of the estimator.
   *
   * @throws {@link JobError} as {@link HyperparameterTuner.bestTrainingJob}
   */
  async deploy(options: Parameters<E["deploy"]>[0] & CallOptions): Promise<Awaited<ReturnType<E["deploy"]>>> {
    const best = await this.bestEstimator(options as CallOptions);
    return (await best.deploy(options as never)) as Awaited<ReturnType<E["deploy"]>>;
  }

  /**
   * The training jobs of {@link HyperparameterTuner.latestTuningJob} so far, one row each, in the order of their names, which is
   * that of their start.
   */
  async analytics(options: CallOptions = {}): Promise<TunedTrainingJob<TunedHyperparametersOf<E>>[]> {
    const rows: TunedTrainingJob[] = [];
    for await (const job of this.#requireJob().trainingJobs(options)) {
      const definition = this.#definitions.get(job.TrainingJobDefinitionName) ?? this.#definitions.get(undefined);
      const ranges = definition ? setRanges(definition) : {};
      const wire = definition?.estimator.tuning?.wire;
      const { TrainingStartTime: startTime, TrainingEndTime: endTime } = job;
      rows.push({
        trainingJobName: job.TrainingJobName,
        status: job.TrainingJobStatus,
        definitionName: job.TrainingJobDefinitionName,
        hyperparameters: Object.fromEntries(
          Object.entries(job.TunedHyperParameters ?? {}).map(([name, text]) => [
            name,
            decodeTuned(ranges[name], text, (value) => encodeHyperparameters({ [name]: value }, wire)[name] ?? ""),
          ]),
        ),
        objectiveValue: job.FinalHyperParameterTuningJobObjectiveMetric?.Value,
        startTime,
        endTime,
        elapsedSeconds: startTime && endTime ? (endTime.getTime() - startTime.getTime()) / 1000 : undefined,
        failureReason: job.FailureReason,
      });
    }
    return rows as unknown as TunedTrainingJob<TunedHyperparametersOf<E>>[];
  }

  /**
   * A tuner that starts from what the latest tuning job found, on the same data with the same algorithm.
   *
   * @param additionalParents - names of further tuning jobs to start from
   */
  identicalDataAndAlgorithmTuner(additionalParents: readonly string[] = []): HyperparameterTuner<E, Inputs> {
    return this.#warmStarted("IdenticalDataAndAlgorithm", additionalParents);
  }

  /**
   * A tuner that starts from what the latest tuning job found, for other data or a changed estimator.
   *
   * @param additionalParents - names of further tuning jobs to start from
   */
  transferLearningTuner(
    additionalParents: readonly string[] = [],
    changes: { readonly estimator?: E | undefined } = {},
  ): HyperparameterTuner<E, Inputs> {
    return this.#warmStarted("TransferLearning", additionalParents, changes);
  }

  #warmStarted(
    type: "IdenticalDataAndAlgorithm" | "TransferLearning",
    additionalParents: readonly string[],
    { estimator }: { readonly estimator?: E | undefined } = {},
  ): HyperparameterTuner<E, Inputs> {
    const parents = [...new Set([this.#requireJob().name, ...additionalParents])];
    const changes = { warmStart: { type, parents }, ...(estimator && { estimator }) };
    return new HyperparameterTuner<E, Inputs>({ ...this.options, ...changes } as never);
  }

  async #prepare(
    inputs: Inputs,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string | undefined, PreparedDefinition>> {
    const prepared = new Map<string | undefined, PreparedDefinition>();
    for (const [name, definition] of this.#definitions) {
      const training = await definition.estimator.toRequest(inputsOf(inputs, name) as never, { signal });
      prepared.set(name, { definition, training });
    }
    return prepared;
  }

  async #preflight(inputs: Inputs, options: TunerFitOptions): Promise<void> {
    const own = typeof options.preflight === "object" ? options.preflight : {};
    checkPreflightOptions(own, "fit preflight");
    for (const [name, { estimator }] of this.#definitions) {
      const report = await estimator.preflight(inputsOf(inputs, name) as never, { ...own, signal: options.signal });
      for (const { severity, message, code } of report.findings) {
        if (severity === "warning") this.#warn(`preflight ${code}: ${message}`, options);
      }
      if (!report.ok) throw new PreflightError(report);
    }
  }

  #warn(message: string, { onProgress, jobName }: TunerFitOptions): void {
    this.session.logger?.warn(message);
    onProgress?.({ type: "warning", jobName: jobName ?? "", message, at: new Date() });
  }

  /** Creates the job; a generated name that is taken is replaced by another. */
  async #start(
    jobName: string | undefined,
    prepared: ReadonlyMap<string | undefined, PreparedDefinition>,
    signal: AbortSignal | undefined,
  ): Promise<TuningJob> {
    for (let attempt = 1; ; attempt++) {
      const request = createTuningJobRequest(this.options, jobName ?? this.#newName(prepared), prepared);
      try {
        return await TuningJob.create(this.session, request, { signal });
      } catch (error) {
        const mayRename = jobName === undefined && attempt < NAME_ATTEMPTS;
        if (!mayRename || !ValidationError.is(error) || !isNameTaken(error.cause)) throw error;
      }
      await sleep(attempt * (1 + Math.random() * 10), signal);
    }
  }

  /** `<base>-<yymmdd>-<hhmmss>-<random>`: two tuners that start in the same second do not meet. */
  #newName(prepared: ReadonlyMap<string | undefined, PreparedDefinition>): string {
    const image = [...prepared.values()][0]?.training.AlgorithmSpecification.TrainingImage ?? "tuning";
    const [date = "", time = ""] = new Date().toISOString().slice(2, 19).replaceAll(/[-:]/gu, "").split("T");
    const random = Math.floor(Math.random() * 36 ** 4)
      .toString(36)
      .padStart(4, "0");
    const end = `-${date}-${time}-${random}`;
    const base = sanitizeName(this.options.baseTuningJobName ?? baseNameFromImage(image)) || "tuning";
    return `${base.slice(0, MAX_NAME - end.length).replace(/-+$/u, "")}${end}`;
  }

  async #best(options: CallOptions): Promise<{ readonly name: string; readonly definition: AnyDefinition }> {
    const description = await this.describe(options);
    const best = description.BestTrainingJob;
    if (best === undefined) throw notFinished(description, "no training job has ended with a value of the objective");
    const definition = this.#definitions.get(best.TrainingJobDefinitionName) ?? [...this.#definitions.values()][0];
    if (definition === undefined) throw new Error("a tuner has at least one definition");
    return { name: best.TrainingJobName, definition };
  }

  #requireJob(): TuningJob {
    if (this.#latestTuningJob) return this.#latestTuningJob;
    throw new ValidationError("tuner", [
      { path: [], message: "there is no tuning job yet; call fit() first, or make the tuner with attach(jobName)" },
    ]);
  }
}

function definitionsIn(options: AnyDefinition): ReadonlyMap<string | undefined, AnyDefinition> {
  const several: unknown = Reflect.get(options, "definitions");
  if (typeof several === "object" && several !== null) return new Map(Object.entries(several));
  return new Map([[undefined, options]]);
}

function inputsOf(inputs: unknown, name: string | undefined): unknown {
  if (name === undefined) return inputs;
  const own: unknown = typeof inputs === "object" && inputs !== null ? Reflect.get(inputs, name) : undefined;
  if (own !== undefined) return own;
  throw new ValidationError("tuning inputs", [
    { path: [name], message: `the inputs of definition "${name}" are missing; give { ${name}: … }` },
  ]);
}
