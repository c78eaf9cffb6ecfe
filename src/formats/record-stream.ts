import { type LineBlock, piecesOf } from "./line-blocks.js";
import type { RecordBatches } from "./record-source.js";

/** Decoded at once: text and records of a piece should fit into the cache and be gone before the next one is made. */
const pieceBytes = 32 * 1024;

/** Turns a block of lines into records, appended to `records`. Counts its lines. */
export interface RecordDecoder<T> {
  /** 1-based number of the next line. */
  nextLine: number;
  decode(block: LineBlock, records: T[]): void;
}

/**
 * The records of a file or stream, read as they are asked for.
 *
 * @remarks
 * Iterate it once, either record by record or in batches; a stream of bytes has only one pass. Leaving the loop early
 * closes the source. At most one block of about 256 KiB is held, or the longest line if that is more.
 *
 * @example
 * ```ts
 * for await (const record of readJsonLines("answers.jsonl")) console.log(record);
 * for await (const batch of readJsonLines("large.jsonl").batches()) for (const record of batch) use(record); // faster
 * ```
 * @public
 */
export class RecordStream<T> implements AsyncIterable<T>, RecordBatches<T> {
  #open: () => AsyncGenerator<T[], void, void>;

  /** @internal */
  constructor(blocks: (nextLine: () => number) => AsyncIterable<LineBlock>, newDecoder: () => RecordDecoder<T>) {
    this.#open = () => {
      const decoder = newDecoder();
      return decodeBlocks(
        blocks(() => decoder.nextLine),
        decoder,
      );
    };
  }

  /**
   * Records that come in arrays from elsewhere.
   *
   * @internal
   */
  static ofBatches<T>(open: () => AsyncGenerator<T[], void, void>): RecordStream<T> {
    const stream = new RecordStream<T>(unused, unused);
    stream.#open = open;
    return stream;
  }

  /** The records in arrays of some hundred, in order: faster than one by one. */
  batches(): AsyncIterableIterator<T[]> {
    return this.#open();
  }

  /** The records one by one, in order. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new RecordIterator(this.#open());
  }

  /** All records in one array, for data that fits into memory. */
  async toArray(): Promise<T[]> {
    const all: T[] = [];
    for await (const batch of this.#open()) for (const record of batch) all.push(record);
    return all;
  }
}

function unused(): never {
  throw new Error("the records come in batches");
}

/** The records of blocks of lines, in arrays of those that stand in one piece. */
export async function* decodeBlocks<T>(
  blocks: AsyncIterable<LineBlock>,
  decoder: RecordDecoder<T>,
): AsyncGenerator<T[], void, void> {
  for await (const block of blocks) {
    for (const piece of piecesOf(block, pieceBytes)) {
      const records: T[] = [];
      decoder.decode(piece, records);
      if (records.length > 0) yield records;
    }
  }
}

/** Hands out the records of the current batch without going through a generator for each. */
class RecordIterator<T> implements AsyncIterableIterator<T> {
  readonly #batches: AsyncGenerator<T[], void, void>;
  #batch: readonly T[] = [];
  #next = 0;
  /** The call before, while it waits for a batch: calls that overlap must not both ask for the next one. */
  #pending: Promise<unknown> | undefined;

  constructor(batches: AsyncGenerator<T[], void, void>) {
    this.#batches = batches;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#pending === undefined && this.#next < this.#batch.length) {
      return Promise.resolve({ done: false, value: this.#batch[this.#next++] as T });
    }
    const result = (this.#pending ?? Promise.resolve()).then(() => this.#advance());
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#pending = settled;
    void settled.then(() => {
      if (this.#pending === settled) this.#pending = undefined;
    });
    return result;
  }

  async return(): Promise<IteratorResult<T>> {
    await this.#batches.return();
    this.#batch = [];
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #advance(): Promise<IteratorResult<T>> {
    while (this.#next >= this.#batch.length) {
      const result = await this.#batches.next();
      if (result.done) return { done: true, value: undefined };
      this.#batch = result.value;
      this.#next = 0;
    }
    return { done: false, value: this.#batch[this.#next++] as T };
  }
}
