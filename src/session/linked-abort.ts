import { setMaxListeners } from "node:events";
import { linkedController } from "../internal/abort.js";

/**
 * A controller that also aborts with the given signal. `release` takes the listener away; call it in a `finally`.
 * The caller's signal gets one listener, however many requests listen to the controller's.
 */
export function linkedAbort(signal: AbortSignal | undefined): {
  readonly controller: AbortController;
  readonly release: () => void;
} {
  const linked = linkedController(signal);
  // Node warns on stderr of more than ten; streams of files listen to this one.
  setMaxListeners(0, linked.controller.signal);
  return linked;
}
