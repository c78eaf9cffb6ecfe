import type { ValidationIssue } from "../errors/index.js";
import { enumIssues, integerIssues, textIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { isS3Uri } from "../internal/s3-uri.js";
import { tagIssues } from "../internal/tags.js";
import { TRAINING_DEFAULTS, TRAINING_OPTION_NAMES, type TrainingOptions } from "./training-options.js";

/** Arguments of the Python SDK that go by another name here; plain snake_case spellings are found by similarity. */
const PYTHON_NAMES: Readonly<Record<string, string>> = {
  volume_size: "volumeSizeGb",
  max_run: "maxRuntimeSeconds",
  max_wait: "spot: { maxWaitSeconds }",
  use_spot_instances: "spot: { maxWaitSeconds }",
  checkpoint_s3_uri: "checkpoint: { s3Uri }",
  checkpoint_local_path: "checkpoint: { s3Uri, localPath }",
  keep_alive_period_in_seconds: "keepAliveSeconds",
  subnets: "vpcConfig: { subnets, securityGroupIds }",
  security_group_ids: "vpcConfig: { subnets, securityGroupIds }",
  sagemaker_session: "session",
  train_instance_count: "instanceCount",
  train_instance_type: "instanceType",
  train_volume_size: "volumeSizeGb",
  train_volume_kms_key: "volumeKmsKey",
  train_max_run: "maxRuntimeSeconds",
  train_max_wait: "spot: { maxWaitSeconds }",
  train_use_spot_instances: "spot: { maxWaitSeconds }",
  image_name: "imageUri",
  training_plan: "trainingPlanArn",
};

const BOOLEANS = [
  "disableOutputCompression",
  "enableNetworkIsolation",
  "encryptInterContainerTraffic",
  "enableSageMakerMetrics",
  "enableInfraCheck",
  "enableRemoteDebug",
  "enableSessionTagChaining",
] as const;

/** `useSpotInstances` and `use_spot_instances` are the same name for {@link PYTHON_NAMES}. */
const pythonNames = new Map(
  Object.entries(PYTHON_NAMES).map(([name, replacement]) => [name.replaceAll("_", ""), replacement]),
);

/**
 * Every fault of the options that all training jobs share.
 *
 * @param ownNames - further options that the subject knows
 */
export function trainingOptionIssues(
  options: TrainingOptions,
  ownNames: readonly string[],
  subject: string,
): ValidationIssue[] {
  const o = options;
  const issues: ValidationIssue[] = [
    ...unknownOptionIssues(o, [...TRAINING_OPTION_NAMES, ...ownNames], subject),
    ...textIssues(o.role, "role", 2048),
    ...integerIssues(o.instanceCount, "instanceCount", 1, 1000),
    ...integerIssues(o.volumeSizeGb, "volumeSizeGb", 1, 16_384),
    ...textIssues(o.volumeKmsKey, "volumeKmsKey", 2048),
    ...integerIssues(o.maxRuntimeSeconds, "maxRuntimeSeconds", 1, 2_419_200),
    ...integerIssues(o.maxRetryAttempts, "maxRetryAttempts", 1, 30),
    ...integerIssues(o.keepAliveSeconds, "keepAliveSeconds", 0, 21_600),
    ...enumIssues(o.inputMode, ["File", "Pipe", "FastFile"], "inputMode"),
    ...s3Issues(o.outputPath, "outputPath"),
    ...textIssues(o.outputKmsKey, "outputKmsKey", 2048),
    ...textIssues(o.baseJobName, "baseJobName", 63),
    ...s3Issues(o.modelUri, "modelUri"),
    ...textIssues(o.modelChannelName, "modelChannelName", 64),
    ...textIssues(o.trainingPlanArn, "trainingPlanArn", 2048),
    ...BOOLEANS.flatMap((name) => booleanIssues(o[name], name)),
    ...spotIssues(o),
    ...vpcIssues(o.vpcConfig),
    ...environmentIssues(o.environment),
    ...tagIssues(o.tags),
  ];
  if (o.checkpoint !== undefined) {
    issues.push(
      ...s3Issues(o.checkpoint?.s3Uri ?? null, "checkpoint.s3Uri"),
      ...textIssues(o.checkpoint?.localPath, "checkpoint.localPath", 4096),
    );
  }
  return issues;
}

/** Unknown options, with the option that replaces an argument of the Python SDK. */
export function unknownOptionIssues(options: object, known: readonly string[], subject: string): ValidationIssue[] {
  return unknownKeyIssues(options, known, subject).map((issue) => {
    const replacement = pythonNames.get(String(issue.path[0]).replaceAll("_", "").toLowerCase());
    return replacement === undefined
      ? issue
      : { ...issue, message: `unknown option ${shown(issue.path[0])} of ${subject}; it is called ${replacement} here` };
  });
}

function spotIssues({ spot, maxRuntimeSeconds }: TrainingOptions): ValidationIssue[] {
  if (spot === undefined) return [];
  const wait = spot?.maxWaitSeconds;
  const run = maxRuntimeSeconds ?? TRAINING_DEFAULTS.maxRuntimeSeconds;
  if (typeof wait !== "number" || !Number.isInteger(wait) || wait < 1) {
    return [
      { path: ["spot"], message: `spot must be { maxWaitSeconds: <whole seconds, at least 1> }; got ${shown(spot)}` },
    ];
  }
  if (wait < run) {
    return [
      {
        path: ["spot", "maxWaitSeconds"],
        message: `spot.maxWaitSeconds (${wait}) must not be below maxRuntimeSeconds (${run}); it covers waiting and training together [GEN-07]`,
      },
    ];
  }
  return [];
}

function vpcIssues(vpc: TrainingOptions["vpcConfig"]): ValidationIssue[] {
  if (vpc === undefined) return [];
  const idList = (value: unknown, max: number): boolean =>
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= max &&
    value.every((id) => /^[-0-9a-zA-Z]{1,32}$/u.test(String(id)));
  if (idList(vpc?.subnets, 16) && idList(vpc?.securityGroupIds, 5)) return [];
  return [
    {
      path: ["vpcConfig"],
      message: `vpcConfig needs 1 to 16 subnets and 1 to 5 securityGroupIds, both lists of ids; got ${shown(vpc)}`,
    },
  ];
}

function environmentIssues(environment: TrainingOptions["environment"]): ValidationIssue[] {
  if (environment === undefined) return [];
  if (typeof environment !== "object" || environment === null) {
    return [{ path: ["environment"], message: "environment must be an object of texts" }];
  }
  const entries = Object.entries(environment);
  const issues: ValidationIssue[] = [];
  if (entries.length > 100) {
    issues.push({ path: ["environment"], message: `environment holds at most 100 variables; got ${entries.length}` });
  }
  for (const [name, value] of entries) {
    // Values may be secrets, so they stay out of the message.
    if (!/^[a-zA-Z_][a-zA-Z0-9_]{0,511}$/u.test(name) || typeof value !== "string" || value.length > 512) {
      issues.push({
        path: ["environment", name],
        message: `environment variable ${shown(name)}: a name is letters, digits and "_", a value a text; both at most 512 characters`,
      });
    }
  }
  return issues;
}

function s3Issues(value: unknown, name: string): ValidationIssue[] {
  if (value === undefined || (typeof value === "string" && isS3Uri(value) && value.length <= 1024)) return [];
  return [
    { path: name.split("."), message: `${name} must be an S3 URI such as "s3://bucket/prefix"; got ${shown(value)}` },
  ];
}

function booleanIssues(value: unknown, name: string): ValidationIssue[] {
  if (value === undefined || typeof value === "boolean") return [];
  return [{ path: [name], message: `${name} must be true or false; got ${shown(value)}` }];
}
