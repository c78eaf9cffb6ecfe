import type { TrainingRecord } from "../../jobs/index.js";
import { seconds } from "./context.js";

/** The answer of DescribeTrainingJob, with the members that the service fills in by itself. */
export function describeTrainingJobRecord(record: TrainingRecord): object {
  const { Tags: _, TrainingJobName: __, ...request } = record.request;
  return {
    // Everything that was asked for is shown as it came; the members below replace or complete it.
    ...request,
    TrainingJobName: record.name,
    TrainingJobArn: record.arn,
    ...(record.tuningJobArn === undefined ? {} : { TuningJobArn: record.tuningJobArn }),
    ...(record.modelArtifact === undefined ? {} : { ModelArtifacts: { S3ModelArtifacts: record.modelArtifact } }),
    TrainingJobStatus: record.status,
    SecondaryStatus: record.secondaryStatus,
    ...(record.failureReason === undefined ? {} : { FailureReason: record.failureReason }),
    AlgorithmSpecification: {
      ...request.AlgorithmSpecification,
      MetricDefinitions: record.metricDefinitions,
      EnableSageMakerMetricsTimeSeries: request.AlgorithmSpecification.EnableSageMakerMetricsTimeSeries ?? false,
    },
    ...(request.InputDataConfig === undefined
      ? {}
      : {
          InputDataConfig: request.InputDataConfig.map((channel) => ({
            CompressionType: "None",
            RecordWrapperType: "None",
            ...channel,
          })),
        }),
    OutputDataConfig: { KmsKeyId: "", CompressionType: "GZIP", ...request.OutputDataConfig },
    StoppingCondition: { MaxRuntimeInSeconds: 86_400, ...request.StoppingCondition },
    CreationTime: seconds(record.creationTime),
    LastModifiedTime: seconds(record.lastModifiedTime),
    ...times(record),
    SecondaryStatusTransitions: record.transitions.map(({ status, startTime, endTime, message }) => ({
      Status: status,
      StartTime: seconds(startTime),
      ...(endTime === undefined ? {} : { EndTime: seconds(endTime) }),
      StatusMessage: message,
    })),
    ...(record.finalMetrics === undefined
      ? {}
      : {
          FinalMetricDataList: record.finalMetrics.map(({ name, value, time }) => ({
            MetricName: name,
            // The service keeps metrics as 32-bit floats with whole seconds.
            Value: Math.fround(value),
            Timestamp: Math.floor(time / 1000),
          })),
        }),
    EnableNetworkIsolation: false,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: false,
    ...given(request, "EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"),
    ProfilerConfig: { ProfilingIntervalInMilliseconds: 500, ...request.ProfilerConfig },
    ProfilingStatus: request.ProfilerConfig?.DisableProfiler ? "Disabled" : "Enabled",
  };
}

function times({ startTime, endTime }: TrainingRecord): object {
  if (startTime === undefined) return {};
  if (endTime === undefined) return { TrainingStartTime: seconds(startTime) };
  const duration = Math.max(1, Math.round((endTime - startTime) / 1000));
  return {
    TrainingStartTime: seconds(startTime),
    TrainingEndTime: seconds(endTime),
    TrainingTimeInSeconds: duration,
    BillableTimeInSeconds: duration,
  };
}

function given(request: object, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(request).filter(([key]) => keys.includes(key)));
}
