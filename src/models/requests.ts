import type { Tag } from "../internal/tags.js";
import type { VpcConfigRequest } from "../jobs/index.js";

/**
 * `ModelDataSource` of a container: a model that is a prefix of files, or an archive.
 *
 * @public
 */
export interface ModelDataSource {
  readonly S3DataSource: {
    readonly S3Uri: string;
    readonly S3DataType: "S3Prefix" | "S3Object";
    readonly CompressionType: "None" | "Gzip";
    readonly ModelAccessConfig?: { readonly AcceptEula: boolean } | undefined;
  };
}

/**
 * `PrimaryContainer` of CreateModel, exactly as sent.
 *
 * @public
 */
export interface ContainerDefinitionRequest {
  readonly Image: string;
  readonly Environment: Readonly<Record<string, string>>;
  readonly ModelDataUrl?: string | undefined;
  readonly ModelDataSource?: ModelDataSource | undefined;
  readonly ImageConfig?: Readonly<Record<string, unknown>> | undefined;
  readonly Mode?: "SingleModel" | "MultiModel" | undefined;
}

/**
 * Body of CreateModel, exactly as sent.
 *
 * @public
 */
export interface CreateModelRequest {
  readonly ModelName: string;
  readonly ExecutionRoleArn: string;
  readonly PrimaryContainer: ContainerDefinitionRequest;
  readonly Tags?: readonly Tag[] | undefined;
  readonly VpcConfig?: VpcConfigRequest | undefined;
  readonly EnableNetworkIsolation?: boolean | undefined;
}

/**
 * One element of `ProductionVariants` of CreateEndpointConfig, exactly as sent.
 *
 * @public
 */
export interface ProductionVariantRequest {
  readonly VariantName: string;
  readonly ModelName: string;
  readonly InitialVariantWeight: number;
  readonly InitialInstanceCount?: number | undefined;
  readonly InstanceType?: string | undefined;
  readonly ServerlessConfig?:
    | {
        readonly MemorySizeInMB: number;
        readonly MaxConcurrency: number;
        readonly ProvisionedConcurrency?: number | undefined;
      }
    | undefined;
  readonly VolumeSizeInGB?: number | undefined;
  readonly ModelDataDownloadTimeoutInSeconds?: number | undefined;
  readonly ContainerStartupHealthCheckTimeoutInSeconds?: number | undefined;
}

/**
 * `DataCaptureConfig` of CreateEndpointConfig, exactly as sent.
 *
 * @public
 */
export interface DataCaptureConfigRequest {
  readonly EnableCapture: boolean;
  readonly InitialSamplingPercentage: number;
  readonly DestinationS3Uri: string;
  readonly CaptureOptions: readonly { readonly CaptureMode: "Input" | "Output" }[];
  readonly KmsKeyId?: string | undefined;
  readonly CaptureContentTypeHeader: {
    readonly CsvContentTypes: readonly string[];
    readonly JsonContentTypes: readonly string[];
  };
}

/**
 * Body of CreateEndpointConfig, exactly as sent.
 *
 * @public
 */
export interface CreateEndpointConfigRequest {
  readonly EndpointConfigName: string;
  readonly ProductionVariants: readonly ProductionVariantRequest[];
  readonly Tags?: readonly Tag[] | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly DataCaptureConfig?: DataCaptureConfigRequest | undefined;
}

/**
 * Body of CreateEndpoint, exactly as sent.
 *
 * @public
 */
export interface CreateEndpointRequest {
  readonly EndpointName: string;
  readonly EndpointConfigName: string;
  readonly Tags?: readonly Tag[] | undefined;
}
