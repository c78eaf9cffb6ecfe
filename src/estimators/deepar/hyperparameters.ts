import * as z from "zod";
import type { Frequency } from "../../datasets/index.js";
import { ValidationError } from "../../errors/index.js";
import { parseFrequency } from "../../internal/frequency.js";
import { deepARDefaults, likelihoods, TIME_FREQ } from "./defaults.js";

// The interface carries the documentation, because declaration files keep no comments of inferred types; the schema checks
// at run time. The annotation of the exported schema and test/types hold the two together.
// Ranges and defaults follow the AWS developer guide (checked 2023-06):
// https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html

/**
 * Distributions that DeepAR can forecast with, as the documentation of the service spells them.
 *
 * @public
 */
export type DeepARLikelihood = (typeof likelihoods)[number];

/**
 * Hyperparameters of DeepAR. Names are the service's own, as its logs and tuning ranges print them. Only the keys that are
 * set are sent; the others take the defaults of the service.
 *
 * @public
 */
export interface DeepARHyperparameters {
  /**
   * Points that the network sees before it makes a forecast. Integer, at least 1. About `prediction_length` is a good start:
   * the network also looks back further, at the same hour, day, week or month of earlier cycles.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly context_length: number;
  /**
   * Rounds of training. Integer, at least 1; typical are 10 to 1000. A round is about ten batches whatever the size of the
   * data.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly epochs: number;
  /**
   * Points that the model forecasts, fixed for its life. Integer, at least 1; above 400 a coarser frequency works better.
   * Training leaves out series that are not longer.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly prediction_length: number;
  /**
   * Distance of the points of all series: `M` month, `W` week, `D` day, `H` hour, `min` minute, after a whole number if
   * more than one, such as `"15min"`.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly time_freq: Frequency;
  /**
   * Groups of each categorical feature (`cat`): `"auto"` infers them from the data, a list such as `[12, 3]` is held against
   * the data, `"ignore"` or `""` leaves `cat` out. Each integer, at least 1.
   *
   * @defaultValue "auto"
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly cardinality?: "auto" | "ignore" | "" | readonly number[] | undefined;
  /**
   * Share of the state of the network that is left unchanged at random in training (zoneout). Number in [0, 1]; typical is
   * below 0.2.
   *
   * @defaultValue 0.1
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly dropout_rate?: number | undefined;
  /**
   * Epochs without a lower training loss before the training ends; the model of the best epoch is kept. Integer, at least 1.
   * Left out or `""`, all epochs are made.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly early_stopping_patience?: number | "" | undefined;
  /**
   * Numbers that stand for one group of a categorical feature, for all features alike. Integer, at least 1; typical are 10 to
   * 100. Has no effect without `cat`.
   *
   * @defaultValue 10
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly embedding_dimension?: number | undefined;
  /**
   * Step size. Number in [0, 1]; typical are 0.0001 to 0.1.
   *
   * @defaultValue 0.001
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly learning_rate?: number | undefined;
  /**
   * Distribution of a value around its forecast. `gaussian`: real values. `student-T`: real values with outliers.
   * `negative-binomial`: counts, whole numbers from 0. `beta`: values between 0 and 1, both excluded. `deterministic-L1`: a
   * single line without uncertainty, so all quantiles are the same. The service takes any case; `student-t` is how its logs
   * print the default.
   *
   * @defaultValue "student-T"
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly likelihood?: DeepARLikelihood | Lowercase<DeepARLikelihood> | undefined;
  /**
   * Windows of series per step. Integer, at least 1; typical are 32 to 512.
   *
   * @defaultValue 128
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly mini_batch_size?: number | undefined;
  /**
   * Cells of each layer of the network. Integer, at least 1; typical are 30 to 100.
   *
   * @defaultValue 40
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly num_cells?: number | undefined;
  /**
   * Further series that come with each series (`dynamic_feat`): `"auto"` infers their number from the data, a number is held
   * against the data, `"ignore"` or `""` leaves them out. Integer, at least 1.
   *
   * @defaultValue "auto"
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly num_dynamic_feat?: "auto" | "ignore" | "" | number | undefined;
  /**
   * Samples per series for the scores of the channel `test`. Integer, at least 1.
   *
   * @defaultValue 100
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly num_eval_samples?: number | undefined;
  /**
   * Layers of the network. Integer, at least 1; typical are 1 to 4.
   *
   * @defaultValue 2
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly num_layers?: number | undefined;
  /**
   * Quantiles whose loss the channel `test` is scored with, at least one. Numbers in [0.0001, 1): the service reads plain
   * decimals only.
   *
   * @defaultValue [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html
   */
  readonly test_quantiles?: readonly number[] | undefined;
}

// Defaults are written into the JSON schema only: a key that the caller leaves out is not sent, as in the Python SDK.
const positiveInteger = () => z.int32().min(1);
const integer = (defaultValue: number) => positiveInteger().meta({ default: defaultValue }).optional();
const share = (defaultValue: number) => z.number().min(0).max(1).meta({ default: defaultValue }).optional();
const inferred = z.enum(["auto", "ignore", ""]);
/** The pattern is stricter than the type that the compiler sees. */
const frequency = z.string().regex(TIME_FREQ, { error: ({ input }) => frequencyFault(input) }) as unknown as z.ZodType<
  Frequency,
  Frequency
>;

/** The fault in the words of everything else that takes a frequency, with the unit that was probably meant. */
function frequencyFault(value: unknown): string | undefined {
  try {
    parseFrequency(value as string);
  } catch (error) {
    if (ValidationError.is(error)) return `hyperparameter "time_freq" of DeepAR: ${error.issues[0]?.message}`;
  }
  return undefined;
}

const schema = z.strictObject({
  context_length: positiveInteger(),
  epochs: positiveInteger(),
  prediction_length: positiveInteger(),
  time_freq: frequency,
  cardinality: z
    .union([inferred, z.array(positiveInteger()).min(1).readonly()])
    .meta({ default: deepARDefaults.cardinality })
    .optional(),
  dropout_rate: share(deepARDefaults.dropout_rate),
  early_stopping_patience: z.union([z.literal(""), positiveInteger()]).optional(),
  embedding_dimension: integer(deepARDefaults.embedding_dimension),
  learning_rate: share(deepARDefaults.learning_rate),
  likelihood: z
    .enum([...likelihoods, "student-t", "deterministic-l1"])
    .meta({ default: deepARDefaults.likelihood })
    .optional(),
  mini_batch_size: integer(deepARDefaults.mini_batch_size),
  num_cells: integer(deepARDefaults.num_cells),
  num_dynamic_feat: z
    .union([inferred, positiveInteger()])
    .meta({ default: deepARDefaults.num_dynamic_feat })
    .optional(),
  num_eval_samples: integer(deepARDefaults.num_eval_samples),
  num_layers: integer(deepARDefaults.num_layers),
  test_quantiles: z
    .array(z.number().min(0.0001).lt(1))
    .min(1)
    .readonly()
    .meta({ default: deepARDefaults.test_quantiles })
    .optional(),
});

/** What the schema takes, as zod infers it; for the test that compares it with the interface. @internal */
export type InferredDeepARHyperparameters = z.input<typeof schema>;

/**
 * Schema of the hyperparameters of DeepAR. Unknown keys are refused.
 *
 * @public
 */
export const deepARHyperparametersSchema: z.ZodType<DeepARHyperparameters, DeepARHyperparameters> = schema;
