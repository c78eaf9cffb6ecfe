import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { s3DataUriIssues } from "../inputs/index.js";
import { integerIssues } from "../internal/checks.js";
import { assertResourceName } from "../internal/names.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { type Tags, tagIssues, toTags } from "../internal/tags.js";
import { type PollOptions, waitOptionIssues } from "../jobs/index.js";
import type { CreateEndpointConfigRequest, DataCaptureConfigRequest, ProductionVariantRequest } from "./requests.js";

/**
 * An endpoint without instances of its own, billed by use.
 *
 * @public
 */
export interface ServerlessOptions {
  /** 1024 to 6144 in steps of 1024. @defaultValue 2048 */
  readonly memorySizeMb?: number | undefined;
  /** Requests at once, 1 to 200. @defaultValue 5 */
  readonly maxConcurrency?: number | undefined;
  /** Requests at once that are kept warm, billed all the time. @defaultValue none */
  readonly provisionedConcurrency?: number | undefined;
}

/**
 * Copies of what an endpoint is sent and answers, in S3.
 *
 * @public
 */
export interface DataCaptureOptions {
  /** @defaultValue true */
  readonly enableCapture?: boolean | undefined;
  /** Share of the requests in percent, 0 to 100. @defaultValue 20 */
  readonly samplingPercentage?: number | undefined;
  /** @defaultValue `s3://<default bucket>/<prefix>/model-monitor/data-capture` */
  readonly destinationS3Uri?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  /** @defaultValue ["Input", "Output"] */
  readonly captureModes?: readonly ("Input" | "Output")[] | undefined;
  /** @defaultValue ["text/csv"] */
  readonly csvContentTypes?: readonly string[] | undefined;
  /** @defaultValue ["application/json"] */
  readonly jsonContentTypes?: readonly string[] | undefined;
}

/**
 * What `deploy` makes, apart from how the predictor talks to it.
 *
 * @public
 */
export interface EndpointOptions extends PollOptions {
  /** Number of instances; needed unless `serverless` is given. */
  readonly initialInstanceCount?: number | undefined;
  /** For example `ml.m5.large`; needed unless `serverless` is given. */
  readonly instanceType?: string | undefined;
  readonly serverless?: ServerlessOptions | undefined;
  /** @defaultValue base of the model's name and a timestamp */
  readonly endpointName?: string | undefined;
  /** @defaultValue the endpoint's name */
  readonly endpointConfigName?: string | undefined;
  /** Tags of the endpoint and its configuration, and of the model when it has none of its own. Nothing is inherited. */
  readonly tags?: Tags | undefined;
  /** KMS key for the instances' volumes. */
  readonly kmsKey?: string | undefined;
  /** Size of the instances' volumes in GB, 1 to 512. */
  readonly volumeSizeGb?: number | undefined;
  /** Time for fetching the model, 60 to 3600 s. */
  readonly modelDataDownloadTimeoutSeconds?: number | undefined;
  /** Time for the container to answer its health check, 60 to 3600 s. */
  readonly containerStartupHealthCheckTimeoutSeconds?: number | undefined;
  readonly dataCapture?: DataCaptureOptions | undefined;
  /** @defaultValue "AllTraffic" */
  readonly variantName?: string | undefined;
  /**
   * Waits until the endpoint is in service.
   * @defaultValue true
   */
  readonly wait?: boolean | undefined;
  /**
   * Leaves what was created when the deployment fails or is aborted.
   * @defaultValue false: endpoint, configuration and model of this call are deleted again
   */
  readonly keepOnFailure?: boolean | undefined;
  /**
   * The service refuses to delete an endpoint while it is being created; for so long the deletion is tried again.
   * @defaultValue 900
   */
  readonly rollbackTimeoutSeconds?: number | undefined;
}

/** Defaults of {@link EndpointOptions} and of the options inside. */
export const DEPLOY_DEFAULTS = Object.freeze({
  variantName: "AllTraffic",
  wait: true,
  keepOnFailure: false,
  rollbackTimeoutSeconds: 900,
  serverless: Object.freeze({ memorySizeMb: 2048, maxConcurrency: 5 }),
  dataCapture: Object.freeze({
    enableCapture: true,
    samplingPercentage: 20,
    captureModes: Object.freeze(["Input", "Output"] as const),
    csvContentTypes: Object.freeze(["text/csv"] as const),
    jsonContentTypes: Object.freeze(["application/json"] as const),
  }),
} as const);

/** Names of all options of `deploy`. */
export const DEPLOY_OPTIONS = [
  "initialInstanceCount",
  "instanceType",
  "serverless",
  "endpointName",
  "endpointConfigName",
  "tags",
  "kmsKey",
  "volumeSizeGb",
  "modelDataDownloadTimeoutSeconds",
  "containerStartupHealthCheckTimeoutSeconds",
  "dataCapture",
  "variantName",
  "wait",
  "keepOnFailure",
  "rollbackTimeoutSeconds",
  "signal",
  "timeoutSeconds",
  "pollSeconds",
  "onProgress",
  "accessDeniedGraceSeconds",
  "serializer",
  "deserializer",
  "predictor",
] as const;

