// The inner loops of supervised training, compiled to WebAssembly SIMD by scripts/build-kernels.mjs.
//
// All data lies in one imported memory that the host lays out; the kernel allocates nothing. Every thread runs its own
// instance on the same memory: the globals below are per thread, the token counter is shared through an atomic add.
//
// Rows of both matrices are `bytes` apart, a multiple of 16; the padding columns are zero and stay zero.

// ---------------------------------------------------------------------------------------------------------- globals

let weights: usize = 0; // input rows: words first, then the used hash buckets in first-seen order
let outputs: usize = 0; // one row for each label
let labels: i32 = 0;
let bytes: usize = 0;
let hidden: usize = 0; // scratch of this thread: hidden vector, gradient, label scores
let gradient: usize = 0;
let scores: usize = 0;

let sharedOutputs: usize = 0; // with several threads: the rows that all have in common; `outputs` is then this thread's copy
let lastOutputs: usize = 0; // the common rows as this thread last saw them
let outputLock: usize = 0; // i32, 1 while a thread merges

let features: usize = 0; // i32 row numbers of all lines, one after the other
let lineStarts: usize = 0; // u32 index into `features`; lines + 1 entries
let lineSizes: usize = 0; // i32 number of features that the average divides by
let lineTokens: usize = 0; // i32 tokens of the line as fastText counts them, labels and line end included
let labelStarts: usize = 0; // u32 index into `labelIds`; lines + 1 entries
let labelIds: usize = 0; // i32

let counter: usize = 0; // i64, tokens trained by all threads
let startRate: f32 = 0;
let totalTokens: f32 = 0;
let pending: i64 = 0;
let random: u32 = 1;

/** Tokens after which the learning rate is computed anew: fastText's `lrUpdateRate`. */
const UPDATE_EVERY: i64 = 100;

export function setModel(weightsAt: usize, outputsAt: usize, labelCount: i32, rowBytes: usize, scratchAt: usize): void {
  weights = weightsAt;
  outputs = outputsAt;
  labels = labelCount;
  bytes = rowBytes;
  hidden = scratchAt;
  gradient = scratchAt + rowBytes;
  scores = scratchAt + 2 * rowBytes;
  sharedOutputs = 0;
}

/**
 * Makes this thread train on a copy of the output rows, `copyAt`, and merge its changes now and then. Every step writes
 * all output rows: two threads on the same ones would wait for each other's cache lines most of the time.
 */
export function shareOutputs(lockAt: usize, copyAt: usize): void {
  sharedOutputs = outputs;
  outputs = copyAt;
  lastOutputs = copyAt + <usize>labels * bytes;
  outputLock = lockAt;
}

export function setCorpus(
  featuresAt: usize,
  lineStartsAt: usize,
  lineSizesAt: usize,
  lineTokensAt: usize,
  labelStartsAt: usize,
  labelIdsAt: usize,
): void {
  features = featuresAt;
  lineStarts = lineStartsAt;
  lineSizes = lineSizesAt;
  lineTokens = lineTokensAt;
  labelStarts = labelStartsAt;
  labelIds = labelIdsAt;
}

export function setSchedule(counterAt: usize, learningRate: f32, tokensInAll: f64, seed: u32): void {
  counter = counterAt;
  startRate = learningRate;
  totalTokens = <f32>tokensInAll;
  pending = 0;
  random = seed == 0 ? 0x9e3779b9 : seed;
}

/** Adds the tokens that this thread has not reported yet to the shared counter. */
export function flush(): void {
  atomic.add<i64>(counter, pending);
  pending = 0;
}

export function trainedTokens(): f64 {
  return <f64>atomic.load<i64>(counter);
}

// ------------------------------------------------------------------------------------------------------------- encode

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

// ----------------------------------------------------------------------------------------------------- start values

/** Uniform in [-range, range), a pure function of seed, row number in the full matrix, and column. */
function startRow(at: usize, row: u32, columns: u32, range: f32, seed: u32): void {
  const key = i32x4.splat(<i32>(((row + 1) * 0x9e3779b1) ^ (seed * 0x85ebca6b)));
  const scale = f32x4.splat(range / <f32>2147483648);
  let column = i32x4(1, 2, 3, 4);
  let last: usize = 0;
  for (let j: usize = 0; j < <usize>columns << 2; j += 16) {
    let z = i32x4.add(key, i32x4.mul(column, i32x4.splat(0x27d4eb2f)));
    z = i32x4.mul(v128.xor(z, i32x4.shr_u(z, 16)), i32x4.splat(0x85ebca6b));
    z = i32x4.mul(v128.xor(z, i32x4.shr_u(z, 13)), i32x4.splat(0xc2b2ae35));
    z = v128.xor(z, i32x4.shr_u(z, 16));
    v128.store(at + j, f32x4.mul(f32x4.convert_i32x4_s(z), scale));
    column = i32x4.add(column, i32x4.splat(4));
    last = j + 16;
  }
  for (let j: usize = <usize>columns << 2; j < last; j += 4) store<f32>(at + j, 0);
}

