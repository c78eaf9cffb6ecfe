import { realpathSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { LocalError, ValidationError } from "../../errors/index.js";
import { shown } from "../../internal/options.js";
import { hasCode } from "./files.js";
import { isStoreInUse, type PublishedService, StoreLock } from "./lock.js";

const FORMAT = 1;
const TEMPORARY_PREFIX = "sagemaker-local-";
/** A temporary root without a lock may be one that is just being opened. */
const ABANDONED_MILLISECONDS = 3_600_000;

/** Folders of a store, absolute and without links. */
export interface StorePaths {
  readonly root: string;
  readonly objects: string;
  readonly records: string;
  readonly logs: string;
  readonly work: string;
  readonly temporary: string;
}

/** An opened store folder: made when missing, locked for this process, rid of what a crash left. */
export class StoreRoot {
  readonly paths: StorePaths;
  readonly #lock: StoreLock;
  readonly #isTemporary: boolean;

  private constructor(paths: StorePaths, lock: StoreLock, isTemporary: boolean) {
    this.paths = paths;
    this.#lock = lock;
    this.#isTemporary = isTemporary;
  }

  /**
   * Opens the store in a folder.
   *
   * @throws LocalError `LOCAL_STORE_LOCKED` when another process has it open; `LOCAL_STORE_CORRUPT` when a newer version made it
   * @throws ValidationError `INVALID_OPTIONS` when the folder holds something else
   */
  static async open(folder: string): Promise<StoreRoot> {
    const path = resolve(folder);
    await mkdir(path, { recursive: true });
    return StoreRoot.#prepare(path, false);
  }

  /** Opens a store in a new private folder that {@link StoreRoot.close} removes. */
  static async openTemporary(): Promise<StoreRoot> {
    await removeAbandonedRoots();
    return StoreRoot.#prepare(await mkdtemp(join(tmpdir(), TEMPORARY_PREFIX)), true);
  }

  static async #prepare(folder: string, isTemporary: boolean): Promise<StoreRoot> {
    const root = realpathSync.native(folder);
    await checkFormat(root);
    const lock = await StoreLock.acquire(root);
    try {
      const paths = {
        root,
        objects: join(root, "s3"),
        records: join(root, "sagemaker"),
        logs: join(root, "logs"),
        work: join(root, "work"),
        temporary: join(root, "tmp"),
      };
      await rm(paths.temporary, { recursive: true, force: true });
      for (const path of Object.values(paths)) await mkdir(path, { recursive: true });
      return new StoreRoot(paths, lock, isTemporary);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Tells other processes how to reach this one; undefined takes it back. */
  async publish(service: PublishedService | undefined): Promise<void> {
    await this.#lock.publish(service);
  }

  /** Gives the lock back; removes a temporary store. */
  async close(): Promise<void> {
    await this.#lock.release();
    if (this.#isTemporary) await rm(this.paths.root, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function checkFormat(root: string): Promise<void> {
  const path = join(root, "format.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    const others = await readdir(root);
    // A store cleans up its folders when it is opened; it must never do so in a folder that is somebody else's.
    if (others.length > 0) {
      throw new ValidationError("LocalSageMaker", [
        {
          path: ["root"],
          message: `root ${shown(root)} holds other files (${others.slice(0, 3).join(", ")}); name an empty or new folder`,
        },
      ]);
    }
    // The store is nobody's source code.
    await writeFile(join(root, ".gitignore"), "*\n");
    await writeFile(path, `${JSON.stringify({ format: FORMAT })}\n`);
    return;
  }
  if (text === "") {
    // A crash came between making the file and filling it.
    await writeFile(path, `${JSON.stringify({ format: FORMAT })}\n`);
    return;
  }
  let format: unknown;
  try {
    ({ format } = JSON.parse(text) as { format?: unknown });
  } catch {
    format = undefined;
  }
  if (format !== FORMAT) {
    throw new LocalError(
      `${path} does not name a store that this version can read (expected format ${FORMAT}, got ${shown(format)}). ` +
        "Use another root, or delete the folder.",
      "LOCAL_STORE_CORRUPT",
    );
  }
}

/** Removes the temporary stores of processes that ended without closing them. */
async function removeAbandonedRoots(): Promise<void> {
  const folder = tmpdir();
  for (const name of await readdir(folder)) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    const root = join(folder, name);
    try {
      const { mtimeMs } = await stat(root);
      const young = Date.now() - mtimeMs < ABANDONED_MILLISECONDS;
      if (young || (await isStoreInUse(root))) continue;
      await rm(root, { recursive: true, force: true });
    } catch {
      // Somebody else's folder, or somebody else removed it.
    }
  }
}
