import { SageMakerError } from "./sagemaker-error.js";

/**
 * An answer could not be decoded into the expected type.
 *
 * @public
 */
export class DecodeError extends SageMakerError {
  static override readonly className: string = "DecodeError";

  declare readonly code: "DECODE_FAILED";
  /** Content type that the answer carried. */
  readonly contentType: string;
  /** The first 200 bytes of the body as text. */
  readonly bodyStart: string;

  constructor(
    problem: string,
    options: { readonly contentType: string; readonly body: Uint8Array; readonly cause?: unknown },
  ) {
    const start = Buffer.from(
      options.body.buffer,
      options.body.byteOffset,
      Math.min(200, options.body.byteLength),
    ).toString("utf8");
    super(`${problem} (content type "${options.contentType}", body starts with ${JSON.stringify(start)})`, {
      code: "DECODE_FAILED",
      cause: options.cause,
    });
    this.contentType = options.contentType;
    this.bodyStart = start;
  }
}
