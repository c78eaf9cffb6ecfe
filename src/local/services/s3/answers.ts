import { ServiceError, type WireResponse } from "../../core/contract.js";
import { renderXml, type XmlContent } from "../../protocol/xml.js";
import type { ObjectEntry } from "../../store/object-store.js";
import type { S3Request } from "./request.js";

/** XML namespace of all S3 documents. */
const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
/** Longest list of a page. */
export const MAX_PAGE = 1000;

/** An answer with an XML document. */
export function xml(
  request: S3Request,
  name: string,
  content: XmlContent,
  headers: Readonly<Record<string, string>> = {},
): WireResponse {
  const body = Buffer.from(renderXml(name, content, NAMESPACE));
  return {
    status: 200,
    headers: {
      ...commonHeaders(request),
      "content-type": "application/xml",
      "content-length": String(body.length),
      ...headers,
    },
    body,
  };
}

/** An answer without a body. */
export function empty(
  request: S3Request,
  headers: Readonly<Record<string, string>> = {},
  status: 200 | 204 = 200,
): WireResponse {
  const length: Record<string, string> = status === 204 ? {} : { "content-length": "0" };
  return { status, headers: { ...commonHeaders(request), ...length, ...headers }, body: undefined };
}

/** The document of an error; a HEAD request gets the status only. */
export function errorAnswer(
  error: ServiceError,
  request: Pick<S3Request, "method" | "requestId"> & { readonly resource: string },
): WireResponse {
  const headers = commonHeaders(request);
  if (request.method === "HEAD" || error.status === 304) return { status: error.status, headers, body: undefined };
  const members = Object.fromEntries(
    Object.entries(error.members).map(([name, value]): [string, XmlContent] => [name, String(value)]),
  );
  const document = renderXml("Error", {
    Code: error.code,
    Message: error.message,
    ...members,
    Resource: request.resource,
    RequestId: request.requestId,
    HostId: "local",
  });
  const body = Buffer.from(document);
  return {
    status: error.status,
    headers: { ...headers, "content-type": "application/xml", "content-length": String(body.length) },
    body,
  };
}

/** Headers that every answer carries. */
export function commonHeaders(request: Pick<S3Request, "requestId">): Record<string, string> {
  return {
    "x-amz-request-id": request.requestId,
    "x-amz-id-2": "local",
    date: new Date().toUTCString(),
    server: "AmazonS3",
  };
}

/** ETag as it stands in headers and documents. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** S3 keeps times in whole seconds. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}.000Z`;
}

/** The header that carries a checksum, `x-amz-checksum-crc32` and the like. */
export function checksumHeader(algorithm: string): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Headers that tell the checksum of an object. */
export function checksumHeaders(entry: Pick<ObjectEntry, "checksum">): Record<string, string> {
  if (!entry.checksum) return {};
  return {
    [checksumHeader(entry.checksum.algorithm)]: entry.checksum.value,
    "x-amz-checksum-type": entry.checksum.type,
  };
}

/** Elements that tell the checksum of an object. */
export function checksumElements(entry: Pick<ObjectEntry, "checksum">): Record<string, XmlContent> {
  if (!entry.checksum) return {};
  return { [`Checksum${entry.checksum.algorithm}`]: entry.checksum.value, ChecksumType: entry.checksum.type };
}

/** The object is not there. */
export function noSuchKey(key: string): ServiceError {
  return new ServiceError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
}

/** An operation of S3 that local mode does not have. */
export function notImplemented(what: string): ServiceError {
  return new ServiceError(
    "NotImplemented",
    `[local mode] ${what} is not implemented. Local S3 has buckets, objects, lists, copies and multipart uploads.`,
    501,
  );
}

/** The body is not the document that the operation takes. */
export function malformedXml(detail: string): ServiceError {
  return new ServiceError(
    "MalformedXML",
    `The XML you provided was not well-formed or did not validate against our published schema (${detail})`,
  );
}
