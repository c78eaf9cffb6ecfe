const minus = 0x2d;
const point = 0x2e;
const comma = 0x2c;
const zero = 0x30;
const nine = 0x39;
const blank = 0x20;
const closing = 0x5d;

/** Powers of ten that a double holds exactly, and the same in two halves whose products with other halves are exact. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const splitter = 2 ** 27 + 1;
const upperHalves = powers.map(upperHalf);
const lowerHalves = powers.map((power) => power - upperHalf(power));

/** The upper 26 bits of a double. */
function upperHalf(value: number): number {
  const scaled = splitter * value;
  return scaled - (scaled - value);
}

/** Digits of which every number fits into 32 bits. */
const halfDigits = 9;
/** Further digits up to which the whole is below 2^53. */
const exactRest = 6;
/** How much of the correction of a quotient is not trusted; its error is below 2^-51 of it. */
const doubt = 2 ** -45;

/**
 * Reads JSON lists of numbers from bytes, faster than `JSON.parse` does from text. Digits go into two integers of 32 bits,
 * and one division by a power of ten gives the number, exact up to 15 digits and corrected up to 18.
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
   * @returns the position behind the closing bracket, or -1 when the list holds something else than plain decimal numbers,
   * `null`, `"NaN"` and `NaN`, or a number that is too long to be sure of
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
      let value: number;
      if (byte >= zero && byte <= nine) {
        // Integers of up to three digits with a comma behind, which is most of what is counted: few steps, no loop.
        let short = byte - zero;
        let behind = at + 1;
        let next = buffer[behind] as number;
        if (next >= zero && next <= nine && short !== 0) {
          short = short * 10 + next - zero;
          next = buffer[++behind] as number;
          if (next >= zero && next <= nine) {
            short = short * 10 + next - zero;
            next = buffer[++behind] as number;
          }
        }
        if (next === comma) {
          if (count === values.length) values = this.#grow();
          values[count++] = negative ? -short : short;
          at = behind + 1;
          continue;
        }
        let high = byte - zero;
        let digits = high === 0 ? 0 : 1;
        let low = 0;
        let rest = 0;
        byte = buffer[++at] as number;
        if (byte >= zero && byte <= nine) {
          if (digits === 0) return -1;
          do {
            high = (high * 10 + byte - zero) | 0;
            digits++;
            byte = buffer[++at] as number;
          } while (byte >= zero && byte <= nine && digits < halfDigits);
          for (; byte >= zero && byte <= nine; rest++) {
            low = (low * 10 + byte - zero) | 0;
            byte = buffer[++at] as number;
          }
        }
        let decimals = 0;
        if (byte === point) {
          const before = at;
          byte = buffer[++at] as number;
          if (rest === 0) {
            while (byte >= zero && byte <= nine && digits < halfDigits) {
              high = (high * 10 + byte - zero) | 0;
              // Zeros in front are no digits of the number.
              if (high > 0) digits++;
              byte = buffer[++at] as number;
            }
          }
          for (; byte >= zero && byte <= nine; rest++) {
            low = (low * 10 + byte - zero) | 0;
            byte = buffer[++at] as number;
          }
          decimals = at - before - 1;
          if (decimals === 0 || decimals >= powers.length) return -1;
        }
        if (rest === 0) value = high;
        else if (rest <= halfDigits) value = high * (powers[rest] as number) + low;
        else return -1;
        if (decimals > 0) {
          if (rest <= exactRest) value /= powers[decimals] as number;
          else value = quotient(high, rest, low, decimals);
          if (value < 0) return -1;
        }
        if (negative) value = -value;
      } else {
        if (negative) return -1;
        const length = missingLength(buffer, at);
        if (length === 0) return -1;
        at += length;
        value = Number.NaN;
        byte = buffer[at] as number;
      }
      if (count === values.length) values = this.#grow();
      values[count++] = value;
      at++;
      if (byte === comma) continue;
      if (byte !== closing || at > end) return -1;
      this.#count = count;
      return at;
    }
    return -1;
  }

  #grow(): Float64Array<ArrayBuffer> {
    const larger = new Float64Array(this.#values.length * 2);
    larger.set(this.#values);
    this.#values = larger;
    return larger;
  }
}

/**
 * `(high * 10^rest + low) / 10^decimals`, rounded once, for at most 18 digits. The dividend is a sum of two doubles; the
 * quotient is corrected by the exact remainder, and the last sum rounds it.
 *
 * @returns the number, or -1 when the true value lies so near the middle of two doubles that the rounding is in doubt
 */
function quotient(high: number, rest: number, low: number, decimals: number): number {
  // Exact: 30 bits times 21 bits and a power of two.
  const upper = high * (powers[rest] as number);
  const dividend = upper + low;
  const lost = low - (dividend - upper);
  const divisor = powers[decimals] as number;
  const first = dividend / divisor;
  const firstUpper = upperHalf(first);
  const firstLower = first - firstUpper;
  const divisorUpper = upperHalves[decimals] as number;
  const divisorLower = lowerHalves[decimals] as number;
  const product = first * divisor;
  const productLost =
    firstLower * divisorLower -
    (product - firstUpper * divisorUpper - firstLower * divisorUpper - firstUpper * divisorLower);
  const correction = (dividend - product - productLost + lost) / divisor;
  const result = first + correction * (1 - doubt);
  return result === first + correction * (1 + doubt) ? result : -1;
}

const missingTexts = ["null", '"NaN"', "NaN"].map((text) => Buffer.from(text));

/** Bytes of the word for a missing value that stands there, 0 when there is none. */
function missingLength(buffer: Uint8Array, at: number): number {
  const text = missingTexts.find((candidate) => candidate.every((byte, index) => buffer[at + index] === byte));
  return text?.length ?? 0;
}
