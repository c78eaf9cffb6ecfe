import { ServiceError } from "../../core/contract.js";

/** Positions of a part of an object. */
export interface ByteRange {
  readonly start: number;
  /** Position after the last byte. */
  readonly end: number;
}

/**
 * The range that a `Range` header asks for; undefined when it asks for everything or in a form that S3 ignores.
 *
 * @throws ServiceError `InvalidRange` when no byte of the object is in it
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/u.exec(header?.trim() ?? "");
  if (!match) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), sizeBytes);
    if (length === 0) throw invalidRange(header ?? "", sizeBytes);
    return { start: sizeBytes - length, end: sizeBytes };
  }
  const start = Number(first);
  // A range that ends before it starts is no range at all.
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= sizeBytes) throw invalidRange(header ?? "", sizeBytes);
  return { start, end: last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}

function invalidRange(header: string, sizeBytes: number): ServiceError {
  return new ServiceError("InvalidRange", "The requested range is not satisfiable", 416, {
    RangeRequested: header,
    ActualObjectSize: sizeBytes,
  });
}
