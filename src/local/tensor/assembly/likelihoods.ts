// Negative log likelihoods of targets under distributions whose raw parameters a network gives, one row for each target.
// Real-valued targets are taken divided by the scale of their row; the loss counts that division. Units are rows.

import { address, float, int } from "./arguments";
import { digamma, log, log1p, logGamma, logistic, softplus } from "./special";

const GAUSSIAN: i32 = 0;
const STUDENT_T: i32 = 1;
const NEGATIVE_BINOMIAL: i32 = 2;
const BETA: i32 = 3;
const L1: i32 = 4;

/** Keeps positive parameters off 0. */
const FLOOR: f64 = 1e-6;
const HALF_LOG_TWO_PI: f64 = 0.91893853320467274178;

/** Losses times weights, and their gradient times `factor` in the place of the raw parameters' gradient. */
export function likelihood(op: usize, from: i32, to: i32): void {
  const kind = int(op, 0);
  const raw = address(op, 1);
  const gradient = address(op, 2);
  const targets = address(op, 3);
  const weights = address(op, 4);
  const scales = address(op, 5);
  const losses = address(op, 6);
  const rowBytes = address(op, 7);
  const batch = int(op, 8);
  const factor = <f64>float(op, 9);
  for (let r = from; r < to; r++) {
    const y = raw + <usize>r * rowBytes;
    const g = gradient + <usize>r * rowBytes;
    const i = <usize>r << 2;
    const weight = <f64>load<f32>(weights + i);
    memory.fill(g, 0, rowBytes);
    // What a missing target holds does not matter.
    if (weight == 0) {
      store<f32>(losses + i, 0);
      continue;
    }
    const z = <f64>load<f32>(targets + i);
    const scale = <f64>load<f32>(scales + (<usize>(r % batch) << 2));
    const y0 = <f64>load<f32>(y);
    const y1 = <f64>load<f32>(y, 4);
    let loss: f64 = 0;
    let d0: f64 = 0;
    let d1: f64 = 0;
    let d2: f64 = 0;
    if (kind == GAUSSIAN) {
      const sigma = softplus(y1) + FLOOR;
      const u = (z / scale - y0) / sigma;
      loss = log(sigma) + log(scale) + HALF_LOG_TWO_PI + 0.5 * u * u;
      d0 = -u / sigma;
      d1 = ((1 - u * u) / sigma) * logistic(y1);
    } else if (kind == STUDENT_T) {
      const y2 = <f64>load<f32>(y, 8);
      const sigma = softplus(y1) + FLOOR;
      const nu = 2 + softplus(y2);
      const u = (z / scale - y0) / sigma;
      const q = (u * u) / nu;
      const log1 = log1p(q);
      loss =
        logGamma(nu / 2) - logGamma((nu + 1) / 2) + 0.5 * log(nu * 3.14159265358979323846) +
        log(sigma) + log(scale) + 0.5 * (nu + 1) * log1;
      const pull = ((nu + 1) * u) / (nu * (1 + q));
      d0 = -pull / sigma;
      d1 = ((1 - pull * u) / sigma) * logistic(y1);
      const dNu =
        0.5 * (digamma(nu / 2) - digamma((nu + 1) / 2) + 1 / nu + log1) - (0.5 * (nu + 1) * q) / (nu * (1 + q));
      d2 = dNu * logistic(y2);
    } else if (kind == NEGATIVE_BINOMIAL) {
      const mu = (softplus(y0) + FLOOR) * scale;
      const alpha = softplus(y1) + FLOOR;
      const n = 1 / alpha;
      const am = alpha * mu;
      const log1 = log1p(am);
      loss = n * log1 - z * (log(am) - log1) - logGamma(z + n) + logGamma(z + 1) + logGamma(n);
      d0 = ((mu - z) / (mu * (1 + am))) * scale * logistic(y0);
      const dAlpha = n * n * (digamma(z + n) - digamma(n) - log1) + (mu - z) / (alpha * (1 + am));
      d1 = dAlpha * logistic(y1);
    } else if (kind == BETA) {
      const a = softplus(y0) + FLOOR;
      const b = softplus(y1) + FLOOR;
      const x = min(max(z, FLOOR), 1 - FLOOR);
      const logX = log(x);
      const logRest = log1p(-x);
      loss = logGamma(a) + logGamma(b) - logGamma(a + b) - (a - 1) * logX - (b - 1) * logRest;
      const both = digamma(a + b);
      d0 = (digamma(a) - both - logX) * logistic(y0);
      d1 = (digamma(b) - both - logRest) * logistic(y1);
    } else if (kind == L1) {
      const error = y0 - z / scale;
      loss = abs<f64>(error);
      d0 = error > 0 ? 1 : error < 0 ? -1 : 0;
    }
    store<f32>(losses + i, <f32>(loss * weight));
    store<f32>(g, <f32>(d0 * weight * factor));
    if (kind != L1) store<f32>(g, <f32>(d1 * weight * factor), 4);
    if (kind == STUDENT_T) store<f32>(g, <f32>(d2 * weight * factor), 8);
  }
}

/** The distributions' own parameters, in the units of the targets, at `out`: rows of `count` float32 in one piece. */
export function distributions(op: usize, from: i32, to: i32): void {
  const kind = int(op, 0);
  const raw = address(op, 1);
  const out = address(op, 2);
  const scales = address(op, 3);
  const rowBytes = address(op, 4);
  const count = address(op, 5);
  for (let r = from; r < to; r++) {
    const y = raw + <usize>r * rowBytes;
    const p = out + (<usize>r * count << 2);
    const scale = <f64>load<f32>(scales + (<usize>r << 2));
    const y0 = <f64>load<f32>(y);
    const y1 = <f64>load<f32>(y, 4);
    if (kind == GAUSSIAN || kind == STUDENT_T) {
      store<f32>(p, <f32>(y0 * scale));
      store<f32>(p, <f32>((softplus(y1) + FLOOR) * scale), 4);
      if (kind == STUDENT_T) store<f32>(p, <f32>(2 + softplus(<f64>load<f32>(y, 8))), 8);
    } else if (kind == L1) {
      store<f32>(p, <f32>(y0 * scale));
    } else {
      const first = softplus(y0) + FLOOR;
      store<f32>(p, <f32>(kind == NEGATIVE_BINOMIAL ? first * scale : first));
      store<f32>(p, <f32>(softplus(y1) + FLOOR), 4);
    }
  }
}
