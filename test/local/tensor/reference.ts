/**
 * The layers once more: naive loops in float64 that record how to go back. Slow and plain on purpose, so that the fast
 * ones can be held against them.
 */

/** An array with its gradient. Images are [image][y][x][channel]. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly gradient: Float64Array;
}

export function value(shape: readonly number[], numbers?: ArrayLike<number>): Value {
  const size = shape.reduce((product, side) => product * side, 1);
  const data = new Float64Array(size);
  if (numbers) data.set(Array.from(numbers));
  return { shape, data, gradient: new Float64Array(size) };
}

const at = (array: Float64Array, index: number): number => array[index] as number;
const plus = (array: Float64Array, index: number, amount: number): void => {
  array[index] = at(array, index) + amount;
};

/** Computations and their way back. */
export class Tape {
  readonly #back: (() => void)[] = [];

  backward(): void {
    for (const step of this.#back.reverse()) step();
  }

  /** Weights are [outputs, inputs, height, width]. */
  convolution(x: Value, w: Value, bias: Value | undefined, stride: number, pad: number): Value {
    const [n, height, width, inputs] = x.shape as [number, number, number, number];
    const [outputs, , kernelHeight, kernelWidth] = w.shape as [number, number, number, number];
    const outHeight = Math.floor((height + 2 * pad - kernelHeight) / stride) + 1;
    const outWidth = Math.floor((width + 2 * pad - kernelWidth) / stride) + 1;
    const out = value([n, outHeight, outWidth, outputs]);
    const visit = (each: (o: number, xi: number, wi: number) => void): void => {
      for (let o = 0; o < out.data.length; o++) {
        const f = o % outputs;
        const ox = Math.floor(o / outputs) % outWidth;
        const oy = Math.floor(o / outputs / outWidth) % outHeight;
        const image = Math.floor(o / outputs / outWidth / outHeight);
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const y = oy * stride - pad + ky;
            const xx = ox * stride - pad + kx;
            if (y < 0 || y >= height || xx < 0 || xx >= width) continue;
            for (let c = 0; c < inputs; c++) {
              each(
                o,
                ((image * height + y) * width + xx) * inputs + c,
                ((f * inputs + c) * kernelHeight + ky) * kernelWidth + kx,
              );
            }
          }
        }
      }
    };
    visit((o, xi, wi) => plus(out.data, o, at(x.data, xi) * at(w.data, wi)));
    if (bias) for (let o = 0; o < out.data.length; o++) plus(out.data, o, at(bias.data, o % outputs));
    this.#back.push(() => {
      visit((o, xi, wi) => {
        plus(x.gradient, xi, at(out.gradient, o) * at(w.data, wi));
        plus(w.gradient, wi, at(out.gradient, o) * at(x.data, xi));
      });
      if (bias) for (let o = 0; o < out.data.length; o++) plus(bias.gradient, o % outputs, at(out.gradient, o));
    });
    return out;
  }

  /** With the statistics of the batch. Returns them, too. */
  batchNorm(
    x: Value,
    gamma: Value,
    beta: Value,
    epsilon: number,
  ): { readonly out: Value; readonly mean: Float64Array; readonly variance: Float64Array } {
    const channels = x.shape.at(-1) as number;
    const rows = x.data.length / channels;
    const mean = new Float64Array(channels);
    const variance = new Float64Array(channels);
    for (let i = 0; i < x.data.length; i++) plus(mean, i % channels, at(x.data, i) / rows);
    for (let i = 0; i < x.data.length; i++)
      plus(variance, i % channels, (at(x.data, i) - at(mean, i % channels)) ** 2 / rows);
    const normal = (i: number): number =>
      (at(x.data, i) - at(mean, i % channels)) / Math.sqrt(at(variance, i % channels) + epsilon);
    const out = value(x.shape);
    for (let i = 0; i < x.data.length; i++)
      out.data[i] = at(gamma.data, i % channels) * normal(i) + at(beta.data, i % channels);
    this.#back.push(() => {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let dot = 0;
        for (let i = c; i < x.data.length; i += channels) {
          sum += at(out.gradient, i);
          dot += at(out.gradient, i) * normal(i);
        }
        plus(beta.gradient, c, sum);
        plus(gamma.gradient, c, dot);
        const scale = at(gamma.data, c) / Math.sqrt(at(variance, c) + epsilon);
        for (let i = c; i < x.data.length; i += channels)
          plus(x.gradient, i, scale * (at(out.gradient, i) - sum / rows - (normal(i) * dot) / rows));
      }
    });
    return { out, mean, variance };
  }

  relu(x: Value): Value {
    const out = value(
      x.shape,
      x.data.map((v) => Math.max(v, 0)),
    );
    this.#back.push(() => {
      for (let i = 0; i < x.data.length; i++) if (at(x.data, i) > 0) plus(x.gradient, i, at(out.gradient, i));
    });
    return out;
  }

  add(a: Value, b: Value): Value {
    const out = value(
      a.shape,
      a.data.map((v, i) => v + at(b.data, i)),
    );
    this.#back.push(() => {
      for (let i = 0; i < out.data.length; i++) {
        plus(a.gradient, i, at(out.gradient, i));
        plus(b.gradient, i, at(out.gradient, i));
      }
    });
    return out;
  }

  maxPool(x: Value, kernel: number, stride: number, pad: number): Value {
    return this.#pool(x, [kernel, kernel], stride, pad, (window) => {
      const best = window.reduce((a, b) => (at(x.data, b) > at(x.data, a) ? b : a));
      return [[best, 1]];
    });
  }

  averagePool(x: Value, kernel: readonly [number, number], stride = 1, pad = 0): Value {
    const share = 1 / (kernel[0] * kernel[1]);
    return this.#pool(x, kernel, stride, pad, (window) => window.map((index) => [index, share] as const));
  }

  #pool(
    x: Value,
    kernel: readonly [number, number],
    stride: number,
    pad: number,
    pick: (window: number[]) => readonly (readonly [index: number, share: number])[],
  ): Value {
    const [n, height, width, channels] = x.shape as [number, number, number, number];
    const outHeight = Math.floor((height + 2 * pad - kernel[0]) / stride) + 1;
    const outWidth = Math.floor((width + 2 * pad - kernel[1]) / stride) + 1;
    const out = value([n, outHeight, outWidth, channels]);
    const picks = Array.from(out.data, (_, o) => {
      const c = o % channels;
      const ox = Math.floor(o / channels) % outWidth;
      const oy = Math.floor(o / channels / outWidth) % outHeight;
      const image = Math.floor(o / channels / outWidth / outHeight);
      const window: number[] = [];
      for (let ky = 0; ky < kernel[0]; ky++) {
        for (let kx = 0; kx < kernel[1]; kx++) {
          const y = oy * stride - pad + ky;
          const xx = ox * stride - pad + kx;
          if (y >= 0 && y < height && xx >= 0 && xx < width)
            window.push(((image * height + y) * width + xx) * channels + c);
        }
      }
      return pick(window);
    });
    for (const [o, parts] of picks.entries())
      for (const [index, share] of parts) plus(out.data, o, share * at(x.data, index));
    this.#back.push(() => {
      for (const [o, parts] of picks.entries())
        for (const [index, share] of parts) plus(x.gradient, index, share * at(out.gradient, o));
    });
    return out;
  }

  /** Cross entropy of the softmax of each row, added up. */
  softmaxLoss(scores: Value, labels: readonly number[]): { readonly loss: number; readonly probabilities: number[] } {
    const classes = scores.shape.at(-1) as number;
    const probabilities: number[] = [];
    let loss = 0;
    for (const [row, label] of labels.entries()) {
      const own = Array.from(scores.data.subarray(row * classes, (row + 1) * classes));
      const most = Math.max(...own);
      const powers = own.map((score) => Math.exp(score - most));
      const sum = powers.reduce((a, b) => a + b);
      probabilities.push(...powers.map((power) => power / sum));
      loss -= Math.log((powers[label] as number) / sum);
    }
    this.#back.push(() => {
      for (const [i, p] of probabilities.entries())
        plus(scores.gradient, i, p - (labels[Math.floor(i / classes)] === i % classes ? 1 : 0));
    });
    return { loss, probabilities };
  }

  /** Weighted binary cross entropy of each score, added up. */
  sigmoidLoss(
    scores: Value,
    targets: readonly number[],
    weights: readonly number[],
  ): { readonly loss: number; readonly probabilities: number[] } {
    const probabilities = Array.from(scores.data, (score) => 1 / (1 + Math.exp(-score)));
    const weight = (i: number): number => weights[i % weights.length] as number;
    const loss = probabilities.reduce((sum, p, i) => {
      const target = targets[i] as number;
      return sum - weight(i) * (target * Math.log(p) + (1 - target) * Math.log(1 - p));
    }, 0);
    this.#back.push(() => {
      for (const [i, p] of probabilities.entries()) plus(scores.gradient, i, weight(i) * (p - (targets[i] as number)));
    });
    return { loss, probabilities };
  }
}
