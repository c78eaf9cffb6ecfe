/** Offset basis of 32-bit FNV-1a, as a signed integer. */
export const HASH_START = 0x811c9dc5 | 0;
/** Prime of 32-bit FNV-1a. */
export const HASH_PRIME = 16_777_619;

/** Factor that joins the hashes of a word n-gram, split in 16-bit halves. */
const NGRAM_FACTOR = 116_049_371;
const FACTOR_LOW = NGRAM_FACTOR & 0xffff;
const FACTOR_HIGH = NGRAM_FACTOR >>> 16;

/** fastText's hash of bytes `[from, to)`, as a signed integer. Each byte counts as a signed 8-bit number. */
export function hashBytes(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let hash = HASH_START;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (((bytes[at] as number) << 24) >> 24), HASH_PRIME);
  return hash;
}

/**
 * Writes the buckets of all word n-grams of 2 to `ngrams` words to `target`, in fastText's order, and returns the
 * position behind the last one. `target` must have room for `(ngrams - 1) * count` more numbers.
 *
 * @remarks The hash of an n-gram is `h * 116049371 + next` in unsigned 64-bit arithmetic on sign-extended word hashes.
 * It is kept as two unsigned 32-bit halves; every intermediate product and remainder stays below 2^53.
 */
export function pushNgramBuckets(
  hashes: Int32Array,
  count: number,
  ngrams: number,
  buckets: number,
  target: Int32Array,
  position: number,
): number {
  let at = position;
  for (let i = 0; i < count - 1; i++) {
    const first = hashes[i] as number;
    let low = first >>> 0;
    let high = (first >> 31) >>> 0;
    const end = Math.min(count, i + ngrams);
    for (let j = i + 1; j < end; j++) {
      const lowLow = low & 0xffff;
      const lowHigh = low >>> 16;
      const bottom = lowLow * FACTOR_LOW;
      const middle = lowLow * FACTOR_HIGH + lowHigh * FACTOR_LOW + Math.floor(bottom / 65_536);
      const next = hashes[j] as number;
      const sum = (middle % 65_536) * 65_536 + (bottom & 0xffff) + (next >>> 0);
      low = sum >>> 0;
      const carried = lowHigh * FACTOR_HIGH + Math.floor(middle / 65_536) + (sum >= 4_294_967_296 ? 1 : 0);
      high = (Math.imul(high, NGRAM_FACTOR) + (carried | 0) + (next >> 31)) >>> 0;
      let rest = remainder(high, buckets);
      rest = remainder(rest * 65_536 + (low >>> 16), buckets);
      rest = remainder(rest * 65_536 + (low & 0xffff), buckets);
      target[at++] = rest;
    }
  }
  return at;
}

/** `value % divisor` for integers below 2^53; several times faster than the operator on numbers beyond 32 bits. */
function remainder(value: number, divisor: number): number {
  const rest = value - Math.floor(value / divisor) * divisor;
  // The quotient may have been rounded up to the next integer.
  return rest < 0 ? rest + divisor : rest;
}
