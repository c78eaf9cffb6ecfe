import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CategoryEncoder, splitForecast, TimeSeries } from "../../../src/datasets/index.js";
import { DecodeError, EndpointError } from "../../../src/errors/index.js";
import { seriesPerRequest } from "../../../src/estimators/deepar/predictor.js";
import { DeepARPredictor } from "../../../src/estimators/index.js";
import { LabelIndex } from "../../../src/formats/index.js";
import { goldenSession } from "../support.js";
import { faultsOf, messagesOf, recorded, recordedSeries } from "./support.js";

// biome-ignore lint/suspicious/noExplicitAny: the mock's own type parameters are of no use here
let runtime: AwsStub<any, any, any>;
beforeEach(() => {
  runtime = mockClient(SageMakerRuntimeClient);
});
afterEach(() => runtime.restore());

const predictor = (modelCard: object = {}, options: object = {}): DeepARPredictor =>
  new DeepARPredictor({
    endpointName: "sales",
    session: goldenSession(),
    modelCard: { frequency: "H", predictionLength: 2, ...modelCard },
    ...options,
  });

interface Body {
  readonly instances: readonly { readonly start: string; readonly target: readonly number[] }[];
  readonly configuration?: Readonly<Record<string, unknown>>;
}

const bodies = (): Body[] =>
  runtime
    .commandCalls(InvokeEndpointCommand)
    .map((call) => JSON.parse(Buffer.from(call.args[0].input.Body as Uint8Array).toString()) as Body);

function answer(value: unknown): void {
  runtime
    .on(InvokeEndpointCommand)
    .resolves({ Body: Buffer.from(JSON.stringify(value)) as never, ContentType: "application/json" });
}

/** Answers every series with its first value, two points long. */
function answerEach(): void {
  runtime.on(InvokeEndpointCommand).callsFake(async ({ Body }: { Body: Uint8Array }) => {
    const { instances } = JSON.parse(Buffer.from(Body).toString()) as Body;
    const predictions = instances.map(({ target }) => ({ mean: [target[0], target[0]] }));
    return { Body: Buffer.from(JSON.stringify({ predictions })), ContentType: "application/json" };
  });
}

const start = "2024-01-01 00:00:00";
const series = { start, values: [1, null, 3] };
const meanOnly = { outputTypes: ["mean"] } as const;

