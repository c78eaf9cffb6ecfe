import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode as encodeJpeg } from "jpeg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../../../../src/formats/index.js";
import { seededRandom } from "../../../../src/internal/random.js";
import { ContainerError, type InvocationRequest, type LoadedModel } from "../../../../src/local/engines/contract.js";
import { ModelWriter } from "../../../../src/local/engines/image-classification/artefact.js";
import {
  type Architecture,
  architectureFor,
} from "../../../../src/local/engines/image-classification/network/architecture.js";
import { parametersOf } from "../../../../src/local/engines/image-classification/network/parameters.js";
import { ask, loadFolder, removeFolders, temporaryFolder, withoutStamp } from "./image-job.js";

afterAll(removeFolders);

// Probabilities of MXNet 1.9.1 on CPU for the images below.
const GOLDEN_GREY = [0.3872624, 0.3250366, 0.2877011];
const GOLDEN_COLOUR = [0.6230311, 0.5385147, 0.5936315];

function architecture(options: Partial<Parameters<typeof architectureFor>[0]> = {}): Architecture {
  const found = architectureFor({
    ...{ numLayers: 20, imageShape: { channels: 1, height: 8, width: 6 }, classes: 3, multiLabel: false },
    ...options,
  });
  if (!found) throw new Error("no such network");
  return found;
}

/** A model folder whose arrays are a function of their names. */
async function modelFolder(network: Architecture): Promise<string> {
  const folder = temporaryFolder();
  const writer = await ModelWriter.begin(folder, network, { batchSize: 4, seed: 1 });
  const byName = new Map(parametersOf(network).map((parameter, index) => [parameter.name, { ...parameter, index }]));
  await writer.save(4, (name) => {
    const { role, size, shape, index } = byName.get(name) ?? { role: "weight", size: 0, shape: [], index: 0 };
    const random = seededRandom(index);
    const fan = shape.slice(1).reduce((product, length) => product * length, 1);
    const start = { weight: 0, bias: 0, gamma: 1, beta: 0, mean: name.startsWith("bn_data") ? 127 : 0, variance: 1 }[
      role
    ];
    const spread = role === "weight" ? Math.sqrt(2 / fan) : 0.2;
    const scale = name === "bn_data_moving_var" ? 5000 : 1;
    return Float32Array.from({ length: size }, () => scale * (start + spread * (2 * random.next() - 1)));
  });
  return folder;
}

function noise(width: number, height: number, channels: 1 | 3): Promise<Uint8Array> {
  const random = seededRandom(9);
  const data = Uint8Array.from({ length: width * height * channels }, () => random.nextInt(256));
  return encodePng({ width, height, channels, data });
}

let folder: string;
let model: LoadedModel;
let image: Uint8Array;
beforeAll(async () => {
  folder = await modelFolder(architecture());
  model = await loadFolder(folder);
  image = await noise(6, 8, 1);
});

async function refusal(body: Uint8Array, request: Partial<InvocationRequest> = {}): Promise<ContainerError> {
  const error: unknown = await ask(model, body, request).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ContainerError);
  return error as ContainerError;
}

