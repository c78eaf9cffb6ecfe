import type { ServedModel } from "./served-model.js";
import type { Tag } from "./training-record.js";

/** The members of CreateTransformJob that the local service acts upon. */
export interface TransformRequest {
  readonly TransformJobName: string;
  readonly ModelName: string;
  readonly MaxConcurrentTransforms?: number | undefined;
  readonly MaxPayloadInMB?: number | undefined;
  readonly BatchStrategy?: "MultiRecord" | "SingleRecord" | undefined;
  readonly Environment?: Readonly<Record<string, string>> | undefined;
  readonly ModelClientConfig?: { readonly InvocationsTimeoutInSeconds?: number | undefined } | undefined;
  readonly TransformInput: {
    readonly DataSource: { readonly S3DataSource: { readonly S3DataType: string; readonly S3Uri: string } };
    readonly ContentType?: string | undefined;
    readonly CompressionType?: "None" | "Gzip" | undefined;
    readonly SplitType?: "None" | "Line" | "RecordIO" | "TFRecord" | undefined;
  };
  readonly TransformOutput: {
    readonly S3OutputPath: string;
    readonly Accept?: string | undefined;
    readonly AssembleWith?: "None" | "Line" | undefined;
    readonly KmsKeyId?: string | undefined;
  };
  readonly TransformResources: { readonly InstanceType: string; readonly InstanceCount: number };
  readonly DataProcessing?:
    | {
        readonly InputFilter?: string | undefined;
        readonly OutputFilter?: string | undefined;
        readonly JoinSource?: string | undefined;
      }
    | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** A transform job as it is stored; times in milliseconds since 1970. */
export interface TransformRecord {
  readonly name: string;
  readonly arn: string;
  readonly request: TransformRequest;
  readonly model: ServedModel;
  /** `i-` and 17 hexadecimal digits; part of the names of the log streams. */
  readonly instanceId: string;
  readonly creationTime: number;
  tags: readonly Tag[];
  status: "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";
  lastModifiedTime: number;
  startTime?: number;
  endTime?: number;
  failureReason?: string;
}

/** Record kind of transform jobs in the store. */
export const transformKind = "transform-job";
