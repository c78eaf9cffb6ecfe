import { onAbort } from "../internal/abort.js";

/** Longest time that `perSecond` calls are spread over, in milliseconds. */
const MAX_WINDOW = 60_000;

interface Waiter {
  readonly go: () => void;
}

/**
 * Lets at most `perSecond` calls start within any second, in the order they asked. Calls beyond that wait for their turn,
 * so many waits in one process stretch their intervals instead of running into the service's throttling.
 */
export class RateLimiter {
  readonly #perSecond: number;
  /** Start times of the last `perSecond` calls, oldest first. */
  readonly #starts: number[] = [];
  readonly #queue = new Set<Waiter>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Time that `perSecond` calls are spread over; longer after a throttled answer. */
  #window = 1000;
  #lastThrottled = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Resolves when the call may start; rejects with `signal.reason` at the abort and leaves nothing behind. */
  acquire(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#queue.size === 0 && this.#delay() <= 0) {
      this.#start();
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const release = onAbort(signal, () => {
        this.#queue.delete(waiter);
        if (this.#queue.size === 0) this.#clearTimer();
        reject(signal?.reason);
      });
      const waiter: Waiter = {
        go: () => {
          release();
          resolve();
        },
      };
      this.#queue.add(waiter);
      this.#arm();
    });
  }

  /** The service asked to slow down: the pace is halved, once per burst of such answers. */
  throttled(): void {
    const now = performance.now();
    if (now - this.#lastThrottled < this.#window) return;
    this.#lastThrottled = now;
    this.#window = Math.min(this.#window * 2, MAX_WINDOW);
  }

  /** The service answered: the pace recovers slowly. */
  succeeded(): void {
    this.#window = Math.max(1000, this.#window * 0.97);
  }

  /** Milliseconds until the next call may start. */
  #delay(): number {
    const oldest = this.#starts[0];
    if (oldest === undefined || this.#starts.length < this.#perSecond) return 0;
    return oldest + this.#window - performance.now();
  }

  #start(): void {
    if (this.#starts.length >= this.#perSecond) this.#starts.shift();
    this.#starts.push(performance.now());
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#queue.size === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        for (const waiter of this.#queue) {
          if (this.#delay() > 0) break;
          this.#queue.delete(waiter);
          this.#start();
          waiter.go();
        }
        this.#arm();
      },
      Math.max(1, Math.ceil(this.#delay())),
    );
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
