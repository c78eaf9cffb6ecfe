import type { BigIntStats } from "node:fs";
import { readFileSync } from "node:fs";
import type { ChecksumAlgorithm } from "./checksums.js";
import { hasCode } from "./files.js";

/** What a writer says about an object beside its bytes. */
export interface ObjectDescription {
  /** Headers that S3 gives back as they came, lower-case: `content-type`, `cache-control` and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Checksum that S3 keeps with the object. A composite one ends with a dash and the number of parts. */
  readonly checksum?: ObjectChecksum | undefined;
  /** Sizes of the parts of a multipart upload. */
  readonly partSizes?: readonly number[] | undefined;
}

/** A kept checksum, in base64. */
export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** Identity of a file version: when it differs from the file on disk, the sidecar speaks of other bytes. */
export interface Fingerprint {
  readonly ino: string;
  readonly size: number;
  readonly mtimeNs: string;
}

/** Content of a sidecar file. */
export interface Sidecar extends ObjectDescription, Fingerprint {
  readonly key: string;
  /** Path of the bytes, relative to the bucket's data folder. */
  readonly path: string;
  readonly etag: string;
}

/** A file dropped into the folder by hand has no headers; this is what S3 assumes. */
export const DEFAULT_DESCRIPTION: ObjectDescription = {
  headers: { "content-type": "binary/octet-stream" },
  metadata: {},
};

/** Identity of a file. */
export function fingerprintOf(stats: BigIntStats): Fingerprint {
  return { ino: String(stats.ino), size: Number(stats.size), mtimeNs: String(stats.mtimeNs) };
}

/** True when both name the same version of the same file. */
export function sameFile(a: Fingerprint, b: Fingerprint): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

/**
 * The sidecar at a path; undefined when there is none or when it is damaged: the bytes are the truth, the sidecar is made
 * again. Synchronous, because such a small read costs a fifth of an asynchronous one, and lists do a thousand of them.
 */
export function readSidecar(path: string): Sidecar | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const sidecar = value as Partial<Sidecar>;
    const complete =
      typeof sidecar.key === "string" &&
      typeof sidecar.path === "string" &&
      typeof sidecar.etag === "string" &&
      typeof sidecar.headers === "object" &&
      typeof sidecar.metadata === "object";
    return complete ? (sidecar as Sidecar) : undefined;
  } catch {
    return undefined;
  }
}
