// Random numbers that are a pure function of a seed and a position, so that threads need not share a state.

import { address, float, HEADER, int } from "./arguments";
import { log1 } from "./math";

/** 32 random bits for a position: two rounds of a 64-bit mixer (SplitMix64's finisher). */
export function bitsAt(seed: u64, position: u64): u64 {
  let z = seed + (position + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// @ts-ignore: decorator
@inline
function seedOf(op: usize, i: i32): u64 {
  return (<u64>load<u32>(op + HEADER + (<usize>i << 2)) | (<u64>load<u32>(op + HEADER + (<usize>i << 2), 4) << 32)) * 0xd1342543de82ef95;
}

/** a[i] = offset + range * uniform [0, 1). Units are 4096 numbers. */
export function fillUniform(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const end = min(to << 12, int(op, 1));
  const seed = seedOf(op, 2);
  const offset = float(op, 4);
  const range = float(op, 5);
  for (let i = from << 12; i < end; i++) {
    const u = <f32>(<u32>(bitsAt(seed, i) >> 40)) * <f32>5.9604644775390625e-8;
    store<f32>(a + (<usize>i << 2), offset + range * u);
  }
}

/** a[i] = deviation * normal, by the polar method: its pair of numbers comes from the first try that falls into the circle. */
export function fillNormal(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const end = min(to << 12, int(op, 1));
  const seed = seedOf(op, 2);
  const deviation = float(op, 5);
  for (let i = from << 12; i < end; i += 2) {
    let x: f32, y: f32, s: f32;
    let attempt: u64 = 0;
    do {
      const bits = bitsAt(seed, <u64>i | (attempt << 32));
      x = <f32>(<i32>bits >> 7) * <f32>5.9604644775390625e-8;
      y = <f32>(<i32>(bits >> 32) >> 7) * <f32>5.9604644775390625e-8;
      s = x * x + y * y;
      attempt += 1;
    } while (s >= 1 || s < 1e-30);
    const f = deviation * sqrt<f32>((<f32>-2 * log1(s)) / s);
    store<f32>(a + (<usize>i << 2), x * f);
    if (i + 1 < end) store<f32>(a + (<usize>i << 2), y * f, 4);
  }
}

/** a[i] = `keep` with the given probability (of 2^32), else 0: both as bits. Units are 4096 numbers. */
export function fillMask(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const end = min(to << 12, int(op, 1));
  const seed = seedOf(op, 2);
  const threshold = <u64>float(op, 4);
  const keep = int(op, 5);
  for (let i = from << 12; i < end; i += 2) {
    const bits = bitsAt(seed, i);
    store<i32>(a + (<usize>i << 2), (bits & 0xffffffff) < threshold ? keep : 0);
    if (i + 1 < end) store<i32>(a + (<usize>i << 2), bits >> 32 < threshold ? keep : 0, 4);
  }
}
