import {
  bestTraining,
  definitionsOf,
  objectiveOf,
  type TrainingJobDefinition,
  type TrainingRecord,
  type TunedTraining,
  type TuningRecord,
} from "../../jobs/index.js";
import { type SageMakerContext, seconds } from "./context.js";

/** The answer of DescribeHyperParameterTuningJob, with the members that the service fills in by itself. */
export function describeTuningRecord(
  { environment }: SageMakerContext,
  record: TuningRecord,
  trainings: ReadonlyMap<string, TrainingRecord>,
): object {
  const { Tags: _, ...request } = record.request;
  const best = bestTraining(record);
  const bestJob = best && trainings.get(best.name);
  const described = (definition: TrainingJobDefinition): object => {
    const image = definition.AlgorithmSpecification.TrainingImage ?? "";
    return {
      ...definition,
      StaticHyperParameters: {
        ...definition.StaticHyperParameters,
        _tuning_objective_metric: objectiveOf(record.request, definition)?.MetricName ?? "",
      },
      AlgorithmSpecification: {
        ...definition.AlgorithmSpecification,
        MetricDefinitions: [
          ...(environment.algorithms.find(image)?.algorithm.metricDefinitions ?? []),
          ...(definition.AlgorithmSpecification.MetricDefinitions ?? []),
        ],
      },
      OutputDataConfig: { KmsKeyId: "", ...definition.OutputDataConfig },
    };
  };
  return {
    ...request,
    ...(request.TrainingJobDefinition && { TrainingJobDefinition: described(request.TrainingJobDefinition) }),
    ...(request.TrainingJobDefinitions && { TrainingJobDefinitions: request.TrainingJobDefinitions.map(described) }),
    HyperParameterTuningJobArn: record.arn,
    HyperParameterTuningJobStatus: record.status,
    CreationTime: seconds(record.creationTime),
    LastModifiedTime: seconds(record.lastModifiedTime),
    ...(record.endTime === undefined ? {} : { HyperParameterTuningEndTime: seconds(record.endTime) }),
    ...counters(record, trainings),
    ...(bestJob && { BestTrainingJob: trainingSummary(record, best, bestJob) }),
    ...(record.failureReason === undefined ? {} : { FailureReason: record.failureReason }),
  };
}

/** How many training jobs and objectives are in which state. */
export function counters(record: TuningRecord, trainings: ReadonlyMap<string, TrainingRecord>): object {
  const jobs = record.trainings.map(({ name }) => trainings.get(name)?.status);
  const count = (...statuses: readonly string[]): number => jobs.filter((one) => statuses.includes(one ?? "")).length;
  const objectives = record.trainings.map(objectiveStatus);
  const countObjectives = (status: string): number => objectives.filter((one) => one === status).length;
  return {
    TrainingJobStatusCounters: {
      Completed: count("Completed"),
      InProgress: count("InProgress", "Stopping"),
      RetryableError: 0,
      NonRetryableError: count("Failed"),
      Stopped: count("Stopped"),
    },
    ObjectiveStatusCounters: {
      Succeeded: countObjectives("Succeeded"),
      Pending: countObjectives("Pending"),
      Failed: countObjectives("Failed"),
    },
  };
}

/** A training job as a tuning job lists it. */
export function trainingSummary(record: TuningRecord, training: TunedTraining, job: TrainingRecord): object {
  const definitions = definitionsOf(record.request);
  const definition = definitions.find((one) => one.DefinitionName === training.definitionName) ?? definitions[0];
  const objective = definition && objectiveOf(record.request, definition);
  return {
    ...(training.definitionName === undefined ? {} : { TrainingJobDefinitionName: training.definitionName }),
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    CreationTime: seconds(job.creationTime),
    ...(job.startTime === undefined ? {} : { TrainingStartTime: seconds(job.startTime) }),
    ...(job.endTime === undefined ? {} : { TrainingEndTime: seconds(job.endTime) }),
    TrainingJobStatus: job.status,
    TunedHyperParameters: training.tuned,
    ...(job.failureReason === undefined ? {} : { FailureReason: job.failureReason }),
    ...(objective &&
      training.value !== undefined && {
        FinalHyperParameterTuningJobObjectiveMetric: {
          Type: objective.Type,
          MetricName: objective.MetricName,
          Value: Math.fround(training.value),
        },
      }),
    ObjectiveStatus: objectiveStatus(training),
  };
}

function objectiveStatus({ value, ended }: TunedTraining): "Succeeded" | "Pending" | "Failed" {
  if (value !== undefined) return "Succeeded";
  return ended ? "Failed" : "Pending";
}
