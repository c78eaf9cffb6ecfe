import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { s3DataUriIssues, TransformInput, type TransformInputOptions } from "../inputs/index.js";
import { enumIssues, integerIssues, textIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { type Tags, tagIssues } from "../internal/tags.js";
import { type CreateTransformJobRequest, WAIT_OPTIONS, type WaitOptions, waitOptionIssues } from "../jobs/index.js";
import type { CallOptions, Session } from "../session/index.js";

/**
 * A model that is made on the service when a transform first needs it.
 *
 * @public
 */
export interface TransformModel {
  readonly name: string;
  readonly imageUri: string;
  readonly enableNetworkIsolation: boolean;
  /** Creates the model unless this object has done so already; resolves with its name. */
  create(options?: CallOptions): Promise<string>;
  delete(options?: CallOptions): Promise<void>;
}

/**
 * Options of {@link Transformer}. Give either `modelName` or `model`.
 *
 * @public
 */
export interface TransformerOptions {
  /** Number of instances. One input object keeps one instance busy, so more help only with several objects. */
  readonly instanceCount: number;
  /** For example `ml.m5.large`. */
  readonly instanceType: string;
  /** Name of a model that exists on the service. */
  readonly modelName?: string | undefined;
  /** A {@link Model}, created when the first transform starts. */
  readonly model?: TransformModel | undefined;
  /** `SingleRecord` sends one record per request, `MultiRecord` as many as fit. Unset, the service decides. */
  readonly strategy?: "SingleRecord" | "MultiRecord" | undefined;
  /** `Line` ends every record's result with a line break, `None` puts them one behind the other. */
  readonly assembleWith?: "None" | "Line" | undefined;
  /** MIME type that the model is asked to answer with. */
  readonly accept?: string | undefined;
  /**
   * S3 URI for the `.out` objects.
   * @defaultValue `s3://<default bucket>/<prefix>/<job name>`, a new one for each job
   */
  readonly outputPath?: string | undefined;
  /** Largest request to the model, in MB, 0 to 100; 0 streams without limit, which built-in algorithms do not support. */
  readonly maxPayloadMb?: number | undefined;
  /** Requests in flight per instance; times `maxPayloadMb` at most 100. */
  readonly maxConcurrentTransforms?: number | undefined;
  /** Environment of the model container, at most 16 entries with values of at most 10,240 characters. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly tags?: Tags | undefined;
  /**
   * Start of the job names, which end with a timestamp.
   * @defaultValue the repository of the model's image
   */
  readonly baseTransformJobName?: string | undefined;
  /** KMS key for the output. */
  readonly outputKmsKey?: string | undefined;
  /** KMS key for the instances' volumes. */
  readonly volumeKmsKey?: string | undefined;
  /** @defaultValue `new Session()` */
  readonly session?: Session | undefined;
}

/**
 * Options of {@link Transformer.transform}.
 *
 * @public
 */
export interface TransformOptions extends TransformInputOptions, WaitOptions {
  /** @defaultValue base name and timestamp */
  readonly jobName?: string | undefined;
  /** JSONPath of at most 63 characters: the part of each record that the model gets. */
  readonly inputFilter?: string | undefined;
  /** JSONPath of at most 63 characters: the part of each result that is written. */
  readonly outputFilter?: string | undefined;
  /** `Input` writes each record together with its result. */
  readonly joinSource?: "None" | "Input" | undefined;
  /** Time limit (1 to 3600 s) and repetitions (0 to 3) of a request to the model. */
  readonly modelClientConfig?:
    | {
        readonly invocationsTimeoutSeconds?: number | undefined;
        readonly invocationsMaxRetries?: number | undefined;
      }
    | undefined;
  /** `ExperimentName`, `TrialName`, `TrialComponentDisplayName`, `RunName`. */
  readonly experimentConfig?: Readonly<Record<string, string>> | undefined;
  /** Copies what the model was sent and answered to S3. */
  readonly batchDataCaptureConfig?:
    | {
        readonly destinationS3Uri: string;
        readonly kmsKeyId?: string | undefined;
        readonly generateInferenceId?: boolean | undefined;
      }
    | undefined;
  /** Merged over the request last: members that this library does not know. */
  readonly overrides?: Partial<CreateTransformJobRequest> | undefined;
  /**
   * Waits for the end of the job.
   * @defaultValue true
   */
  readonly wait?: boolean | undefined;
}

const TRANSFORMER_OPTIONS = [
  "instanceCount",
  "instanceType",
  "modelName",
  "model",
  "strategy",
  "assembleWith",
  "accept",
  "outputPath",
  "maxPayloadMb",
  "maxConcurrentTransforms",
  "environment",
  "tags",
  "baseTransformJobName",
  "outputKmsKey",
  "volumeKmsKey",
  "session",
] as const satisfies readonly (keyof TransformerOptions)[];

const INPUT_OPTIONS = [
  "contentType",
  "splitType",
  "dataType",
  "compressionType",
] as const satisfies readonly (keyof TransformInputOptions)[];

const TRANSFORM_OPTIONS = [
  ...INPUT_OPTIONS,
  ...WAIT_OPTIONS,
  "jobName",
  "inputFilter",
  "outputFilter",
  "joinSource",
  "modelClientConfig",
  "experimentConfig",
  "batchDataCaptureConfig",
  "overrides",
  "wait",
] as const satisfies readonly (keyof TransformOptions)[];

/** @throws ValidationError `INVALID_OPTIONS` with every fault */
export function checkTransformerOptions(o: TransformerOptions): void {
  const issues: ValidationIssue[] = [
    ...unknownKeyIssues(o, TRANSFORMER_OPTIONS, "Transformer"),
    ...integerIssues(o.instanceCount ?? null, "instanceCount", 1, 100_000),
    ...enumIssues(o.strategy, ["SingleRecord", "MultiRecord"], "strategy"),
    ...enumIssues(o.assembleWith, ["None", "Line"], "assembleWith"),
    ...textIssues(o.accept, "accept", 256),
    ...integerIssues(o.maxPayloadMb, "maxPayloadMb", 0, 100),
    ...integerIssues(o.maxConcurrentTransforms, "maxConcurrentTransforms", 0, 100_000),
    ...tagIssues(o.tags),
    ...environmentIssues(o.environment),
    ...(o.outputPath === undefined ? [] : outputPathIssues(o.outputPath)),
  ];
  const add = (path: string, message: string): void => {
    issues.push({ path: [path], message });
  };
  if (typeof o.instanceType !== "string" || !/^ml\./u.test(o.instanceType)) {
    add("instanceType", `instanceType must be one such as "ml.m5.large"; got ${shown(o.instanceType)}`);
  }
  if ((o.modelName === undefined) === (o.model === undefined)) {
    add("modelName", "give either modelName (a model on the service) or model (a Model object)");
  }
  if ((o.maxPayloadMb ?? 0) * (o.maxConcurrentTransforms ?? 1) > 100) {
    add(
      "maxConcurrentTransforms",
      "maxPayloadMb times maxConcurrentTransforms may be at most 100 MB; " +
        `got ${o.maxPayloadMb} x ${o.maxConcurrentTransforms} = ${(o.maxPayloadMb ?? 0) * (o.maxConcurrentTransforms ?? 1)}`,
    );
  }
  if (o.model?.enableNetworkIsolation && o.environment && Object.keys(o.environment).length > 0) {
    add(
      "environment",
      "a model under network isolation takes no environment from a transform job; set it on the model",
    );
  }
  if (issues.length > 0) throw new ValidationError("Transformer", issues);
}

/**
 * @returns the input with its options checked
 * @throws ValidationError `INVALID_OPTIONS` with every fault of the options and of their combination with the transformer's
 */
export function checkTransform(
  transformer: TransformerOptions,
  data: string | TransformInput,
  o: TransformOptions,
): TransformInput {
  const issues: ValidationIssue[] = [
    ...unknownKeyIssues(o, TRANSFORM_OPTIONS, "transform"),
    ...waitOptionIssues(o),
    ...enumIssues(o.joinSource, ["None", "Input"], "joinSource"),
    ...jsonPathIssues(o.inputFilter, "inputFilter"),
    ...jsonPathIssues(o.outputFilter, "outputFilter"),
    ...integerIssues(
      o.modelClientConfig?.invocationsTimeoutSeconds,
      "modelClientConfig.invocationsTimeoutSeconds",
      1,
      3600,
    ),
    ...integerIssues(o.modelClientConfig?.invocationsMaxRetries, "modelClientConfig.invocationsMaxRetries", 0, 3),
  ];
  let input: TransformInput | undefined;
  if (typeof data === "object" && data !== null) {
    input = data;
    for (const key of INPUT_OPTIONS) {
      if (o[key] !== undefined) {
        issues.push({ path: [key], message: `${key} belongs to the TransformInput that is given as data` });
      }
    }
  } else {
    try {
      input = new TransformInput(
        data,
        Object.fromEntries(INPUT_OPTIONS.filter((key) => o[key] !== undefined).map((key) => [key, o[key]])),
      );
    } catch (error) {
      if (!ValidationError.is(error)) throw error;
      issues.push(...error.issues);
    }
  }
  if (input) issues.push(...combinationIssues(transformer, input.options, o));
  if (issues.length > 0 || !input) throw new ValidationError("transform", issues);
  return input;
}

/** Rules of the service between split, batch, join and content types. */
function combinationIssues(
  t: TransformerOptions,
  input: TransformInputOptions,
  o: TransformOptions,
): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const add = (path: string, message: string): void => {
    issues.push({ path: [path], message });
  };
  const split = input.splitType ?? "None";
  if (t.strategy === "MultiRecord" && split === "None") {
    add(
      "splitType",
      'strategy "MultiRecord" needs records to put together: set splitType "Line" (or "RecordIO", "TFRecord"); ' +
        "without it each object is sent whole",
    );
  }
  const joins = o.joinSource === "Input";
  if (joins || o.inputFilter !== undefined || o.outputFilter !== undefined) {
    const types = ["text/csv", "application/json", "application/jsonlines"];
    const contentType = mediaType(input.contentType);
    const accept = mediaType(t.accept);
    if (contentType !== undefined && !types.includes(contentType)) {
      add(
        "contentType",
        `joinSource and filters need a contentType among ${types.join(", ")}; got ${shown(input.contentType)}`,
      );
    } else if (joins && accept !== undefined && accept !== contentType) {
      add("accept", `joinSource "Input" needs accept to equal contentType "${contentType}"; got ${shown(t.accept)}`);
    }
    const assemble = t.assembleWith ?? "None";
    if (joins && split !== assemble) {
      add(
        "joinSource",
        `joinSource "Input" needs splitType and assembleWith to be equal ("Line" for text/csv and application/jsonlines, ` +
          `"None" for application/json); got splitType "${split}" and assembleWith "${assemble}"`,
      );
    }
  }
  return issues;
}

