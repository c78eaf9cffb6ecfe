import { type JsonService, type LocalIdentity, type LogEvent, ServiceError } from "../core/contract.js";
import { type PlacedEvent, readLogFile, readLogFileBackwards, seekLogTime } from "../store/log-file.js";
import type { FileLogStore, LogStreamInfo } from "../store/log-store.js";
import { filterMatcher } from "./logs-filter.js";
import { LogInput, logsError } from "./logs-input.js";
import { mergeStreams } from "./logs-merge.js";

/** CloudWatch Logs answers at most this many events or bytes at once. */
const MAX_EVENTS = 10_000;
const MAX_PAGE_BYTES = 2 ** 20;
/** What an event counts beside its message. */
const EVENT_OVERHEAD_BYTES = 26;

/** CloudWatch Logs over the log files of the store; reading only, since the jobs write directly. */
export function createLogsService(identity: LocalIdentity, store: FileLogStore): JsonService {
  const service = new LogsService(identity, store);
  return { targetPrefix: "Logs_20140328", call: (operation, input) => service.call(operation, new LogInput(input)) };
}

class LogsService {
  readonly #identity: LocalIdentity;
  readonly #store: FileLogStore;

  constructor(identity: LocalIdentity, store: FileLogStore) {
    this.#identity = identity;
    this.#store = store;
  }

  async call(operation: string, input: LogInput): Promise<Record<string, unknown>> {
    switch (operation) {
      case "DescribeLogGroups":
        return this.#describeLogGroups(input);
      case "DescribeLogStreams":
        return this.#describeLogStreams(input);
      case "GetLogEvents":
        return this.#getLogEvents(input);
      case "FilterLogEvents":
        return this.#filterLogEvents(input);
      default:
        throw new ServiceError(
          "UnknownOperationException",
          `[local mode] ${operation} of CloudWatch Logs is not available.`,
        );
    }
  }

  async #describeLogGroups(input: LogInput): Promise<Record<string, unknown>> {
    const names = await this.#store.groups(input.text("logGroupNamePrefix") ?? "");
    const page = pageOfNames(names, input, 50);
    const logGroups = await Promise.all(
      page.names.map(async (name) => {
        const streams = await this.#infos(name, (await this.#store.streamNames(name)) ?? []);
        const arn = this.#groupArn(name);
        return {
          logGroupName: name,
          creationTime: Math.min(...streams.map((stream) => stream.createdAt)),
          storedBytes: streams.reduce((sum, stream) => sum + stream.sizeBytes, 0),
          metricFilterCount: 0,
          arn: `${arn}:*`,
          logGroupArn: arn,
          logGroupClass: "STANDARD",
        };
      }),
    );
    return { logGroups, ...page.next };
  }

  async #describeLogStreams(input: LogInput): Promise<Record<string, unknown>> {
    const group = input.group();
    const byTime = input.text("orderBy") === "LastEventTime";
    const prefix = input.text("logStreamNamePrefix") ?? "";
    if (byTime && prefix !== "") {
      throw logsError("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    const names = await this.#store.streamNames(group, prefix);
    if (!names) throw noSuchGroup();
    let ordered = names;
    if (byTime) {
      const infos = await this.#infos(group, names);
      ordered = infos.sort((a, b) => (a.lastEventAt ?? 0) - (b.lastEventAt ?? 0)).map((info) => info.name);
    }
    if (input.flag("descending")) ordered = ordered.toReversed();
    const page = pageOfNames(ordered, input, 50);
    const infos = await this.#infos(group, page.names);
    const logStreams = infos.map((info) => ({
      logStreamName: info.name,
      creationTime: info.createdAt,
      ...(info.firstEventAt === undefined ? {} : { firstEventTimestamp: info.firstEventAt }),
      ...(info.lastEventAt === undefined ? {} : { lastEventTimestamp: info.lastEventAt }),
      lastIngestionTime: info.lastIngestionAt,
      uploadSequenceToken: "0",
      arn: `${this.#groupArn(group)}:log-stream:${info.name}`,
      storedBytes: 0,
    }));
    return { logStreams, ...page.next };
  }

  async #getLogEvents(input: LogInput): Promise<Record<string, unknown>> {
    const group = input.group();
    const stream = input.required("logStreamName");
    const file = await this.#store.file(group, stream);
    if (!file) {
      throw (await this.#store.streamNames(group)) ? noSuchStream() : noSuchGroup();
    }
    const limit = input.limit(MAX_EVENTS, MAX_EVENTS);
    const startTime = input.number("startTime") ?? 0;
    const endTime = input.number("endTime") ?? Number.POSITIVE_INFINITY;
    const token = parseToken(input.text("nextToken"));
    const accept = (event: LogEvent): boolean => event.timestamp >= startTime && event.timestamp < endTime;
    let events: PlacedEvent[] = [];
    let from: number;
    let to: number;
    if (token?.direction === "b" || (!token && !input.flag("startFromHead"))) {
      to = token?.position ?? file.sizeBytes;
      const found = await readLogFileBackwards(file.path, to, limit, accept);
      events = withinPageSize(found.toReversed()).toReversed();
      to = token ? (events.at(-1)?.end ?? to) : await endOfLines(file.path, file.sizeBytes, events);
      from = events[0]?.start ?? to;
    } else {
      from = token?.position ?? (await seekLogTime(file.path, file.sizeBytes, startTime));
      to = from;
      let bytes = 0;
      for await (const event of readLogFile(file.path, from)) {
        if (event.timestamp >= endTime) break;
        to = event.end;
        if (!accept(event)) continue;
        bytes += eventBytes(event);
        if (events.length > 0 && bytes > MAX_PAGE_BYTES) {
          to = event.start;
          break;
        }
        events.push(event);
        if (events.length === limit) break;
      }
    }
    return {
      events: events.map(({ timestamp, message }) => ({ timestamp, message, ingestionTime: timestamp })),
      nextForwardToken: `f/${to}/s`,
      nextBackwardToken: `b/${from}/s`,
    };
  }

  async #filterLogEvents(input: LogInput): Promise<Record<string, unknown>> {
    const group = input.group();
    const prefix = input.text("logStreamNamePrefix");
    const wanted = input.list("logStreamNames");
    if (prefix !== undefined && wanted) {
      throw logsError("logStreamNames and logStreamNamePrefix are mutually exclusive");
    }
    const all = await this.#store.streamNames(group, prefix ?? "");
    if (!all) throw noSuchGroup();
    if (wanted?.some((name) => !all.includes(name))) throw noSuchStream();
    const matches = filterMatcher(input.text("filterPattern") ?? "");
    const limit = input.limit(MAX_EVENTS, MAX_EVENTS);
    const startTime = input.number("startTime") ?? 0;
    const endTime = input.number("endTime") ?? Number.POSITIVE_INFINITY;
    const files = [];
    for (const name of wanted ?? all) {
      const file = await this.#store.file(group, name);
      if (file) files.push({ name, ...file });
    }
    const events: Record<string, unknown>[] = [];
    let bytes = 0;
    for await (const item of mergeStreams(files, startTime, endTime, input.text("nextToken"))) {
      if (!matches(item.event.message)) continue;
      bytes += eventBytes(item.event);
      if (events.length === limit || (events.length > 0 && bytes > MAX_PAGE_BYTES)) {
        return { events, searchedLogStreams: [], nextToken: item.tokenBefore };
      }
      events.push({
        logStreamName: item.stream,
        timestamp: item.event.timestamp,
        message: item.event.message,
        ingestionTime: item.event.timestamp,
        eventId: item.id,
      });
    }
    return { events, searchedLogStreams: [] };
  }

  async #infos(group: string, names: readonly string[]): Promise<LogStreamInfo[]> {
    const infos = await Promise.all(names.map((name) => this.#store.describe(group, name)));
    return infos.filter((info) => info !== undefined);
  }

  #groupArn(group: string): string {
    return `arn:aws:logs:${this.#identity.region}:${this.#identity.accountId}:log-group:${group}`;
  }
}

