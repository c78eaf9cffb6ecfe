import type { LogLine } from "./log-tail.js";
import { type MetricDefinition, MetricReader, type MetricValue } from "./metrics.js";
import type { ProgressEvent, StatusEvent } from "./wait-options.js";

/** One entry of a job's status history. */
export interface StatusStep {
  readonly status: string;
  readonly secondaryStatus: string;
  readonly message: string;
  readonly at: Date;
  /** When the message last changed, if that is known. */
  readonly updatedAt?: Date | undefined;
  /** Tells steps with the same status apart. */
  readonly key: string;
}

const HEARTBEAT_AFTER = 30_000;
const KEPT_LINES = 20;
/** Bound of the metric history, so that a job that prints forever cannot fill the memory. */
const KEPT_METRICS = 100_000;

/** Turns what the wait learns into events: every status step once, every line with its metrics, heartbeats in between. */
export class Progress {
  readonly #jobName: string;
  readonly #listener: ((event: ProgressEvent) => void) | undefined;
  readonly #started = performance.now();
  readonly #reported = new Map<string, string>();
  readonly #held: StatusEvent[] = [];
  readonly #lastLines: string[] = [];
  readonly #metrics: MetricValue[] = [];
  #reader = new MetricReader([]);
  #definitions = "";
  #lastEventAt = this.#started;
  #last: Pick<StatusStep, "status" | "secondaryStatus"> = { status: "unknown", secondaryStatus: "unknown" };

  constructor(jobName: string, listener: ((event: ProgressEvent) => void) | undefined) {
    this.#jobName = jobName;
    this.#listener = listener;
  }

  /** Seconds since the wait began. */
  get elapsedSeconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  get lastStatus(): string {
    const { status, secondaryStatus } = this.#last;
    return status === secondaryStatus ? status : `${status} (${secondaryStatus})`;
  }

  /** The last lines of the log, oldest first. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Values found in the log so far, in the order of the log. */
  get metrics(): readonly MetricValue[] {
    return this.#metrics;
  }

  /**
   * Takes the status history so far and reports what is new in it.
   *
   * @param hold - keeps the events back until the log has caught up with them: for the last look, when all of the log's rest
   * is still to come
   */
  status(steps: readonly StatusStep[], hold: boolean): void {
    for (const step of steps) {
      const { key, message, status, secondaryStatus } = step;
      this.#last = { status, secondaryStatus };
      const before = this.#reported.get(key);
      if (before === message) continue;
      this.#reported.set(key, message);
      const at = before === undefined ? step.at : (step.updatedAt ?? step.at);
      const event: StatusEvent = { type: "status", jobName: this.#jobName, status, secondaryStatus, message, at };
      if (hold) this.#held.push(event);
      else this.#emit(event);
    }
  }

  metricDefinitions(definitions: readonly MetricDefinition[]): void {
    const text = JSON.stringify(definitions);
    if (text === this.#definitions) return;
    this.#definitions = text;
    this.#reader = new MetricReader(definitions);
    for (const name of this.#reader.unreadable) {
      this.warn(`the pattern of metric "${name}" is not a JavaScript regular expression; it is not read from the log`);
    }
  }

  log(lines: readonly LogLine[]): void {
    for (const { line, stream, at } of lines) {
      this.#releaseUntil(at);
      if (this.#lastLines.length >= KEPT_LINES) this.#lastLines.shift();
      this.#lastLines.push(line);
      this.#emit({ type: "log", jobName: this.#jobName, line, stream, at });
      for (const value of this.#reader.read(line, at)) {
        if (this.#metrics.length < KEPT_METRICS) this.#metrics.push(value);
        this.#emit({ type: "metric", jobName: this.#jobName, ...value });
      }
    }
  }

  warn(message: string): void {
    this.#emit({ type: "warning", jobName: this.#jobName, message, at: new Date() });
  }

  /** Reports a heartbeat when nothing was reported for a while. */
  heartbeat(): void {
    if (performance.now() - this.#lastEventAt < HEARTBEAT_AFTER) return;
    const { elapsedSeconds } = this;
    this.#emit({ type: "heartbeat", jobName: this.#jobName, ...this.#last, elapsedSeconds, at: new Date() });
  }

  /** Reports the status events that were held back. */
  release(): void {
    this.#releaseUntil(undefined);
  }

  #releaseUntil(at: Date | undefined): void {
    for (;;) {
      const event = this.#held[0];
      if (!event || (at !== undefined && event.at.getTime() > at.getTime())) return;
      this.#held.shift();
      this.#emit(event);
    }
  }

  #emit(event: ProgressEvent): void {
    this.#lastEventAt = performance.now();
    this.#listener?.(event);
  }
}
