// Looks for the best hyperparameters of a text classifier by several training jobs, two at a time, and uses the winner.
// Runs on the embedded SageMaker; with `new Session()` instead of `new LocalSession()` it is the program for AWS.
import { BlazingText, continuous, HyperparameterTuner, integer } from "sagemaker-ts";
import { LocalSession } from "sagemaker-ts/local";

await using session = new LocalSession({ root: "temporary" });
const bucket = await session.defaultBucket({ create: true });

// "not bad" is praise: single words cannot tell it, pairs of words can. So word_ngrams decides.
const dishes = ["soup", "curry", "bread", "salad", "coffee"];
const lines = dishes.flatMap((dish) => [
  `__label__good the ${dish} was good`,
  `__label__good the ${dish} was not bad`,
  `__label__bad the ${dish} was bad`,
  `__label__bad the ${dish} was not good`,
]);
const text = `${lines.join("\n")}\n`.repeat(20);
const train = await session.uploadString(text, `s3://${bucket}/reviews/train.txt`);
const validation = await session.uploadString(text, `s3://${bucket}/reviews/validation.txt`);

const estimator = new BlazingText({
  session,
  instanceType: "ml.c5.xlarge",
  outputPath: `s3://${bucket}/reviews/models`,
  hyperparameters: { mode: "supervised", epochs: 10, min_count: 1, vector_dim: 16, buckets: 10_000 },
});

const tuner = new HyperparameterTuner({
  estimator,
  objective: "validation:accuracy",
  ranges: {
    learning_rate: continuous(0.05, 1, "Logarithmic"),
    word_ngrams: integer(1, 3),
  },
  maxJobs: 6,
  maxParallelJobs: 2,
  randomSeed: 7,
});

await tuner.fit(
  { train, validation },
  {
    onProgress: (event) => {
      if (event.type === "status") console.log(`${event.status}: ${event.message}`);
    },
  },
);

for (const { hyperparameters, objectiveValue } of await tuner.analytics()) {
  console.log(hyperparameters.learning_rate?.toFixed(4), hyperparameters.word_ngrams, objectiveValue);
}

const best = await tuner.bestEstimator();
console.log(await tuner.bestTrainingJob(), best.options.hyperparameters);

await using predictor = await tuner.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
for (const { label, probability } of await predictor.predict(["the soup was not bad", "the salad was not good"])) {
  console.log(label, probability.toFixed(3));
}
