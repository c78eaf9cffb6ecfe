import type { Exchange } from "./exchange.js";

/**
 * One answered request of the embedded SageMaker, for assertions in tests.
 *
 * @public
 */
export interface LocalRequest {
  /** `sagemaker`, `runtime`, `s3`, `logs`, `sts` or `iam`. */
  readonly service: string;
  /** Operation as AWS names it, for example `CreateTrainingJob`. */
  readonly operation: string;
  /** The operation's JSON input; of S3 bucket and key, of the runtime the endpoint and the size of the body. */
  readonly input: Readonly<Record<string, unknown>>;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Code of the error that was answered; undefined after success. */
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  readonly requestId: string;
  readonly at: Date;
  /** Time to the answer's headers. */
  readonly milliseconds: number;
}

/** The last requests, oldest first. */
export class RequestLog {
  readonly #capacity: number;
  #entries: LocalRequest[] = [];

  /** @param capacity - number of requests that are kept */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get entries(): readonly LocalRequest[] {
    return this.#entries.slice(-this.#capacity);
  }

  add(exchange: Exchange, requestId: string, at: Date, milliseconds: number): void {
    const { service, operation, input, error, response } = exchange;
    const errorCode = error?.code;
    const errorMessage = error?.message;
    const { status } = response;
    this.#entries.push({ service, operation, input, status, errorCode, errorMessage, requestId, at, milliseconds });
    // Cutting at twice the capacity makes a push cost constant time.
    if (this.#entries.length >= 2 * this.#capacity) this.#entries = this.#entries.slice(-this.#capacity);
  }

  clear(): void {
    this.#entries = [];
  }
}
