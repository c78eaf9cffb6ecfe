import type { LogEvent, LogStore } from "../core/contract.js";

const FLUSH_MILLISECONDS = 50;
const FLUSH_EVENTS = 500;

/** Collects the lines of one log stream and appends them in batches, in order. */
export class LogWriter {
  readonly #logs: LogStore;
  readonly #group: string;
  readonly #stream: string;
  readonly #now: () => number;
  #pending: LogEvent[] = [];
  #lastTimestamp = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The append in flight; a failure stays here until {@link LogWriter.flush} reports it. */
  #writing: Promise<void> = Promise.resolve();

  constructor(logs: LogStore, group: string, stream: string, now: () => number) {
    this.#logs = logs;
    this.#group = group;
    this.#stream = stream;
    this.#now = now;
  }

  get stream(): string {
    return this.#stream;
  }

  write(message: string): void {
    // Readers rely on timestamps that never fall.
    this.#lastTimestamp = Math.max(this.#lastTimestamp, this.#now());
    this.#pending.push({ timestamp: this.#lastTimestamp, message });
    if (this.#pending.length >= FLUSH_EVENTS) this.#append();
    else this.#timer ??= setTimeout(() => this.#append(), FLUSH_MILLISECONDS);
  }

  /** Resolves when every line written so far is in the store. */
  async flush(): Promise<void> {
    this.#append();
    await this.#writing;
  }

  #append(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    this.#writing = this.#writing.then(() => this.#logs.append(this.#group, this.#stream, events));
    // Reported by flush(); until then it must not count as unhandled.
    this.#writing.catch(() => undefined);
  }
}
