import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { writeFastText } from "../../src/formats/index.js";
import {
  BlazingText,
  type BlazingTextHyperparameters,
  type PreflightReport,
  type ProgressEvent,
  TrainingInput,
} from "../../src/index.js";
import { LocalSession } from "../../src/local/index.js";
import type { PreflightOptions } from "../../src/preflight/index.js";
import { Session } from "../../src/session/index.js";
import { faults, folderWith, found, storeWith } from "./support.js";

/** Enough good lines that nothing else is odd about a file. */
const GOOD = Array.from(
  { length: 10 },
  (_, line) => `__label__${line % 2 ? "good" : "bad"} words of line ${line}\n`,
).join("");
const SUPERVISED = { mode: "supervised", min_count: 1, word_ngrams: 1 } as const;

const session = new Session({ region: "eu-west-1", role: "arn:aws:iam::111122223333:role/r", defaultBucket: "bucket" });

function estimator(
  hyperparameters: BlazingTextHyperparameters = SUPERVISED,
  instanceType = "ml.c5.xlarge",
): BlazingText {
  return new BlazingText({ session, instanceType, hyperparameters } as never);
}

/** Preflight of texts, one per channel. */
async function check(
  texts: Readonly<Record<string, string | Uint8Array>>,
  hyperparameters: BlazingTextHyperparameters = SUPERVISED,
  options: PreflightOptions = {},
): Promise<PreflightReport> {
  const folder = await folderWith(texts);
  const inputs = Object.fromEntries(Object.keys(texts).map((channel) => [channel, `${folder}/${channel}`]));
  return estimator(hyperparameters).preflight(inputs as never, options);
}

/** Kind, line and byte of every finding of a code. */
function places(report: PreflightReport, code: string): unknown[] {
  return found(report, code).map(({ kind, place }) => [kind, place.line, place.byte]);
}

describe("BlazingText.preflight", () => {
  it("finds nothing in a file that writeFastText wrote, and says what it read", async () => {
    const folder = await folderWith({});
    const records = Array.from({ length: 20 }, (_, index) => ({ label: `l${index % 4}`, text: `some words ${index}` }));
    await writeFastText(`${folder}/train.txt`, records);
    const report = await estimator().preflight(`${folder}/train.txt`);
    expect(report).toMatchObject({ ok: true, subject: "BlazingText", findings: [] });
    expect(report.checked).toMatchObject([
      { channel: "train", objects: 1, objectsRead: 1, records: 20, coverage: "whole" },
    ]);
    expect(report.derived).toMatchObject([
      { name: "labels", value: 4 },
      { name: "examples", value: 20 },
    ]);
  });

  it("reads S3 in pieces, and finds the same there", async () => {
    const bad = `${GOOD}no label here\n`;
    const { session: local, uri } = await storeWith({ "train.txt": bad });
    const made = new BlazingText({ session: local, instanceType: "ml.c5.xlarge", hyperparameters: SUPERVISED });
    const report = await made.preflight(uri("train.txt"));
    expect(found(report, "BT-01")).toMatchObject([
      { kind: "no-label", place: { file: uri("train.txt"), line: 11, byte: GOOD.length } },
    ]);
  });
});

describe("BT-01: labels", () => {
  it("finds lines without a label and labels without a name, with line and byte", async () => {
    const report = await check({ train: `${GOOD}text that was cut\n__label__ big sale\n__label__good\tbuy\n` });
    expect(report.ok).toBe(false);
    expect(places(report, "BT-01")).toEqual([
      ["no-label", 11, GOOD.length],
      ["empty-label", 12, GOOD.length + 18],
    ]);
    expect(found(report, "BT-01")[0]).toMatchObject({
      message: "no word of the line starts with __label__",
      fix: expect.stringContaining("writeFastText"),
    });
  });

  it("lets a label stand anywhere in its line", async () => {
    expect(faults(await check({ train: `${GOOD}words before __label__good words\n` }))).toEqual([]);
  });

  it("checks every line of an augmented manifest and reads on after a fault", async () => {
    const manifest = [
      '{"source":"very good donut","label":1}',
      '{"sources":"misspelt","label":0}',
      '{"source":"","label":0}',
      '{"source":"named","label":"positive"}',
      "{'source':'python','label':0}",
      "",
      '{"source":"several","label":[0,"1"]}',
      '["no object"]',
    ].join("\n");
    const folder = await folderWith({ train: manifest });
    const input = new TrainingInput("s3://bucket/train.manifest", {
      s3DataType: "AugmentedManifestFile",
      attributeNames: ["source", "label"],
      inputMode: "Pipe",
      recordWrapping: "RecordIO",
    });
    const report = await estimator().preflight({ train: input }, { localData: { train: `${folder}/train` } });
    expect(found(report, "BT-01").map(({ message, place }) => [place.line, place.field, message])).toEqual([
      [2, "source", 'the line has no attribute "source"; it has "sources"'],
      [3, "source", 'the text must be a text with a word in it; got ""'],
      [4, "label", 'the label must be a class number or a list of them; got "positive"'],
      [5, undefined, `the line is not JSON: ${JSON.stringify("{'source':'python','label':0}")}`],
      [6, undefined, "the line is blank"],
      [8, undefined, "the line is JSON, but no object"],
    ]);
    expect(report.derived[1]).toMatchObject({ name: "examples", value: 3 });
  });
});