describe("DeepARPredictor.forecast", () => {
  it("sends the request of a real client, and reads the answer of the real endpoint with its times", async () => {
    answer(recorded.response);
    const { training } = splitForecast(recordedSeries, { predictionLength: 50 });
    const forecast = await predictor({ predictionLength: 50 }).forecast(training, {
      numSamples: 100,
      outputTypes: ["quantiles"],
      quantiles: [0.1, 0.5, 0.9],
    });
    expect(bodies()).toEqual([recorded.request]);
    expect(runtime.commandCalls(InvokeEndpointCommand)[0]?.args[0].input).toMatchObject({
      EndpointName: "sales",
      ContentType: "application/json",
      Accept: "application/json",
    });
    expect(forecast).toHaveLength(50);
    expect([forecast.timestamps[0], forecast.timestamps[49]]).toEqual(["2020-01-19 18:00:00", "2020-01-21 19:00:00"]);
    expect(forecast.quantileLevels).toEqual([0.1, 0.5, 0.9]);
    expect(forecast.quantile(0.1).slice(0, 3)).toEqual([232.6628417969, -92.3196258545, -201.5193023682]);
    expect(forecast.quantile(0.5)).toEqual(recorded.response.predictions[0]?.quantiles["0.5"]);
    expect(forecast.mean).toBeUndefined();
    const [row] = forecast;
    expect(row).toEqual({
      timestamp: "2020-01-19 18:00:00",
      mean: undefined,
      quantiles: { "0.1": 232.6628417969, "0.5": 682.0487060547, "0.9": 1095.7762451172 },
    });
  });

  it("sends no configuration when nothing is asked for, and expects mean and nine quantiles", async () => {
    const quantiles = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => [`0.${tenth}`, [tenth, tenth]]));
    answer({ predictions: [{ mean: [1, 2], quantiles }] });
    const forecast = await predictor().forecast(series);
    expect(bodies()).toEqual([{ instances: [{ start, target: [1, null, 3] }] }]);
    expect(forecast.mean).toEqual([1, 2]);
    expect(forecast.quantileLevels).toHaveLength(9);
    expect(forecast.timestamps).toEqual(["2024-01-01 03:00:00", "2024-01-01 04:00:00"]);

    answer({ predictions: [{ mean: [1, 2] }] });
    await expect(predictor().forecast(series)).rejects.toThrow("the quantile 0.1 was asked for and is missing");
  });

  it("gives one forecast for one series, and a list for a list, with names", async () => {
    answerEach();
    const inputs = [series, { ...series, values: [9, 9], itemId: "nine" }];
    const [first, second] = await predictor().forecast(inputs, meanOnly);
    expect(first?.mean).toEqual([1, 1]);
    expect([second?.mean, second?.itemId, second?.timestamps[0]]).toEqual([[9, 9], "nine", "2024-01-01 02:00:00"]);
  });

  it("gives the samples when they are asked for", async () => {
    answer({
      predictions: [
        {
          samples: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
    });
    const forecast = await predictor().forecast(series, { outputTypes: ["samples"], numSamples: 2 });
    expect(forecast.samples).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(bodies()[0]?.configuration).toEqual({ num_samples: 2, output_types: ["samples"] });
  });

  it("sends categories and dynamic features, groups by their names too", async () => {
    answerEach();
    const categoryEncoder = new CategoryEncoder({ town: new LabelIndex(["east", "north"]) });
    const features = { dynamicFeatures: [[1, 2, 3, 4, 5]] };
    const known = predictor({ categoryEncoder, dynamicFeatures: 1 });
    expect(known.modelCard.cardinality).toEqual([2]);
    await known.forecast({ ...series, ...features, groups: { town: "north" } }, meanOnly);
    await known.forecast({ ...series, ...features, categories: [0] }, meanOnly);
    expect(bodies().map(({ instances }) => instances[0])).toEqual([
      { start, target: [1, null, 3], cat: [1], dynamic_feat: [[1, 2, 3, 4, 5]] },
      { start, target: [1, null, 3], cat: [0], dynamic_feat: [[1, 2, 3, 4, 5]] },
    ]);
  });

  it("forecasts a series without values from its categories", async () => {
    answer({ predictions: [{ mean: [1, 2] }] });
    const forecast = await predictor({ cardinality: [3] }).forecast({ start, values: [], categories: [2] }, meanOnly);
    expect(forecast.timestamps[0]).toBe(start);
    expect(await messagesOf(() => predictor().forecast({ start, values: [] }))).toEqual([
      "a series without values can be forecast from its categories only, and it has none",
    ]);
  });

  it.each<[string, object, object, string]>([
    [
      "missing categories",
      { cardinality: [2] },
      {},
      "categories are missing: the model was trained with 1, of 2 groups [DA-08]",
    ],
    ["categories too many", { cardinality: [] }, { categories: [0] }, "the model was trained without categories"],
    [
      "another number of categories",
      { cardinality: [2] },
      { categories: [0, 1] },
      "categories has 2 codes, but the model was trained with 1",
    ],
    [
      "an unseen code",
      { cardinality: [2] },
      { categories: [2] },
      "categories[0] is 2, but training saw only the codes 0 to 1",
    ],
    ["groups without an encoder", {}, { groups: { town: "east" } }, "need the categoryEncoder"],
    ["missing features", { dynamicFeatures: 1 }, {}, "trained with 1 dynamic features, the series has none [DA-08]"],
    ["features too many", { dynamicFeatures: 0 }, { dynamicFeatures: [[1, 2, 3, 4, 5]] }, "without dynamic features"],
    [
      "features without the future",
      {},
      { dynamicFeatures: [[1, 2, 3]] },
      "dynamicFeatures[0] has 3 numbers; a forecast needs as many as values and prediction_length together, 3 + 2 = 5; the future part is missing [DA-06]",
    ],
    ["a missing feature value", {}, { dynamicFeatures: [[1, 2, Number.NaN, 4, 5]] }, "dynamicFeatures[0][2]"],
    ["a start with a time zone", {}, { start: "2024-01-01T00:00:00Z" }, "time zone"],
    ["an infinite value", {}, { values: [1, Number.POSITIVE_INFINITY] }, "values[1]"],
    ["another frequency", {}, { frequency: "D" }, 'frequency "D", but the model was trained with "H"'],
  ])("refuses %s before anything is sent", async (_name, card, more, message) => {
    const error = await faultsOf(() => predictor(card).forecast([series, { ...series, ...more }]));
    expect(error.code).toBe("INVALID_INPUT");
    // The first series may lack the same, the second one is the one that is meant.
    const second = error.issues.filter(({ path }) => path[0] === 1);
    expect(second).toHaveLength(1);
    expect(second[0]?.message).toContain(message);
    expect(second[0]?.message).toMatch(/^series 2: /u);
    expect(bodies()).toEqual([]);
  });

  it("names the groups that it has not seen [DA-08]", async () => {
    const categoryEncoder = new CategoryEncoder({ town: new LabelIndex(["east", "north"]) });
    const [message] = await messagesOf(() =>
      predictor({ categoryEncoder }).forecast({ ...series, groups: { town: "nord" } }),
    );
    expect(message).toContain('had no group "nord" in training; did you mean "north"?');
    expect(message).toContain("[DA-08]");
  });

  it("says what a record of a file is called here", async () => {
    const [message] = await messagesOf(() => predictor().forecast({ start, target: [1] } as never));
    expect(message).toContain('"target" is called values here');
  });

  it("refuses settings that cannot be meant", async () => {
    const ask = (options: object) => messagesOf(() => predictor().forecast(series, options));
    expect(await ask({ quantiles: [0.5, 90, 0, 0.5] })).toEqual([
      "quantiles[1] must be a number in (0, 1); got 90; the 90 % quantile is 0.9, so write 0.9",
      "quantiles[2] must be a number in (0, 1); got 0",
      "quantiles[3], 0.5, is given twice",
    ]);
    expect(await ask({ numSamples: 0 })).toEqual(["numSamples must be an integer in [1, 2147483647]; got 0"]);
    expect(await ask({ outputTypes: ["median"] })).toEqual([
      'outputTypes[0] must be one of "mean", "quantiles", "samples"; got "median"; did you mean "mean"?',
    ]);
    expect(await ask({ outputTypes: ["mean"], quantiles: [0.5] })).toEqual([
      'quantiles are given, but outputTypes leaves "quantiles" out',
    ]);
    expect(await messagesOf(() => predictor().forecast([]))).toEqual([
      "expected at least one series; the list is empty",
    ]);
  });

  it("sends many series as several requests, in order, not more at once than told", async () => {
    let running = 0;
    let most = 0;
    runtime.on(InvokeEndpointCommand).callsFake(async ({ Body }: { Body: Uint8Array }) => {
      most = Math.max(most, ++running);
      await new Promise((done) => setImmediate(done));
      running--;
      const { instances } = JSON.parse(Buffer.from(Body).toString()) as Body;
      const predictions = instances.map(({ target }) => ({ mean: [target[0], target[0]] }));
      return { Body: Buffer.from(JSON.stringify({ predictions })), ContentType: "application/json" };
    });
    const many = Array.from({ length: 11 }, (_, index) => ({ start, values: [index] }));
    const forecasts = await predictor({}, { maxSeriesPerRequest: 2, concurrency: 3 }).forecast(many, meanOnly);
    expect(forecasts.map(({ mean }) => mean[0])).toEqual(many.map(({ values }) => values[0]));
    expect(bodies().map(({ instances }) => instances.length)).toEqual([2, 2, 2, 2, 2, 1]);
    expect(most).toBe(3);
  });

  it("keeps every request below the limit of the endpoint, to the byte", async () => {
    answerEach();
    const values = Array.from({ length: 100 }, (_, index) => index);
    const two = Array.from({ length: 2 }, () => ({ start, values }));
    await predictor().forecast(two, meanOnly);
    const size = Buffer.byteLength(JSON.stringify(bodies()[0]));
    runtime.resetHistory();
    await predictor({}, { maxPayloadBytes: size }).forecast([...two, ...two, ...two], meanOnly);
    expect(bodies().map(({ instances }) => instances.length)).toEqual([2, 2, 2]);
    runtime.resetHistory();
    await predictor({}, { maxPayloadBytes: size - 1 }).forecast(two, meanOnly);
    expect(bodies().map(({ instances }) => instances.length)).toEqual([1, 1]);
    const tooLarge = predictor({}, { maxPayloadBytes: 100 }).forecast(two, meanOnly);
    await expect(tooLarge).rejects.toSatisfy((error) => EndpointError.is(error) && error.code === "PAYLOAD_TOO_LARGE");
  });

  it("leaves the model time for every series of a request", () => {
    expect(seriesPerRequest(336, {})).toBe(3);
    expect(seriesPerRequest(24, {})).toBe(34);
    expect(seriesPerRequest(1, {})).toBe(92);
    expect(seriesPerRequest(336, { numSamples: 1000 })).toBe(1);
    expect(seriesPerRequest(10, { numSamples: 1000, outputTypes: ["samples"] })).toBe(11);
    expect(seriesPerRequest(10, { numSamples: 10_000, outputTypes: ["samples"] })).toBe(1);
  });

  it.each<[string, unknown, string]>([
    ["no list", { prediction: [] }, 'the list "predictions"'],
    ["another number of forecasts", { predictions: [] }, "1 series were sent, but 0 predictions came back"],
    [
      "another length",
      { predictions: [{ mean: [1, 2, 3] }] },
      "it has 3 points, but the predictionLength of the model card is 2",
    ],
    ["no numbers", { predictions: [{ mean: ["1", 2] }] }, '"mean" is no list of numbers'],
    ["another part", { predictions: [{ quantiles: { "0.5": [1, 2] } }] }, '"mean" was asked for and is missing'],
    ["nothing", { predictions: [{}] }, 'expected an object with "mean", "quantiles" or "samples"'],
  ])("refuses an answer with %s", async (_name, value, message) => {
    answer(value);
    const error: unknown = await predictor()
      .forecast(series, meanOnly)
      .catch((reason: unknown) => reason);
    expect(DecodeError.is(error) && error.message).toContain(message);
  });

  it("sends nothing more once it is aborted", async () => {
    const controller = new AbortController();
    runtime.on(InvokeEndpointCommand).callsFake(async () => {
      controller.abort(new Error("enough"));
      throw new Error("aborted");
    });
    const many = Array.from({ length: 5 }, () => series);
    const work = predictor({}, { maxSeriesPerRequest: 1, concurrency: 1 }).forecast(many, {
      ...meanOnly,
      signal: controller.signal,
    });
    await expect(work).rejects.toThrow();
    expect(bodies()).toHaveLength(1);
  });
});

