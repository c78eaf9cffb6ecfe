import { sleep } from "../internal/abort.js";
import type { RuntimeSession } from "../session/index.js";
import { isExpiredCredentials, isThrottling, isTransient, messageOf } from "./aws-errors.js";
import { type LogLine, LogTail } from "./log-tail.js";
import type { Progress } from "./progress.js";
import { logDelay } from "./schedule.js";

/** Where the log of a job is, and what is known about its end. */
export interface JobLog {
  readonly group: string;
  /** Start of the names of the job's streams. */
  readonly prefix: string;
  readonly instances: number | undefined;
  /** When the containers ended. */
  readonly endedAt: Date | undefined;
  readonly runSeconds: number | undefined;
}

/** Readings in a row that may fail before the log is given up. */
const MAX_FAILED_ROUNDS = 10;
/** The pause before the last reading is at most this share of the job's run time. */
const GRACE_SHARE = 0.05;

/**
 * Reports the log while the job runs, then to its end, then once more after a pause for late lines.
 *
 * @remarks The log is an extra of the wait: when it cannot be read, the wait warns and goes on without it.
 */
export async function followLog(job: {
  readonly session: RuntimeSession;
  readonly resource: string;
  readonly progress: Progress;
  readonly location: () => JobLog | undefined;
  /** Ends the reading at once. */
  readonly halt: AbortSignal;
  /** The job has ended: read the rest. */
  readonly ended: AbortSignal;
  readonly graceSeconds: number;
}): Promise<void> {
  const { session, progress, halt, ended } = job;
  let tail: LogTail | undefined;
  let failures = 0;

  /** Runs one reading; false when the log must be given up. */
  const attempt = async (read: () => Promise<void>): Promise<boolean> => {
    try {
      await read();
      failures = 0;
      return true;
    } catch (error) {
      halt.throwIfAborted();
      if (error instanceof ListenerFault) throw error.fault;
      const passing = isThrottling(error) || isTransient(error) || isExpiredCredentials(error);
      if (passing && ++failures < MAX_FAILED_ROUNDS) return true;
      const message = `the log of ${job.resource} cannot be read, the wait goes on without it: ${messageOf(error)}`;
      session.logger?.warn(message);
      progress.warn(message);
      return false;
    }
  };
  const report = (lines: readonly LogLine[]): void => {
    try {
      progress.log(lines);
    } catch (error) {
      throw new ListenerFault(error);
    }
  };

  let quiet = 0;
  for (let rounds = 1; !ended.aborted; rounds++) {
    halt.throwIfAborted();
    const location = job.location();
    let more = false;
    if (location) {
      tail ??= new LogTail(session, location);
      const current = tail;
      const readable = await attempt(async () => {
        const round = await current.round(halt);
        quiet = round.lines.length > 0 ? 0 : quiet + 1;
        more = round.more;
        report(round.lines);
      });
      if (!readable) return;
      progress.heartbeat();
    }
    if (more) continue;
    await pause(logDelay(rounds, quiet + 2 * failures, Math.random()) * 1000, ended);
  }

  halt.throwIfAborted();
  const location = job.location();
  if (!location) return;
  tail ??= new LogTail(session, location);
  const current = tail;
  const readRest = async (): Promise<boolean> => {
    for (;;) {
      const before = failures;
      const readable = await attempt(async () => {
        for await (const lines of current.drain(halt)) report(lines);
      });
      if (!readable) return false;
      if (failures <= before) return true;
      await sleep(logDelay(10, failures, Math.random()) * 1000, halt);
    }
  };
  if (!(await readRest())) return;
  const rest = restOfGrace(location, job.graceSeconds);
  if (rest <= 0) return;
  await sleep(rest * 1000, halt);
  await readRest();
}

/** Seconds to wait for late lines after the end of the job. */
export function restOfGrace(log: JobLog, graceSeconds: number): number {
  const grace = Math.min(graceSeconds, (log.runSeconds ?? Number.POSITIVE_INFINITY) * GRACE_SHARE);
  const sinceEnd = log.endedAt ? (Date.now() - log.endedAt.getTime()) / 1000 : 0;
  return grace - Math.max(0, sinceEnd);
}

/** Waits, but not longer than the signal. */
async function pause(milliseconds: number, until: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, until);
  } catch {
    // The signal came first: that is the other way for the pause to end.
  }
}

/** Carries what the caller's listener threw past the handling of service errors. */
class ListenerFault extends Error {
  readonly fault: unknown;

  constructor(fault: unknown) {
    super("the progress listener threw");
    this.fault = fault;
  }
}
