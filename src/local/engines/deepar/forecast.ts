import { DISTRIBUTIONS, derivedSeed, type Random, seededRandom } from "../../tensor/index.js";
import type { Series } from "./data/series.js";
import type { Model } from "./model.js";

/** Sample paths of the points behind a series. */
export class Forecast {
  readonly paths: number;
  readonly steps: number;
  /** [path][step], in float32 as the service has it. */
  readonly values: Float32Array;
  #sorted: Float32Array[] | undefined;

  constructor(paths: number, steps: number, values: Float32Array) {
    this.paths = paths;
    this.steps = steps;
    this.values = values;
  }

  /** The mean of all paths at each step. */
  mean(): Float32Array {
    const means = new Float32Array(this.steps);
    for (let step = 0; step < this.steps; step++) {
      let sum = 0;
      for (let path = 0; path < this.paths; path++) sum += this.values[path * this.steps + step] as number;
      means[step] = sum / this.paths;
    }
    return means;
  }

  /**
   * A quantile at each step: always one of the samples, the one whose rank among n is nearest to level * (n - 1). So quantiles
   * never cross.
   */
  quantile(level: number): Float32Array {
    this.#sorted ??= Array.from({ length: this.steps }, (_, step) =>
      Float32Array.from({ length: this.paths }, (_, path) => this.values[path * this.steps + step] as number).sort(),
    );
    const rank = Math.round(level * (this.paths - 1));
    return Float32Array.from(this.#sorted, (samples) => samples[rank] as number);
  }

  path(index: number): Float32Array {
    return this.values.subarray(index * this.steps, (index + 1) * this.steps);
  }
}

/** What a forecast is made with. */
export interface ForecastOptions {
  /** Number of sample paths. */
  readonly paths: number;
  readonly seed: number;
}

/**
 * Draws sample paths of the `prediction_length` points behind a series: at each step the network says a distribution for each
 * path, one value is drawn from it, and the next step looks back at it.
 *
 * @remarks
 * The random numbers are a function of the seed and of what the series is: its values, start, groups and features. So a
 * series has the same forecast in whichever request, batch or order it comes, and two series do not share their luck.
 */
export function forecast(model: Model, series: Series, options: ForecastOptions): Forecast {
  const { prediction_length: steps, likelihood } = model.description.hyperparameters;
  if (likelihood !== "deterministic-l1") return new Forecast(options.paths, steps, drawPaths(model, series, options));
  // Without a distribution all paths are the same.
  const one = drawPaths(model, series, { ...options, paths: 1 });
  const values = new Float32Array(options.paths * steps);
  for (let path = 0; path < options.paths; path++) values.set(one, path * steps);
  return new Forecast(options.paths, steps, values);
}

function drawPaths(model: Model, series: Series, { paths, seed }: ForecastOptions): Float32Array {
  const { network, description } = model;
  const { prediction_length: steps } = description.hyperparameters;
  const { sampleRows = network.options.rows } = network.options;
  const random = seededRandom(derivedSeed(seed, `forecast ${fingerprint(series)}`)[0]);
  const values = new Float32Array(paths * steps);
  for (let from = 0; from < paths; from += sampleRows) {
    const some = values.subarray(from * steps, Math.min(paths, from + sampleRows) * steps);
    drawSome(model, series, some, random);
  }
  return values;
}

/** Draws as many paths at once as `values` has room for: [path][step]. */
function drawSome(model: Model, series: Series, values: Float32Array, random: Random): void {
  const { network, inputs, description } = model;
  const { context_length: contextLength, prediction_length: steps } = description.hyperparameters;
  const paths = values.length / steps;
  const start = series.length;
  const scale = model.scaleOf(series, start);
  if (description.cardinality.length > 0) {
    network.setCategories(description.cardinality.map((_, feature) => [series.categories[feature] ?? 0]));
  }
  const context = network.inputRows(contextLength, 1);
  for (let step = 0; step < contextLength; step++) {
    inputs.write(series, start - contextLength + step, scale, context, step * network.inputPitch);
  }
  network.encode(contextLength, 1);
  network.repeatStates(1, paths);

  const draw = drawer(model, random);
  const scales = new Float32Array(paths).fill(scale);
  for (let step = 0; step < steps; step++) {
    const rows = network.inputRows(1, paths);
    inputs.write(series, start + step, scale, rows, 0);
    for (let path = 1; path < paths; path++) rows.copyWithin(path * network.inputPitch, 0, inputs.size);
    // Lags that reach into the forecast look back at the path's own values.
    for (const [column, lag] of inputs.lags.entries()) {
      if (lag > step) break;
      for (let path = 0; path < paths; path++) {
        rows[path * network.inputPitch + column] = (values[path * steps + step - lag] as number) / scale;
      }
    }
    const parameters = network.step(scales);
    for (let path = 0; path < paths; path++) values[path * steps + step] = draw(parameters, path);
  }
}

function drawer(model: Model, random: Random): (parameters: Float32Array, row: number) => number {
  const { distribution } = model.network.options;
  const { sample, parameters: names } = DISTRIBUTIONS[distribution];
  return (parameters, row) => sample(random, parameters, row * names.length);
}

/** A number of 32 bits that another series will hardly have (FNV-1a over the bytes of all that it is). */
function fingerprint({ grid, length, values, observed, categories, dynamicFeatures }: Series): number {
  let hash = 0x811c9dc5;
  const mix = (word: number): void => {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((word >>> shift) & 0xff), 0x01000193);
  };
  const mixAll = (numbers: Float32Array): void => {
    for (const word of new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)) mix(word);
  };
  mix(length);
  mixAll(Float32Array.of(grid.at(0) / 60, grid.at(1) / 60, ...categories));
  mixAll(values);
  if (observed) for (const there of observed) mix(there);
  for (const feature of dynamicFeatures) mixAll(Float32Array.from(feature));
  return hash >>> 0;
}
