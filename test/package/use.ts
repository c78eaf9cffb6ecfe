// Compiled under the strictest flags without the DOM lib: the types that a user sees.
import { BlazingText, type Classification, JobError, type ProgressEvent, Session } from "sagemaker-ts";
import { readJsonLines } from "sagemaker-ts/formats";
import { LocalSession } from "sagemaker-ts/local";
import { forecastPlot, type PlotSpec, toHtml } from "sagemaker-ts/plots";
import { Predictor } from "sagemaker-ts/predictor";

export async function classify(texts: readonly string[], signal?: AbortSignal): Promise<Classification[]> {
  const session: Session = process.env["CI"] ? new LocalSession() : new Session({ region: process.env["AWS_REGION"] });
  const estimator = new BlazingText({
    session,
    instanceType: "ml.c5.xlarge",
    hyperparameters: { mode: "supervised", epochs: 5 },
  });
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === "log") process.stdout.write(`${event.line}\n`);
  };
  try {
    await estimator.fit({ train: "s3://bucket/train.txt" }, { onProgress, signal });
  } catch (error) {
    if (JobError.is(error)) process.stdout.write(error.lastLogLines.join("\n"));
    throw error;
  }
  const predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
  return predictor.predict(texts, { k: 2 });
}

new BlazingText({
  instanceType: "ml.c5.xlarge",
  // @ts-expect-error a hyperparameter of another mode
  hyperparameters: { mode: "supervised", window_size: 5 },
});

export const raw: Predictor<string, Uint8Array> = new Predictor({ endpointName: "e" });
export const rows: AsyncIterable<{ id: number }> = readJsonLines<{ id: number }>("rows.jsonl");

const spec: PlotSpec = forecastPlot({ forecast: { timestamps: ["2024-01-01"], quantiles: { "0.5": [1] } } });
export const page: Promise<string> = toHtml([spec], { title: "Forecast" });