export function startWordRows(words: u32, columns: u32, range: f32, seed: u32): void {
  for (let row: u32 = 0; row < words; row++) startRow(weights + <usize>row * bytes, row, columns, range, seed);
}

export function startBucketRows(
  bucketRows: usize,
  buckets: u32,
  words: u32,
  columns: u32,
  range: f32,
  seed: u32,
): void {
  for (let bucket: u32 = 0; bucket < buckets; bucket++) {
    const row = load<u32>(bucketRows + (<usize>bucket << 2));
    if (row != 0) startRow(weights + <usize>(row - 1) * bytes, words + bucket, columns, range, seed);
  }
}

// ------------------------------------------------------------------------------------------------------- vector parts

// @ts-ignore: decorator
@inline
function fold(v: v128): f32 {
  const pairs = f32x4.add(v, i32x4.shuffle(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The four sums of the four vectors. */
// @ts-ignore: decorator
@inline
function fold4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 1, 4, 5), i32x4.shuffle(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 1, 4, 5), i32x4.shuffle(c, d, 2, 3, 6, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7));
}

/** e^x for x <= 0 as 2^k times a polynomial, relative error about 2e-7; the same bits on every machine. */
// @ts-ignore: decorator
@inline
function exponential(x: f32): f32 {
  if (x < -87) return 0;
  const k: f32 = nearest(x * <f32>1.44269504);
  const f: f32 = x - k * <f32>0.693359375 + k * <f32>2.1219444e-4;
  let p: f32 = 1.98756915e-4;
  p = p * f + <f32>1.3981999507e-3;
  p = p * f + <f32>8.3334519073e-3;
  p = p * f + <f32>4.1665795894e-2;
  p = p * f + <f32>1.6666665459e-1;
  p = p * f + <f32>5.0000001201e-1;
  p = p * f * f + f + 1;
  return reinterpret<f32>(reinterpret<i32>(p) + (<i32>k << 23));
}

/** hidden = sum of the rows of features [from, to) / size */
function average(from: usize, to: usize, size: i32): void {
  const factor = f32x4.splat(<f32>1 / <f32>size);
  let j: usize = 0;
  for (; j + 128 <= bytes; j += 128) {
    const column = weights + j;
    let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (let at = from; at < to; at += 4) {
      const row = column + <usize>load<u32>(at) * bytes;
      a = f32x4.add(a, v128.load(row));
      b = f32x4.add(b, v128.load(row, 16));
      c = f32x4.add(c, v128.load(row, 32));
      d = f32x4.add(d, v128.load(row, 48));
      e = f32x4.add(e, v128.load(row, 64));
      f = f32x4.add(f, v128.load(row, 80));
      g = f32x4.add(g, v128.load(row, 96));
      h = f32x4.add(h, v128.load(row, 112));
    }
    const to16 = hidden + j;
    v128.store(to16, f32x4.mul(a, factor));
    v128.store(to16, f32x4.mul(b, factor), 16);
    v128.store(to16, f32x4.mul(c, factor), 32);
    v128.store(to16, f32x4.mul(d, factor), 48);
    v128.store(to16, f32x4.mul(e, factor), 64);
    v128.store(to16, f32x4.mul(f, factor), 80);
    v128.store(to16, f32x4.mul(g, factor), 96);
    v128.store(to16, f32x4.mul(h, factor), 112);
  }
  for (; j + 32 <= bytes; j += 32) {
    const column = weights + j;
    let a = f32x4.splat(0), b = a;
    for (let at = from; at < to; at += 4) {
      const row = column + <usize>load<u32>(at) * bytes;
      a = f32x4.add(a, v128.load(row));
      b = f32x4.add(b, v128.load(row, 16));
    }
    v128.store(hidden + j, f32x4.mul(a, factor));
    v128.store(hidden + j, f32x4.mul(b, factor), 16);
  }
  for (; j < bytes; j += 16) {
    const column = weights + j;
    let a = f32x4.splat(0);
    for (let at = from; at < to; at += 4) a = f32x4.add(a, v128.load(column + <usize>load<u32>(at) * bytes));
    v128.store(hidden + j, f32x4.mul(a, factor));
  }
}

