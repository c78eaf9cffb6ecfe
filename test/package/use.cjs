// The same from CommonJS.
const assert = require("node:assert/strict");
const { BlazingText } = require("sagemaker-ts");
const { encodeFastText } = require("sagemaker-ts/formats");
const { LocalSession } = require("sagemaker-ts/local");
const { seriesPlot, terminalChart, toSvg } = require("sagemaker-ts/plots");
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
  const series = { start: "2024-01-01", frequency: "D", values: [1, 2, 3] };
  assert.match(terminalChart(series), /2024-01-01 .* 2024-01-03/u);
  await assert.rejects(toSvg(seriesPlot(series)), (error) => error.code === "MISSING_DEPENDENCY");
  console.log("CommonJS: trained, deployed, predicted");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
