import { WaitTimeoutError } from "../errors/index.js";
import { linkedController, sleep } from "../internal/abort.js";
import type { RuntimeSession } from "../session/index.js";
import { isAccessDenied, isExpiredCredentials, isThrottling, isTransient, messageOf } from "./aws-errors.js";
import { followLog, type JobLog } from "./follow-log.js";
import type { MetricDefinition } from "./metrics.js";
import { paceOf } from "./pace.js";
import { Progress, type StatusStep } from "./progress.js";
import { statusDelay } from "./schedule.js";
import { WAIT_DEFAULTS, type WaitOptions } from "./wait-options.js";

/** What the engine reads from a description. */
export interface WaitState {
  /** Status history so far, oldest first. */
  readonly steps: readonly StatusStep[];
  readonly ended: boolean;
  /** The job is on its way to its end (uploading, stopping): look more often again. */
  readonly ending: boolean;
  /** Where the log is; undefined when there is none, or none yet. */
  readonly log?: JobLog | undefined;
  readonly metricDefinitions?: readonly MetricDefinition[] | undefined;
}

/** A job or endpoint that can be waited for. */
export interface WaitSubject<Description> {
  readonly session: RuntimeSession;
  /** For messages, for example `training job "x"`. */
  readonly resource: string;
  readonly name: string;
  describe(signal: AbortSignal | undefined): Promise<Description>;
  state(description: Description): WaitState;
  /** Asks the service to stop it; undefined when it cannot be stopped. */
  stop?(signal: AbortSignal): Promise<void>;
}

/** How a wait ended, and what it saw on the way. */
export interface WaitOutcome<Description> {
  readonly description: Description;
  readonly progress: Progress;
}

/** Looks in a row that may fail for a server's or the network's reasons before the wait gives up. */
const MAX_FAILED_LOOKS = 10;
/** Longest factor that throttled answers stretch a wait's own interval by. */
const MAX_STRETCH = 8;
/** A request that hangs when the time is up is given so much longer, in milliseconds. */
const LAST_LOOK = 10_000;
/** Longest time for the stop request of an aborted wait, in milliseconds. */
const STOP_REQUEST = 10_000;
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Waits until the subject has ended and its log is read to the end.
 *
 * @remarks Two loops run side by side, status and log; the first fault or the abort ends both, and all timers and listeners
 * are gone when the promise settles.
 */
export async function waitForEnd<Description>(
  subject: WaitSubject<Description>,
  options: WaitOptions,
): Promise<WaitOutcome<Description>> {
  const { signal } = options;
  const { controller: halt, release } = linkedController(signal);

  const progress = new Progress(subject.name, options.onProgress);
  const watch = new Watch(subject, options, progress, halt);
  try {
    return { description: await watch.run(), progress };
  } catch (error) {
    if (signal?.aborted && options.onAbort === "stop") await stopAfterAbort(subject, progress);
    throw error;
  } finally {
    release();
  }
}

class Watch<Description> {
  readonly #subject: WaitSubject<Description>;
  readonly #options: WaitOptions;
  readonly #progress: Progress;
  readonly #halt: AbortController;
  readonly #ended = new AbortController();
  #state: WaitState | undefined;
  #failedLooks = 0;
  #credentialsExpired = false;
  /** Factor on the time between two looks, for a service that does not keep up. */
  #stretch = 1;

  constructor(subject: WaitSubject<Description>, options: WaitOptions, progress: Progress, halt: AbortController) {
    this.#subject = subject;
    this.#options = options;
    this.#progress = progress;
    this.#halt = halt;
  }

