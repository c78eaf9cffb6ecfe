import { ServiceError, type WireResponse } from "../../core/contract.js";
import type { XmlContent } from "../../protocol/xml.js";
import { compareUtf8 } from "../../store/keys.js";
import type { ObjectEntry } from "../../store/object-store.js";
import { isoSeconds, MAX_PAGE, quoted, xml } from "./answers.js";
import type { S3Context } from "./context.js";
import { type S3Request, wholeNumber } from "./request.js";

/** ListObjectsV2. */
export async function listObjectsV2(context: S3Context, request: S3Request): Promise<WireResponse> {
  const { query } = request;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after");
  const after = token === undefined ? startAfter : decodeToken(token);
  const page = await readPage(context, request, after);
  const shown = textEncoder(request);
  return xml(request, "ListBucketResult", {
    Name: request.bucket,
    Prefix: shown(query.get("prefix") ?? ""),
    Delimiter: shownOptional(shown, query.get("delimiter")),
    StartAfter: shownOptional(shown, startAfter),
    ContinuationToken: token,
    NextContinuationToken: page.last === undefined ? undefined : encodeToken(page.last),
    KeyCount: page.entries.length + page.prefixes.length,
    MaxKeys: page.limit,
    EncodingType: query.get("encoding-type"),
    IsTruncated: page.last !== undefined,
    Contents: page.entries.map((entry) => content(context, entry, shown, query.get("fetch-owner") === "true")),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: shown(prefix) })),
  });
}

/** ListObjects, the first version. */
export async function listObjects(context: S3Context, request: S3Request): Promise<WireResponse> {
  const { query } = request;
  const marker = query.get("marker");
  const page = await readPage(context, request, marker);
  const shown = textEncoder(request);
  const delimiter = query.get("delimiter");
  return xml(request, "ListBucketResult", {
    Name: request.bucket,
    Prefix: shown(query.get("prefix") ?? ""),
    Delimiter: shownOptional(shown, delimiter),
    Marker: shown(marker ?? ""),
    // Without a delimiter the last key is the marker, so S3 leaves this out.
    NextMarker: delimiter ? shownOptional(shown, page.last) : undefined,
    MaxKeys: page.limit,
    EncodingType: query.get("encoding-type"),
    IsTruncated: page.last !== undefined,
    Contents: page.entries.map((entry) => content(context, entry, shown, true)),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: shown(prefix) })),
  });
}

interface Page {
  readonly entries: readonly ObjectEntry[];
  readonly prefixes: readonly string[];
  readonly limit: number;
  /** Last item when more follow: key or common prefix. */
  readonly last: string | undefined;
}

/** Items after a key or common prefix, at most `max-keys` of them. */
async function readPage({ store }: S3Context, request: S3Request, after: string | undefined): Promise<Page> {
  const { bucket, query } = request;
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const limit = Math.min(MAX_PAGE, wholeNumber(query.get("max-keys") ?? "1000", "max-keys", 0, 2 ** 31 - 1));
  const keys = await store.keys(bucket, prefix);
  const entries: ObjectEntry[] = [];
  const prefixes: string[] = [];
  if (limit === 0) return { entries, prefixes, limit, last: undefined };
  let last: string | undefined;
  for (let index = firstAfter(keys, after ?? ""); index < keys.length; index++) {
    const key = keys[index] ?? "";
    const common = commonPrefix(key, prefix, delimiter);
    // A page has each prefix once, and one that ended with a prefix goes on after all the keys of it.
    if (common !== undefined && (common === last || common === after)) continue;
    if (entries.length + prefixes.length === limit) return { entries, prefixes, limit, last };
    if (common === undefined) {
      request.wire.signal?.throwIfAborted();
      const entry = await store.head(bucket, key);
      if (!entry) continue;
      entries.push(entry);
    } else {
      prefixes.push(common);
    }
    last = common ?? key;
  }
  return { entries, prefixes, limit, last: undefined };
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}

/** Position of the first key behind `after`; the keys are in UTF-8 byte order. */
function firstAfter(keys: readonly string[], after: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareUtf8(keys[middle] ?? "", after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function content(
  { identity }: S3Context,
  entry: ObjectEntry,
  shown: (text: string) => string,
  withOwner: boolean,
): XmlContent {
  return {
    Key: shown(entry.key),
    LastModified: isoSeconds(entry.lastModified),
    ETag: quoted(entry.etag),
    ChecksumAlgorithm: entry.checksum?.algorithm,
    ChecksumType: entry.checksum?.type,
    Size: entry.sizeBytes,
    Owner: withOwner ? { ID: identity.accountId, DisplayName: "local" } : undefined,
    StorageClass: entry.headers["x-amz-storage-class"] ?? "STANDARD",
  };
}

/** How keys are written: plain, or percent-encoded when the caller asks so because XML cannot hold every character. */
export function textEncoder(request: S3Request): (text: string) => string {
  const type = request.query.get("encoding-type");
  if (type === undefined) return (text) => text;
  if (type !== "url") {
    throw new ServiceError("InvalidArgument", "Invalid Encoding Method specified in Request", 400, {
      ArgumentName: "encoding-type",
      ArgumentValue: type,
    });
  }
  return (text) => encodeURIComponent(text).replaceAll("%2F", "/");
}

function shownOptional(shown: (text: string) => string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : shown(text);
}

function encodeToken(last: string): string {
  return Buffer.from(`1${last}`).toString("base64");
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, "base64").toString("utf8");
  if (text.startsWith("1") && encodeToken(text.slice(1)) === token) return text.slice(1);
  throw new ServiceError("InvalidArgument", "The continuation token provided is incorrect", 400, {
    ArgumentName: "continuation-token",
    ArgumentValue: token,
  });
}
