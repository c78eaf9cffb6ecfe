import { mkdtempSync, realpathSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { FileObjectStore } from "../../src/local/store/object-store.js";

/** Keys that break naive stores: path tricks, empty segments, names that file systems refuse, long ones. */
export const hostileKeys: readonly string[] = [
  "../../etc/passwd",
  "..",
  ".",
  "../",
  "./a",
  "a/../b",
  "a/./b",
  "/",
  "//",
  "/absolute",
  "a//b",
  "a/b/",
  "trailing/",
  "con",
  "CON.txt",
  "aux/nul",
  "com1",
  "lpt9.log",
  "c:\\windows\\system32",
  "back\\slash",
  "nul\u0000byte",
  "line\nbreak",
  "carriage\rreturn",
  "tab\there",
  "bell\u0007",
  "del\u007f",
  "trailing dot.",
  "trailing blank ",
  " leading blank",
  'a:b*c?d"e<f>g|h',
  "100%",
  "%",
  "%2E%2E/%2F",
  "%h/0000",
  "a+b c&d=e#f?g",
  "täst/Ünï/日本語/😀",
  "e\u0301 and \u00e9",
  "x".repeat(1024),
  `${"y".repeat(201)}/z`,
  `${"d/".repeat(500)}end`,
  "é".repeat(512),
];

/** A new folder for the running test, removed after it; the path holds no links. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "store-test-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty object store in a new folder. */
export async function newObjectStore(): Promise<{ store: FileObjectStore; folder: string }> {
  const folder = temporaryFolder();
  await mkdir(join(folder, "s3"));
  await mkdir(join(folder, "tmp"));
  return { store: openObjectStore(folder), folder };
}

/** The store in a folder of {@link newObjectStore}, opened once more. */
export function openObjectStore(folder: string): FileObjectStore {
  return new FileObjectStore(join(folder, "s3"), join(folder, "tmp"));
}

/** All items of an async iterable. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
