/** AWS services as the clients name them. */
export type ServiceName = "s3" | "sagemaker" | "sagemaker-runtime" | "logs" | "sts" | "iam";

export type Json = Readonly<Record<string, unknown>>;

/** The waiters that all clients have. */
export type WaiterName =
  | "TrainingJobCompletedOrStopped"
  | "TransformJobCompletedOrStopped"
  | "EndpointInService"
  | "EndpointDeleted";

/**
 * One client of AWS: everything goes through its own code, down to the wire. Operations and members have AWS's names.
 * `Body` is text in both directions.
 */
export interface ClientDriver {
  /** @throws ClientFailure */
  call(service: ServiceName, operation: string, input: Json): Promise<Json>;
  /** The client's own waiter. */
  wait(waiter: WaiterName, input: Json): Promise<void>;
  /** The client's own way to send a file, in parts when it is large. */
  upload(path: string, bucket: string, key: string): Promise<void>;
  /** The client's own way to fetch a file. */
  download(bucket: string, key: string, path: string): Promise<void>;
  /** A signed address for reading. */
  presign(bucket: string, key: string): Promise<string>;
  close(): Promise<void>;
}

/** An error that the service answered, with the code as the client shows it. */
export class ClientFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A HEAD request has no body that could name a code: clients show the status instead. */
export function knownCode(code: string): string {
  return code === "404" ? "NotFound" : code;
}