describe("DeepARPredictor", () => {
  it("refuses a model card that cannot be used, with every fault", async () => {
    const card = { frequency: "h", predictionLength: 0, cardinality: [0], dynamicFeatures: -1, horizon: 3 };
    const error = await faultsOf(() => predictor(card));
    expect(error.issues.map(({ path }) => path.join("."))).toEqual([
      "modelCard.horizon",
      "modelCard.predictionLength",
      "modelCard.dynamicFeatures",
      "modelCard.frequency",
      "modelCard.cardinality",
    ]);
    expect(await messagesOf(() => new DeepARPredictor({ endpointName: "e" } as never))).toEqual([
      "the model card is { frequency, predictionLength, ... }; got undefined",
    ]);
    const categoryEncoder = new CategoryEncoder({ town: new LabelIndex(["east"]) });
    expect(await messagesOf(() => predictor({ categoryEncoder, cardinality: [2] }))).toEqual([
      'categoryEncoder has [1] groups, but "cardinality" is [2] [DA-07]',
    ]);
    expect(await messagesOf(() => predictor({ categoryEncoder: categoryEncoder.toJSON() }))).toEqual([
      expect.stringContaining("read one that was saved with CategoryEncoder.fromJSON"),
    ]);
  });

  it("takes a card that was kept as JSON", () => {
    const kept = JSON.parse(JSON.stringify(predictor({ cardinality: [2], dynamicFeatures: 0 }).modelCard)) as object;
    expect(predictor(kept).modelCard).toEqual({
      frequency: "H",
      predictionLength: 2,
      cardinality: [2],
      dynamicFeatures: 0,
    });
  });
});

