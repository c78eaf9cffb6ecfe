import type { Channel } from "../inputs/index.js";
import { toTags } from "../internal/tags.js";
import type { CreateTrainingJobRequest } from "../jobs/index.js";
import { hasOnlyLocalStorage } from "./instance-types.js";
import { TRAINING_DEFAULTS, type TrainingOptions } from "./training-options.js";

/** What a request needs besides the options: everything that had to be looked up or computed. */
export interface TrainingJobParts {
  readonly jobName: string;
  readonly imageUri: string;
  readonly roleArn: string;
  readonly outputPath: string;
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly channels: readonly Channel[];
  readonly instanceType: string | undefined;
  readonly instanceGroups?:
    | readonly { readonly name: string; readonly instanceType: string; readonly instanceCount: number }[]
    | undefined;
  readonly metricDefinitions?: readonly { readonly name: string; readonly regex: string }[] | undefined;
  readonly containerEntrypoint?: readonly string[] | undefined;
  readonly containerArguments?: readonly string[] | undefined;
  readonly experimentConfig?: Readonly<Record<string, string>> | undefined;
}

/** Puts the body of CreateTrainingJob together. Switches that are off are left out, as the Python SDK does. */
export function createTrainingJobRequest(options: TrainingOptions, parts: TrainingJobParts): CreateTrainingJobRequest {
  const o = options;
  const channels = [...parts.channels, ...modelChannel(o)];
  const tags = toTags(o.tags);
  const request: CreateTrainingJobRequest = {
    TrainingJobName: parts.jobName,
    AlgorithmSpecification: {
      TrainingImage: parts.imageUri,
      TrainingInputMode: o.inputMode ?? TRAINING_DEFAULTS.inputMode,
      ...(parts.metricDefinitions !== undefined && {
        MetricDefinitions: parts.metricDefinitions.map(({ name, regex }) => ({ Name: name, Regex: regex })),
      }),
      ...(o.enableSageMakerMetrics !== undefined && { EnableSageMakerMetricsTimeSeries: o.enableSageMakerMetrics }),
      ...(parts.containerEntrypoint !== undefined && { ContainerEntrypoint: [...parts.containerEntrypoint] }),
      ...(parts.containerArguments !== undefined && { ContainerArguments: [...parts.containerArguments] }),
    },
    RoleArn: parts.roleArn,
    ...(Object.keys(parts.hyperparameters).length > 0 && { HyperParameters: parts.hyperparameters }),
    ...(channels.length > 0 && { InputDataConfig: channels }),
    OutputDataConfig: {
      S3OutputPath: parts.outputPath,
      ...(o.outputKmsKey !== undefined && { KmsKeyId: o.outputKmsKey }),
      ...(o.disableOutputCompression && { CompressionType: "NONE" as const }),
    },
    ResourceConfig: resourceConfig(o, parts),
    StoppingCondition: {
      MaxRuntimeInSeconds: o.maxRuntimeSeconds ?? TRAINING_DEFAULTS.maxRuntimeSeconds,
      ...(o.spot && { MaxWaitTimeInSeconds: o.spot.maxWaitSeconds }),
    },
    ...(o.spot && { EnableManagedSpotTraining: true }),
    ...(o.checkpoint && {
      CheckpointConfig: {
        S3Uri: o.checkpoint.s3Uri,
        ...(o.checkpoint.localPath !== undefined && { LocalPath: o.checkpoint.localPath }),
      },
    }),
    ...(o.maxRetryAttempts !== undefined && { RetryStrategy: { MaximumRetryAttempts: o.maxRetryAttempts } }),
    ...(o.vpcConfig && {
      VpcConfig: { Subnets: [...o.vpcConfig.subnets], SecurityGroupIds: [...o.vpcConfig.securityGroupIds] },
    }),
    ...(o.enableNetworkIsolation && { EnableNetworkIsolation: true }),
    ...(o.encryptInterContainerTraffic && { EnableInterContainerTrafficEncryption: true }),
    ...(o.environment && { Environment: { ...o.environment } }),
    ...(tags && { Tags: tags }),
    ...(parts.experimentConfig && { ExperimentConfig: { ...parts.experimentConfig } }),
    ...(o.enableInfraCheck !== undefined && { InfraCheckConfig: { EnableInfraCheck: o.enableInfraCheck } }),
    ...(o.enableRemoteDebug !== undefined && { RemoteDebugConfig: { EnableRemoteDebug: o.enableRemoteDebug } }),
    ...(o.enableSessionTagChaining !== undefined && {
      SessionChainingConfig: { EnableSessionTagChaining: o.enableSessionTagChaining },
    }),
  };
  return o.overrides ? (merged(request, o.overrides) as CreateTrainingJobRequest) : request;
}

function resourceConfig(o: TrainingOptions, parts: TrainingJobParts): CreateTrainingJobRequest["ResourceConfig"] {
  const types = parts.instanceGroups?.map((group) => group.instanceType) ?? [parts.instanceType ?? ""];
  const volumeSizeGb =
    o.volumeSizeGb ?? (types.every(hasOnlyLocalStorage) ? undefined : TRAINING_DEFAULTS.volumeSizeGb);
  return {
    ...(parts.instanceGroups
      ? {
          InstanceGroups: parts.instanceGroups.map((group) => ({
            InstanceGroupName: group.name,
            InstanceType: group.instanceType,
            InstanceCount: group.instanceCount,
          })),
        }
      : { InstanceType: parts.instanceType, InstanceCount: o.instanceCount ?? TRAINING_DEFAULTS.instanceCount }),
    ...(volumeSizeGb !== undefined && { VolumeSizeInGB: volumeSizeGb }),
    ...(o.volumeKmsKey !== undefined && { VolumeKmsKeyId: o.volumeKmsKey }),
    ...(o.keepAliveSeconds !== undefined && { KeepAlivePeriodInSeconds: o.keepAliveSeconds }),
    ...(o.trainingPlanArn !== undefined && { TrainingPlanArn: o.trainingPlanArn }),
  };
}

/** The channel that carries an earlier model into the container. */
export function modelChannel(o: TrainingOptions): Channel[] {
  if (o.modelUri === undefined) return [];
  return [
    {
      ChannelName: o.modelChannelName ?? TRAINING_DEFAULTS.modelChannelName,
      DataSource: {
        S3DataSource: { S3DataType: "S3Prefix", S3Uri: o.modelUri, S3DataDistributionType: "FullyReplicated" },
      },
      ContentType: "application/x-sagemaker-model",
      InputMode: "File",
    },
  ];
}

/** A copy of `base` with `changes` merged in: plain objects member by member, `undefined` removes, the rest replaces. */
function merged(base: unknown, changes: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(changes)) return changes;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete result[key];
    else result[key] = merged(base[key], value);
  }
  return result;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