/** @throws ValidationError `INVALID_OPTIONS` with every fault */
export function checkDeployOptions(o: EndpointOptions): void {
  const issues: ValidationIssue[] = [
    ...unknownKeyIssues(o, DEPLOY_OPTIONS, "deploy"),
    ...waitOptionIssues(o),
    ...tagIssues(o.tags),
    ...integerIssues(o.volumeSizeGb, "volumeSizeGb", 1, 512),
    ...integerIssues(o.modelDataDownloadTimeoutSeconds, "modelDataDownloadTimeoutSeconds", 60, 3600),
    ...integerIssues(
      o.containerStartupHealthCheckTimeoutSeconds,
      "containerStartupHealthCheckTimeoutSeconds",
      60,
      3600,
    ),
    ...integerIssues(o.dataCapture?.samplingPercentage, "dataCapture.samplingPercentage", 0, 100),
    ...integerIssues(o.serverless?.memorySizeMb, "serverless.memorySizeMb", 1024, 6144),
    ...integerIssues(o.serverless?.maxConcurrency, "serverless.maxConcurrency", 1, 200),
    ...integerIssues(o.serverless?.provisionedConcurrency, "serverless.provisionedConcurrency", 1, 200),
  ];
  const add = (path: string, message: string): void => {
    issues.push({ path: [path], message });
  };
  for (const key of ["endpointName", "endpointConfigName", "variantName"] as const) {
    const name = o[key];
    if (name === undefined) continue;
    try {
      assertResourceName(name, key);
    } catch (error) {
      if (!ValidationError.is(error)) throw error;
      for (const issue of error.issues) add(key, `${key}: ${issue.message}`);
    }
  }
  if (o.serverless === undefined) {
    issues.push(...integerIssues(o.initialInstanceCount ?? null, "initialInstanceCount", 1, 100_000));
    if (typeof o.instanceType !== "string" || !/^ml\./u.test(o.instanceType)) {
      add("instanceType", `instanceType must be one such as "ml.m5.large"; got ${shown(o.instanceType)}`);
    }
  } else {
    for (const key of ["initialInstanceCount", "instanceType", "volumeSizeGb"] as const) {
      if (o[key] !== undefined) add(key, `${key} does not go together with serverless; leave one of them out`);
    }
  }
  const destination = o.dataCapture?.destinationS3Uri;
  if (destination !== undefined) {
    for (const issue of s3DataUriIssues(destination, ["dataCapture", "destinationS3Uri"])) {
      issues.push({ ...issue, message: `dataCapture.destinationS3Uri: ${issue.message}` });
    }
  }
  const { rollbackTimeoutSeconds: rollback } = o;
  if (rollback !== undefined && !(typeof rollback === "number" && rollback >= 0)) {
    add("rollbackTimeoutSeconds", `rollbackTimeoutSeconds must be 0 or more; got ${shown(rollback)}`);
  }
  if (issues.length > 0) throw new ValidationError("deploy", issues);
}

/** The body of CreateEndpointConfig for one model; `captureUri` is the default destination of data capture. */
export function endpointConfigRequest(
  o: EndpointOptions,
  names: { readonly endpointConfigName: string; readonly modelName: string; readonly captureUri?: string | undefined },
): CreateEndpointConfigRequest {
  const tags = toTags(o.tags);
  return {
    EndpointConfigName: names.endpointConfigName,
    ProductionVariants: [variant(o, names.modelName)],
    ...(tags !== undefined && { Tags: tags }),
    ...(o.kmsKey !== undefined && { KmsKeyId: o.kmsKey }),
    ...(o.dataCapture !== undefined && { DataCaptureConfig: dataCapture(o.dataCapture, names.captureUri ?? "") }),
  };
}

function variant(o: EndpointOptions, modelName: string): ProductionVariantRequest {
  const { serverless } = o;
  return {
    VariantName: o.variantName ?? DEPLOY_DEFAULTS.variantName,
    ModelName: modelName,
    InitialVariantWeight: 1,
    ...(serverless !== undefined
      ? {
          ServerlessConfig: {
            MemorySizeInMB: serverless.memorySizeMb ?? DEPLOY_DEFAULTS.serverless.memorySizeMb,
            MaxConcurrency: serverless.maxConcurrency ?? DEPLOY_DEFAULTS.serverless.maxConcurrency,
            ...(serverless.provisionedConcurrency !== undefined && {
              ProvisionedConcurrency: serverless.provisionedConcurrency,
            }),
          },
        }
      : { InitialInstanceCount: o.initialInstanceCount, InstanceType: o.instanceType }),
    ...(o.volumeSizeGb !== undefined && { VolumeSizeInGB: o.volumeSizeGb }),
    ...(o.modelDataDownloadTimeoutSeconds !== undefined && {
      ModelDataDownloadTimeoutInSeconds: o.modelDataDownloadTimeoutSeconds,
    }),
    ...(o.containerStartupHealthCheckTimeoutSeconds !== undefined && {
      ContainerStartupHealthCheckTimeoutInSeconds: o.containerStartupHealthCheckTimeoutSeconds,
    }),
  };
}

function dataCapture(o: DataCaptureOptions, captureUri: string): DataCaptureConfigRequest {
  const defaults = DEPLOY_DEFAULTS.dataCapture;
  return {
    EnableCapture: o.enableCapture ?? defaults.enableCapture,
    InitialSamplingPercentage: o.samplingPercentage ?? defaults.samplingPercentage,
    DestinationS3Uri: o.destinationS3Uri ?? captureUri,
    CaptureOptions: (o.captureModes ?? defaults.captureModes).map((CaptureMode) => ({ CaptureMode })),
    ...(o.kmsKeyId !== undefined && { KmsKeyId: o.kmsKeyId }),
    CaptureContentTypeHeader: {
      CsvContentTypes: [...(o.csvContentTypes ?? defaults.csvContentTypes)],
      JsonContentTypes: [...(o.jsonContentTypes ?? defaults.jsonContentTypes)],
    },
  };
}
