import type { ServiceError, WireRequest, WireResponse } from "./contract.js";

/** A request after it was answered, as the request log keeps it. */
export interface Exchange {
  readonly response: WireResponse;
  /** `sagemaker`, `runtime`, `s3`, `logs`, `sts` or `iam`. */
  readonly service: string;
  /** Operation as AWS names it; `Unknown` when the request named none. */
  readonly operation: string;
  /** JSON input of the operation; of S3 and the runtime only what the address says. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly error: ServiceError | undefined;
}

/** One wire protocol: knows its own requests, and renders results and errors in its own form. */
export interface Protocol {
  accepts(request: WireRequest): boolean;
  /** Never rejects but with the reason of an abort: every other failure becomes an answer. */
  answer(request: WireRequest, requestId: string): Promise<Exchange>;
}
