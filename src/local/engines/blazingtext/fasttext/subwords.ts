import { HASH_PRIME, HASH_START } from "./hash.js";

const OPEN = 0x3c;
const CLOSE = 0x3e;

/**
 * Calls `visit` with the bucket of every character n-gram of `<word>`, in fastText's order. Characters are UTF-8
 * sequences; n-grams of one character at either edge are left out.
 */
export function eachSubword(
  word: Uint8Array,
  limits: { readonly minCharacters: number; readonly maxCharacters: number; readonly buckets: number },
  visit: (bucket: number) => void,
): void {
  const { minCharacters, maxCharacters, buckets } = limits;
  const marked = new Uint8Array(word.length + 2);
  marked[0] = OPEN;
  marked.set(word, 1);
  marked[marked.length - 1] = CLOSE;
  for (let start = 0; start < marked.length; start++) {
    if (isContinuation(marked[start] as number)) continue;
    let hash = HASH_START;
    let end = start;
    for (let characters = 1; end < marked.length && characters <= maxCharacters; characters++) {
      do {
        hash = Math.imul(hash ^ (((marked[end] as number) << 24) >> 24), HASH_PRIME);
        end++;
      } while (end < marked.length && isContinuation(marked[end] as number));
      if (characters < minCharacters) continue;
      if (characters === 1 && (start === 0 || end === marked.length)) continue;
      visit((hash >>> 0) % buckets);
    }
  }
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
