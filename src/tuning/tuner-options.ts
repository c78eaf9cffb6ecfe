import type { AlgorithmTuning, TrainingOptions, TunableHyperparameter, TuningRules } from "../estimators/index.js";
import type { Tags } from "../internal/tags.js";
import type { CreateTrainingJobRequest, MetricDefinition, TuningWaitOptions } from "../jobs/index.js";
import type { PreflightOptions, PreflightReport } from "../preflight/index.js";
import type { Session } from "../session/index.js";
import type { CategoricalRange, ContinuousRange, IntegerRange, ParameterRange } from "./ranges.js";

/**
 * What a tuner needs of an estimator. Every estimator of this library has it.
 *
 * @public
 */
export interface TunableEstimator {
  readonly session: Session;
  readonly options: TrainingOptions & { readonly hyperparameters?: object | undefined };
  /** Missing for an image that the library knows nothing about. */
  readonly tuning?: TuningRules | undefined;
  toRequest(inputs: never, options?: { readonly signal?: AbortSignal | undefined }): Promise<CreateTrainingJobRequest>;
  preflight(inputs: never, options?: PreflightOptions): Promise<PreflightReport>;
  with(changes: never): unknown;
  deploy(options: never): Promise<unknown>;
}

/** Hyperparameters and objectives of an estimator, as types. */
type TuningOf<E> = E extends { readonly tuning: TuningRules<infer T extends AlgorithmTuning> } ? T : undefined;

type RangeOf<H extends TunableHyperparameter> = H extends { readonly kind: "integer" }
  ? IntegerRange | CategoricalRange<number>
  : H extends { readonly kind: "continuous" }
    ? ContinuousRange | CategoricalRange<number>
    : H extends { readonly values: readonly (infer V extends string)[] }
      ? CategoricalRange<V>
      : never;

/**
 * Ranges that an estimator takes: by the tunable hyperparameters of its algorithm, or by any name for an image.
 *
 * @public
 */
export type RangesOf<E> =
  TuningOf<E> extends infer T
    ? T extends AlgorithmTuning
      ? { readonly [K in keyof T["hyperparameters"]]?: RangeOf<T["hyperparameters"][K]> | undefined }
      : Readonly<Record<string, ParameterRange>>
    : never;

/**
 * Names of the metrics that a tuning job of an estimator can optimise.
 *
 * @public
 */
export type ObjectiveOf<E> =
  TuningOf<E> extends infer T ? (T extends AlgorithmTuning ? T["objectives"][number] : string) : never;

/**
 * Data that an estimator's `fit` takes.
 *
 * @public
 */
export type InputsOf<E extends TunableEstimator> = Parameters<E["toRequest"]>[0];

/**
 * What one algorithm of a tuning job varies, and what it makes better.
 *
 * @public
 */
export interface TuningDefinition<E extends TunableEstimator = TunableEstimator> {
  /** Everything about the training jobs that is not varied. Its hyperparameters stay, except those with a range. */
  readonly estimator: E;
  /** Name of the metric to make better; for an image one of `metricDefinitions`. */
  readonly objective: ObjectiveOf<E>;
  /**
   * Which way is better.
   *
   * @defaultValue the algorithm's own; "Maximize" for an image
   */
  readonly objectiveType?: "Maximize" | "Minimize" | undefined;
  /** What to try, by hyperparameter; at least one. */
  readonly ranges: RangesOf<E>;
  /**
   * Metrics to find in the log, for images of your own.
   *
   * @defaultValue those of the estimator
   */
  readonly metricDefinitions?: readonly MetricDefinition[] | undefined;
}

/**
 * How a tuning job searches, whatever it varies.
 *
 * @public
 */
