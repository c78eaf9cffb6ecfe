import type { TrainingJobDescription } from "./descriptions.js";
import type { MetricValue } from "./metrics.js";
import { finalMetrics, instanceCount, modelDataOf } from "./training-job-state.js";

/**
 * How a training job ended.
 *
 * @public
 */
export interface TrainingJobResult {
  readonly jobName: string;
  /** `Stopped` only when the wait was told to return it. */
  readonly status: "Completed" | "Stopped";
  /** For example `Completed`, `Stopped`, `MaxRuntimeExceeded`, `MaxWaitTimeExceeded`. */
  readonly secondaryStatus: string;
  /** Why the job was stopped; undefined when it completed. */
  readonly stoppedReason: "MaxRuntimeExceeded" | "MaxWaitTimeExceeded" | "Stopped" | undefined;
  /** S3 URI of the model; undefined when the job was stopped before it saved one. */
  readonly modelData: string | undefined;
  /** Seconds of training, added over all instances; undefined when the service did not say. */
  readonly trainingSeconds: number | undefined;
  /** Seconds billed, added over all instances; undefined when the service did not say. */
  readonly billableSeconds: number | undefined;
  /** What managed spot training saved, in percent with one decimal; undefined for on-demand jobs. */
  readonly spotSavingPercent: number | undefined;
  /** The last value of each metric: the service's own list, or without one the last values found in the log. */
  readonly metrics: readonly MetricValue[];
  /** All values found in the log while waiting, in its order; at most 100,000. */
  readonly metricHistory: readonly MetricValue[];
  /** The job as the service last described it. */
  readonly description: TrainingJobDescription;
}

export function trainingJobResult(
  description: TrainingJobDescription,
  metricHistory: readonly MetricValue[],
): TrainingJobResult {
  const { SecondaryStatus, TrainingTimeInSeconds, BillableTimeInSeconds } = description;
  const status = description.TrainingJobStatus === "Completed" ? "Completed" : "Stopped";
  const instances = instanceCount(description) ?? 1;
  const listed = finalMetrics(description);
  return {
    jobName: description.TrainingJobName,
    status,
    secondaryStatus: SecondaryStatus,
    stoppedReason:
      status === "Completed"
        ? undefined
        : SecondaryStatus === "MaxRuntimeExceeded" || SecondaryStatus === "MaxWaitTimeExceeded"
          ? SecondaryStatus
          : "Stopped",
    modelData: modelDataOf(description),
    trainingSeconds: TrainingTimeInSeconds === undefined ? undefined : TrainingTimeInSeconds * instances,
    billableSeconds: BillableTimeInSeconds === undefined ? undefined : BillableTimeInSeconds * instances,
    spotSavingPercent: spotSaving(description),
    metrics: listed.length > 0 ? listed : lastOfEach(metricHistory),
    metricHistory,
    description,
  };
}

function spotSaving(description: TrainingJobDescription): number | undefined {
  const { EnableManagedSpotTraining, TrainingTimeInSeconds: trained, BillableTimeInSeconds: billed } = description;
  if (!EnableManagedSpotTraining || !trained || billed === undefined) return undefined;
  return Math.round((1 - billed / trained) * 1000) / 10;
}

function lastOfEach(history: readonly MetricValue[]): MetricValue[] {
  return [...new Map(history.map((value) => [value.name, value])).values()];
}
