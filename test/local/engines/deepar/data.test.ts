import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { writeDeepAR } from "../../../../src/formats/index.js";
import { type ChannelInput, JobFailure } from "../../../../src/local/engines/contract.js";
import { type Dataset, readTestSet, readTrainingSet } from "../../../../src/local/engines/deepar/data/dataset.js";
import { makeSeries } from "../../../../src/local/engines/deepar/data/series.js";
import { statisticsLines, statisticsOf } from "../../../../src/local/engines/deepar/data/statistics.js";
import { drawEpoch, planEpoch, type Window } from "../../../../src/local/engines/deepar/data/windows.js";
import { readHyperparameters } from "../../../../src/local/engines/deepar/hyperparameters.js";
import { seededRandom } from "../../../../src/local/tensor/index.js";
import { channel, lines, quick, removeFolders, type SeriesLine, temporaryFolder, weeklySeries } from "./deepar-job.js";

afterAll(removeFolders);

const { signal } = new AbortController();

function read(input: ChannelInput, hyperparameters: Readonly<Record<string, string>> = {}): Promise<Dataset> {
  return readTrainingSet(input, readHyperparameters({ ...quick, ...hyperparameters }), signal);
}

function readLines(series: readonly SeriesLine[], hyperparameters: Readonly<Record<string, string>> = {}) {
  return read(channel("train", { "train.json": lines(series) }), hyperparameters);
}

/** The message of the failure of a job. */
async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(JobFailure);
  expect((error as JobFailure).kind).toBe("ClientError");
  return (error as JobFailure).message;
}

const start = "2024-01-01 00:00:00";
const ramp = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);
const some = weeklySeries(4);

