// Batch normalisation over rows of channels, with the ReLU behind it. Units are up to 16 channels, so that whole cache
// lines are read; within a unit the rows go in blocks that stay in the first cache.

import { address, float, int } from "./arguments";

const BLOCK: i32 = 64;

// @ts-ignore: decorator
@inline
function widen(at: usize, v: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3))), 16);
}

/**
 * Statistics of the batch, their running means, then out = x * scale + offset, cut at 0 for `relu`.
 *
 * `sums` has 2 float64 for each channel; `saved` receives (mean, 1 / deviation) as two rows of channels.
 */
export function batchNormTrain(op: usize, from: i32, to: i32): void {
  const x = address(op, 0);
  const out = address(op, 1);
  const rows = int(op, 2);
  const channels = int(op, 3);
  const gamma = address(op, 4);
  const beta = address(op, 5);
  const runningMean = address(op, 6);
  const runningVariance = address(op, 7);
  const saved = address(op, 8);
  const sums = address(op, 9);
  const epsilon = <f64>float(op, 10);
  const momentum = float(op, 11);
  const relu = int(op, 12) != 0;
  const scales = address(op, 13);
  const rowBytes = <usize>channels << 2;
  const first = <usize>from << 6;
  const last = min(<usize>to << 6, rowBytes);
  for (let unit = first; unit < last; unit += 64) {
    const end = min(unit + 64, last);
    memory.fill(sums + unit * 4, 0, (end - unit) * 4);
    for (let row = 0; row < rows; row += BLOCK) {
      const rowsEnd = x + <usize>min(rows, row + BLOCK) * rowBytes;
      for (let c = unit; c < end; c += 16) {
        const shift = v128.load(x + c);
        let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0;
        let p = x + <usize>row * rowBytes + c;
        for (; p + rowBytes < rowsEnd; p += 2 * rowBytes) {
          const d0 = f32x4.sub(v128.load(p), shift);
          const d1 = f32x4.sub(v128.load(p + rowBytes), shift);
          s0 = f32x4.add(s0, d0);
          s1 = f32x4.add(s1, d1);
          q0 = f32x4.add(q0, f32x4.mul(d0, d0));
          q1 = f32x4.add(q1, f32x4.mul(d1, d1));
        }
        if (p < rowsEnd) {
          const d0 = f32x4.sub(v128.load(p), shift);
          s0 = f32x4.add(s0, d0);
          q0 = f32x4.add(q0, f32x4.mul(d0, d0));
        }
        widen(sums + c * 4, f32x4.add(s0, s1));
        widen(sums + c * 4 + 32, f32x4.add(q0, q1));
      }
    }
    const n = <f64>rows;
    for (let c = unit; c < end; c += 4) {
      const at = sums + (c & ~15) * 4 + ((c & 15) << 1);
      const d = load<f64>(at) / n;
      const mean = <f64>load<f32>(x + c) + d;
      const variance = max<f64>(load<f64>(at, 32) / n - d * d, 0);
      const inverse = 1 / sqrt<f64>(variance + epsilon);
      store<f32>(saved + c, <f32>mean);
      store<f32>(saved + rowBytes + c, <f32>inverse);
      store<f32>(runningMean + c, load<f32>(runningMean + c) * momentum + <f32>mean * (1 - momentum));
      store<f32>(runningVariance + c, load<f32>(runningVariance + c) * momentum + <f32>variance * (1 - momentum));
      const scale = <f32>(<f64>load<f32>(gamma + c) * inverse);
      store<f32>(scales + c, scale);
      store<f32>(scales + rowBytes + c, <f32>(<f64>load<f32>(beta + c) - mean * <f64>scale));
    }
    affine(x, out, rows, rowBytes, unit, end, scales, relu);
  }
}

/** out = x * scale + offset of columns [unit, end), which are byte offsets. */
function affine(
  x: usize, out: usize, rows: i32, rowBytes: usize, unit: usize, end: usize, scales: usize, relu: bool,
): void {
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row += BLOCK) {
    const last = <usize>min(rows, row + BLOCK) * rowBytes;
    for (let c = unit; c < end; c += 16) {
      const scale = v128.load(scales + c);
      const offset = v128.load(scales + rowBytes + c);
      if (relu) {
        for (let p = <usize>row * rowBytes; p < last; p += rowBytes) {
          v128.store(out + p + c, f32x4.pmax(f32x4.add(f32x4.mul(v128.load(x + p + c), scale), offset), zero));
        }
      } else {
        for (let p = <usize>row * rowBytes; p < last; p += rowBytes) {
          v128.store(out + p + c, f32x4.add(f32x4.mul(v128.load(x + p + c), scale), offset));
        }
      }
    }
  }
}

