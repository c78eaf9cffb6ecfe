const minus = 0x2d;
const point = 0x2e;
const comma = 0x2c;
const zero = 0x30;
const blank = 0x20;
const closing = 0x5d;
const letterN = 0x4e;

/** Powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Digits of which every number is below 2^53, so that one division rounds right. */
const exactDigits = 15;

/**
 * Reads JSON lists of numbers from bytes, faster than `JSON.parse` does from text: a number of at most 15 digits is its
 * digits divided by a power of ten, both exact. Whatever is not that simple is left to the caller.
 */
export class NumberScanner {
  #values = new Float64Array(1024);
  #count = 0;

  /** The list read last, as a copy. */
  list(): Float64Array {
    return this.#values.slice(0, this.#count);
  }

  /**
   * Reads a list.
   *
   * @param at - position behind the opening bracket
   * @returns the position behind the closing bracket, or -1 when the list holds something else than short numbers,
   * `null`, `"NaN"` and `NaN`
   */
  scan(buffer: Uint8Array, at: number, end: number): number {
    let values = this.#values;
    let count = 0;
    if (buffer[at] === closing) {
      this.#count = 0;
      return at + 1;
    }
    while (at < end) {
      let byte = buffer[at] as number;
      if (byte === blank) byte = buffer[++at] as number;
      const negative = byte === minus;
      if (negative) byte = buffer[++at] as number;
      let value = byte - zero;
      if (value >= 0 && value <= 9) {
        const first = at;
        byte = buffer[++at] as number;
        if (byte >= zero && byte <= zero + 9) {
          if (value === 0) return -1;
          do {
            value = value * 10 + byte - zero;
            byte = buffer[++at] as number;
          } while (byte >= zero && byte <= zero + 9);
        }
        let digits = at - first;
        if (byte === point) {
          const whole = digits;
          byte = buffer[++at] as number;
          while (byte >= zero && byte <= zero + 9) {
            value = value * 10 + byte - zero;
            byte = buffer[++at] as number;
          }
          digits = at - first - 1;
          if (digits === whole || digits > exactDigits) return -1;
          value /= powers[digits - whole] as number;
        } else if (digits > exactDigits) return -1;
        if (negative) value = -value;
      } else {
        if (negative) return -1;
        const length = missingLength(buffer, at);
        if (length === 0) return -1;
        at += length;
        value = Number.NaN;
        byte = buffer[at] as number;
      }
      if (count === values.length) {
        values = new Float64Array(count * 2);
        values.set(this.#values);
        this.#values = values;
      }
      values[count++] = value;
      at++;
      if (byte === comma) continue;
      if (byte !== closing || at > end) return -1;
      this.#count = count;
      return at;
    }
    return -1;
  }
}

const missingTexts = ["null", '"NaN"', "NaN"].map((text) => Buffer.from(text));

/** Bytes of the word for a missing value that stands there, 0 when there is none. */
function missingLength(buffer: Uint8Array, at: number): number {
  const first = buffer[at];
  if (first !== 0x6e && first !== 0x22 && first !== letterN) return 0;
  const text = missingTexts.find((candidate) => candidate.every((byte, index) => buffer[at + index] === byte));
  return text?.length ?? 0;
}