describe("a served model", () => {
  it.each([
    ["20 layers, grey", architecture(), GOLDEN_GREY],
    [
      "a large stem, colours, independent labels",
      architecture({ imageShape: { channels: 3, height: 40, width: 35 }, multiLabel: true }),
      GOLDEN_COLOUR,
    ],
  ])("answers what MXNet 1.9.1 answers with the same files: %s", async (_, network, golden) => {
    const { channels, height, width } = network.imageShape;
    const files = await modelFolder(network);
    const served = await loadFolder(files);
    const picture = await noise(width, height, channels as 1 | 3);
    const answer = JSON.parse(await ask(served, picture)) as number[];
    expect(answer).toHaveLength(golden.length);
    for (const [index, probability] of golden.entries()) expect(answer[index]).toBeCloseTo(probability, 5);
  });

  it("answers with a list of probabilities, or with an object in a line", async () => {
    const probabilities = JSON.parse(await ask(model, image)) as number[];
    expect(probabilities.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
    for (const accept of ["application/json", "*/*", "text/csv;q=0, application/json"]) {
      expect(JSON.parse(await ask(model, image, { accept }))).toEqual(probabilities);
    }
    const line = await ask(model, image, { accept: "application/jsonlines" });
    expect(line).toMatch(/^\{"prediction": \[[\d., e-]+\]\}$/u);
    expect(JSON.parse(line)).toEqual({ prediction: probabilities });
  });

  it("answers batch transform with an object when it is not told otherwise", async () => {
    const probabilities = JSON.parse(await ask(model, image)) as number[];
    expect(JSON.parse(await ask(model, image, { isBatch: true }))).toEqual({ prediction: probabilities });
    const told = await ask(model, image, { isBatch: true, accept: "application/json" });
    expect(JSON.parse(told)).toEqual(probabilities);
  });

  it("takes the types of images, with parameters and in any case", async () => {
    const expected = await ask(model, image);
    for (const contentType of ["image/png", "image/jpeg", "Application/X-Image; charset=binary"]) {
      expect(await ask(model, image, { contentType })).toBe(expected);
    }
  });

  it("reads JPEG images too", async () => {
    // One grey survives the compression as it is.
    const data = Buffer.alloc(6 * 8 * 4, 90);
    const jpeg = encodeJpeg({ width: 6, height: 8, data }, 100).data;
    const png = await encodePng({ width: 6, height: 8, channels: 1, data: new Uint8Array(48).fill(90) });
    expect(await ask(model, jpeg, { contentType: "image/jpeg" })).toBe(await ask(model, png));
  });

  it("stretches images to its size, and reads colours as grey", async () => {
    const flat = (width: number, height: number, channels: 1 | 3) =>
      encodePng({ width, height, channels, data: new Uint8Array(width * height * channels).fill(90) });
    const expected = await ask(model, await flat(6, 8, 1));
    expect(await ask(model, await flat(50, 3, 1))).toBe(expected);
    expect(await ask(model, await flat(3, 50, 3))).toBe(expected);
    // The left half is dark, the right half bright: both are still there.
    const halves = (width: number) =>
      encodePng({
        ...{ width, height: 8, channels: 1 },
        data: Uint8Array.from({ length: width * 8 }, (_, i) => (i % width < width / 2 ? 0 : 200)),
      });
    expect(await ask(model, await halves(60))).toBe(await ask(model, await halves(6)));
  });

  it("refuses what is no image in the words of the service", async () => {
    const text = new TextEncoder().encode('{"source": "text"}');
    expect(await refusal(text)).toMatchObject({
      status: 400,
      message: "Customer Error: Unable to evaluate payload. Image cannot be decoded. Please check input image file.",
    });
    expect((await refusal(image.subarray(0, image.length - 20))).status).toBe(400);
    expect((await refusal(new Uint8Array(0))).status).toBe(400);
  });

  it("refuses other types of requests and answers", async () => {
    expect(await refusal(image, { contentType: "application/octet-stream" })).toMatchObject({ status: 415 });
    expect(await refusal(image, { contentType: "" })).toMatchObject({ status: 415 });
    expect(await refusal(image, { accept: "text/csv" })).toMatchObject({ status: 406 });
  });

  it("offers the batch settings of the container", () => {
    expect(model.executionParameters).toEqual({
      maxConcurrentTransforms: 3,
      batchStrategy: "SINGLE_RECORD",
      maxPayloadInMb: 6,
    });
  });
});

describe("loading a model", () => {
  function copyOf(change: (folder: string) => void): string {
    const copy = join(temporaryFolder(), "model");
    mkdirSync(copy);
    cpSync(folder, copy, { recursive: true });
    change(copy);
    return copy;
  }

  it("takes the newest weights and says so", async () => {
    const lines: string[] = [];
    await loadFolder(
      copyOf((copy) => {
        cpSync(join(copy, "image-classification-0005.params"), join(copy, "image-classification-0012.params"));
        writeFileSync(join(copy, "image-classification-0005.params"), "");
      }),
      (line) => lines.push(withoutStamp(line)),
    );
    expect(lines).toEqual([
      "Docker entrypoint called with argument(s): serve",
      "loaded model /opt/ml/model/image-classification-0012.params",
    ]);
  });

  it("does without the marker of local mode, which the service does not write", async () => {
    const marker = JSON.parse(readFileSync(join(folder, "local-mode.json"), "utf8")) as unknown;
    expect(marker).toMatchObject({ algorithm: "image-classification", madeBy: "local mode of sagemaker-ts", seed: 1 });
    await loadFolder(copyOf((copy) => rmSync(join(copy, "local-mode.json"))));
  });

  it.each([
    ["image-classification-symbol.json", undefined, "The model holds no image-classification-symbol.json."],
    ["model-shapes.json", undefined, "The model holds no model-shapes.json."],
    ["image-classification-0005.params", undefined, "The model holds no image-classification-NNNN.params."],
    ["model-shapes.json", "[]", /^Unable to load the model\. model-shapes\.json should be \[\{"shape"/u],
    [
      "image-classification-symbol.json",
      "{}",
      /^Unable to load the model\. image-classification-symbol\.json: .*no list "nodes"/u,
    ],
    [
      "image-classification-0005.params",
      "short",
      /^Unable to load the model\. MXNet NDArray list \(\/opt\/ml\/model\/image-classification-0005\.params, byte 0\): .*cut off/u,
    ],
    [
      "model-shapes.json",
      '[{"shape": [1, 3, 8, 6], "name": "data"}]',
      /the array "arg:bn_data_gamma" has the shape \(1\); the graph needs \(3\)\.$/u,
    ],
  ])("fails with what is wrong with %s", async (file, content, message) => {
    const broken = copyOf((copy) =>
      content === undefined ? rmSync(join(copy, file)) : writeFileSync(join(copy, file), content),
    );
    await expect(loadFolder(broken)).rejects.toMatchObject({ name: "JobFailure", kind: "ClientError" });
    await expect(loadFolder(broken)).rejects.toThrow(message);
  });
});
