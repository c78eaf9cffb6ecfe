import { linkedController, raceAbort } from "./abort.js";

/** Options that AWS clients take next to the command. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * Runs one client call and rejects with `signal.reason` at the abort, also when the client does not watch the signal
 * or answers an abort with an error of its own. The signal ends with the call: a body that is still to be read is the
 * caller's to cut off.
 */
export async function sendWith<T>(
  signal: AbortSignal | undefined,
  send: (options: SendOptions) => Promise<T>,
): Promise<T> {
  if (!signal) return send({});
  signal.throwIfAborted();
  // A client adds listeners to the signal that it gets; many calls may share the caller's.
  const { controller, release } = linkedController(signal);
  try {
    return await raceAbort(send({ abortSignal: controller.signal }), controller.signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    release();
  }
}
