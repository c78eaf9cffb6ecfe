import { raceAbort } from "./abort.js";

/** Options that AWS clients take next to the command. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * Runs one client call and rejects with `signal.reason` at the abort, also when the client does not watch the signal
 * or answers an abort with an error of its own.
 */
export async function sendWith<T>(
  signal: AbortSignal | undefined,
  send: (options: SendOptions) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await raceAbort(send(signal ? { abortSignal: signal } : {}), signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error;
  }
}
