import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DecodeError, ValidationError } from "../../../src/errors/index.js";
import { ImageClassificationPredictor, labelsAbove } from "../../../src/estimators/index.js";
import { goldenSession } from "../support.js";

// biome-ignore lint/suspicious/noExplicitAny: the mock's own type parameters are of no use here
let runtime: AwsStub<any, any, any>;
beforeEach(() => {
  runtime = mockClient(SageMakerRuntimeClient);
});
afterEach(() => runtime.restore());

const predictor = (options: object = {}): ImageClassificationPredictor =>
  new ImageClassificationPredictor({ endpointName: "digits", session: goldenSession(), ...options });

function answer(body: string, contentType = "application/json"): void {
  runtime.on(InvokeEndpointCommand).resolves({ Body: Buffer.from(body) as never, ContentType: contentType });
}

const sent = () => runtime.commandCalls(InvokeEndpointCommand)[0]?.args[0].input;
const rejection = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch((reason) => reason);

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 9]);

describe("ImageClassificationPredictor.predict", () => {
  it("sends the bytes of the image as they are", async () => {
    answer("[1]");
    await predictor().predict(png);
    expect(sent()).toEqual({
      EndpointName: "digits",
      Body: png,
      ContentType: "application/x-image",
      Accept: "application/json",
    });
  });

  it("gives every class with its name, most likely first, equal ones in order of their numbers", async () => {
    answer("[0.1, 0.7, 0.1, 0.1]");
    expect(await predictor({ classNames: ["zero", "one", "two", "three"] }).predict(jpeg)).toEqual([
      { classIndex: 1, label: "one", probability: 0.7 },
      { classIndex: 0, label: "zero", probability: 0.1 },
      { classIndex: 2, label: "two", probability: 0.1 },
      { classIndex: 3, label: "three", probability: 0.1 },
    ]);
  });

  it("names classes by their numbers when it knows no names", async () => {
    answer("[0.25, 0.75]");
    expect((await predictor().predict(png)).map(({ label }) => label)).toEqual(["1", "0"]);
  });

  it("reads an answer in JSON Lines too", async () => {
    answer('{"prediction": [0.25, 0.75]}\n', "application/jsonlines");
    const labels = await predictor().predict(png, { accept: "application/jsonlines", contentType: "image/png" });
    expect(labels[0]).toEqual({ classIndex: 1, label: "1", probability: 0.75 });
    expect(sent()).toMatchObject({ Accept: "application/jsonlines", ContentType: "image/png" });
  });

  it("keeps the independent probabilities of a multi-label model as they are", async () => {
    // Answer of a real endpoint for five classes.
    answer("[0.8697, 0.7669, 0.9504, 0.754, 0.0004]");
    const classNames = ["person", "bicycle", "car", "motorcycle", "airplane"];
    const labels = await predictor({ classNames }).predict(png);
    expect(labels.map(({ label }) => label)).toEqual(["car", "person", "bicycle", "motorcycle", "airplane"]);
    expect(labelsAbove(labels, 0.8).map(({ label }) => label)).toEqual(["car", "person"]);
  });

  it.each<[string, unknown, string]>([
    ["an empty body", new Uint8Array(), "the image is empty"],
    ["a text", "three.png", "from readFile(path)"],
    ["a list", [png], "ask once for each image"],
    ["a GIF", Buffer.from("GIF89a...."), "they start with 4749463839612e2e"],
    ["a cut PNG", png.subarray(0, 3), "they start with 89504e"],
  ])("refuses %s before anything is sent", async (_what, image, text) => {
    const error = await rejection(predictor().predict(image as Uint8Array));
    expect(ValidationError.is(error) && error.code).toBe("INVALID_INPUT");
    expect(String(error)).toContain(text);
    expect(runtime.calls()).toHaveLength(0);
  });

  it("refuses a content type that the bytes contradict, and options that do not exist", async () => {
    await expect(predictor().predict(png, { contentType: "image/jpeg" })).rejects.toThrow("the bytes are image/png");
    await expect(predictor().predict(png, { contentType: "image/gif" as never })).rejects.toThrow(
      "contentType must be",
    );
    await expect(predictor().predict(png, { accept: "text/csv" as never })).rejects.toThrow("accept must be one of");
    await expect(predictor().predict(png, { k: 3 } as never)).rejects.toThrow('unknown option "k"');
    expect(runtime.calls()).toHaveLength(0);
  });

  it("refuses an image above 6 MiB before it is sent, and takes one of exactly that size", async () => {
    const image = new Uint8Array(6_291_457);
    image.set(png);
    await expect(predictor().predict(image)).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    expect(runtime.calls()).toHaveLength(0);
    answer("[1]");
    expect(await predictor().predict(image.subarray(0, 6_291_456))).toHaveLength(1);
    await expect(predictor({ maxPayloadBytes: 5 }).predict(png)).rejects.toThrow("at most 5");
  });

  it.each([
    ["{}", "expected a list of probabilities"],
    ["[]", "expected a list of probabilities"],
    ['["a"]', "expected a list of probabilities"],
    ["null", "expected a list of probabilities"],
    ["[0.5, 0.25, 0.25]", "the model knows 3 classes, but classNames holds 2 names"],
    ["<html>", "not JSON"],
  ])("names what is wrong with the answer %s", async (body, problem) => {
    answer(body);
    const error = await rejection(predictor({ classNames: ["a", "b"] }).predict(png));
    expect(DecodeError.is(error) && error.message).toContain(problem);
    expect(String(error)).toContain(JSON.stringify(body));
  });

  it("refuses class names that are none at construction", () => {
    expect(() => predictor({ classNames: [] })).toThrow("one per class");
    expect(() => predictor({ classNames: ["a", "a"] })).toThrow('repeats the name "a"');
    expect(() => predictor({ names: ["a"] })).toThrow('unknown option "names"');
  });

  it("rejects with the reason of the signal", async () => {
    const reason = new Error("enough");
    await expect(predictor().predict(png, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("labelsAbove", () => {
  it("keeps the labels that are probable enough, in their order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (ps, limit) => {
          const labels = ps.map((probability, classIndex) => ({ classIndex, label: String(classIndex), probability }));
          expect(labelsAbove(labels, limit)).toEqual(labels.filter((item) => item.probability >= limit));
        },
      ),
    );
  });

  it("takes a half when nothing is said, and refuses what is no probability", () => {
    const labels = [0.6, 0.5, 0.4].map((probability, classIndex) => ({ classIndex, label: "", probability }));
    expect(labelsAbove(labels)).toHaveLength(2);
    expect(() => labelsAbove(labels, 50)).toThrow("a probability from 0 to 1; got 50");
  });
});
