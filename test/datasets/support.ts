import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A new empty folder for each test of the file; the function gives paths in it. */
export function useFolder(): (...names: string[]) => string {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sagemaker-ts-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return (...names) => join(folder, ...names);
}

/** The rows of a file whose last row has a line end; text of one byte for each byte. */
export async function rowsOf(file: string): Promise<string[]> {
  return (await readFile(file, "latin1")).split("\n").slice(0, -1);
}

/** The bytes in pieces of this size. */
export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
