// Sharing of one operation between two threads. The owner publishes the operation; both threads take chunks of its units
// until none is left, so the owner is never held up by a helper that is late, or gone, before it has taken a chunk.
// Chunks partition outputs and every output is computed in one fixed order: bits do not depend on who takes which.

import { setConstants } from "./math";
import { execute } from "./operations";

// The control block. Words that both threads write lie on cache lines of their own.
const CLAIM: usize = 0; // number of the operation << 16 | chunks << 8 | chunks taken
const DONE: usize = 64; // chunks finished
const WAITING: usize = 128; // 1 while the owner sleeps on DONE
const PARKED: usize = 192; // 1 while the helper sleeps on CLAIM
const STOP: usize = 256;
const OPERATION: usize = 320; // written by the owner before CLAIM
const CONSTANTS: usize = 384;

/** Looks before a thread goes to sleep: some tens of microseconds. */
const SPINS: i32 = 4000;
/** Nanoseconds of one sleep of the owner, and sleeps after which the helper counts as gone. */
const NAP: i64 = 1_000_000_000;
const NAPS: i32 = 120;

let control: usize = 0;
let sequence: i32 = 0;

export function setControl(at: usize): void {
  control = at;
  setConstants(at + CONSTANTS);
}

// @ts-ignore: decorator
@inline
function chunk(op: usize, index: i32, chunks: i32): void {
  const units = load<i32>(op, 4);
  execute(op, <i32>((<i64>units * index) / chunks), <i32>((<i64>units * (index + 1)) / chunks));
}

/** Runs an operation in one chunk, or shares it. False when a helper took a chunk and never finished it. */
export function run(op: usize, chunks: i32): bool {
  if (chunks <= 1) {
    execute(op, 0, load<i32>(op, 4));
    return true;
  }
  store<u32>(control, <u32>op, OPERATION);
  atomic.store<i32>(control, 0, DONE);
  sequence = (sequence + 1) & 0x7fff;
  atomic.store<i32>(control, (sequence << 16) | (chunks << 8), CLAIM);
  if (atomic.load<i32>(control, PARKED) != 0) atomic.notify(control + CLAIM, 1);
  for (;;) {
    const claim = atomic.load<i32>(control, CLAIM);
    const index = claim & 255;
    if (index >= chunks) break;
    if (atomic.cmpxchg<i32>(control, claim, claim + 1, CLAIM) != claim) continue;
    chunk(op, index, chunks);
    atomic.add<i32>(control, 1, DONE);
  }
  for (let spin = 0; spin < SPINS; spin++) if (atomic.load<i32>(control, DONE) == chunks) return true;
  for (let nap = 0; nap < NAPS; nap++) {
    atomic.store<i32>(control, 1, WAITING);
    const done = atomic.load<i32>(control, DONE);
    if (done != chunks) atomic.wait<i32>(control + DONE, done, NAP);
    atomic.store<i32>(control, 0, WAITING);
    if (atomic.load<i32>(control, DONE) == chunks) return true;
  }
  return false;
}

/** The helper's life: takes chunks until it is told to stop. */
export function help(): void {
  let spins = 0;
  while (atomic.load<i32>(control, STOP) == 0) {
    const claim = atomic.load<i32>(control, CLAIM);
    const index = claim & 255;
    const chunks = (claim >> 8) & 255;
    if (index < chunks) {
      if (atomic.cmpxchg<i32>(control, claim, claim + 1, CLAIM) != claim) continue;
      // The owner does not go on before this chunk is done: the operation is the one that CLAIM stood for.
      chunk(<usize>load<u32>(control, OPERATION), index, chunks);
      atomic.add<i32>(control, 1, DONE);
      if (atomic.load<i32>(control, WAITING) != 0) atomic.notify(control + DONE, 1);
      spins = 0;
      continue;
    }
    spins += 1;
    if (spins < SPINS) continue;
    spins = 0;
    atomic.store<i32>(control, 1, PARKED);
    atomic.wait<i32>(control + CLAIM, claim, NAP);
    atomic.store<i32>(control, 0, PARKED);
  }
}

export function stop(): void {
  atomic.store<i32>(control, 1, STOP);
  atomic.notify(control + CLAIM, 1);
}
