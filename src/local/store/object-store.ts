import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { type ObjectStore, ServiceError, type StoredObject } from "../core/contract.js";
import { fileBlocks } from "../core/file-blocks.js";
import type { ChecksumAlgorithm } from "./checksums.js";
import { hasCode, temporaryPath } from "./files.js";
import { KeyLocks } from "./key-locks.js";
import { KeyScan } from "./key-scan.js";
import { compareUtf8, hashedPath, keyHash, readablePath } from "./keys.js";
import { isFolder, ObjectFiles } from "./object-files.js";
import {
  DEFAULT_DESCRIPTION,
  fingerprintOf,
  type ObjectDescription,
  readSidecar,
  type Sidecar,
  sameFile,
} from "./object-sidecar.js";
import { ObjectWriter, SMALL_BYTES, type WrittenFile } from "./object-writer.js";

const BUCKET_NAME = /^(?!xn--|\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9])){1,61}[a-z0-9]$/u;

/** An object with everything that S3 knows about it. */
export interface ObjectEntry extends StoredObject, ObjectDescription {}

/** A bucket. */
export interface BucketEntry {
  readonly name: string;
  readonly createdAt: Date;
}

/** Decides under the lock of the key whether a write may happen; throws when not. */
export type WriteCondition = (current: ObjectEntry | undefined) => void;

/**
 * Objects as files in a readable tree: `<bucket>/data/<key as a path>`, with a JSON sidecar for headers, ETag and checksum.
 *
 * The bytes are the truth. Both files are renamed into place; when a crash or a person leaves a sidecar that does not fit its
 * file, the sidecar is made again from the bytes. So files dropped into the tree appear as objects.
 */
export class FileObjectStore implements ObjectStore {
  readonly #folder: string;
  readonly #temporaryFolder: string;
  readonly #files: ObjectFiles;
  readonly #locks = new KeyLocks();
  readonly #scans = new Map<string, KeyScan>();

  /** @param folder - real path (no links in it) of the folder of all buckets */
  constructor(folder: string, temporaryFolder: string) {
    this.#folder = folder;
    this.#temporaryFolder = temporaryFolder;
    this.#files = new ObjectFiles(folder, temporaryFolder);
  }

