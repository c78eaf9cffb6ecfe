import { ValidationError, type ValidationIssue } from "../errors/index.js";
import type { Logger } from "../internal/logger.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { AwsCredentials, ClientName, CredentialsFunction, SessionClients } from "./client-settings.js";

/**
 * Settings of a session. Everything is optional: without any, the AWS SDK's own look-up applies.
 *
 * @public
 */
export interface SessionOptions {
  /** AWS region. Default: environment `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the shared config file. */
  readonly region?: string | undefined;
  /** Credentials, or a function that gives them. Default: the AWS SDK's default chain. */
  readonly credentials?: AwsCredentials | CredentialsFunction | undefined;
  /** Profile of the shared config and credentials files. Default: environment `AWS_PROFILE`, then `default`. */
  readonly profile?: string | undefined;
  /** Execution role (name or ARN) for jobs and models. Default: environment `SAGEMAKER_ROLE`, then the caller's own role. */
  readonly role?: string | undefined;
  /** Base URL for all services, for example `http://127.0.0.1:4566`. Default: the AWS endpoints of the region. */
  readonly endpoint?: string | undefined;
  /** Ready-made AWS clients; those that are missing are made when first needed. */
  readonly clients?: SessionClients | undefined;
  /** AWS SDK request handler, or its options, for every client that the session makes. Handler objects are never destroyed. */
  readonly requestHandler?: unknown;
  /** Bucket for uploads and outputs. It is never created or checked. Default: `sagemaker-<region>-<account>`. */
  readonly defaultBucket?: string | undefined;
  /** Prefix put before every key that goes to the default bucket. Default: none. */
  readonly defaultBucketPrefix?: string | undefined;
  /** Receives what the library has to say. Default: silence. */
  readonly logger?: Logger | undefined;
  /**
   * Attempts per request, the first one included. Default: the AWS SDK's (3).
   * Predictions are not counted here: they are sent once unless a predictor asks for more.
   */
  readonly maxAttempts?: number | undefined;
}

const KNOWN_KEYS = [
  "region",
  "credentials",
  "profile",
  "role",
  "endpoint",
  "clients",
  "requestHandler",
  "defaultBucket",
  "defaultBucketPrefix",
  "logger",
  "maxAttempts",
] as const satisfies readonly (keyof SessionOptions)[];

/** Service ids by which AWS SDK clients name themselves. */
const SERVICE_IDS: Readonly<Record<ClientName, string>> = {
  sagemaker: "SageMaker",
  runtime: "SageMaker Runtime",
  s3: "S3",
  logs: "CloudWatch Logs",
  sts: "STS",
  iam: "IAM",
};

/**
 * Checks a session's options.
 *
 * @throws ValidationError `INVALID_OPTIONS` with every fault
 */
export function checkSessionOptions(options: SessionOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new ValidationError("Session", [{ path: [], message: `expected an options object, got ${shown(options)}` }]);
  }
  const issues = [
    ...unknownKeyIssues(options, KNOWN_KEYS, "Session"),
    ...textIssues(options),
    ...credentialIssues(options.credentials),
    ...clientIssues(options.clients),
    ...otherIssues(options),
  ];
  if (issues.length > 0) throw new ValidationError("Session", issues);
}

function textIssues(options: SessionOptions): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const rules = {
    region: [/^[a-z]{2,5}(-[a-z0-9]+)+$/u, 'a region such as "us-east-1"'],
    profile: [/./u, "the name of a profile"],
    role: [/^\S+$/u, "a role name or ARN"],
    endpoint: [/^https?:\/\/[^\s/]+/u, 'a URL such as "http://127.0.0.1:4566"'],
    defaultBucket: [
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u,
      "a bucket name without s3:// (3 to 63 of a-z, 0-9, dot, dash)",
    ],
    defaultBucketPrefix: [/^/u, "a key prefix"],
  } as const satisfies Partial<Record<keyof SessionOptions, readonly [RegExp, string]>>;
  for (const [key, [pattern, allowed]] of Object.entries(rules)) {
    const value: unknown = options[key as keyof typeof rules];
    if (value === undefined || (typeof value === "string" && pattern.test(value))) continue;
    issues.push({ path: [key], message: `${key} must be ${allowed}; got ${shown(value)}` });
  }
  return issues;
}

function credentialIssues(credentials: unknown): ValidationIssue[] {
  if (credentials === undefined || typeof credentials === "function") return [];
  const { accessKeyId, secretAccessKey } = (credentials ?? {}) as Partial<AwsCredentials>;
  if (typeof accessKeyId === "string" && accessKeyId && typeof secretAccessKey === "string" && secretAccessKey)
    return [];
  // The value is not shown: it may hold a secret.
  const message = "credentials must be { accessKeyId, secretAccessKey, sessionToken? } or a function that gives them";
  return [{ path: ["credentials"], message }];
}

function clientIssues(clients: SessionClients | undefined): ValidationIssue[] {
  if (clients === undefined) return [];
  if (typeof clients !== "object" || clients === null) {
    return [{ path: ["clients"], message: `clients must be an object of AWS clients; got ${shown(clients)}` }];
  }
  const names = Object.keys(SERVICE_IDS) as ClientName[];
  const issues = unknownKeyIssues(clients, names, "clients").map((issue) => ({
    ...issue,
    path: ["clients", ...issue.path],
  }));
  for (const name of names) {
    const client: unknown = clients[name];
    if (client === undefined) continue;
    const { send, config } = (client ?? {}) as { send?: unknown; config?: { serviceId?: unknown } };
    if (typeof send !== "function") {
      const message = `clients.${name} must be an AWS SDK v3 client with a send method; got ${kindOf(client)}`;
      issues.push({ path: ["clients", name], message });
    } else if (typeof config?.serviceId === "string" && config.serviceId !== SERVICE_IDS[name]) {
      const message = `clients.${name} must be a client of ${SERVICE_IDS[name]}; got one of ${config.serviceId}`;
      issues.push({ path: ["clients", name], message });
    }
  }
  return issues;
}

function otherIssues(options: SessionOptions): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const { maxAttempts, requestHandler, logger } = options;
  if (maxAttempts !== undefined && (!Number.isInteger(maxAttempts) || maxAttempts < 1)) {
    issues.push({
      path: ["maxAttempts"],
      message: `maxAttempts must be a whole number from 1; got ${shown(maxAttempts)}`,
    });
  }
  if (requestHandler !== undefined && (typeof requestHandler !== "object" || requestHandler === null)) {
    const message = `requestHandler must be an AWS SDK request handler or its options; got ${shown(requestHandler)}`;
    issues.push({ path: ["requestHandler"], message });
  }
  if (logger !== undefined) {
    const missing = (["debug", "info", "warn", "error"] as const).filter(
      (name) => typeof logger?.[name] !== "function",
    );
    if (missing.length > 0) {
      issues.push({ path: ["logger"], message: `logger lacks the methods ${missing.join(", ")}` });
    }
  }
  return issues;
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return shown(value);
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" ? `an object of class ${name}` : "an object";
}
