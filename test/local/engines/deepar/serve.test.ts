import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ContainerError, type LoadedModel } from "../../../../src/local/engines/contract.js";
import { ask, Job, load, removeFolders, weeklySeries } from "./deepar-job.js";

afterAll(removeFolders);

const series = weeklySeries(6, { length: 60 });
const plain = { start: series[0]?.start ?? "", target: series[0]?.target ?? [] };
const ramp = (length: number): number[] => Array.from({ length }, (_, index) => index);
const rich = (target: readonly (number | null)[], extra: object = {}) => ({
  ...{ start: "2024-01-01 00:00:00", target, cat: [1], dynamic_feat: [ramp(target.length + 7)] },
  ...extra,
});

let modelDir: string;
let richDir: string;
let model: LoadedModel;
let richModel: LoadedModel;

beforeAll(async () => {
  const train = series;
  modelDir = (await new Job({ train, hyperparameters: { epochs: "4", learning_rate: "0.02" } }).train()).modelDir;
  const withGroups = series.map((one, index) => ({ ...one, cat: [index % 2], dynamic_feat: [ramp(60)] }));
  richDir = (await new Job({ train: withGroups, hyperparameters: { epochs: "4", learning_rate: "0.02" } }).train())
    .modelDir;
  model = await load(modelDir);
  richModel = await load(richDir);
});

/** Status and text of a refused request. */
async function refusal(target: LoadedModel, body: unknown, contentType?: string): Promise<string> {
  const error: unknown = await ask(target, body, contentType).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ContainerError);
  return `${(error as ContainerError).status} ${(error as ContainerError).message}`;
}

