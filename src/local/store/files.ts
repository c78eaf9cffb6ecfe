import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** True when a file operation failed with one of the codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** A new name inside a folder of temporary files. */
export function temporaryPath(folder: string): string {
  return join(folder, randomBytes(9).toString("base64url").replaceAll("-", "_"));
}

/**
 * Replaces a file in one step: a reader, or a process that starts after a crash, sees the old bytes or the new ones.
 *
 * @param folder - folder for the temporary file, on the same disk
 */
export async function replaceFile(path: string, bytes: string | Uint8Array, folder: string): Promise<void> {
  const temporary = temporaryPath(folder);
  try {
    await writeFile(temporary, bytes, { flag: "wx" });
    await moveInto(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Renames a file into a folder that may not exist yet, or may be pruned at the same moment because it became empty. */
export async function moveInto(source: string, target: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(source, target);
      return;
    } catch (error) {
      if (!hasCode(error, "ENOENT") || attempt >= 5) throw error;
      await mkdir(dirname(target), { recursive: true });
    }
  }
}

/** {@link moveInto} in one go. */
export function moveIntoSync(source: string, target: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(source, target);
      return;
    } catch (error) {
      if (!hasCode(error, "ENOENT") || attempt >= 5) throw error;
      mkdirSync(dirname(target), { recursive: true });
    }
  }
}
