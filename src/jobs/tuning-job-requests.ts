import type { Tag } from "../internal/tags.js";
import type { CreateTrainingJobRequest } from "./requests.js";

/**
 * A range of numbers of a tuning job, exactly as sent.
 *
 * @public
 */
export interface NumericRangeRequest {
  readonly Name: string;
  readonly MinValue: string;
  readonly MaxValue: string;
  readonly ScalingType?: "Auto" | "Linear" | "Logarithmic" | "ReverseLogarithmic" | undefined;
}

/**
 * `ParameterRanges` of a tuning job, exactly as sent.
 *
 * @public
 */
export interface ParameterRangesRequest {
  readonly ContinuousParameterRanges?: readonly NumericRangeRequest[] | undefined;
  readonly CategoricalParameterRanges?:
    | readonly { readonly Name: string; readonly Values: readonly string[] }[]
    | undefined;
  readonly IntegerParameterRanges?: readonly NumericRangeRequest[] | undefined;
}

/**
 * Objective of a tuning job, exactly as sent.
 *
 * @public
 */
export interface TuningObjectiveRequest {
  readonly Type: "Maximize" | "Minimize";
  readonly MetricName: string;
}

/**
 * `TrainingJobDefinition` of a tuning job, exactly as sent: what all its training jobs share.
 *
 * @public
 */
export interface TrainingJobDefinitionRequest
  extends Pick<
    CreateTrainingJobRequest,
    | "RoleArn"
    | "OutputDataConfig"
    | "StoppingCondition"
    | "InputDataConfig"
    | "VpcConfig"
    | "EnableNetworkIsolation"
    | "EnableInterContainerTrafficEncryption"
    | "EnableManagedSpotTraining"
    | "CheckpointConfig"
    | "RetryStrategy"
    | "Environment"
  > {
  readonly DefinitionName?: string | undefined;
  readonly TuningObjective?: TuningObjectiveRequest | undefined;
  readonly HyperParameterRanges?: ParameterRangesRequest | undefined;
  readonly StaticHyperParameters?: Readonly<Record<string, string>> | undefined;
  readonly AlgorithmSpecification: Pick<
    CreateTrainingJobRequest["AlgorithmSpecification"],
    "TrainingImage" | "AlgorithmName" | "TrainingInputMode" | "MetricDefinitions"
  >;
  readonly HyperParameterTuningResourceConfig?:
    | {
        readonly InstanceCount?: number | undefined;
        readonly InstanceType?: string | undefined;
        readonly VolumeSizeInGB?: number | undefined;
        readonly VolumeKmsKeyId?: string | undefined;
      }
    | undefined;
}

/**
 * Body of CreateHyperParameterTuningJob, exactly as sent.
 *
 * @public
 */
export interface CreateTuningJobRequest {
  readonly HyperParameterTuningJobName: string;
  readonly HyperParameterTuningJobConfig: {
    readonly Strategy: "Bayesian" | "Random" | "Grid" | "Hyperband";
    readonly StrategyConfig?:
      | { readonly HyperbandStrategyConfig: { readonly MinResource?: number; readonly MaxResource?: number } }
      | undefined;
    readonly ResourceLimits: {
      readonly MaxNumberOfTrainingJobs?: number | undefined;
      readonly MaxParallelTrainingJobs: number;
      readonly MaxRuntimeInSeconds?: number | undefined;
    };
    readonly TrainingJobEarlyStoppingType?: "Off" | "Auto" | undefined;
    readonly HyperParameterTuningJobObjective?: TuningObjectiveRequest | undefined;
    readonly ParameterRanges?: ParameterRangesRequest | undefined;
    readonly TuningJobCompletionCriteria?:
      | {
          readonly TargetObjectiveMetricValue?: number | undefined;
          readonly BestObjectiveNotImproving?: { readonly MaxNumberOfTrainingJobsNotImproving: number } | undefined;
          readonly ConvergenceDetected?: { readonly CompleteOnConvergence: "Enabled" | "Disabled" } | undefined;
        }
      | undefined;
    readonly RandomSeed?: number | undefined;
  };
  readonly TrainingJobDefinition?: TrainingJobDefinitionRequest | undefined;
  readonly TrainingJobDefinitions?: readonly TrainingJobDefinitionRequest[] | undefined;
  readonly WarmStartConfig?:
    | {
        readonly WarmStartType: "IdenticalDataAndAlgorithm" | "TransferLearning";
        readonly ParentHyperParameterTuningJobs: readonly { readonly HyperParameterTuningJobName: string }[];
      }
    | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/**
 * Overall status of a tuning job.
 *
 * @public
 */
export type TuningJobStatus =
  | "InProgress"
  | "Completed"
  | "Failed"
  | "Stopping"
  | "Stopped"
  | "Deleting"
  | "DeleteFailed";

/**
 * A training job of a tuning job, as the service lists it.
 *
 * @public
 */
export interface TunedTrainingJobSummary {
  readonly TrainingJobName: string;
  readonly TrainingJobArn?: string | undefined;
  readonly TrainingJobDefinitionName?: string | undefined;
  readonly TrainingJobStatus: string;
  readonly TunedHyperParameters?: Readonly<Record<string, string>> | undefined;
  readonly FinalHyperParameterTuningJobObjectiveMetric?:
    | { readonly Type?: "Maximize" | "Minimize"; readonly MetricName?: string; readonly Value?: number }
    | undefined;
  readonly ObjectiveStatus?: "Succeeded" | "Pending" | "Failed" | undefined;
  readonly CreationTime?: Date | undefined;
  readonly TrainingStartTime?: Date | undefined;
  readonly TrainingEndTime?: Date | undefined;
  readonly FailureReason?: string | undefined;
}

/**
 * Answer of DescribeHyperParameterTuningJob: AWS member names; the members that every answer has are never undefined.
 *
 * @public
 */
export interface TuningJobDescription extends Omit<CreateTuningJobRequest, "Tags"> {
  readonly HyperParameterTuningJobArn: string;
  readonly HyperParameterTuningJobStatus: TuningJobStatus;
  readonly CreationTime: Date;
  readonly HyperParameterTuningEndTime?: Date | undefined;
  readonly LastModifiedTime?: Date | undefined;
  readonly TrainingJobStatusCounters: {
    readonly Completed?: number;
    readonly InProgress?: number;
    readonly RetryableError?: number;
    readonly NonRetryableError?: number;
    readonly Stopped?: number;
  };
  readonly ObjectiveStatusCounters?:
    | { readonly Succeeded?: number; readonly Pending?: number; readonly Failed?: number }
    | undefined;
  /** Absent until a training job has ended with a value of the objective. */
  readonly BestTrainingJob?: TunedTrainingJobSummary | undefined;
  /** Of this job and its parents, with warm start on the same data. */
  readonly OverallBestTrainingJob?: TunedTrainingJobSummary | undefined;
  readonly FailureReason?: string | undefined;
}
