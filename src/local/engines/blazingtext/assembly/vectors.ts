// The passes over rows that a training step is made of.

import { bytes, gradient, hidden, labels, outputs, scores, weights } from "./layout";

// @ts-ignore: decorator
@inline
export function fold(v: v128): f32 {
  const pairs = f32x4.add(v, i32x4.shuffle(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The four sums of the four vectors. */
// @ts-ignore: decorator
@inline
export function fold4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 1, 4, 5), i32x4.shuffle(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 1, 4, 5), i32x4.shuffle(c, d, 2, 3, 6, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7));
}

/** e^x for x <= 0 as 2^k times a polynomial, relative error about 2e-7; the same bits on every machine. */
// @ts-ignore: decorator
@inline
export function exponential(x: f32): f32 {
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
export function average(from: usize, to: usize, size: i32): void {
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
export function scoreLabels(h: usize): f32 {
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
export function updateLabels(h: usize): void {
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
export function updateRows(from: usize, to: usize, factor: f32): void {
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
