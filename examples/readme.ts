import { BlazingText, Session } from "sagemaker-ts";
import { LocalSession } from "sagemaker-ts/local";

// One line decides where it runs.
await using session = process.env["CI"] ? new LocalSession() : new Session({ role: "SageMakerRole" });

const bucket = await session.defaultBucket({ create: true });
const train = await session.uploadData("reviews.txt", { bucket, keyPrefix: "data" }); // lines: __label__good tasty soup

const estimator = new BlazingText({
  session,
  instanceType: "ml.c5.xlarge",
  hyperparameters: { mode: "supervised", word_ngrams: 1 }, // a wrong key, value or instance type does not compile
});
await estimator.fit({ train }, { onProgress: (event) => event.type === "log" && console.log(event.line) });

await using predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
const [first] = await predictor.predict(["the soup was cold"], { k: 2 });
console.log(first?.label, first?.probability); // the endpoint, its configuration and its model are deleted here
