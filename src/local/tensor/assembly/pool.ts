// Pooling of images [y][x][channel]. Units are images.

import { address, int } from "./arguments";

/** Greatest value of each window; `picks` keeps which tap it was (the first of equals). */
export function maxPool(op: usize, from: i32, to: i32): void {
  const x = address(op, 0);
  const out = address(op, 1);
  const picks = address(op, 2);
  const height = int(op, 3);
  const width = int(op, 4);
  const pixelBytes = address(op, 5);
  const kernel = int(op, 6);
  const stride = int(op, 7);
  const pad = int(op, 8);
  const outHeight = int(op, 9);
  const outWidth = int(op, 10);
  for (let n = from; n < to; n++) {
    const image = x + <usize>(n * height * width) * pixelBytes;
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = max(0, oy * stride - pad);
      const y1 = min(height, oy * stride - pad + kernel);
      for (let ox = 0; ox < outWidth; ox++) {
        const x0 = max(0, ox * stride - pad);
        const x1 = min(width, ox * stride - pad + kernel);
        const at = <usize>((n * outHeight + oy) * outWidth + ox) * pixelBytes;
        for (let c: usize = 0; c < pixelBytes; c += 16) {
          let best = f32x4.splat(-Infinity);
          let pick = i32x4.splat(0);
          for (let yy = y0; yy < y1; yy++) {
            for (let xx = x0; xx < x1; xx++) {
              const v = v128.load(image + <usize>(yy * width + xx) * pixelBytes + c);
              const better = f32x4.gt(v, best);
              best = v128.bitselect(v, best, better);
              pick = v128.bitselect(i32x4.splat(yy * width + xx), pick, better);
            }
          }
          v128.store(out + at + c, best);
          if (picks != 0) v128.store(picks + at + c, pick);
        }
      }
    }
  }
}

export function maxPoolBackward(op: usize, from: i32, to: i32): void {
  const dy = address(op, 0);
  const picks = address(op, 1);
  const dx = address(op, 2);
  const pixels = int(op, 3);
  const pixelBytes = address(op, 4);
  const outPixels = int(op, 5);
  const keep = int(op, 6) != 0;
  const imageBytes = <usize>pixels * pixelBytes;
  for (let n = from; n < to; n++) {
    const image = dx + <usize>n * imageBytes;
    if (!keep) memory.fill(image, 0, imageBytes);
    for (let o = 0; o < outPixels; o++) {
      const at = <usize>(n * outPixels + o) * pixelBytes;
      for (let c: usize = 0; c < pixelBytes; c += 4) {
        const target = image + <usize>load<u32>(picks + at + c) * pixelBytes + c;
        store<f32>(target, load<f32>(target) + load<f32>(dy + at + c));
      }
    }
  }
}

/** Mean of each window; places in the padding count as zeros when `countPadding` is set. */
export function averagePool(op: usize, from: i32, to: i32): void {
  average(op, from, to, false);
}

export function averagePoolBackward(op: usize, from: i32, to: i32): void {
  average(op, from, to, true);
}

function average(op: usize, from: i32, to: i32, back: bool): void {
  const x = address(op, 0);
  const out = address(op, 1);
  const height = int(op, 3);
  const width = int(op, 4);
  const pixelBytes = address(op, 5);
  const kernelHeight = int(op, 6);
  const kernelWidth = int(op, 7);
  const stride = int(op, 8);
  const pad = int(op, 9);
  const outHeight = int(op, 10);
  const outWidth = int(op, 11);
  const countPadding = int(op, 12) != 0;
  const keep = int(op, 13) != 0;
  for (let n = from; n < to; n++) {
    const image = x + <usize>(n * height * width) * pixelBytes;
    if (back && !keep) memory.fill(image, 0, <usize>(height * width) * pixelBytes);
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = max(0, oy * stride - pad);
      const y1 = min(height, oy * stride - pad + kernelHeight);
      for (let ox = 0; ox < outWidth; ox++) {
        const x0 = max(0, ox * stride - pad);
        const x1 = min(width, ox * stride - pad + kernelWidth);
        const at = out + <usize>((n * outHeight + oy) * outWidth + ox) * pixelBytes;
        const count = countPadding ? kernelHeight * kernelWidth : (y1 - y0) * (x1 - x0);
        const share = f32x4.splat(<f32>1 / <f32>count);
        for (let c: usize = 0; c < pixelBytes; c += 16) {
          let sum = back ? f32x4.mul(v128.load(at + c), share) : f32x4.splat(0);
          for (let yy = y0; yy < y1; yy++) {
            for (let xx = x0; xx < x1; xx++) {
              const pixel = image + <usize>(yy * width + xx) * pixelBytes + c;
              if (back) v128.store(pixel, f32x4.add(v128.load(pixel), sum));
              else sum = f32x4.add(sum, v128.load(pixel));
            }
          }
          if (!back) v128.store(at + c, f32x4.mul(sum, share));
        }
      }
    }
  }
}