  async run(): Promise<Description> {
    const guard = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        this.#halt.abort(error);
        this.#ended.abort();
        throw error;
      }
    };
    const [status] = await Promise.allSettled([guard(this.#followStatus()), guard(this.#followLog())]);
    this.#halt.signal.throwIfAborted();
    if (status.status === "rejected") throw status.reason;
    this.#progress.release();
    return status.value;
  }

  async #followStatus(): Promise<Description> {
    const { signal } = this.#halt;
    const { timeoutSeconds } = this.#options;
    const deadline =
      timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => this.#halt.abort(this.#timeout()), Math.min(timeoutSeconds * 1000 + LAST_LOOK, MAX_TIMER));
    try {
      let endingSince: { readonly seconds: number; readonly looks: number } | undefined;
      for (let looks = 1; ; looks++) {
        const description = await this.#look(signal);
        const { elapsedSeconds } = this.#progress;
        if (description !== undefined) {
          const state = this.#subject.state(description);
          this.#state = state;
          if (state.metricDefinitions || this.#options.metricDefinitions) {
            this.#progress.metricDefinitions([
              ...(state.metricDefinitions ?? []),
              ...(this.#options.metricDefinitions ?? []),
            ]);
          }
          this.#progress.status(state.steps, state.ended && this.#readsLog());
          if (state.ended) {
            this.#ended.abort();
            return description;
          }
          if (state.ending) endingSince ??= { seconds: elapsedSeconds, looks };
        }
        this.#progress.heartbeat();
        const remaining = timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : timeoutSeconds - elapsedSeconds;
        if (remaining <= 0) throw this.#timeout();
        const since = endingSince ?? { seconds: 0, looks: 0 };
        const delay = this.#options.pollSeconds ?? statusDelay(looks, elapsedSeconds - since.seconds, Math.random());
        await sleep(Math.min(delay * this.#stretch, remaining) * 1000, signal);
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** One look; undefined when the service could not answer now but may later. */
  async #look(signal: AbortSignal): Promise<Description | undefined> {
    const { describe } = paceOf(this.#subject.session);
    for (;;) {
      await describe.acquire(signal);
      try {
        const description = await this.#subject.describe(signal);
        describe.succeeded();
        this.#failedLooks = 0;
        this.#credentialsExpired = false;
        this.#stretch = 1;
        return description;
      } catch (error) {
        signal.throwIfAborted();
        const grace = this.#options.accessDeniedGraceSeconds ?? WAIT_DEFAULTS.accessDeniedGraceSeconds;
        this.#subject.session.logger?.warn(`${this.#subject.resource}: a status call failed: ${messageOf(error)}`);
        if (isThrottling(error)) {
          describe.throttled();
          this.#stretch = Math.min(this.#stretch * 2, MAX_STRETCH);
          return undefined;
        }
        if (isExpiredCredentials(error)) {
          if (this.#credentialsExpired) throw error;
          this.#credentialsExpired = true;
          continue;
        }
        if (isAccessDenied(error) && this.#progress.elapsedSeconds < grace) return undefined;
        if (!isTransient(error) || ++this.#failedLooks >= MAX_FAILED_LOOKS) throw error;
        this.#stretch = Math.min(this.#stretch * 2, MAX_STRETCH);
        return undefined;
      }
    }
  }

  #readsLog(): boolean {
    return (this.#options.logs ?? WAIT_DEFAULTS.logs) && this.#state?.log !== undefined;
  }

  async #followLog(): Promise<void> {
    if (!(this.#options.logs ?? WAIT_DEFAULTS.logs)) return;
    await followLog({
      session: this.#subject.session,
      resource: this.#subject.resource,
      progress: this.#progress,
      location: () => this.#state?.log,
      halt: this.#halt.signal,
      ended: this.#ended.signal,
      graceSeconds: this.#options.logGraceSeconds ?? WAIT_DEFAULTS.logGraceSeconds,
    });
  }

  #timeout(): WaitTimeoutError {
    return new WaitTimeoutError(this.#subject.resource, this.#progress.lastStatus, this.#progress.elapsedSeconds);
  }
}

/** The caller asked to stop the job at the abort; whether that worked is reported, the abort's own reason is thrown. */
async function stopAfterAbort<Description>(subject: WaitSubject<Description>, progress: Progress): Promise<void> {
  if (!subject.stop) return;
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(new Error("the stop request was not answered in time")), STOP_REQUEST);
  try {
    await subject.stop(tooLong.signal);
  } catch (error) {
    const message = `${subject.resource} could not be stopped and may still run: ${messageOf(error)}`;
    subject.session.logger?.error(message);
    try {
      progress.warn(message);
    } catch {
      // What the listener throws must not take the place of the abort's reason.
    }
  } finally {
    clearTimeout(timer);
  }
}
