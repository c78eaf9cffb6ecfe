import { HASH_PRIME, HASH_START, hashBytes } from "./hash.js";

/** 1 for the bytes that end a token: NUL, tab, line feed, vertical tab, form feed, carriage return, space. */
export const SEPARATORS: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0 || (byte >= 9 && byte <= 13) || byte === 32 ? 1 : 0,
);

/** Token that fastText puts at the end of every line. */
export const LINE_END = "</s>";
/** Prefix that makes a token a label. */
export const LABEL_PREFIX = "__label__";

const LINE_FEED = 10;
const LINE_END_BYTES: Uint8Array = new TextEncoder().encode(LINE_END);
const LABEL_BYTES: Uint8Array = new TextEncoder().encode(LABEL_PREFIX);

/**
 * Gives every distinct token a number, in the order of first appearance, straight from the bytes of a text: no strings
 * are made, and bytes that are not UTF-8 stay what they are.
 */
export class WordInterner {
  #count = 0;
  /** Slot → token number + 1, or 0. A power of two long, at most half full. */
  #slots = new Int32Array(1 << 12);
  #hashes = new Int32Array(1 << 11);
  /** Where a token starts in the arena; one entry more than tokens. */
  #starts = new Uint32Array((1 << 11) + 1);
  #arena = new Uint8Array(1 << 14);
  #lineEnd = -1;

  /** Number of distinct tokens so far. */
  get count(): number {
    return this.#count;
  }

  /** Number of the token `</s>`, or -1 when no line has ended yet. */
  get lineEnd(): number {
    return this.#lineEnd;
  }

  /** fastText's hashes of the tokens, by number. */
  get hashes(): Int32Array {
    return this.#hashes.subarray(0, this.#count);
  }

  /** The token's bytes; a view. */
  bytesOf(token: number): Uint8Array {
    return this.#arena.subarray(this.#starts[token], this.#starts[token + 1]);
  }

  isLabel(token: number): boolean {
    const start = this.#starts[token] as number;
    if ((this.#starts[token + 1] as number) - start < LABEL_BYTES.length) return false;
    return LABEL_BYTES.every((byte, index) => this.#arena[start + index] === byte);
  }

  /**
   * Reads the tokens of `bytes[from, to)` and writes their numbers to `tokens` from `position` on. A line feed gives
   * `</s>`. A token that touches `to` is left unread, unless `last`: it may go on in the next piece.
   *
   * @param tokens - needs room for two numbers for each byte at most
   * @returns where reading stopped, and the position behind the last number
   */
  read(
    bytes: Uint8Array,
    from: number,
    to: number,
    last: boolean,
    tokens: Int32Array,
    position: number,
  ): { readonly stoppedAt: number; readonly position: number } {
    let at = position;
    let index = from;
    while (index < to) {
      const first = bytes[index] as number;
      if (SEPARATORS[first] === 1) {
        if (first === LINE_FEED) {
          if (this.#lineEnd < 0) this.#lineEnd = this.intern(LINE_END_BYTES, 0, LINE_END_BYTES.length);
          tokens[at++] = this.#lineEnd;
        }
        index++;
        continue;
      }
      const start = index;
      let hash = HASH_START;
      let byte = first;
      do {
        hash = Math.imul(hash ^ ((byte << 24) >> 24), HASH_PRIME);
        index++;
        if (index === to) break;
        byte = bytes[index] as number;
      } while (SEPARATORS[byte] === 0);
      if (index === to && !last) return { stoppedAt: start, position: at };
      tokens[at++] = this.intern(bytes, start, index, hash);
    }
    return { stoppedAt: to, position: at };
  }

  /** Number of the token with these bytes; a new one when it was never seen. */
  intern(bytes: Uint8Array, from: number, to: number, hash = hashBytes(bytes, from, to)): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const length = to - from;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const token = (slots[slot] as number) - 1;
      if (token < 0) break;
      if (this.#hashes[token] === hash) {
        const start = this.#starts[token] as number;
        if ((this.#starts[token + 1] as number) - start === length) {
          const arena = this.#arena;
          let same = 0;
          while (same < length && arena[start + same] === bytes[from + same]) same++;
          if (same === length) return token;
        }
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = this.#count + 1;
    return this.#add(bytes, from, to, hash);
  }

  #add(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const token = this.#count++;
    if (token === this.#hashes.length) {
      this.#hashes = grown(this.#hashes, new Int32Array(token * 2));
      this.#starts = grown(this.#starts, new Uint32Array(token * 2 + 1));
    }
    const start = this.#starts[token] as number;
    const end = start + to - from;
    if (end > this.#arena.length)
      this.#arena = grown(this.#arena, new Uint8Array(Math.max(end, this.#arena.length * 2)));
    this.#arena.set(bytes.subarray(from, to), start);
    this.#hashes[token] = hash;
    this.#starts[token + 1] = end;
    if (this.#lineEnd < 0 && sameBytes(bytes, from, to, LINE_END_BYTES)) this.#lineEnd = token;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return token;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    for (let token = 0; token < this.#count; token++) {
      const hash = this.#hashes[token] as number;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = token + 1;
    }
    this.#slots = slots;
  }
}

function sameBytes(bytes: Uint8Array, from: number, to: number, other: Uint8Array): boolean {
  return to - from === other.length && other.every((byte, index) => bytes[from + index] === byte);
}

function grown<T extends Int32Array | Uint32Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
