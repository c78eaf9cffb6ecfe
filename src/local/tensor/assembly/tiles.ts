// Convolutions of 3 x 3 windows by fewer products (Winograd's minimal filtering): tiles of the image and the weights are
// turned into `points` x `points` numbers, whose products, place by place, are turned back into tiles of the output.
//
// Two schemes, applied along both axes. TILE_4: 4 outputs from 6 inputs by 6 products instead of 12, interpolation at 0, 1,
// -1, 2, -2 and infinity. TILE_2: a whole axis of 2 pixels, of whose 6 taps 2 lie in the padding, by 3 products instead of 4.
// Gradients go through the transposed matrices, so they take as few products.

import { address, int } from "./arguments";

// Matrices along one axis, for TILE_4; those for TILE_2 are 6 higher.
const INPUT: i32 = 0; // inputs -> points
const OUTPUT_BACK: i32 = 1; // gradient of outputs -> points
const OUTPUT: i32 = 2; // points -> outputs
const INPUT_BACK: i32 = 3; // points -> gradient of inputs
const WEIGHTS: i32 = 4; // 3 weights -> points
const WEIGHTS_BACK: i32 = 5; // points -> gradient of 3 weights

/** Bytes of channels that go through a tile at once. */
const LINE: usize = 64;
/** Bytes of one row of a tile of such lines in the work space, and of the work space of one run of units. */
const WORK_ROW: usize = 6 * LINE;
const WORK: usize = 4096;

// @ts-ignore: decorator
@inline
function times(v: v128, factor: f32): v128 {
  return f32x4.mul(v, f32x4.splat(factor));
}

