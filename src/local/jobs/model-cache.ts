import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { StoredObject } from "../core/contract.js";
import { extractTarGz } from "../store/tar.js";

/** Models that were just trained and nobody has served yet: so many stay unpacked. */
const MAX_SEEDS = 4;

/** Folders with unpacked model archives, one per content. Endpoints and transform jobs of one model share one. */
export class ModelCache {
  readonly #folder: string;
  readonly #extracting = new Map<string, Promise<string>>();
  /** Keys of seeds that nobody has asked for, oldest first. */
  readonly #seeds = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Name under which the content of an archive is kept. */
  keyOf(archive: Pick<StoredObject, "etag" | "sizeBytes">): string {
    return `${archive.etag.replaceAll(/[^\w-]/gu, "")}-${archive.sizeBytes}`;
  }

  /** Folder with the content of an archive that was unpacked before. */
  async find(key: string): Promise<string | undefined> {
    const folder = join(this.#folder, key);
    this.#seeds.delete(key);
    return (await stat(folder).catch(() => undefined))?.isDirectory() ? folder : undefined;
  }

  /**
   * Folder with the unpacked archive; unpacks it when nobody has yet.
   *
   * @param uri - how messages name the archive
   * @throws LocalError `LOCAL_MODEL_INVALID` when the object is no readable archive
   */
  async extracted(archive: StoredObject, uri: string): Promise<string> {
    const key = this.keyOf(archive);
    const found = await this.find(key);
    if (found) return found;
    let work = this.#extracting.get(key);
    if (!work) {
      work = this.#extract(archive, key, uri).finally(() => this.#extracting.delete(key));
      this.#extracting.set(key, work);
    }
    return work;
  }

  /**
   * Takes over the folder that an archive was packed from, so that serving the model need not unpack it. Only the
   * newest seeds are kept until somebody serves them.
   */
  async seed(archive: Pick<StoredObject, "etag" | "sizeBytes">, folder: string): Promise<void> {
    const key = this.keyOf(archive);
    await mkdir(this.#folder, { recursive: true });
    try {
      await rename(folder, join(this.#folder, key));
    } catch {
      // The same content is there already.
      return;
    }
    this.#seeds.add(key);
    for (const oldest of this.#seeds) {
      if (this.#seeds.size <= MAX_SEEDS) break;
      this.#seeds.delete(oldest);
      await rm(join(this.#folder, oldest), { recursive: true, force: true });
    }
  }

  /** Removes everything but the named contents, half-finished ones first of all. */
  async prune(keep: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) {
      if (!keep.has(name)) await rm(join(this.#folder, name), { recursive: true, force: true });
    }
  }

  async #extract(archive: StoredObject, key: string, uri: string): Promise<string> {
    const target = join(this.#folder, key);
    const unfinished = join(this.#folder, `unfinished-${randomBytes(6).toString("hex")}`);
    await mkdir(unfinished, { recursive: true });
    try {
      await extractTarGz(archive.path, unfinished, { source: uri });
      await rename(unfinished, target);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
    return target;
  }
}
