import { linkedController } from "../internal/abort.js";

/**
 * Runs one call with a signal that aborts with the caller's, or after the time given, whichever comes first.
 * Leaves no timer and no listener behind. `AbortSignal.any` would do the same, but keeps its signals alive on Node 20.
 *
 * @param late - makes the error that a call rejects with when the time is over
 */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  late: () => unknown,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const { controller, release } = linkedController(signal);
  const timer = setTimeout(() => controller.abort(late()), milliseconds);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    release();
  }
}
