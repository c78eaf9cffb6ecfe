import type { Channel, InputMode, TransformInputRequest } from "../inputs/index.js";
import type { Tag } from "../internal/tags.js";

/**
 * `VpcConfig` of a request, exactly as sent.
 *
 * @public
 */
export interface VpcConfigRequest {
  readonly Subnets: readonly string[];
  readonly SecurityGroupIds: readonly string[];
}

/**
 * `AlgorithmSpecification` of CreateTrainingJob, exactly as sent.
 *
 * @public
 */
export interface AlgorithmSpecificationRequest {
  readonly TrainingInputMode: InputMode;
  readonly TrainingImage?: string | undefined;
  readonly AlgorithmName?: string | undefined;
  readonly MetricDefinitions?: readonly { readonly Name: string; readonly Regex: string }[] | undefined;
  readonly EnableSageMakerMetricsTimeSeries?: boolean | undefined;
  readonly ContainerEntrypoint?: readonly string[] | undefined;
  readonly ContainerArguments?: readonly string[] | undefined;
  readonly TrainingImageConfig?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * `ResourceConfig` of CreateTrainingJob, exactly as sent.
 *
 * @public
 */
export interface ResourceConfigRequest {
  readonly InstanceCount?: number | undefined;
  readonly InstanceType?: string | undefined;
  readonly InstanceGroups?:
    | readonly { readonly InstanceGroupName: string; readonly InstanceType: string; readonly InstanceCount: number }[]
    | undefined;
  readonly VolumeSizeInGB?: number | undefined;
  readonly VolumeKmsKeyId?: string | undefined;
  readonly KeepAlivePeriodInSeconds?: number | undefined;
  readonly TrainingPlanArn?: string | undefined;
  readonly InstancePlacementConfig?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Body of CreateTrainingJob, exactly as sent.
 *
 * @public
 */
export interface CreateTrainingJobRequest {
  readonly TrainingJobName: string;
  readonly AlgorithmSpecification: AlgorithmSpecificationRequest;
  readonly RoleArn: string;
  readonly OutputDataConfig: {
    readonly S3OutputPath: string;
    readonly KmsKeyId?: string | undefined;
    readonly CompressionType?: "GZIP" | "NONE" | undefined;
  };
  readonly ResourceConfig: ResourceConfigRequest;
  readonly StoppingCondition: {
    readonly MaxRuntimeInSeconds?: number | undefined;
    readonly MaxWaitTimeInSeconds?: number | undefined;
    readonly MaxPendingTimeInSeconds?: number | undefined;
  };
  readonly InputDataConfig?: readonly Channel[] | undefined;
  readonly HyperParameters?: Readonly<Record<string, string>> | undefined;
  readonly Environment?: Readonly<Record<string, string>> | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly VpcConfig?: VpcConfigRequest | undefined;
  readonly EnableNetworkIsolation?: boolean | undefined;
  readonly EnableInterContainerTrafficEncryption?: boolean | undefined;
  readonly EnableManagedSpotTraining?: boolean | undefined;
  readonly CheckpointConfig?: { readonly S3Uri: string; readonly LocalPath?: string | undefined } | undefined;
  readonly RetryStrategy?: { readonly MaximumRetryAttempts: number } | undefined;
  readonly ExperimentConfig?: Readonly<Record<string, string>> | undefined;
  readonly DebugHookConfig?: Readonly<Record<string, unknown>> | undefined;
  readonly DebugRuleConfigurations?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly ProfilerConfig?: Readonly<Record<string, unknown>> | undefined;
  readonly ProfilerRuleConfigurations?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly TensorBoardOutputConfig?:
    | { readonly S3OutputPath: string; readonly LocalPath?: string | undefined }
    | undefined;
  readonly RemoteDebugConfig?: { readonly EnableRemoteDebug: boolean } | undefined;
  readonly InfraCheckConfig?: { readonly EnableInfraCheck: boolean } | undefined;
  readonly SessionChainingConfig?: { readonly EnableSessionTagChaining: boolean } | undefined;
}

/**
 * Body of CreateTransformJob, exactly as sent.
 *
 * @public
 */
export interface CreateTransformJobRequest {
  readonly TransformJobName: string;
  readonly ModelName: string;
  readonly TransformInput: TransformInputRequest;
  readonly TransformOutput: {
    readonly S3OutputPath: string;
    readonly Accept?: string | undefined;
    readonly AssembleWith?: "None" | "Line" | undefined;
    readonly KmsKeyId?: string | undefined;
  };
  readonly TransformResources: {
    readonly InstanceCount: number;
    readonly InstanceType: string;
    readonly VolumeKmsKeyId?: string | undefined;
  };
  readonly BatchStrategy?: "MultiRecord" | "SingleRecord" | undefined;
  readonly MaxConcurrentTransforms?: number | undefined;
  readonly MaxPayloadInMB?: number | undefined;
  readonly Environment?: Readonly<Record<string, string>> | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly DataProcessing?:
    | {
        readonly InputFilter?: string | undefined;
        readonly OutputFilter?: string | undefined;
        readonly JoinSource?: "None" | "Input" | undefined;
      }
    | undefined;
  readonly ModelClientConfig?:
    | {
        readonly InvocationsTimeoutInSeconds?: number | undefined;
        readonly InvocationsMaxRetries?: number | undefined;
      }
    | undefined;
  readonly ExperimentConfig?: Readonly<Record<string, string>> | undefined;
  readonly DataCaptureConfig?: Readonly<Record<string, unknown>> | undefined;
}
