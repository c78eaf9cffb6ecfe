import { HASH_PRIME, HASH_START, pushNgramBuckets } from "./hash.js";
import type { FastTextModel } from "./model.js";
import { eachSubword } from "./subwords.js";
import { LABEL_PREFIX, LINE_END, SEPARATORS } from "./word-interner.js";

const LINE_FEED = 10;
const LINE_END_BYTES: Uint8Array = new TextEncoder().encode(LINE_END);
const LABEL_BYTES: Uint8Array = new TextEncoder().encode(LABEL_PREFIX);

/** Turns one line of text into the rows of the input matrix that a model averages: words, then n-grams. */
export class FeatureReader {
  readonly #model: FastTextModel;
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(1024);
  #hashes = new Int32Array(128);
  #rows = new Int32Array(1024);
  #buckets = new Int32Array(1024);
  #hashCount = 0;
  #rowCount = 0;

  constructor(model: FastTextModel) {
    this.#model = model;
  }

  /** @returns the rows in fastText's order; a view that the next call overwrites */
  read(text: string | Uint8Array): { readonly rows: Int32Array; readonly count: number } {
    let bytes: Uint8Array;
    let length: number;
    if (typeof text === "string") {
      if (this.#bytes.length < text.length * 3) this.#bytes = new Uint8Array(text.length * 4);
      bytes = this.#bytes;
      length = this.#encoder.encodeInto(text, bytes).written;
    } else {
      bytes = text;
      length = text.length;
    }
    this.#hashCount = 0;
    this.#rowCount = 0;
    let at = 0;
    let ended = false;
    while (at < length && !ended) {
      const first = bytes[at] as number;
      if (SEPARATORS[first] === 1) {
        if (first === LINE_FEED) break;
        at++;
        continue;
      }
      const start = at;
      let hash = HASH_START;
      let byte = first;
      do {
        hash = Math.imul(hash ^ ((byte << 24) >> 24), HASH_PRIME);
        at++;
        byte = at < length ? (bytes[at] as number) : 0;
      } while (SEPARATORS[byte] === 0);
      ended = this.#token(bytes, start, at, hash);
    }
    if (!ended) this.#token(LINE_END_BYTES, 0, LINE_END_BYTES.length, lineEndHash);
    this.#pushNgrams();
    return { rows: this.#rows, count: this.#rowCount };
  }

  /** Returns true when the token is `</s>`, wherever it came from. */
  #token(bytes: Uint8Array, from: number, to: number, hash: number): boolean {
    const { dictionary, settings } = this.#model;
    const entry = dictionary.find(bytes, from, to, hash);
    if (entry >= dictionary.wordCount || (entry < 0 && isLabel(bytes, from, to))) return false;
    const lineEnd =
      hash === lineEndHash && to - from === LINE_END_BYTES.length && startsWith(bytes, from, LINE_END_BYTES);
    if (entry >= 0) this.#push(entry);
    if (settings.maxCharacters > 0 && !lineEnd) {
      eachSubword(bytes.subarray(from, to), settings, (bucket) => this.#pushBucket(bucket));
    }
    if (this.#hashCount === this.#hashes.length) this.#hashes = doubled(this.#hashes);
    this.#hashes[this.#hashCount++] = hash;
    return lineEnd;
  }

  #pushNgrams(): void {
    const { wordNgrams, buckets } = this.#model.settings;
    if (wordNgrams <= 1 || buckets === 0) return;
    const most = this.#hashCount * (wordNgrams - 1);
    if (this.#buckets.length < most) this.#buckets = new Int32Array(most * 2);
    const count = pushNgramBuckets(this.#hashes, this.#hashCount, wordNgrams, buckets, this.#buckets, 0);
    for (let i = 0; i < count; i++) this.#pushBucket(this.#buckets[i] as number);
  }

  #pushBucket(bucket: number): void {
    const { dictionary } = this.#model;
    const kept = dictionary.keptBuckets;
    if (!kept) {
      this.#push(dictionary.wordCount + bucket);
      return;
    }
    const place = kept.get(bucket);
    if (place !== undefined) this.#push(dictionary.wordCount + place);
  }

  #push(row: number): void {
    if (this.#rowCount === this.#rows.length) this.#rows = doubled(this.#rows);
    this.#rows[this.#rowCount++] = row;
  }
}

const lineEndHash: number = LINE_END_BYTES.reduce(
  (hash, byte) => Math.imul(hash ^ ((byte << 24) >> 24), HASH_PRIME),
  HASH_START,
);

function isLabel(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from >= LABEL_BYTES.length && startsWith(bytes, from, LABEL_BYTES);
}

function startsWith(bytes: Uint8Array, from: number, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[from + index] === byte);
}

function doubled(old: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(old.length * 2);
  larger.set(old);
  return larger;
}