describe("readTrainingSet", () => {
  it("reads JSON Lines, the same compressed, and Parquet alike", async () => {
    const text = lines(some);
    const parquet = join(temporaryFolder(), "a.parquet");
    await writeDeepAR(
      parquet,
      some.map(({ start, target }) => ({ start, values: target })),
    );
    const contents = { "a.json": text, "a.json.gz": gzipSync(text), "a.parquet": readFileSync(parquet) };
    const wanted = (await read(channel("train", { "a.json": text }))).series;
    for (const [name, content] of Object.entries(contents)) {
      const { series } = await read(channel("train", { [name]: content }));
      expect(series.map(({ values }) => [...values])).toEqual(wanted.map(({ values }) => [...values]));
    }
  });

  it("reads all files of a folder tree but hidden ones and _SUCCESS", async () => {
    const files = {
      "b/1.json": lines(some.slice(2)),
      "a.json": lines(some.slice(0, 2)),
      ".hidden": "x",
      "b/_SUCCESS": "",
    };
    expect((await read(channel("train", files))).series).toHaveLength(4);
  });

  it("tells other names by the content type of the channel, and asks for it", async () => {
    const files = { "train.jsonl": lines(some) };
    expect((await read(channel("train", files, { contentType: "json" }))).series).toHaveLength(4);
    expect(await failureOf(read(channel("train", files)))).toBe(
      "Unable to tell the format of /opt/ml/input/data/train/train.jsonl by its name, which ends neither in .json nor .json.gz nor " +
        ".parquet. Set the content type of the train channel to json, json.gz or parquet; it has none.",
    );
    expect(await failureOf(read(channel("train", files, { contentType: "text/plain" })))).toMatch(
      /it is "text\/plain"\.$/u,
    );
  });

  it("says what it inferred, in the words of the container", async () => {
    expect((await readLines(some)).lines).toEqual([
      "[cardinality=auto] `cat` field was NOT found in the file `/opt/ml/input/data/train/train.json` and will NOT be used for training.",
      "[num_dynamic_feat=auto] `dynamic_feat` field was NOT found in the file `/opt/ml/input/data/train/train.json` and will NOT be used for training.",
    ]);
    const rich = some.map((one, index) => ({ ...one, cat: [index % 2, index % 3], dynamic_feat: [ramp(120)] }));
    const { lines: inferred, layout, series } = await readLines(rich);
    expect(inferred).toEqual([
      "[cardinality=auto] Inferred value of cardinality=[2, 3] from dataset.",
      "[num_dynamic_feat=auto] Inferred value of num_dynamic_feat=1 from dataset.",
    ]);
    expect(layout).toEqual({ cardinality: [2, 3], dynamicFeatures: 1 });
    expect(series[3]?.categories).toEqual([1, 0]);
  });

  it("leaves groups and features aside when told to", async () => {
    const rich = some.map((one, index) => ({ ...one, cat: [index + 5], dynamic_feat: [ramp(120)] }));
    for (const text of ["ignore", ""]) {
      const { lines: inferred, layout, series } = await readLines(rich, { cardinality: text, num_dynamic_feat: text });
      expect([inferred, layout]).toEqual([[], { cardinality: [], dynamicFeatures: 0 }]);
      expect([series[0]?.categories, series[0]?.dynamicFeatures]).toEqual([[], []]);
    }
  });

  it("names file, line and field of what is no series", async () => {
    const broken = `${lines(some.slice(0, 2))}{"start":"${start}","target":[1,"two"]}\n`;
    expect(await failureOf(read(channel("train", { "train.json": broken })))).toMatch(
      /^Error when parsing json \(\/opt\/ml\/input\/data\/train\/train\.json, line 3, field target\[1\]\): expected a number/u,
    );
    const pretty = JSON.stringify(some[0], null, 2);
    expect(await failureOf(read(channel("train", { "train.json": pretty })))).toMatch(
      /^Error when parsing json \(\/opt\/ml\/input\/data\/train\/train\.json, line 1/u,
    );
    expect(await failureOf(readLines([{ ...(some[0] as SeriesLine), dynamic_feat: [[1, 2]] }]))).toMatch(
      /line 1, field dynamic_feat\[0\]\): 2 values; needed are as many as "target" for training, 120/u,
    );
  });

  it.each<[string, readonly SeriesLine[], Readonly<Record<string, string>>, string | RegExp]>([
    [
      "nothing but zeros",
      [{ start, target: ramp(400).map(() => 0) }],
      {},
      "training time series consist of only zeros or missing values",
    ],
    [
      "nothing at all",
      [{ start, target: ramp(400).map(() => null) }],
      {},
      "training time series consist of only zeros or missing values",
    ],
    ["too few values", [{ start, target: [...ramp(299), null] }], {}, /must be at least 300, got 299\.$/u],
    [
      "only short series",
      ramp(60).map(() => ({ start, target: ramp(7) })),
      {},
      /No time series of the train channel is longer than prediction_length 7/u,
    ],
    [
      "groups here and there",
      [
        { start, target: ramp(300), cat: [0] },
        { start, target: [1] },
      ],
      {},
      /same number of values in `cat`, or none: the first series has 1, series 2 of \S+train\.json has 0\.$/u,
    ],
    [
      "features here and there",
      [
        { start, target: ramp(300) },
        { start, target: [1], dynamic_feat: [[1]] },
      ],
      {},
      /in `dynamic_feat`, or none: the first series has 0, series 2 of .* has 1\.$/u,
    ],
    [
      "a group without a series",
      [
        { start, target: ramp(300), cat: [1] },
        { start, target: ramp(30), cat: [3] },
      ],
      {},
      "Training set did not contain examples for all categories of the 1-th categorical feature. All values for cat in the range " +
        "0 <= cat < (cardinality = 4) need to be contained in the training set. Missing values are [0, 2]",
    ],
    [
      "a group beyond the cardinality",
      [{ start, target: ramp(300), cat: [2] }],
      { cardinality: "[2]" },
      /is 2, but the train channel has the category 2/u,
    ],
    [
      "another number of groups",
      [{ start, target: ramp(300), cat: [0] }],
      { cardinality: "[1, 2]" },
      /cardinality is \[1, 2\], for 2 categorical features, but `cat` .* has 1\.$/u,
    ],
    [
      "another number of features",
      [{ start, target: ramp(300) }],
      { num_dynamic_feat: "2" },
      /num_dynamic_feat is 2, .* have 0 dynamic features/u,
    ],
    [
      "fractions as counts",
      [{ start, target: [...ramp(300), 0.5] }],
      { likelihood: "negative-binomial" },
      /needs whole numbers from 0, but target\[300\] of series 1 of .* is 0\.5\.$/u,
    ],
    [
      "counts as shares",
      [{ start, target: ramp(300) }],
      { likelihood: "beta" },
      /needs values between 0 and 1, but target\[1\] of .* is 2\.$/u,
    ],
  ])("refuses %s", async (_, series, hyperparameters, message) => {
    const failure = await failureOf(readLines(series, hyperparameters));
    if (typeof message === "string") expect(failure).toBe(message);
    else expect(failure).toMatch(message);
  });
});

