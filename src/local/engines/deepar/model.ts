import { RecurrentNetwork, type TensorEngine } from "../../tensor/index.js";
import type { Layout } from "./data/dataset.js";
import { absoluteSum, type Series } from "./data/series.js";
import { type FeatureScale, Inputs } from "./features/inputs.js";
import type { Hyperparameters } from "./hyperparameters.js";

/** What a model is, without its weights: fixed when training begins. */
export interface ModelDescription extends Layout {
  readonly hyperparameters: Pick<
    Hyperparameters,
    | "context_length"
    | "prediction_length"
    | "time_freq"
    | "likelihood"
    | "num_cells"
    | "num_layers"
    | "embedding_dimension"
    | "dropout_rate"
  >;
  readonly featureScales: readonly FeatureScale[];
  /** Scale of a series whose context holds no value but 0, or none at all. */
  readonly defaultScale: number;
  /** Seed of the training. */
  readonly seed: number;
}

/** Sample paths that are drawn together. */
const SAMPLE_ROWS = 128;

/** How large the batches of a network are. */
export interface NetworkSize {
  readonly steps: number;
  readonly rows: number;
  readonly training: boolean;
}

/** A network with what it takes to feed it. */
export class Model {
  readonly description: ModelDescription;
  readonly inputs: Inputs;
  readonly network: RecurrentNetwork;

  constructor(engine: TensorEngine, description: ModelDescription, size: NetworkSize) {
    const { hyperparameters, cardinality } = description;
    this.description = description;
    this.inputs = new Inputs(hyperparameters.time_freq, description.featureScales);
    this.network = new RecurrentNetwork(engine, {
      features: this.inputs.size,
      embeddings: cardinality.map((groups) => ({
        cardinality: groups,
        dimension: hyperparameters.embedding_dimension,
      })),
      layers: hyperparameters.num_layers,
      cells: hyperparameters.num_cells,
      distribution: hyperparameters.likelihood,
      // Measured on the series of the published job: residual sums, and zoneout besides dropout, make forecasts worse.
      residual: false,
      ...(hyperparameters.num_layers > 1
        ? { dropout: hyperparameters.dropout_rate }
        : { zoneout: hyperparameters.dropout_rate }),
      sampleRows: SAMPLE_ROWS,
      ...size,
    });
  }

  /**
   * The unit in which the network sees a series: the mean size of the values of its context. Shares between 0 and 1 have no
   * unit.
   */
  scaleOf(series: Series, forecastStart: number): number {
    const { hyperparameters, defaultScale } = this.description;
    if (hyperparameters.likelihood === "beta") return 1;
    const { sum, count } = absoluteSum(series, forecastStart - hyperparameters.context_length, forecastStart);
    return sum > 0 ? sum / count : defaultScale;
  }
}

/** Scale of what has no history: the mean size of a training series. */
export function defaultScaleOf(all: readonly Series[]): number {
  let total = 0;
  let series = 0;
  for (const one of all) {
    const { sum, count } = absoluteSum(one, 0, one.length);
    if (sum === 0) continue;
    total += sum / count;
    series++;
  }
  return series === 0 ? 1 : total / series;
}