/** scores[i] = outputs[i] . h for every label; returns the largest */
function scoreLabels(h: usize): f32 {
  let i = 0;
  let best: f32 = -f32.MAX_VALUE;
  for (; i + 4 <= labels; i += 4) {
    const o0 = outputs + <usize>i * bytes;
    const o1 = o0 + bytes;
    const o2 = o1 + bytes;
    const o3 = o2 + bytes;
    let a = f32x4.splat(0), b = a, c = a, d = a;
    for (let j: usize = 0; j < bytes; j += 16) {
      const x = v128.load(h + j);
      a = f32x4.add(a, f32x4.mul(x, v128.load(o0 + j)));
      b = f32x4.add(b, f32x4.mul(x, v128.load(o1 + j)));
      c = f32x4.add(c, f32x4.mul(x, v128.load(o2 + j)));
      d = f32x4.add(d, f32x4.mul(x, v128.load(o3 + j)));
    }
    const four = fold4(a, b, c, d);
    v128.store(scores + (<usize>i << 2), four);
    best = max(best, max(
      max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
      max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
    ));
  }
  for (; i < labels; i++) {
    const o = outputs + <usize>i * bytes;
    let a = f32x4.splat(0), b = a;
    let j: usize = 0;
    for (; j + 32 <= bytes; j += 32) {
      a = f32x4.add(a, f32x4.mul(v128.load(h + j), v128.load(o + j)));
      b = f32x4.add(b, f32x4.mul(v128.load(h + j, 16), v128.load(o + j, 16)));
    }
    if (j < bytes) a = f32x4.add(a, f32x4.mul(v128.load(h + j), v128.load(o + j)));
    const score = fold(f32x4.add(a, b));
    store<f32>(scores + (<usize>i << 2), score);
    best = max(best, score);
  }
  return best;
}

/** For every label with its step s: gradient += s * output row; output row += s * h. */
function updateLabels(h: usize): void {
  memory.fill(gradient, 0, bytes);
  let i = 0;
  for (; i + 4 <= labels; i += 4) {
    const steps = scores + (<usize>i << 2);
    const s0 = v128.load32_splat(steps);
    const s1 = v128.load32_splat(steps, 4);
    const s2 = v128.load32_splat(steps, 8);
    const s3 = v128.load32_splat(steps, 12);
    const o0 = outputs + <usize>i * bytes;
    const o1 = o0 + bytes;
    const o2 = o1 + bytes;
    const o3 = o2 + bytes;
    for (let j: usize = 0; j < bytes; j += 16) {
      const x = v128.load(h + j);
      const a = v128.load(o0 + j);
      const b = v128.load(o1 + j);
      const c = v128.load(o2 + j);
      const d = v128.load(o3 + j);
      v128.store(gradient + j, f32x4.add(v128.load(gradient + j), f32x4.add(
        f32x4.add(f32x4.mul(s0, a), f32x4.mul(s1, b)),
        f32x4.add(f32x4.mul(s2, c), f32x4.mul(s3, d)),
      )));
      v128.store(o0 + j, f32x4.add(a, f32x4.mul(s0, x)));
      v128.store(o1 + j, f32x4.add(b, f32x4.mul(s1, x)));
      v128.store(o2 + j, f32x4.add(c, f32x4.mul(s2, x)));
      v128.store(o3 + j, f32x4.add(d, f32x4.mul(s3, x)));
    }
  }
  for (; i < labels; i++) {
    const s = v128.load32_splat(scores + (<usize>i << 2));
    const o = outputs + <usize>i * bytes;
    for (let j: usize = 0; j < bytes; j += 16) {
      const a = v128.load(o + j);
      v128.store(gradient + j, f32x4.add(v128.load(gradient + j), f32x4.mul(s, a)));
      v128.store(o + j, f32x4.add(a, f32x4.mul(s, v128.load(h + j))));
    }
  }
}

/** Adds gradient * factor to every row of features [from, to). */
function updateRows(from: usize, to: usize, factor: f32): void {
  const scale = f32x4.splat(factor);
  for (let j: usize = 0; j < bytes; j += 16) v128.store(gradient + j, f32x4.mul(v128.load(gradient + j), scale));
  for (let at = from; at < to; at += 4) {
    const row = weights + <usize>load<u32>(at) * bytes;
    let j: usize = 0;
    for (; j + 64 <= bytes; j += 64) {
      const r = row + j;
      const g = gradient + j;
      v128.store(r, f32x4.add(v128.load(r), v128.load(g)));
      v128.store(r, f32x4.add(v128.load(r, 16), v128.load(g, 16)), 16);
      v128.store(r, f32x4.add(v128.load(r, 32), v128.load(g, 32)), 32);
      v128.store(r, f32x4.add(v128.load(r, 48), v128.load(g, 48)), 48);
    }
    for (; j < bytes; j += 16) v128.store(row + j, f32x4.add(v128.load(row + j), v128.load(gradient + j)));
  }
}

