import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { writeDeepAR } from "../../src/formats/index.js";
import { DeepAR, type DeepARHyperparameters, type PreflightReport, TrainingInput } from "../../src/index.js";
import type { PreflightOptions } from "../../src/preflight/index.js";
import { Session } from "../../src/session/index.js";
import { faults, folderWith, found, storeWith } from "./support.js";

const base = { time_freq: "D", prediction_length: 10, context_length: 10, epochs: 5 } as const;
const session = new Session({ region: "eu-west-1", role: "arn:aws:iam::111122223333:role/r", defaultBucket: "bucket" });

const estimator = (hyperparameters: Partial<DeepARHyperparameters> = {}): DeepAR =>
  new DeepAR({ session, instanceType: "ml.c5.xlarge", hyperparameters: { ...base, ...hyperparameters } });

const wave = (length: number): number[] => Array.from({ length }, (_, index) => Math.sin(index) * 10);
const line = (more: object = {}): string =>
  `${JSON.stringify({ start: "2024-01-01 00:00:00", target: wave(400), ...more })}\n`;
const longer = (more: object = {}): string => line({ target: wave(410), ...more });

/** Preflight of files, by channel and name: `train/a.json`. */
async function check(
  files: Readonly<Record<string, string | Uint8Array>>,
  hyperparameters: Partial<DeepARHyperparameters> = {},
  options: PreflightOptions = {},
): Promise<PreflightReport> {
  const folder = await folderWith(files);
  const channels = new Set(Object.keys(files).map((name) => name.split("/")[0] ?? ""));
  const inputs = Object.fromEntries([...channels].map((channel) => [channel, `${folder}/${channel}`]));
  return estimator(hyperparameters).preflight(inputs as never, options);
}

/** Kind, file name and line of every finding of a code. */
const places = (report: PreflightReport, code: string): unknown[] =>
  found(report, code).map(({ kind, place }) => [kind, place.file?.split("/").at(-1), place.line]);

/** Checks of the data that could not be made. */
const skipped = (report: PreflightReport) => report.skipped.filter(({ channel }) => channel !== undefined);

describe("DeepAR.preflight", () => {
  it("finds nothing in files that writeDeepAR wrote, and says what follows from them", async () => {
    const folder = await folderWith({});
    const series = [0, 1, 0].map((code) => ({
      start: "2024-01-01 00:00:00",
      values: wave(400),
      categories: [code],
      dynamicFeatures: [wave(400)],
    }));
    const test = series.map((one) => ({ ...one, values: wave(410), dynamicFeatures: [wave(410)] }));
    await writeDeepAR(`${folder}/train.json`, series);
    await writeDeepAR(`${folder}/test.json`, test);
    const report = await estimator({ cardinality: [2] }).preflight({
      train: `${folder}/train.json`,
      test: `${folder}/test.json`,
    });
    expect(report).toMatchObject({ ok: true, subject: "DeepAR", findings: [] });
    expect(report.checked).toMatchObject([
      { channel: "train", records: 3, coverage: "whole" },
      { channel: "test", records: 3, coverage: "whole" },
    ]);
    expect(report.derived).toMatchObject([
      { name: "cardinality", value: ["2"], given: [2] },
      { name: "num_dynamic_feat", value: 1 },
      { name: "likelihood", value: "student-T" },
      { name: "series", value: 3 },
      { name: "observations", value: 1200 },
      { name: "windows_per_epoch", value: 1280 },
    ]);
  });

  it("reads S3, and names the object and the line there", async () => {
    const { session: local, uri } = await storeWith({ "in/a.json": line() + line(), "in/b.json": `${line()}[1]\n` });
    const made = new DeepAR({ session: local, instanceType: "ml.c5.xlarge", hyperparameters: base });
    const report = await made.preflight(uri("in/"));
    expect(found(report, "DA-04")).toMatchObject([
      { kind: "unreadable", place: { channel: "train", file: uri("in/b.json"), line: 2, byte: line().length } },
    ]);
  });

  it("reads compressed and Parquet files", async () => {
    const bad = line() + line({ cat: [1] });
    expect(places(await check({ "train/a.json.gz": gzipSync(bad) }), "DA-07")).toEqual([
      ["differing-layout", "a.json.gz", 2],
      ["missing-codes", undefined, undefined],
    ]);
    const folder = await folderWith({});
    await writeDeepAR(`${folder}/a.parquet`, [{ start: "2024-01-01 00:00:00", values: wave(20) }]);
    expect(faults(await estimator().preflight(`${folder}/a.parquet`))).toEqual(["DA-11 few-observations"]);
  });

  it("says what it could not look through", async () => {
    const report = await check({ "train/a.json": line(), "train/b.json.gz": gzipSync(line()) });
    expect(report.findings).toEqual([]);
    expect(skipped(report)).toMatchObject([
      { channel: "train", reason: expect.stringContaining("looked through together") },
    ]);
    const broken = await check({ "train/a.json.gz": gzipSync(line()).subarray(0, 40) });
    expect(faults(broken)).toEqual(["DA-04 unreadable-file"]);
  });

  it("judges a part of the data as a part", async () => {
    const many = Array.from({ length: 50 }, (_, index) => line({ cat: [index] })).join("");
    const report = await check({ "train/a.json": `${many}[1]\n` }, {}, { sample: { bytes: 4 * line().length } });
    expect(report.checked).toMatchObject([{ coverage: "sampled" }]);
    expect(report.findings).toEqual([]);
    expect(report.derived).toEqual([]);
    const small = await check(
      { "train/a.json": line({ target: wave(30) }).repeat(50) },
      {},
      { sample: { bytes: 3000 } },
    );
    expect(skipped(small)).toMatchObject([{ codes: ["DA-11"], channel: "train" }]);
  });

  it("keeps a job from being created", async () => {
    const { session: local, uri } = await storeWith({ "train.json": "[1]\n" });
    const made = new DeepAR({ session: local, instanceType: "ml.c5.xlarge", hyperparameters: base });
    await expect(made.fit(uri("train.json"))).rejects.toThrow("DA-04: ");
  });
});

