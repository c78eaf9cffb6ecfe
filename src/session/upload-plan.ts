import type { Stats } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ValidationError } from "../errors/index.js";
import { mapConcurrent } from "../internal/concurrency.js";
import type { Logger } from "../internal/logger.js";
import { isS3Uri } from "../internal/s3-uri.js";

/** One file to be uploaded. */
export interface PlannedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Last part of the key: the file's name, or its path in the folder, with `/`. */
  readonly name: string;
}

/** What a path or list of paths stands for. */
export interface UploadPlan {
  readonly files: readonly PlannedFile[];
  /** True when the source is one file and not a folder or list. */
  readonly isSingle: boolean;
}

/** File system calls in flight while a folder is read; Node's thread pool has four threads. */
const FILE_CALLS = 8;

/**
 * Finds the files behind a path or a list of paths.
 *
 * @throws ValidationError `INVALID_INPUT` when a path does not exist, or nothing is left to send
 */
export async function planUpload(
  source: string | readonly string[],
  filter: ((relativePath: string) => boolean) | undefined,
  logger: Logger | undefined,
  signal: AbortSignal | undefined,
): Promise<UploadPlan> {
  if (typeof source === "string") {
    const info = await existing(source);
    if (!info.isDirectory()) {
      return { files: [{ path: source, sizeBytes: info.size, name: basename(source) }], isSingle: true };
    }
    const files = await filesIn(source, filter, logger, signal);
    if (files.length === 0) {
      throw invalid(`folder "${source}" holds no file to upload${filter ? " that the filter lets through" : ""}`);
    }
    return { files, isSingle: false };
  }
  if (source.length === 0) throw invalid("there is nothing to upload: the list of paths is empty");
  const files = await mapConcurrent(
    source,
    FILE_CALLS,
    async (path) => {
      const info = await existing(path);
      if (info.isDirectory()) throw invalid(`"${path}" is a folder; upload it by its own call, not in a list of files`);
      return { path, sizeBytes: info.size, name: basename(path) };
    },
    signal,
  );
  return { files, isSingle: false };
}

/** All files below a folder, hidden ones too, in the order of their names. Links to folders are not followed. */
async function filesIn(
  root: string,
  filter: ((relativePath: string) => boolean) | undefined,
  logger: Logger | undefined,
  signal: AbortSignal | undefined,
): Promise<PlannedFile[]> {
  const names: string[] = [];
  const visit = async (folder: string, prefix: string): Promise<void> => {
    signal?.throwIfAborted();
    const entries = await readdir(folder, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const name = `${prefix}${entry.name}`;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await visit(path, `${name}/`);
      else if (entry.isFile() || (entry.isSymbolicLink() && (await pointsToFile(path)))) {
        if (filter === undefined || filter(name)) names.push(name);
      } else {
        logger?.warn(`Not uploaded, since it is neither a file nor a folder: ${path}`);
      }
    }
  };
  await visit(root, "");
  return mapConcurrent(
    names,
    FILE_CALLS,
    async (name) => {
      const path = join(root, name);
      return { path, sizeBytes: (await existing(path)).size, name };
    },
    signal,
  );
}

async function pointsToFile(path: string): Promise<boolean> {
  return (await existing(path)).isFile();
}

async function existing(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    if (isS3Uri(path)) throw invalid(`${path} is in S3 already; give a local path`);
    const isBrokenLink = await lstat(path).then(
      () => true,
      () => false,
    );
    throw invalid(
      isBrokenLink ? `"${path}" is a link to a file that does not exist` : `there is no file or folder "${path}"`,
    );
  }
}

function invalid(message: string): ValidationError {
  return new ValidationError("uploadData", [{ path: [], message }], "INVALID_INPUT");
}
