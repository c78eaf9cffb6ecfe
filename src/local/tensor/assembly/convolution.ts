import { address, int } from "./arguments";
import { gatherProduct, outerTile } from "./products";

/** Bytes of one row, over the taps of one block: 768 numbers, so that a panel of weights stays in the first cache. */
const BLOCK: i32 = 3072;
/** Bytes of the rows of one block. */
const ROWS: i32 = 131072;
/** Bytes of panels that stay in the first cache beside a few rows, and that number of rows. */
const PANELS: i32 = 28672;
const FEW_ROWS: i32 = 16;

/**
 * Rows times weights, for groups of rows that have the same taps. Units are panels of 8 outputs.
 *
 * Each group is 5 words: taps, address of the taps, rows of one image, address of the tables of row offsets (input,
 * output; both 0 when rows are simply strides apart).
 */
export function gather(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const groups = address(op, 1);
  const groupCount = int(op, 2);
  const batch = int(op, 3);
  const depth = int(op, 4);
  const weights = address(op, 5);
  const panelBytes = address(op, 6);
  const out = address(op, 7);
  const addend = address(op, 8);
  const bias = address(op, 9);
  const columns = int(op, 10);
  const aStride = address(op, 11);
  const outStride = address(op, 12);
  const tapsAtOnce = max(1, BLOCK / depth);
  for (let g = 0; g < groupCount; g++) {
    const group = groups + <usize>g * 20;
    const tapCount = load<i32>(group);
    const taps = <usize>load<u32>(group, 4);
    const rows = load<i32>(group, 8) * batch;
    const aRows = <usize>load<u32>(group, 12);
    const outRows = <usize>load<u32>(group, 16);
    // Where several whole panels fit into the cache, rows of the output are written in one go; else a panel meets many rows.
    const together = PANELS / (max(1, min(tapCount, tapsAtOnce)) * depth << 3);
    const unitsAtOnce = together >= 4 ? together : to - from;
    const rowsAtOnce = together >= 4 ? FEW_ROWS : max(16, (ROWS / depth) & ~3);
    for (let first = from; first < to; first += unitsAtOnce) {
      const last = min(to, first + unitsAtOnce);
      for (let row = 0; row < rows; row += rowsAtOnce) {
        const rowsEnd = min(rows, row + rowsAtOnce);
        let tap = 0;
        do {
          const count = min(tapsAtOnce, tapCount - tap);
          for (let u = first; u < last; u++) {
            const at = <usize>u << 5;
            const start = tap > 0 ? out + at : addend != 0 ? addend + at : 0;
            gatherProduct(
              a, aRows, aStride, taps + (<usize>tap << 3), count, depth, weights + <usize>u * panelBytes, out + at, outRows,
              outStride, start, bias != 0 && tap == 0 ? bias + at : 0, row, rowsEnd, columns - (u << 3) < 8,
            );
          }
          tap += count;
        } while (tap < tapCount);
      }
    }
  }
}

/**
 * Gradient of the weights of {@link gather}. Units are panels of 8 outputs.
 *
 * Each block is 5 words: number of the tap, byte offset of the tap from a row, address of the segments, their count, and
 * whether it adds to an earlier block of the same tap.
 */
export function outer(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const d = address(op, 1);
  const blocks = address(op, 2);
  const blockCount = int(op, 3);
  const depth = address(op, 4);
  const gradient = address(op, 5);
  const panelBytes = address(op, 6);
  const accumulate = int(op, 7) != 0;
  for (let i = 0; i < blockCount; i++) {
    const block = blocks + <usize>i * 20;
    const tap = <usize>load<u32>(block);
    const move = <usize>load<u32>(block, 4);
    const segments = <usize>load<u32>(block, 8);
    const count = load<i32>(block, 12);
    const add = accumulate || load<i32>(block, 16) != 0;
    for (let u = from; u < to; u++) {
      const out = gradient + <usize>u * panelBytes + tap * depth * 8;
      const dAt = d + (<usize>u << 5);
      for (let k: usize = 0; k < depth; k += 16) outerTile(a + move + k, dAt, segments, count, out + k * 8, add);
    }
  }
}

