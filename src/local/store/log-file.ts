import { type FileHandle, open } from "node:fs/promises";
import type { LogEvent } from "../core/contract.js";
import { hasCode } from "./files.js";

const BLOCK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** A log event with its place in the file. */
export interface PlacedEvent extends LogEvent {
  /** Byte position of its line. */
  readonly start: number;
  /** Byte position after its line. */
  readonly end: number;
}

/**
 * The events whose lines lie in `[start, end)` of a log file, oldest first. A last line without its line end was cut by a
 * crash or is being written; it is left out, and so are lines that are not events.
 *
 * @param partialStart - `start` may be inside a line, which is then skipped
 */
export async function* readLogFile(
  path: string,
  start: number,
  end: number = Number.POSITIVE_INFINITY,
  partialStart = false,
): AsyncGenerator<PlacedEvent> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  try {
    // One byte earlier tells whether `start` is the beginning of a line.
    let lineStart = partialStart ? Math.max(0, start - 1) : start;
    let skipping = partialStart && start > 0;
    let rest = Buffer.alloc(0);
    for (let position = lineStart; position < end; ) {
      const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, end - position));
      const { bytesRead } = await handle.read(block, 0, block.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const bytes =
        rest.length > 0 ? Buffer.concat([rest, block.subarray(0, bytesRead)]) : block.subarray(0, bytesRead);
      let from = 0;
      for (let to = bytes.indexOf(NEWLINE); to !== -1; to = bytes.indexOf(NEWLINE, from)) {
        const next = lineStart + to + 1 - from;
        const event = skipping ? undefined : parseEvent(bytes.toString("utf8", from, to));
        skipping = false;
        if (event) yield { ...event, start: lineStart, end: next };
        lineStart = next;
        from = to + 1;
      }
      rest = bytes.subarray(from);
    }
  } finally {
    await handle.close();
  }
}

/** The last events before a byte position, oldest first, at most `limit`. */
export async function readLogFileBackwards(
  path: string,
  end: number,
  limit: number,
  accept: (event: LogEvent) => boolean,
): Promise<PlacedEvent[]> {
  for (let step = 1 << 20; ; step *= 4) {
    const start = Math.max(0, end - step);
    const events: PlacedEvent[] = [];
    for await (const event of readLogFile(path, start, end, true)) if (accept(event)) events.push(event);
    if (start === 0 || events.length >= limit) return events.slice(-limit);
  }
}

/** Byte position of a line from which no earlier event is as new as `timestamp`; times in a file never decrease. */
export async function seekLogTime(path: string, sizeBytes: number, timestamp: number): Promise<number> {
  let low = 0;
  let high = sizeBytes;
  while (high - low > BLOCK_BYTES) {
    const middle = low + Math.floor((high - low) / 2);
    let found: PlacedEvent | undefined;
    for await (const event of readLogFile(path, middle, high, true)) {
      found = event;
      break;
    }
    if (found && found.timestamp < timestamp) low = found.start;
    else high = middle;
  }
  return low;
}

function parseEvent(line: string): LogEvent | undefined {
  try {
    const value = JSON.parse(line) as Partial<LogEvent> | null;
    if (typeof value?.timestamp !== "number" || typeof value.message !== "string") return undefined;
    return { timestamp: value.timestamp, message: value.message };
  } catch {
    return undefined;
  }
}
