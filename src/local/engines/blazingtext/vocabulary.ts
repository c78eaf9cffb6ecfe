import { Dictionary } from "./fasttext/dictionary.js";
import type { WordInterner } from "./fasttext/word-interner.js";

/** Code of a word that is not in the dictionary. Codes of words are rows; label `l` has the code `-2 - l`. */
export const UNKNOWN_WORD = -1;
/** Code of a label that is not in the dictionary. */
export const UNKNOWN_LABEL: number = -(2 ** 31);

/**
 * The dictionary of a training text: words that occur at least `minCount` times, and all labels, each by falling count
 * and, when counts are equal, in order of first appearance.
 */
export function buildDictionary(
  interner: WordInterner,
  counts: Uint32Array,
  minCount: number,
): { readonly dictionary: Dictionary; readonly entries: Uint32Array } {
  const words: number[] = [];
  const labels: number[] = [];
  let tokenCount = 0;
  for (let token = 0; token < counts.length; token++) {
    const count = counts[token] as number;
    tokenCount += count;
    if (interner.isLabel(token)) labels.push(token);
    else if (count >= minCount) words.push(token);
  }
  const byCount = (a: number, b: number): number => (counts[b] as number) - (counts[a] as number);
  const entries = Uint32Array.from([...words.sort(byCount), ...labels.sort(byCount)]);

  const starts = new Uint32Array(entries.length + 1);
  for (let entry = 0; entry < entries.length; entry++) {
    starts[entry + 1] = (starts[entry] as number) + interner.bytesOf(entries[entry] as number).length;
  }
  const bytes = new Uint8Array(starts[entries.length] as number);
  const entryCounts = new Float64Array(entries.length);
  for (let entry = 0; entry < entries.length; entry++) {
    bytes.set(interner.bytesOf(entries[entry] as number), starts[entry]);
    entryCounts[entry] = counts[entries[entry] as number] as number;
  }
  return {
    dictionary: new Dictionary({ bytes, starts, counts: entryCounts, wordCount: words.length, tokenCount }),
    entries,
  };
}

/** What every token that the interner knows is to the model: the codes that the kernel's encoder reads. */
export function tokenCodes(interner: WordInterner, entries: Uint32Array, wordCount: number): Int32Array {
  const codes = new Int32Array(interner.count);
  for (let token = 0; token < codes.length; token++) {
    codes[token] = interner.isLabel(token) ? UNKNOWN_LABEL : UNKNOWN_WORD;
  }
  for (let entry = 0; entry < entries.length; entry++) {
    codes[entries[entry] as number] = entry < wordCount ? entry : -2 - (entry - wordCount);
  }
  return codes;
}
