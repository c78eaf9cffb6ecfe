import { address, float, int } from "./arguments";

/** Numbers of one unit of the operations over long rows of numbers. */
export const UNIT: usize = 4096;

/** out = a + b. Units are 4096 numbers; all addresses may be the same. */
export function add(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const b = address(op, 1);
  const out = address(op, 2);
  const end = min(<usize>to * UNIT, address(op, 3)) << 2;
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    v128.store(out + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
}

/** a = a * b. */
export function multiply(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const b = address(op, 1);
  const end = min(<usize>to * UNIT, address(op, 2)) << 2;
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    v128.store(a + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
}

/** a = a * factor. */
export function scale(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const factor = f32x4.splat(float(op, 1));
  const end = min(<usize>to * UNIT, address(op, 2)) << 2;
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    v128.store(a + at, f32x4.mul(v128.load(a + at), factor));
  }
}

/** out = max(x, 0). */
export function relu(op: usize, from: i32, to: i32): void {
  const x = address(op, 0);
  const out = address(op, 1);
  const end = min(<usize>to * UNIT, address(op, 2)) << 2;
  const zero = f32x4.splat(0);
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    v128.store(out + at, f32x4.pmax(v128.load(x + at), zero));
  }
}

/** dx = dy where out is above 0, else 0; or that added to dx. */
export function reluBackward(op: usize, from: i32, to: i32): void {
  const y = address(op, 0);
  const dy = address(op, 1);
  const dx = address(op, 2);
  const end = min(<usize>to * UNIT, address(op, 3)) << 2;
  const accumulate = int(op, 4) != 0;
  const zero = f32x4.splat(0);
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    let g = v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), zero));
    if (accumulate) g = f32x4.add(g, v128.load(dx + at));
    v128.store(dx + at, g);
  }
}

/** One float64 for each unit: the sum of the squares of its numbers, at `out`. */
export function squares(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const count = address(op, 1);
  const out = address(op, 2);
  for (let u = from; u < to; u++) {
    const end = min((<usize>u + 1) * UNIT, count) << 2;
    let sum = f64x2.splat(0);
    for (let at = (<usize>u * UNIT) << 2; at < end; at += 16) {
      const v = v128.load(a + at);
      const low = f64x2.promote_low_f32x4(v);
      const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
      sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    }
    store<f64>(out + (<usize>u << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  }
}
