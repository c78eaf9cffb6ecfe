/** Numbers below this are remembered as single bits: 16 MiB at most. */
const maxBits = 2 ** 27;

/**
 * Remembers whole numbers and says which come twice. Small ones take one bit up to the largest, others about 20 bytes each.
 */
export class SeenNumbers {
  #bits = new Uint32Array(1024);
  readonly #others = new SeenKeys();

  /** Remembers the number; true when it was there before. */
  add(value: number): boolean {
    if (value < 0 || value >= maxBits) return this.#others.add(Math.floor(value / 2 ** 32), value % 2 ** 32);
    const word = value >>> 5;
    if (word >= this.#bits.length) {
      const larger = new Uint32Array(Math.min(maxBits / 32, 2 ** Math.ceil(Math.log2(word + 1))));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    const bit = 1 << (value & 31);
    const seen = ((this.#bits[word] as number) & bit) !== 0;
    this.#bits[word] = (this.#bits[word] as number) | bit;
    return seen;
  }
}

/**
 * Remembers texts by 64 bits of hash, about 20 bytes each: among ten million texts two different ones are taken for the
 * same with a chance of one in 400,000.
 */
export class SeenTexts {
  readonly #keys = new SeenKeys();
  #high = 0;
  #low = 0;

  /** Remembers the text; true when it was there before. */
  add(text: string): boolean {
    this.#hash(text);
    return this.#keys.add(this.#high, this.#low);
  }

  /** True when the text was remembered. */
  has(text: string): boolean {
    this.#hash(text);
    return this.#keys.has(this.#high, this.#low);
  }

  /** Two independent FNV-like hashes with the finisher of MurmurHash3. */
  #hash(text: string): void {
    let high = 0x811c9dc5;
    let low = 0x9e3779b9;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low ^ unit, 0x85ebca6b) ^ (low >>> 15);
    }
    this.#high = finished(high);
    this.#low = finished(low ^ text.length);
  }
}

function finished(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** A set of 64-bit keys in two halves: open addressing, at most two thirds full. */
class SeenKeys {
  #slots = new Int32Array(2 * 1024);
  #size = 0;
  #hasZero = false;

  add(high: number, low: number): boolean {
    const a = high | 0;
    const b = low | 0;
    // An empty slot is all zero, so that key is remembered apart.
    if (a === 0 && b === 0) {
      const seen = this.#hasZero;
      this.#hasZero = true;
      return seen;
    }
    if (this.#size * 3 > this.#slots.length) this.#grow();
    if (!place(this.#slots, a, b)) return true;
    this.#size++;
    return false;
  }

  has(high: number, low: number): boolean {
    const a = high | 0;
    const b = low | 0;
    if (a === 0 && b === 0) return this.#hasZero;
    const slot = slotOf(this.#slots, a, b);
    return this.#slots[slot * 2] === a && this.#slots[slot * 2 + 1] === b;
  }

  #grow(): void {
    const larger = new Int32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += 2) {
      const a = this.#slots[at] as number;
      const b = this.#slots[at + 1] as number;
      if (a !== 0 || b !== 0) place(larger, a, b);
    }
    this.#slots = larger;
  }
}

/** Puts the key into its slot; false when it is there already. */
function place(slots: Int32Array, a: number, b: number): boolean {
  const slot = slotOf(slots, a, b);
  if (slots[slot * 2] === a && slots[slot * 2 + 1] === b) return false;
  slots[slot * 2] = a;
  slots[slot * 2 + 1] = b;
  return true;
}

/** Where the key is, or the empty slot where it belongs. */
function slotOf(slots: Int32Array, a: number, b: number): number {
  const mask = slots.length / 2 - 1;
  for (let slot = finished(Math.imul(a, 31) ^ b) & mask; ; slot = (slot + 1) & mask) {
    const high = slots[slot * 2];
    const low = slots[slot * 2 + 1];
    if ((high === 0 && low === 0) || (high === a && low === b)) return slot;
  }
}