describe("readTestSet", () => {
  const hyperparameters = readHyperparameters(quick);
  const readTest = (series: readonly SeriesLine[], layout: Dataset["layout"]) =>
    readTestSet(channel("test", { "test.json": lines(series) }), hyperparameters, layout, signal);

  it("holds the series against what the model is trained with", async () => {
    const layout = { cardinality: [2], dynamicFeatures: 1 };
    const fitting = { start, target: ramp(20), cat: [1], dynamic_feat: [ramp(20)] };
    expect(await readTest([fitting], layout)).toHaveLength(1);
    const faults = await Promise.all(
      [
        { start, target: ramp(20), dynamic_feat: [ramp(20)] },
        { ...fitting, cat: [2] },
        { start, target: ramp(20), cat: [1] },
      ].map((series) => failureOf(readTest([series], layout))),
    );
    const place = "(test channel, series 1 of /opt/ml/input/data/test/test.json).";
    expect(faults).toEqual([
      `The model was trained with \`cat\` of 1 values, but the series has none ${place}`,
      `cat[0] is 2, but the model knows the categories 0 to 1 ${place}`,
      `The model was trained with 1 dynamic features, but the series has none ${place}`,
    ]);
  });
});

describe("statisticsLines", () => {
  it("are those of a job of the service with the same series, to the last digit", () => {
    const url = new URL("../../../fixtures/deepar/chapter-series.json", import.meta.url);
    const { data } = JSON.parse(readFileSync(url, "utf8")) as { readonly data: readonly number[] };
    const hourly = readHyperparameters({ ...quick, time_freq: "H" }).time_freq;
    const series = makeSeries({ start: "2020-01-01 00:00:00", values: data.slice(0, 450) }, hourly);
    expect(statisticsLines("Training", statisticsOf([series]))).toEqual([
      "Training set statistics:",
      "Real time series",
      "number of time series: 1",
      "number of observations: 450",
      "mean target length: 450.0",
      "min/mean/max target: -216.7050323486328/611.7573611111111/2012.281494140625",
      "mean abs(target): 628.5100694444444",
      "contains missing values: no",
    ]);
  });

  it("count missing values", () => {
    const { time_freq } = readHyperparameters(quick);
    const series = makeSeries({ start, values: [1, Number.NaN, 3, -8, 2, 2, 2, 2, 2, 2] }, time_freq);
    const found = statisticsLines("Test", statisticsOf([series]));
    expect(found.slice(3)).toEqual([
      "number of observations: 9",
      "mean target length: 10.0",
      `min/mean/max target: -8.0/${8 / 9}/3.0`,
      `mean abs(target): ${24 / 9}`,
      "contains missing values: yes (10.0%)",
    ]);
  });
});

describe("planEpoch", () => {
  // From logs of the service.
  it.each([
    [1, 32, 320, 1],
    [200, 32, 2, 0.8],
  ])(
    "goes over %i series with batches of %i in %i passes, with probability %f",
    (series, batch, passes, probability) => {
      expect(planEpoch(series, batch)).toEqual({ passes, probability });
    },
  );

  it("takes some of the series when there are more than an epoch needs", () => {
    expect(planEpoch(6400, 32)).toEqual({ passes: 1, probability: 0.05 });
  });
});

describe("drawEpoch", () => {
  const { time_freq } = readHyperparameters(quick);
  const series = [30, 60, 8].map((length) => makeSeries({ start, values: ramp(length) }, time_freq));
  const rule = { contextLength: 10, predictionLength: 7, coldStarts: true };
  const starts = (windows: readonly Window[]) =>
    series.map((one) => windows.filter((window) => window.series === one).map(({ forecastStart }) => forecastStart));

  it("draws about ten batches of windows, wherever the points to predict lie within the series", () => {
    const windows = drawEpoch(series, planEpoch(3, 32), rule, seededRandom(1));
    // A Poisson number of mean 320.
    expect(windows.length).toBeGreaterThan(320 - 4 * 18);
    expect(windows.length).toBeLessThan(320 + 4 * 18);
    const [first = [], second = [], short = []] = starts(windows);
    for (const own of [first, second, short]) expect(own.length).toBeGreaterThan(60);
    expect([Math.min(...first), Math.max(...first)]).toEqual([0, 23]);
    expect([Math.min(...second), Math.max(...second)]).toEqual([0, 53]);
    expect([Math.min(...short), Math.max(...short)]).toEqual([0, 1]);
  });

  it("draws whole contexts where the series is long enough, when no series without history will be asked for", () => {
    const [first = [], second = [], short = []] = starts(
      drawEpoch(series, planEpoch(3, 32), { ...rule, coldStarts: false }, seededRandom(1)),
    );
    expect([Math.min(...first), Math.max(...first)]).toEqual([10, 23]);
    expect([Math.min(...second), Math.max(...second)]).toEqual([10, 53]);
    expect(new Set(short)).toEqual(new Set([1]));
  });

  it("draws the same for the same seed", () => {
    const draw = (seed: number) => drawEpoch(series, planEpoch(3, 8), rule, seededRandom(seed));
    expect(draw(4)).toEqual(draw(4));
    expect(draw(4)).not.toEqual(draw(5));
  });
});
