import type { FrequencyParts } from "../../../../internal/frequency.js";
import { exactLog } from "../../../tensor/index.js";
import type { Series } from "../data/series.js";
import { lagsFor } from "./lags.js";
import { TimeFeatures } from "./time-features.js";

/** Mean and standard deviation of a dynamic feature over all training series. */
export interface FeatureScale {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * What the network is told at each point, before it says what it expects there: earlier targets by the scale of the series,
 * the time, the age of the series, dynamic features, the scale itself. What lies before the start of the series is 0.
 */
export class Inputs {
  readonly lags: readonly number[];
  /** Names of the inputs, in their order. */
  readonly names: readonly string[];
  readonly #time: TimeFeatures;
  readonly #dynamicFeatures: readonly FeatureScale[];

  constructor(frequency: FrequencyParts, dynamicFeatures: readonly FeatureScale[]) {
    this.lags = lagsFor(frequency);
    this.#time = new TimeFeatures(frequency.unit);
    this.#dynamicFeatures = dynamicFeatures;
    this.names = [
      ...this.lags.map((lag) => `lag-${lag}`),
      ...this.#time.names,
      "age",
      ...dynamicFeatures.map((_, index) => `dynamic-feature-${index}`),
      "log-scale",
    ];
  }

  /** Numbers of one point. */
  get size(): number {
    return this.names.length;
  }

  /** Writes the inputs of the point `index` of a series to `target` from `at` on. Lags past its end are 0. */
  write(series: Series, index: number, scale: number, target: Float32Array, at: number): void {
    if (index < 0) {
      target.fill(0, at, at + this.size);
      return;
    }
    const { values, length } = series;
    let place = at;
    for (const lag of this.lags) {
      const from = index - lag;
      target[place++] = from >= 0 && from < length ? (values[from] as number) / scale : 0;
    }
    this.#time.write(series.grid.at(index), target, place);
    place += this.#time.names.length;
    target[place++] = exactLog(2 + index) / Math.LN10;
    for (const [number, { mean, deviation }] of this.#dynamicFeatures.entries()) {
      target[place++] = ((series.dynamicFeatures[number]?.[index] ?? mean) - mean) / deviation;
    }
    target[place] = exactLog(scale);
  }
}

/** Mean and deviation of each dynamic feature; features that never change keep their unit. */
export function featureScales(all: readonly Series[]): FeatureScale[] {
  const count = all[0]?.dynamicFeatures.length ?? 0;
  return Array.from({ length: count }, (_, feature) => {
    let points = 0;
    let sum = 0;
    for (const { dynamicFeatures, length } of all) {
      const values = dynamicFeatures[feature] as ArrayLike<number>;
      for (let i = 0; i < length; i++) sum += values[i] as number;
      points += length;
    }
    const mean = points === 0 ? 0 : sum / points;
    let squares = 0;
    for (const { dynamicFeatures, length } of all) {
      const values = dynamicFeatures[feature] as ArrayLike<number>;
      for (let i = 0; i < length; i++) squares += ((values[i] as number) - mean) ** 2;
    }
    const deviation = points === 0 ? 0 : Math.sqrt(squares / points);
    return { mean, deviation: deviation > 0 ? deviation : 1 };
  });
}
