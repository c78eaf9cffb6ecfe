// From tokens to the rows that a line averages.

import { features, labelIds, labelStarts, lineSizes, lineStarts, lineTokens } from "./layout";

// Codes of token types: word row >= 0; UNKNOWN_WORD; label l as -2 - l; UNKNOWN_LABEL.
const UNKNOWN_WORD: i32 = -1;
const UNKNOWN_LABEL: i32 = i32.MIN_VALUE;
const NGRAM_FACTOR: u64 = 116049371;

/** Counts what encode() will write: lines, features at most, labels, as three u32 at `result`. */
export function measure(tokens: usize, count: i32, codes: usize, lineEnd: i32, ngrams: i32, result: usize): void {
  let lines: u32 = 0;
  let featureCount: u32 = 0;
  let labelCount: u32 = 0;
  let at = 0;
  while (at < count) {
    let words: u32 = 0;
    let known: u32 = 0;
    let lineLabels: u32 = 0;
    while (at < count) {
      const type = load<i32>(tokens + (<usize>at << 2));
      at += 1;
      const code = load<i32>(codes + (<usize>type << 2));
      if (code >= UNKNOWN_WORD) {
        words += 1;
        if (code >= 0) known += 1;
      } else if (code != UNKNOWN_LABEL) lineLabels += 1;
      if (type == lineEnd) break;
    }
    lines += 1;
    labelCount += lineLabels;
    if (lineLabels > 0) {
      featureCount += known;
      for (let n: u32 = 1; n < <u32>ngrams && n < words; n++) featureCount += words - n;
    }
  }
  store<u32>(result, lines);
  store<u32>(result, featureCount, 4);
  store<u32>(result, labelCount, 8);
}

/**
 * Turns token types into row numbers, into the arrays of setCorpus(). A bucket seen for the first time gets the next
 * free row when `grow`; otherwise it only counts in the size of its line. Lines without a label keep no features.
 * Returns the number of rows in use.
 */
export function encode(
  tokens: usize,
  count: i32,
  codes: usize,
  hashes: usize,
  lineEnd: i32,
  ngrams: i32,
  buckets: u32,
  bucketRows: usize, // u32 per bucket: row + 1, or 0
  rowsInUse: u32,
  grow: bool,
): u32 {
  let rows = rowsInUse;
  let featureAt = features;
  let labelAt = labelIds;
  let line: usize = 0;
  let at = 0;
  store<u32>(lineStarts, 0);
  store<u32>(labelStarts, 0);
  while (at < count) {
    const from = at;
    let size = 0;
    const firstLabel = labelAt;
    while (at < count) {
      const type = load<i32>(tokens + (<usize>at << 2));
      at += 1;
      const code = load<i32>(codes + (<usize>type << 2));
      if (code < UNKNOWN_WORD && code != UNKNOWN_LABEL) {
        store<i32>(labelAt, -2 - code);
        labelAt += 4;
      }
      if (type == lineEnd) break;
    }
    if (labelAt > firstLabel) {
      for (let i = from; i < at; i++) {
        const code = load<i32>(codes + (<usize>load<i32>(tokens + (<usize>i << 2)) << 2));
        if (code >= 0) {
          store<i32>(featureAt, code);
          featureAt += 4;
          size += 1;
        }
      }
      if (ngrams > 1) {
        for (let i = from; i < at; i++) {
          const type = load<i32>(tokens + (<usize>i << 2));
          if (load<i32>(codes + (<usize>type << 2)) < UNKNOWN_WORD) continue;
          let hash = <u64>(<i64>load<i32>(hashes + (<usize>type << 2)));
          let words = 1;
          for (let j = i + 1; j < at && words < ngrams; j++) {
            const next = load<i32>(tokens + (<usize>j << 2));
            if (load<i32>(codes + (<usize>next << 2)) < UNKNOWN_WORD) continue;
            words += 1;
            hash = hash * NGRAM_FACTOR + <u64>(<i64>load<i32>(hashes + (<usize>next << 2)));
            const slot = bucketRows + ((<usize>(hash % <u64>buckets)) << 2);
            let row = load<u32>(slot);
            if (row == 0 && grow) {
              rows += 1;
              row = rows;
              store<u32>(slot, row);
            }
            size += 1;
            if (row != 0) {
              store<u32>(featureAt, row - 1);
              featureAt += 4;
            }
          }
        }
      }
    }
    store<i32>(lineSizes + (line << 2), size);
    store<i32>(lineTokens + (line << 2), at - from);
    line += 1;
    store<u32>(lineStarts + (line << 2), <u32>((featureAt - features) >> 2));
    store<u32>(labelStarts + (line << 2), <u32>((labelAt - labelIds) >> 2));
  }
  return rows;
}
