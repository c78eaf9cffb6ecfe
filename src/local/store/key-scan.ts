import { type BigIntStats, lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "./files.js";
import { compareUtf8, encodeSegment, HASHED_FOLDER, keyOfPath } from "./keys.js";

/** A listing younger than this when it was made may miss a change of the same clock tick, so it is not reused. */
const SETTLED_MILLISECONDS = 2_000;

interface FolderListing {
  readonly mtimeNs: bigint;
  /** Milliseconds since 1970 when the listing was made. */
  readonly at: number;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Finds the keys of a bucket by walking its data folder. Folders that did not change since the last walk are not read
 * again, so paging through many keys stays cheap, and files that somebody drops into the tree are seen at once.
 */
export class KeyScan {
  readonly #dataFolder: string;
  /** Key of an object in the hashed folder, by the name of its file; undefined when its sidecar is gone. */
  readonly #keyOfHash: (hash: string) => string | undefined;
  readonly #listings = new Map<string, FolderListing>();

  constructor(dataFolder: string, keyOfHash: (hash: string) => string | undefined) {
    this.#dataFolder = dataFolder;
    this.#keyOfHash = keyOfHash;
  }

  /** All keys that start with the prefix, in UTF-8 byte order. */
  async keys(prefix: string): Promise<string[]> {
    const keys = new Set<string>();
    for await (const path of this.#files(startFolder(prefix))) {
      // A name that no key is written to was dropped by hand: then it is taken literally.
      const key = keyOfPath(path) ?? path;
      if (key.startsWith(prefix)) keys.add(key);
    }
    for (const hash of (await this.#listing(HASHED_FOLDER)).files) {
      const key = this.#keyOfHash(hash);
      if (key?.startsWith(prefix)) keys.add(key);
    }
    return [...keys].sort(compareUtf8);
  }

  /** Relative paths of the files below a folder. */
  async *#files(folder: string): AsyncGenerator<string> {
    const pending = [folder];
    for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
      const listing = await this.#listing(current);
      const base = current === "" ? "" : `${current}/`;
      for (const name of listing.files) yield base + name;
      for (const name of listing.folders) if (base !== "" || name !== HASHED_FOLDER) pending.push(base + name);
    }
  }

  async #listing(folder: string): Promise<FolderListing> {
    const path = join(this.#dataFolder, folder);
    let stats: BigIntStats;
    try {
      stats = lstatSync(path, { bigint: true });
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
      this.#listings.delete(folder);
      return EMPTY;
    }
    if (!stats.isDirectory()) return EMPTY;
    const known = this.#listings.get(folder);
    const settled = known && known.at - Number(known.mtimeNs / 1_000_000n) > SETTLED_MILLISECONDS;
    if (settled && known.mtimeNs === stats.mtimeNs) return known;
    const at = Date.now();
    const files: string[] = [];
    const folders: string[] = [];
    try {
      // Links are neither: nothing outside the tree is ever followed.
      for (const entry of await readdir(path, { withFileTypes: true })) {
        if (entry.isFile()) files.push(entry.name);
        else if (entry.isDirectory()) folders.push(entry.name);
      }
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
      return EMPTY;
    }
    const listing = { mtimeNs: stats.mtimeNs, at, files, folders };
    this.#listings.set(folder, listing);
    return listing;
  }
}

const EMPTY: FolderListing = { mtimeNs: 0n, at: 0, files: [], folders: [] };

/** The deepest folder that must hold every readable path of a key with this prefix. */
function startFolder(prefix: string): string {
  const folder = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
  const encoded = folder.split("/").map(encodeSegment).join("/");
  // Folders dropped by hand keep their literal name; only where both names agree the walk can start below.
  return encoded === folder ? folder : "";
}
