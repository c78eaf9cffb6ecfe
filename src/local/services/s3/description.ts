import { ServiceError } from "../../core/contract.js";
import type { ObjectChecksum, ObjectDescription } from "../../store/object-sidecar.js";

const MAX_METADATA_BYTES = 2048;
const METADATA_PREFIX = "x-amz-meta-";
/** Headers of a write that a read gives back. */
const KEPT_HEADERS = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
  "x-amz-website-redirect-location",
  "x-amz-storage-class",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
] as const;

/**
 * What the headers of a write say about the object.
 *
 * @throws ServiceError `MetadataTooLarge`
 */
export function describeObject(
  headers: Readonly<Record<string, string>>,
  checksum?: ObjectChecksum,
): ObjectDescription {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = name === "content-encoding" ? withoutChunking(headers[name]) : headers[name];
    if (value !== undefined && value !== "") kept[name] = value;
  }
  kept["content-type"] ??= "application/octet-stream";
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(METADATA_PREFIX)) continue;
    const plain = name.slice(METADATA_PREFIX.length);
    metadata[plain] = value;
    bytes += Buffer.byteLength(plain) + Buffer.byteLength(value);
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new ServiceError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400, {
      Size: bytes,
      MaxSizeAllowed: MAX_METADATA_BYTES,
    });
  }
  return { headers: kept, metadata, checksum };
}

/** Headers by which a read tells what the write said. */
export function descriptionHeaders(description: ObjectDescription): Record<string, string> {
  const headers: Record<string, string> = { "x-amz-server-side-encryption": "AES256", ...description.headers };
  for (const [name, value] of Object.entries(description.metadata)) headers[METADATA_PREFIX + name] = value;
  return headers;
}

/** The frame of the transfer is no property of the object. */
function withoutChunking(encoding: string | undefined): string | undefined {
  return encoding
    ?.split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "aws-chunked" && value !== "")
    .join(",");
}
