import * as z from "zod";

// Ranges and defaults follow the AWS developer guide (checked 2025-11):
// https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
// Defaults are written into the JSON schema only: a key that the caller leaves out is not sent, as in the Python SDK.

const positiveInteger = (defaultValue: number) => z.int32().min(1).meta({ default: defaultValue }).optional();
const count = (defaultValue: number) => z.int32().min(0).meta({ default: defaultValue }).optional();
const positiveNumber = (defaultValue: number) => z.number().positive().meta({ default: defaultValue }).optional();
const flag = (defaultValue: boolean) => z.boolean().meta({ default: defaultValue }).optional();

const common = {
  /**
   * Passes over the training data; with `early_stopping` the most that are made. Integer, at least 1.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  epochs: positiveInteger(5),
  /**
   * Step size at the start; it falls linearly to zero over all tokens of all epochs. Number above 0, usually at most 1.
   *
   * @defaultValue 0.05
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  learning_rate: positiveNumber(0.05),
  /**
   * Words seen fewer times than this are dropped. Labels are never dropped. Integer, at least 0.
   * The default empties a small data set; 1 or 2 suits a few thousand lines.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  min_count: count(5),
  /**
   * Length of the word vectors that are learned. Integer, at least 1.
   *
   * @defaultValue 100
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  vector_dim: positiveInteger(100),
};

const supervised = z.strictObject({
  /**
   * `supervised`: text classification.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  mode: z.literal("supervised"),
  ...common,
  /**
   * Hash rows for word n-grams. Integer, at least 1. Used only when `word_ngrams` is above 1; then the model holds
   * all of them: `buckets * vector_dim * 4` bytes, 800 MB with the defaults.
   *
   * @defaultValue 2000000
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  buckets: positiveInteger(2_000_000),
  /**
   * Stop when the accuracy on the `validation` channel has not improved for `patience` epochs. Needs that channel.
   *
   * @defaultValue false
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  early_stopping: flag(false),
  /**
   * Epochs made before early stopping looks at the validation accuracy for the first time. Integer, at least 1.
   * Used only with `early_stopping`.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  min_epochs: positiveInteger(5),
  /**
   * Epochs without improvement before early stopping ends the training. Integer, at least 1.
   * Used only with `early_stopping`.
   *
   * @defaultValue 4
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  patience: positiveInteger(4),
  /**
   * Longest run of consecutive words that is a feature of its own. Integer, at least 1. With 1 only single words
   * count and the model stays small.
   *
   * @defaultValue 2
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  word_ngrams: positiveInteger(2),
});

const word2vec = {
  ...common,
  /**
   * Words per batch. Integer, at least 1; AWS advises 10 to 20 and uses `2 * window_size + 1`.
   * Used only with mode `batch_skipgram`.
   *
   * @defaultValue 11
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  batch_size: positiveInteger(11),
  /**
   * Hash rows for character n-grams. Integer, at least 1. Used only with `subwords`; then the model holds all of
   * them: `buckets * vector_dim * 4` bytes.
   *
   * @defaultValue 2000000
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  buckets: positiveInteger(2_000_000),
  /**
   * Compare the vectors with the WordSimilarity-353 test after training; writes `eval.json` and the metric
   * `train:mean_rho`.
   *
   * @defaultValue true
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  evaluation: flag(true),
  /**
   * Characters in the longest character n-gram. Integer, at least 1 and not below `min_char`.
   * Used only with `subwords`.
   *
   * @defaultValue 6
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  max_char: positiveInteger(6),
  /**
   * Characters in the shortest character n-gram. Integer, at least 1. Used only with `subwords`.
   *
   * @defaultValue 3
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  min_char: positiveInteger(3),
  /**
   * Random words drawn as negative examples for every true one. Integer, at least 1.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  negative_samples: positiveInteger(5),
  /**
   * Share of the tokens above which a word is thinned out at random. Number above 0, advised at most 0.001.
   *
   * @defaultValue 0.0001
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  sampling_threshold: positiveNumber(0.0001),
  /**
   * Words to the left and to the right of the centre word that count as its context. Integer, at least 1.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  window_size: positiveInteger(5),
};

const charactersInOrder = {
  path: ["max_char"],
  error: 'hyperparameter "max_char" of BlazingText must not be below "min_char"',
};

/** `min_char` and `max_char` count with their defaults when only one of them is set. */
function hasCharactersInOrder(hp: { min_char?: number | undefined; max_char?: number | undefined }): boolean {
  return (hp.max_char ?? 6) >= (hp.min_char ?? 3);
}

const batchSkipgram = z
  .strictObject({
    /**
     * `batch_skipgram`: word vectors on CPUs, the only mode that trains on several instances.
     *
     * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
     */
    mode: z.literal("batch_skipgram"),
    ...word2vec,
    /**
     * Vectors from character n-grams: not offered by this mode, so only `false` is accepted.
     *
     * @defaultValue false
     * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
     */
    subwords: z
      .literal(
        false,
        'hyperparameter "subwords" of BlazingText works with mode "skipgram" or "cbow", not with "batch_skipgram"',
      )
      .meta({ default: false })
      .optional(),
  })
  .refine(hasCharactersInOrder, charactersInOrder);

const subwords = {
  /**
   * Learn vectors of character n-grams too, so that unknown words get a vector.
   *
   * @defaultValue false
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  subwords: flag(false),
};

const skipgram = z
  .strictObject({
    /**
     * `skipgram`: word vectors that predict the context from the word.
     *
     * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
     */
    mode: z.literal("skipgram"),
    ...word2vec,
    ...subwords,
  })
  .refine(hasCharactersInOrder, charactersInOrder);

const cbow = z
  .strictObject({
    /**
     * `cbow`: word vectors that predict the word from the context.
     *
     * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
     */
    mode: z.literal("cbow"),
    ...word2vec,
    ...subwords,
  })
  .refine(hasCharactersInOrder, charactersInOrder);

/**
 * Schema of the hyperparameters of BlazingText: a union that is told apart by `mode`. Unknown keys are refused.
 *
 * @public
 */
export const blazingTextHyperparametersSchema = z.discriminatedUnion("mode", [
  supervised,
  batchSkipgram,
  skipgram,
  cbow,
]);

interface ByMode {
  readonly supervised: z.input<typeof supervised>;
  readonly batch_skipgram: z.input<typeof batchSkipgram>;
  readonly skipgram: z.input<typeof skipgram>;
  readonly cbow: z.input<typeof cbow>;
}

/**
 * What BlazingText learns: a text classifier (`supervised`) or word vectors (the other three).
 *
 * @public
 */
export type BlazingTextMode = keyof ByMode;

/**
 * Hyperparameters of BlazingText, for one mode or for all. Names are the service's own, as its logs and tuning ranges
 * print them. Only the keys that are set are sent; the others take the defaults of the service.
 *
 * @public
 */
export type BlazingTextHyperparameters<M extends BlazingTextMode = BlazingTextMode> = ByMode[M];
