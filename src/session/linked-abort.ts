import { setMaxListeners } from "node:events";

/**
 * A controller that also aborts with the given signal. `release` takes the listener away; call it in a `finally`.
 * The caller's signal gets one listener, however many requests listen to the controller's.
 */
export function linkedAbort(signal: AbortSignal | undefined): {
  readonly controller: AbortController;
  readonly release: () => void;
} {
  const controller = new AbortController();
  // Node warns on stderr of more than ten.
  setMaxListeners(0, controller.signal);
  const onAbort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  return { controller, release: () => signal?.removeEventListener("abort", onAbort) };
}
