/**
 * The shapes that the parts of the local service hand to each other. Transport-neutral: the same core answers the
 * AWS SDK inside the process and HTTP clients.
 */

/**
 * One request as it is on the wire.
 *
 * @public
 */
export interface WireRequest {
  readonly method: string;
  /** Path exactly as sent, percent signs, dots and double slashes untouched. */
  readonly rawPath: string;
  /** Query string exactly as sent, without the question mark. */
  readonly rawQuery: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One answer as it goes on the wire.
 *
 * @public
 */
export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** A modelled error answer. Each protocol renders it in its own form. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error shape, for example `OriginalStatusCode` of a ModelError. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "ServiceError";
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** Who the local service pretends to be. */
export interface LocalIdentity {
  readonly accountId: string;
  readonly region: string;
  /** ARN of the execution role that IAM GetRole and STS answer with. */
  readonly roleArn: string;
}

/** An AWS JSON 1.1 service: SageMaker or CloudWatch Logs. Input and output are the operation's JSON objects. */
export interface JsonService {
  /** The part of `X-Amz-Target` before the dot. */
  readonly targetPrefix: string;
  /** @throws ServiceError */
  call(operation: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
}

/** The runtime service (REST JSON): InvokeEndpoint. */
export interface RuntimeService {
  /** @throws ServiceError */
  invokeEndpoint(request: RuntimeInvocation): Promise<RuntimeAnswer>;
}

/** InvokeEndpoint as it arrives. */
export interface RuntimeInvocation {
  readonly endpointName: string;
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly customAttributes: string | undefined;
  readonly targetModel: string | undefined;
  readonly targetVariant: string | undefined;
  readonly inferenceId: string | undefined;
}

/** What InvokeEndpoint answers. */
export interface RuntimeAnswer {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly invokedProductionVariant: string;
}

/** An object of the local S3. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /** Absolute path of the bytes on this disk; read-only for everybody but the store. */
  readonly path: string;
}

/** The local S3 as the SageMaker side uses it: files, not HTTP. */
export interface ObjectStore {
  bucketExists(bucket: string): Promise<boolean>;
  createBucket(bucket: string): Promise<void>;
  /** Objects whose key starts with `prefix`, in UTF-8 byte order of their keys. */
  list(bucket: string, prefix: string): AsyncIterable<StoredObject>;
  head(bucket: string, key: string): Promise<StoredObject | undefined>;
  put(bucket: string, key: string, bytes: Uint8Array): Promise<StoredObject>;
  /** Takes over a finished file by renaming it into the store (same disk), atomically. */
  adoptFile(bucket: string, key: string, filePath: string): Promise<StoredObject>;
}

/** Resource records (jobs, models, endpoints): one JSON file each, replaced atomically. */
export interface RecordStore {
  read<T>(kind: string, name: string): Promise<T | undefined>;
  write(kind: string, name: string, value: unknown): Promise<void>;
  remove(kind: string, name: string): Promise<boolean>;
  list<T>(kind: string): Promise<T[]>;
}

/** One event of a log stream. */
export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** The local CloudWatch Logs as the SageMaker side uses it. */
export interface LogStore {
  /** Appends in order; creates group and stream when needed. Durable when the promise resolves. */
  append(group: string, stream: string, events: readonly LogEvent[]): Promise<void>;
}
