// The two products that all layers are made of. Neither packs activations: rows are addressed one by one, through tables
// of byte offsets, so a convolution needs no im2col copy and never touches a tap that lies in the padding.
//
// Weights lie in panels of 8 outputs: [panel][tap][depth][8]. Depths are multiples of 4, padded with zeros.

/** `i`th word behind `at`. */
// @ts-ignore: decorator
@inline
function word(at: usize, i: i32): usize {
  return <usize>load<u32>(at + (<usize>i << 2));
}

/**
 * For each row r in [from, to): out[r][0..8) = start + sum over taps t and k of a[r + t][k] * b[t][k][0..8).
 *
 * `start` is addend[r], which may be `out` itself, plus the 8 numbers at `bias`; each may be missing (0). The sum runs over taps and k in
 * order, whatever the rows are: bits do not depend on how rows and panels are shared between threads.
 *
 * @param aRows - byte offset of each row from `a`; 0: rows are `aStride` bytes apart
 * @param taps - pairs (byte offset from a row's address, byte offset from `b`)
 * @param depth - bytes of one tap of one row
 * @param outRows - byte offset of each row from `out`; 0: rows are `outStride` bytes apart
 * @param half - only the first 4 outputs are written
 */
export function gatherProduct(
  a: usize, aRows: usize, aStride: usize, taps: usize, tapCount: i32, depth: usize, b: usize,
  out: usize, outRows: usize, outStride: usize, addend: usize, bias: usize, from: i32, to: i32, half: bool,
): void {
  const tapsEnd = taps + (<usize>tapCount << 3);
  const last = to - 1;
  for (let r = from; r < to; r += 4) {
    const r1 = min(r + 1, last);
    const r2 = min(r + 2, last);
    const r3 = min(r + 3, last);
    let p0: usize, p1: usize, p2: usize, p3: usize;
    if (aRows != 0) {
      p0 = a + word(aRows, r);
      p1 = a + word(aRows, r1);
      p2 = a + word(aRows, r2);
      p3 = a + word(aRows, r3);
    } else {
      p0 = a + <usize>r * aStride;
      p1 = a + <usize>r1 * aStride;
      p2 = a + <usize>r2 * aStride;
      p3 = a + <usize>r3 * aStride;
    }
    let o0: usize, o1: usize, o2: usize, o3: usize;
    if (outRows != 0) {
      o0 = word(outRows, r);
      o1 = word(outRows, r1);
      o2 = word(outRows, r2);
      o3 = word(outRows, r3);
    } else {
      o0 = <usize>r * outStride;
      o1 = <usize>r1 * outStride;
      o2 = <usize>r2 * outStride;
      o3 = <usize>r3 * outStride;
    }
    let c00: v128, c01: v128, c10: v128, c11: v128, c20: v128, c21: v128, c30: v128, c31: v128;
    if (addend != 0) {
      c00 = v128.load(addend + o0);
      c10 = v128.load(addend + o1);
      c20 = v128.load(addend + o2);
      c30 = v128.load(addend + o3);
      if (half) {
        c01 = f32x4.splat(0);
        c11 = c01;
        c21 = c01;
        c31 = c01;
      } else {
        c01 = v128.load(addend + o0, 16);
        c11 = v128.load(addend + o1, 16);
        c21 = v128.load(addend + o2, 16);
        c31 = v128.load(addend + o3, 16);
      }
      if (bias != 0) {
        const b0 = v128.load(bias);
        const b1 = v128.load(bias, 16);
        c00 = f32x4.add(c00, b0);
        c01 = f32x4.add(c01, b1);
        c10 = f32x4.add(c10, b0);
        c11 = f32x4.add(c11, b1);
        c20 = f32x4.add(c20, b0);
        c21 = f32x4.add(c21, b1);
        c30 = f32x4.add(c30, b0);
        c31 = f32x4.add(c31, b1);
      }
    } else if (bias != 0) {
      c00 = v128.load(bias);
      c01 = v128.load(bias, 16);
      c10 = c00;
      c11 = c01;
      c20 = c00;
      c21 = c01;
      c30 = c00;
      c31 = c01;
    } else {
      c00 = f32x4.splat(0);
      c01 = c00;
      c10 = c00;
      c11 = c00;
      c20 = c00;
      c21 = c00;
      c30 = c00;
      c31 = c00;
    }
    for (let t = taps; t < tapsEnd; t += 8) {
      const move = <usize>load<u32>(t);
      let bp = b + <usize>load<u32>(t, 4);
      let q0 = p0 + move;
      let q1 = p1 + move;
      let q2 = p2 + move;
      let q3 = p3 + move;
      for (const end = q0 + depth; q0 < end; ) {
        let b0 = v128.load(bp);
        let b1 = v128.load(bp, 16);
        let s = v128.load32_splat(q0);
        c00 = f32x4.add(c00, f32x4.mul(s, b0));
        c01 = f32x4.add(c01, f32x4.mul(s, b1));
        s = v128.load32_splat(q1);
        c10 = f32x4.add(c10, f32x4.mul(s, b0));
        c11 = f32x4.add(c11, f32x4.mul(s, b1));
        s = v128.load32_splat(q2);
        c20 = f32x4.add(c20, f32x4.mul(s, b0));
        c21 = f32x4.add(c21, f32x4.mul(s, b1));
        s = v128.load32_splat(q3);
        c30 = f32x4.add(c30, f32x4.mul(s, b0));
        c31 = f32x4.add(c31, f32x4.mul(s, b1));

        b0 = v128.load(bp, 32);
        b1 = v128.load(bp, 48);
        s = v128.load32_splat(q0, 4);
        c00 = f32x4.add(c00, f32x4.mul(s, b0));
        c01 = f32x4.add(c01, f32x4.mul(s, b1));
        s = v128.load32_splat(q1, 4);
        c10 = f32x4.add(c10, f32x4.mul(s, b0));
        c11 = f32x4.add(c11, f32x4.mul(s, b1));
        s = v128.load32_splat(q2, 4);
        c20 = f32x4.add(c20, f32x4.mul(s, b0));
        c21 = f32x4.add(c21, f32x4.mul(s, b1));
        s = v128.load32_splat(q3, 4);
        c30 = f32x4.add(c30, f32x4.mul(s, b0));
        c31 = f32x4.add(c31, f32x4.mul(s, b1));

        b0 = v128.load(bp, 64);
        b1 = v128.load(bp, 80);
        s = v128.load32_splat(q0, 8);
        c00 = f32x4.add(c00, f32x4.mul(s, b0));
        c01 = f32x4.add(c01, f32x4.mul(s, b1));
        s = v128.load32_splat(q1, 8);
        c10 = f32x4.add(c10, f32x4.mul(s, b0));
        c11 = f32x4.add(c11, f32x4.mul(s, b1));
        s = v128.load32_splat(q2, 8);
        c20 = f32x4.add(c20, f32x4.mul(s, b0));
        c21 = f32x4.add(c21, f32x4.mul(s, b1));
        s = v128.load32_splat(q3, 8);
        c30 = f32x4.add(c30, f32x4.mul(s, b0));
        c31 = f32x4.add(c31, f32x4.mul(s, b1));

        b0 = v128.load(bp, 96);
        b1 = v128.load(bp, 112);
        s = v128.load32_splat(q0, 12);
        c00 = f32x4.add(c00, f32x4.mul(s, b0));
        c01 = f32x4.add(c01, f32x4.mul(s, b1));
        s = v128.load32_splat(q1, 12);
        c10 = f32x4.add(c10, f32x4.mul(s, b0));
        c11 = f32x4.add(c11, f32x4.mul(s, b1));
        s = v128.load32_splat(q2, 12);
        c20 = f32x4.add(c20, f32x4.mul(s, b0));
        c21 = f32x4.add(c21, f32x4.mul(s, b1));
        s = v128.load32_splat(q3, 12);
        c30 = f32x4.add(c30, f32x4.mul(s, b0));
        c31 = f32x4.add(c31, f32x4.mul(s, b1));

        q0 += 16;
        q1 += 16;
        q2 += 16;
        q3 += 16;
        bp += 128;
      }
    }
    // Rows past the end repeat the last one and hold the same values.
    v128.store(out + o0, c00);
    v128.store(out + o1, c10);
    v128.store(out + o2, c20);
    v128.store(out + o3, c30);
    if (!half) {
      v128.store(out + o0, c01, 16);
      v128.store(out + o1, c11, 16);
      v128.store(out + o2, c21, 16);
      v128.store(out + o3, c31, 16);
    }
  }
}

