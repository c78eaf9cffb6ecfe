// The recurrence of an LSTM layer. Rows of a batch do not meet, so each unit, a few rows, goes through all steps by itself.
//
// Arrays are [step][row][number]. The gates of a row are four blocks of `cells` numbers: input, forget, candidate, output.

import { address, int } from "./arguments";
import { sigmoid4, tanh4 } from "./math";
import { sumProducts } from "./products";

/** Rows of one unit. */
const ROWS: i32 = 8;

/**
 * Forward. `gates` receives the activated gates. Where a mask is 0, a state keeps
 * its last value (zoneout); `out` is the new hidden value either way, plus `residual` if there is one.
 */
export function lstm(op: usize, from: i32, to: i32): void {
  const steps = int(op, 0);
  const batch = int(op, 1);
  const cells = address(op, 2);
  const gates = address(op, 3);
  const weights = address(op, 4);
  const h0 = address(op, 5);
  const c0 = address(op, 6);
  const hidden = address(op, 7);
  const memories = address(op, 8);
  const tanhs = address(op, 9);
  const out = address(op, 10);
  const hMask = address(op, 11);
  const cMask = address(op, 12);
  const residual = address(op, 13);
  const inputs = address(op, 14);
  const inputBytes = address(op, 15);
  const inputWeights = address(op, 16);
  const bias = address(op, 17);
  const rowBytes = cells << 2;
  const gateBytes = cells << 4;
  const panels = <i32>(cells >> 1);
  const stepBytes = <usize>batch * rowBytes;
  for (let unit = from; unit < to; unit++) {
    const first = unit * ROWS;
    const last = min(first + ROWS, batch);
    let hBefore = h0;
    let cBefore = c0;
    for (let t = 0; t < steps; t++) {
      const at = <usize>t * stepBytes;
      const gatesAt = gates + (at << 2);
      const inputsAt = inputs + <usize>(t * batch) * inputBytes;
      sumProducts(
        inputsAt, inputBytes, inputWeights, hBefore, rowBytes, weights, bias, panels, gatesAt, gateBytes, first, last,
      );
      for (let r = first; r < last; r++) {
        const row = <usize>r * rowBytes;
        const gate = gatesAt + (row << 2);
        const place = at + row;
        for (let k: usize = 0; k < rowBytes; k += 16) {
          const g = gate + k;
          const i = sigmoid4(v128.load(g));
          const f = sigmoid4(v128.load(g + rowBytes));
          const a = tanh4(v128.load(g + 2 * rowBytes));
          const o = sigmoid4(v128.load(g + 3 * rowBytes));
          const before = v128.load(cBefore + row + k);
          let c = f32x4.add(f32x4.mul(f, before), f32x4.mul(i, a));
          const tanh = tanh4(c);
          let h = f32x4.mul(o, tanh);
          v128.store(g, i);
          v128.store(g + rowBytes, f);
          v128.store(g + 2 * rowBytes, a);
          v128.store(g + 3 * rowBytes, o);
          v128.store(tanhs + place + k, tanh);
          v128.store(out + place + k, residual != 0 ? f32x4.add(h, v128.load(residual + place + k)) : h);
          if (cMask != 0) c = v128.bitselect(c, before, v128.load(cMask + place + k));
          if (hMask != 0) h = v128.bitselect(h, v128.load(hBefore + row + k), v128.load(hMask + place + k));
          v128.store(memories + place + k, c);
          if (hidden != out) v128.store(hidden + place + k, h);
        }
      }
      hBefore = hidden + at;
      cBefore = memories + at;
    }
  }
}

/**
 * Backward through time: `gates` receives the gradient of the gates before their activation. `weights` are the transposed
 * recurrent ones; `dHidden` and `dMemory` have one row of cells for each row of the batch.
 */
export function lstmBackward(op: usize, from: i32, to: i32): void {
  const steps = int(op, 0);
  const batch = int(op, 1);
  const cells = address(op, 2);
  const gates = address(op, 3);
  const weights = address(op, 4);
  const dHidden = address(op, 5);
  const dMemory = address(op, 6);
  const c0 = address(op, 7);
  const memories = address(op, 8);
  const tanhs = address(op, 9);
  const dOut = address(op, 10);
  const hMask = address(op, 11);
  const cMask = address(op, 12);
  const rowBytes = cells << 2;
  const gateBytes = cells << 4;
  const panels = <i32>(cells >> 3);
  const stepBytes = <usize>batch * rowBytes;
  const one = f32x4.splat(1);
  for (let unit = from; unit < to; unit++) {
    const first = unit * ROWS;
    const last = min(first + ROWS, batch);
    memory.fill(dHidden + <usize>first * rowBytes, 0, <usize>(last - first) * rowBytes);
    memory.fill(dMemory + <usize>first * rowBytes, 0, <usize>(last - first) * rowBytes);
    for (let t = steps - 1; t >= 0; t--) {
      const at = <usize>t * stepBytes;
      const gatesAt = gates + (at << 2);
      const cBefore = t > 0 ? memories + at - stepBytes : c0;
      for (let r = first; r < last; r++) {
        const row = <usize>r * rowBytes;
        const gate = gatesAt + (row << 2);
        const place = at + row;
        for (let k: usize = 0; k < rowBytes; k += 16) {
          const g = gate + k;
          const i = v128.load(g);
          const f = v128.load(g + rowBytes);
          const a = v128.load(g + 2 * rowBytes);
          const o = v128.load(g + 3 * rowBytes);
          const tanh = v128.load(tanhs + place + k);
          let dh = v128.load(dHidden + row + k);
          let dc = v128.load(dMemory + row + k);
          let dhKept = f32x4.splat(0);
          let dcKept = dhKept;
          if (hMask != 0) {
            const mask = v128.load(hMask + place + k);
            dhKept = v128.andnot(dh, mask);
            dh = v128.and(dh, mask);
          }
          if (cMask != 0) {
            const mask = v128.load(cMask + place + k);
            dcKept = v128.andnot(dc, mask);
            dc = v128.and(dc, mask);
          }
          dh = f32x4.add(dh, v128.load(dOut + place + k));
          const slope = f32x4.mul(o, f32x4.sub(one, f32x4.mul(tanh, tanh)));
          dc = f32x4.add(dc, f32x4.mul(dh, slope));
          const di = f32x4.mul(f32x4.mul(dc, a), f32x4.mul(i, f32x4.sub(one, i)));
          const df = f32x4.mul(f32x4.mul(dc, v128.load(cBefore + row + k)), f32x4.mul(f, f32x4.sub(one, f)));
          const da = f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(a, a)));
          const dO = f32x4.mul(f32x4.mul(dh, tanh), f32x4.mul(o, f32x4.sub(one, o)));
          v128.store(g, di);
          v128.store(g + rowBytes, df);
          v128.store(g + 2 * rowBytes, da);
          v128.store(g + 3 * rowBytes, dO);
          v128.store(dMemory + row + k, f32x4.add(f32x4.mul(dc, f), dcKept));
          v128.store(dHidden + row + k, dhKept);
        }
      }
      if (t == 0) break;
      sumProducts(gatesAt, gateBytes, weights, 0, 0, 0, 0, panels, dHidden, rowBytes, first, last);
    }
  }
}