// @ts-ignore: decorator
@inline
function transpose4(from: usize, rowBytes: usize, to: usize, toBytes: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + rowBytes);
  const c = v128.load(from + 2 * rowBytes);
  const d = v128.load(from + 3 * rowBytes);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(to + toBytes, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(to + 2 * toBytes, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(to + 3 * toBytes, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}

/**
 * Turns weights [panel of outputs][tap][input][8] into [panel of inputs][listed tap][output][8], for the product with
 * the gradient of the outputs. Units are panels of 8 inputs.
 */
export function transposeWeights(op: usize, from: i32, to: i32): void {
  const weights = address(op, 0);
  const target = address(op, 1);
  const tapList = address(op, 2);
  const tapCount = int(op, 3);
  const inputs = int(op, 4);
  const outPanels = int(op, 5);
  const taps = int(op, 6);
  const depth = <usize>inputs << 5;
  for (let u = from; u < to; u++) {
    const half = inputs - (u << 3) < 8;
    for (let t = 0; t < tapCount; t++) {
      const tap = <usize>load<u32>(tapList + (<usize>t << 2));
      let write = target + ((<usize>u * tapCount + t) * outPanels << 8);
      for (let p = 0; p < outPanels; p++) {
        const read = weights + (<usize>p * taps + tap) * depth + (<usize>u << 8);
        transpose4(read, 32, write, 32);
        transpose4(read + 16, 32, write + 128, 32);
        if (half) {
          for (let k: usize = 16; k < 256; k += 32) v128.store(write + k, f32x4.splat(0));
        } else {
          transpose4(read + 128, 32, write + 16, 32);
          transpose4(read + 144, 32, write + 144, 32);
        }
        write += 256;
      }
    }
  }
}

/** Spreads the windows of images out as rows [ky][kx][channel], or adds such rows back. Units are images. */
function columns(op: usize, from: i32, to: i32, back: bool): void {
  const images = address(op, 0);
  const cols = address(op, 1);
  const height = int(op, 2);
  const width = int(op, 3);
  const pixelBytes = address(op, 4);
  const channels = int(op, 5);
  const kernelHeight = int(op, 6);
  const kernelWidth = int(op, 7);
  const stride = int(op, 8);
  const pad = int(op, 9);
  const outHeight = int(op, 10);
  const outWidth = int(op, 11);
  const rowBytes = address(op, 12);
  const keep = int(op, 13) != 0;
  const imageBytes = <usize>(height * width) * pixelBytes;
  for (let n = from; n < to; n++) {
    const image = images + <usize>n * imageBytes;
    let row = cols + <usize>(n * outHeight * outWidth) * rowBytes;
    if (back && !keep) memory.fill(image, 0, imageBytes);
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++, row += rowBytes) {
        let at = row;
        for (let ky = 0; ky < kernelHeight; ky++) {
          const y = oy * stride - pad + ky;
          for (let kx = 0; kx < kernelWidth; kx++) {
            const x = ox * stride - pad + kx;
            const inside = <u32>y < <u32>height && <u32>x < <u32>width;
            const pixel = image + <usize>(y * width + x) * pixelBytes;
            for (let c = 0; c < channels; c++, at += 4) {
              const p = pixel + (<usize>c << 2);
              if (!back) store<f32>(at, inside ? load<f32>(p) : 0);
              else if (inside) store<f32>(p, load<f32>(p) + load<f32>(at));
            }
          }
        }
        if (!back) for (; at < row + rowBytes; at += 4) store<f32>(at, 0);
      }
    }
  }
}

export function imagesToColumns(op: usize, from: i32, to: i32): void {
  columns(op, from, to, false);
}

export function columnsToImages(op: usize, from: i32, to: i32): void {
  columns(op, from, to, true);
}

/** Sums of the columns of a matrix, in blocks of rows. Units are 4 columns. */
export function columnSums(op: usize, from: i32, to: i32): void {
  const a = address(op, 0);
  const rows = int(op, 1);
  const stride = address(op, 2);
  const out = address(op, 3);
  const accumulate = int(op, 4) != 0;
  for (let u = from; u < to; u++) {
    const column = a + (<usize>u << 4);
    let total = accumulate ? v128.load(out + (<usize>u << 4)) : f32x4.splat(0);
    for (let row = 0; row < rows; row += 64) {
      let sum = f32x4.splat(0);
      const end = min(rows, row + 64);
      for (let r = row; r < end; r++) sum = f32x4.add(sum, v128.load(column + <usize>r * stride));
      total = f32x4.add(total, sum);
    }
    v128.store(out + (<usize>u << 4), total);
  }
}
