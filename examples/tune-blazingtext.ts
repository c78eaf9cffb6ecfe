// Looks for the best hyperparameters of a text classifier by several training jobs, two at a time, and uses the winner.
// Runs on the embedded SageMaker; with `new Session()` instead of `new LocalSession()` it is the program for AWS.
import { BlazingText, continuous, HyperparameterTuner, integer } from "sagemaker-ts";
import { LocalSession } from "sagemaker-ts/local";

await using session = new LocalSession({ root: "temporary" });
const bucket = await session.defaultBucket({ create: true });

const dishes = ["soup", "curry", "bread", "salad", "coffee"];
const lines = dishes.flatMap((dish) => [
  `__label__good the ${dish} was wonderful and fresh`,
  `__label__bad the ${dish} was cold and bland`,
]);
const text = `${lines.join("\n")}\n`.repeat(10);
const train = await session.uploadString(text, `s3://${bucket}/reviews/train.txt`);
const validation = await session.uploadString(text, `s3://${bucket}/reviews/validation.txt`);

const estimator = new BlazingText({
  session,
  instanceType: "ml.c5.xlarge",
  outputPath: `s3://${bucket}/reviews/models`,
  hyperparameters: { mode: "supervised", epochs: 5, min_count: 1 },
});

const tuner = new HyperparameterTuner({
  estimator,
  objective: "validation:accuracy",
  ranges: {
    learning_rate: continuous(0.005, 0.5, "Logarithmic"),
    vector_dim: integer(32, 64),
  },
  maxJobs: 4,
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
  console.log(hyperparameters.learning_rate?.toFixed(4), hyperparameters.vector_dim, objectiveValue);
}

const best = await tuner.bestEstimator();
console.log(await tuner.bestTrainingJob(), best.options.hyperparameters);

await using predictor = await tuner.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
for (const { label, probability } of await predictor.predict(["cold soup", "what a wonderful salad"])) {
  console.log(label, probability.toFixed(3));
}
