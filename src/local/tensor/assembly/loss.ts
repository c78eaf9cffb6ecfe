// Losses over rows of scores. Units are rows. With targets, the loss of each row goes to
// `losses` and its gradient to `gradient` (0: none).

import { address, float, int } from "./arguments";
import { exp1, log1 } from "./math";

/** Softmax; with `labels`, also cross entropy against one class number for each row. */
export function softmax(op: usize, from: i32, to: i32): void {
  const scores = address(op, 0);
  const probabilities = address(op, 1);
  const labels = address(op, 2);
  const gradient = address(op, 3);
  const losses = address(op, 4);
  const classes = int(op, 5);
  const rowBytes = address(op, 6);
  const factor = float(op, 7);
  for (let r = from; r < to; r++) {
    const row = scores + <usize>r * rowBytes;
    const out = probabilities + <usize>r * rowBytes;
    const end = <usize>classes << 2;
    let best: f32 = load<f32>(row);
    for (let c: usize = 4; c < end; c += 4) best = max(best, load<f32>(row + c));
    let sum: f32 = 0;
    for (let c: usize = 0; c < end; c += 4) {
      const e = exp1(load<f32>(row + c) - best);
      store<f32>(out + c, e);
      sum += e;
    }
    if (labels != 0) {
      const label = load<i32>(labels + (<usize>r << 2));
      // The score, not the probability: that one can round to 0.
      store<f32>(losses + (<usize>r << 2), log1(sum) - (load<f32>(row + (<usize>label << 2)) - best));
    }
    const inverse: f32 = <f32>1 / sum;
    for (let c: usize = 0; c < end; c += 4) store<f32>(out + c, load<f32>(out + c) * inverse);
    if (gradient != 0) {
      const to = gradient + <usize>r * rowBytes;
      const label = load<i32>(labels + (<usize>r << 2));
      for (let c: usize = 0; c < end; c += 4) {
        store<f32>(to + c, (load<f32>(out + c) - (c >> 2 == <usize>label ? <f32>1 : <f32>0)) * factor);
      }
      for (let c = end; c < rowBytes; c += 4) store<f32>(to + c, 0);
    }
  }
}

/** Sigmoid of each score; with `targets`, also binary cross entropy against targets, each class with its weight. */
export function sigmoid(op: usize, from: i32, to: i32): void {
  const scores = address(op, 0);
  const probabilities = address(op, 1);
  const targets = address(op, 2);
  const gradient = address(op, 3);
  const losses = address(op, 4);
  const classes = int(op, 5);
  const rowBytes = address(op, 6);
  const factor = float(op, 7);
  const weights = address(op, 8);
  for (let r = from; r < to; r++) {
    const at = <usize>r * rowBytes;
    const end = <usize>classes << 2;
    let total: f32 = 0;
    for (let c: usize = 0; c < end; c += 4) {
      const s = load<f32>(scores + at + c);
      const e = exp1(-abs(s));
      const p: f32 = s >= 0 ? <f32>1 / (1 + e) : e / (1 + e);
      store<f32>(probabilities + at + c, p);
      if (targets != 0) {
        const target = load<f32>(targets + at + c);
        const weight = load<f32>(weights + c);
        total += weight * (max<f32>(s, 0) - s * target + log1(1 + e));
        if (gradient != 0) store<f32>(gradient + at + c, weight * (p - target) * factor);
      }
    }
    if (targets != 0) store<f32>(losses + (<usize>r << 2), total);
    if (gradient != 0) {
      for (let c = end; c < rowBytes; c += 4) store<f32>(gradient + at + c, 0);
    }
  }
}
