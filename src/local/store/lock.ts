import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { LocalError } from "../../errors/index.js";
import { hasCode } from "./files.js";

const HEARTBEAT_MILLISECONDS = 5_000;
/** Age of the last heartbeat from which an owner on another host counts as dead. */
const STALE_MILLISECONDS = 30_000;
const ASIDE_PREFIX = "lock.";

/** Who holds a store; the content of `lock/owner.json`. */
export interface LockOwner {
  readonly pid: number;
  /** Start of the process in clock ticks since boot, where the system tells it: a reused process id does not look alive. */
  readonly processStart: string | undefined;
  readonly host: string;
  readonly since: string;
  readonly token: string;
  /** How other processes reach the owner; absent while it listens nowhere. */
  readonly service?: PublishedService | undefined;
}

/** Where the owner of a store listens, and who it pretends to be. */
export interface PublishedService {
  readonly url: string;
  readonly region: string;
  readonly roleArn: string;
}

/**
 * The single-writer lock of a store: the folder `lock/` with `owner.json` inside. It appears in one rename, so it
 * is never seen without its owner.
 */
export class StoreLock {
  readonly #folder: string;
  readonly #token: string;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(folder: string, token: string) {
    this.#folder = folder;
    this.#token = token;
    this.#heartbeat = setInterval(() => {
      const now = new Date();
      utimes(join(folder, "owner.json"), now, now).catch(() => undefined);
    }, HEARTBEAT_MILLISECONDS);
    this.#heartbeat.unref();
  }

  /**
   * Takes the lock of a store, also from an owner that is dead.
   *
   * @throws LocalError `LOCAL_STORE_LOCKED` naming the process that holds it
   */
  static async acquire(root: string): Promise<StoreLock> {
    const folder = join(root, "lock");
    const owner: LockOwner = {
      pid: process.pid,
      processStart: await processStart(process.pid),
      host: hostname(),
      since: new Date().toISOString(),
      token: randomUUID(),
    };
    for (let attempt = 0; attempt < 5; attempt++) {
      const prepared = asidePath(folder);
      await mkdir(prepared);
      await writeFile(join(prepared, "owner.json"), `${JSON.stringify(owner, undefined, 2)}\n`);
      try {
        await rename(prepared, folder);
      } catch (error) {
        await rm(prepared, { recursive: true, force: true });
        // A folder in the way: Linux says ENOTEMPTY or EEXIST, Windows EPERM or EACCES.
        if (!hasCode(error, "ENOTEMPTY", "EEXIST", "EPERM", "EACCES")) throw error;
        await clearIfStale(root, folder);
        continue;
      }
      if ((await readOwner(folder))?.token === owner.token) {
        await removeLeftovers(root);
        return new StoreLock(folder, owner.token);
      }
    }
    throw new LocalError(
      `The local SageMaker store ${root} is being opened by several processes.`,
      "LOCAL_STORE_LOCKED",
    );
  }

  /** Tells other processes how to reach the owner; undefined takes it back. */
  async publish(service: PublishedService | undefined): Promise<void> {
    const owner = await readOwner(this.#folder);
    if (owner?.token !== this.#token) return;
    const prepared = asidePath(this.#folder);
    await writeFile(prepared, `${JSON.stringify({ ...owner, service }, undefined, 2)}\n`);
    await rename(prepared, join(this.#folder, "owner.json"));
  }

  /** Gives the lock back. A lock that somebody else has taken over meanwhile is left alone. */
  async release(): Promise<void> {
    clearInterval(this.#heartbeat);
    if ((await readOwner(this.#folder))?.token !== this.#token) return;
    await unlink(join(this.#folder, "owner.json"));
    await rmdir(this.#folder).catch(() => undefined);
  }
}

/** Moves a dead owner's lock out of the way, or throws that the store is in use. */
async function clearIfStale(root: string, folder: string): Promise<void> {
  const owner = await readOwner(folder);
  // Released meanwhile, or left without its owner by hand: an empty folder gives way to the next rename.
  if (!owner) {
    await rmdir(folder).catch(() => undefined);
    return;
  }
  if (await isAlive(owner, folder)) {
    const holder =
      owner.pid === process.pid && owner.host === hostname()
        ? "this process (pass the open LocalSageMaker as `service`, or close it first)"
        : `process ${owner.pid} on ${owner.host} (close it first)`;
    throw new LocalError(
      `The local SageMaker store ${root} is in use since ${owner.since} by ${holder}. ` +
        'One process at a time can use a store; another `root`, or root "temporary", gives this one its own.',
      "LOCAL_STORE_LOCKED",
    );
  }
  const aside = asidePath(folder);
  try {
    await rename(folder, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  // Another process may have replaced the stale lock by its own in between: then that one goes back.
  if ((await readOwner(aside))?.token !== owner.token) {
    await rename(aside, folder).catch(() => undefined);
    return;
  }
  await rm(aside, { recursive: true, force: true });
}

/** Folders next to the lock that a crash left between two renames. */
async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(ASIDE_PREFIX)) continue;
    const { mtimeMs } = await stat(join(root, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > STALE_MILLISECONDS) await rm(join(root, name), { recursive: true, force: true });
  }
}

function asidePath(folder: string): string {
  return join(dirname(folder), `${ASIDE_PREFIX}${randomBytes(6).toString("hex")}`);
}

/** True when the process that holds the lock of a store lives; false when there is no lock. */
export async function isStoreInUse(root: string): Promise<boolean> {
  const folder = join(root, "lock");
  const owner = await readOwner(folder);
  return owner !== undefined && (await isAlive(owner, folder));
}

/** How to reach the living process that has a store open; undefined when there is none, or when it listens nowhere. */
export async function publishedService(root: string): Promise<PublishedService | undefined> {
  const folder = join(root, "lock");
  const owner = await readOwner(folder);
  return owner?.service && (await isAlive(owner, folder)) ? owner.service : undefined;
}

async function isAlive(owner: LockOwner, folder: string): Promise<boolean> {
  if (owner.host !== hostname()) {
    // The process cannot be asked; its heartbeat can.
    try {
      return Date.now() - (await stat(join(folder, "owner.json"))).mtimeMs < STALE_MILLISECONDS;
    } catch {
      return false;
    }
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
  const start = await processStart(owner.pid);
  return start === undefined || owner.processStart === undefined || start === owner.processStart;
}

async function readOwner(folder: string): Promise<LockOwner | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(join(folder, "owner.json"), "utf8"));
    return typeof owner === "object" && owner !== null && "token" in owner ? (owner as LockOwner) : undefined;
  } catch {
    return undefined;
  }
}

/** Field 22 of `/proc/<pid>/stat`; undefined where there is no such file. */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    // The command name in parentheses may hold blanks; what follows does not.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
