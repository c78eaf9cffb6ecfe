import { ServiceError } from "../../core/contract.js";
import type { AlgorithmRegistration, JobDescription } from "../../engines/index.js";
import {
  type ChannelRequest,
  compileMetricRegex,
  describeChannel,
  hasObjects,
  isFinished,
  moveTo,
  type TrainingRecord,
  type TrainingRequest,
  trainingKind,
} from "../../jobs/index.js";
import { invalid, notLocal, requireBucket, requireS3Uri, type SageMakerContext, seconds } from "./context.js";
import { type ListRequest, listPage } from "./lists.js";
import { describeTrainingJobRecord } from "./training-description.js";

/**
 * Starts a training job after the checks that the service makes at once.
 *
 * @param tuningJobArn - the tuning job that makes it
 */
export async function createTrainingJob(
  context: SageMakerContext,
  request: TrainingRequest,
  tuningJobArn?: string,
): Promise<object> {
  const { environment, names, training } = context;
  const name = request.TrainingJobName;
  const arn = names.arn("training-job", name);
  return context.exclusively(arn, async () => {
    if (await environment.records.read(trainingKind, name)) {
      throw new ServiceError(
        "ResourceInUse",
        "Training job names must be unique within an AWS account and region, and a training job with this name already exists " +
          `(${arn})`,
      );
    }
    const registration = await checkedAlgorithm(context, request);
    const now = environment.now();
    const record: TrainingRecord = {
      name,
      arn,
      request,
      tuningJobArn,
      creationTime: now,
      lastModifiedTime: now,
      metricDefinitions: [
        ...registration.algorithm.metricDefinitions,
        ...(request.AlgorithmSpecification.MetricDefinitions ?? []),
      ],
      tags: request.Tags ?? [],
      status: "InProgress",
      secondaryStatus: "Starting",
      transitions: [],
    };
    moveTo(record, "InProgress", "Starting", "Starting the training job", now);
    await environment.records.write(trainingKind, name, record);
    training.start(record, registration);
    return { TrainingJobArn: arn };
  });
}

export async function describeTrainingJob(
  context: SageMakerContext,
  input: { TrainingJobName: string },
): Promise<object> {
  return describeTrainingJobRecord(await existing(context, input.TrainingJobName));
}

export async function stopTrainingJob(context: SageMakerContext, input: { TrainingJobName: string }): Promise<object> {
  const record = await existing(context, input.TrainingJobName);
  if (isFinished(record.status)) {
    throw invalid(`The request was rejected because the training job is in status ${record.status}.`);
  }
  await context.training.stop(record.name);
  return {};
}

export async function deleteTrainingJob(
  context: SageMakerContext,
  input: { TrainingJobName: string },
): Promise<object> {
  const name = input.TrainingJobName;
  return context.exclusively(context.names.arn("training-job", name), async () => {
    const record = await existing(context, name);
    if (!isFinished(record.status)) {
      throw new ServiceError(
        "ResourceInUse",
        `The request was rejected because the training job is in status ${record.status}.`,
      );
    }
    await context.training.finished(name);
    await context.environment.records.remove(trainingKind, name);
    return {};
  });
}

