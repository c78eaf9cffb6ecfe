import type {
  CloudWatchLogsClient,
  DescribeLogStreamsCommandOutput,
  FilterLogEventsCommandOutput,
  GetLogEventsCommandOutput,
} from "@aws-sdk/client-cloudwatch-logs";
import { sendWith } from "../internal/send.js";
import type { RuntimeSession } from "../session/index.js";
import { isNotFound, isThrottling } from "./aws-errors.js";
import { type Pace, paceOf } from "./pace.js";
import type { RateLimiter } from "./rate-limiter.js";

/**
 * One line of a job's log.
 *
 * @public
 */
export interface LogLine {
  /** Text without the line end. */
  readonly line: string;
  /** Log stream, for example `job-name/algo-1-1622542285`: one per instance and start. */
  readonly stream: string;
  /** Time that the container's host gave the line, to the millisecond. */
  readonly at: Date;
}

/** What one round of reading brought. */
export interface LogRound {
  /** Ordered by time; lines of one stream keep their order. */
  readonly lines: readonly LogLine[];
  /** True when the service holds more already: read on without a pause. */
  readonly more: boolean;
}

interface StreamPosition {
  readonly name: string;
  token: string | undefined;
  /** Position by time, for when there is no token (or no longer): the last timestamp and the lines read at it. */
  lastTimestamp: number | undefined;
  readAtLast: number;
  /** The last page came with the token it was asked with: nothing more to read for now. */
  atEnd: boolean;
  emptyPages: number;
}

/** A page of GetLogEvents holds at most 1 MB (26 bytes counted per event) or 10,000 events. */
const FULL_PAGE_BYTES = 900_000;
const FULL_PAGE_EVENTS = 10_000;
const EVENT_OVERHEAD = 26;
/** From this many instances on, one FilterLogEvents call for all streams is cheaper than one GetLogEvents call each. */
const FILTER_FROM_INSTANCES = 4;
/** New streams (spot restarts) are looked for this often once all expected ones are there, in milliseconds. */
const REDISCOVER_AFTER = 60_000;
/** FilterLogEvents is asked again from this long before its newest line, for lines that were taken in late. */
const FILTER_OVERLAP = 60_000;
/** Bounds for a service that never ends its paging. */
const MAX_STREAM_PAGES = 200;
const MAX_EMPTY_PAGES = 20;
/** FilterLogEvents answers empty pages while it searches. */
const MAX_EMPTY_FILTER_PAGES = 1000;

/**
 * Reads the log streams `prefix…` of one log group from their beginning, every line once.
 *
 * @remarks
 * A token per stream, one GetLogEvents call per stream and round; a round asks for another only when a page was full.
 * A missing group or stream is an empty log. All other errors go to the caller.
 */
