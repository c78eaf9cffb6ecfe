import type { TrainingJobDescription } from "./descriptions.js";
import type { JobLog } from "./follow-log.js";
import type { MetricValue } from "./metrics.js";
import type { StatusStep } from "./progress.js";

const LOG_GROUP = "/aws/sagemaker/TrainingJobs";
/** Before the containers start there is no log to ask for. */
const BEFORE_CONTAINERS = new Set(["Starting", "Pending", "LaunchingMLInstances", "PreparingTrainingStack"]);

/** The final statuses of training and transform jobs. */
export function hasEnded(status: string): boolean {
  return status === "Completed" || status === "Failed" || status === "Stopped";
}

/** Number of instances; instance groups of a heterogeneous cluster are added up. */
export function instanceCount(description: TrainingJobDescription): number | undefined {
  const { ResourceConfig: resources } = description;
  if (resources?.InstanceGroups && resources.InstanceGroups.length > 0) {
    return resources.InstanceGroups.reduce((sum, group) => sum + group.InstanceCount, 0);
  }
  return resources?.InstanceCount;
}

/** S3 URI of the model, when the job has saved one. */
export function modelDataOf(description: TrainingJobDescription): string | undefined {
  const status = description.TrainingJobStatus;
  if (status !== "Completed" && status !== "Stopped") return undefined;
  const uri = description.ModelArtifacts?.S3ModelArtifacts;
  if (!uri) return undefined;
  return description.OutputDataConfig?.CompressionType === "NONE" && !uri.endsWith("/") ? `${uri}/` : uri;
}

export function finalMetrics(description: TrainingJobDescription): MetricValue[] {
  return (description.FinalMetricDataList ?? []).flatMap(({ MetricName, Value, Timestamp }) =>
    MetricName === undefined || Value === undefined
      ? []
      : [{ name: MetricName, value: shortestFloat32(Value), at: Timestamp ?? description.CreationTime }],
  );
}

/** The service keeps metrics as 32-bit floats: 0.9925 comes back as 0.9925000071525574. Gives the number that was logged. */
function shortestFloat32(value: number): number {
  if (Math.fround(value) !== value) return value;
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}

export function stoppedText(description: TrainingJobDescription): string {
  const { MaxRuntimeInSeconds, MaxWaitTimeInSeconds } = description.StoppingCondition ?? {};
  const cause =
    description.SecondaryStatus === "MaxRuntimeExceeded"
      ? `it reached its limit MaxRuntimeInSeconds${MaxRuntimeInSeconds === undefined ? "" : ` (${MaxRuntimeInSeconds} s)`}`
      : description.SecondaryStatus === "MaxWaitTimeExceeded"
        ? `it reached its limit MaxWaitTimeInSeconds${MaxWaitTimeInSeconds === undefined ? "" : ` (${MaxWaitTimeInSeconds} s)`}`
        : "it was stopped on request";
  const uri = modelDataOf(description);
  return `${cause}${uri ? `; it saved ${uri}` : ""}. To accept a stopped job, wait with onStopped: "return"`;
}

/** The status history as steps; a message that changes in place makes its step new again. */
export function statusSteps(description: TrainingJobDescription): StatusStep[] {
  const transitions = description.SecondaryStatusTransitions ?? [];
  const { TrainingJobStatus, SecondaryStatus, LastModifiedTime, CreationTime } = description;
  if (transitions.length === 0) {
    return [
      {
        status: TrainingJobStatus,
        secondaryStatus: SecondaryStatus,
        message: description.FailureReason ?? "",
        at: LastModifiedTime ?? CreationTime,
        key: `${TrainingJobStatus}/${SecondaryStatus}`,
      },
    ];
  }
  return transitions.map((transition, index) => ({
    status: index === transitions.length - 1 ? TrainingJobStatus : earlierStatus(transition.Status),
    secondaryStatus: transition.Status,
    message: transition.StatusMessage ?? "",
    at: transition.StartTime ?? CreationTime,
    updatedAt: LastModifiedTime,
    key: `${transition.Status}@${transition.StartTime?.getTime() ?? index}`,
  }));
}

function earlierStatus(secondary: string): string {
  if (hasEnded(secondary)) return secondary;
  return secondary === "Stopping" ? "Stopping" : "InProgress";
}

/** Where the job's log is; undefined while no container has started. */
export function trainingLog(description: TrainingJobDescription): JobLog | undefined {
  const transitions = description.SecondaryStatusTransitions ?? [];
  const started =
    hasEnded(description.TrainingJobStatus) ||
    !BEFORE_CONTAINERS.has(description.SecondaryStatus) ||
    transitions.some(({ Status }) => Status === "Training");
  if (!started) return undefined;
  const end = description.TrainingEndTime ?? description.LastModifiedTime;
  return {
    group: LOG_GROUP,
    prefix: `${description.TrainingJobName}/`,
    instances: instanceCount(description),
    endedAt: transitions.findLast(({ Status }) => Status === "Training")?.EndTime ?? end,
    runSeconds: end ? Math.max(0, (end.getTime() - description.CreationTime.getTime()) / 1000) : undefined,
  };
}