export async function listTrainingJobs({ environment }: SageMakerContext, input: ListRequest): Promise<object> {
  const records = await environment.records.list<TrainingRecord>(trainingKind);
  const { page, nextToken } = listPage(records, input, "Ascending");
  return {
    TrainingJobSummaries: page.map((record) => ({
      TrainingJobName: record.name,
      TrainingJobArn: record.arn,
      CreationTime: seconds(record.creationTime),
      ...(record.endTime === undefined ? {} : { TrainingEndTime: seconds(record.endTime) }),
      LastModifiedTime: seconds(record.lastModifiedTime),
      TrainingJobStatus: record.status,
      SecondaryStatus: record.secondaryStatus,
    })),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

/** The service answers ValidationException here, not ResourceNotFound. */
async function existing({ environment }: SageMakerContext, name: string): Promise<TrainingRecord> {
  const record = await environment.records.read<TrainingRecord>(trainingKind, name);
  if (!record) throw invalid("Requested resource not found.");
  return record;
}

/** @throws ServiceError for what the service, or local mode, refuses before a job is created */
export async function checkedAlgorithm(
  context: SageMakerContext,
  request: TrainingRequest,
): Promise<AlgorithmRegistration> {
  const registration = findAlgorithm(context, request);
  const { AlgorithmSpecification: specification, ResourceConfig: resources } = request;
  if (resources.InstanceGroups?.length)
    throw notLocal("Instance groups are not supported; give InstanceType and InstanceCount.");
  if (resources.InstanceType === undefined || !resources.InstanceCount) {
    throw invalid("ResourceConfig must specify InstanceType and an InstanceCount of at least 1.");
  }
  const { MaxRuntimeInSeconds: maxRuntime = 86_400, MaxWaitTimeInSeconds: maxWait } = request.StoppingCondition ?? {};
  if (request.EnableManagedSpotTraining && (maxWait === undefined || maxWait < maxRuntime)) {
    throw invalid(
      "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds",
    );
  }
  for (const { Name, Regex } of specification.MetricDefinitions ?? []) {
    try {
      compileMetricRegex(Regex);
    } catch (error) {
      throw notLocal(`The expression of the metric "${Name}" is not one in JavaScript: ${(error as Error).message}`);
    }
  }
  const channels = request.InputDataConfig ?? [];
  checkChannels(channels);
  const job: JobDescription = {
    hyperParameters: request.HyperParameters ?? {},
    instanceType: resources.InstanceType,
    instanceCount: resources.InstanceCount,
    channels: channels.map((channel) => describeChannel(channel, specification.TrainingInputMode)),
  };
  const refusals = registration.algorithm.refusals(job);
  if (refusals.length > 0) throw notLocal(refusals.join(" "));
  for (const channel of channels) await requireInput(context, channel, request.RoleArn);
  await requireBucket(context, request.OutputDataConfig.S3OutputPath, "OutputDataConfig.S3OutputPath");
  return registration;
}

function findAlgorithm({ environment }: SageMakerContext, request: TrainingRequest): AlgorithmRegistration {
  const { TrainingImage: image, AlgorithmName } = request.AlgorithmSpecification;
  if (image === undefined) {
    if (AlgorithmName !== undefined)
      throw notLocal("AlgorithmName is not supported; give the TrainingImage of a built-in algorithm.");
    throw invalid("You must specify either an algorithm name or a training image.");
  }
  const registration = environment.algorithms.find(image);
  if (!registration) {
    throw notLocal(
      `The image ${image} cannot be trained locally. Supported are the images of: ${environment.algorithms.names.join(", ")}.`,
    );
  }
  return registration;
}

function checkChannels(channels: readonly ChannelRequest[]): void {
  const seen = new Set<string>();
  for (const { ChannelName: name, DataSource: source, CompressionType } of channels) {
    if (seen.has(name)) throw invalid(`The channel name ${name} is used more than once in InputDataConfig.`);
    seen.add(name);
    const s3 = source.S3DataSource;
    if (!s3) throw notLocal(`Channel "${name}": only S3 data sources are supported.`);
    requireS3Uri(s3.S3Uri, `The S3Uri of channel "${name}"`);
    if (s3.S3DataType === "Converse") throw notLocal(`Channel "${name}": S3DataType Converse is not supported.`);
    if (CompressionType === "Gzip") throw notLocal(`Channel "${name}": CompressionType Gzip is not supported.`);
    if (s3.S3DataType === "AugmentedManifestFile" && !s3.AttributeNames?.length) {
      throw invalid(`Channel "${name}": AttributeNames are required for the S3DataType AugmentedManifestFile.`);
    }
  }
}

async function requireInput({ environment }: SageMakerContext, channel: ChannelRequest, role: string): Promise<void> {
  const s3 = channel.DataSource.S3DataSource;
  if (s3) await requireObjects(environment, s3.S3DataType, s3.S3Uri, role);
}

/** @throws ServiceError `ValidationException` when nothing stands behind an input, in the words of the service */
export async function requireObjects(
  { objects, identity }: SageMakerContext["environment"],
  dataType: string,
  uri: string,
  role: string,
): Promise<void> {
  if (await hasObjects(objects, dataType, uri)) return;
  const bucket = uri.slice("s3://".length).split("/", 1)[0] ?? "";
  throw invalid(
    `No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in the selected ` +
      `region (${identity.region}), that objects exist under that S3 prefix, and that the role "${role}" has "s3:ListBucket" ` +
      `permissions on bucket "${bucket}".`,
  );
}
