import type { AtomicFile, ReversibleCommit } from "./node-files.js";

export type { AtomicFile, ReversibleCommit };

/** Begins a file that appears under its name only when it is complete. Missing folders are made. */
export async function createAtomicFile(file: string | URL): Promise<AtomicFile> {
  const { AtomicFile } = await import("./node-files.js");
  return AtomicFile.create(file);
}
