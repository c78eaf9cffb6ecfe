import { ServiceError, type WireResponse } from "../../core/contract.js";
import { childText, type XmlElement } from "../../protocol/xml.js";
import { compareUtf8 } from "../../store/keys.js";
import type { StatedPart } from "../../store/multipart-store.js";
import {
  checksumElements,
  checksumHeader,
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
import { describeObject } from "./description.js";
import { FileBody } from "./file-body.js";
import { textEncoder } from "./list.js";
import { algorithmOf, receivePayload, receiveXml } from "./payload.js";
import { parseRange } from "./range.js";
import { type S3Request, wholeNumber } from "./request.js";

const MAX_PARTS = 10_000;

/** CreateMultipartUpload. */
export async function createMultipartUpload({ uploads }: S3Context, request: S3Request): Promise<WireResponse> {
  const { headers } = request;
  const algorithm = algorithmOf(headers["x-amz-checksum-algorithm"]);
  const stated = headers["x-amz-checksum-type"]?.toUpperCase();
  const checksumType = stated === "FULL_OBJECT" || algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
  const upload = await uploads.create(request.bucket, {
    key: request.key,
    initiated: new Date().toISOString(),
    description: describeObject(headers),
    algorithm,
    checksumType,
  });
  const answer = xml(request, "InitiateMultipartUploadResult", {
    Bucket: request.bucket,
    Key: request.key,
    UploadId: upload.id,
  });
  if (algorithm) {
    answer.headers["x-amz-checksum-algorithm"] = algorithm;
    answer.headers["x-amz-checksum-type"] = checksumType;
  }
  return answer;
}

/** UploadPart. */
export async function uploadPart({ store, uploads }: S3Context, request: S3Request): Promise<WireResponse> {
  const number = partNumber(request);
  const upload = await findUpload({ store, uploads }, request);
  const { file } = await receivePayload(request, store, upload.algorithm);
  try {
    request.wire.signal?.throwIfAborted();
    const part = await uploads.addPart(request.bucket, upload, number, file);
    const headers: Record<string, string> = { etag: quoted(part.etag) };
    if (upload.algorithm && part.checksum) headers[checksumHeader(upload.algorithm)] = part.checksum;
    return empty(request, headers);
  } catch (error) {
    await store.discard(file);
    throw error;
  }
}

/** UploadPartCopy. */
export async function uploadPartCopy(context: S3Context, request: S3Request): Promise<WireResponse> {
  const { store, uploads } = context;
  const number = partNumber(request);
  const upload = await findUpload(context, request);
  const source = copySource(context, request);
  await store.requireBucket(source.bucket);
  const opened = await store.open(source.bucket, source.key);
  if (!opened) throw noSuchKey(source.key);
  const { entry, handle } = opened;
  const writer = store.createWriter(upload.algorithm ? [upload.algorithm] : []);
  try {
    checkRead(entry, request.headers, "x-amz-copy-source-");
    const range = parseRange(request.headers["x-amz-copy-source-range"], entry.sizeBytes);
    const { start, end } = range ?? { start: 0, end: entry.sizeBytes };
    for await (const piece of new FileBody(handle, start, end, () => undefined)) {
      request.wire.signal?.throwIfAborted();
      await writer.write(piece);
    }
    const part = await uploads.addPart(request.bucket, upload, number, await writer.finish());
    return xml(request, "CopyPartResult", { ETag: quoted(part.etag), LastModified: isoSeconds(new Date()) });
  } catch (error) {
    await writer.discard();
    throw error;
  } finally {
    await handle.close();
  }
}

/** CompleteMultipartUpload. */
export async function completeMultipartUpload(context: S3Context, request: S3Request): Promise<WireResponse> {
  const { identity, uploads } = context;
  const upload = await findUpload(context, request);
  const root = await receiveXml(request);
  if (root?.name !== "CompleteMultipartUpload") throw malformedXml("expected CompleteMultipartUpload");
  const parts = root.children.filter((child) => child.name === "Part");
  if (parts.length === 0 || parts.length > MAX_PARTS) throw malformedXml(`${parts.length} parts`);
  const stated = parts.map((part) => statedPart(part, upload.algorithm));
  const condition = writeCondition(request.headers, request.key);
  const entry = await uploads.complete(request.bucket, upload, stated, condition);
  return xml(request, "CompleteMultipartUploadResult", {
    Location: `https://${request.bucket}.s3.${identity.region}.amazonaws.com/${encodeURIComponent(request.key)}`,
    Bucket: request.bucket,
    Key: request.key,
    ETag: quoted(entry.etag),
    ...checksumElements(entry),
  });
}

/** AbortMultipartUpload. */
export async function abortMultipartUpload(context: S3Context, request: S3Request): Promise<WireResponse> {
  await context.uploads.abort(request.bucket, await findUpload(context, request));
  return empty(request, {}, 204);
}

/** ListParts. */
export async function listParts(context: S3Context, request: S3Request): Promise<WireResponse> {
  const { query } = request;
  const upload = await findUpload(context, request);
  const marker = wholeNumber(query.get("part-number-marker") ?? "0", "part-number-marker", 0, 2 ** 31 - 1);
  const limit = Math.min(MAX_PAGE, wholeNumber(query.get("max-parts") ?? "1000", "max-parts", 0, 2 ** 31 - 1));
  const found = (await context.uploads.parts(request.bucket, upload)).filter((part) => part.number > marker);
  const page = found.slice(0, limit);
  return xml(request, "ListPartsResult", {
    Bucket: request.bucket,
    Key: textEncoder(request)(upload.key),
    UploadId: upload.id,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: found.length > page.length,
    StorageClass: "STANDARD",
    ChecksumAlgorithm: upload.algorithm,
    ChecksumType: upload.algorithm && upload.checksumType,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: isoSeconds(new Date(part.lastModified)),
      ETag: quoted(part.etag),
      Size: part.sizeBytes,
      ...(upload.algorithm ? { [`Checksum${upload.algorithm}`]: part.checksum } : {}),
    })),
  });
}

