import { ServiceError } from "../../core/contract.js";
import {
  definitionsOf,
  isFinished,
  objectiveOf,
  type TrainingJobDefinition,
  type TrainingRecord,
  type TrainingRequest,
  type TuningPlan,
  type TuningRecord,
  type TuningRequest,
  trainingKind,
  trainingRequestOf,
  tuningKind,
} from "../../jobs/index.js";
import { bayesianSearch, type Dimension, gridSearch, gridSize, randomSearch, type Search } from "../../search/index.js";
import { invalid, notLocal, type SageMakerContext, seconds } from "./context.js";
import { type ListRequest, listPage } from "./lists.js";
import { checkedAlgorithm, createTrainingJob } from "./training-jobs.js";
import { counters, describeTuningRecord, trainingSummary } from "./tuning-description.js";
import { dimensionsOf } from "./tuning-ranges.js";

/** Starts a tuning job after the checks that the service makes at once. */
export async function createTuningJob(context: SageMakerContext, request: TuningRequest): Promise<object> {
  const { environment, names, tuning } = context;
  const name = request.HyperParameterTuningJobName;
  const arn = names.arn(tuningKind, name);
  return context.exclusively(arn, async () => {
    if (await environment.records.read(tuningKind, name)) {
      throw new ServiceError(
        "ResourceInUse",
        "Hyper parameter tuning job names must be unique within an AWS account and region, and a hyper parameter tuning job " +
          `with this name already exists (${arn})`,
      );
    }
    const plans = await checkedPlans(context, request);
    const now = environment.now();
    const record: TuningRecord = {
      name,
      arn,
      request,
      creationTime: now,
      lastModifiedTime: now,
      trainings: [],
      tags: request.Tags ?? [],
      status: "InProgress",
    };
    await environment.records.write(tuningKind, name, record);
    tuning.start(record, {
      plans,
      create: (training: TrainingRequest) => createTrainingJob(context, training, arn),
    });
    return { HyperParameterTuningJobArn: arn };
  });
}

export async function describeTuningJob(
  context: SageMakerContext,
  input: { HyperParameterTuningJobName: string },
): Promise<object> {
  const record = await existing(context, input.HyperParameterTuningJobName);
  return describeTuningRecord(context, record, await trainingsOf(context, record));
}

export async function stopTuningJob(
  context: SageMakerContext,
  input: { HyperParameterTuningJobName: string },
): Promise<object> {
  const record = await existing(context, input.HyperParameterTuningJobName);
  if (isFinished(record.status)) {
    throw invalid(`The request was rejected because the hyperparameter tuning job is in status ${record.status}.`);
  }
  await context.tuning.stop(record.name);
  return {};
}

/** Deletes the tuning job alone: its training jobs stay. */
export async function deleteTuningJob(
  context: SageMakerContext,
  input: { HyperParameterTuningJobName: string },
): Promise<object> {
  const name = input.HyperParameterTuningJobName;
  return context.exclusively(context.names.arn(tuningKind, name), async () => {
    const record = await existing(context, name);
    if (!isFinished(record.status)) {
      throw new ServiceError(
        "ResourceInUse",
        `The request was rejected because the hyperparameter tuning job is in status ${record.status}.`,
      );
    }
    await context.tuning.finished(name);
    await context.environment.records.remove(tuningKind, name);
    return {};
  });
}

