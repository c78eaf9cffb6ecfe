// Loads no zod: a training process that only reads its settings needs none.
import { decodeBoolean, decodeNumber } from "../hyperparameters/decode-value.js";
import type { BlazingTextHyperparameters, BlazingTextMode } from "./hyperparameters.js";

/**
 * Hyperparameters of BlazingText with every key of the mode present.
 *
 * @public
 */
export type ResolvedBlazingTextHyperparameters<M extends BlazingTextMode = BlazingTextMode> = M extends BlazingTextMode
  ? { readonly [K in keyof BlazingTextHyperparameters<M>]-?: Exclude<BlazingTextHyperparameters<M>[K], undefined> }
  : never;

const common = { epochs: 5, learning_rate: 0.05, min_count: 5, vector_dim: 100, buckets: 2_000_000 };

const word2vec = {
  ...common,
  batch_size: 11,
  evaluation: true,
  max_char: 6,
  min_char: 3,
  negative_samples: 5,
  sampling_threshold: 0.0001,
  subwords: false,
  window_size: 5,
} as const;

/**
 * What the service takes for the hyperparameters that are not sent, by mode.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
 * @public
 */
export const blazingTextDefaults: {
  readonly [M in BlazingTextMode]: Omit<ResolvedBlazingTextHyperparameters<M>, "mode">;
} = Object.freeze({
  supervised: Object.freeze({ ...common, early_stopping: false, min_epochs: 5, patience: 4, word_ngrams: 2 }),
  batch_skipgram: Object.freeze({ ...word2vec }),
  skipgram: Object.freeze({ ...word2vec }),
  cbow: Object.freeze({ ...word2vec }),
});

/**
 * Fills in the defaults of the service.
 *
 * @returns a new object with every key of the mode
 * @public
 */
export function resolveBlazingTextHyperparameters<M extends BlazingTextMode>(
  hyperparameters: { readonly mode: M } & BlazingTextHyperparameters<M>,
): ResolvedBlazingTextHyperparameters<M> {
  const set = Object.entries(hyperparameters).filter(([, value]) => value !== undefined);
  return { ...blazingTextDefaults[hyperparameters.mode], ...Object.fromEntries(set) } as never;
}

/**
 * Reads the texts of a job's `HyperParameters` map and fills in the defaults of the service.
 *
 * @remarks For maps that the container accepts; texts that cannot be read are skipped, so their default stands.
 *
 * @returns undefined when `mode` is missing or unknown
 * @public
 */
export function readBlazingTextHyperparameters(
  wire: Readonly<Record<string, string>>,
): ResolvedBlazingTextHyperparameters | undefined {
  const mode = wire["mode"] ?? "";
  if (!Object.hasOwn(blazingTextDefaults, mode)) return undefined;
  const defaults: Readonly<Record<string, unknown>> = blazingTextDefaults[mode as BlazingTextMode];
  const values = Object.entries(defaults).map(([key, value]) => {
    const text = wire[key];
    if (text === undefined) return [key, value];
    return [key, (typeof value === "boolean" ? decodeBoolean(text) : decodeNumber(text)) ?? value];
  });
  return { mode, ...Object.fromEntries(values) };
}
