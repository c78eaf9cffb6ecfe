import { readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { LocalError } from "../../errors/index.js";
import type { RecordStore } from "../core/contract.js";
import { hasCode, replaceFile } from "./files.js";
import { KeyLocks } from "./key-locks.js";
import { compareUtf8, encodeSegment } from "./keys.js";

/**
 * Records as JSON files, `<folder>/<kind>/<name>.json`, readable and editable by hand.
 * Every write replaces the file in one step; writes to one record happen in the order they were asked for.
 */
export class FileRecordStore implements RecordStore {
  readonly #folder: string;
  readonly #temporaryFolder: string;
  readonly #locks = new KeyLocks();

  constructor(folder: string, temporaryFolder: string) {
    this.#folder = folder;
    this.#temporaryFolder = temporaryFolder;
  }

  async read<T>(kind: string, name: string): Promise<T | undefined> {
    const path = this.#path(kind, name);
    await this.#locks.settled(path);
    return readRecord<T>(path);
  }

  async write(kind: string, name: string, value: unknown): Promise<void> {
    const text = `${JSON.stringify(value, undefined, 2)}\n`;
    const path = this.#path(kind, name);
    await this.#locks.run(path, () => replaceFile(path, text, this.#temporaryFolder));
  }

  async remove(kind: string, name: string): Promise<boolean> {
    const path = this.#path(kind, name);
    return this.#locks.run(path, async () => {
      try {
        await unlink(path);
        return true;
      } catch (error) {
        if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
        return false;
      }
    });
  }

  /** All records of a kind, ordered by name. */
  async list<T>(kind: string): Promise<T[]> {
    const folder = join(this.#folder, encodeSegment(kind));
    let names: string[];
    try {
      names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort(compareUtf8);
    } catch (error) {
      if (hasCode(error, "ENOENT")) return [];
      throw error;
    }
    const records: T[] = [];
    for (const name of names) {
      // A record may be removed while the others are read.
      const record = await readRecord<T>(join(folder, name));
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  #path(kind: string, name: string): string {
    return join(this.#folder, encodeSegment(kind), `${name.split("/").map(encodeSegment).join("%2F")}.json`);
  }
}

async function readRecord<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new LocalError(
      `The record ${path} is not valid JSON. Repair the file or delete it.`,
      "LOCAL_STORE_CORRUPT",
      error,
    );
  }
}
