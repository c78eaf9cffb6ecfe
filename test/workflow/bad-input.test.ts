import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type FastTextInput, readFastText, writeFastText } from "../../src/formats/index.js";
import {
  BlazingText,
  type BlazingTextInputs,
  type BlazingTextOptions,
  ConfigurationError,
  FormatError,
  imageUris,
  JobError,
  Model,
  type ProgressEvent,
  ValidationError,
} from "../../src/index.js";
import { namesOnService, newSession, rejection, sentences } from "./support.js";

type Options = BlazingTextOptions<"supervised">;

/** What a caller without the compiler's help may write. */
function untyped(options: Readonly<Record<string, unknown>>): Options {
  return options as unknown as Options;
}

function construct(hyperparameters: Readonly<Record<string, unknown>>, others: Readonly<Record<string, unknown>> = {}) {
  return new BlazingText(untyped({ session: newSession(), instanceType: "ml.c5.xlarge", hyperparameters, ...others }));
}

function faultOf(action: () => unknown): ValidationError {
  try {
    action();
  } catch (error) {
    if (ValidationError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("hyperparameters", () => {
  it("names an unknown hyperparameter and lists the known ones", () => {
    const error = faultOf(() => construct({ mode: "supervised", colour: 1 }));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(error.issues.map(({ path }) => path)).toEqual([["hyperparameters", "colour"]]);
    expect(error.message).toContain('unknown hyperparameter "colour" of BlazingText; known: mode, epochs,');
  });

  it("suggests the hyperparameter that a mistyped name is closest to", () => {
    const error = faultOf(() => construct({ mode: "supervised", learning_rte: 0.1 }));
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(error.issues.map(({ path }) => path)).toEqual([["hyperparameters", "learning_rte"]]);
    expect(error.message).toContain('"learning_rte" of BlazingText; did you mean "learning_rate"?');
  });

  it("says what type is allowed and which value came", () => {
    const error = faultOf(() => construct({ mode: "supervised", epochs: "ten" }));
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(error.issues.map(({ path }) => path)).toEqual([["hyperparameters", "epochs"]]);
    expect(error.message).toMatch(/"epochs" of BlazingText must be an integer in \[1, \d+\]; got "ten"/u);
  });

  it("reports all faults of options and hyperparameters together", () => {
    const hyperparameters = { mode: "supervised", epochs: 0, min_count: 1.5, early_stopping: "yes", patienc: 2 };
    const error = faultOf(() => construct(hyperparameters, { maxRuntimeSeconds: -1, volumeSizeGB: 50 }));
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(new Set(error.issues.map(({ path }) => path.join(".")))).toEqual(
      new Set([
        "volumeSizeGB",
        "maxRuntimeSeconds",
        "hyperparameters.epochs",
        "hyperparameters.min_count",
        "hyperparameters.early_stopping",
        "hyperparameters.patienc",
      ]),
    );
    expect(error.message).toContain("6 faults");
    for (const { message } of error.issues) expect(error.message).toContain(message);
    expect(error.message).toContain('did you mean "volumeSizeGb"?');
    expect(error.message).toContain('did you mean "patience"?');
    expect(error.message).toContain('must be true or false; got "yes"');
  });
});

describe("instance types", () => {
  it.each([
    ["supervised", "ml.p3.16xlarge", "on one instance, a CPU or one with a single GPU"],
    ["batch_skipgram", "ml.p3.2xlarge", "on CPU instances"],
  ])("refuses for mode %s the type %s, says what the mode needs and how to insist", (mode, instanceType, needs) => {
    const error = faultOf(() => construct({ mode }, { instanceType }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.issues.map(({ path }) => path)).toEqual([["instanceType"]]);
    expect(error.message).toContain(`instanceType "${instanceType}"`);
    expect(error.message).toContain(`mode "${mode}" trains ${needs}`);
    expect(error.message).toContain("unlistedInstanceType");
  });
});

describe("channels at fit", () => {
  it.each<[string, Readonly<Record<string, string>>, object, string, string]>([
    ["a missing train channel", { validation: "s3://b/v.txt" }, {}, "train", 'got "validation"'],
    [
      "early_stopping without a validation channel",
      { train: "s3://b/t.txt" },
      { early_stopping: true },
      "validation",
      'early_stopping watches the accuracy on it; got "train"',
    ],
  ])("refuses %s without a request", async (_, inputs, hyperparameters, channel, detail) => {
    const estimator = construct({ mode: "supervised", ...hyperparameters });
    const session = estimator.session as ReturnType<typeof newSession>;
    const error = await rejection(estimator.fit(inputs as BlazingTextInputs<"supervised">));
    if (!ValidationError.is(error)) throw error;
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.issues.map(({ path }) => path)).toEqual([["channels", channel]]);
    expect(error.message).toContain(`channel "${channel}" of BlazingText is missing`);
    expect(error.message).toContain(detail);
    expect((await session.service()).requests).toEqual([]);
  });
});

describe("writeFastText", () => {
  const good: FastTextInput = { label: "positive", text: "very good donut" };

  it.each<[string, unknown, string | undefined, string]>([
    ["a label with a blank", { label: "very good", text: "donut" }, "label", 'use "very_good" or set invalidLabels'],
    [
      "a label with a line break",
      { label: "very\ngood", text: "donut" },
      "label",
      'label "very\\ngood" contains white',
    ],
    ["one bad label of several", { labels: ["a", "b c"], text: "x" }, "labels[1]", 'use "b_c" or set invalidLabels'],
    ["an empty label", { label: "", text: "donut" }, "label", "the label is empty"],
    ["an empty text", { label: "positive", text: "" }, "text", 'drop the record or set emptyText: "allow"'],
    ["a text of blanks", { label: "positive", text: " \t\n " }, "text", 'drop the record or set emptyText: "allow"'],
    ["a missing text", { label: "positive" }, "text", "expected text, got undefined"],
    ["something that is no record", null, undefined, "expected { label, text }, got null"],
  ])("refuses %s, names record and field, and leaves no file", async (_, bad, field, advice) => {
    const folder = mkdtempSync(join(tmpdir(), "bad-input-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const records = [good, good, bad as FastTextInput, good];
    const error = await rejection(writeFastText(join(folder, "train.txt"), records));
    if (!FormatError.is(error)) throw error;
    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", format: "fastText", record: 3, field });
    expect(error.message).toContain(
      field === undefined ? "fastText (record 3)" : `fastText (record 3, field "${field}")`,
    );
    expect(error.message).toContain(advice);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves an older file as it was, also when the fault comes late in a long file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bad-input-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "train.txt");
    await writeFile(file, "older\n");
    const records = function* (): Generator<FastTextInput> {
      for (let record = 1; record <= 60_000; record++) yield good;
      yield { label: "positive", text: "  " };
    };
    const error = await rejection(writeFastText(file, records()));
    expect(error).toMatchObject({ name: "FormatError", record: 60_001, field: "text" });
    expect(readdirSync(folder)).toEqual(["train.txt"]);
    expect(readFileSync(file, "utf8")).toBe("older\n");
  });
});

describe("readFastText", () => {
  it("names line and byte of an empty line when it reads strictly", async () => {
    const text = "__label__a one\n\n__label__b two\n";
    const error = await rejection(readFastText({ text }, { strict: true }).toArray());
    if (!FormatError.is(error)) throw error;
    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, byteOffset: 15 });
    expect(error.message).toBe("fastText (line 2, byte 15): the line is blank");
  });
});

describe("data in S3 at fit", () => {
  it.each<[string, (bucket: string) => string, (bucket: string) => string]>([
    ["a bucket that does not exist", () => "s3://no-such-bucket/train.txt", () => "no-such-bucket"],
    ["a prefix without objects", (bucket) => `s3://${bucket}/nothing/`, (bucket) => bucket],
  ])("refuses %s before there is a job, also without preflight", async (_, uriIn, bucketIn) => {
    const session = newSession();
    const bucket = await session.defaultBucket({ create: true });
    const estimator = new BlazingText({
      session,
      instanceType: "ml.c5.xlarge",
      hyperparameters: { mode: "supervised" },
    });
    const error = await rejection(estimator.fit({ train: uriIn(bucket) }, { preflight: false }));
    if (!ConfigurationError.is(error)) throw error;
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.code).toBe("BUCKET_UNREADABLE");
    expect(error.message).toContain(`"${uriIn(bucket)}"`);
    expect(error.message).toContain(`"s3:ListBucket" permissions on bucket "${bucketIn(bucket)}"`);
    expect(error.message).toContain("check that the objects exist");
    expect(error.message).toContain(await session.resolveRole());
    expect(error.cause).toMatchObject({ name: "ValidationException" });
    expect((await namesOnService(session)).trainingJobs).toEqual([]);
    expect(estimator.latestTrainingJob).toBeUndefined();
  });

  it("fails the job with a reason when the file is empty and nobody looked before", async () => {
    const session = newSession();
    const bucket = await session.defaultBucket({ create: true });
    const train = await session.uploadString("", `s3://${bucket}/train.txt`);
    const estimator = new BlazingText({
      session,
      instanceType: "ml.c5.xlarge",
      hyperparameters: { mode: "supervised" },
    });
    const error = await rejection(estimator.fit({ train }, { preflight: false, pollSeconds: 0.05 }));
    if (!JobError.is(error)) throw error;
    expect(error).toMatchObject({ code: "JOB_FAILED", status: "Failed" });
    expect(error.failureReason).toMatch(/^ClientError: Empty vocabulary\. .*train\.txt/u);
    expect(error.message).toContain("Try a smaller min_count");
  });
});

describe("a model archive that is none", () => {
  it("fails the deployment with the reason and takes back everything that it created", async () => {
    const session = newSession();
    const bucket = await session.defaultBucket({ create: true });
    const modelData = await session.uploadString(sentences(50), `s3://${bucket}/bad/model.tar.gz`);
    const imageUri = imageUris.retrieve("blazingtext", { region: "us-east-1" });
    const model = new Model({ session, imageUri, modelData });
    const events: ProgressEvent[] = [];
    const deployment = model.deploy({
      initialInstanceCount: 1,
      instanceType: "ml.m5.large",
      pollSeconds: 0.05,
      onProgress: (event) => events.push(event),
    });
    const error = await rejection(deployment);
    if (!JobError.is(error)) throw error;
    expect(error).toMatchObject({ code: "JOB_FAILED", kind: "Endpoint", status: "Failed" });
    expect(error.failureReason).toContain(`Failed to extract model data archive`);
    expect(error.message).toContain(modelData);
    expect(error.message).toContain("is a valid tar.gz archive");
    expect(error.lastLogLines.join("\n")).toContain("tar -czf model.tar.gz");
    expect(events.flatMap((event) => (event.type === "cleanup" ? [`${event.resource} ${event.outcome}`] : []))).toEqual(
      ["endpoint deleted", "endpoint configuration deleted", "model deleted"],
    );
    expect(await namesOnService(session)).toEqual({
      trainingJobs: [],
      endpoints: [],
      endpointConfigs: [],
      models: [],
    });
  });
});
