import { randomBytes } from "node:crypto";
import { type FileHandle, link, lstat, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ValidationError } from "../errors/index.js";
import type { ByteReader } from "./byte-source.js";

/** Path of a file given as path or `file:` URL. */
export function pathOf(file: string | URL): string {
  return typeof file === "string" ? file : fileURLToPath(file);
}

/** Opens a file for reading from its start. */
export async function openFile(file: string | URL, signal?: AbortSignal): Promise<ByteReader> {
  const path = pathOf(file);
  const handle = await open(path, "r");
  let sizeBytes: number | undefined;
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw folderFault("source", path);
    if (stats.isFile()) sizeBytes = stats.size;
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    name: path,
    sizeBytes,
    async read(target, offset) {
      signal?.throwIfAborted();
      return (await handle.read(target, offset, target.length - offset, null)).bytesRead;
    },
    close: () => handle.close(),
  };
}

function folderFault(subject: string, path: string): ValidationError {
  return new ValidationError(
    subject,
    [{ path: [], message: `"${path}" is a folder; name a file in it` }],
    "INVALID_INPUT",
  );
}

/** A file that has taken the place of an older one, which is still there. One of the two must be called. */
export interface ReversibleCommit {
  /** Puts the older file back, or removes the new one where there was none. */
  undo(): Promise<void>;
  /** Removes the older file. */
  keep(): Promise<void>;
}

/** Gives the file a second name; false when there is no such file. */
async function keepAside(path: string, name: string): Promise<boolean> {
  const info = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (info === undefined) return false;
  if (info.isDirectory()) throw folderFault("output file", path);
  // A link leaves no moment without the file; not every file system has links.
  await link(path, name).catch(() => rename(path, name));
  return true;
}

/**
 * A file that appears under its name only when it is complete: written beside its place, renamed at the end.
 * Not synchronised to the disk: safe against a killed process, not against a power failure.
 */
export class AtomicFile {
  readonly path: string;
  bytes = 0;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #open = true;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** Missing folders are made. */
  static async create(file: string | URL): Promise<AtomicFile> {
    const path = pathOf(file);
    const existing = await stat(path).catch(() => undefined);
    if (existing?.isDirectory()) throw folderFault("output file", path);
    await mkdir(dirname(resolve(path)), { recursive: true });
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
    return new AtomicFile(path, temporary, await open(temporary, "wx"));
  }

  /** Writes all of it before it resolves; the caller may then use the buffer again. */
  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      written += (await this.#handle.write(bytes, written, bytes.length - written)).bytesWritten;
    }
    this.bytes += written;
  }

  async commit(): Promise<void> {
    await this.#close();
    await rename(this.#temporary, this.path);
  }

  /** As {@link AtomicFile.commit}, but an older file of that name is kept aside until it is decided that all is well. */
  async commitReversibly(): Promise<ReversibleCommit> {
    await this.#close();
    const { path } = this;
    const older = `${this.#temporary.slice(0, -".tmp".length)}.old`;
    const kept = await keepAside(path, older);
    try {
      await rename(this.#temporary, path);
    } catch (error) {
      if (kept) {
        await rename(older, path);
        // Two names of one file stay as they are in a rename.
        await rm(older, { force: true });
      }
      throw error;
    }
    return {
      undo: () => (kept ? rename(older, path) : rm(path, { force: true })),
      keep: () => (kept ? rm(older, { force: true }) : Promise.resolve()),
    };
  }

  /** Removes what was written; leaves an older file of the same name as it was. Safe to call at any time. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }
}
