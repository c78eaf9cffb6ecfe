import { onAbort } from "../internal/abort.js";

/**
 * Reads of a MiB and more to the start of a memory page are up to four times slower on some processors than reads a little
 * further in, and big buffers begin 16 bytes into a page.
 */
const LEAD_BYTES = 64;

/**
 * The buffers of the parts in flight, used again and again. At most `count` are out at a time, over all files of a call;
 * whoever needs one more waits.
 */
export class PartPool {
  /** In the order of their coming. */
  readonly #waiting = new Set<() => void>();
  readonly #idle: Buffer[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** A buffer of at least `bytes` with arbitrary content, to be given back. Rejects with `signal.reason` at the abort. */
  async take(bytes: number, signal: AbortSignal): Promise<Buffer> {
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    const kept = this.#idle.pop();
    return kept !== undefined && kept.length >= bytes
      ? kept
      : Buffer.allocUnsafeSlow(LEAD_BYTES + bytes).subarray(LEAD_BYTES);
  }

  give(buffer: Buffer): void {
    this.#idle.push(buffer);
    const [next] = this.#waiting;
    if (next === undefined) this.#free++;
    else next();
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const go = (): void => {
        this.#waiting.delete(go);
        release();
        resolve();
      };
      const release = onAbort(signal, () => {
        this.#waiting.delete(go);
        reject(signal.reason);
      });
      this.#waiting.add(go);
    });
  }
}