describe("a served DeepAR model", () => {
  it("answers mean and nine quantiles when nothing else is asked for, in compact JSON", async () => {
    const text = await ask(model, { instances: [plain, plain] });
    expect(text).toMatch(
      /^\{"predictions":\[\{"mean":\[[-\d.,e]+\],"quantiles":\{"0\.1":\[[^ ]+\]\}\},\{"mean":[^ ]+\]\}$/u,
    );
    const { predictions } = JSON.parse(text);
    expect(predictions).toHaveLength(2);
    expect(Object.keys(predictions[0].quantiles)).toEqual(ramp(9).map((index) => `0.${index + 1}`));
    expect(predictions[0].mean).toHaveLength(7);
    expect(predictions[0].samples).toBeUndefined();
  });

  it("answers what is asked for: quantiles in their order and spelling, samples as paths", async () => {
    const text = await ask(model, {
      instances: [plain],
      configuration: { num_samples: 5, output_types: ["samples", "quantiles"], quantiles: ["0.90", "0.5"] },
    });
    expect(text).toMatch(/^\{"predictions":\[\{"quantiles":\{"0\.90":\[.*\],"0\.5":\[.*\]\},"samples":\[\[/u);
    const [{ samples, quantiles }] = JSON.parse(text).predictions;
    expect(samples.map((path: number[]) => path.length)).toEqual([7, 7, 7, 7, 7]);
    const first = samples.map((path: number[]) => path[0]).sort((a: number, b: number) => a - b);
    expect([quantiles["0.5"][0], quantiles["0.90"][0]]).toEqual([first[2], first[4]]);
    const empty = await ask(model, { instances: [], configuration: { output_types: [] } });
    expect(empty).toBe('{"predictions":[]}');
  });

  it("prints float32 with at most ten decimals, as the service does", async () => {
    const text = await ask(model, { instances: [plain] });
    const numbers = text.match(/-?\d+\.\d+(?:e-\d+)?/gu) ?? [];
    // Not the keys of the quantiles.
    const printed = numbers.filter((number) => !/^0\.\d$/u.test(number));
    expect(printed.length).toBe(70);
    for (const number of printed) {
      expect(number).toMatch(/^-?\d+\.\d{1,10}$/u);
      expect(Number(Math.fround(Number(number)).toFixed(10))).toBe(Number(number));
    }
  });

  it("gives quantiles that never cross, and means between the extremes", async () => {
    const instances = series.map(({ start, target }) => ({ start, target }));
    const { predictions } = JSON.parse(await ask(model, { instances }));
    for (const { mean, quantiles } of predictions) {
      const curves = Object.keys(quantiles).map((key) => quantiles[key]);
      for (let step = 0; step < 7; step++) {
        const values = curves.map((curve) => curve[step]);
        expect(values).toEqual([...values].sort((a, b) => a - b));
        expect(mean[step]).toBeGreaterThan(values[0] - (values[8] - values[0]));
        expect(mean[step]).toBeLessThan(values[8] + (values[8] - values[0]));
      }
    }
  });

  it("gives a series the same forecast in any request, and another one under another seed", async () => {
    const other = { start: plain.start, target: plain.target.map((value) => (value ?? 0) + 1) };
    const one = async (target: LoadedModel, instances: unknown[], index: number) =>
      JSON.parse(await ask(target, { instances })).predictions[index];
    const alone = await one(model, [plain], 0);
    expect(await one(model, [other, plain], 1)).toEqual(alone);
    expect(await one(await load(modelDir), [plain], 0)).toEqual(alone);
    expect(await one(await load(modelDir, { seed: 2 }), [plain], 0)).not.toEqual(alone);
    expect(await one(model, [other], 0)).not.toEqual(alone);
  });

  it("draws further paths when more are asked for than fit at once", async () => {
    const configuration = { num_samples: 300, output_types: ["samples"] };
    const [{ samples }] = JSON.parse(await ask(model, { instances: [plain], configuration })).predictions;
    expect(new Set(samples.map((path: number[]) => path[6])).size).toBeGreaterThan(290);
  });

  it("forecasts with missing values, whether null, text or bare NaN", async () => {
    const target = [...plain.target.slice(0, -1), null];
    const wanted = await ask(model, { instances: [{ ...plain, target }] });
    const text = JSON.stringify({ instances: [{ ...plain, target }] });
    expect(await ask(model, text.replace("null", '"NaN"'))).toBe(wanted);
    expect(await ask(model, text.replace("null", "NaN"))).toBe(wanted);
  });

  it("forecasts a series without history by its group", async () => {
    const answer = async (group: number) =>
      JSON.parse(await ask(richModel, { instances: [rich([], { cat: [group] })] })).predictions[0].mean;
    const [first, second] = [await answer(0), await answer(1)];
    expect([first.length, second.length]).toEqual([7, 7]);
    expect(first).not.toEqual(second);
    // A single group may come as a bare number.
    const bare = rich([], { cat: 1 });
    expect(JSON.parse(await ask(richModel, { instances: [bare] })).predictions[0].mean).toEqual(second);
  });

  it("looks at dynamic features of the time to come", async () => {
    const target = plain.target;
    const answer = (feature: number[]) => ask(richModel, { instances: [rich(target, { dynamic_feat: [feature] })] });
    const features = ramp(67);
    expect(await answer(features)).toBe(await answer(features));
    const mean = async (feature: number[]) => JSON.parse(await answer(feature)).predictions[0].mean;
    expect((await mean(features.with(66, 1000)))[6]).not.toBeCloseTo((await mean(features))[6], 3);
  });

  it("answers one record of a batch transform job with one line, without a wrapper", async () => {
    const line = JSON.stringify(plain);
    const text = await ask(model, `${line}\n`, "application/jsonlines");
    expect(text).toMatch(/^\{"mean":\[.*\],"quantiles":\{.*\}\}\n$/u);
    expect(`{"predictions":[${text.trim()}]}`).toBe(await ask(model, { instances: [plain] }));
  });

  it("takes the configuration of batch transform from the environment", async () => {
    const configured = await load(modelDir, {
      environment: { DEEPAR_INFERENCE_CONFIG: '{"num_samples":3,"output_types":["quantiles"],"quantiles":["0.5"]}' },
    });
    const text = await ask(configured, JSON.stringify(plain), "application/jsonlines; charset=utf-8");
    expect(text).toMatch(/^\{"quantiles":\{"0\.5":\[[^"]+\]\}\}\n$/u);
    expect(JSON.parse(await ask(configured, { instances: [plain] })).predictions[0].mean).toHaveLength(7);
  });

  it.each([
    ["{'num_samples': 3}", /not JSON/u],
    ['{"num_samples":0}', /num_samples must be a whole number from 1, got 0\.$/u],
    [`{"a":"${"x".repeat(11_000)}"}`, /11008 characters; at most 10240 are allowed/u],
  ])("refuses the environment's configuration %#", async (text, message) => {
    const loading = load(modelDir, { environment: { DEEPAR_INFERENCE_CONFIG: text } });
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(/^Environment variable DEEPAR_INFERENCE_CONFIG: /u);
  });

  it("wants one record with each request of a batch transform job", async () => {
    expect(model.executionParameters.batchStrategy).toBe("SINGLE_RECORD");
    const two = `${JSON.stringify(plain)}\n${JSON.stringify(plain)}\n`;
    expect(await refusal(model, two, "application/jsonlines")).toMatch(
      /^400 Unable to evaluate payload provided: 2 records in one request.*BatchStrategy SingleRecord, SplitType Line/u,
    );
  });

  it("refuses other content types in the words of the service", async () => {
    expect(await refusal(model, "x", "application/octet-stream")).toBe(
      "415 Customer Error: Content-Type header value 'application/octet-stream' not supported",
    );
  });

  it.each<[string, unknown, RegExp]>([
    ["what is not JSON", "{", /the body is not JSON/u],
    ["a list", [plain], /expected an object with "instances"/u],
    ["a single instance", { instances: plain }, /instances must be a list/u],
    [
      "an instance that is a list",
      { instances: [[1, 2]] },
      /instances\[0\]: expected an object with start and target/u,
    ],
    [
      "a missing field",
      { instances: [plain, { start: plain.start }] },
      /instances\[1\]: target: the field is missing/u,
    ],
    [
      "a time zone",
      { instances: [{ ...plain, start: "2024-01-01T00:00:00Z" }] },
      /instances\[0\]: start: .*time zone/u,
    ],
    [
      "a text as value",
      { instances: [{ ...plain, target: ["x"] }] },
      /instances\[0\]: target\[0\]: expected a number/u,
    ],
    [
      "groups that the model does not know",
      { instances: [{ ...plain, cat: [0] }] },
      /was trained without `cat`, but the series has it/u,
    ],
    [
      "features that the model does not know",
      { instances: [{ ...plain, dynamic_feat: [ramp(67)] }] },
      /was trained without `dynamic_feat`/u,
    ],
    [
      "no samples",
      { instances: [plain], configuration: { num_samples: 0 } },
      /num_samples must be a whole number from 1/u,
    ],
    [
      "an unknown output",
      { instances: [plain], configuration: { output_types: ["median"] } },
      /output_types must be a list of "mean", "quantiles", "samples", got \["median"\]/u,
    ],
    [
      "quantiles as numbers",
      { instances: [plain], configuration: { quantiles: [0.5] } },
      /quantiles must be texts .* got 0\.5/u,
    ],
    ["a quantile of 1", { instances: [plain], configuration: { quantiles: ["1"] } }, /quantiles must be texts/u],
    [
      "a forecast beyond all calendars",
      { instances: [{ ...plain, start: "9999-12-01 00:00:00" }] },
      /beyond the year 9999/u,
    ],
  ])("refuses %s", async (_, body, message) => {
    const text = await refusal(model, body);
    expect(text).toMatch(/^400 Unable to evaluate payload provided: /u);
    expect(text).toMatch(message);
  });

  it.each<[string, object, RegExp]>([
    ["no group", { cat: undefined }, /trained with `cat` of 1 values, but the series has none/u],
    ["an unknown group", { cat: [2] }, /cat\[0\] is 2, but the model knows the categories 0 to 1/u],
    ["no features", { dynamic_feat: undefined }, /trained with 1 dynamic features, but the series has none/u],
    [
      "features without a future",
      { dynamic_feat: [ramp(60)] },
      /dynamic_feat\[0\]: 60 values; needed are .* 60 \+ 7 = 67/u,
    ],
  ])("refuses a series with %s", async (_, extra, message) => {
    expect(await refusal(richModel, { instances: [rich(plain.target, extra)] })).toMatch(message);
  });
});
