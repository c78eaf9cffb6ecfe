import { ServiceError, type WireResponse } from "../../core/contract.js";
import { childText } from "../../protocol/xml.js";
import type { ChecksumAlgorithm } from "../../store/checksums.js";
import type { ObjectChecksum } from "../../store/object-sidecar.js";
import type { ObjectEntry } from "../../store/object-store.js";
import type { WrittenFile } from "../../store/object-writer.js";
import {
  checksumElements,
  checksumHeaders,
  commonHeaders,
  empty,
  isoSeconds,
  MAX_PAGE,
  malformedXml,
  noSuchKey,
  quoted,
  xml,
} from "./answers.js";
import { checkRead, writeCondition } from "./conditions.js";
import type { S3Context } from "./context.js";
import { copySource } from "./copy-source.js";
import { describeObject, descriptionHeaders } from "./description.js";
import { FileBody } from "./file-body.js";
import { algorithmOf, receivePayload, receiveXml } from "./payload.js";
import { type ByteRange, parseRange } from "./range.js";
import { type S3Request, wholeNumber } from "./request.js";

const RESPONSE_OVERRIDES = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
];

/** PutObject. */
export async function putObject({ store }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.requireBucket(request.bucket);
  const condition = writeCondition(request.headers, request.key);
  // Faults of the headers are found before the body is taken.
  describeObject(request.headers);
  const { file, algorithm } = await receivePayload(request, store);
  const description = describeObject(request.headers, wholeChecksum(file, algorithm));
  try {
    request.wire.signal?.throwIfAborted();
    const entry = await store.commit(request.bucket, request.key, file, description, { condition });
    return empty(request, {
      etag: quoted(entry.etag),
      "x-amz-server-side-encryption": description.headers["x-amz-server-side-encryption"] ?? "AES256",
      ...checksumHeaders(entry),
    });
  } catch (error) {
    await store.discard(file);
    throw error;
  }
}