/**
 * One tile of A^T * D: out[0..4)[0..8) = start + sum over rows r of a[r][0..4) * d[r][0..8), where out is 4 x 8 numbers in
 * one piece. `segments` lists (aRows, dRows, count) triples of words: the tables of offsets of the rows, in order.
 */
export function outerTile(a: usize, d: usize, segments: usize, segmentCount: i32, out: usize, add: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (add) {
    c00 = v128.load(out);
    c01 = v128.load(out, 16);
    c10 = v128.load(out, 32);
    c11 = v128.load(out, 48);
    c20 = v128.load(out, 64);
    c21 = v128.load(out, 80);
    c30 = v128.load(out, 96);
    c31 = v128.load(out, 112);
  }
  for (let i = 0; i < segmentCount; i++) {
    let aRow = word(segments, 3 * i);
    let dRow = word(segments, 3 * i + 1);
    for (const end = aRow + (word(segments, 3 * i + 2) << 2); aRow < end; ) {
      const q = a + <usize>load<u32>(aRow);
      const p = d + <usize>load<u32>(dRow);
      const b0 = v128.load(p);
      const b1 = v128.load(p, 16);
      let s = v128.load32_splat(q);
      c00 = f32x4.add(c00, f32x4.mul(s, b0));
      c01 = f32x4.add(c01, f32x4.mul(s, b1));
      s = v128.load32_splat(q, 4);
      c10 = f32x4.add(c10, f32x4.mul(s, b0));
      c11 = f32x4.add(c11, f32x4.mul(s, b1));
      s = v128.load32_splat(q, 8);
      c20 = f32x4.add(c20, f32x4.mul(s, b0));
      c21 = f32x4.add(c21, f32x4.mul(s, b1));
      s = v128.load32_splat(q, 12);
      c30 = f32x4.add(c30, f32x4.mul(s, b0));
      c31 = f32x4.add(c31, f32x4.mul(s, b1));
      aRow += 4;
      dRow += 4;
    }
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out, c10, 32);
  v128.store(out, c11, 48);
  v128.store(out, c20, 64);
  v128.store(out, c21, 80);
  v128.store(out, c30, 96);
  v128.store(out, c31, 112);
}

