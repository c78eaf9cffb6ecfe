import { raceAbort } from "../internal/abort.js";

/**
 * Remembers the results of work that is the same for every caller. A failure is not remembered. One caller's abort ends
 * only that caller's wait: the work may be somebody else's too.
 */
export class Once<T> {
  readonly #running = new Map<string, Promise<T>>();

  get(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    let running = this.#running.get(key);
    if (running === undefined) {
      running = work();
      this.#running.set(key, running);
      running.catch(() => this.#running.delete(key));
    }
    return raceAbort(running, signal);
  }
}