/** GetObject. */
export async function getObject({ store, openBodies }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.requireBucket(request.bucket);
  const opened = await store.open(request.bucket, request.key);
  if (!opened) throw noSuchKey(request.key);
  const { entry, handle } = opened;
  try {
    checkRead(entry, request.headers);
    const part = partOf(entry, request);
    const { status, headers, range } = describeRead(entry, request, part);
    for (const name of RESPONSE_OVERRIDES) {
      const override = request.query.get(`response-${name}`);
      if (override !== undefined) headers[name] = override;
    }
    const body = new FileBody(handle, range.start, range.end, (closed) => openBodies.delete(closed));
    openBodies.add(body);
    return { status, headers, body };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** HeadObject. */
export async function headObject({ store }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.requireBucket(request.bucket);
  const entry = await store.head(request.bucket, request.key);
  if (!entry) throw noSuchKey(request.key);
  checkRead(entry, request.headers);
  const { status, headers } = describeRead(entry, request, partOf(entry, request));
  return { status, headers, body: undefined };
}

/** DeleteObject: deleting what is not there succeeds. */
export async function deleteObject({ store }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.delete(request.bucket, request.key, writeCondition(request.headers, request.key));
  return empty(request, {}, 204);
}

/** DeleteObjects. */
export async function deleteObjects({ store }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.requireBucket(request.bucket);
  const root = await receiveXml(request, true);
  if (root?.name !== "Delete") throw malformedXml("expected Delete");
  const keys = root.children.filter((child) => child.name === "Object").map((child) => childText(child, "Key"));
  if (keys.length === 0 || keys.length > MAX_PAGE) throw malformedXml(`${keys.length} objects`);
  const deleted: { Key: string }[] = [];
  const failed: { Key: string; Code: string; Message: string }[] = [];
  for (const key of keys) {
    request.wire.signal?.throwIfAborted();
    if (key === undefined || key === "") throw malformedXml("an object without a key");
    try {
      await store.delete(request.bucket, key);
      deleted.push({ Key: key });
    } catch (error) {
      failed.push({ Key: key, Code: "InternalError", Message: error instanceof Error ? error.message : String(error) });
    }
  }
  const quiet = childText(root, "Quiet") === "true";
  return xml(request, "DeleteResult", { Deleted: quiet ? undefined : deleted, Error: failed });
}

/** CopyObject. */
export async function copyObject(context: S3Context, request: S3Request): Promise<WireResponse> {
  const { store } = context;
  const { headers } = request;
  await store.requireBucket(request.bucket);
  const source = copySource(context, request);
  const replaces = (headers["x-amz-metadata-directive"] ?? "COPY").toUpperCase() === "REPLACE";
  const itself = source.bucket === request.bucket && source.key === request.key;
  if (itself && !replaces && headers["x-amz-storage-class"] === undefined) {
    throw new ServiceError(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's " +
        "metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const condition = writeCondition(headers, request.key);
  await store.requireBucket(source.bucket);
  const opened = await store.open(source.bucket, source.key);
  if (!opened) throw noSuchKey(source.key);
  const algorithm = algorithmOf(headers["x-amz-checksum-algorithm"]) ?? opened.entry.checksum?.algorithm;
  const writer = store.createWriter(algorithm ? [algorithm] : [], opened.entry.sizeBytes);
  try {
    checkRead(opened.entry, headers, "x-amz-copy-source-");
    for await (const piece of new FileBody(opened.handle, 0, opened.entry.sizeBytes, () => undefined)) {
      request.wire.signal?.throwIfAborted();
      await writer.write(piece);
    }
    const file = await writer.finish();
    const checksum = wholeChecksum(file, algorithm);
    const description = replaces
      ? describeObject(headers, checksum)
      : { headers: opened.entry.headers, metadata: opened.entry.metadata, checksum };
    const entry = await store.commit(request.bucket, request.key, file, description, { condition });
    return xml(request, "CopyObjectResult", {
      ETag: quoted(entry.etag),
      LastModified: isoSeconds(entry.lastModified),
      ...checksumElements(entry),
    });
  } catch (error) {
    await writer.discard();
    throw error;
  } finally {
    await opened.handle.close();
  }
}

/** Checksum of the whole object, as far as an algorithm was computed. */
function wholeChecksum(file: WrittenFile, algorithm: ChecksumAlgorithm | undefined): ObjectChecksum | undefined {
  const digest = algorithm && file.checksums.get(algorithm);
  return digest && { algorithm, value: digest.toString("base64"), type: "FULL_OBJECT" };
}

interface ReadDescription {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly range: ByteRange;
}

function describeRead(entry: ObjectEntry, request: S3Request, part: ByteRange | undefined): ReadDescription {
  const whole = { start: 0, end: entry.sizeBytes };
  const asked = part ?? parseRange(request.headers["range"], entry.sizeBytes);
  const range = asked ?? whole;
  const headers: Record<string, string> = {
    ...commonHeaders(request),
    "last-modified": entry.lastModified.toUTCString(),
    etag: quoted(entry.etag),
    "accept-ranges": "bytes",
    "content-length": String(range.end - range.start),
    ...descriptionHeaders(entry),
  };
  if (part && entry.partSizes) headers["x-amz-mp-parts-count"] = String(entry.partSizes.length);
  if (asked) {
    headers["content-range"] = `bytes ${range.start}-${range.end - 1}/${entry.sizeBytes}`;
  } else if (request.headers["x-amz-checksum-mode"]?.toUpperCase() === "ENABLED") {
    // Clients compare the checksum with the bytes they get, so it goes only with all of them.
    Object.assign(headers, checksumHeaders(entry));
  }
  return { status: asked ? 206 : 200, headers, range };
}

/** The range of the part that `partNumber` asks for. */
function partOf(entry: ObjectEntry, request: S3Request): ByteRange | undefined {
  const text = request.query.get("partNumber");
  if (text === undefined) return undefined;
  const number = wholeNumber(text, "partNumber", 1, 10_000);
  const sizes = entry.partSizes ?? [entry.sizeBytes];
  const size = sizes[number - 1];
  if (size === undefined) {
    throw new ServiceError("InvalidPartNumber", "The requested partnumber is not satisfiable", 416);
  }
  const start = sizes.slice(0, number - 1).reduce((sum, bytes) => sum + bytes, 0);
  // An empty object has no bytes that a range could name.
  return size === 0 ? undefined : { start, end: start + size };
}
