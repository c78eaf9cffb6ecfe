// The inner loops of supervised training, compiled to WebAssembly SIMD by scripts/build-kernels.mjs.
//
// All data lies in one imported memory that the host lays out; the kernel allocates nothing. The token counter is shared
// by all threads through an atomic add, and so are the output rows, by merging copies.
//
// Rows of both matrices are `bytes` apart, a multiple of 16; the padding columns are zero and stay zero.

import {
  bytes,
  features,
  hidden,
  labelIds,
  labels,
  labelStarts,
  lastOutputs,
  lineSizes,
  lineStarts,
  lineTokens,
  outputLock,
  outputs,
  scores,
  sharedOutputs,
  weights,
} from "./layout";
import { average, exponential, scoreLabels, updateLabels, updateRows } from "./vectors";

export { encode, measure } from "./encode";
export { setCorpus, setModel, shareOutputs } from "./layout";
export { startBucketRows, startWordRows } from "./start";

let counter: usize = 0; // i64, tokens trained by all threads
let startRate: f32 = 0;
let totalTokens: f32 = 0;
let pending: i64 = 0;
let random: u32 = 1;

/** Tokens after which the learning rate is computed anew: fastText's `lrUpdateRate`. */
const UPDATE_EVERY: i64 = 100;

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
