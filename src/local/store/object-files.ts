import { type BigIntStats, lstatSync, mkdirSync, realpathSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasCode, moveIntoSync, temporaryPath } from "./files.js";
import { hashedPath, keyHash, readablePath } from "./keys.js";
import type { Sidecar } from "./object-sidecar.js";

/**
 * The files of the buckets: where the bytes and the sidecar of a key are, and how they get there.
 *
 * Everything here is synchronous: these are single calls on folder entries and small files, which take microseconds, while
 * the way through the thread pool costs several times as much processor time.
 */
export class ObjectFiles {
  readonly #folder: string;
  readonly #temporaryFolder: string;

  /** @param folder - real path (no links in it) of the folder of all buckets */
  constructor(folder: string, temporaryFolder: string) {
    this.#folder = folder;
    this.#temporaryFolder = temporaryFolder;
  }

  dataPath(bucket: string, path: string): string {
    return join(this.#folder, bucket, "data", path);
  }

  sidecarPath(bucket: string, hash: string): string {
    return join(this.#folder, bucket, "meta", hash.slice(0, 2), `${hash}.json`);
  }

  /** The file at a relative path; undefined when there is none or something else. */
  stats(bucket: string, path: string): BigIntStats | undefined {
    try {
      const stats = lstatSync(this.dataPath(bucket, path), { bigint: true, throwIfNoEntry: false });
      return stats?.isFile() ? stats : undefined;
    } catch (error) {
      if (hasCode(error, "ENOTDIR", "ENAMETOOLONG")) return undefined;
      throw error;
    }
  }

  /** True when no part of the path is a link or is spelled differently on disk. */
  isPlain(bucket: string, path: string): boolean {
    const full = this.dataPath(bucket, path);
    try {
      return realpathSync.native(full) === full;
    } catch {
      return false;
    }
  }

  /** Path for a new object: readable unless that would meet a link or, where case does not count, another key's file. */
  freePath(bucket: string, key: string): string {
    const path = readablePath(key);
    if (path === undefined) return hashedPath(key);
    try {
      mkdirSync(dirname(this.dataPath(bucket, path)), { recursive: true });
      const taken = lstatSync(this.dataPath(bucket, path), { throwIfNoEntry: false });
      return !taken && this.isPlain(bucket, dirname(path)) ? path : hashedPath(key);
    } catch (error) {
      if (hasCode(error, "ENOTDIR", "EEXIST", "ENAMETOOLONG")) return hashedPath(key);
      throw error;
    }
  }

  /** Moves an object's bytes into place. Data first, sidecar second: in between the old sidecar does not fit, and the object heals. */
  place(bucket: string, sidecar: Sidecar, filePath: string): Sidecar {
    const prepared = this.#prepare(sidecar);
    try {
      moveIntoSync(filePath, this.dataPath(bucket, sidecar.path));
      moveIntoSync(prepared, this.sidecarPath(bucket, keyHash(sidecar.key)));
    } catch (error) {
      rmSync(prepared, { force: true });
      throw error;
    }
    return sidecar;
  }

  writeSidecar(bucket: string, sidecar: Sidecar): void {
    moveIntoSync(this.#prepare(sidecar), this.sidecarPath(bucket, keyHash(sidecar.key)));
  }

  /** Removes the folders that a deleted file leaves empty. */
  prune(bucket: string, path: string): void {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      try {
        rmdirSync(this.dataPath(bucket, folder));
      } catch {
        return;
      }
    }
  }

  #prepare(sidecar: Sidecar): string {
    const path = temporaryPath(this.#temporaryFolder);
    writeFileSync(path, `${JSON.stringify(sidecar)}\n`, { flag: "wx" });
    return path;
  }
}

/** True when there is a folder at a path, and not a link to one. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
