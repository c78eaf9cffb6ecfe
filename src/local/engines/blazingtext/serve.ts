import { open } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "../../../errors/index.js";
import { ContainerLog } from "../container-log.js";
import {
  ContainerError,
  type InvocationRequest,
  type InvocationResponse,
  JobFailure,
  type LoadedModel,
  type ServingContext,
} from "../contract.js";
import { pythonFloat, pythonJsonString } from "../python-text.js";
import { Classifier, type ScoredLabel } from "./fasttext/classifier.js";
import { filePieces } from "./fasttext/file-pieces.js";
import type { FastTextModel } from "./fasttext/model.js";
import { readModel } from "./fasttext/read-model.js";

const MODEL_FILE = "model.bin";
const CONTAINER_PATH = `/opt/ml/model/${MODEL_FILE}`;

/** Loads `model.bin` of a model folder for serving. */
export async function load(context: ServingContext): Promise<LoadedModel> {
  const log = new ContainerLog((line) => context.log(line));
  log.bare("Arguments: serve");
  log.info("Finding and loading model");
  log.info(`Trying to load model from ${CONTAINER_PATH}`);
  const model = await readModelFile(join(context.modelDir, MODEL_FILE));
  if (model.settings.kind !== "supervised") {
    throw new JobFailure(
      "ClientError",
      `${CONTAINER_PATH} holds word vectors (${model.settings.kind}); local mode serves text classifiers only.`,
    );
  }
  const classifier = new Classifier(model);
  log.info("Number of server workers: 1");
  return {
    invoke: (request) => answer(classifier, request),
    executionParameters: { maxConcurrentTransforms: 4, batchStrategy: "MULTI_RECORD", maxPayloadInMb: 6 },
  };
}

async function readModelFile(path: string): Promise<FastTextModel> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path);
  } catch (error) {
    throw new JobFailure("ClientError", `The model archive holds no ${MODEL_FILE}.`, { cause: error });
  }
  try {
    const { size } = await file.stat();
    return await readModel(filePieces(file), { sizeBytes: size, source: CONTAINER_PATH });
  } catch (error) {
    if (!FormatError.is(error)) throw error;
    throw new JobFailure("ClientError", `Unable to load the model. ${error.message}`, { cause: error });
  } finally {
    await file.close();
  }
}

/** Answers one request as the container does: `application/json` or `application/jsonlines`, the answer in the same. */
function answer(classifier: Classifier, request: InvocationRequest): InvocationResponse {
  const mediaType = request.contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  switch (mediaType) {
    case "application/json":
      return { body: encode(answerJson(classifier, request.body)), contentType: mediaType };
    case "application/jsonlines":
      return { body: encode(answerJsonLines(classifier, request.body)), contentType: mediaType };
    default:
      throw new ContainerError(415, `content-type ${mediaType} not supported`);
  }
}

function answerJson(classifier: Classifier, body: Uint8Array): string {
  const data = parse(decode(body));
  if (typeof data === "string") throw new ContainerError(500, "TypeError: string indices must be integers");
  const { instances, configuration } = fields(data);
  if (!Array.isArray(instances)) throw undecodable("KeyError");
  const k = readK(configuration === undefined || configuration === null ? undefined : fields(configuration)["k"]);
  return `[${instances.map((text) => prediction(classifier, text, k)).join(", ")}]`;
}

function answerJsonLines(classifier: Classifier, body: Uint8Array): string {
  const lines = decode(body).split("\n");
  // The line feed at the end closes the last line; a blank line anywhere else is a fault.
  if (lines.at(-1) === "") lines.pop();
  const answers = lines.map((line) => {
    const record = fields(parse(line));
    return prediction(classifier, record["source"], readK(record["k"]));
  });
  return answers.map((line) => `${line}\n`).join("");
}

function prediction(classifier: Classifier, text: unknown, k: number): string {
  if (typeof text !== "string") throw undecodable("ValueError");
  // One text is one line, whatever it holds.
  const labels = classifier.predict(text.replaceAll("\n", " "), k);
  const names = labels.map(({ label }: ScoredLabel) => pythonJsonString(label));
  const probabilities = labels.map(({ probability }: ScoredLabel) => pythonFloat(probability));
  return `{"label": [${names.join(", ")}], "prob": [${probabilities.join(", ")}]}`;
}

function readK(k: unknown): number {
  if (k === undefined || k === null) return 1;
  if (typeof k !== "number" || !Number.isInteger(k) || k < 1) throw undecodable("ValueError");
  return k;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw undecodable("ValueError");
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw undecodable("ValueError");
  return value as Readonly<Record<string, unknown>>;
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw undecodable("UnicodeDecodeError");
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function undecodable(cause: string): ContainerError {
  return new ContainerError(400, `Unable to decode payload: Incorrect data format. (caused by ${cause})`);
}