// ----------------------------------------------------------------------------------------------------- train and test

/** One softmax step on the features [from, to) towards label `target`. */
function step(from: usize, to: usize, size: i32, target: i32, rate: f32): void {
  let h = hidden;
  // A single row is its own average; it is written only after its last reading.
  if (size == 1) h = weights + <usize>load<u32>(from) * bytes;
  else average(from, to, size);
  const best = scoreLabels(h);
  let sum: f32 = 0;
  const end = scores + (<usize>labels << 2);
  for (let at = scores; at < end; at += 4) {
    const e = exponential(load<f32>(at) - best);
    store<f32>(at, e);
    sum += e;
  }
  const factor: f32 = -rate / sum;
  for (let at = scores; at < end; at += 4) store<f32>(at, load<f32>(at) * factor);
  const own = scores + (<usize>target << 2);
  store<f32>(own, rate + load<f32>(own));
  updateLabels(h);
  updateRows(from, to, <f32>1 / <f32>size);
}

/** Lines after which a thread merges its output rows; few enough that the others hardly notice the delay. */
const MERGE_EVERY: i32 = 32;

/** Adds what this thread changed to the common output rows and takes what the others did. False when one of them does. */
function mergeOutputs(): bool {
  if (atomic.cmpxchg<i32>(outputLock, 0, 1) != 0) return false;
  for (let j: usize = 0; j < <usize>labels * bytes; j += 16) {
    const change = f32x4.sub(v128.load(outputs + j), v128.load(lastOutputs + j));
    const merged = f32x4.add(v128.load(sharedOutputs + j), change);
    v128.store(sharedOutputs + j, merged);
    v128.store(outputs + j, merged);
    v128.store(lastOutputs + j, merged);
  }
  atomic.store<i32>(outputLock, 0);
  return true;
}

/** Trains on lines [from, to) once. */
export function train(from: i32, to: i32): void {
  if (sharedOutputs != 0) while (!mergeOutputs()) {}
  let unmerged = 0;
  let rate = startRate * (1 - <f32>atomic.load<i64>(counter) / totalTokens);
  for (let line: usize = from; line < <usize>to; line++) {
    const at = line << 2;
    const start = features + (<usize>load<u32>(lineStarts + at) << 2);
    const end = features + (<usize>load<u32>(lineStarts + at, 4) << 2);
    pending += <i64>load<i32>(lineTokens + at);
    if (end > start) {
      const labelAt = load<u32>(labelStarts + at);
      const count = load<u32>(labelStarts + at, 4) - labelAt;
      let pick: u32 = 0;
      if (count > 1) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        pick = <u32>((<u64>random * <u64>count) >> 32);
      }
      step(start, end, load<i32>(lineSizes + at), load<i32>(labelIds + (<usize>(labelAt + pick) << 2)), rate);
      unmerged += 1;
      if (sharedOutputs != 0 && unmerged >= MERGE_EVERY && mergeOutputs()) unmerged = 0;
    }
    if (pending > UPDATE_EVERY) {
      const before = atomic.add<i64>(counter, pending);
      rate = startRate * (1 - <f32>(before + pending) / totalTokens);
      pending = 0;
    }
  }
  if (sharedOutputs != 0) while (!mergeOutputs()) {}
}

/** Number of lines in [from, to) whose best label is one of their own. */
export function countCorrect(from: i32, to: i32): i32 {
  if (sharedOutputs != 0) while (!mergeOutputs()) {}
  let correct = 0;
  for (let line: usize = from; line < <usize>to; line++) {
    const at = line << 2;
    const size = load<i32>(lineSizes + at);
    if (size == 0) continue;
    average(
      features + (<usize>load<u32>(lineStarts + at) << 2),
      features + (<usize>load<u32>(lineStarts + at, 4) << 2),
      size,
    );
    const best = scoreLabels(hidden);
    let winner = 0;
    while (winner < labels - 1 && load<f32>(scores + (<usize>winner << 2)) != best) winner += 1;
    const last = load<u32>(labelStarts + at, 4);
    for (let i = load<u32>(labelStarts + at); i < last; i++) {
      if (load<i32>(labelIds + (<usize>i << 2)) == winner) {
        correct += 1;
        break;
      }
    }
  }
  return correct;
}
