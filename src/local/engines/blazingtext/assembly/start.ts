// The values that input rows start with.

import { bytes, weights } from "./layout";

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
