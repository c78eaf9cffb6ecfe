// Updates of weights as MXNet's optimizers define them: g = rescale * gradient, cut to [-clip, clip] when clip is above 0,
// plus decay * weight. Units are 4096 numbers where nothing else is said.

import { address, float, int } from "./arguments";
import { UNIT } from "./elementwise";

// @ts-ignore: decorator
@inline
function prepared(gradient: v128, weight: v128, rescale: v128, clip: f32, decay: v128): v128 {
  let g = f32x4.mul(gradient, rescale);
  if (clip > 0) g = f32x4.pmax(f32x4.pmin(g, f32x4.splat(clip)), f32x4.splat(-clip));
  return f32x4.add(g, f32x4.mul(weight, decay));
}

/**
 * momentum 0: w -= rate * g. Else m = momentum * m - rate * g; w += m. Units are pieces of a list of (first number, count).
 */
export function sgd(op: usize, from: i32, to: i32): void {
  const w = address(op, 0);
  const gradient = address(op, 1);
  const m = address(op, 2);
  const pieces = address(op, 3);
  const rate = f32x4.splat(float(op, 4));
  const decay = f32x4.splat(float(op, 5));
  const rescale = f32x4.splat(float(op, 6));
  const clip = float(op, 7);
  const momentum = f32x4.splat(float(op, 8));
  for (let unit = from; unit < to; unit++) {
    const piece = pieces + (<usize>unit << 3);
    const first = <usize>load<u32>(piece) << 2;
    const end = first + (<usize>load<u32>(piece, 4) << 2);
    if (m == 0) {
      for (let at = first; at < end; at += 16) {
        const weight = v128.load(w + at);
        const g = prepared(v128.load(gradient + at), weight, rescale, clip, decay);
        v128.store(w + at, f32x4.sub(weight, f32x4.mul(rate, g)));
      }
    } else {
      for (let at = first; at < end; at += 16) {
        const weight = v128.load(w + at);
        const g = prepared(v128.load(gradient + at), weight, rescale, clip, decay);
        const next = f32x4.sub(f32x4.mul(momentum, v128.load(m + at)), f32x4.mul(rate, g));
        v128.store(m + at, next);
        v128.store(w + at, f32x4.add(weight, next));
      }
    }
  }
}

/** Several steps of {@link sgd} with momentum in one go, for pieces, of whole cache lines, whose gradients are all 0. */
export function sgdWithoutGradient(op: usize, from: i32, to: i32): void {
  const w = address(op, 0);
  const m = address(op, 1);
  const pieces = address(op, 2);
  const rates = address(op, 3);
  const ratesEnd = rates + (address(op, 4) << 2);
  const decay = f32x4.splat(float(op, 5));
  const momentum = f32x4.splat(float(op, 6));
  const zero = f32x4.splat(0);
  for (let unit = from; unit < to; unit++) {
    const piece = pieces + (<usize>unit << 3);
    const first = <usize>load<u32>(piece) << 2;
    const end = first + (<usize>load<u32>(piece, 4) << 2);
    for (let at = first; at < end; at += 64) {
      let w0 = v128.load(w + at);
      let w1 = v128.load(w + at, 16);
      let w2 = v128.load(w + at, 32);
      let w3 = v128.load(w + at, 48);
      let m0 = v128.load(m + at);
      let m1 = v128.load(m + at, 16);
      let m2 = v128.load(m + at, 32);
      let m3 = v128.load(m + at, 48);
      for (let r = rates; r < ratesEnd; r += 4) {
        const rate = v128.load32_splat(r);
        m0 = f32x4.sub(f32x4.mul(momentum, m0), f32x4.mul(rate, f32x4.add(zero, f32x4.mul(w0, decay))));
        m1 = f32x4.sub(f32x4.mul(momentum, m1), f32x4.mul(rate, f32x4.add(zero, f32x4.mul(w1, decay))));
        m2 = f32x4.sub(f32x4.mul(momentum, m2), f32x4.mul(rate, f32x4.add(zero, f32x4.mul(w2, decay))));
        m3 = f32x4.sub(f32x4.mul(momentum, m3), f32x4.mul(rate, f32x4.add(zero, f32x4.mul(w3, decay))));
        w0 = f32x4.add(w0, m0);
        w1 = f32x4.add(w1, m1);
        w2 = f32x4.add(w2, m2);
        w3 = f32x4.add(w3, m3);
      }
      v128.store(w + at, w0);
      v128.store(w + at, w1, 16);
      v128.store(w + at, w2, 32);
      v128.store(w + at, w3, 48);
      v128.store(m + at, m0);
      v128.store(m + at, m1, 16);
      v128.store(m + at, m2, 32);
      v128.store(m + at, m3, 48);
    }
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
