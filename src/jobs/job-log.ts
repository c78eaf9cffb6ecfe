import { sleep } from "../internal/abort.js";
import { isExpiredCredentials, isThrottling, isTransient } from "./aws-errors.js";
import { restOfGrace } from "./follow-log.js";
import { type LogLine, LogTail } from "./log-tail.js";
import { paceOf } from "./pace.js";
import { logDelay, statusDelay } from "./schedule.js";
import type { WaitState, WaitSubject } from "./wait-engine.js";
import { WAIT_DEFAULTS } from "./wait-options.js";

/**
 * Options of `logs` of a job.
 *
 * @public
 */
export interface LogsOptions {
  /** Ends the loop with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Goes on until the job has ended; false reads what is there now.
   * @defaultValue true
   */
  readonly follow?: boolean | undefined;
}

/** Failed calls in a row before the loop gives up. */
const MAX_FAILURES = 10;

/**
 * Reads a job's log as its consumer asks for it. Between two lines that the consumer takes nothing runs, so a loop that is
 * left early leaves nothing behind.
 */
export async function* readLog<Description>(
  subject: WaitSubject<Description>,
  options: LogsOptions,
): AsyncGenerator<LogLine, void, undefined> {
  const { signal } = options;
  const started = performance.now();
  const pace = paceOf(subject.session);
  let tail: LogTail | undefined;
  let state: WaitState | undefined;
  let looks = 0;
  let nextLook = started;
  let quiet = 0;
  let failures = 0;
  let graceTaken = false;
  for (let rounds = 1; ; rounds++) {
    try {
      if (performance.now() >= nextLook) {
        await pace.describe.acquire(signal);
        state = subject.state(await subject.describe(signal));
        pace.describe.succeeded();
        looks++;
        nextLook = performance.now() + statusDelay(looks, (performance.now() - started) / 1000, Math.random()) * 1000;
      }
      if (state?.log) {
        tail ??= new LogTail(subject.session, state.log);
        if (state.ended || options.follow === false) {
          for await (const lines of tail.drain(signal)) yield* lines;
          const rest =
            state.ended && options.follow !== false ? restOfGrace(state.log, WAIT_DEFAULTS.logGraceSeconds) : 0;
          if (rest <= 0 || graceTaken) return;
          graceTaken = true;
          await sleep(rest * 1000, signal);
          continue;
        }
        const { lines, more } = await tail.round(signal);
        quiet = lines.length > 0 ? 0 : quiet + 1;
        yield* lines;
        failures = 0;
        if (more) continue;
      } else if (state?.ended || options.follow === false) return;
    } catch (error) {
      signal?.throwIfAborted();
      if (isThrottling(error)) pace.describe.throttled();
      const passing = isThrottling(error) || isTransient(error) || isExpiredCredentials(error);
      if (!passing || ++failures >= MAX_FAILURES) throw error;
    }
    await sleep(logDelay(rounds, quiet + 2 * failures, Math.random()) * 1000, signal);
  }
}