describe("DeepARForecast", () => {
  async function forecastOf(input: TimeSeries, quantiles: Record<string, number[]>) {
    answer({ predictions: [{ mean: [1, 2, 3], quantiles }] });
    const card = { frequency: input.frequency, predictionLength: 3 };
    return predictor(card).forecast(input, { quantiles: Object.keys(quantiles).map(Number) });
  }

  it("counts months from the start of the series, so that their last day stays the last day", async () => {
    const months = new TimeSeries({ start: "2023-12-31", frequency: "M", values: [1, 2] });
    const forecast = await forecastOf(months, { "0.5": [1, 2, 3] });
    expect(forecast.timestamps).toEqual(["2024-02-29 00:00:00", "2024-03-31 00:00:00", "2024-04-30 00:00:00"]);
  });

  it("gives a line as a series, and all of it as JSON", async () => {
    const hours = new TimeSeries({ start, frequency: "H", values: [1, 2], itemId: "a" });
    const forecast = await forecastOf(hours, { "0.9": [7, 8, 9], "0.05": [0, 0, 1] });
    expect(forecast.quantileLevels).toEqual([0.05, 0.9]);
    expect(forecast.toSeries("mean").toJSON()).toEqual({
      start: "2024-01-01 02:00:00",
      frequency: "H",
      values: [1, 2, 3],
      itemId: "a",
    });
    expect([...forecast.toSeries(0.9).values]).toEqual([7, 8, 9]);
    expect(JSON.parse(JSON.stringify(forecast))).toEqual({
      itemId: "a",
      frequency: "H",
      timestamps: ["2024-01-01 02:00:00", "2024-01-01 03:00:00", "2024-01-01 04:00:00"],
      mean: [1, 2, 3],
      quantiles: { "0.9": [7, 8, 9], "0.05": [0, 0, 1] },
    });
    expect([...forecast].map(({ quantiles }) => quantiles["0.05"])).toEqual([0, 0, 1]);
    expect(await messagesOf(() => forecast.quantile(0.5))).toEqual([
      "the forecast has no quantile 0.5; it has 0.05, 0.9: ask for it with the option quantiles",
    ]);
  });

  it("has no mean that was not asked for", async () => {
    answer({ predictions: [{ quantiles: { "0.5": [1, 2] } }] });
    const forecast = await predictor().forecast(series, { outputTypes: ["quantiles"], quantiles: [0.5] });
    expect(await messagesOf(() => forecast.toSeries("mean"))).toEqual([
      'the forecast has no mean: ask for it with outputTypes: ["mean"]',
    ]);
  });
});
