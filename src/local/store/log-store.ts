import { appendFile, mkdir, open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LogEvent, LogStore } from "../core/contract.js";
import { hasCode } from "./files.js";
import { KeyLocks } from "./key-locks.js";
import { compareUtf8, encodeSegment } from "./keys.js";
import { readLogFile, readLogFileBackwards } from "./log-file.js";

const SUFFIX = ".jsonl";

/** A log stream as CloudWatch Logs describes it. Times are milliseconds since 1970. */
export interface LogStreamInfo {
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
  readonly firstEventAt: number | undefined;
  readonly lastEventAt: number | undefined;
  readonly lastIngestionAt: number;
  readonly sizeBytes: number;
}

/**
 * Log streams as append-only files of JSON lines, `<folder>/<group>/<stream>.jsonl`, with `/` in names written as `+`.
 * Times within a stream never decrease: an event that claims to be older than the one before gets that one's time.
 */
export class FileLogStore implements LogStore {
  readonly #folder: string;
  readonly #locks = new KeyLocks();
  /** Time of the last event of the streams that this process has written to. */
  readonly #lastTimes = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async append(group: string, stream: string, events: readonly LogEvent[]): Promise<void> {
    const path = this.#path(group, stream);
    await this.#locks.run(path, async () => {
      let last = this.#lastTimes.get(path) ?? (await prepare(path));
      const lines = events.map((event) => {
        last = Math.max(last, Math.round(event.timestamp));
        return `${JSON.stringify({ timestamp: last, message: event.message })}\n`;
      });
      await appendFile(path, lines.join(""));
      this.#lastTimes.set(path, last);
    });
  }

  /** Names of the groups that start with `prefix`, ordered. */
  async groups(prefix = ""): Promise<string[]> {
    const names = await folderNames(this.#folder, (entry) => entry.isDirectory());
    return names
      .map(decodeName)
      .filter((name) => name?.startsWith(prefix))
      .filter((name) => name !== undefined)
      .sort(compareUtf8);
  }

  /** Names of the streams of a group, ordered; undefined when there is no such group. */
  async streamNames(group: string, prefix = ""): Promise<string[] | undefined> {
    const folder = join(this.#folder, encodeName(group));
    const files = await folderNames(folder, (entry) => entry.isFile() && entry.name.endsWith(SUFFIX));
    if (files.length === 0 && !(await exists(folder))) return undefined;
    return files
      .map((file) => decodeName(file.slice(0, -SUFFIX.length)))
      .filter((name) => name !== undefined)
      .filter((name) => name.startsWith(prefix))
      .sort(compareUtf8);
  }

  /** Path and size of a stream's file; undefined when there is no such stream. */
  async file(
    group: string,
    stream: string,
  ): Promise<{ readonly path: string; readonly sizeBytes: number } | undefined> {
    const path = this.#path(group, stream);
    try {
      return { path, sizeBytes: (await stat(path)).size };
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /** What is known about a stream; undefined when there is no such stream. */
  async describe(group: string, stream: string): Promise<LogStreamInfo | undefined> {
    const path = this.#path(group, stream);
    try {
      const { birthtimeMs, mtimeMs, size } = await stat(path);
      let firstEventAt: number | undefined;
      for await (const event of readLogFile(path, 0)) {
        firstEventAt = event.timestamp;
        break;
      }
      const [last] = await readLogFileBackwards(path, size, 1, () => true);
      return {
        name: stream,
        path,
        createdAt: Math.floor(firstEventAt === undefined ? birthtimeMs : Math.min(birthtimeMs, firstEventAt)),
        firstEventAt,
        lastEventAt: last?.timestamp,
        lastIngestionAt: Math.floor(mtimeMs),
        sizeBytes: size,
      };
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  #path(group: string, stream: string): string {
    return join(this.#folder, encodeName(group), `${encodeName(stream)}${SUFFIX}`);
  }
}

/** Makes sure that the next line starts on a line of its own, and tells the time of the last event. */
async function prepare(path: string): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, "a+");
  try {
    const { size } = await handle.stat();
    if (size === 0) return 0;
    const lastByte = Buffer.alloc(1);
    await handle.read(lastByte, 0, 1, size - 1);
    // A crash can cut the last line; its piece stays as a line that is no event.
    if (lastByte[0] !== 0x0a) await handle.writeFile("\n");
    const [last] = await readLogFileBackwards(path, size, 1, () => true);
    return last?.timestamp ?? 0;
  } finally {
    await handle.close();
  }
}

function encodeName(name: string): string {
  return encodeSegment(name).replaceAll("+", "%2B").replaceAll("/", "+");
}

function decodeName(file: string): string | undefined {
  try {
    const name = decodeURIComponent(file.replaceAll("+", "/"));
    return encodeName(name) === file ? name : undefined;
  } catch {
    return undefined;
  }
}

async function folderNames(
  folder: string,
  accept: (entry: { readonly name: string; isFile(): boolean; isDirectory(): boolean }) => boolean,
): Promise<string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(accept).map((entry) => entry.name);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
