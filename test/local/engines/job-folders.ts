import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];

/** A new folder, until {@link removeFolders}. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  folders.push(folder);
  return folder;
}

/** Removes all folders so far. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** The folders of a training job below `folder`. */
export function jobFolders(folder: string): {
  readonly modelDir: string;
  readonly outputDir: string;
  readonly scratchDir: string;
} {
  const made = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  return { modelDir: made("model"), outputDir: made("output"), scratchDir: made("scratch") };
}
