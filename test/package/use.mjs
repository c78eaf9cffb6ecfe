// What a user of the packed tarball does first, as an ES module: train, deploy, predict, leave nothing behind.
import assert from "node:assert/strict";
import { BlazingText, imageUris, SageMakerError } from "sagemaker-ts";
import { encodeFastText, readFastText } from "sagemaker-ts/formats";
import { LocalSession } from "sagemaker-ts/local";
import { seriesPlot, terminalChart, toSvg } from "sagemaker-ts/plots";
import { Predictor, RuntimeSession } from "sagemaker-ts/predictor";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
assert.equal(
  imageUris.retrieve("blazingtext", { region: "us-east-1" }),
  "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1",
);

const session = new LocalSession({ root: "temporary" });
assert(session instanceof RuntimeSession);
try {
  const bucket = await session.defaultBucket({ create: true });
  const rows = Array.from({ length: 200 }, (_, row) =>
    row % 2 ? { label: "good", text: "fresh and tasty soup" } : { label: "bad", text: "cold and bland soup" },
  );
  const train = await session.uploadData(encodeFastText(rows), { bucket, keyPrefix: "data", fileName: "train.txt" });
  assert.equal((await readFastText(await session.readS3Bytes(train)).toArray()).length, 200);

  const estimator = new BlazingText({
    session,
    instanceType: "ml.c5.xlarge",
    hyperparameters: { mode: "supervised", word_ngrams: 1, epochs: 20 },
  });
  await estimator.fit({ train });
  const predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
  const [first] = await predictor.predict(["cold soup"]);
  assert.equal(first?.label, "bad");

  const raw = new Predictor({ endpointName: predictor.endpointName, session });
  await assert.rejects(raw.predict("not json"), (error) => SageMakerError.is(error) && error.code === "MODEL_ERROR");
  await predictor[Symbol.asyncDispose]();
} finally {
  await session.close();
}
const series = { start: "2024-01-01", frequency: "D", values: [1, 2, 3] };
assert.match(terminalChart(series), /2024-01-01 .* 2024-01-03/u);
await assert.rejects(toSvg(seriesPlot(series)), (error) => error.code === "MISSING_DEPENDENCY");
console.log("ES module: trained, deployed, predicted");
