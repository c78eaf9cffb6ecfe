import { setImmediate } from "node:timers/promises";
import { ArenaFullError, TensorEngine } from "../../tensor/index.js";
import { ContainerLog } from "../container-log.js";
import {
  ContainerError,
  type InvocationRequest,
  type InvocationResponse,
  JobFailure,
  type LoadedModel,
  type ServingContext,
} from "../contract.js";
import { loadModel } from "./artefact.js";
import type { Series } from "./data/series.js";
import { forecast } from "./forecast.js";
import type { Model } from "./model.js";
import { type Configuration, parseJson, readConfiguration, readSeries, unreadable } from "./request.js";
import { forecastJson } from "./response.js";

/** Environment variable with the configuration of a batch transform job. */
const CONFIGURATION_VARIABLE = "DEEPAR_INFERENCE_CONFIG";
/** Longest value that the service takes for it. */
const LONGEST_CONFIGURATION = 10_240;

/** Loads a model folder of local mode for serving. */
export async function load(context: ServingContext): Promise<LoadedModel> {
  const log = new ContainerLog((line) => context.log(line));
  log.bare("Arguments: serve");
  const batchConfiguration = readBatchConfiguration(context.environment[CONFIGURATION_VARIABLE]);
  const engine = await TensorEngine.create({ threads: context.settings.threads > 1 ? 2 : 1 });
  try {
    const model = await loadModel(context.modelDir, engine, ({ hyperparameters }) => ({
      ...{ steps: hyperparameters.context_length, rows: 1, training: false },
    }));
    log.info("Number of server workers: 1");
    const server = new Server(model, batchConfiguration, context.settings.seed);
    return {
      invoke: (request) => server.answer(request),
      executionParameters: { maxConcurrentTransforms: 1, batchStrategy: "SINGLE_RECORD", maxPayloadInMb: 6 },
      dispose: () => void engine.dispose(),
    };
  } catch (error) {
    await engine.dispose();
    if (!(error instanceof ArenaFullError)) throw error;
    throw new JobFailure("ClientError", `Unable to load the model. ${error.message}`, { cause: error });
  }
}

function readBatchConfiguration(text: string | undefined): Configuration {
  const fault = (reason: string): JobFailure =>
    new JobFailure("ClientError", `Environment variable ${CONFIGURATION_VARIABLE}: ${reason}.`);
  if (text === undefined) return readConfiguration(undefined, fault);
  if (text.length > LONGEST_CONFIGURATION) {
    throw fault(`${text.length} characters; at most ${LONGEST_CONFIGURATION} are allowed`);
  }
  try {
    return readConfiguration(JSON.parse(text), fault);
  } catch (error) {
    throw error instanceof SyntaxError ? fault(`not JSON: ${error.message}`) : error;
  }
}

/** Answers requests one after the other: the network keeps its state within a forecast. */
class Server {
  readonly #model: Model;
  readonly #batchConfiguration: Configuration;
  readonly #seed: number;

  constructor(model: Model, batchConfiguration: Configuration, seed: number) {
    this.#model = model;
    this.#batchConfiguration = batchConfiguration;
    this.#seed = seed;
  }

  async answer({ body, contentType }: InvocationRequest): Promise<InvocationResponse> {
    const mediaType = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
    switch (mediaType) {
      case "application/json":
        return { body: encode(await this.#answerJson(decode(body))), contentType: mediaType };
      case "application/jsonlines":
        return { body: encode(await this.#answerLine(decode(body))), contentType: mediaType };
      default:
        throw new ContainerError(415, `Customer Error: Content-Type header value '${mediaType}' not supported`);
    }
  }

  async #answerJson(text: string): Promise<string> {
    const request = parseJson(text);
    if (typeof request !== "object" || request === null || !("instances" in request)) {
      throw unreadable('expected an object with "instances"');
    }
    if (!Array.isArray(request.instances)) throw unreadable("instances must be a list of time series");
    const configuration = readConfiguration("configuration" in request ? request.configuration : undefined, unreadable);
    const series = await readSeries(request.instances, this.#model.description, (index) => `instances[${index}]`);
    const predictions: string[] = [];
    for (const one of series) {
      predictions.push(this.#forecast(one, configuration));
      // A request of many series leaves the thread free for a moment now and then.
      await setImmediate();
    }
    return `{"predictions":[${predictions.join(",")}]}`;
  }

  /** A batch transform job brings one record with each request. */
  async #answerLine(text: string): Promise<string> {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length !== 1) {
      throw unreadable(
        `${lines.length} records in one request; DeepAR takes one: set BatchStrategy SingleRecord, SplitType Line and ` +
          "AssembleWith Line",
      );
    }
    const [series] = await readSeries([parseJson(lines[0] as string)], this.#model.description, () => "");
    return `${this.#forecast(series as Series, this.#batchConfiguration)}\n`;
  }

  #forecast(series: Series, configuration: Configuration): string {
    const made = forecast(this.#model, series, { paths: configuration.samples, seed: this.#seed });
    return forecastJson(made, configuration);
  }
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw unreadable("the body is not UTF-8");
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
