/**
 * Long-lived or temporary AWS credentials.
 *
 * @public
 */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/**
 * The part of an AWS SDK client (version 3) that the library uses. Every `@aws-sdk/client-*` client fits, and so does a
 * hand-written double with a `send` method.
 *
 * @public
 */
export interface AwsClientLike {
  send(command: never, options?: never): Promise<unknown>;
  destroy?(): void;
}

/**
 * The AWS services that a session keeps a client for.
 *
 * @public
 */
export type ClientName = "sagemaker" | "runtime" | "s3" | "logs" | "sts" | "iam";

/**
 * Ready-made clients of a session, by service.
 *
 * @public
 */
export interface SessionClients {
  /** `SageMakerClient` of `@aws-sdk/client-sagemaker`. */
  readonly sagemaker?: AwsClientLike | undefined;
  /** `SageMakerRuntimeClient` of `@aws-sdk/client-sagemaker-runtime`. */
  readonly runtime?: AwsClientLike | undefined;
  /** `S3Client` of `@aws-sdk/client-s3`. */
  readonly s3?: AwsClientLike | undefined;
  /** `CloudWatchLogsClient` of `@aws-sdk/client-cloudwatch-logs`. */
  readonly logs?: AwsClientLike | undefined;
  /** `STSClient` of `@aws-sdk/client-sts`. */
  readonly sts?: AwsClientLike | undefined;
  /** `IAMClient` of `@aws-sdk/client-iam`. */
  readonly iam?: AwsClientLike | undefined;
}

/**
 * Constructor argument for every AWS client that the library makes. Members that nobody set are absent, so that the AWS
 * SDK's own defaults apply (shared config files, environment, instance role).
 *
 * @public
 */
export interface ClientSettings {
  readonly region?: string | (() => Promise<string>);
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | CredentialsFunction;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly requestHandler?: Record<string, unknown>;
  readonly maxAttempts?: number;
  readonly customUserAgent: [string, string][];
}

/**
 * Gives credentials whenever the AWS SDK asks for them; a refreshed set carries `expiration`.
 *
 * @public
 */
export type CredentialsFunction = () => Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}>;
