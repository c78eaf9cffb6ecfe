import { ValidationError } from "../errors/index.js";
import { onAbort } from "../internal/abort.js";
import { shown } from "../internal/options.js";
import { abandon } from "./abandon.js";

/**
 * Records that come in arrays. A reader's result is one; {@link fromBatches} makes one of any iterable of arrays.
 *
 * @public
 */
export interface RecordBatches<T> {
  /** The records, some hundred or thousand at a time. */
  batches(): Iterable<readonly T[]> | AsyncIterable<readonly T[]>;
}

/**
 * Where records come from: an array or other iterable, an async iterable, or batches of records.
 *
 * @remarks Asynchronous sources cost about 0.3 µs more for each record; give batches when that matters.
 *
 * @public
 */
export type RecordSource<T> = Iterable<T> | AsyncIterable<T> | RecordBatches<T>;

/**
 * Marks an iterable of arrays as batches of records, so that it can stand wherever records are taken.
 *
 * @example
 * ```ts
 * await writeJsonLines("rows.jsonl", fromBatches(pagesOfRows()));
 * ```
 * @public
 */
export function fromBatches<T>(batches: Iterable<readonly T[]> | AsyncIterable<readonly T[]>): RecordBatches<T> {
  return { batches: () => batches };
}

/** What {@link pullRecords} hands the records to. */
export interface RecordSink<T> {
  /** Takes one record; true when the sink is full and wants to be emptied. */
  take(record: T): boolean;
}

/**
 * Moves records into the sink; yields whenever it is full, and continues when the consumer has emptied it.
 * Synchronous sources run in plain loops. An abort is noticed between batches and while an asynchronous source hangs.
 */
export async function* pullRecords<T>(
  records: RecordSource<T>,
  sink: RecordSink<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<void, void, void> {
  signal?.throwIfAborted();
  if (records === null || typeof records !== "object") throw notRecords(records);
  if ("batches" in records && typeof records.batches === "function") {
    const batches = records.batches();
    for await (const batch of Symbol.asyncIterator in batches ? abortable(batches, signal) : batches) {
      yield* pullArray(batch, sink, signal);
    }
  } else if (Array.isArray(records)) {
    yield* pullArray(records, sink, signal);
  } else if (Symbol.iterator in records) {
    const iterator = records[Symbol.iterator]();
    let finished = false;
    try {
      for (;;) {
        finished = pullSync(iterator, sink);
        if (finished) break;
        yield;
        signal?.throwIfAborted();
      }
    } finally {
      if (!finished) iterator.return?.();
    }
  } else if (Symbol.asyncIterator in records) {
    for await (const record of abortable(records, signal)) {
      if (sink.take(record)) {
        yield;
        signal?.throwIfAborted();
      }
    }
  } else {
    throw notRecords(records);
  }
}

async function* pullArray<T>(
  records: readonly T[],
  sink: RecordSink<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<void, void, void> {
  let next = 0;
  for (;;) {
    next = pullFrom(records, next, sink);
    if (next < 0) return;
    yield;
    signal?.throwIfAborted();
  }
}

/** Takes records from position `next` on; the position to go on from when the sink is full, -1 when all are taken. */
function pullFrom<T>(records: readonly T[], next: number, sink: RecordSink<T>): number {
  for (let index = next; index < records.length; index++) {
    // The index is in range; a hole or undefined is for the format to refuse.
    if (sink.take(records[index] as T)) return index + 1;
  }
  return -1;
}

/** True when the iterator is exhausted, false when the sink is full. */
function pullSync<T>(iterator: Iterator<T>, sink: RecordSink<T>): boolean {
  for (;;) {
    const result = iterator.next();
    if (result.done) return true;
    if (sink.take(result.value)) return false;
  }
}

/** The same items; while it waits for one, an abort rejects at once. */
function abortable<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  if (!signal) return items;
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]();
      // One listener for the whole loop: racing every item against one promise would pile up its reactions.
      let reject: ((reason: unknown) => void) | undefined;
      const release = signal.aborted ? () => undefined : onAbort(signal, () => reject?.(signal.reason));
      return {
        next: () =>
          new Promise((resolve, fail) => {
            if (signal.aborted) {
              fail(signal.reason);
              return;
            }
            reject = (reason) => {
              release();
              abandon(items, iterator);
              fail(reason);
            };
            iterator.next().then(
              (result) => {
                reject = undefined;
                if (result.done) release();
                resolve(result);
              },
              (error) => {
                release();
                fail(error);
              },
            );
          }),
        async return() {
          release();
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function notRecords(value: unknown): ValidationError {
  const message = `expected an iterable, an async iterable or batches of records, got ${shown(value)}`;
  return new ValidationError("records", [{ path: [], message }], "INVALID_INPUT");
}