/** One matrix times one vector of lines: `from` and `to` may be the same. */
function transform(matrix: i32, from: usize, step: usize, to: usize, toStep: usize, bytes: usize): void {
  const end = from + bytes;
  let p = from;
  let q = to;
  switch (matrix) {
    case INPUT:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        const v3 = v128.load(p + 3 * step);
        const v4 = v128.load(p + 4 * step);
        const v5 = v128.load(p + 5 * step);
        const a = f32x4.sub(v4, times(v2, 4));
        const b = f32x4.sub(v3, times(v1, 4));
        const c = f32x4.sub(v4, v2);
        const d = times(f32x4.sub(v3, v1), 2);
        v128.store(q, f32x4.add(f32x4.sub(times(v0, 4), times(v2, 5)), v4));
        v128.store(q + toStep, f32x4.add(a, b));
        v128.store(q + 2 * toStep, f32x4.sub(a, b));
        v128.store(q + 3 * toStep, f32x4.add(c, d));
        v128.store(q + 4 * toStep, f32x4.sub(c, d));
        v128.store(q + 5 * toStep, f32x4.add(f32x4.sub(times(v1, 4), times(v3, 5)), v5));
      }
      break;
    case OUTPUT_BACK:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        const v3 = v128.load(p + 3 * step);
        const a = f32x4.add(v0, v2);
        const b = f32x4.add(v1, v3);
        const c = f32x4.add(v0, times(v2, 4));
        const d = f32x4.add(times(v1, 2), times(v3, 8));
        v128.store(q, v0);
        v128.store(q + toStep, f32x4.add(a, b));
        v128.store(q + 2 * toStep, f32x4.sub(a, b));
        v128.store(q + 3 * toStep, f32x4.add(c, d));
        v128.store(q + 4 * toStep, f32x4.sub(c, d));
        v128.store(q + 5 * toStep, v3);
      }
      break;
    case OUTPUT:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        const v3 = v128.load(p + 3 * step);
        const v4 = v128.load(p + 4 * step);
        const v5 = v128.load(p + 5 * step);
        const a = f32x4.add(v1, v2);
        const b = f32x4.sub(v1, v2);
        const c = f32x4.add(v3, v4);
        const d = f32x4.sub(v3, v4);
        v128.store(q, f32x4.add(f32x4.add(v0, a), c));
        v128.store(q + toStep, f32x4.add(b, times(d, 2)));
        v128.store(q + 2 * toStep, f32x4.add(a, times(c, 4)));
        v128.store(q + 3 * toStep, f32x4.add(f32x4.add(b, times(d, 8)), v5));
      }
      break;
    case INPUT_BACK:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        const v3 = v128.load(p + 3 * step);
        const v4 = v128.load(p + 4 * step);
        const v5 = v128.load(p + 5 * step);
        const a = f32x4.add(v1, v2);
        const b = f32x4.sub(v1, v2);
        const c = f32x4.add(v3, v4);
        const d = times(f32x4.sub(v3, v4), 2);
        v128.store(q, times(v0, 4));
        v128.store(q + toStep, f32x4.sub(times(f32x4.sub(v5, b), 4), d));
        v128.store(q + 2 * toStep, f32x4.sub(f32x4.sub(times(v0, -5), times(a, 4)), c));
        v128.store(q + 3 * toStep, f32x4.sub(f32x4.add(b, d), times(v5, 5)));
        v128.store(q + 4 * toStep, f32x4.add(f32x4.add(v0, a), c));
        v128.store(q + 5 * toStep, v5);
      }
      break;
    case WEIGHTS:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        const a = times(f32x4.add(v0, v2), -1.0 / 6);
        const b = times(v1, 1.0 / 6);
        const c = f32x4.add(times(v0, 1.0 / 24), times(v2, 1.0 / 6));
        const d = times(v1, 1.0 / 12);
        v128.store(q, times(v0, 0.25));
        v128.store(q + toStep, f32x4.sub(a, b));
        v128.store(q + 2 * toStep, f32x4.add(a, b));
        v128.store(q + 3 * toStep, f32x4.add(c, d));
        v128.store(q + 4 * toStep, f32x4.sub(c, d));
        v128.store(q + 5 * toStep, v2);
      }
      break;
    case WEIGHTS_BACK:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        const v3 = v128.load(p + 3 * step);
        const v4 = v128.load(p + 4 * step);
        const v5 = v128.load(p + 5 * step);
        const a = times(f32x4.add(v1, v2), -1.0 / 6);
        const b = times(f32x4.sub(v2, v1), 1.0 / 6);
        const c = f32x4.add(v3, v4);
        const d = times(f32x4.sub(v3, v4), 1.0 / 12);
        v128.store(q, f32x4.add(f32x4.add(times(v0, 0.25), a), times(c, 1.0 / 24)));
        v128.store(q + toStep, f32x4.add(b, d));
        v128.store(q + 2 * toStep, f32x4.add(f32x4.add(a, times(c, 1.0 / 6)), v5));
      }
      break;
    case 6 + INPUT:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        v128.store(q, f32x4.add(v0, v1));
        v128.store(q + toStep, v1);
        v128.store(q + 2 * toStep, v0);
      }
      break;
    case 6 + OUTPUT_BACK:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        v128.store(q, f32x4.add(v0, v1));
        v128.store(q + toStep, v0);
        v128.store(q + 2 * toStep, v1);
      }
      break;
    case 6 + OUTPUT:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        v128.store(q, f32x4.add(v0, v1));
        v128.store(q + toStep, f32x4.add(v0, v2));
      }
      break;
    case 6 + INPUT_BACK:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        v128.store(q, f32x4.add(v0, v2));
        v128.store(q + toStep, f32x4.add(v0, v1));
      }
      break;
    case 6 + WEIGHTS:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        v128.store(q, v1);
        v128.store(q + toStep, f32x4.sub(v2, v1));
        v128.store(q + 2 * toStep, f32x4.sub(v0, v1));
      }
      break;
    case 6 + WEIGHTS_BACK:
      for (; p < end; p += 16, q += 16) {
        const v0 = v128.load(p);
        const v1 = v128.load(p + step);
        const v2 = v128.load(p + 2 * step);
        v128.store(q, v2);
        v128.store(q + toStep, f32x4.sub(f32x4.sub(v0, v1), v2));
        v128.store(q + 2 * toStep, v1);
      }
      break;
  }
}

/** Leaves the same memory however units are shared between threads. */
// @ts-ignore: decorator
@inline
function wipe(work: usize): void {
  memory.fill(work, 0, WORK);
}

/**
 * Images [image][y][x][channel] to points [point][tile][channel]. Units are images.
 *
 * A tile is `size` x `size` pixels, the next one begins `stride` pixels further, the first at `shift`; pixels outside count
 * as zeros.
 */
