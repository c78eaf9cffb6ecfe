// The shortest way from texts to predictions: train a classifier, ask it, classify a whole file, leave nothing behind.
// Runs on the embedded SageMaker; with `new Session()` instead of `new LocalSession()` it is the program for AWS.
import { BlazingText, blazingTextBatch } from "sagemaker-ts";
import { LocalSession } from "sagemaker-ts/local";

await using session = new LocalSession({ root: "temporary" });
const bucket = await session.defaultBucket({ create: true });

// One example per line; every label is a word that starts with __label__.
const dishes = ["soup", "curry", "bread", "salad", "coffee"];
const lines = dishes.flatMap((dish) => [
  `__label__good the ${dish} was wonderful and fresh`,
  `__label__bad the ${dish} was cold and bland`,
]);
const text = `${lines.join("\n")}\n`.repeat(40);
const train = await session.uploadString(text, `s3://${bucket}/reviews/train.txt`);
const validation = await session.uploadString(text, `s3://${bucket}/reviews/validation.txt`);

const estimator = new BlazingText({
  session,
  instanceType: "ml.c5.xlarge",
  outputPath: `s3://${bucket}/reviews/models`,
  hyperparameters: { mode: "supervised", word_ngrams: 1, epochs: 10 },
});
const job = await estimator.fit({ train, validation });
const { validationAccuracy, billableSeconds } = await job.result();
console.log({ validationAccuracy, billableSeconds });

{
  await using predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
  for (const { label, probability } of await predictor.predict(["cold soup", "what a wonderful salad"])) {
    console.log(label, probability.toFixed(3));
  }
  // Here the endpoint, its configuration and its model are deleted.
}

const texts = ["the bread was bland", "fresh coffee", "wonderful curry"];
const input = await session.uploadData(blazingTextBatch.encode(texts), {
  keyPrefix: "reviews",
  fileName: "new.jsonl",
});
const outputPath = `s3://${bucket}/reviews/out`;
const transformer = estimator.transformer({ instanceCount: 1, instanceType: "ml.m5.large", outputPath });
await transformer.transform(input);
await transformer.deleteModel();
const output = await session.readS3Bytes(`${outputPath}/new.jsonl.out`);
for await (const { label, probability } of blazingTextBatch.decode(output)) console.log(label, probability.toFixed(3));

const { deleted } = await session.deletePrefix(`s3://${bucket}/reviews`);
console.log(`objects deleted: ${deleted}`);
