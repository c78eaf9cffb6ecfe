import { type PlacedEvent, readLogFile, seekLogTime } from "../store/log-file.js";
import { logsError } from "./logs-input.js";

/** A stream to be merged. */
export interface MergeSource {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** An event among those of several streams. */
export interface MergedEvent {
  readonly stream: string;
  readonly event: PlacedEvent;
  /** Unique among all events. */
  readonly id: string;
  /** Token by which a later merge starts with this event. */
  readonly tokenBefore: string;
}

/**
 * The events of several streams by time, those of one time by stream. Constant memory: each stream is read once, in order.
 *
 * @throws ServiceError `InvalidParameterException` for a token that is none
 */
export async function* mergeStreams(
  sources: readonly MergeSource[],
  startTime: number,
  endTime: number,
  token: string | undefined,
): AsyncGenerator<MergedEvent> {
  const resume = token === undefined ? undefined : parseToken(token);
  const readers: Reader[] = [];
  try {
    for (const source of [...sources].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const from = await seekLogTime(source.path, source.sizeBytes, Math.max(startTime, resume?.time ?? 0));
      const reader = new Reader(source.name, readLogFile(source.path, from));
      readers.push(reader);
      do await reader.advance();
      while (reader.event && (reader.event.timestamp < startTime || isBefore(reader, resume)));
    }
    for (;;) {
      let next: Reader | undefined;
      for (const reader of readers) {
        if (reader.event && (!next?.event || reader.event.timestamp < next.event.timestamp)) next = reader;
      }
      if (!next?.event || next.event.timestamp >= endTime) return;
      const { name, event } = next;
      yield {
        stream: name,
        event,
        id: Buffer.from(`${event.timestamp}/${event.start}/${name}`).toString("base64url"),
        tokenBefore: Buffer.from(JSON.stringify([event.timestamp, name, event.start])).toString("base64url"),
      };
      await next.advance();
    }
  } finally {
    for (const reader of readers) await reader.close();
  }
}

class Reader {
  event: PlacedEvent | undefined;
  readonly name: string;
  readonly #events: AsyncGenerator<PlacedEvent>;

  constructor(name: string, events: AsyncGenerator<PlacedEvent>) {
    this.name = name;
    this.#events = events;
  }

  async advance(): Promise<void> {
    const next = await this.#events.next();
    this.event = next.done ? undefined : next.value;
  }

  async close(): Promise<void> {
    await this.#events.return(undefined);
  }
}

interface Resume {
  readonly time: number;
  readonly stream: string;
  readonly start: number;
}

function isBefore(reader: Reader, resume: Resume | undefined): boolean {
  if (!resume || !reader.event) return false;
  if (reader.event.timestamp !== resume.time) return reader.event.timestamp < resume.time;
  if (reader.name !== resume.stream) return reader.name < resume.stream;
  return reader.event.start < resume.start;
}

function parseToken(token: string): Resume {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    const [time, stream, start] = value as [unknown, unknown, unknown];
    if (typeof time === "number" && typeof stream === "string" && typeof start === "number") {
      return { time, stream, start };
    }
  } catch {
    // Not one of ours.
  }
  throw logsError("The specified nextToken is invalid.");
}
