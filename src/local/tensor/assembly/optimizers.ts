// Updates of weights as MXNet's optimizers define them: g = rescale * gradient, cut to [-clip, clip] when clip is above 0,
// plus decay * weight. Units are 4096 numbers.

import { address, float, int } from "./arguments";
import { UNIT } from "./elementwise";

// @ts-ignore: decorator
@inline
function prepared(gradient: v128, weight: v128, rescale: v128, clip: f32, decay: v128): v128 {
  let g = f32x4.mul(gradient, rescale);
  if (clip > 0) g = f32x4.pmax(f32x4.pmin(g, f32x4.splat(clip)), f32x4.splat(-clip));
  return f32x4.add(g, f32x4.mul(weight, decay));
}

/** momentum 0: w -= rate * g. Else m = momentum * m - rate * g; w += m. */
export function sgd(op: usize, from: i32, to: i32): void {
  const w = address(op, 0);
  const gradient = address(op, 1);
  const m = address(op, 2);
  const end = min(<usize>to * UNIT, address(op, 3)) << 2;
  const rate = f32x4.splat(float(op, 4));
  const decay = f32x4.splat(float(op, 5));
  const rescale = f32x4.splat(float(op, 6));
  const clip = float(op, 7);
  const momentum = f32x4.splat(float(op, 8));
  if (m == 0) {
    for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
      const weight = v128.load(w + at);
      const g = prepared(v128.load(gradient + at), weight, rescale, clip, decay);
      v128.store(w + at, f32x4.sub(weight, f32x4.mul(rate, g)));
    }
    return;
  }
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    const weight = v128.load(w + at);
    const g = prepared(v128.load(gradient + at), weight, rescale, clip, decay);
    const next = f32x4.sub(f32x4.mul(momentum, v128.load(m + at)), f32x4.mul(rate, g));
    v128.store(m + at, next);
    v128.store(w + at, f32x4.add(weight, next));
  }
}

/** m = momentum * m + g; w -= rate * (g + momentum * m). */
export function nag(op: usize, from: i32, to: i32): void {
  const w = address(op, 0);
  const gradient = address(op, 1);
  const m = address(op, 2);
  const end = min(<usize>to * UNIT, address(op, 3)) << 2;
  const rate = f32x4.splat(float(op, 4));
  const decay = f32x4.splat(float(op, 5));
  const rescale = f32x4.splat(float(op, 6));
  const clip = float(op, 7);
  const momentum = f32x4.splat(float(op, 8));
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    const weight = v128.load(w + at);
    const g = prepared(v128.load(gradient + at), weight, rescale, clip, decay);
    const next = f32x4.add(f32x4.mul(momentum, v128.load(m + at)), g);
    v128.store(m + at, next);
    v128.store(w + at, f32x4.sub(weight, f32x4.mul(rate, f32x4.add(g, f32x4.mul(momentum, next)))));
  }
}

/** m and v are running means of g and g^2; w -= rate * m / (sqrt(v) + epsilon). The host corrects the rate for the start. */
export function adam(op: usize, from: i32, to: i32): void {
  const w = address(op, 0);
  const gradient = address(op, 1);
  const m = address(op, 2);
  const v = address(op, 9);
  const end = min(<usize>to * UNIT, address(op, 3)) << 2;
  const rate = f32x4.splat(float(op, 4));
  const decay = f32x4.splat(float(op, 5));
  const rescale = f32x4.splat(float(op, 6));
  const clip = float(op, 7);
  const beta1 = f32x4.splat(float(op, 8));
  const rest1 = f32x4.splat(1 - float(op, 8));
  const beta2 = f32x4.splat(float(op, 10));
  const rest2 = f32x4.splat(1 - float(op, 10));
  const epsilon = f32x4.splat(float(op, 11));
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    const weight = v128.load(w + at);
    const g = prepared(v128.load(gradient + at), weight, rescale, clip, decay);
    const mean = f32x4.add(f32x4.mul(beta1, v128.load(m + at)), f32x4.mul(rest1, g));
    const square = f32x4.add(f32x4.mul(beta2, v128.load(v + at)), f32x4.mul(rest2, f32x4.mul(g, g)));
    v128.store(m + at, mean);
    v128.store(v + at, square);
    const step = f32x4.div(mean, f32x4.add(f32x4.sqrt(square), epsilon));
    v128.store(w + at, f32x4.sub(weight, f32x4.mul(rate, step)));
  }
}

/**
 * n is the running mean of g^2; w -= rate * g / sqrt(n + epsilon). When `centered` is set (gamma2 is given), n is taken less
 * the square of the running mean of g, and the step has momentum.
 */
export function rmsProp(op: usize, from: i32, to: i32): void {
  const w = address(op, 0);
  const gradient = address(op, 1);
  const n = address(op, 2);
  const end = min(<usize>to * UNIT, address(op, 3)) << 2;
  const rate = f32x4.splat(float(op, 4));
  const decay = f32x4.splat(float(op, 5));
  const rescale = f32x4.splat(float(op, 6));
  const clip = float(op, 7);
  const gamma1 = f32x4.splat(float(op, 8));
  const rest1 = f32x4.splat(1 - float(op, 8));
  const mean = address(op, 9);
  const gamma2 = f32x4.splat(float(op, 10));
  const epsilon = f32x4.splat(float(op, 11));
  const delta = address(op, 12);
  const centered = int(op, 13) != 0;
  for (let at = (<usize>from * UNIT) << 2; at < end; at += 16) {
    const weight = v128.load(w + at);
    const g = prepared(v128.load(gradient + at), weight, rescale, clip, decay);
    const square = f32x4.add(f32x4.mul(gamma1, v128.load(n + at)), f32x4.mul(rest1, f32x4.mul(g, g)));
    v128.store(n + at, square);
    if (!centered) {
      const step = f32x4.div(g, f32x4.sqrt(f32x4.add(square, epsilon)));
      v128.store(w + at, f32x4.sub(weight, f32x4.mul(rate, step)));
      continue;
    }
    const center = f32x4.add(f32x4.mul(gamma1, v128.load(mean + at)), f32x4.mul(rest1, g));
    v128.store(mean + at, center);
    const spread = f32x4.add(f32x4.sub(square, f32x4.mul(center, center)), epsilon);
    const step = f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(spread));
    const next = f32x4.sub(f32x4.mul(gamma2, v128.load(delta + at)), step);
    v128.store(delta + at, next);
    v128.store(w + at, f32x4.add(weight, next));
  }
}
