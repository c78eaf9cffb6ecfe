interface Fan {
  readonly callbacks: Set<{ readonly run: () => void }>;
  readonly listener: () => void;
}

const fans = new WeakMap<AbortSignal, Fan>();

/**
 * Calls back at the abort of a signal that is not aborted yet; the result takes the callback off again.
 * However many calls share a signal, it has one listener, and none when the last of them is over: Node prints a warning
 * for more than ten.
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (!signal) return () => undefined;
  const fan = fans.get(signal) ?? newFan(signal);
  const entry = { run };
  fan.callbacks.add(entry);
  return () => {
    fan.callbacks.delete(entry);
    if (fan.callbacks.size > 0 || fans.get(signal) !== fan) return;
    fans.delete(signal);
    signal.removeEventListener("abort", fan.listener);
  };
}

function newFan(signal: AbortSignal): Fan {
  const callbacks: Fan["callbacks"] = new Set();
  const listener = (): void => {
    fans.delete(signal);
    for (const { run } of callbacks) run();
  };
  const fan = { callbacks, listener };
  fans.set(signal, fan);
  signal.addEventListener("abort", listener, { once: true });
  return fan;
}

/**
 * A controller that also aborts with the given signal, for whoever adds listeners of their own, as AWS clients do.
 * `release` ends the connection; call it in a `finally`.
 */
export function linkedController(signal: AbortSignal | undefined): {
  readonly controller: AbortController;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal?.reason);
  if (!signal?.aborted) return { controller, release: onAbort(signal, follow) };
  follow();
  return { controller, release: () => undefined };
}

/** Resolves after `milliseconds`; rejects with `signal.reason` as soon as the signal aborts. Leaves no listener or timer behind. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = setTimeout(() => {
      leave();
      resolve();
    }, milliseconds);
    const leave = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal?.reason);
    });
  });
}

/**
 * Runs `work` and settles with it, or rejects with `signal.reason` at the abort, whichever comes first.
 * For work that cannot be cancelled itself; its late result is ignored.
 */
export async function raceAbort<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  if (signal.aborted) {
    // Nobody will look at the work any more: its failure must not surface as an unhandled rejection.
    work.catch(() => undefined);
    throw signal.reason;
  }
  let leave: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    leave?.();
  }
}
