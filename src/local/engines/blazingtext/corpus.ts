import type { WordInterner } from "./fasttext/word-interner.js";
import type { Kernel } from "./kernel.js";
import type { TrainingMemory } from "./training-memory.js";

/** Token numbers of a text in the training memory. */
export interface TokenRange {
  readonly address: number;
  readonly count: number;
}

type CorpusAddresses = readonly [
  features: number,
  lineStarts: number,
  lineSizes: number,
  lineTokens: number,
  labelStarts: number,
  labelIds: number,
];

/** A text as the kernel works on it. */
export interface Corpus {
  readonly lines: number;
  /** Lines that have a label and a feature: those that are trained on and counted in accuracies. */
  readonly examples: number;
  readonly tokens: number;
  /** Where it lies: the arguments of the kernel's `setCorpus`. */
  readonly addresses: CorpusAddresses;
}

/**
 * Reads a text once and keeps the numbers of its tokens, four bytes each.
 *
 * @param pieces - the text in order; a piece may be overwritten as soon as the next one is asked for
 */
export async function readTokens(
  pieces: AsyncIterable<Uint8Array>,
  interner: WordInterner,
  memory: TrainingMemory,
  signal: AbortSignal,
): Promise<TokenRange> {
  const address = memory.top;
  let count = 0;
  let rest: Uint8Array = new Uint8Array(0);
  const take = (bytes: Uint8Array, last: boolean): void => {
    // A byte gives one token at most, and the end of a word one more.
    memory.ensure(address + (count + bytes.length + 1) * 4, "the text");
    const tokens = memory.int32(address + count * 4, bytes.length + 1);
    const { stoppedAt, position } = interner.read(bytes, 0, bytes.length, last, tokens, 0);
    count += position;
    rest = bytes.slice(stoppedAt);
  };
  for await (const piece of pieces) {
    signal.throwIfAborted();
    if (rest.length === 0) take(piece, false);
    else {
      const joined = new Uint8Array(rest.length + piece.length);
      joined.set(rest);
      joined.set(piece, rest.length);
      take(joined, false);
    }
  }
  take(rest, true);
  memory.reserve(count * 4, "the text");
  return { address, count };
}

/** Occurrences of every token. */
export function countTokens(range: TokenRange, memory: TrainingMemory, types: number): Uint32Array {
  const counts = new Uint32Array(types);
  const tokens = memory.int32(range.address, range.count);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as number;
    counts[token] = (counts[token] as number) + 1;
  }
  return counts;
}

/** Turns token numbers into rows of the input matrix; hash buckets get rows as they are met. */
export class CorpusEncoder {
  readonly #kernel: Kernel;
  readonly #memory: TrainingMemory;
  readonly #lineEnd: number;
  readonly #ngrams: number;
  readonly #buckets: number;
  readonly #codes: number;
  readonly #hashes: number;
  readonly #bucketRows: number;
  #rows: number;

  /** @param codes - what each token is; see `buildVocabulary` */
  constructor(parts: {
    readonly kernel: Kernel;
    readonly memory: TrainingMemory;
    readonly interner: WordInterner;
    readonly codes: Int32Array;
    readonly words: number;
    /** 1 without word n-grams. */
    readonly ngrams: number;
    readonly buckets: number;
  }) {
    const { memory, interner, codes } = parts;
    this.#kernel = parts.kernel;
    this.#memory = memory;
    this.#lineEnd = interner.lineEnd;
    this.#ngrams = parts.ngrams;
    this.#buckets = parts.ngrams > 1 ? parts.buckets : 0;
    this.#rows = parts.words;
    this.#codes = memory.reserve(codes.byteLength, "the vocabulary");
    this.#hashes = memory.reserve(codes.byteLength, "the vocabulary");
    this.#bucketRows = memory.reserve(this.#buckets * 4, "the table of buckets");
    memory.int32(this.#codes, codes.length).set(codes);
    memory.int32(this.#hashes, codes.length).set(interner.hashes);
  }

  /** Rows of the input matrix in use: words, then buckets. */
  get rows(): number {
    return this.#rows;
  }

  /** Address of the table bucket → row + 1, or 0 for buckets never met. */
  get bucketRows(): number {
    return this.#bucketRows;
  }

  /** @param grow - whether a bucket that was not met before gets a row; true for the training text alone */
  encode(range: TokenRange, grow: boolean): Corpus {
    const memory = this.#memory;
    const kernel = this.#kernel;
    const result = memory.reserve(12, "the text");
    kernel.measure(range.address, range.count, this.#codes, this.#lineEnd, this.#ngrams, result);
    const [lines, features, labels] = memory.uint32(result, 3) as unknown as [number, number, number];
    const lineStarts = memory.reserve((lines + 1) * 4, "the lines");
    const lineSizes = memory.reserve(lines * 4, "the lines");
    const lineTokens = memory.reserve(lines * 4, "the lines");
    const labelStarts = memory.reserve((lines + 1) * 4, "the lines");
    const labelIds = memory.reserve(labels * 4, "the labels");
    const featuresAt = memory.reserve(features * 4, "the features");
    kernel.setCorpus(featuresAt, lineStarts, lineSizes, lineTokens, labelStarts, labelIds);
    this.#rows = kernel.encode(
      range.address,
      range.count,
      this.#codes,
      this.#hashes,
      this.#lineEnd,
      this.#ngrams,
      this.#buckets,
      this.#bucketRows,
      this.#rows,
      grow,
    );
    const sizes = memory.int32(lineSizes, lines);
    let examples = 0;
    for (let line = 0; line < lines; line++) if ((sizes[line] as number) > 0) examples++;
    const addresses = [featuresAt, lineStarts, lineSizes, lineTokens, labelStarts, labelIds] as const;
    return { lines, examples, tokens: range.count, addresses };
  }
}