export function imagesToTiles(op: usize, from: i32, to: i32): void {
  const images = address(op, 0);
  const tiles = address(op, 1);
  const height = int(op, 2);
  const width = int(op, 3);
  const pixelBytes = address(op, 4);
  const matrix = int(op, 5);
  const points = int(op, 6);
  const size = int(op, 7);
  const stride = int(op, 8);
  const shift = int(op, 9);
  const down = int(op, 10);
  const across = int(op, 11);
  const pointBytes = address(op, 12);
  const work = address(op, 13) + <usize>from * WORK;
  for (let n = from; n < to; n++) {
    const image = images + <usize>(n * height * width) * pixelBytes;
    let tile = tiles + <usize>(n * down * across) * pixelBytes;
    for (let ty = 0; ty < down; ty++) {
      for (let tx = 0; tx < across; tx++, tile += pixelBytes) {
        for (let c: usize = 0; c < pixelBytes; c += LINE) {
          const bytes = min(LINE, pixelBytes - c);
          for (let j = 0; j < size; j++) {
            const x = tx * stride + shift + j;
            let at = work + <usize>j * LINE;
            for (let i = 0; i < size; i++, at += WORK_ROW) {
              const y = ty * stride + shift + i;
              if (<u32>x < <u32>width && <u32>y < <u32>height) {
                const pixel = image + <usize>(y * width + x) * pixelBytes + c;
                for (let k: usize = 0; k < bytes; k += 16) v128.store(at + k, v128.load(pixel + k));
              } else {
                for (let k: usize = 0; k < bytes; k += 16) v128.store(at + k, f32x4.splat(0));
              }
            }
            transform(matrix, work + <usize>j * LINE, WORK_ROW, work + <usize>j * LINE, WORK_ROW, bytes);
          }
          for (let i = 0; i < points; i++) {
            const row = tile + <usize>(i * points) * pointBytes + c;
            transform(matrix, work + <usize>i * WORK_ROW, LINE, row, pointBytes, bytes);
          }
        }
      }
    }
  }
  wipe(work);
}

/**
 * Points back to images: image = addend + bias + tiles. The addend may be the image itself, which may also be cleared first;
 * tiles may overlap then. Units are images.
 */
export function tilesToImages(op: usize, from: i32, to: i32): void {
  const images = address(op, 0);
  const tiles = address(op, 1);
  const height = int(op, 2);
  const width = int(op, 3);
  const pixelBytes = address(op, 4);
  const matrix = int(op, 5);
  const points = int(op, 6);
  const size = int(op, 7);
  const stride = int(op, 8);
  const shift = int(op, 9);
  const down = int(op, 10);
  const across = int(op, 11);
  const pointBytes = address(op, 12);
  const work = address(op, 13) + <usize>from * WORK;
  const addend = address(op, 14);
  const bias = address(op, 15);
  const clear = int(op, 16) != 0;
  const imageBytes = <usize>(height * width) * pixelBytes;
  for (let n = from; n < to; n++) {
    const offset = <usize>n * imageBytes;
    let tile = tiles + <usize>(n * down * across) * pixelBytes;
    if (clear) memory.fill(images + offset, 0, imageBytes);
    for (let ty = 0; ty < down; ty++) {
      for (let tx = 0; tx < across; tx++, tile += pixelBytes) {
        for (let c: usize = 0; c < pixelBytes; c += LINE) {
          const bytes = min(LINE, pixelBytes - c);
          for (let j = 0; j < points; j++) {
            const column = tile + <usize>j * pointBytes + c;
            transform(matrix, column, <usize>points * pointBytes, work + <usize>j * LINE, WORK_ROW, bytes);
          }
          for (let i = 0; i < size; i++) {
            const y = ty * stride + shift + i;
            if (<u32>y >= <u32>height) continue;
            const row = work + <usize>i * WORK_ROW;
            transform(matrix, row, LINE, row, LINE, bytes);
            for (let j = 0; j < size; j++) {
              const x = tx * stride + shift + j;
              if (<u32>x >= <u32>width) continue;
              const pixel = offset + <usize>(y * width + x) * pixelBytes + c;
              for (let k: usize = 0; k < bytes; k += 16) {
                let v = v128.load(row + <usize>j * LINE + k);
                if (addend != 0) v = f32x4.add(v128.load(addend + pixel + k), v);
                if (bias != 0) v = f32x4.add(v128.load(bias + c + k), v);
                v128.store(images + pixel + k, v);
              }
            }
          }
        }
      }
    }
  }
  wipe(work);
}

/** Weights [panel][3 x 3][input][8] to [panel][point][input][8], or the gradients back. Units are panels. */
export function weightsToTiles(op: usize, from: i32, to: i32): void {
  const source = address(op, 0);
  const target = address(op, 1);
  const depth = address(op, 2);
  const matrix = int(op, 3);
  const size = int(op, 4);
  const targetSize = int(op, 5);
  const work = address(op, 6) + <usize>from * WORK;
  for (let u = from; u < to; u++) {
    const read = source + <usize>(u * size * size) * depth;
    const write = target + <usize>(u * targetSize * targetSize) * depth;
    for (let k: usize = 0; k < depth; k += LINE) {
      for (let j = 0; j < size; j++)
        transform(matrix, read + <usize>j * depth + k, <usize>size * depth, work + <usize>j * LINE, WORK_ROW, LINE);
      for (let i = 0; i < targetSize; i++)
        transform(matrix, work + <usize>i * WORK_ROW, LINE, write + <usize>(i * targetSize) * depth + k, depth, LINE);
    }
  }
  wipe(work);
}
