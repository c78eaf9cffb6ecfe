import {
  DescribeLogStreamsCommand,
  type DescribeLogStreamsCommandInput,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { awsError, type setUp } from "./helpers.js";

export interface FakeEvent {
  readonly message: string;
  readonly timestamp: number;
  /** When the service shows it; the timestamp itself unless set. */
  readonly visibleAt?: number;
}

/** CloudWatch Logs as far as the log tail sees it: forward tokens, pages, streams that appear. */
export class FakeLogs {
  readonly streams = new Map<string, FakeEvent[]>();
  pageSize = 10_000;
  streamPageSize = 50;
  /** Tokens given out before this time are refused, as after 24 hours. */
  tokensValidFrom = Number.NEGATIVE_INFINITY;

  constructor(logs: ReturnType<typeof setUp>["logs"]) {
    logs.on(DescribeLogStreamsCommand).callsFake((input: DescribeLogStreamsCommandInput) => this.#listStreams(input));
    logs.on(GetLogEventsCommand).callsFake((input: GetLogEventsCommandInput) => this.#events(input));
    logs.on(FilterLogEventsCommand).callsFake((input: FilterLogEventsCommandInput) => this.#filter(input));
  }

  add(stream: string, ...events: FakeEvent[]): void {
    this.streams.set(stream, [...(this.streams.get(stream) ?? []), ...events]);
  }

  #visible(stream: string): FakeEvent[] {
    return (this.streams.get(stream) ?? []).filter((event) => (event.visibleAt ?? event.timestamp) <= Date.now());
  }

  #names(prefix: string): string[] {
    return [...this.streams.keys()].filter((name) => name.startsWith(prefix) && this.#visible(name).length > 0).sort();
  }

  #listStreams(input: DescribeLogStreamsCommandInput): object {
    const names = this.#names(input.logStreamNamePrefix ?? "");
    if (this.streams.size === 0) throw awsError("ResourceNotFoundException", "The specified log group does not exist.");
    const start = Number(input.nextToken ?? 0);
    const end = start + this.streamPageSize;
    return {
      logStreams: names.slice(start, end).map((logStreamName) => ({ logStreamName })),
      ...(end < names.length && { nextToken: String(end) }),
    };
  }

  #events(input: GetLogEventsCommandInput): object {
    const all = this.#visible(input.logStreamName ?? "");
    if (input.startFromHead !== true) return { events: all.slice(-(input.limit ?? 10_000)) };
    let start = 0;
    if (input.nextToken !== undefined) {
      const [position, givenAt] = input.nextToken.split("@");
      if (Number(givenAt) < this.tokensValidFrom) {
        throw awsError("InvalidParameterException", "The specified nextToken is invalid.");
      }
      start = Number(position);
    } else if (input.startTime !== undefined) {
      const { startTime } = input;
      start = all.findIndex((event) => event.timestamp >= startTime);
      if (start < 0) start = all.length;
    }
    const events = all.slice(start, start + this.pageSize);
    const atEnd = events.length === 0 && input.nextToken !== undefined;
    return {
      events: events.map(({ message, timestamp }) => ({ message, timestamp })),
      nextForwardToken: atEnd ? input.nextToken : `${start + events.length}@${Date.now()}`,
    };
  }

  #filter(input: FilterLogEventsCommandInput): object {
    const all = this.#names(input.logStreamNamePrefix ?? "")
      .flatMap((logStreamName) =>
        this.#visible(logStreamName).map((event) => ({
          logStreamName,
          message: event.message,
          timestamp: event.timestamp,
          eventId: `${logStreamName}#${this.streams.get(logStreamName)?.indexOf(event)}`,
        })),
      )
      .filter(({ timestamp }) => timestamp >= (input.startTime ?? 0))
      .sort((a, b) => a.timestamp - b.timestamp);
    const start = Number(input.nextToken ?? 0);
    const end = start + this.pageSize;
    return { events: all.slice(start, end), ...(end < all.length && { nextToken: String(end) }) };
  }
}
