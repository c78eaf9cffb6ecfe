import type { Window } from "./data/windows.js";
import type { Model } from "./model.js";

/** Fills a network with windows and takes a step. Keeps its arrays from batch to batch. */
export class TrainingBatch {
  readonly #model: Model;
  readonly #steps: number;
  readonly #targets: Float32Array;
  readonly #weights: Float32Array;
  readonly #scales: Float32Array;

  constructor(model: Model, rows: number) {
    const { context_length, prediction_length } = model.description.hyperparameters;
    this.#model = model;
    this.#steps = context_length + prediction_length;
    this.#targets = new Float32Array(this.#steps * rows);
    this.#weights = new Float32Array(this.#steps * rows);
    this.#scales = new Float32Array(rows);
  }

  /**
   * One forward and backward pass.
   *
   * @returns mean negative log-likelihood of the values that are there
   */
  step(windows: readonly Window[], seed: number): number {
    const { network } = this.#model;
    const rows = windows.length;
    const steps = this.#steps;
    this.#fill(windows);
    const { loss, weight } = network.trainStep({
      ...{ steps, rows, seed },
      targets: this.#targets.subarray(0, steps * rows),
      weights: this.#weights.subarray(0, steps * rows),
      scales: this.#scales.subarray(0, rows),
    });
    return weight > 0 ? loss / weight : 0;
  }

  #fill(windows: readonly Window[]): void {
    const { network, inputs, description } = this.#model;
    const rows = windows.length;
    const steps = this.#steps;
    const features = network.inputRows(steps, rows);
    for (const [row, { series, forecastStart }] of windows.entries()) {
      const scale = this.#model.scaleOf(series, forecastStart);
      this.#scales[row] = scale;
      const first = forecastStart - description.hyperparameters.context_length;
      for (let step = 0; step < steps; step++) {
        const place = step * rows + row;
        const index = first + step;
        inputs.write(series, index, scale, features, place * network.inputPitch);
        const there = index >= 0 && series.observed?.[index] !== 0;
        this.#targets[place] = there ? (series.values[index] as number) : 0;
        this.#weights[place] = there ? 1 : 0;
      }
    }
    if (description.cardinality.length === 0) return;
    network.setCategories(
      description.cardinality.map((_, feature) => windows.map(({ series }) => series.categories[feature] ?? 0)),
    );
  }
}
