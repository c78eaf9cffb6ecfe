import type { Tag, TrainingRequest } from "./training-record.js";

/** Range of a hyperparameter as the API has it. */
export interface NumericRangeRequest {
  readonly Name: string;
  readonly MinValue: string;
  readonly MaxValue: string;
  readonly ScalingType?: "Auto" | "Linear" | "Logarithmic" | "ReverseLogarithmic" | undefined;
}

/** The ranges of a tuning job or of one of its definitions. */
export interface ParameterRangesRequest {
  readonly IntegerParameterRanges?: readonly NumericRangeRequest[] | undefined;
  readonly ContinuousParameterRanges?: readonly NumericRangeRequest[] | undefined;
  readonly CategoricalParameterRanges?:
    | readonly { readonly Name: string; readonly Values: readonly string[] }[]
    | undefined;
  readonly AutoParameters?: readonly unknown[] | undefined;
}

/** What a tuning job makes better. */
export interface TuningObjectiveRequest {
  readonly Type: "Maximize" | "Minimize";
  readonly MetricName: string;
}

/** How the training jobs of a tuning job are made. */
export interface TrainingJobDefinition
  extends Omit<TrainingRequest, "TrainingJobName" | "HyperParameters" | "ResourceConfig" | "Tags"> {
  readonly DefinitionName?: string | undefined;
  readonly TuningObjective?: TuningObjectiveRequest | undefined;
  readonly HyperParameterRanges?: ParameterRangesRequest | undefined;
  readonly StaticHyperParameters?: Readonly<Record<string, string>> | undefined;
  readonly ResourceConfig?: TrainingRequest["ResourceConfig"] | undefined;
  readonly HyperParameterTuningResourceConfig?:
    | (TrainingRequest["ResourceConfig"] & { readonly InstanceConfigs?: readonly unknown[] | undefined })
    | undefined;
}

/** The members of CreateHyperParameterTuningJob that the local service acts upon. */
export interface TuningRequest {
  readonly HyperParameterTuningJobName: string;
  readonly HyperParameterTuningJobConfig: {
    readonly Strategy: "Bayesian" | "Random" | "Grid" | "Hyperband";
    readonly HyperParameterTuningJobObjective?: TuningObjectiveRequest | undefined;
    readonly ResourceLimits: {
      readonly MaxNumberOfTrainingJobs?: number | undefined;
      readonly MaxParallelTrainingJobs: number;
      readonly MaxRuntimeInSeconds?: number | undefined;
    };
    readonly ParameterRanges?: ParameterRangesRequest | undefined;
    readonly TrainingJobEarlyStoppingType?: "Off" | "Auto" | undefined;
    readonly TuningJobCompletionCriteria?:
      | {
          readonly TargetObjectiveMetricValue?: number | undefined;
          readonly BestObjectiveNotImproving?:
            | { readonly MaxNumberOfTrainingJobsNotImproving?: number | undefined }
            | undefined;
          readonly ConvergenceDetected?: { readonly CompleteOnConvergence?: string | undefined } | undefined;
        }
      | undefined;
    readonly RandomSeed?: number | undefined;
  };
  readonly TrainingJobDefinition?: TrainingJobDefinition | undefined;
  readonly TrainingJobDefinitions?: readonly TrainingJobDefinition[] | undefined;
  readonly WarmStartConfig?: object | undefined;
  readonly Autotune?: object | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** A training job of a tuning job. */
export interface TunedTraining {
  readonly name: string;
  readonly definitionName?: string | undefined;
  readonly tuned: Readonly<Record<string, string>>;
  /** Final value of the objective; absent while the job runs, and when it ended without one. */
  value?: number;
  /** True when its final status is known. */
  ended?: boolean;
  /** Why it failed. */
  failureReason?: string | undefined;
}

/** A tuning job as it is stored; times in milliseconds since 1970. */
export interface TuningRecord {
  readonly name: string;
  readonly arn: string;
  readonly request: TuningRequest;
  readonly creationTime: number;
  readonly trainings: TunedTraining[];
  tags: readonly Tag[];
  status: "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";
  lastModifiedTime: number;
  endTime?: number;
  failureReason?: string;
}

/** Record kind of tuning jobs in the store. */
export const tuningKind = "hyper-parameter-tuning-job";

/** The definitions of a tuning job, one or several. */
export function definitionsOf(request: TuningRequest): readonly TrainingJobDefinition[] {
  return request.TrainingJobDefinitions ?? (request.TrainingJobDefinition ? [request.TrainingJobDefinition] : []);
}

/** What a definition makes better: its own objective, or that of the job. */
export function objectiveOf(
  request: TuningRequest,
  definition: TrainingJobDefinition,
): TuningObjectiveRequest | undefined {
  return definition.TuningObjective ?? request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
}

/** The training job with the best value so far. Values of several definitions are compared as they are. */
export function bestTraining({ request, trainings }: TuningRecord): TunedTraining | undefined {
  const definitions = definitionsOf(request);
  const lossOf = (training: TunedTraining): number => {
    const definition = definitions.find((one) => one.DefinitionName === training.definitionName) ?? definitions[0];
    const sign = definition && objectiveOf(request, definition)?.Type === "Minimize" ? 1 : -1;
    return training.value === undefined ? Number.POSITIVE_INFINITY : sign * training.value;
  };
  return trainings
    .filter(({ value }) => value !== undefined)
    .reduce<TunedTraining | undefined>(
      (best, training) => (best === undefined || lossOf(training) < lossOf(best) ? training : best),
      undefined,
    );
}
