import { RateLimiter } from "./rate-limiter.js";

/** The pace of one session: shared by all its waits and log tails. */
export interface Pace {
  readonly describe: RateLimiter;
  readonly logEvents: RateLimiter;
  readonly logStreams: RateLimiter;
}

/**
 * Calls per second. GetLogEvents has a fixed quota of 25 per second, account and region, FilterLogEvents and
 * DescribeLogStreams of 5 and more; the limits of Describe* are not published. All leave room for other processes.
 */
export const CALLS_PER_SECOND = Object.freeze({ describe: 5, logEvents: 10, logStreams: 4 } as const);

const paces = new WeakMap<object, Pace>();

/** The pace that belongs to this session for as long as the session lives. */
export function paceOf(session: object): Pace {
  let pace = paces.get(session);
  if (!pace) {
    pace = {
      describe: new RateLimiter(CALLS_PER_SECOND.describe),
      logEvents: new RateLimiter(CALLS_PER_SECOND.logEvents),
      logStreams: new RateLimiter(CALLS_PER_SECOND.logStreams),
    };
    paces.set(session, pace);
  }
  return pace;
}
