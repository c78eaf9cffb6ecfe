/**
 * Maps every item with at most `limit` calls in flight. Results keep the order of the items.
 * After the first failure no new call is started; the rejection comes when the calls in flight have settled.
 */
export async function mapConcurrent<In, Out>(
  items: Iterable<In> | AsyncIterable<In>,
  limit: number,
  work: (item: In, index: number) => Promise<Out>,
  signal?: AbortSignal,
): Promise<Out[]> {
  const results: Out[] = [];
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let next = 0;
  let done = false;
  let failure: { readonly error: unknown } | undefined;
  // An async iterator must not be asked for the next item before it gave the last one.
  let turn: Promise<unknown> = Promise.resolve();

  const take = (): Promise<IteratorResult<In>> => {
    const taken = turn.then(() => iterator.next());
    turn = taken.catch(() => undefined);
    return taken;
  };

  const runner = async (): Promise<void> => {
    while (!done && !failure) {
      try {
        signal?.throwIfAborted();
        const item = await take();
        if (item.done) {
          done = true;
          return;
        }
        if (failure) return;
        const index = next++;
        results[index] = await work(item.value, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };

  await Promise.all(Array.from({ length: Math.max(1, limit) }, runner));
  if (failure) {
    await iterator.return?.();
    throw (failure as { readonly error: unknown }).error;
  }
  return results;
}
