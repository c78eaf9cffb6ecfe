import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engine } from "../../../../src/local/engines/blazingtext/engine.js";
import { ContainerError, type LoadedModel } from "../../../../src/local/engines/contract.js";
import { ask, loadFolder, removeJobs, temporaryFolder } from "./training-job.js";

const fixtures = `${import.meta.dirname}/../../../fixtures/fasttext`;

afterAll(removeJobs);

function folderWith(fixture: string): string {
  const folder = temporaryFolder();
  copyFileSync(`${fixtures}/${fixture}`, join(folder, "model.bin"));
  return folder;
}

async function refusalOf(model: LoadedModel, body: string, contentType?: string): Promise<ContainerError> {
  const error: unknown = await ask(model, body, contentType).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ContainerError);
  return error as ContainerError;
}

describe("loading a model", () => {
  it("writes the container's log lines", async () => {
    const lines: string[] = [];
    await loadFolder(folderWith("words.bin"), (line) => lines.push(line));
    expect(lines[0]).toBe("Arguments: serve");
    expect(lines.slice(1).map((line) => line.replace(/^\[.* INFO \d+\] /u, ""))).toEqual([
      "Finding and loading model",
      "Trying to load model from /opt/ml/model/model.bin",
      "Number of server workers: 1",
    ]);
  });

  it("offers the batch settings of the container", async () => {
    const model = await loadFolder(folderWith("words.bin"));
    expect(model.executionParameters).toEqual({
      maxConcurrentTransforms: 4,
      batchStrategy: "MULTI_RECORD",
      maxPayloadInMb: 6,
    });
  });

  it("fails with what is wrong with the file", async () => {
    await expect(loadFolder(temporaryFolder())).rejects.toMatchObject({
      name: "JobFailure",
      kind: "ClientError",
      message: "The model archive holds no model.bin.",
    });
    const folder = temporaryFolder();
    writeFileSync(join(folder, "model.bin"), readFileSync(`${fixtures}/words.bin`).subarray(0, 900));
    await expect(loadFolder(folder)).rejects.toMatchObject({
      name: "JobFailure",
      kind: "ClientError",
      message: expect.stringMatching(
        /Unable to load the model\. fastText model \(.*model\.bin, byte \d+\): .*cut off/u,
      ),
    });
    await expect(loadFolder(folderWith("skipgram.bin"))).rejects.toThrow("holds word vectors (skipgram)");
  });

  it("serves models of C++ fastText, quantized ones too", async () => {
    const model = await loadFolder(folderWith("pruned.ftz"));
    const golden = JSON.parse(readFileSync(`${fixtures}/pruned.ftz.json`, "utf8")) as Record<
      string,
      [string, number][]
    >;
    const [answer] = JSON.parse(await ask(model, '{"instances": ["kappa"], "configuration": {"k": 4}}')) as {
      label: string[];
      prob: number[];
    }[];
    expect(answer?.label).toEqual(golden["kappa"]?.map(([label]) => label));
    expect(answer?.prob[0]).toBeCloseTo(golden["kappa"]?.[0]?.[1] ?? -1, 6);
  });
});

