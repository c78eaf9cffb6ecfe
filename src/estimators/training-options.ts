import type { InputMode } from "../inputs/index.js";
import type { Tags } from "../internal/tags.js";
import type { CreateTrainingJobRequest } from "../jobs/index.js";
import type { Session } from "../session/index.js";

/**
 * Subnets and security groups that a job's or endpoint's instances live in.
 *
 * @public
 */
export interface VpcConfig {
  /** 1 to 16 subnet ids. */
  readonly subnets: readonly string[];
  /** 1 to 5 security group ids. */
  readonly securityGroupIds: readonly string[];
}

/**
 * Members of CreateTrainingJob to merge into a request; also those that this library does not know.
 *
 * @public
 */
export type TrainingRequestOverrides = {
  readonly [K in keyof CreateTrainingJobRequest]?: Partial<CreateTrainingJobRequest[K]> | undefined;
} & Readonly<Record<string, unknown>>;

/**
 * What every training job can be told, whatever it runs.
 *
 * @public
 */
export interface TrainingOptions {
  /**
   * Where jobs run and with whose credentials.
   *
   * @defaultValue `new Session()`: region and credentials of the environment
   */
  readonly session?: Session | undefined;
  /**
   * ARN or name of the role that the job assumes. A bare name costs an IAM call per job.
   *
   * @defaultValue the role of the session
   */
  readonly role?: string | undefined;
  /**
   * Instances that train together.
   *
   * @defaultValue 1
   */
  readonly instanceCount?: number | undefined;
  /**
   * Disk of each instance in GB. Without a value 30, or nothing at all for types whose only storage is a local disk.
   *
   * @defaultValue 30
   */
  readonly volumeSizeGb?: number | undefined;
  /** KMS key of the instances' disks. */
  readonly volumeKmsKey?: string | undefined;
  /**
   * Seconds of training after which the service stops the job; it then counts as stopped, with the model so far.
   *
   * @defaultValue 86400
   */
  readonly maxRuntimeSeconds?: number | undefined;
  /**
   * Train on spare capacity: cheaper, and interrupted when AWS needs it back. `maxWaitSeconds` is the limit for waiting
   * and training together, so it must not be below `maxRuntimeSeconds`.
   */
  readonly spot?: { readonly maxWaitSeconds: number } | undefined;
  /** Where the container keeps checkpoints: a folder that is copied to S3 and back. */
  readonly checkpoint?:
    | {
        readonly s3Uri: string;
        /** @defaultValue "/opt/ml/checkpoints" */
        readonly localPath?: string | undefined;
      }
    | undefined;
  /** How often the service starts the job anew after an internal error, 1 to 30. */
  readonly maxRetryAttempts?: number | undefined;
  /** Seconds that the instances are kept for the next job, 0 to 21600. They cost as much as when they train. */
  readonly keepAliveSeconds?: number | undefined;
  /**
   * How channels that do not say it themselves reach the container.
   *
   * @defaultValue "File"
   */
  readonly inputMode?: InputMode | undefined;
  /**
   * S3 prefix of results: the model becomes `<outputPath>/<job name>/output/model.tar.gz`.
   *
   * @defaultValue `s3://<default bucket of the session>/`
   */
  readonly outputPath?: string | undefined;
  /** KMS key of the results. */
  readonly outputKmsKey?: string | undefined;
  /**
   * Leave the model as plain files instead of `model.tar.gz`.
   *
   * @defaultValue false
   */
  readonly disableOutputCompression?: boolean | undefined;
  /**
   * Start of the names of jobs, models and endpoints; a UTC time stamp is added.
   *
   * @defaultValue the repository name of the image
   */
  readonly baseJobName?: string | undefined;
  /** VPC of the training instances; endpoints and batch jobs of the model get it too. */
  readonly vpcConfig?: VpcConfig | undefined;
  /**
   * No network for the container; its models are isolated too.
   *
   * @defaultValue false
   */
  readonly enableNetworkIsolation?: boolean | undefined;
  /**
   * Encrypt the traffic between the instances of one job.
   *
   * @defaultValue false
   */
  readonly encryptInterContainerTraffic?: boolean | undefined;
  /** Environment variables of the container: at most 100, names and values of at most 512 characters. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Tags of the training job. Models and endpoints get only the tags that are given to their own calls. */
  readonly tags?: Tags | undefined;
  /** Model of an earlier job to go on from, as S3 URI; adds a channel for algorithms that train incrementally. */
  readonly modelUri?: string | undefined;
  /**
   * Name of the channel that `modelUri` becomes.
   *
   * @defaultValue "model"
   */
  readonly modelChannelName?: string | undefined;
  /** Write the metrics as time series too, for the graphs of SageMaker Studio. */
  readonly enableSageMakerMetrics?: boolean | undefined;
  /** ARN of a training plan whose reserved capacity the job uses. */
  readonly trainingPlanArn?: string | undefined;
  /** Check the instances' health before the start. */
  readonly enableInfraCheck?: boolean | undefined;
  /** Allow a debugging shell into the running container. */
  readonly enableRemoteDebug?: boolean | undefined;
  /** Pass session tags on to the job's role. */
  readonly enableSessionTagChaining?: boolean | undefined;
  /**
   * Members of the CreateTrainingJob request, merged in last: objects member by member, everything else replaced.
   * For what this library has no option for; nothing in here is checked.
   */
  readonly overrides?: TrainingRequestOverrides | undefined;
}

/** Defaults of {@link TrainingOptions}. */
export const TRAINING_DEFAULTS = Object.freeze({
  instanceCount: 1,
  volumeSizeGb: 30,
  maxRuntimeSeconds: 86_400,
  inputMode: "File",
  disableOutputCompression: false,
  enableNetworkIsolation: false,
  encryptInterContainerTraffic: false,
  modelChannelName: "model",
} as const);

/** Names of all {@link TrainingOptions}. */
export const TRAINING_OPTION_NAMES = [
  "session",
  "role",
  "instanceCount",
  "volumeSizeGb",
  "volumeKmsKey",
  "maxRuntimeSeconds",
  "spot",
  "checkpoint",
  "maxRetryAttempts",
  "keepAliveSeconds",
  "inputMode",
  "outputPath",
  "outputKmsKey",
  "disableOutputCompression",
  "baseJobName",
  "vpcConfig",
  "enableNetworkIsolation",
  "encryptInterContainerTraffic",
  "environment",
  "tags",
  "modelUri",
  "modelChannelName",
  "enableSageMakerMetrics",
  "trainingPlanArn",
  "enableInfraCheck",
  "enableRemoteDebug",
  "enableSessionTagChaining",
  "overrides",
] as const satisfies readonly (keyof TrainingOptions)[];