describe("BT-02: the form of lines", () => {
  it("finds lines without text, blank lines and a byte order mark", async () => {
    const report = await check({ train: `\ufeff__label__good first\n${GOOD}__label__good\n\n` });
    expect(places(report, "BT-02")).toEqual([
      ["byte-order-mark", 1, 0],
      ["no-text", 12, GOOD.length + 23],
      ["blank-line", 13, GOOD.length + 37],
    ]);
    expect(places(report, "BT-01")).toEqual([]);
  });

  it("notes CR LF, tabs and doubled blanks, which training reads as meant", async () => {
    const report = await check({ train: `${GOOD}__label__bad a  b\n__label__bad\tx\n__label__bad y\r\n` });
    expect(report).toMatchObject({ ok: true, counts: { error: 0, warning: 0, info: 3 } });
    expect(places(report, "BT-02")).toEqual([
      ["odd-separator", 11, GOOD.length],
      ["odd-separator", 12, GOOD.length + 18],
      ["carriage-return", 13, GOOD.length + 33],
    ]);
  });

  it("finds bytes that are not UTF-8, and goes on", async () => {
    const bad = Buffer.concat([
      Buffer.from(GOOD),
      Buffer.from("__label__good caf\xe9\n", "latin1"),
      Buffer.from("x\n"),
    ]);
    const report = await check({ train: bad });
    expect(places(report, "BT-02")).toEqual([["invalid-utf8", 11, GOOD.length]]);
    expect(places(report, "BT-01")).toEqual([["no-label", 12, GOOD.length + 19]]);
  });

  it.each([
    ["compressed with gzip", gzipSync(GOOD)],
    ["UTF-16 text", Buffer.from(`\ufeff${GOOD}`, "utf16le")],
    ["a zip archive or a spreadsheet", Buffer.from("PK\x03\x04 and more")],
  ])("says once that a file is %s", async (what, bytes) => {
    const report = await check({ train: bytes });
    expect(report.findings).toMatchObject([{ code: "BT-02", kind: "not-text", message: `the file is ${what}` }]);
  });

  it("looks at the form of word vector texts too, but not for labels", async () => {
    const report = await check({ train: "\ufeffplain words\n\nmore words\n" }, { mode: "skipgram" });
    expect(faults(report)).toEqual(["BT-02 byte-order-mark"]);
  });
});

describe("BT-03: several objects", () => {
  it("are refused and named", async () => {
    const { session: local, uri } = await storeWith({ "d/": "", "d/a.txt": GOOD, "d/b.txt": GOOD });
    const made = new BlazingText({ session: local, instanceType: "ml.c5.xlarge", hyperparameters: SUPERVISED });
    const report = await made.preflight(uri("d/"));
    expect(faults(report)).toEqual(["BT-03 several-objects"]);
    expect(report.findings[0]?.message).toContain(`"${uri("d/a.txt")}", "${uri("d/b.txt")}"`);
    expect(faults(await made.preflight(uri("d/a.txt")))).toEqual([]);
  });
});

describe("BT-04, BT-05, BT-06, BT-07: settings that do not go together", () => {
  it("are refused before there is data to read, with their codes", async () => {
    const inputs = { train: "s3://b/t.txt", validation: "s3://b/v.txt" };
    await expect(estimator({ mode: "cbow" }).preflight(inputs as never)).rejects.toThrow("[BT-04]");
    expect(() => estimator({ mode: "batch_skipgram" }, "ml.p3.2xlarge")).toThrow("[BT-05]");
    expect(() => estimator({ mode: "skipgram", word_ngrams: 2 } as never)).toThrow("[BT-07]");
  });

  it("are warned of when they are legal: word vectors on several GPUs cannot be served", async () => {
    const folder = await folderWith({ train: GOOD });
    const report = await estimator({ mode: "skipgram" }, "ml.p3.16xlarge").preflight(`${folder}/train`);
    expect(report.findings).toMatchObject([
      { code: "BT-06", severity: "warning", message: expect.stringContaining("the model cannot be deployed") },
    ]);
  });
});