describe("a served model", () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadFolder(folderWith("trigrams.bin"));
  });

  it("answers JSON with one object per text, best labels first", async () => {
    const body = await ask(model, '{"instances": ["alpha beta", "kappa"], "configuration": {"k": 2}}');
    const answers = JSON.parse(body) as { label: string[]; prob: number[] }[];
    expect(answers).toHaveLength(2);
    for (const { label, prob } of answers) {
      expect(Object.keys(answers[0] ?? {})).toEqual(["label", "prob"]);
      expect(label).toHaveLength(2);
      expect(prob[0]).toBeGreaterThan(prob[1] ?? 1);
    }
    expect(body).toMatch(/^\[\{"label": \["__label__\w+", "__label__\S+"\], "prob": \[0\.\d+, \S+\]\}, \{.*\}\]$/u);
  });

  it("writes 32-bit probabilities with all digits of a double", async () => {
    const [answer] = JSON.parse(await ask(model, '{"instances": ["alpha"]}')) as { prob: [number] }[];
    expect(answer?.prob[0]).toBe(Math.fround(answer?.prob[0] ?? 0));
    expect(String(answer?.prob[0]).length).toBeGreaterThan(12);
  });

  it("answers JSON Lines with one line per line, in the same order", async () => {
    const lines = ["kappa", "alpha beta", "kappa"].map((source, id) => JSON.stringify({ id, source }));
    const body = await ask(model, `${lines.join("\n")}\n`, "application/jsonlines");
    const answers = body.split("\n");
    expect(answers.pop()).toBe("");
    expect(answers).toHaveLength(3);
    expect(answers[0]).toBe(answers[2]);
    expect(answers[0]).toMatch(/^\{"label": \["__label__\w+"\], "prob": \[0\.\d+\]\}$/u);
    const two = await ask(model, '{"source": "kappa", "k": 2}', "application/jsonlines");
    expect((JSON.parse(two) as { label: string[] }).label).toHaveLength(2);
  });

  it("answers in the content type of the request, whatever is accepted", async () => {
    const request = { body: new TextEncoder().encode('{"instances": []}'), accept: "text/csv" };
    const response = await model.invoke({ ...request, contentType: "Application/JSON; charset=utf-8" });
    expect(response.contentType).toBe("application/json");
    expect(new TextDecoder().decode(response.body)).toBe("[]");
  });

  it("takes a text with line feeds for one text, and answers an empty one", async () => {
    const ask2 = (text: string): Promise<string> => ask(model, JSON.stringify({ instances: [text] }));
    expect(await ask2("alpha\nbeta")).toBe(await ask2("alpha beta"));
    expect(JSON.parse(await ask2(""))).toMatchObject([{ label: [expect.stringContaining("__label__")] }]);
  });

  it("escapes labels beyond ASCII as Python does", async () => {
    const body = await ask(model, '{"instances": ["kappa"], "configuration": {"k": 10}}');
    expect(body).toContain('"__label__\\u00e7inq"');
  });

  it("refuses other content types in the container's words", async () => {
    expect(await refusalOf(model, "kappa", "application/octet-stream")).toMatchObject({
      status: 415,
      message: "content-type application/octet-stream not supported",
    });
  });

  it.each([
    ["application/json", "{“instances”: []}"],
    ["application/json", '["kappa"]'],
    ["application/json", '{"instances": "kappa"}'],
    ["application/json", '{"sentences": ["kappa"]}'],
    ["application/json", '{"instances": [1]}'],
    ["application/json", '{"instances": ["kappa"], "configuration": {"k": 0}}'],
    ["application/json", ""],
    ["application/jsonlines", '{"source": "a"}\n\n{"source": "b"}'],
    ["application/jsonlines", '"a"'],
    ["application/jsonlines", '{"text": "a"}'],
    ["application/jsonlines", '{"source"; "a"}'],
  ])("refuses %s %s as a payload it cannot decode", async (contentType, body) => {
    const error = await refusalOf(model, body, contentType);
    expect(error.status).toBe(400);
    expect(error.message).toMatch(/^Unable to decode payload: Incorrect data format\. \(caused by \w+\)$/u);
  });

  it("answers a payload that was encoded twice as the container does", async () => {
    const error = await refusalOf(model, JSON.stringify('{"instances": ["kappa"]}'));
    expect(error).toMatchObject({ status: 500, message: "TypeError: string indices must be integers" });
  });

  it("refuses bytes that are not UTF-8", async () => {
    const body = Uint8Array.of(0x7b, 0xff);
    await expect(
      Promise.resolve().then(() => model.invoke({ body, contentType: "application/json", accept: undefined })),
    ).rejects.toMatchObject({ status: 400 });
  });
});

describe("engine", () => {
  it("is the two jobs of a container", () => {
    expect(Object.keys(engine).sort()).toEqual(["load", "train"]);
  });
});
