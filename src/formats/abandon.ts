/**
 * Gives an iterator up without waiting for it: a generator that hangs in `next()` answers `return()` only afterwards.
 * A Node stream is torn down, so that its file or socket does not stay open.
 */
export function abandon(source: object, iterator: Iterator<unknown> | AsyncIterator<unknown>): void {
  if ("destroy" in source && typeof source.destroy === "function") source.destroy();
  void Promise.resolve(iterator.return?.()).catch(() => undefined);
}
