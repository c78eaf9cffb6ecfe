import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ServiceError } from "../core/contract.js";
import { fileBlocks } from "../core/file-blocks.js";
import { type ChecksumAlgorithm, createChecksum } from "./checksums.js";
import { combineCrc32 } from "./crc32.js";
import { hasCode, replaceFile } from "./files.js";
import { KeyLocks } from "./key-locks.js";
import { compareUtf8 } from "./keys.js";
import type { ObjectChecksum, ObjectDescription } from "./object-sidecar.js";
import type { FileObjectStore, ObjectEntry, WriteCondition } from "./object-store.js";
import type { WrittenFile } from "./object-writer.js";

const MIN_PART_BYTES = 5 * 2 ** 20;
const UPLOAD_ID = /^[\w-]{10,100}$/u;

/** An unfinished multipart upload; the content of its `upload.json`. */
export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  /** ISO 8601. */
  readonly initiated: string;
  readonly description: ObjectDescription;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ObjectChecksum["type"];
}

/** One uploaded part; the content of its `part-<number>.json`. */
export interface UploadedPart {
  readonly number: number;
  readonly sizeBytes: number;
  /** MD5 as hex. */
  readonly etag: string;
  /** In base64, of the upload's algorithm. */
  readonly checksum: string | undefined;
  /** ISO 8601. */
  readonly lastModified: string;
  /** Name of the file with the bytes. */
  readonly file: string;
}

/** What CompleteMultipartUpload says about a part. */
export interface StatedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksum: string | undefined;
}

/**
 * Multipart uploads on disk: `<bucket>/uploads/<id>/` with a file and a small record per part. The record appears last, in one
 * step, so a part exists whole or not at all.
 */
export class MultipartStore {
  readonly #objects: FileObjectStore;
  readonly #temporaryFolder: string;
  readonly #locks = new KeyLocks();

  constructor(objects: FileObjectStore, temporaryFolder: string) {
    this.#objects = objects;
    this.#temporaryFolder = temporaryFolder;
  }

  async create(bucket: string, upload: Omit<MultipartUpload, "id">): Promise<MultipartUpload> {
    await this.#objects.requireBucket(bucket);
    const created = { ...upload, id: randomBytes(24).toString("base64url") };
    await mkdir(this.#folder(bucket, created.id), { recursive: true });
    await this.#writeJson(join(this.#folder(bucket, created.id), "upload.json"), created);
    return created;
  }

  /** @throws ServiceError `NoSuchUpload` */
  async find(bucket: string, key: string, id: string): Promise<MultipartUpload> {
    const upload = UPLOAD_ID.test(id)
      ? await readJson<MultipartUpload>(join(this.#folder(bucket, id), "upload.json"))
      : undefined;
    if (upload?.key !== key) throw noSuchUpload(id);
    return upload;
  }

  /** All unfinished uploads of a bucket, by key and then by start. */
  async list(bucket: string): Promise<MultipartUpload[]> {
    const uploads: MultipartUpload[] = [];
    for (const id of await namesIn(this.#objects.uploadsFolder(bucket))) {
      const upload = await readJson<MultipartUpload>(join(this.#folder(bucket, id), "upload.json"));
      if (upload) uploads.push(upload);
    }
    return uploads.sort((a, b) => compareUtf8(a.key, b.key) || compareUtf8(a.initiated, b.initiated));
  }

  /** Makes a finished file a part, in place of an older one of the same number. */
  async addPart(bucket: string, upload: MultipartUpload, number: number, file: WrittenFile): Promise<UploadedPart> {
    const folder = this.#folder(bucket, upload.id);
    const digest = upload.algorithm && file.checksums.get(upload.algorithm);
    const part: UploadedPart = {
      number,
      sizeBytes: file.sizeBytes,
      etag: file.md5.toString("hex"),
      checksum: digest?.toString("base64"),
      lastModified: new Date().toISOString(),
      file: `${partName(number)}-${randomBytes(4).toString("hex")}.bin`,
    };
    await this.#locks.run(upload.id, async () => {
      const recordPath = join(folder, `${partName(number)}.json`);
      const older = await readJson<UploadedPart>(recordPath);
      try {
        await rename(file.path, join(folder, part.file));
        await this.#writeJson(recordPath, part);
      } catch (error) {
        // The upload was completed or aborted meanwhile.
        if (hasCode(error, "ENOENT")) throw noSuchUpload(upload.id);
        throw error;
      }
      if (older) await rm(join(folder, older.file), { force: true });
    });
    return part;
  }

  /** Parts in the order of their numbers. */
  async parts(bucket: string, upload: MultipartUpload): Promise<UploadedPart[]> {
    const folder = this.#folder(bucket, upload.id);
    const parts: UploadedPart[] = [];
    for (const name of await namesIn(folder)) {
      if (!/^part-\d{5}\.json$/u.test(name)) continue;
      const part = await readJson<UploadedPart>(join(folder, name));
      if (part) parts.push(part);
    }
    return parts.sort((a, b) => a.number - b.number);
  }

  /**
   * Joins the stated parts to an object.
   *
   * @throws ServiceError `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, or what `condition` throws
   */
  async complete(
    bucket: string,
    upload: MultipartUpload,
    stated: readonly StatedPart[],
    condition?: WriteCondition,
  ): Promise<ObjectEntry> {
    return this.#locks.run(upload.id, async () => {
      const parts = chooseParts(await this.parts(bucket, upload), stated);
      const folder = this.#folder(bucket, upload.id);
      const paths = parts.map((part) => join(folder, part.file));
      const joined = this.#objects.createWriter();
      // Only a checksum over the whole object that parts do not add up to needs the bytes once more.
      const rehash =
        upload.checksumType === "FULL_OBJECT" && upload.algorithm !== "CRC32" ? upload.algorithm : undefined;
      const running = rehash ? createChecksum(rehash) : undefined;
      try {
        for (const path of paths) {
          for await (const block of fileBlocks(path)) {
            running?.update(block);
            await joined.append(block);
          }
        }
        const file = await joined.finish();
        const description = {
          ...upload.description,
          partSizes: parts.map((part) => part.sizeBytes),
          checksum: joinedChecksum(upload, parts, running?.digest()),
        };
        const entry = await this.#objects.commit(bucket, upload.key, file, description, {
          etag: joinedEtag(parts),
          condition,
        });
        await this.abort(bucket, upload);
        return entry;
      } catch (error) {
        await joined.discard();
        throw error;
      }
    });
  }

