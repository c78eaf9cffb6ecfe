import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CategoryEncoder } from "../../../../src/datasets/index.js";
import { DeepAR, deepARBatch } from "../../../../src/estimators/index.js";
import { type DeepARInput, encodeDeepAR } from "../../../../src/formats/index.js";
import { LocalSession } from "../../../../src/local/index.js";
import { removeFolders, weeklySeries } from "./deepar-job.js";

let session: LocalSession;
let bucket: string;
let encoder: CategoryEncoder;

const names = ["north", "south"];
const whole = weeklySeries(8).map(({ start, target }, index) => ({
  ...{ start, values: target as number[] },
  categories: [index % 2],
}));
const past = whole.map((one) => ({ ...one, values: one.values.slice(0, -7) }));

async function upload(key: string, series: readonly DeepARInput[]): Promise<string> {
  return session.uploadData(encodeDeepAR(series), { bucket, keyPrefix: "data", fileName: key });
}

beforeAll(async () => {
  session = new LocalSession({ root: "temporary", seed: 7 });
  bucket = await session.defaultBucket({ create: true });
  encoder = await CategoryEncoder.fit(
    names.map((town) => ({ town })),
    { town: (shop: { town: string }) => shop.town },
  );
});
afterAll(async () => {
  await session.close();
  removeFolders();
});

function estimator(changes: { readonly epochs?: number } = {}): DeepAR {
  return new DeepAR({
    ...{ session, instanceType: "ml.c5.xlarge", categoryEncoder: encoder, outputPath: `s3://${bucket}/output/` },
    hyperparameters: {
      ...{ time_freq: "D", prediction_length: 7, context_length: 14, num_layers: 1, num_cells: 12 },
      ...{ mini_batch_size: 16, learning_rate: 0.02, likelihood: "gaussian", epochs: changes.epochs ?? 20 },
    },
  });
}

describe("DeepAR in the local service", () => {
  it("trains, is scored, is deployed, forecasts, and forecasts a file", async () => {
    const trained = estimator();
    const job = await trained.fit({ train: await upload("train.jsonl", past), test: await upload("test.json", whole) });
    const { testRmse, testMeanWeightedQuantileLoss, finalLoss } = await job.result();
    expect(testMeanWeightedQuantileLoss).toBeLessThan(0.15);
    expect(Number.isFinite(finalLoss)).toBe(true);

    await using predictor = await trained.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
    const forecasts = await predictor.forecast(past, { outputTypes: ["mean", "quantiles"], quantiles: [0.1, 0.9] });
    let squares = 0;
    for (const [index, { mean, timestamps }] of forecasts.entries()) {
      expect(timestamps[0]).toBe("2024-04-23 00:00:00");
      for (let step = 0; step < 7; step++)
        squares += ((whole[index]?.values.at(step - 7) ?? 0) - (mean[step] ?? 0)) ** 2;
    }
    // One seed: the endpoint draws the very samples that the job was scored with.
    expect(Math.sqrt(squares / (7 * whole.length))).toBeCloseTo(testRmse ?? 0, 3);
    // Without history the group alone decides.
    const [north, south] = await predictor.forecast(
      [0, 1].map((code) => ({ start: "2024-04-23 00:00:00", values: [], categories: [code] })),
    );
    expect(north?.mean).not.toEqual(south?.mean);

    const transformer = trained.transformer({
      ...{ instanceCount: 1, instanceType: "ml.m5.large", outputPath: `s3://${bucket}/batch/` },
      inference: { outputTypes: ["quantiles"], quantiles: [0.1, 0.9] },
    });
    const input = deepARBatch.encode(past, { modelCard: trained.modelCard() });
    await transformer.transform(await session.uploadData(input, { bucket, keyPrefix: "in", fileName: "a.jsonl" }));
    let line = 0;
    for await (const { forecast } of transformer.results()) {
      expect(forecast?.quantile(0.9)).toEqual(forecasts[line]?.quantile(0.9));
      line++;
    }
    expect(line).toBe(whole.length);
    await transformer.deleteModel();
  });

  it("fails with the place of a fault in the data", async () => {
    const uri = `s3://${bucket}/broken/train.json`;
    await session.uploadString('{"start":"2024-01-01 00:00:00","target":[1,2}\n', uri);
    await expect(estimator({ epochs: 1 }).fit({ train: uri })).rejects.toThrow(/train\.json, line 1/u);
    await expect(estimator({ epochs: 1 }).fit({ train: uri }, { preflight: false })).rejects.toThrow(
      /ClientError: Error when parsing json \(\/opt\/ml\/input\/data\/train\/train\.json, line 1\)/u,
    );
  });
});
