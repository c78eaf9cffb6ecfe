import type { ChannelInput } from "../engines/index.js";
import type { ChannelRequest } from "./channels.js";
import type { MetricDefinition } from "./protocol.js";

/** A tag as the API has it. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** The members of CreateTrainingJob that the local service acts upon; all others are kept and shown as they came. */
export interface TrainingRequest {
  readonly TrainingJobName: string;
  readonly HyperParameters?: Readonly<Record<string, string>> | undefined;
  readonly AlgorithmSpecification: {
    readonly TrainingImage?: string | undefined;
    readonly AlgorithmName?: string | undefined;
    readonly TrainingInputMode: ChannelInput["inputMode"];
    readonly MetricDefinitions?: readonly MetricDefinition[] | undefined;
    readonly EnableSageMakerMetricsTimeSeries?: boolean | undefined;
  };
  readonly RoleArn: string;
  readonly InputDataConfig?: readonly ChannelRequest[] | undefined;
  readonly OutputDataConfig: {
    readonly S3OutputPath: string;
    readonly KmsKeyId?: string | undefined;
    readonly CompressionType?: string | undefined;
  };
  readonly ResourceConfig: {
    readonly InstanceType?: string | undefined;
    readonly InstanceCount?: number | undefined;
    readonly InstanceGroups?: readonly unknown[] | undefined;
  };
  readonly StoppingCondition?:
    | { readonly MaxRuntimeInSeconds?: number | undefined; readonly MaxWaitTimeInSeconds?: number | undefined }
    | undefined;
  readonly EnableManagedSpotTraining?: boolean | undefined;
  readonly ProfilerConfig?: { readonly DisableProfiler?: boolean | undefined } | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** Status and secondary status of a training job. */
export type TrainingStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

/** One step in the life of a training job; times in milliseconds since 1970. */
export interface StatusTransition {
  readonly status: string;
  readonly startTime: number;
  endTime?: number;
  message: string;
}

/** A training job as it is stored; times in milliseconds since 1970. */
export interface TrainingRecord {
  readonly name: string;
  readonly arn: string;
  readonly request: TrainingRequest;
  /** The tuning job that made it. */
  readonly tuningJobArn?: string | undefined;
  readonly creationTime: number;
  readonly metricDefinitions: readonly MetricDefinition[];
  tags: readonly Tag[];
  status: TrainingStatus;
  secondaryStatus: string;
  transitions: StatusTransition[];
  lastModifiedTime: number;
  startTime?: number;
  endTime?: number;
  failureReason?: string;
  modelArtifact?: string;
  finalMetrics?: readonly { readonly name: string; readonly value: number; readonly time: number }[];
}

/** Record kind of training jobs in the store. */
export const trainingKind = "training-job";

/** True when nothing will happen to the job any more. */
export function isFinished(status: string): boolean {
  return status === "Completed" || status === "Failed" || status === "Stopped";
}

/**
 * Moves a job to a secondary status. Within one status the message is updated in place, as on AWS; a final status
 * starts and ends at once.
 */
export function moveTo(
  record: TrainingRecord,
  status: TrainingStatus,
  secondary: string,
  message: string,
  now: number,
): void {
  const last = record.transitions.at(-1);
  if (last?.status === secondary) last.message = message;
  else {
    if (last && last.endTime === undefined) last.endTime = now;
    record.transitions.push({
      status: secondary,
      startTime: now,
      message,
      ...(isFinished(status) ? { endTime: now } : {}),
    });
  }
  record.status = status;
  record.secondaryStatus = secondary;
  record.lastModifiedTime = now;
}

/** Ends a job that cannot go on: with a reason it has failed. */
export function failTraining(record: TrainingRecord, reason: string, now: number): void {
  record.failureReason = shortReason(reason);
  if (record.startTime !== undefined) record.endTime = now;
  moveTo(record, "Failed", "Failed", "Training job failed", now);
}

/** A FailureReason holds at most 1024 characters. */
export function shortReason(reason: string): string {
  return reason.length > 1024 ? reason.slice(0, 1024) : reason;
}
