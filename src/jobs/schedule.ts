/** First delays, in seconds: a job of a local service ends within seconds, one on AWS after minutes. */
const FIRST_DELAYS = [0.15, 0.35, 0.75, 1.25, 2.5, 2.5] as const;
const MIN_DELAY = 5;
const MAX_DELAY = 30;
const JITTER = 0.1;

/** Quiet logs are read less and less often, up to this many seconds apart. */
const MAX_LOG_DELAY = 20;
const LOG_DELAY_GROWTH = 1.5;

/**
 * Seconds until the next look at the status: a few quick looks, then a twentieth of the time waited so far, 5 to 30 s, ±10 %.
 *
 * @param looks - looks done so far, at least 1
 * @param elapsedSeconds - since the wait began, or since the job began to end
 * @param random - uniform in [0, 1)
 */
export function statusDelay(looks: number, elapsedSeconds: number, random: number): number {
  const first = FIRST_DELAYS[looks - 1];
  if (first !== undefined) return first;
  const delay = Math.min(MAX_DELAY, Math.max(MIN_DELAY, elapsedSeconds / 20));
  return delay * (1 + JITTER * (2 * random - 1));
}

/**
 * Seconds until the next look at the logs.
 *
 * @param rounds - rounds done so far, at least 1
 * @param quietRounds - rounds in a row without a line
 */
export function logDelay(rounds: number, quietRounds: number, random: number): number {
  const first = FIRST_DELAYS[rounds - 1];
  if (first !== undefined) return first;
  const delay = Math.min(MAX_LOG_DELAY, MIN_DELAY * LOG_DELAY_GROWTH ** Math.max(0, quietRounds - 1));
  return delay * (1 + JITTER * (2 * random - 1));
}
