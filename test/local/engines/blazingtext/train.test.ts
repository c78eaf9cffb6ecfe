import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { engine } from "../../../../src/local/engines/blazingtext/engine.js";
import { type ChannelInput, JobFailure } from "../../../../src/local/engines/contract.js";
import { chapterData, labelLines } from "../../../helpers/chapter-data.js";
import { ask, channel, contextFor, type JobOptions, loadFolder, removeJobs, trainJob } from "./training-job.js";

const data = chapterData(7);
const TRAIN = labelLines(data.train);
const VALIDATION = labelLines(data.validation);
const SMALL = { min_count: "2", buckets: "10000" };

afterAll(removeJobs);

async function failureOf(train: string | Uint8Array, options: JobOptions = {}): Promise<JobFailure> {
  const error: unknown = await trainJob(train, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(JobFailure);
  return error as JobFailure;
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function metric(log: readonly string[], name: string): number {
  return Number(new RegExp(`#${name}: (\\S+)`, "u").exec(log.join("\n"))?.[1]);
}

describe("a BlazingText training job", () => {
  it("writes the log lines of a real job, in their order", async () => {
    const { log } = await trainJob(TRAIN, { hyperparameters: SMALL, validation: VALIDATION });
    const stamp = String.raw`\[\d\d/\d\d/\d{4} \d\d:\d\d:\d\d INFO \d+\] `;
    const expected = [
      "Arguments: train",
      `${stamp}Running single machine CPU BlazingText training using supervised mode\\.`,
      `${stamp}Processing /opt/ml/input/data/train/train\\.txt \\. File size: \\d+\\.\\d+ MB`,
      `${stamp}Processing /opt/ml/input/data/validation/validation\\.txt \\. File size: \\d+\\.\\d+ MB`,
      "Read 0M words",
      "Number of words:  69",
      "##### Alpha: 0\\.0000  Progress: 100\\.00%  Million Words/sec: \\d+\\.\\d\\d #####",
      "Training finished\\.",
      "Average throughput in Million words/sec: \\d+\\.\\d\\d",
      "Total training time in seconds: \\d+\\.\\d\\d",
      "",
      "#train_accuracy: (?:0\\.9\\d{3}|1\\.0000)",
      "Number of train examples: 1200",
      "",
      "#validation_accuracy: (?:0\\.9\\d{3}|1\\.0000)",
      "Number of validation examples: 400",
    ];
    for (const [index, line] of expected.entries()) expect(log[index]).toMatch(new RegExp(`^${line}$`, "u"));
    expect(log).toHaveLength(expected.length);
  });

  it("writes the same bytes for the same seed, and others for another", async () => {
    const run = async (seed: number): Promise<string> =>
      digest((await trainJob(TRAIN, { hyperparameters: SMALL, seed })).modelFile);
    expect(await run(5)).toBe(await run(5));
    expect(await run(5)).not.toBe(await run(6));
  });

  it("trains at the default two million buckets without their 800 MB", async () => {
    const before = process.memoryUsage.rss();
    const job = await trainJob(TRAIN, { hyperparameters: { min_count: "2" } });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 2 ** 20);
    const { size, blocks } = statSync(job.modelFile);
    expect(size).toBeGreaterThan(800_000_000);
    expect(blocks * 512).toBeLessThan(10_000_000);
  });

  it("reports the accuracy that its model then has", async () => {
    const job = await trainJob(TRAIN, { hyperparameters: { ...SMALL, word_ngrams: "1" }, validation: VALIDATION });
    const model = await loadFolder(job.folder);
    const instances = data.validation.map(({ text }) => text);
    const answers = JSON.parse(await ask(model, JSON.stringify({ instances }))) as { label: string[] }[];
    const right = data.validation.filter(({ label }, index) => answers[index]?.label[0] === `__label__${label}`);
    expect(metric(job.log, "validation_accuracy")).toBeCloseTo(right.length / 400, 4);
    expect(statSync(job.modelFile).size).toBeLessThan(40_000);
  });

  it("trains with vectors of any length", async () => {
    for (const vector_dim of ["1", "3", "10", "97"]) {
      const job = await trainJob(TRAIN, { hyperparameters: { ...SMALL, vector_dim, learning_rate: "0.5" } });
      expect(metric(job.log, "train_accuracy")).toBeGreaterThan(0.95);
    }
  });

  it("keeps its accuracy with a second thread", async () => {
    const hyperparameters = { ...SMALL, epochs: "10" };
    const one = await trainJob(TRAIN, { hyperparameters, validation: VALIDATION });
    const two = await trainJob(TRAIN, { hyperparameters, validation: VALIDATION, threads: 2 });
    const name = "validation_accuracy";
    expect(Math.abs(metric(two.log, name) - metric(one.log, name))).toBeLessThan(0.015);
  });

  it("reads CRLF lines, a last line without its end, and lines of labels alone", async () => {
    const lines = "__label__a x x\r\n__label__b y y\r\n__label__a\r\n__label__b y";
    const job = await trainJob(lines, { hyperparameters: { ...SMALL, word_ngrams: "1", epochs: "200" } });
    expect(job.log).toContain("Number of words:  3");
    expect(job.log).toContain("Number of train examples: 4");
    const model = await loadFolder(job.folder);
    const answer = JSON.parse(await ask(model, '{"instances": ["x", "y"]}')) as { label: string[] }[];
    expect(answer.map(({ label }) => label[0])).toEqual(["__label__a", "__label__b"]);
  });

  it("says what a byte order mark does, and does it as fastText would", async () => {
    const job = await trainJob(`\ufeff__label__a x x\n__label__b y y\n`, { hyperparameters: SMALL });
    expect(job.log.some((line) => line.startsWith("[local mode] train.txt starts with a UTF-8 byte order mark"))).toBe(
      true,
    );
    expect(job.log).toContain("Number of train examples: 1");
  });
});

describe("early stopping", () => {
  const hyperparameters = { ...SMALL, early_stopping: "True", epochs: "40", learning_rate: "0.5", patience: "2" };

  it("stops after epochs without gain and logs each look at the validation data", async () => {
    const { log } = await trainJob(TRAIN, { hyperparameters, validation: VALIDATION });
    const epochs = log.filter((line) => line.startsWith("-------------- End of epoch: "));
    expect(epochs.length).toBeLessThan(40);
    expect(log).toContain("Loading validation data from /opt/ml/input/data/validation/validation.txt");
    const first = log.indexOf("-------------- End of epoch: 5");
    expect(log.slice(0, first).some((line) => line.startsWith("Validation accuracy"))).toBe(false);
    expect(log[first + 1]).toBe("Using 1 threads for prediction!");
    expect(log[first + 2]).toMatch(/^Validation accuracy: 0\.9\d{5}$/u);
    expect(log[first + 3]).toBe("Validation accuracy improved! Storing best weights...");
    const finished = log.indexOf("Training finished.");
    expect(log[finished - 2]).toBe("Validation accuracy has not improved for last 2 epochs.");
    expect(log[finished - 1]).toContain(`Progress: ${((epochs.length / 40) * 100).toFixed(2)}%`);
  });

  it("keeps the weights of the best epoch", async () => {
    const { log } = await trainJob(TRAIN, { hyperparameters, validation: VALIDATION });
    const seen = log.flatMap((line) => /^Validation accuracy: (\S+)$/u.exec(line)?.[1] ?? []).map(Number);
    expect(metric(log, "validation_accuracy")).toBeCloseTo(Math.max(...seen), 4);
  });

  it("makes all epochs when the validation accuracy keeps rising", async () => {
    const { log } = await trainJob(TRAIN, {
      hyperparameters: { ...hyperparameters, epochs: "6", min_epochs: "6" },
      validation: VALIDATION,
    });
    expect(log.filter((line) => line.startsWith("-------------- End of epoch: "))).toHaveLength(6);
  });
});

describe("an augmented manifest", () => {
  const records = data.train.map(({ label, text }, id) => ({ id, source: text, label: label === "positive" ? 1 : 0 }));
  const manifest = (name: string, path: string): ChannelInput => ({
    ...channel(name, path),
    inputMode: "Pipe",
    s3DataType: "AugmentedManifestFile",
    recordWrapperType: "RecordIO",
    attributeNames: ["source", "label"],
  });

  async function train(text: string): Promise<{ folder: string; log: readonly string[] }> {
    const context = contextFor(text, { hyperparameters: SMALL });
    const path = context.channels[0]?.files[0]?.path ?? "";
    await engine.train({ ...context, channels: [manifest("train", path)] });
    return { folder: context.modelDir, log: context.lines };
  }

  it("is read line by line; the label k becomes __label__k", async () => {
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    const { folder, log } = await train(text);
    expect(metric(log, "train_accuracy")).toBeGreaterThan(0.97);
    const model = await loadFolder(folder);
    expect(JSON.parse(await ask(model, '{"instances": ["that is bad"]}'))).toMatchObject([{ label: ["__label__0"] }]);
  });

  it("may list several labels, and holds one example per object whatever its text", async () => {
    const { log } = await train('{"source": "a b\\nc", "label": [1, 2]}\n{"source": "a b c", "label": 2}');
    expect(log).toContain("Number of train examples: 2");
    expect(log).toContain("Number of words:  4");
  });

  it.each([
    ["not json", "Unable to parse line 2 of the manifest of the train channel"],
    ['["a"]', "Unable to parse line 2"],
    ['{"label": 1}', 'Attribute "source" in line 2'],
    ['{"source": "x", "label": "sports"}', 'Attribute "label" in line 2'],
    ['{"source": "x"}', 'Attribute "label" in line 2'],
  ])("is refused with the line when it holds %s", async (line, message) => {
    const error: unknown = await train(`{"source": "a", "label": 1}\n${line}\n`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(JobFailure);
    expect((error as JobFailure).message).toContain(message);
  });
});

describe("a job that cannot train", () => {
  it("names all files when a channel holds several", async () => {
    const context = contextFor(TRAIN);
    writeFileSync(join(context.modelDir, "b.txt"), TRAIN);
    const path = context.channels[0]?.files[0]?.path ?? "";
    const channels = [channel("train", path, join(context.modelDir, "b.txt"))];
    const error: unknown = await engine.train({ ...context, channels }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "JobFailure", kind: "ClientError" });
    expect((error as Error).message).toContain("found 2: train.txt, b.txt");
  });

  it("says so when the channel is empty", async () => {
    const context = { ...contextFor(TRAIN), channels: [channel("train")] };
    await expect(engine.train(context)).rejects.toThrow("No file found in the train channel.");
  });

  it("says which words are missing when min_count leaves none", async () => {
    const error = await failureOf("__label__a one two\n__label__b three\n");
    expect(error.kind).toBe("ClientError");
    expect(error.message).toBe(
      "Empty vocabulary. Try a smaller min_count: no word of train.txt occurs 5 times or more.",
    );
    expect((await failureOf("")).message).toContain("Empty vocabulary");
  });

  it("says so when no line has a label", async () => {
    const error = await failureOf("just some words\n".repeat(9));
    expect(error.message).toContain("No labels found in train.txt");
  });

  it("says so when no validation line can be counted, and refuses to stop early by them", async () => {
    const validation = "__label__other that is bad\n";
    const { log } = await trainJob(TRAIN, { hyperparameters: SMALL, validation });
    expect(log.at(-1)).toBe(
      "[local mode] No validation accuracy: no line has both a label and a word of the training text.",
    );
    const error = await failureOf(TRAIN, { hyperparameters: { ...SMALL, early_stopping: "True" }, validation });
    expect(error.message).toContain("validation.txt has none");
  });

  it("refuses what it cannot hold in memory, with the amount", async () => {
    const error = await failureOf(TRAIN, { hyperparameters: { min_count: "2", vector_dim: "20000000" } });
    expect(error.message).toMatch(/Training needs \d+\.\d GiB of memory up to the input matrix/u);
  });

  it("ends between two chunks when it is stopped, and leaves no model", async () => {
    const stop = new AbortController();
    const context = contextFor(TRAIN, {
      hyperparameters: { ...SMALL, epochs: "100000000" },
      signal: stop.signal,
      onLog: (line) => {
        if (line.startsWith("Number of words")) setImmediate(() => stop.abort(new Error("stopped by the test")));
      },
    });
    await expect(engine.train(context)).rejects.toThrow("stopped by the test");
    expect(existsSync(join(context.modelDir, "model.bin"))).toBe(false);
  });

  it("ends its second thread when it is stopped", async () => {
    const stop = new AbortController();
    const context = contextFor(TRAIN, {
      hyperparameters: { ...SMALL, epochs: "100000000" },
      threads: 2,
      signal: stop.signal,
      onLog: (line) => {
        if (line.startsWith("##### Alpha")) stop.abort(new Error("stopped by the test"));
      },
    });
    await expect(engine.train(context)).rejects.toThrow("stopped by the test");
  });
});
