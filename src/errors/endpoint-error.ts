import { SageMakerError } from "./sagemaker-error.js";

/**
 * Codes of {@link EndpointError}.
 *
 * @public
 */
export type EndpointErrorCode =
  | "MODEL_ERROR"
  | "EMPTY_RESPONSE"
  | "PAYLOAD_TOO_LARGE"
  | "ENDPOINT_NOT_FOUND"
  | "INVOCATION_TIMEOUT";

/**
 * What is known about a failed invocation.
 *
 * @public
 */
export interface EndpointErrorDetails {
  readonly code: EndpointErrorCode;
  readonly endpointName: string;
  /** HTTP status of the service's answer. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** HTTP status that the model container itself answered with. */
  readonly originalStatusCode?: number | undefined;
  /** Text that the model container itself answered with, at most 200 characters. */
  readonly originalMessage?: string | undefined;
  readonly logStreamArn?: string | undefined;
  readonly cause?: unknown;
}

/**
 * An endpoint could not answer a prediction request.
 *
 * @public
 */
export class EndpointError extends SageMakerError {
  static override readonly className: string = "EndpointError";

  declare readonly code: EndpointErrorCode;
  readonly endpointName: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly originalStatusCode: number | undefined;
  readonly originalMessage: string | undefined;
  readonly logStreamArn: string | undefined;

  constructor(problem: string, details: EndpointErrorDetails) {
    super(`Endpoint "${details.endpointName}": ${problem}`, details);
    this.endpointName = details.endpointName;
    this.status = details.status;
    this.requestId = details.requestId;
    this.originalStatusCode = details.originalStatusCode;
    this.originalMessage = details.originalMessage;
    this.logStreamArn = details.logStreamArn;
  }
}
