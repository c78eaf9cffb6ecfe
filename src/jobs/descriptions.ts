import { UnexpectedResponseError } from "../errors/index.js";
import type {
  AlgorithmSpecificationRequest,
  CreateTrainingJobRequest,
  CreateTransformJobRequest,
  ResourceConfigRequest,
} from "./requests.js";
import type { TuningJobDescription } from "./tuning-job-requests.js";

/**
 * Overall status of a training job.
 *
 * @public
 */
export type TrainingJobStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped" | "Deleting";

/**
 * Overall status of a transform job.
 *
 * @public
 */
export type TransformJobStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

/**
 * One entry of a training job's status history.
 *
 * @public
 */
export interface SecondaryStatusTransition {
  readonly Status: string;
  readonly StartTime: Date;
  readonly EndTime?: Date | undefined;
  readonly StatusMessage?: string | undefined;
}

/**
 * Answer of DescribeTrainingJob: AWS member names; the members that every answer has are never undefined. Members that
 * this library does not know are still there.
 *
 * @public
 */
export interface TrainingJobDescription
  extends Partial<
    Omit<CreateTrainingJobRequest, "Tags" | "SessionChainingConfig" | "AlgorithmSpecification" | "ResourceConfig">
  > {
  readonly TrainingJobName: string;
  readonly TrainingJobArn: string;
  readonly TrainingJobStatus: TrainingJobStatus;
  /** For example `Downloading`, `Training`, `Uploading`, `MaxRuntimeExceeded`. */
  readonly SecondaryStatus: string;
  readonly CreationTime: Date;
  readonly AlgorithmSpecification?: AlgorithmSpecificationRequest | undefined;
  readonly ResourceConfig?: ResourceConfigRequest | undefined;
  readonly SecondaryStatusTransitions?: readonly SecondaryStatusTransition[] | undefined;
  /** Absent until the job has ended. */
  readonly ModelArtifacts?: { readonly S3ModelArtifacts?: string | undefined } | undefined;
  readonly FailureReason?: string | undefined;
  readonly TrainingStartTime?: Date | undefined;
  readonly TrainingEndTime?: Date | undefined;
  readonly LastModifiedTime?: Date | undefined;
  /** Per instance. */
  readonly TrainingTimeInSeconds?: number | undefined;
  /** Per instance. */
  readonly BillableTimeInSeconds?: number | undefined;
  readonly FinalMetricDataList?:
    | readonly {
        readonly MetricName?: string | undefined;
        readonly Value?: number | undefined;
        readonly Timestamp?: Date | undefined;
      }[]
    | undefined;
}

/**
 * Answer of DescribeTransformJob: AWS member names; the members that every answer has are never undefined.
 *
 * @public
 */
export interface TransformJobDescription extends Omit<CreateTransformJobRequest, "Tags"> {
  readonly TransformJobArn: string;
  readonly TransformJobStatus: TransformJobStatus;
  readonly CreationTime: Date;
  readonly FailureReason?: string | undefined;
  readonly TransformStartTime?: Date | undefined;
  readonly TransformEndTime?: Date | undefined;
}

/** Members that every answer has. */
export const REQUIRED_MEMBERS = Object.freeze({
  DescribeTrainingJob: [
    "TrainingJobName",
    "TrainingJobArn",
    "TrainingJobStatus",
    "SecondaryStatus",
    "CreationTime",
  ] satisfies (keyof TrainingJobDescription)[],
  DescribeTransformJob: [
    "TransformJobName",
    "TransformJobArn",
    "TransformJobStatus",
    "ModelName",
    "CreationTime",
    "TransformInput",
    "TransformOutput",
    "TransformResources",
  ] satisfies (keyof TransformJobDescription)[],
  DescribeHyperParameterTuningJob: [
    "HyperParameterTuningJobName",
    "HyperParameterTuningJobArn",
    "HyperParameterTuningJobConfig",
    "HyperParameterTuningJobStatus",
    "CreationTime",
    "TrainingJobStatusCounters",
  ] satisfies (keyof TuningJobDescription)[],
});

/**
 * The answer as a description whose required members are there.
 *
 * @throws UnexpectedResponseError naming every member that is missing
 */
export function checkedDescription<Description>(
  operation: keyof typeof REQUIRED_MEMBERS,
  answer: object,
  subject: string,
): Description {
  const members = answer as Readonly<Record<string, unknown>>;
  const missing = REQUIRED_MEMBERS[operation].filter((name) => members[name] === undefined || members[name] === null);
  if (missing.length > 0) throw new UnexpectedResponseError(operation, subject, missing);
  const { $metadata: _, ...description } = members;
  return description as Description;
}