  /** All buckets in the order of their names. */
  async listBuckets(): Promise<BucketEntry[]> {
    const names = (await readdir(this.#folder, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && BUCKET_NAME.test(entry.name))
      .map((entry) => entry.name)
      .sort(compareUtf8);
    return Promise.all(names.map(async (name) => ({ name, createdAt: await this.#createdAt(name) })));
  }

  async bucketExists(bucket: string): Promise<boolean> {
    return BUCKET_NAME.test(bucket) && isFolder(join(this.#folder, bucket));
  }

  /** @throws ServiceError `InvalidBucketName`, `BucketAlreadyOwnedByYou` */
  async createBucket(bucket: string): Promise<void> {
    if (!BUCKET_NAME.test(bucket) || bucket.length > 63) {
      throw new ServiceError("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: bucket });
    }
    await this.#locks.run(bucket, async () => {
      if (await this.bucketExists(bucket)) throw alreadyOwned(bucket);
      const prepared = temporaryPath(this.#temporaryFolder);
      await mkdir(join(prepared, "data"), { recursive: true });
      await writeFile(join(prepared, "bucket.json"), `${JSON.stringify({ createdAt: new Date().toISOString() })}\n`);
      await rename(prepared, join(this.#folder, bucket));
    });
  }

  /** @throws ServiceError `NoSuchBucket`, `BucketNotEmpty` */
  async deleteBucket(bucket: string): Promise<void> {
    await this.#locks.run(bucket, async () => {
      if ((await this.keys(bucket, "")).length > 0) {
        throw new ServiceError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, {
          BucketName: bucket,
        });
      }
      const aside = temporaryPath(this.#temporaryFolder);
      await rename(join(this.#folder, bucket), aside);
      this.#scans.delete(bucket);
      await rm(aside, { recursive: true, force: true });
    });
  }

  /**
   * Keys that start with `prefix`, in UTF-8 byte order.
   *
   * @throws ServiceError `NoSuchBucket`
   */
  async keys(bucket: string, prefix: string): Promise<string[]> {
    await this.requireBucket(bucket);
    let scan = this.#scans.get(bucket);
    if (!scan) {
      scan = new KeyScan(
        join(this.#folder, bucket, "data"),
        (hash) => readSidecar(this.#files.sidecarPath(bucket, hash))?.key,
      );
      this.#scans.set(bucket, scan);
    }
    return scan.keys(prefix);
  }

  async *list(bucket: string, prefix: string): AsyncGenerator<ObjectEntry> {
    for (const key of await this.keys(bucket, prefix)) {
      const entry = await this.#find(bucket, key);
      // An object may be deleted while the others are listed.
      if (entry) yield entry;
    }
  }

  async head(bucket: string, key: string): Promise<ObjectEntry | undefined> {
    return (await this.bucketExists(bucket)) ? this.#find(bucket, key) : undefined;
  }

  /** An object with its bytes open for reading: a later write or delete does not touch them. The caller closes the handle. */
  async open(bucket: string, key: string): Promise<{ entry: ObjectEntry; handle: FileHandle } | undefined> {
    for (;;) {
      const entry = await this.head(bucket, key);
      if (!entry) return undefined;
      let handle: FileHandle;
      try {
        handle = await open(entry.path, "r");
      } catch (error) {
        if (hasCode(error, "ENOENT")) continue;
        throw error;
      }
      const { mtimeNs, size } = await handle.stat({ bigint: true });
      // The object was replaced between the two looks: once more.
      if (Number(size) === entry.sizeBytes && mtimeNs / 1_000_000n === BigInt(entry.lastModified.getTime())) {
        return { entry, handle };
      }
      await handle.close();
    }
  }

  async put(bucket: string, key: string, bytes: Uint8Array): Promise<ObjectEntry> {
    await this.requireBucket(bucket);
    const writer = this.createWriter([], bytes.length);
    try {
      await writer.write(bytes);
      return await this.commit(bucket, key, await writer.finish(), DEFAULT_DESCRIPTION);
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  async adoptFile(bucket: string, key: string, filePath: string): Promise<ObjectEntry> {
    await this.requireBucket(bucket);
    const now = new Date();
    await utimes(filePath, now, now);
    const md5 = await md5Of(filePath);
    return this.commit(bucket, key, { path: filePath, md5 }, DEFAULT_DESCRIPTION);
  }

  /** Starts a temporary file for {@link commit}. */
  createWriter(algorithms: Iterable<ChecksumAlgorithm> = [], sizeHint?: number): ObjectWriter {
    return new ObjectWriter(temporaryPath(this.#temporaryFolder), algorithms, sizeHint);
  }

  /** Throws a finished temporary file away. */
  async discard(file: Pick<WrittenFile, "path">): Promise<void> {
    await rm(file.path, { force: true });
  }

  /**
   * Makes a finished file the object of a key, in place of an older one.
   *
   * @param etag - when it is not the MD5 of the bytes
   * @throws ServiceError `NoSuchBucket`, or what `condition` throws; the file is then left to the caller
   */
  async commit(
    bucket: string,
    key: string,
    file: Pick<WrittenFile, "path" | "md5">,
    description: ObjectDescription,
    options: { readonly etag?: string | undefined; readonly condition?: WriteCondition | undefined } = {},
  ): Promise<ObjectEntry> {
    return this.#locks.run(`${bucket}/${key}`, async () => {
      await this.requireBucket(bucket);
      const current = await this.#resolve(bucket, key);
      options.condition?.(current?.entry);
      const etag = options.etag ?? file.md5.toString("hex");
      const fingerprint = fingerprintOf(lstatSync(file.path, { bigint: true }));
      const path = current?.path ?? this.#files.freePath(bucket, key);
      try {
        return this.#entry(
          bucket,
          this.#files.place(bucket, { ...description, ...fingerprint, key, path, etag }, file.path),
        );
      } catch (error) {
        // A folder or a file is where the readable path wants a file or a folder: keys `a` and `a/b` can both exist.
        if (!hasCode(error, "ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "EPERM", "ENAMETOOLONG")) throw error;
        if (path === hashedPath(key)) throw error;
        const hashed = { ...description, ...fingerprint, key, path: hashedPath(key), etag };
        return this.#entry(bucket, this.#files.place(bucket, hashed, file.path));
      }
    });
  }

  /** Removes an object; false when there was none. */
  async delete(bucket: string, key: string, condition?: WriteCondition): Promise<boolean> {
    return this.#locks.run(`${bucket}/${key}`, async () => {
      await this.requireBucket(bucket);
      let found = await this.#resolve(bucket, key);
      condition?.(found?.entry);
      if (!found) return false;
      // A second file can stand for the same key when somebody dropped one; it must not come to light now.
      for (let copies = 0; found && copies < 3; copies++) {
        await unlink(found.entry.path);
        this.#files.prune(bucket, found.path);
        found = await this.#resolve(bucket, key);
      }
      await rm(this.#files.sidecarPath(bucket, keyHash(key)), { force: true });
      return true;
    });
  }

  /** @throws ServiceError `NoSuchBucket` */
  async requireBucket(bucket: string): Promise<void> {
    if (!(await this.bucketExists(bucket))) {
      throw new ServiceError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: bucket });
    }
  }

  /** Folder of the unfinished multipart uploads of a bucket. */
  uploadsFolder(bucket: string): string {
    return join(this.#folder, bucket, "uploads");
  }

  async #find(bucket: string, key: string): Promise<ObjectEntry | undefined> {
    const known = this.#known(bucket, key);
    if (known) return known.entry;
    return this.#locks.run(`${bucket}/${key}`, async () => (await this.#resolve(bucket, key))?.entry);
  }

  /** The object when its sidecar fits its file. */
  #known(bucket: string, key: string): { readonly entry: ObjectEntry; readonly path: string } | undefined {
    const sidecar = readSidecar(this.#files.sidecarPath(bucket, keyHash(key)));
    if (sidecar?.key !== key || !candidatePaths(key).includes(sidecar.path)) return undefined;
    const stats = this.#files.stats(bucket, sidecar.path);
    if (!stats || !sameFile(sidecar, fingerprintOf(stats))) return undefined;
    return { entry: this.#entry(bucket, sidecar), path: sidecar.path };
  }

  /** The object, its sidecar made again when it does not fit. Runs under the lock of the key. */
  async #resolve(
    bucket: string,
    key: string,
  ): Promise<{ readonly entry: ObjectEntry; readonly path: string } | undefined> {
    const known = this.#known(bucket, key);
    if (known) return known;
    for (const path of candidatePaths(key)) {
      for (let attempt = 0; attempt < 3; attempt++) {
        const stats = this.#files.stats(bucket, path);
        if (!stats || !this.#files.isPlain(bucket, path)) break;
        const before = fingerprintOf(stats);
        const etag = (await md5Of(this.#files.dataPath(bucket, path))).toString("hex");
        const after = this.#files.stats(bucket, path);
        // Somebody is writing the file at this moment: the sum may be of neither version.
        if (!after || !sameFile(before, fingerprintOf(after))) continue;
        const sidecar = { ...DEFAULT_DESCRIPTION, ...before, key, path, etag };
        this.#files.writeSidecar(bucket, sidecar);
        return { entry: this.#entry(bucket, sidecar), path };
      }
    }
    return undefined;
  }

  #entry(bucket: string, sidecar: Sidecar): ObjectEntry {
    return {
      bucket,
      key: sidecar.key,
      sizeBytes: sidecar.size,
      etag: sidecar.etag,
      lastModified: new Date(Number(BigInt(sidecar.mtimeNs) / 1_000_000n)),
      path: this.#files.dataPath(bucket, sidecar.path),
      headers: sidecar.headers,
      metadata: sidecar.metadata,
      checksum: sidecar.checksum,
      partSizes: sidecar.partSizes,
    };
  }

  async #createdAt(bucket: string): Promise<Date> {
    try {
      const content: unknown = JSON.parse(await readFile(join(this.#folder, bucket, "bucket.json"), "utf8"));
      const { createdAt } = content as { readonly createdAt?: unknown };
      const date = new Date(typeof createdAt === "string" ? createdAt : Number.NaN);
      if (!Number.isNaN(date.getTime())) return date;
    } catch {
      // A folder made by hand is a bucket as well.
    }
    return lstatSync(join(this.#folder, bucket)).birthtime;
  }
}

/** Relative paths at which the bytes of a key may be, best first. */
function candidatePaths(key: string): string[] {
  const readable = readablePath(key);
  const paths = readable === undefined ? [hashedPath(key)] : [readable, hashedPath(key)];
  // A file dropped by hand may have a name that a key would not be written to.
  const segments = key.split("/");
  const literal = !key.includes("\0") && segments.every((segment) => segment !== "" && !/^\.{1,2}$/u.test(segment));
  if (literal && segments[0] !== "%h" && key !== readable) paths.push(key);
  return paths;
}

async function md5Of(path: string): Promise<Buffer> {
  const md5 = createHash("md5");
  // Of many small files, opening them through the thread pool would be the greatest cost.
  if (lstatSync(path).size <= SMALL_BYTES) return md5.update(readFileSync(path)).digest();
  for await (const block of fileBlocks(path)) md5.update(block);
  return md5.digest();
}

function alreadyOwned(bucket: string): ServiceError {
  return new ServiceError(
    "BucketAlreadyOwnedByYou",
    "Your previous request to create the named bucket succeeded and you already own it.",
    409,
    { BucketName: bucket },
  );
}