  /** Removes an upload with its parts. */
  async abort(bucket: string, upload: MultipartUpload): Promise<void> {
    // Without its record the upload is gone at once, even if the parts are still being removed.
    await rm(join(this.#folder(bucket, upload.id), "upload.json"), { force: true });
    await rm(this.#folder(bucket, upload.id), { recursive: true, force: true });
  }

  #folder(bucket: string, id: string): string {
    return join(this.#objects.uploadsFolder(bucket), id);
  }

  async #writeJson(path: string, value: unknown): Promise<void> {
    await replaceFile(path, `${JSON.stringify(value)}\n`, this.#temporaryFolder);
  }
}

function chooseParts(uploaded: readonly UploadedPart[], stated: readonly StatedPart[]): UploadedPart[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const chosen = stated.map((statement, index) => {
    const before = stated[index - 1];
    if (before && before.number >= statement.number) {
      throw new ServiceError(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
      );
    }
    const part = byNumber.get(statement.number);
    const wrongSum = statement.checksum !== undefined && statement.checksum !== part?.checksum;
    if (!part || part.etag !== statement.etag || wrongSum) {
      throw new ServiceError(
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, " +
          "or the specified entity tag may not match the part's entity tag.",
        400,
        { PartNumber: statement.number, ETag: statement.etag },
      );
    }
    return part;
  });
  const small = chosen.slice(0, -1).find((part) => part.sizeBytes < MIN_PART_BYTES);
  if (small) {
    throw new ServiceError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, {
      ProposedSize: small.sizeBytes,
      MinSizeAllowed: MIN_PART_BYTES,
      PartNumber: small.number,
      ETag: small.etag,
    });
  }
  return chosen;
}

/** MD5 of the parts' MD5s, a dash and the number of parts. */
function joinedEtag(parts: readonly UploadedPart[]): string {
  const md5 = createHash("md5");
  for (const part of parts) md5.update(Buffer.from(part.etag, "hex"));
  return `${md5.digest("hex")}-${parts.length}`;
}

function joinedChecksum(
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
  whole: Buffer | undefined,
): ObjectChecksum | undefined {
  const { algorithm } = upload;
  if (!algorithm) return undefined;
  if (whole) return { algorithm, value: whole.toString("base64"), type: "FULL_OBJECT" };
  const digests = parts.map((part) => Buffer.from(part.checksum ?? "", "base64"));
  if (upload.checksumType === "FULL_OBJECT") {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(
      parts.reduce((crc, part, index) => combineCrc32(crc, digests[index]?.readUInt32BE() ?? 0, part.sizeBytes), 0),
    );
    return { algorithm, value: sum.toString("base64"), type: "FULL_OBJECT" };
  }
  const composite = createChecksum(algorithm);
  for (const digest of digests) composite.update(digest);
  return { algorithm, value: `${composite.digest().toString("base64")}-${parts.length}`, type: "COMPOSITE" };
}

function partName(number: number): string {
  return `part-${String(number).padStart(5, "0")}`;
}

function noSuchUpload(id: string): ServiceError {
  return new ServiceError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
    { UploadId: id },
  );
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