/** ListMultipartUploads. */
export async function listMultipartUploads({ store, uploads }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.requireBucket(request.bucket);
  const { query } = request;
  const prefix = query.get("prefix") ?? "";
  const keyMarker = query.get("key-marker") ?? "";
  const idMarker = query.get("upload-id-marker") ?? "";
  const limit = Math.min(MAX_PAGE, wholeNumber(query.get("max-uploads") ?? "1000", "max-uploads", 1, 2 ** 31 - 1));
  const all = (await uploads.list(request.bucket)).filter((upload) => upload.key.startsWith(prefix));
  const marked = all.findIndex((upload) => upload.key === keyMarker && upload.id === idMarker);
  const found = marked === -1 ? all.filter((upload) => compareUtf8(upload.key, keyMarker) > 0) : all.slice(marked + 1);
  const page = found.slice(0, limit);
  const more = found.length > page.length;
  const shown = textEncoder(request);
  return xml(request, "ListMultipartUploadsResult", {
    Bucket: request.bucket,
    KeyMarker: shown(keyMarker),
    UploadIdMarker: idMarker,
    Prefix: shown(prefix),
    NextKeyMarker: more ? shown(page.at(-1)?.key ?? "") : undefined,
    NextUploadIdMarker: more ? page.at(-1)?.id : undefined,
    EncodingType: query.get("encoding-type"),
    MaxUploads: limit,
    IsTruncated: more,
    Upload: page.map((upload) => ({
      Key: shown(upload.key),
      UploadId: upload.id,
      Initiated: upload.initiated,
      StorageClass: "STANDARD",
      ChecksumAlgorithm: upload.algorithm,
    })),
  });
}

async function findUpload({ store, uploads }: Pick<S3Context, "store" | "uploads">, request: S3Request) {
  await store.requireBucket(request.bucket);
  return uploads.find(request.bucket, request.key, request.query.get("uploadId") ?? "");
}

function partNumber(request: S3Request): number {
  const text = request.query.get("partNumber") ?? "";
  const number = /^\d{1,6}$/u.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAX_PARTS) return number;
  throw new ServiceError(
    "InvalidArgument",
    `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
    400,
    { ArgumentName: "partNumber", ArgumentValue: text },
  );
}

function statedPart(element: XmlElement, algorithm: string | undefined): StatedPart {
  const number = Number(childText(element, "PartNumber"));
  const etag = childText(element, "ETag");
  if (!Number.isInteger(number) || etag === undefined) throw malformedXml("a part without PartNumber or ETag");
  return {
    number,
    etag: etag.trim().replace(/^"(.*)"$/u, "$1"),
    checksum: algorithm && childText(element, `Checksum${algorithm}`),
  };
}
