import { type Tag, toTags } from "../internal/tags.js";
import type {
  CreateTrainingJobRequest,
  CreateTuningJobRequest,
  TrainingJobDefinitionRequest,
  TuningObjectiveRequest,
} from "../jobs/index.js";
import { encodeRanges, type ParameterRange } from "./ranges.js";
import { type AnyDefinition, TUNING_DEFAULTS } from "./tuner-checks.js";
import type { TuningOptions } from "./tuner-options.js";

/** A definition and the body of the training job that its estimator would start. */
export interface PreparedDefinition {
  readonly definition: AnyDefinition;
  readonly training: CreateTrainingJobRequest;
}

/** The body of CreateHyperParameterTuningJob. */
export function createTuningJobRequest(
  options: TuningOptions,
  name: string,
  prepared: ReadonlyMap<string | undefined, PreparedDefinition>,
): CreateTuningJobRequest {
  const o = options;
  const strategy = o.strategy ?? TUNING_DEFAULTS.strategy;
  const maxJobs = o.maxJobs ?? (strategy === "Grid" ? undefined : TUNING_DEFAULTS.maxJobs);
  const single = prepared.get(undefined);
  const criteria = o.completionCriteria;
  const tags = tagsOf(o, prepared);
  return {
    HyperParameterTuningJobName: name,
    HyperParameterTuningJobConfig: {
      Strategy: strategy,
      ResourceLimits: {
        ...(maxJobs !== undefined && { MaxNumberOfTrainingJobs: maxJobs }),
        MaxParallelTrainingJobs: o.maxParallelJobs ?? TUNING_DEFAULTS.maxParallelJobs,
        ...(o.maxRuntimeSeconds !== undefined && { MaxRuntimeInSeconds: o.maxRuntimeSeconds }),
      },
      TrainingJobEarlyStoppingType: o.earlyStoppingType ?? TUNING_DEFAULTS.earlyStoppingType,
      ...(single && {
        HyperParameterTuningJobObjective: objectiveOf(single.definition),
        ParameterRanges: rangesOf(single.definition),
      }),
      ...(o.randomSeed !== undefined && { RandomSeed: o.randomSeed }),
      ...(o.hyperband && {
        StrategyConfig: {
          HyperbandStrategyConfig: {
            ...(o.hyperband.minResource !== undefined && { MinResource: o.hyperband.minResource }),
            ...(o.hyperband.maxResource !== undefined && { MaxResource: o.hyperband.maxResource }),
          },
        },
      }),
      ...(criteria && {
        TuningJobCompletionCriteria: {
          ...(criteria.maxJobsNotImproving !== undefined && {
            BestObjectiveNotImproving: { MaxNumberOfTrainingJobsNotImproving: criteria.maxJobsNotImproving },
          }),
          ...(criteria.targetObjectiveValue !== undefined && {
            TargetObjectiveMetricValue: criteria.targetObjectiveValue,
          }),
          ...(criteria.completeOnConvergence !== undefined && {
            ConvergenceDetected: { CompleteOnConvergence: criteria.completeOnConvergence ? "Enabled" : "Disabled" },
          }),
        },
      }),
    },
    ...(single
      ? { TrainingJobDefinition: trainingDefinition(single) }
      : {
          TrainingJobDefinitions: [...prepared]
            .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))
            .map(([DefinitionName, one]) => ({
              DefinitionName,
              TuningObjective: objectiveOf(one.definition),
              HyperParameterRanges: rangesOf(one.definition),
              ...trainingDefinition(one),
            })),
        }),
    ...(o.warmStart && {
      WarmStartConfig: {
        WarmStartType: o.warmStart.type,
        ParentHyperParameterTuningJobs: o.warmStart.parents.map((parent) => ({ HyperParameterTuningJobName: parent })),
      },
    }),
    ...(tags.length > 0 && { Tags: tags }),
  };
}

