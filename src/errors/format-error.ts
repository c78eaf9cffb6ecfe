import { SageMakerError } from "./sagemaker-error.js";

/**
 * Codes of {@link FormatError}: a record that cannot be written or read, or a file that is damaged.
 *
 * @public
 */
export type FormatErrorCode = "FORMAT_INVALID_RECORD" | "FORMAT_CORRUPT_INPUT";

/**
 * Where in which data a {@link FormatError} happened.
 *
 * @public
 */
export interface FormatErrorDetails {
  readonly code: FormatErrorCode;
  /** Format name, for example `fastText` or `JSON Lines`. */
  readonly format: string;
  /** File path or URI, when known. */
  readonly source?: string | undefined;
  /** 1-based line or record number, when known. */
  readonly record?: number | undefined;
  /**
   * What the message calls a record.
   *
   * @defaultValue "line"
   */
  readonly recordName?: string | undefined;
  /** Byte offset from the start of the source, when known. */
  readonly byteOffset?: number | undefined;
  /** Name of the field at fault, when there is one. */
  readonly field?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Data does not follow its format. The message names the source and the line.
 *
 * @public
 */
export class FormatError extends SageMakerError {
  static override readonly className: string = "FormatError";

  declare readonly code: FormatErrorCode;
  /** What is wrong: the message without the place. */
  readonly problem: string;
  readonly format: string;
  readonly source: string | undefined;
  readonly record: number | undefined;
  readonly byteOffset: number | undefined;
  readonly field: string | undefined;

  constructor(problem: string, details: FormatErrorDetails) {
    const place = [
      details.source,
      details.record === undefined ? undefined : `${details.recordName ?? "line"} ${details.record}`,
      details.byteOffset === undefined ? undefined : `byte ${details.byteOffset}`,
      details.field === undefined ? undefined : `field "${details.field}"`,
    ].filter((part) => part !== undefined);
    super(`${details.format}${place.length > 0 ? ` (${place.join(", ")})` : ""}: ${problem}`, details);
    this.problem = problem;
    this.format = details.format;
    this.source = details.source;
    this.record = details.record;
    this.byteOffset = details.byteOffset;
    this.field = details.field;
  }
}
