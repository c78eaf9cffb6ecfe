import * as z from "zod";

// The interfaces carry the documentation, because declaration files keep no comments of inferred types; the schema checks
// at run time. The annotation of the exported schema and test/types hold the two together.
// Ranges and defaults follow the AWS developer guide (checked 2025-11):
// https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html

interface CommonHyperparameters {
  /**
   * Passes over the training data; with `early_stopping` the most that are made. Integer, at least 1.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly epochs?: number | undefined;
  /**
   * Step size at the start; it falls linearly to zero over all tokens of all epochs. Number above 0, usually at most 1.
   *
   * @defaultValue 0.05
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly learning_rate?: number | undefined;
  /**
   * Words seen fewer times than this are dropped. Labels are never dropped. Integer, at least 0.
   * The default empties a small data set; 1 or 2 suits a few thousand lines.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly min_count?: number | undefined;
  /**
   * Length of the word vectors that are learned. Integer, at least 1.
   *
   * @defaultValue 100
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly vector_dim?: number | undefined;
}

/**
 * Hyperparameters of mode `supervised`.
 *
 * @public
 */
export interface BlazingTextSupervisedHyperparameters extends CommonHyperparameters {
  /**
   * `supervised`: text classification.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly mode: "supervised";
  /**
   * Hash rows for word n-grams. Integer, at least 1. Used only when `word_ngrams` is above 1; then the model holds
   * all of them: `buckets * vector_dim * 4` bytes, 800 MB with the defaults.
   *
   * @defaultValue 2000000
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly buckets?: number | undefined;
  /**
   * Stop when the accuracy on the `validation` channel has not improved for `patience` epochs. Needs that channel.
   *
   * @defaultValue false
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly early_stopping?: boolean | undefined;
  /**
   * Epochs made before early stopping looks at the validation accuracy for the first time. Integer, at least 1.
   * Used only with `early_stopping`.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly min_epochs?: number | undefined;
  /**
   * Epochs without improvement before early stopping ends the training. Integer, at least 1.
   * Used only with `early_stopping`.
   *
   * @defaultValue 4
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly patience?: number | undefined;
  /**
   * Longest run of consecutive words that is a feature of its own. Integer, at least 1. With 1 only single words
   * count and the model stays small.
   *
   * @defaultValue 2
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly word_ngrams?: number | undefined;
}

interface WordVectorHyperparameters extends CommonHyperparameters {
  /**
   * Words per batch. Integer, at least 1; AWS advises 10 to 20 and uses `2 * window_size + 1`.
   * Used only with mode `batch_skipgram`.
   *
   * @defaultValue 11
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly batch_size?: number | undefined;
  /**
   * Hash rows for character n-grams. Integer, at least 1. Used only with `subwords`; then the model holds all of
   * them: `buckets * vector_dim * 4` bytes.
   *
   * @defaultValue 2000000
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly buckets?: number | undefined;
  /**
   * Compare the vectors with the WordSimilarity-353 test after training; writes `eval.json` and the metric
   * `train:mean_rho`.
   *
   * @defaultValue true
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly evaluation?: boolean | undefined;
  /**
   * Characters in the longest character n-gram. Integer, at least 1 and not below `min_char`.
   * Used only with `subwords`.
   *
   * @defaultValue 6
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly max_char?: number | undefined;
  /**
   * Characters in the shortest character n-gram. Integer, at least 1. Used only with `subwords`.
   *
   * @defaultValue 3
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly min_char?: number | undefined;
  /**
   * Random words drawn as negative examples for every true one. Integer, at least 1.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly negative_samples?: number | undefined;
  /**
   * Share of the tokens above which a word is thinned out at random. Number above 0, advised at most 0.001.
   *
   * @defaultValue 0.0001
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly sampling_threshold?: number | undefined;
  /**
   * Words to the left and to the right of the centre word that count as its context. Integer, at least 1.
   *
   * @defaultValue 5
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly window_size?: number | undefined;
}

/**
 * Hyperparameters of mode `batch_skipgram`.
 *
 * @public
 */
export interface BlazingTextBatchSkipgramHyperparameters extends WordVectorHyperparameters {
  /**
   * `batch_skipgram`: word vectors on CPUs, the only mode that trains on several instances.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly mode: "batch_skipgram";
  /**
   * Vectors from character n-grams: not offered by this mode, so only `false` is accepted.
   *
   * @defaultValue false
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly subwords?: false | undefined;
}

/**
 * Hyperparameters of mode `skipgram`.
 *
 * @public
 */
export interface BlazingTextSkipgramHyperparameters extends WordVectorHyperparameters {
  /**
   * `skipgram`: word vectors that predict the context from the word.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly mode: "skipgram";
  /**
   * Learn vectors of character n-grams too, so that unknown words get a vector.
   *
   * @defaultValue false
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly subwords?: boolean | undefined;
}

/**
 * Hyperparameters of mode `cbow`.
 *
 * @public
 */
export interface BlazingTextCbowHyperparameters extends WordVectorHyperparameters {
  /**
   * `cbow`: word vectors that predict the word from the context.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly mode: "cbow";
  /**
   * Learn vectors of character n-grams too, so that unknown words get a vector.
   *
   * @defaultValue false
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html
   */
  readonly subwords?: boolean | undefined;
}

interface ByMode {
  readonly supervised: BlazingTextSupervisedHyperparameters;
  readonly batch_skipgram: BlazingTextBatchSkipgramHyperparameters;
  readonly skipgram: BlazingTextSkipgramHyperparameters;
  readonly cbow: BlazingTextCbowHyperparameters;
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

// Defaults are written into the JSON schema only: a key that the caller leaves out is not sent, as in the Python SDK.
const positiveInteger = (defaultValue: number) => z.int32().min(1).meta({ default: defaultValue }).optional();
const count = (defaultValue: number) => z.int32().min(0).meta({ default: defaultValue }).optional();
const positiveNumber = (defaultValue: number) => z.number().positive().meta({ default: defaultValue }).optional();
const flag = (defaultValue: boolean) => z.boolean().meta({ default: defaultValue }).optional();

const common = {
  epochs: positiveInteger(5),
  learning_rate: positiveNumber(0.05),
  min_count: count(5),
  vector_dim: positiveInteger(100),
};

const wordVectors = {
  ...common,
  batch_size: positiveInteger(11),
  buckets: positiveInteger(2_000_000),
  evaluation: flag(true),
  max_char: positiveInteger(6),
  min_char: positiveInteger(3),
  negative_samples: positiveInteger(5),
  sampling_threshold: positiveNumber(0.0001),
  window_size: positiveInteger(5),
};

const noSubwords =
  'hyperparameter "subwords" of BlazingText works with mode "skipgram" or "cbow", not with "batch_skipgram"';

const charactersInOrder = {
  path: ["max_char"],
  error: 'hyperparameter "max_char" of BlazingText must not be below "min_char"',
};

/** `min_char` and `max_char` count with their defaults when only one of them is set. */
function hasCharactersInOrder(hp: { max_char?: number | undefined; min_char?: number | undefined }): boolean {
  return (hp.max_char ?? 6) >= (hp.min_char ?? 3);
}

const schema = z.discriminatedUnion("mode", [
  z.strictObject({
    mode: z.literal("supervised"),
    ...common,
    buckets: positiveInteger(2_000_000),
    early_stopping: flag(false),
    min_epochs: positiveInteger(5),
    patience: positiveInteger(4),
    word_ngrams: positiveInteger(2),
  }),
  z
    .strictObject({
      mode: z.literal("batch_skipgram"),
      ...wordVectors,
      subwords: z.literal(false, noSubwords).meta({ default: false }).optional(),
    })
    .refine(hasCharactersInOrder, charactersInOrder),
  z
    .strictObject({ mode: z.literal("skipgram"), ...wordVectors, subwords: flag(false) })
    .refine(hasCharactersInOrder, charactersInOrder),
  z
    .strictObject({ mode: z.literal("cbow"), ...wordVectors, subwords: flag(false) })
    .refine(hasCharactersInOrder, charactersInOrder),
]);

/** What the schema takes, as zod infers it; for the test that compares it with the interfaces. @internal */
export type InferredBlazingTextHyperparameters = z.input<typeof schema>;

/**
 * Schema of the hyperparameters of BlazingText: a union that is told apart by `mode`. Unknown keys are refused.
 *
 * @public
 */
export const blazingTextHyperparametersSchema: z.ZodType<BlazingTextHyperparameters, BlazingTextHyperparameters> =
  schema;
