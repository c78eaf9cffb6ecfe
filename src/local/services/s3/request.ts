import { ServiceError, type WireRequest } from "../../core/contract.js";

/** An S3 request with its address taken apart. */
export interface S3Request {
  readonly wire: WireRequest;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly requestId: string;
}

const MAX_KEY_BYTES = 1024;
const AMAZON_HOST = /^(?:(.+)\.)?s3[a-z0-9-]*(?:\.dualstack)?(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/u;
const LOCAL_HOST = /^(.+)\.localhost$/u;

/**
 * Takes the address of a request apart: bucket in the host or first in the path, the rest of the path is the key.
 *
 * @throws ServiceError `InvalidURI`, `KeyTooLongError`
 */
export function parseS3Request(wire: WireRequest, requestId: string): S3Request {
  const host = (wire.headers["host"] ?? "").replace(/:\d+$/u, "");
  const hostBucket = (AMAZON_HOST.exec(host) ?? LOCAL_HOST.exec(host))?.[1];
  const path = wire.rawPath.startsWith("/") ? wire.rawPath.slice(1) : wire.rawPath;
  const slash = path.indexOf("/");
  const bucket = hostBucket ?? percentDecoded(slash === -1 ? path : path.slice(0, slash));
  const key = percentDecoded(hostBucket !== undefined ? path : slash === -1 ? "" : path.slice(slash + 1));
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new ServiceError("KeyTooLongError", "Your key is too long", 400, {
      Size: Buffer.byteLength(key),
      MaxSizeAllowed: MAX_KEY_BYTES,
    });
  }
  return { wire, method: wire.method, headers: wire.headers, bucket, key, query: parseQuery(wire.rawQuery), requestId };
}

/** @throws ServiceError `InvalidURI` when the bytes behind the percent signs are not UTF-8 */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError("InvalidURI", "Couldn't parse the specified URI.");
  }
}

function parseQuery(rawQuery: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const part of rawQuery.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals === -1 ? part : part.slice(0, equals);
    const value = equals === -1 ? "" : part.slice(equals + 1);
    query.set(percentDecoded(name), percentDecoded(value.replaceAll("+", " ")));
  }
  return query;
}

/** A whole number from a query parameter or header. */
export function wholeNumber(text: string, name: string, min: number, max: number): number {
  const value = /^\d{1,10}$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ServiceError("InvalidArgument", `Argument ${name} must be an integer between ${min} and ${max}`, 400, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}