describe("GEN-13: settings without effect", () => {
  it("are warnings of the report, as fit logs them", async () => {
    const folder = await folderWith({ train: GOOD });
    const report = await estimator({ ...SUPERVISED, patience: 3 }).preflight(`${folder}/train`);
    expect(report.findings).toMatchObject([
      { code: "GEN-13", severity: "warning", message: '"patience" has no effect without early_stopping: true.' },
    ]);
  });
});

describe("BlazingText.fit", () => {
  it("tells the warnings of preflight to the logger and to onProgress, and creates the job", async () => {
    const { session: local, uri } = await storeWith({ "train.txt": `${GOOD}__label__rare once\n` });
    const warnings: string[] = [];
    const ignore = (): void => undefined;
    const warn = (message: string): void => void warnings.push(message);
    const logger = { debug: ignore, info: ignore, warn, error: ignore };
    const session = new LocalSession({ service: await local.service(), logger });
    const made = new BlazingText({ session, instanceType: "ml.c5.xlarge", hyperparameters: SUPERVISED });
    const events: ProgressEvent[] = [];
    const job = await made.fit(uri("train.txt"), {
      jobName: "job-1",
      wait: false,
      onProgress: (event) => events.push(event),
    });
    const place = 'channel "train", "rare"';
    const text = `preflight BT-13: ${place}: label "rare" has 1 example; add examples, join rare classes into one, or leave them out`;
    expect(warnings).toEqual([text]);
    expect(events).toMatchObject([{ type: "warning", jobName: "job-1", message: text }]);
    await job.stop();
  });
});

describe("BT-10: files that were prepared differently", () => {
  const lines = (text: string): string =>
    Array.from({ length: 30 }, (_, line) => `__label__${line % 2} ${text}\n`).join("");

  it("are found by capital letters and by punctuation at words", async () => {
    const report = await check({ train: lines("a good donut , really"), validation: lines("A good Donut, really") });
    expect(found(report, "BT-10").map(({ message }) => message)).toEqual([
      "100 % of the lines have capital letters, in train 0 %",
      "100 % of the lines have punctuation attached to words, in train 0 %",
    ]);
    expect(faults(await check({ train: lines("A Donut."), validation: lines("A cup.") }))).toEqual([]);
  });
});

describe("BT-13: classes", () => {
  it("with very few examples, or in validation only, are named with their number", async () => {
    const train = `${GOOD}__label__rare once\n`;
    const report = await check({ train, validation: `${GOOD}__label__goood new\n` });
    expect(report.ok).toBe(true);
    expect(found(report, "BT-13").map(({ message, place }) => [place.channel, message])).toEqual([
      ["train", 'label "rare" has 1 example'],
      ["validation", 'label "goood" of 1 example does not occur in train, which has "good"'],
    ]);
  });

  it("that are the same for every line teach nothing", async () => {
    const report = await check({ train: "__label__a b c\n".repeat(9) });
    expect(report.findings).toMatchObject([{ code: "BT-13", kind: "one-label", severity: "warning" }]);
  });

  it("are not judged by a part of the data", async () => {
    const train = `${"__label__a some words\n".repeat(1000)}__label__b rare\n${"__label__c more\n".repeat(1000)}no label\n`;
    const report = await check({ train }, SUPERVISED, { sample: { bytes: 8192 } });
    expect(found(report, "BT-13")).toEqual([]);
    expect(report.skipped).toContainEqual({
      codes: ["BT-13"],
      channel: "train",
      reason: 'only a part of the channel was read; count all labels with sample: "whole"',
    });
    expect(report.checked[0]).toMatchObject({ coverage: "sampled", bytesRead: 8192 });
  });
});

describe("BT-14: a text of which no word remains", () => {
  it("is found by its length", async () => {
    const report = await check({ train: "__label__a b\n__label__c d\n" }, { mode: "supervised", word_ngrams: 1 });
    expect(found(report, "BT-14")[0]).toMatchObject({ severity: "warning", place: { field: "min_count" } });
  });
});

describe("a sampled file", () => {
  it("is read in parts that are spread over it, and faults behind the first part have a byte and no line", async () => {
    const line = "__label__a some words that are here\n";
    const bytes = 24 * 1024 * 1024;
    const count = Math.floor(bytes / line.length);
    const text = Buffer.from(line.repeat(count));
    const end = (count - 10) * line.length;
    Buffer.from("xxlabel__a").copy(text, end);
    Buffer.from("xxlabel__a").copy(text, line.length);
    const report = await check({ train: text }, SUPERVISED, { sample: { bytes: 9 * 1024 * 1024 } });
    expect(places(report, "BT-01")).toEqual([
      ["no-label", 2, line.length],
      ["no-label", undefined, end],
    ]);
  });
});
