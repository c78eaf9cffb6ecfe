import { readFile } from "node:fs/promises";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DecodeError, ValidationError } from "../../../src/errors/index.js";
import { BlazingTextPredictor } from "../../../src/estimators/index.js";
import { goldenSession } from "../support.js";

// biome-ignore lint/suspicious/noExplicitAny: the mock's own type parameters are of no use here
let runtime: AwsStub<any, any, any>;
beforeEach(() => {
  runtime = mockClient(SageMakerRuntimeClient);
});
afterEach(() => runtime.restore());

const predictor = (): BlazingTextPredictor =>
  new BlazingTextPredictor({ endpointName: "reviews", session: goldenSession() });

function answer(value: unknown): void {
  const body = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
  runtime.on(InvokeEndpointCommand).resolves({ Body: body as never, ContentType: "application/json" });
}

const sentBody = (): string =>
  Buffer.from(runtime.commandCalls(InvokeEndpointCommand)[0]?.args[0].input.Body as Uint8Array).toString();

describe("BlazingTextPredictor.predict", () => {
  it("sends the texts as JSON, once, and asks for JSON", async () => {
    answer([{ label: ["__label__positive"], prob: [0.9] }]);
    await predictor().predict("héllo", { k: 1 });
    expect(runtime.commandCalls(InvokeEndpointCommand)[0]?.args[0].input).toMatchObject({
      EndpointName: "reviews",
      ContentType: "application/json",
      Accept: "application/json",
    });
    expect(sentBody()).toBe('{"instances":["héllo"],"configuration":{"k":1}}');
  });

  it("leaves the configuration out when k is not given, and never parses a text", async () => {
    answer([
      { label: [], prob: [] },
      { label: [], prob: [] },
    ]);
    await predictor().predict(['{"instances":["a"]}', ""]);
    expect(sentBody()).toBe('{"instances":["{\\"instances\\":[\\"a\\"]}",""]}');
  });

  it("reads the answer of a real endpoint", async () => {
    answer(await readFile(new URL("./fixtures/realtime-response.json", import.meta.url), "utf8"));
    const found = await predictor().predict(["that is bad", "the apple tastes good", "i would recommend it"]);
    expect(found.map(({ label, probability }) => [label, probability])).toEqual([
      ["negative", 0.8144211173057556],
      ["positive", 0.7917395234107971],
      ["positive", 0.6492884159088135],
    ]);
  });

  it("gives k labels, most likely first, with probabilities of at most 1", async () => {
    answer([{ prob: [1.0000100135803223, 0.00001], label: ["__label__a", "__label__b"], more: true }]);
    expect(await predictor().predict("x", { k: 5 })).toEqual([
      {
        label: "a",
        probability: 1,
        labels: [
          { label: "a", probability: 1 },
          { label: "b", probability: 0.00001 },
        ],
      },
    ]);
  });

  it("answers an empty label when the model gave none", async () => {
    answer([{ label: [], prob: [] }]);
    expect(await predictor().predict("x")).toEqual([{ label: "", probability: 0, labels: [] }]);
  });

  it("refuses what is no text before anything is sent, all of it together", async () => {
    await expect(predictor().predict([])).rejects.toThrow("the list is empty");
    await expect(predictor().predict({ instances: ["a"] } as never)).rejects.toThrow("expected a sentence or a list");
    const error = await predictor()
      .predict(["a", 1, null] as never)
      .catch((reason: unknown) => reason);
    expect(ValidationError.is(error) && error.issues.map((issue) => issue.path)).toEqual([[1], [2]]);
    await expect(predictor().predict("a", { k: 0 })).rejects.toThrow("k must be a whole number from 1; got 0");
    await expect(predictor().predict("a", { top: 1 } as never)).rejects.toThrow('unknown option "top"');
    expect(runtime.calls()).toHaveLength(0);
  });

  it.each([
    ["{}", "expected a list of answers"],
    ["[]", "1 texts were sent, but 0 answers came back"],
    ['[{"word":"a","vector":[1]}]', "answer 1: expected an object with the lists"],
    ['[{"label":["a"],"prob":[]}]', "answer 1: 1 labels, but 0 probabilities"],
    ["<html>", "not JSON"],
  ])("names what is wrong with the answer %s", async (body, problem) => {
    answer(body);
    const error = await predictor()
      .predict("a")
      .catch((reason: unknown) => reason);
    expect(DecodeError.is(error) && error.message).toContain(problem);
    expect((error as Error).message).toContain(JSON.stringify(body));
  });

  it("rejects with the reason of the signal", async () => {
    const reason = new Error("enough");
    await expect(predictor().predict("a", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("BlazingTextPredictor.vectors", () => {
  it("gives a vector for each word", async () => {
    answer([{ vector: [0.5, -1], word: "soup" }]);
    expect(await predictor().vectors("soup")).toEqual([{ word: "soup", vector: [0.5, -1] }]);
    expect(sentBody()).toBe('{"instances":["soup"]}');
  });

  it("points a classifier to predict()", async () => {
    answer([{ label: ["a"], prob: [1] }]);
    await expect(predictor().vectors("soup")).rejects.toThrow("for a classifier use predict()");
  });
});
