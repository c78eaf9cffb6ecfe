import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { s3DataUriIssues } from "../inputs/index.js";
import { textIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { type Tags, tagIssues } from "../internal/tags.js";
import type { Session } from "../session/index.js";
import type { CreateModelRequest, ModelDataSource } from "./requests.js";

/**
 * Options of {@link Model}.
 *
 * @public
 */
export interface ModelOptions {
  /** Image of the inference container, for example from `imageUris.retrieve`. */
  readonly imageUri: string;
  /**
   * S3 URI of the trained model: an archive (`…/model.tar.gz`), or a prefix with a slash at its end for files that are not
   * compressed; or the data source as AWS spells it. Unset for an image that brings its model.
   */
  readonly modelData?: string | ModelDataSource | undefined;
  /**
   * Execution role, a name or an ARN.
   * @defaultValue the session's role
   */
  readonly role?: string | undefined;
  /** @defaultValue `new Session()` */
  readonly session?: Session | undefined;
  /** @defaultValue repository of the image and a timestamp, once for the life of the object */
  readonly name?: string | undefined;
  /** Environment of the container. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Runs the container in this VPC: both lists, not empty. */
  readonly vpcConfig?:
    | { readonly subnets: readonly string[]; readonly securityGroupIds: readonly string[] }
    | undefined;
  /** Cuts the container off from the network. Not sent unless true. */
  readonly enableNetworkIsolation?: boolean | undefined;
  /** Tags of the model. Unset, the tags given to `deploy` are used. */
  readonly tags?: Tags | undefined;
  /** `ImageConfig` as AWS spells it: private registries. */
  readonly imageConfig?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Uses a model of this name that exists on the service already, whatever it holds.
   * @defaultValue false: an existing name is an error
   */
  readonly reuseExisting?: boolean | undefined;
  /** Merged over the CreateModel request last: members that this library does not know. */
  readonly overrides?: Partial<CreateModelRequest> | undefined;
}

const MODEL_OPTIONS = [
  "imageUri",
  "modelData",
  "role",
  "session",
  "name",
  "environment",
  "vpcConfig",
  "enableNetworkIsolation",
  "tags",
  "imageConfig",
  "reuseExisting",
  "overrides",
] as const satisfies readonly (keyof ModelOptions)[];

/** @throws ValidationError `INVALID_OPTIONS` with every fault */
export function checkModelOptions(o: ModelOptions): void {
  const issues: ValidationIssue[] = [
    ...unknownKeyIssues(o, MODEL_OPTIONS, "Model"),
    ...textIssues(o.imageUri ?? null, "imageUri", 255),
    ...tagIssues(o.tags),
  ];
  if (typeof o.modelData === "string") {
    for (const issue of s3DataUriIssues(o.modelData, ["modelData"])) {
      issues.push({ ...issue, message: `modelData: ${issue.message}` });
    }
  } else if (o.modelData !== undefined && typeof o.modelData?.S3DataSource?.S3Uri !== "string") {
    issues.push({
      path: ["modelData"],
      message: `modelData must be an S3 URI or { S3DataSource: { S3Uri, S3DataType, CompressionType } }; got ${shown(o.modelData)}`,
    });
  }
  if (o.vpcConfig !== undefined) {
    for (const key of ["subnets", "securityGroupIds"] as const) {
      const list: unknown = o.vpcConfig?.[key];
      if (!Array.isArray(list) || list.length === 0) {
        issues.push({
          path: ["vpcConfig", key],
          message: `vpcConfig needs ${key} with at least one id; got ${shown(list)}`,
        });
      }
    }
  }
  for (const [key, value] of Object.entries(o.environment ?? {})) {
    // The value is not shown: it may be a secret.
    if (typeof value !== "string") {
      issues.push({ path: ["environment", key], message: `the environment value of ${shown(key)} must be a text` });
    }
  }
  if (issues.length > 0) throw new ValidationError("Model", issues);
}