/**
 * out = start + a * b + c * d for rows [from, to), at least one, and all panels: the small products of a recurrence, where the
 * preparations of {@link gatherProduct} would cost as much as the sums. `start` is the numbers at `bias`, or what `out` holds
 * if that is 0. The rows of `a` and `c` lie in one piece; without `c` its depth is 0.
 */
export function sumProducts(
  a: usize, aDepth: usize, b: usize, c: usize, cDepth: usize, d: usize, bias: usize, panels: i32,
  out: usize, outStride: usize, from: i32, to: i32,
): void {
  const last = to - 1;
  for (let panel = 0; panel < panels; panel++) {
    const column = out + (<usize>panel << 5);
    for (let r = from; r < to; r += 4) {
      const r1 = min(r + 1, last);
      const r2 = min(r + 2, last);
      const r3 = min(r + 3, last);
      const o0 = column + <usize>r * outStride;
      const o1 = column + <usize>r1 * outStride;
      const o2 = column + <usize>r2 * outStride;
      const o3 = column + <usize>r3 * outStride;
      let c00: v128, c01: v128, c10: v128, c11: v128, c20: v128, c21: v128, c30: v128, c31: v128;
      if (bias != 0) {
        c00 = v128.load(bias + (<usize>panel << 5));
        c01 = v128.load(bias + (<usize>panel << 5), 16);
        c10 = c00;
        c11 = c01;
        c20 = c00;
        c21 = c01;
        c30 = c00;
        c31 = c01;
      } else {
        c00 = v128.load(o0);
        c01 = v128.load(o0, 16);
        c10 = v128.load(o1);
        c11 = v128.load(o1, 16);
        c20 = v128.load(o2);
        c21 = v128.load(o2, 16);
        c30 = v128.load(o3);
        c31 = v128.load(o3, 16);
      }
      let rows = a;
      let depth = aDepth;
      let bp = b + (<usize>panel * aDepth << 3);
      for (;;) {
        let q0 = rows + <usize>r * depth;
        let q1 = rows + <usize>r1 * depth;
        let q2 = rows + <usize>r2 * depth;
        let q3 = rows + <usize>r3 * depth;
        for (const end = q0 + depth; q0 < end; ) {
          let b0: v128, b1: v128, s: v128;
          b0 = v128.load(bp, 0);
          b1 = v128.load(bp, 16);
          s = v128.load32_splat(q0, 0);
          c00 = f32x4.add(c00, f32x4.mul(s, b0));
          c01 = f32x4.add(c01, f32x4.mul(s, b1));
          s = v128.load32_splat(q1, 0);
          c10 = f32x4.add(c10, f32x4.mul(s, b0));
          c11 = f32x4.add(c11, f32x4.mul(s, b1));
          s = v128.load32_splat(q2, 0);
          c20 = f32x4.add(c20, f32x4.mul(s, b0));
          c21 = f32x4.add(c21, f32x4.mul(s, b1));
          s = v128.load32_splat(q3, 0);
          c30 = f32x4.add(c30, f32x4.mul(s, b0));
          c31 = f32x4.add(c31, f32x4.mul(s, b1));
          b0 = v128.load(bp, 32);
          b1 = v128.load(bp, 48);
          s = v128.load32_splat(q0, 4);
          c00 = f32x4.add(c00, f32x4.mul(s, b0));
          c01 = f32x4.add(c01, f32x4.mul(s, b1));
          s = v128.load32_splat(q1, 4);
          c10 = f32x4.add(c10, f32x4.mul(s, b0));
          c11 = f32x4.add(c11, f32x4.mul(s, b1));
          s = v128.load32_splat(q2, 4);
          c20 = f32x4.add(c20, f32x4.mul(s, b0));
          c21 = f32x4.add(c21, f32x4.mul(s, b1));
          s = v128.load32_splat(q3, 4);
          c30 = f32x4.add(c30, f32x4.mul(s, b0));
          c31 = f32x4.add(c31, f32x4.mul(s, b1));
          b0 = v128.load(bp, 64);
          b1 = v128.load(bp, 80);
          s = v128.load32_splat(q0, 8);
          c00 = f32x4.add(c00, f32x4.mul(s, b0));
          c01 = f32x4.add(c01, f32x4.mul(s, b1));
          s = v128.load32_splat(q1, 8);
          c10 = f32x4.add(c10, f32x4.mul(s, b0));
          c11 = f32x4.add(c11, f32x4.mul(s, b1));
          s = v128.load32_splat(q2, 8);
          c20 = f32x4.add(c20, f32x4.mul(s, b0));
          c21 = f32x4.add(c21, f32x4.mul(s, b1));
          s = v128.load32_splat(q3, 8);
          c30 = f32x4.add(c30, f32x4.mul(s, b0));
          c31 = f32x4.add(c31, f32x4.mul(s, b1));
          b0 = v128.load(bp, 96);
          b1 = v128.load(bp, 112);
          s = v128.load32_splat(q0, 12);
          c00 = f32x4.add(c00, f32x4.mul(s, b0));
          c01 = f32x4.add(c01, f32x4.mul(s, b1));
          s = v128.load32_splat(q1, 12);
          c10 = f32x4.add(c10, f32x4.mul(s, b0));
          c11 = f32x4.add(c11, f32x4.mul(s, b1));
          s = v128.load32_splat(q2, 12);
          c20 = f32x4.add(c20, f32x4.mul(s, b0));
          c21 = f32x4.add(c21, f32x4.mul(s, b1));
          s = v128.load32_splat(q3, 12);
          c30 = f32x4.add(c30, f32x4.mul(s, b0));
          c31 = f32x4.add(c31, f32x4.mul(s, b1));
          q0 += 16;
          q1 += 16;
          q2 += 16;
          q3 += 16;
          bp += 128;
        }
        if (rows == c || cDepth == 0) break;
        rows = c;
        depth = cDepth;
        bp = d + (<usize>panel * cDepth << 3);
      }
      v128.store(o0, c00);
      v128.store(o0, c01, 16);
      v128.store(o1, c10);
      v128.store(o1, c11, 16);
      v128.store(o2, c20);
      v128.store(o2, c21, 16);
      v128.store(o3, c30);
      v128.store(o3, c31, 16);
    }
  }
}
