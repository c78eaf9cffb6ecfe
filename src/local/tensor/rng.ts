import { type Random, seededRandom } from "../../internal/random.js";

/**
 * A seed of 64 bits, as two words, for one purpose: a pure function of the seed and the purpose's name.
 *
 * @internal
 */
export function derivedSeed(seed: number, purpose: string): readonly [low: number, high: number] {
  let low = 0x811c9dc5 ^ (seed | 0);
  let high = 0x9747b28c ^ Math.floor(seed / 4294967296);
  for (let i = 0; i < purpose.length; i++) {
    low = Math.imul(low ^ purpose.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ low, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return [low | 0, high | 0];
}

export { type Random, seededRandom };