/** A page of an ordered list of names; `nextToken` only when there is more, since callers loop as long as it is there. */
function pageOfNames(
  names: readonly string[],
  input: LogInput,
  maxLimit: number,
): { readonly names: readonly string[]; readonly next: { readonly nextToken?: string } } {
  const token = input.text("nextToken");
  let start = 0;
  if (token !== undefined) {
    // The last name of the page before: names that appear meanwhile shift nothing.
    start = names.indexOf(Buffer.from(token, "base64url").toString("utf8")) + 1;
    if (start === 0) throw logsError("The specified nextToken is invalid.");
  }
  const page = names.slice(start, start + input.limit(maxLimit, maxLimit));
  const last = page.at(-1);
  const more = last !== undefined && start + page.length < names.length;
  return { names: page, next: more ? { nextToken: Buffer.from(last).toString("base64url") } : {} };
}

/** Position after the last whole line, where forward reading goes on. */
async function endOfLines(path: string, sizeBytes: number, events: readonly PlacedEvent[]): Promise<number> {
  const [last] = await readLogFileBackwards(path, sizeBytes, 1, () => true);
  return last?.end ?? events.at(-1)?.end ?? 0;
}

function withinPageSize(events: readonly PlacedEvent[]): PlacedEvent[] {
  let bytes = 0;
  const tooMany = events.findIndex((event, index) => {
    bytes += eventBytes(event);
    return index > 0 && bytes > MAX_PAGE_BYTES;
  });
  return events.slice(0, tooMany === -1 ? events.length : tooMany);
}

function eventBytes(event: LogEvent): number {
  return Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
}

function parseToken(
  token: string | undefined,
): { readonly direction: "f" | "b"; readonly position: number } | undefined {
  if (token === undefined) return undefined;
  const match = /^([fb])\/(\d{1,15})\/s$/u.exec(token);
  if (!match) throw logsError("The specified nextToken is invalid.");
  return { direction: match[1] === "f" ? "f" : "b", position: Number(match[2]) };
}

function noSuchGroup(): ServiceError {
  return new ServiceError("ResourceNotFoundException", "The specified log group does not exist.");
}

function noSuchStream(): ServiceError {
  return new ServiceError("ResourceNotFoundException", "The specified log stream does not exist.");
}
