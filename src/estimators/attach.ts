import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { baseFromName } from "../internal/names.js";
import { sendWith } from "../internal/send.js";
import type { Tag } from "../internal/tags.js";
import { TrainingJob, type TrainingJobDescription } from "../jobs/index.js";
import { Session } from "../session/index.js";
import { ATTACHED, type AttachedJob } from "./attached-job.js";
import type { TrainingOptions } from "./training-options.js";

/**
 * Options of `attach`.
 *
 * @public
 */
export interface AttachOptions {
  /**
   * Where the job is.
   *
   * @defaultValue `new Session()`
   */
  readonly session?: Session | undefined;
  /**
   * Name of the channel that holds the earlier model of incremental training.
   *
   * @defaultValue "model"
   */
  readonly modelChannelName?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A job as an estimator sees it. */
export interface DescribedJob {
  readonly description: TrainingJobDescription;
  /** The options that all training jobs share. */
  readonly options: TrainingOptions & AttachedJob;
}

/** Reads a job back into options. Tolerant: what the service does not say is not set. */
export async function describeForAttach(jobName: string, attach: AttachOptions): Promise<DescribedJob> {
  const { signal, modelChannelName = "model" } = attach;
  const session = attach.session ?? new Session();
  const description = await new TrainingJob(session, jobName).describe({ signal });
  const tags = await tagsOf(session, description.TrainingJobArn, signal);
  return {
    description,
    options: { ...trainingOptions(description, modelChannelName), session, tags, [ATTACHED]: jobName },
  };
}

function trainingOptions(d: TrainingJobDescription, modelChannelName: string): TrainingOptions {
  const resources = d.ResourceConfig;
  const output = d.OutputDataConfig;
  const model = d.InputDataConfig?.find((channel) => channel.ChannelName === modelChannelName);
  const modelUri = model?.DataSource.S3DataSource?.S3Uri;
  const maxWaitSeconds = d.StoppingCondition?.MaxWaitTimeInSeconds;
  const options: TrainingOptions = {
    role: d.RoleArn,
    instanceCount: resources?.InstanceCount,
    volumeSizeGb: resources?.VolumeSizeInGB || undefined,
    volumeKmsKey: resources?.VolumeKmsKeyId || undefined,
    maxRuntimeSeconds: d.StoppingCondition?.MaxRuntimeInSeconds,
    spot: d.EnableManagedSpotTraining && maxWaitSeconds !== undefined ? { maxWaitSeconds } : undefined,
    checkpoint: d.CheckpointConfig && { s3Uri: d.CheckpointConfig.S3Uri, localPath: d.CheckpointConfig.LocalPath },
    maxRetryAttempts: d.RetryStrategy?.MaximumRetryAttempts,
    keepAliveSeconds: resources?.KeepAlivePeriodInSeconds,
    inputMode: d.AlgorithmSpecification?.TrainingInputMode,
    outputPath: output?.S3OutputPath,
    outputKmsKey: output?.KmsKeyId || undefined,
    disableOutputCompression: output?.CompressionType === "NONE" || undefined,
    baseJobName: baseFromName(d.TrainingJobName),
    vpcConfig: d.VpcConfig && { subnets: d.VpcConfig.Subnets, securityGroupIds: d.VpcConfig.SecurityGroupIds },
    enableNetworkIsolation: d.EnableNetworkIsolation || undefined,
    encryptInterContainerTraffic: d.EnableInterContainerTrafficEncryption || undefined,
    environment: d.Environment && Object.keys(d.Environment).length > 0 ? d.Environment : undefined,
    modelUri,
    modelChannelName: modelUri === undefined ? undefined : modelChannelName,
    enableSageMakerMetrics: d.AlgorithmSpecification?.EnableSageMakerMetricsTimeSeries,
    trainingPlanArn: resources?.TrainingPlanArn,
    enableInfraCheck: d.InfraCheckConfig?.EnableInfraCheck,
    enableRemoteDebug: d.RemoteDebugConfig?.EnableRemoteDebug,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The user's own tags. Listing needs a permission of its own, so a refusal leaves them out. */
async function tagsOf(session: Session, arn: string, signal: AbortSignal | undefined): Promise<Tag[] | undefined> {
  const { ListTagsCommand, SageMakerClient } = await import("../clients/sagemaker.js");
  const client = session.client("sagemaker", (settings): SageMakerClient => new SageMakerClient(settings));
  const tags: Tag[] = [];
  let NextToken: string | undefined;
  try {
    do {
      const command = new ListTagsCommand({ ResourceArn: arn, MaxResults: 100, NextToken });
      const page = await sendWith(signal, (sendOptions) => client.send(command, sendOptions));
      for (const { Key, Value } of page.Tags ?? []) {
        if (Key !== undefined && Value !== undefined && !Key.startsWith("aws:")) tags.push({ Key, Value });
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  } catch (error) {
    if (signal?.aborted) throw error;
    session.logger?.warn(`The tags of ${arn} could not be listed and are left out: ${String(error)}`);
    return undefined;
  }
  return tags.length > 0 ? tags : undefined;
}
