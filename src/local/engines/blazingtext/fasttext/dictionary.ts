import { hashBytes } from "./hash.js";

/** The words and labels of a model: words first, then labels, each by falling count. Bytes, not strings. */
export class Dictionary {
  readonly wordCount: number;
  readonly labelCount: number;
  /** Tokens of the training text, labels and line ends included, rare words too. */
  readonly tokenCount: number;
  /** Occurrences of each entry. */
  readonly counts: Float64Array;
  /**
   * Which buckets a pruned model kept, and the place behind the words where the row of each lies.
   * Undefined when nothing was pruned.
   */
  readonly keptBuckets: ReadonlyMap<number, number> | undefined;
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  #slots: Int32Array | undefined;
  #hashes: Int32Array | undefined;

  /**
   * @param bytes - all entries, one after the other
   * @param starts - where each entry starts, and at the end where the last one ends
   */
  constructor(parts: {
    readonly bytes: Uint8Array;
    readonly starts: Uint32Array;
    readonly counts: Float64Array;
    readonly wordCount: number;
    readonly tokenCount: number;
    readonly keptBuckets?: ReadonlyMap<number, number> | undefined;
  }) {
    this.#bytes = parts.bytes;
    this.#starts = parts.starts;
    this.counts = parts.counts;
    this.wordCount = parts.wordCount;
    this.labelCount = parts.counts.length - parts.wordCount;
    this.tokenCount = parts.tokenCount;
    this.keptBuckets = parts.keptBuckets;
  }

  /** Words and labels together. */
  get size(): number {
    return this.counts.length;
  }

  /** The entry's bytes; a view. */
  bytesOf(entry: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[entry], this.#starts[entry + 1]);
  }

  /** The label's text, prefix included; bytes that are not UTF-8 become U+FFFD. */
  label(label: number): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytesOf(this.wordCount + label));
  }

  /** Entry with exactly the bytes `[from, to)`, or -1. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    this.#slots ??= this.#index();
    const slots = this.#slots;
    const hashes = this.#hashes as Int32Array;
    const own = this.#bytes;
    const mask = slots.length - 1;
    const length = to - from;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const entry = (slots[slot] as number) - 1;
      if (entry < 0) return -1;
      if (hashes[entry] === hash) {
        const start = this.#starts[entry] as number;
        if ((this.#starts[entry + 1] as number) - start === length) {
          let same = 0;
          while (same < length && own[start + same] === bytes[from + same]) same++;
          if (same === length) return entry;
        }
      }
      slot = (slot + 1) & mask;
    }
  }

  #index(): Int32Array {
    let length = 16;
    while (length < this.size * 2) length *= 2;
    const slots = new Int32Array(length);
    const hashes = new Int32Array(this.size);
    for (let entry = 0; entry < this.size; entry++) {
      const hash = hashBytes(this.#bytes, this.#starts[entry], this.#starts[entry + 1]);
      hashes[entry] = hash;
      let slot = (hash ^ (hash >>> 15)) & (length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (length - 1);
      slots[slot] = entry + 1;
    }
    this.#hashes = hashes;
    return slots;
  }
}