export async function listTuningJobs(context: SageMakerContext, input: ListRequest): Promise<object> {
  const stored = await context.environment.records.list<TuningRecord>(tuningKind);
  const records = stored.map((record) => context.tuning.running(record.name) ?? record);
  const { page, nextToken } = listPage(records, input, "Ascending");
  const summaries = [];
  for (const record of page) {
    const { Strategy, ResourceLimits } = record.request.HyperParameterTuningJobConfig;
    summaries.push({
      HyperParameterTuningJobName: record.name,
      HyperParameterTuningJobArn: record.arn,
      HyperParameterTuningJobStatus: record.status,
      Strategy,
      CreationTime: seconds(record.creationTime),
      ...(record.endTime === undefined ? {} : { HyperParameterTuningEndTime: seconds(record.endTime) }),
      LastModifiedTime: seconds(record.lastModifiedTime),
      ...counters(record, await trainingsOf(context, record)),
      ResourceLimits,
    });
  }
  return {
    HyperParameterTuningJobSummaries: summaries,
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

export async function listTrainingJobsOf(
  context: SageMakerContext,
  input: ListRequest & { HyperParameterTuningJobName: string },
): Promise<object> {
  const record = await existing(context, input.HyperParameterTuningJobName);
  const trainings = await trainingsOf(context, record);
  const byValue = input.SortBy === "FinalObjectiveMetricValue";
  const listed = record.trainings.flatMap((training) => {
    const job = trainings.get(training.name);
    // Jobs without a value have no place in an order of values.
    if (!job || (byValue && training.value === undefined)) return [];
    const { name, creationTime, status } = job;
    return [{ name, creationTime, status, value: training.value ?? 0, training, job }];
  });
  const { page, nextToken } = listPage(listed, { SortBy: "Name", ...input }, "Ascending");
  return {
    TrainingJobSummaries: page.map(({ training, job }) => trainingSummary(record, training, job)),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

async function existing({ environment, tuning }: SageMakerContext, name: string): Promise<TuningRecord> {
  const record = tuning.running(name) ?? (await environment.records.read<TuningRecord>(tuningKind, name));
  if (!record)
    throw new ServiceError("ResourceNotFound", `Could not find hyperparameter tuning job with name: ${name}`);
  return record;
}

/** The training jobs of a tuning job that were not deleted, by name. */
async function trainingsOf(
  { environment, training: runner }: SageMakerContext,
  { trainings }: TuningRecord,
): Promise<Map<string, TrainingRecord>> {
  const found = new Map<string, TrainingRecord>();
  for (const { name } of trainings) {
    const record = runner.running(name) ?? (await environment.records.read<TrainingRecord>(trainingKind, name));
    if (record) found.set(name, record);
  }
  return found;
}

async function checkedPlans(context: SageMakerContext, request: TuningRequest): Promise<TuningPlan[]> {
  const { HyperParameterTuningJobConfig: config } = request;
  if ((request.TrainingJobDefinition === undefined) === (request.TrainingJobDefinitions === undefined)) {
    throw invalid("Exactly one of TrainingJobDefinition and TrainingJobDefinitions must be given.");
  }
  const refusals = localRefusals(request);
  if (refusals.length > 0) throw notLocal(`Tuning jobs do not support: ${refusals.join(", ")}.`);
  if (config.TrainingJobEarlyStoppingType === "Auto") {
    context.environment.logger?.warn(
      `Tuning job ${request.HyperParameterTuningJobName}: local mode lets every training job run to its end; early stopping is not used`,
    );
  }
  const { MaxNumberOfTrainingJobs: limit, MaxParallelTrainingJobs: parallel } = config.ResourceLimits;
  if (limit === undefined && config.Strategy !== "Grid") {
    throw invalid(`MaxNumberOfTrainingJobs is required for the strategy ${config.Strategy}.`);
  }
  if (limit !== undefined && parallel > limit) {
    throw invalid(`MaxParallelTrainingJobs (${parallel}) must not exceed MaxNumberOfTrainingJobs (${limit}).`);
  }
  const plans: TuningPlan[] = [];
  for (const [index, definition] of definitionsOf(request).entries()) {
    const dimensions = dimensionsOf(definition.HyperParameterRanges ?? config.ParameterRanges ?? {}, definition);
    await checkDefinition(context, request, definition);
    const seed = (config.RandomSeed ?? context.environment.settings.seed ?? 0) + index;
    plans.push({ definition, search: searchOf(request, dimensions, seed) });
  }
  return plans;
}

function localRefusals(request: TuningRequest): string[] {
  const { HyperParameterTuningJobConfig: config } = request;
  const refused: string[] = [];
  if (config.Strategy === "Hyperband") refused.push("Strategy Hyperband (it needs training jobs that can be paused)");
  if (config.ResourceLimits.MaxRuntimeInSeconds !== undefined) refused.push("ResourceLimits.MaxRuntimeInSeconds");
  if (config.TuningJobCompletionCriteria?.ConvergenceDetected?.CompleteOnConvergence === "Enabled") {
    refused.push("ConvergenceDetected (how the service detects it is not published)");
  }
  if (request.WarmStartConfig !== undefined) refused.push("WarmStartConfig");
  if (request.Autotune !== undefined) refused.push("Autotune");
  for (const definition of definitionsOf(request)) {
    if (definition.HyperParameterTuningResourceConfig?.InstanceConfigs?.length) refused.push("InstanceConfigs");
    const ranges = definition.HyperParameterRanges ?? config.ParameterRanges;
    if (ranges?.AutoParameters?.length) refused.push("AutoParameters");
  }
  return refused;
}

async function checkDefinition(
  context: SageMakerContext,
  request: TuningRequest,
  definition: TrainingJobDefinition,
): Promise<void> {
  const training = trainingRequestOf({ request, tags: [] }, definition, "check", {});
  const { algorithm } = await checkedAlgorithm(context, training);
  const objective = objectiveOf(request, definition);
  const metrics = [...algorithm.metricDefinitions, ...(definition.AlgorithmSpecification.MetricDefinitions ?? [])];
  if (!objective) throw invalid("A metric is required for this hyperparameter tuning job objective.");
  if (!metrics.some(({ Name }) => Name === objective.MetricName)) {
    throw invalid(
      `A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions: ` +
        `"${objective.MetricName}" is none of ${metrics.map(({ Name }) => Name).join(", ")}.`,
    );
  }
}

function searchOf(request: TuningRequest, dimensions: readonly Dimension[], seed: number): Search {
  const { Strategy, ResourceLimits } = request.HyperParameterTuningJobConfig;
  if (Strategy === "Random") return randomSearch(dimensions, seed);
  if (Strategy === "Bayesian") return bayesianSearch(dimensions, seed);
  if (dimensions.some(({ kind }) => kind !== "categorical")) {
    throw invalid("Grid search takes CategoricalParameterRanges only.");
  }
  const combinations = definitionsOf(request).length === 1 ? gridSize(dimensions) : undefined;
  const limit = ResourceLimits.MaxNumberOfTrainingJobs;
  if (limit !== undefined && combinations !== undefined && limit !== combinations) {
    throw invalid(`Grid search runs all ${combinations} combinations; MaxNumberOfTrainingJobs is ${limit}.`);
  }
  return gridSearch(dimensions);
}
