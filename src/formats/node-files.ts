import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
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

/** A file that is read at any position. */
export interface RandomAccess {
  readonly name: string | undefined;
  readonly sizeBytes: number;
  /** The bytes from `start` to before `end`. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Opens a file for reading at any position. */
export async function openRandomAccess(file: string | URL, signal?: AbortSignal): Promise<RandomAccess> {
  const path = pathOf(file);
  const handle = await open(path, "r");
  const { size } = await handle.stat();
  return {
    name: path,
    sizeBytes: size,
    async read(start, end) {
      signal?.throwIfAborted();
      const bytes = new Uint8Array(end - start);
      for (let filled = 0; filled < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) return bytes.slice(0, filled);
        filled += bytesRead;
      }
      return bytes;
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
