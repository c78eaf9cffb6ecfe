import { DecodeError, ValidationError } from "../errors/index.js";

/** A content type taken apart: `application/json; charset=UTF-8` has the type `application/json`. */
export interface MediaType {
  /** Lower case, without parameters; empty when nothing was given. */
  readonly type: string;
  /** Lower case, without quotes; undefined when not given. */
  readonly charset: string | undefined;
}

export function parseMediaType(contentType: string): MediaType {
  const [type = "", ...parameters] = contentType.split(";");
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/iu.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  return { type: type.trim().toLowerCase(), charset: charset?.toLowerCase() };
}

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  "utf-8": "utf8",
  utf8: "utf8",
  "us-ascii": "utf8",
  ascii: "utf8",
  "iso-8859-1": "latin1",
  latin1: "latin1",
};

/** Text of a body by the charset of its content type (UTF-8 when it names none), without a byte order mark. */
export function decodeText(body: Uint8Array, contentType: string): string {
  const { charset } = contentType.includes(";") ? parseMediaType(contentType) : { charset: undefined };
  const encoding = charset === undefined ? "utf8" : ENCODINGS[charset];
  if (encoding === undefined) throw new DecodeError(`unknown charset "${charset}"`, { contentType, body });
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString(encoding);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** A fault of a value that was to be serialized. */
export function invalidInput(
  serializer: string,
  message: string,
  path: readonly (string | number)[] = [],
): ValidationError {
  return new ValidationError(serializer, [{ path, message }], "INVALID_INPUT");
}

/**
 * An array of numbers of one machine type. `DataView` and `Uint8ClampedArray` are none.
 *
 * @public
 */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

export function isNumberArray(value: unknown): value is NumberArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof Uint8ClampedArray);
}
