import { ServiceError } from "../../core/contract.js";
import type { ObjectEntry, WriteCondition } from "../../store/object-store.js";
import { noSuchKey, notImplemented } from "./answers.js";

type Headers = Readonly<Record<string, string>>;

/**
 * Conditions of a read.
 *
 * @param prefix - of the header names; a copy states conditions on its source
 * @throws ServiceError `PreconditionFailed`, `NotModified`
 */
export function checkRead(entry: ObjectEntry, headers: Headers, prefix = ""): void {
  const modified = Math.floor(entry.lastModified.getTime() / 1000) * 1000;
  const ifMatch = headers[`${prefix}if-match`];
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, entry.etag)) throw preconditionFailed("If-Match");
  } else {
    // A matching If-Match outweighs the time.
    const since = time(headers[`${prefix}if-unmodified-since`]);
    if (since !== undefined && modified > since) throw preconditionFailed("If-Unmodified-Since");
  }
  const unchanged = prefix ? preconditionFailed : () => new ServiceError("NotModified", "Not Modified", 304);
  const ifNoneMatch = headers[`${prefix}if-none-match`];
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, entry.etag)) throw unchanged("If-None-Match");
  } else {
    const since = time(headers[`${prefix}if-modified-since`]);
    if (since !== undefined && modified <= since) throw unchanged("If-Modified-Since");
  }
}

/** Conditions of a write; undefined when the request states none. */
export function writeCondition(headers: Headers, key: string): WriteCondition | undefined {
  const ifMatch = headers["if-match"];
  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw notImplemented("If-None-Match with an ETag on a write");
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  return (current) => {
    if (ifNoneMatch !== undefined && current) throw preconditionFailed("If-None-Match");
    if (ifMatch === undefined) return;
    if (!current) throw noSuchKey(key);
    if (!matches(ifMatch, current.etag)) throw preconditionFailed("If-Match");
  };
}

function matches(header: string, etag: string): boolean {
  return header
    .split(",")
    .map((value) =>
      value
        .trim()
        .replace(/^W\//u, "")
        .replace(/^"(.*)"$/u, "$1"),
    )
    .some((value) => value === "*" || value === etag);
}

function time(header: string | undefined): number | undefined {
  const value = Date.parse(header ?? "");
  return Number.isNaN(value) ? undefined : value;
}

function preconditionFailed(condition: string): ServiceError {
  return new ServiceError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, {
    Condition: condition,
  });
}