/** Which way the objective of a definition is better. */
export function objectiveOf({ estimator, objective, objectiveType }: AnyDefinition): TuningObjectiveRequest {
  return { Type: objectiveType ?? estimator.tuning?.objectives[objective] ?? "Maximize", MetricName: objective };
}

/** The ranges that are set. */
export function setRanges({ ranges }: AnyDefinition): Record<string, ParameterRange> {
  return Object.fromEntries(
    Object.entries(ranges).filter((entry): entry is [string, ParameterRange] => entry[1] !== undefined),
  );
}

function rangesOf(definition: AnyDefinition) {
  return encodeRanges(setRanges(definition), definition.estimator.tuning?.wire);
}

/** What a training job's body and a definition of a tuning job have in common; the rest has no place in the latter. */
function trainingDefinition({ definition, training }: PreparedDefinition): TrainingJobDefinitionRequest {
  const { AlgorithmSpecification: algorithm, ResourceConfig: resources, HyperParameters: all = {} } = training;
  const metrics = definition.metricDefinitions?.map(({ name, regex }) => ({ Name: name, Regex: regex }));
  const MetricDefinitions = metrics ?? algorithm.MetricDefinitions;
  const fixed = Object.entries(all).filter(([name]) => definition.ranges[name] === undefined);
  const { TrainingImage, AlgorithmName, TrainingInputMode } = algorithm;
  const { InstanceCount, InstanceType, VolumeSizeInGB, VolumeKmsKeyId } = resources;
  return defined({
    StaticHyperParameters: Object.fromEntries(fixed),
    RoleArn: training.RoleArn,
    OutputDataConfig: training.OutputDataConfig,
    StoppingCondition: training.StoppingCondition,
    HyperParameterTuningResourceConfig: defined({ InstanceCount, InstanceType, VolumeSizeInGB, VolumeKmsKeyId }),
    AlgorithmSpecification: defined({ TrainingImage, AlgorithmName, TrainingInputMode, MetricDefinitions }),
    InputDataConfig: training.InputDataConfig,
    VpcConfig: training.VpcConfig,
    EnableNetworkIsolation: training.EnableNetworkIsolation,
    EnableInterContainerTrafficEncryption: training.EnableInterContainerTrafficEncryption,
    EnableManagedSpotTraining: training.EnableManagedSpotTraining,
    CheckpointConfig: training.CheckpointConfig,
    RetryStrategy: training.RetryStrategy,
    Environment: training.Environment,
  });
}

/** Options of an estimator that a tuning job has no place for, as full sentences. */
export function droppedOptions({ definition: { estimator }, training }: PreparedDefinition): string[] {
  const o = estimator.options;
  const dropped = [
    ["keepAliveSeconds", o.keepAliveSeconds],
    ["trainingPlanArn", o.trainingPlanArn],
    ["instanceGroups", training.ResourceConfig.InstanceGroups],
    ["containerEntryPoint", training.AlgorithmSpecification.ContainerEntrypoint],
    ["containerArguments", training.AlgorithmSpecification.ContainerArguments],
    ["enableInfraCheck", o.enableInfraCheck],
    ["enableRemoteDebug", o.enableRemoteDebug],
    ["enableSessionTagChaining", o.enableSessionTagChaining],
    ["enableSageMakerMetrics", o.enableSageMakerMetrics],
  ] as const;
  return dropped.flatMap(([name, value]) =>
    value === undefined ? [] : [`"${name}" of the estimator has no effect in a tuning job.`],
  );
}

function tagsOf(options: TuningOptions, prepared: ReadonlyMap<string | undefined, PreparedDefinition>): Tag[] {
  const all = [
    ...[...prepared.values()].flatMap(({ training }) => training.Tags ?? []),
    ...(toTags(options.tags) ?? []),
  ];
  return [...new Map(all.map((tag) => [tag.Key, tag])).values()];
}

function defined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