function mediaType(text: string | undefined): string | undefined {
  return text?.split(";")[0]?.trim().toLowerCase();
}

function jsonPathIssues(path: unknown, name: string): ValidationIssue[] {
  if (path === undefined) return [];
  if (typeof path === "string" && path.startsWith("$") && path.length <= 63) return [];
  return [
    {
      path: [name],
      message: `${name} is a JSONPath of at most 63 characters that starts with "$", such as "$.features"; got ${shown(path)}`,
    },
  ];
}

function outputPathIssues(uri: unknown): ValidationIssue[] {
  // A whole bucket is a fine place for output.
  const asFolder = typeof uri === "string" && /^s3:\/\/[^/]+$/u.test(uri) ? `${uri}/` : uri;
  return s3DataUriIssues(asFolder, ["outputPath"]).map((issue) => ({
    ...issue,
    message: `outputPath: ${issue.message}`,
  }));
}

function environmentIssues(environment: Readonly<Record<string, string>> | undefined): ValidationIssue[] {
  if (environment === undefined) return [];
  const entries = Object.entries(environment);
  const issues: ValidationIssue[] = [];
  if (entries.length > 16) {
    issues.push({ path: ["environment"], message: `environment holds at most 16 entries; got ${entries.length}` });
  }
  for (const [key, value] of entries) {
    // Values are not shown: they may hold secrets.
    if (!/^[a-zA-Z_][a-zA-Z0-9_]{0,1023}$/u.test(key)) {
      issues.push({
        path: ["environment", key],
        message: `an environment name is letters, digits and underscores and starts with no digit; got ${shown(key)}`,
      });
    }
    if (typeof value !== "string" || value.length > 10_240) {
      issues.push({
        path: ["environment", key],
        message: `the environment value of ${shown(key)} must be a text of at most 10,240 characters`,
      });
    }
  }
  return issues;
}