export interface TuningOptions {
  /**
   * How hyperparameters are chosen. `Grid` tries every combination and takes categorical ranges only.
   *
   * @defaultValue "Bayesian"
   */
  readonly strategy?: "Bayesian" | "Random" | "Grid" | "Hyperband" | undefined;
  /**
   * Training jobs in all, 1 to 750.
   *
   * @defaultValue 1; with strategy `Grid` the number of combinations
   */
  readonly maxJobs?: number | undefined;
  /**
   * Training jobs at the same time, 1 to 100.
   *
   * @defaultValue 1
   */
  readonly maxParallelJobs?: number | undefined;
  /** Longest time of the whole tuning job, in seconds, 120 to 15768000. */
  readonly maxRuntimeSeconds?: number | undefined;
  /**
   * `Auto` lets the service stop training jobs that will not become the best one.
   *
   * @defaultValue "Off"
   */
  readonly earlyStoppingType?: "Off" | "Auto" | undefined;
  /** Makes the choice of hyperparameters repeatable; 0 to 2147483647. */
  readonly randomSeed?: number | undefined;
  /** When to end before `maxJobs`. */
  readonly completionCriteria?:
    | {
        /** A training job reached this value of the objective. */
        readonly targetObjectiveValue?: number | undefined;
        /** So many training jobs in a row were no better than the best, at least 3. */
        readonly maxJobsNotImproving?: number | undefined;
        /** The service sees that nothing much better will come. */
        readonly completeOnConvergence?: boolean | undefined;
      }
    | undefined;
  /** Start from what earlier tuning jobs found; 1 to 5 parents. */
  readonly warmStart?:
    | {
        readonly type: "IdenticalDataAndAlgorithm" | "TransferLearning";
        readonly parents: readonly string[];
      }
    | undefined;
  /** Least and most epochs of a training job, for strategy `Hyperband`. */
  readonly hyperband?:
    | { readonly minResource?: number | undefined; readonly maxResource?: number | undefined }
    | undefined;
  /**
   * Start of the names of tuning jobs; they are cut to fit 32 characters with time and a random end.
   *
   * @defaultValue name of the estimator's image
   */
  readonly baseTuningJobName?: string | undefined;
  /** Tags of the tuning job, besides those of the estimator; on equal keys these count. */
  readonly tags?: Tags | undefined;
}

/**
 * Options of {@link HyperparameterTuner}.
 *
 * @public
 */
export interface HyperparameterTunerOptions<E extends TunableEstimator = TunableEstimator>
  extends TuningDefinition<E>,
    TuningOptions {}

/**
 * Options of {@link HyperparameterTuner.create}.
 *
 * @public
 */
export interface MultiAlgorithmTunerOptions<D extends Readonly<Record<string, TuningDefinition>>>
  extends TuningOptions {
  /** What to tune, by name; made by {@link tuningDefinition}. */
  readonly definitions: D;
}

/**
 * Options of {@link HyperparameterTuner.fit}.
 *
 * @public
 */
export interface TunerFitOptions extends TuningWaitOptions {
  /**
   * Name of the tuning job, 1 to 32 letters, digits and inner dashes.
   *
   * @defaultValue `<base>-<yymmdd>-<hhmmss>-<4 random characters>` in UTC
   */
  readonly jobName?: string | undefined;
  /**
   * Wait for the end of the job.
   *
   * @defaultValue true
   */
  readonly wait?: boolean | undefined;
  /**
   * Look at the data before the job is created, as `fit` of an estimator does.
   *
   * @defaultValue true
   */
  readonly preflight?: boolean | Omit<PreflightOptions, "signal"> | undefined;
}

/**
 * A training job of a tuning job, as a row.
 *
 * @public
 */
export interface TunedTrainingJob<Hp extends object = Readonly<Record<string, string | number | boolean>>> {
  readonly trainingJobName: string;
  readonly status: string;
  /** Name of its definition, when the tuning job has several. */
  readonly definitionName: string | undefined;
  /** The tuned hyperparameters: numbers for ranges of numbers, the value of the list for categorical ones. */
  readonly hyperparameters: Hp;
  /** Final value of the objective; undefined while the job runs, and when it ended without one. */
  readonly objectiveValue: number | undefined;
  readonly startTime: Date | undefined;
  readonly endTime: Date | undefined;
  readonly elapsedSeconds: number | undefined;
  readonly failureReason: string | undefined;
}

/**
 * Tuned hyperparameters of an estimator, by name.
 *
 * @public
 */
export type TunedHyperparametersOf<E> =
  RangesOf<E> extends infer R
    ? string extends keyof R
      ? Readonly<Record<string, string | number | boolean>>
      : {
          readonly [K in keyof R]?: NonNullable<R[K]> extends infer One
            ? One extends CategoricalRange<infer V>
              ? V
              : number
            : never;
        }
    : never;