/** The same with the running statistics. */
export function batchNormPredict(op: usize, from: i32, to: i32): void {
  const x = address(op, 0);
  const out = address(op, 1);
  const rows = int(op, 2);
  const channels = int(op, 3);
  const gamma = address(op, 4);
  const beta = address(op, 5);
  const runningMean = address(op, 6);
  const runningVariance = address(op, 7);
  const epsilon = <f64>float(op, 10);
  const relu = int(op, 12) != 0;
  const scales = address(op, 13);
  const rowBytes = <usize>channels << 2;
  const first = <usize>from << 6;
  const last = min(<usize>to << 6, rowBytes);
  for (let unit = first; unit < last; unit += 64) {
    const end = min(unit + 64, last);
    for (let c = unit; c < end; c += 4) {
      const inverse = 1 / sqrt<f64>(<f64>load<f32>(runningVariance + c) + epsilon);
      const scale = <f32>(<f64>load<f32>(gamma + c) * inverse);
      store<f32>(scales + c, scale);
      store<f32>(scales + rowBytes + c, <f32>(<f64>load<f32>(beta + c) - <f64>load<f32>(runningMean + c) * <f64>scale));
    }
    affine(x, out, rows, rowBytes, unit, end, scales, relu);
  }
}

/**
 * Gradients of {@link batchNormTrain}: of beta, of gamma (0 when `gammaGradient` is 0: it is fixed) and of x, the last added
 * to what is there when `accumulate` is set. `dx` may be `dy`. Where the ReLU cut is computed anew from x.
 */
export function batchNormBackward(op: usize, from: i32, to: i32): void {
  const x = address(op, 0);
  const dy = address(op, 1);
  const dx = address(op, 2);
  const rows = int(op, 3);
  const channels = int(op, 4);
  const gammaGradient = address(op, 5);
  const betaGradient = address(op, 6);
  const saved = address(op, 7);
  const sums = address(op, 8);
  const scales = address(op, 9);
  const relu = int(op, 10) != 0;
  const accumulate = int(op, 11) != 0;
  const rowBytes = <usize>channels << 2;
  const first = <usize>from << 6;
  const last = min(<usize>to << 6, rowBytes);
  const zero = f32x4.splat(0);
  const n = f32x4.splat(<f32>1 / <f32>rows);
  for (let unit = first; unit < last; unit += 64) {
    const end = min(unit + 64, last);
    memory.fill(sums + unit * 4, 0, (end - unit) * 4);
    for (let row = 0; row < rows; row += BLOCK) {
      const rowsEnd = <usize>min(rows, row + BLOCK) * rowBytes;
      for (let c = unit; c < end; c += 16) {
        const mean = v128.load(saved + c);
        const scale = v128.load(scales + c);
        const offset = v128.load(scales + rowBytes + c);
        let s = zero, q = zero;
        for (let p = <usize>row * rowBytes + c; p < rowsEnd; p += rowBytes) {
          const v = v128.load(x + p);
          let g = v128.load(dy + p);
          if (relu) g = v128.and(g, f32x4.gt(f32x4.add(f32x4.mul(v, scale), offset), zero));
          s = f32x4.add(s, g);
          q = f32x4.add(q, f32x4.mul(g, f32x4.sub(v, mean)));
        }
        widen(sums + c * 4, s);
        widen(sums + c * 4 + 32, q);
      }
    }
    for (let c = unit; c < end; c += 4) {
      const at = sums + (c & ~15) * 4 + ((c & 15) << 1);
      const inverse = load<f32>(saved + rowBytes + c);
      const s = load<f64>(at);
      const q = load<f64>(at, 32) * <f64>inverse;
      store<f32>(betaGradient + c, <f32>s);
      if (gammaGradient != 0) store<f32>(gammaGradient + c, <f32>q);
    }
    if (dx == 0) continue;
    for (let row = 0; row < rows; row += BLOCK) {
      const rowsEnd = <usize>min(rows, row + BLOCK) * rowBytes;
      for (let c = unit; c < end; c += 16) {
        const mean = v128.load(saved + c);
        const inverse = v128.load(saved + rowBytes + c);
        const scale = v128.load(scales + c);
        const offset = v128.load(scales + rowBytes + c);
        // dx = scale * (g - meanG - (x - mean) * slope)
        const at = sums + c * 4;
        const meanG = f32x4.mul(narrow(at), n);
        const slope = f32x4.mul(f32x4.mul(narrow(at + 32), n), f32x4.mul(inverse, inverse));
        for (let p = <usize>row * rowBytes + c; p < rowsEnd; p += rowBytes) {
          const v = v128.load(x + p);
          let g = v128.load(dy + p);
          if (relu) g = v128.and(g, f32x4.gt(f32x4.add(f32x4.mul(v, scale), offset), zero));
          let d = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(f32x4.sub(v, mean), slope));
          d = f32x4.mul(d, scale);
          if (accumulate) d = f32x4.add(d, v128.load(dx + p));
          v128.store(dx + p, d);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function narrow(at: usize): v128 {
  const low = f32x4.demote_f64x2_zero(v128.load(at));
  const high = f32x4.demote_f64x2_zero(v128.load(at, 16));
  return v128.shuffle<f32>(low, high, 0, 1, 4, 5);
}
