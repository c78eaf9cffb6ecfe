import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { enumIssues, textIssues } from "../internal/checks.js";
import { unknownKeyIssues } from "../internal/options.js";
import { s3DataUriIssues } from "./s3-data-uri.js";

/**
 * How a batch transform cuts its input objects into records.
 *
 * @public
 */
export type SplitType = "None" | "Line" | "RecordIO" | "TFRecord";

/**
 * Options of {@link TransformInput}.
 *
 * @public
 */
export interface TransformInputOptions {
  /** MIME type of the input, sent to the model container, at most 256 characters. */
  readonly contentType?: string | undefined;
  /** Unset, the service takes `None`: the whole object is one record. */
  readonly splitType?: SplitType | undefined;
  /**
   * Every object whose key starts with the URI, or the objects named by a manifest. Augmented manifests are not for transform.
   * @defaultValue "S3Prefix"
   */
  readonly dataType?: "S3Prefix" | "ManifestFile" | undefined;
  readonly compressionType?: "None" | "Gzip" | undefined;
}

/**
 * `TransformInput` of CreateTransformJob, exactly as sent.
 *
 * @public
 */
export interface TransformInputRequest {
  readonly DataSource: {
    readonly S3DataSource: { readonly S3DataType: "S3Prefix" | "ManifestFile"; readonly S3Uri: string };
  };
  readonly ContentType?: string | undefined;
  readonly CompressionType?: "None" | "Gzip" | undefined;
  readonly SplitType?: SplitType | undefined;
}

/** Names of all {@link TransformInputOptions}. */
export const TRANSFORM_INPUT_OPTIONS = ["contentType", "splitType", "dataType", "compressionType"] as const;

/**
 * Data in S3 for a batch transform job, with how to read it.
 *
 * @example
 * ```ts
 * await transformer.transform(
 *   new TransformInput("s3://bucket/in/", { contentType: "application/jsonlines", splitType: "Line" }),
 * );
 * ```
 * @public
 */
export class TransformInput {
  /** The S3 URI, as given. */
  readonly s3Data: string;
  readonly options: TransformInputOptions;

  /**
   * @param s3Data - `s3://bucket/prefix`, kept verbatim; at most 1024 characters
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault
   */
  constructor(s3Data: string, options: TransformInputOptions = {}) {
    const issues: ValidationIssue[] = [
      ...unknownKeyIssues(options, TRANSFORM_INPUT_OPTIONS, "TransformInput"),
      ...s3DataUriIssues(s3Data, ["s3Data"], options.dataType === "ManifestFile"),
      ...enumIssues(options.dataType, ["S3Prefix", "ManifestFile"], "dataType"),
      ...enumIssues(options.splitType, ["None", "Line", "RecordIO", "TFRecord"], "splitType"),
      ...enumIssues(options.compressionType, ["None", "Gzip"], "compressionType"),
      ...textIssues(options.contentType, "contentType", 256),
    ];
    if (issues.length > 0) throw new ValidationError("TransformInput", issues);
    this.s3Data = s3Data;
    this.options = Object.freeze({ ...options });
  }

  /** The `TransformInput` member of the request, exactly as it is sent. */
  toRequest(): TransformInputRequest {
    const o = this.options;
    return {
      DataSource: { S3DataSource: { S3DataType: o.dataType ?? "S3Prefix", S3Uri: this.s3Data } },
      ...(o.contentType !== undefined && { ContentType: o.contentType }),
      ...(o.compressionType !== undefined && { CompressionType: o.compressionType }),
      ...(o.splitType !== undefined && { SplitType: o.splitType }),
    };
  }
}
