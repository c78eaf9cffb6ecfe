import { availableParallelism } from "node:os";
import { ValidationError, type ValidationIssue } from "../errors/index.js";
import type { Logger } from "../internal/logger.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { LocalTiming } from "./core/dependencies.js";

/**
 * Settings of the embedded SageMaker.
 *
 * @public
 */
export interface LocalSageMakerOptions {
  /**
   * Folder of the store; made when it does not exist. `"temporary"` gives a private folder that is removed at the close.
   *
   * @defaultValue environment `SAGEMAKER_LOCAL_HOME`, else `.sagemaker-local` in the working directory
   */
  readonly root?: string | undefined;
  /** Account that the service pretends to be, 12 digits. @defaultValue "123456789012" */
  readonly accountId?: string | undefined;
  /** Region that the service pretends to be in. @defaultValue "us-east-1" */
  readonly region?: string | undefined;
  /** Name of the execution role. @defaultValue "SageMakerLocalRole" */
  readonly roleName?: string | undefined;
  /** Seed of everything random in training. One seed and one thread give identical models. @defaultValue 1 */
  readonly seed?: number | undefined;
  /** Threads that one job may use; more than one may change the last digits of results. @defaultValue 1 */
  readonly threads?: number | undefined;
  /** `instant` adds no waiting to the work itself; `realistic` waits as long as AWS does. @defaultValue "instant" */
  readonly timing?: LocalTiming | undefined;
  /** Jobs that run at the same time. Default: the number of cores. */
  readonly maxConcurrentJobs?: number | undefined;
  /** Requests that `requests` keeps. @defaultValue 1000 */
  readonly requestLogSize?: number | undefined;
  /** Receives what the service has to say. Default: silence. */
  readonly logger?: Logger | undefined;
}

/** The settings that {@link LocalSageMakerOptions} documents as defaults. */
export const LOCAL_DEFAULTS = Object.freeze({
  accountId: "123456789012",
  region: "us-east-1",
  roleName: "SageMakerLocalRole",
  seed: 1,
  threads: 1,
  timing: "instant" as LocalTiming,
  requestLogSize: 1000,
});

/** Root that stands for a private folder. */
export const TEMPORARY_ROOT = "temporary";

/** Options with the defaults filled in. */
export interface LocalSettings {
  readonly root: string;
  readonly accountId: string;
  readonly region: string;
  readonly roleName: string;
  readonly seed: number;
  readonly threads: number;
  readonly timing: LocalTiming;
  readonly maxConcurrentJobs: number;
  readonly requestLogSize: number;
  readonly logger: Logger | undefined;
}

/** The keys that make up {@link LocalSageMakerOptions}. */
export const LOCAL_OPTION_KEYS = [
  "root",
  "accountId",
  "region",
  "roleName",
  "seed",
  "threads",
  "timing",
  "maxConcurrentJobs",
  "requestLogSize",
  "logger",
] as const satisfies readonly (keyof LocalSageMakerOptions)[];

/**
 * Checks options and fills in the defaults.
 *
 * @throws ValidationError `INVALID_OPTIONS` with every fault
 */
export function localSettings(options: LocalSageMakerOptions): LocalSettings {
  const settings: LocalSettings = {
    root: options.root ?? (process.env["SAGEMAKER_LOCAL_HOME"] || ".sagemaker-local"),
    accountId: options.accountId ?? LOCAL_DEFAULTS.accountId,
    region: options.region ?? LOCAL_DEFAULTS.region,
    roleName: options.roleName ?? LOCAL_DEFAULTS.roleName,
    seed: options.seed ?? LOCAL_DEFAULTS.seed,
    threads: options.threads ?? LOCAL_DEFAULTS.threads,
    timing: options.timing ?? LOCAL_DEFAULTS.timing,
    maxConcurrentJobs: options.maxConcurrentJobs ?? availableParallelism(),
    requestLogSize: options.requestLogSize ?? LOCAL_DEFAULTS.requestLogSize,
    logger: options.logger,
  };
  const issues = [...unknownKeyIssues(options, LOCAL_OPTION_KEYS, "LocalSageMaker"), ...valueIssues(settings)];
  if (issues.length > 0) throw new ValidationError("LocalSageMaker", issues);
  return settings;
}

/** ARN of the execution role. */
export function roleArnOf({ accountId, region, roleName }: LocalSettings): string {
  return `arn:${region.startsWith("cn-") ? "aws-cn" : "aws"}:iam::${accountId}:role/${roleName}`;
}

function valueIssues(settings: LocalSettings): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const check = (key: keyof LocalSettings, legal: boolean, allowed: string): void => {
    if (!legal) issues.push({ path: [key], message: `${key} must be ${allowed}; got ${shown(settings[key])}` });
  };
  const whole = (value: unknown, min: number, max: number): boolean =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  const matches = (value: unknown, pattern: RegExp): boolean => typeof value === "string" && pattern.test(value);
  check("root", matches(settings.root, /./u), 'the path of a folder, or "temporary"');
  check("accountId", matches(settings.accountId, /^\d{12}$/u), "12 digits");
  check("region", matches(settings.region, /^[a-z]{2,5}(?:-[a-z0-9]+)+$/u), 'a region such as "us-east-1"');
  check(
    "roleName",
    matches(settings.roleName, /^[\w+=,.@-]{1,64}$/u),
    "a role name (up to 64 letters, digits, +=,.@-_)",
  );
  check("seed", whole(settings.seed, 0, 2 ** 31 - 1), "a whole number from 0 to 2147483647");
  check("threads", whole(settings.threads, 1, 256), "a whole number from 1 to 256");
  check("timing", settings.timing === "instant" || settings.timing === "realistic", '"instant" or "realistic"');
  check("maxConcurrentJobs", whole(settings.maxConcurrentJobs, 1, 1000), "a whole number from 1 to 1000");
  check("requestLogSize", whole(settings.requestLogSize, 0, 1_000_000), "a whole number from 0 to 1000000");
  return issues;
}
