import { expectTypeOf } from "vitest";
import {
  BlazingText,
  type BlazingTextPredictor,
  DeepAR,
  Estimator,
  ImageClassification,
} from "../../src/estimators/index.js";
import { categorical, continuous, HyperparameterTuner, integer, tuningDefinition } from "../../src/tuning/index.js";

// What the compiler refuses before anything runs.

const supervised = new BlazingText({ instanceType: "ml.c5.xlarge", hyperparameters: { mode: "supervised" } });
const skipgram = new BlazingText({ instanceType: "ml.c5.xlarge", hyperparameters: { mode: "skipgram" } });
const series = new DeepAR({
  instanceType: "ml.c5.xlarge",
  hyperparameters: { time_freq: "H", prediction_length: 24, context_length: 24, epochs: 10 },
});
const images = new ImageClassification({
  instanceType: "ml.p3.2xlarge",
  hyperparameters: { num_classes: 2, num_training_samples: 100 },
});

const tuner = new HyperparameterTuner({
  estimator: supervised,
  objective: "validation:accuracy",
  ranges: { learning_rate: continuous(0.005, 0.5), epochs: integer(5, 15), word_ngrams: categorical([1, 2]) },
});

new HyperparameterTuner({
  estimator: supervised,
  // @ts-expect-error - word vectors have this metric
  objective: "train:mean_rho",
  ranges: { epochs: integer(5, 15) },
});

new HyperparameterTuner({
  estimator: supervised,
  objective: "validation:accuracy",
  // @ts-expect-error - cannot be tuned
  ranges: { early_stopping: categorical([true, false]) },
});

new HyperparameterTuner({
  estimator: supervised,
  objective: "validation:accuracy",
  // @ts-expect-error - belongs to word vectors
  ranges: { window_size: integer(1, 5) },
});

new HyperparameterTuner({
  estimator: supervised,
  objective: "validation:accuracy",
  // @ts-expect-error - epochs are whole numbers
  ranges: { epochs: continuous(5, 15) },
});

new HyperparameterTuner({
  estimator: skipgram,
  objective: "train:mean_rho",
  ranges: { mode: categorical(["skipgram", "cbow"]), window_size: integer(1, 5) },
});

new HyperparameterTuner({
  estimator: skipgram,
  objective: "train:mean_rho",
  // @ts-expect-error - supervised is no mode of word vectors
  ranges: { mode: categorical(["skipgram", "supervised"]) },
});

new HyperparameterTuner({ estimator: series, objective: "train:final_loss", ranges: { num_cells: integer(30, 60) } });
// @ts-expect-error - not a metric to optimise
new HyperparameterTuner({ estimator: series, objective: "train:loss", ranges: { num_cells: integer(30, 60) } });

new HyperparameterTuner({
  estimator: images,
  objective: "validation:accuracy",
  ranges: { optimizer: categorical(["sgd", "adam"]), momentum: continuous(0, 0.9) },
});

// An image of one's own takes any name.
const own = new Estimator({ imageUri: "x/y:1", instanceType: "ml.c5.xlarge" });
new HyperparameterTuner({ estimator: own, objective: "loss", ranges: { depth: integer(1, 9) } });

async function use(): Promise<void> {
  // @ts-expect-error - the inputs are those of the estimator
  await tuner.fit({ train: "s3://b/x", test: "s3://b/y" });
  await tuner.fit({ train: "s3://b/x", validation: "s3://b/y" });
  expectTypeOf(await tuner.bestEstimator()).toEqualTypeOf<BlazingText<"supervised">>();
  expectTypeOf(
    await tuner.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" }),
  ).toEqualTypeOf<BlazingTextPredictor>();
  const [row] = await tuner.analytics();
  expectTypeOf(row?.hyperparameters.learning_rate).toEqualTypeOf<number | undefined>();
  // @ts-expect-error - belongs to word vectors
  row?.hyperparameters.window_size;

  const several = HyperparameterTuner.create({
    definitions: {
      words: tuningDefinition({
        estimator: supervised,
        objective: "validation:accuracy",
        ranges: { epochs: integer(5, 9) },
      }),
      series: tuningDefinition({ estimator: series, objective: "test:RMSE", ranges: { epochs: integer(5, 9) } }),
    },
  });
  await several.fit({ words: "s3://b/words.txt", series: { train: "s3://b/series/" } });
  // @ts-expect-error - the data of one of them is missing
  await several.fit({ words: "s3://b/words.txt" });
  expectTypeOf(await several.bestEstimator()).toEqualTypeOf<BlazingText<"supervised"> | DeepAR>();
}
void use;