export class LogTail {
  readonly #session: RuntimeSession;
  readonly #group: string;
  readonly #prefix: string;
  readonly #pace: Pace;
  readonly #expected: number;
  readonly #streams = new Map<string, StreamPosition>();
  #discoveredAt = Number.NEGATIVE_INFINITY;
  #filter: {
    startTime: number | undefined;
    token: string | undefined;
    newest: number;
    readonly seen: Map<string, number>;
  };

  constructor(session: RuntimeSession, where: { group: string; prefix: string; instances?: number | undefined }) {
    this.#session = session;
    this.#group = where.group;
    this.#prefix = where.prefix;
    this.#expected = where.instances ?? 1;
    this.#pace = paceOf(session);
    this.#filter = { startTime: undefined, token: undefined, newest: 0, seen: new Map() };
  }

  /** Reads what is there now: at most one page of each stream. */
  async round(signal?: AbortSignal): Promise<LogRound> {
    if (this.#expected >= FILTER_FROM_INSTANCES) return this.#filterRound(signal);
    if (this.#streams.size < this.#expected || performance.now() - this.#discoveredAt >= REDISCOVER_AFTER) {
      await this.#discover(signal);
    }
    const lines: LogLine[] = [];
    let more = false;
    for (const stream of this.#streams.values()) {
      if (await this.#readPage(stream, lines, signal)) more = true;
    }
    return { lines: byTime(lines), more };
  }

  /** Reads to the end: until every stream repeats its token. */
  async *drain(signal?: AbortSignal): AsyncGenerator<readonly LogLine[], void, undefined> {
    if (this.#expected >= FILTER_FROM_INSTANCES) {
      for (let emptyPages = 0; emptyPages < MAX_EMPTY_FILTER_PAGES; ) {
        const { lines, more } = await this.#filterRound(signal);
        if (lines.length > 0) yield lines;
        if (!more) return;
        emptyPages = lines.length > 0 ? 0 : emptyPages + 1;
      }
      return;
    }
    await this.#discover(signal);
    for (const stream of this.#streams.values()) {
      stream.atEnd = false;
      stream.emptyPages = 0;
    }
    for (;;) {
      const lines: LogLine[] = [];
      for (const stream of this.#streams.values()) {
        if (!stream.atEnd && stream.emptyPages < MAX_EMPTY_PAGES) await this.#readPage(stream, lines, signal);
      }
      if (lines.length > 0) yield byTime(lines);
      const open = [...this.#streams.values()].some((stream) => !stream.atEnd && stream.emptyPages < MAX_EMPTY_PAGES);
      if (!open) return;
    }
  }

  /** The last lines of the first few streams, for an error message; three calls at most besides the look-up. */
  async lastLines(count: number, signal?: AbortSignal): Promise<string[]> {
    await this.#discover(signal);
    const { GetLogEventsCommand } = await import("../clients/logs.js");
    const client = await this.#client();
    const lines: LogLine[] = [];
    for (const { name } of [...this.#streams.values()].slice(-3)) {
      const page = await this.#send<GetLogEventsCommandOutput>(this.#pace.logEvents, signal, (options) =>
        client.send(
          new GetLogEventsCommand({
            logGroupName: this.#group,
            logStreamName: name,
            startFromHead: false,
            limit: count,
          }),
          options,
        ),
      );
      for (const event of page?.events ?? []) lines.push(toLine(event, name));
    }
    return byTime(lines)
      .slice(-count)
      .map(({ line }) => line);
  }

  async #client(): Promise<CloudWatchLogsClient> {
    const { CloudWatchLogsClient } = await import("../clients/logs.js");
    return this.#session.client("logs", (settings) => new CloudWatchLogsClient(settings));
  }

  /** One paced call; undefined when the group or stream does not exist (yet). */
  async #send<T>(
    limiter: RateLimiter,
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T | undefined> {
    await limiter.acquire(signal);
    try {
      const answer = await sendWith(signal, send);
      limiter.succeeded();
      return answer;
    } catch (error) {
      if (isThrottling(error)) limiter.throttled();
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #discover(signal?: AbortSignal): Promise<void> {
    const { DescribeLogStreamsCommand } = await import("../clients/logs.js");
    const client = await this.#client();
    let token: string | undefined;
    for (let pages = 0; pages < MAX_STREAM_PAGES; pages++) {
      const nextToken = token;
      const page = await this.#send<DescribeLogStreamsCommandOutput>(this.#pace.logStreams, signal, (options) =>
        client.send(
          new DescribeLogStreamsCommand({
            logGroupName: this.#group,
            ...(this.#prefix !== "" && { logStreamNamePrefix: this.#prefix }),
            orderBy: "LogStreamName",
            ...(nextToken !== undefined && { nextToken }),
          }),
          options,
        ),
      );
      for (const { logStreamName: name } of page?.logStreams ?? []) {
        if (name === undefined || this.#streams.has(name)) continue;
        this.#streams.set(name, {
          name,
          token: undefined,
          lastTimestamp: undefined,
          readAtLast: 0,
          atEnd: false,
          emptyPages: 0,
        });
      }
      if (page?.nextToken === undefined || page.nextToken === token) break;
      token = page.nextToken;
    }
    this.#discoveredAt = performance.now();
  }

  /** Reads one page into `lines`. True when the service holds more already. */
  async #readPage(stream: StreamPosition, lines: LogLine[], signal: AbortSignal | undefined): Promise<boolean> {
    const { GetLogEventsCommand } = await import("../clients/logs.js");
    const client = await this.#client();
    const asked = stream.token;
    const resumeAt = asked === undefined ? stream.lastTimestamp : undefined;
    let page: GetLogEventsCommandOutput | undefined;
    try {
      page = await this.#send<GetLogEventsCommandOutput>(this.#pace.logEvents, signal, (options) =>
        client.send(
          new GetLogEventsCommand({
            logGroupName: this.#group,
            logStreamName: stream.name,
            startFromHead: true,
            ...(asked !== undefined && { nextToken: asked }),
            ...(resumeAt !== undefined && { startTime: resumeAt }),
          }),
          options,
        ),
      );
    } catch (error) {
      // Tokens expire after 24 hours; the position by time does not.
      if (asked === undefined || (error as { readonly name?: unknown }).name !== "InvalidParameterException")
        throw error;
      stream.token = undefined;
      return true;
    }
    const token = page?.nextForwardToken;
    // The token that was sent comes back only at the end of the stream.
    const events = asked !== undefined && token === asked ? [] : (page?.events ?? []);
    let skip = resumeAt === undefined ? 0 : stream.readAtLast;
    let bytes = 0;
    let fresh = 0;
    for (const event of events) {
      bytes += (event.message?.length ?? 0) + EVENT_OVERHEAD;
      const timestamp = event.timestamp ?? 0;
      if (resumeAt !== undefined && timestamp < resumeAt) continue;
      if (skip > 0 && timestamp === resumeAt) {
        skip--;
        continue;
      }
      stream.readAtLast = timestamp === stream.lastTimestamp ? stream.readAtLast + 1 : 1;
      stream.lastTimestamp = timestamp;
      fresh++;
      lines.push(toLine(event, stream.name));
    }
    stream.atEnd = fresh === 0 && (token === undefined || token === asked);
    stream.emptyPages = fresh === 0 ? stream.emptyPages + 1 : 0;
    stream.token = token;
    if (events.length > 0) return events.length >= FULL_PAGE_EVENTS || bytes >= FULL_PAGE_BYTES;
    // An empty page with a new token is a gap in the log, not its end.
    return asked !== undefined && token !== undefined && token !== asked && stream.emptyPages < MAX_EMPTY_PAGES;
  }

  async #filterRound(signal: AbortSignal | undefined): Promise<LogRound> {
    const { FilterLogEventsCommand } = await import("../clients/logs.js");
    const client = await this.#client();
    const position = this.#filter;
    const asked = position.token;
    const page = await this.#send<FilterLogEventsCommandOutput>(this.#pace.logStreams, signal, (options) =>
      client.send(
        new FilterLogEventsCommand({
          logGroupName: this.#group,
          logStreamNamePrefix: this.#prefix,
          ...(position.startTime !== undefined && { startTime: position.startTime }),
          ...(asked !== undefined && { nextToken: asked }),
        }),
        options,
      ),
    );
    const lines: LogLine[] = [];
    for (const event of page?.events ?? []) {
      const timestamp = event.timestamp ?? 0;
      const id = event.eventId ?? `${event.logStreamName}|${timestamp}|${event.message}`;
      if (position.seen.has(id)) continue;
      position.seen.set(id, timestamp);
      position.newest = Math.max(position.newest, timestamp);
      lines.push(toLine(event, event.logStreamName ?? this.#prefix));
    }
    position.token = page?.nextToken === asked ? undefined : page?.nextToken;
    if (position.token === undefined && position.newest > 0) {
      const startTime = Math.max(0, position.newest - FILTER_OVERLAP);
      position.startTime = startTime;
      for (const [id, timestamp] of position.seen) if (timestamp < startTime) position.seen.delete(id);
    }
    return { lines: byTime(lines), more: position.token !== undefined };
  }
}

function toLine(event: { message?: string | undefined; timestamp?: number | undefined }, stream: string): LogLine {
  return { line: (event.message ?? "").replace(/[\r\n]+$/u, ""), stream, at: new Date(event.timestamp ?? 0) };
}

/** Stable: lines of equal time keep the order of their streams. */
function byTime(lines: LogLine[]): LogLine[] {
  return lines.sort((a, b) => a.at.getTime() - b.at.getTime());
}