describe("checks of DeepAR", () => {
  const bad = (second: object): string => line() + line(second);
  const featured = line({ dynamic_feat: [wave(400)] });
  const zeros = (length: number): number[] => Array.from({ length }, () => 0);

  /** Finds exactly this and nothing of another code. */
  async function finds(
    code: string,
    files: Readonly<Record<string, string>>,
    expected: readonly (readonly [kind: string, file?: string, line?: number])[],
    hyperparameters: Partial<DeepARHyperparameters> = {},
  ): Promise<void> {
    const report = await check(files, hyperparameters);
    expect(places(report, code)).toEqual(expected.map(([kind, file, number]) => [kind, file, number]));
    expect(faults(report).filter((fault) => !fault.startsWith(code))).toEqual([]);
    expect(found(report, code)[0]?.place.channel).toBeDefined();
  }

  it("DA-01: a start with a time zone", () =>
    finds("DA-01", { "train/a.json": bad({ start: "2024-01-01T00:00:00Z" }) }, [["unreadable", "a.json", 2]]));
  it("DA-02: one point a line", () =>
    finds("DA-02", { "train/a.json": line({ target: [1.5] }).repeat(400) }, [["one-point-a-line"]]));
  it("DA-03: a start off the grid", () =>
    finds("DA-03", { "train/a.json": bad({ start: "2024-01-01 07:00:00" }) }, [["unaligned-start", "a.json", 2]]));
  it("DA-04: an infinity", () =>
    finds("DA-04", { "train/a.json": `${line()}{"start":"2024-01-01","target":[1,Infinity]}\n` }, [
      ["unreadable", "a.json", 2],
    ]));
  it("DA-05: a missing value of a feature", () =>
    finds("DA-05", { "train/a.json": featured + line({ dynamic_feat: [[null, ...wave(399)]] }) }, [
      ["unreadable", "a.json", 2],
    ]));
  it("DA-06: features with a future part", () =>
    finds("DA-06", { "train/a.json": featured + line({ dynamic_feat: [wave(410)] }) }, [
      ["feature-length", "a.json", 2],
    ]));
  it("DA-06: another number of features", () =>
    finds("DA-06", { "train/a.json": line() }, [["feature-count"]], { num_dynamic_feat: 1 }));
  it("DA-07: categories in some series only", () =>
    finds("DA-07", { "train/a.json": line(), "train/b.json": line({ cat: [0] }) }, [
      ["differing-layout", "b.json", 1],
    ]));
  it("DA-07: codes with gaps", () =>
    finds("DA-07", { "train/a.json": line({ cat: [0] }) + line({ cat: [2] }) }, [["missing-codes"]]));
  it("DA-10: nothing but zeros", () =>
    finds("DA-10", { "train/a.json": line({ target: zeros(400) }) }, [["all-zero"]]));
  it("DA-10: a series of zeros", () =>
    finds("DA-10", { "train/a.json": bad({ target: zeros(40) }) }, [["zero-series", "a.json", 2]]));
  it("DA-11: too few values", () =>
    finds("DA-11", { "train/a.json": line({ target: wave(299) }) }, [["few-observations"]]));
  it("DA-12: a short series", () =>
    finds("DA-12", { "train/a.json": line(), "train/b.json": bad({ target: wave(10) }) }, [
      ["too-short", "b.json", 2],
    ]));
  it("DA-12: a short test series", () =>
    finds("DA-12", { "train/a.json": line(), "test/t.json": longer() + line({ target: wave(10) }) }, [
      ["test-too-short", "t.json", 2],
    ]));
  it("DA-13: a name that the service does not know", () =>
    finds("DA-13", { "train/a.jsonl": line(), "train/b": line() }, [
      ["unknown-ending", "a.jsonl"],
      ["unknown-ending", "b"],
    ]));
  it("DA-14: values that are no counts", () =>
    finds("DA-14", { "train/a.json": line() }, [["likelihood"]], { likelihood: "negative-binomial" }));
  it("DA-19: a test that the training has seen", () =>
    finds("DA-19", { "train/a.json": line(), "test/a.json": line() }, [["test-not-longer"]]));

  it("DA-13: takes the content type for what the name does not say, and doubts it when the name says otherwise", async () => {
    const folder = await folderWith({
      "train/a.jsonl": line(),
      "train/b.parquet": line(),
      "train/.hidden": "x",
      "train/_SUCCESS": "",
    });
    const report = await estimator().preflight(
      {
        train: new TrainingInput("s3://bucket/train/", { contentType: "json" }),
      },
      { localData: { train: `${folder}/train/` } },
    );
    expect(places(report, "DA-13")).toEqual([["other-ending", "b.parquet", undefined]]);
    expect(report.checked[0]?.records).toBe(2);
  });
});
