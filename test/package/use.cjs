// The same from CommonJS.
const assert = require("node:assert/strict");
const { BlazingText } = require("sagemaker-ts");
const { encodeFastText } = require("sagemaker-ts/formats");
const { LocalSession } = require("sagemaker-ts/local");
const { Predictor } = require("sagemaker-ts/predictor");

async function main() {
  const session = new LocalSession({ root: "temporary" });
  try {
    const bucket = await session.defaultBucket({ create: true });
    const rows = Array.from({ length: 200 }, (_, row) =>
      row % 2 ? { label: "good", text: "fresh and tasty soup" } : { label: "bad", text: "cold and bland soup" },
    );
    const train = await session.uploadData(encodeFastText(rows), { bucket, keyPrefix: "data", fileName: "train.txt" });
    const estimator = new BlazingText({
      session,
      instanceType: "ml.c5.xlarge",
      hyperparameters: { mode: "supervised", word_ngrams: 1, epochs: 20 },
    });
    await estimator.fit({ train });
    const predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
    assert.equal((await predictor.predict("tasty soup"))[0].label, "good");
    assert.equal(typeof Predictor, "function");
    await predictor[Symbol.asyncDispose]();
  } finally {
    await session.close();
  }
  console.log("CommonJS: trained, deployed, predicted");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
