import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SageMakerError } from "../../../errors/index.js";
import { VERSION } from "../../../internal/version.js";
import type { TensorEngine } from "../../tensor/index.js";
import { JobFailure } from "../contract.js";
import { frequency, type Likelihood, likelihoods } from "./hyperparameters.js";
import { Model, type ModelDescription, type NetworkSize } from "./model.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";

const ALGORITHM = "forecasting-deepar";
const DESCRIPTION_FILE = "model.json";
const WEIGHTS_FILE = "weights.safetensors";
/** Says that a model was trained in local mode. */
const MARKER_FILE = "local-mode.json";
/** Rises when an older reader would misunderstand a newer model. */
const FORMAT_VERSION = 1;
/** Where the container has its model; what log lines and messages name. */
const CONTAINER_FOLDER = "/opt/ml/model";

/** Writes what does not depend on weights. */
export async function writeDescription(folder: string, { description, inputs }: Model): Promise<void> {
  const { hyperparameters, ...rest } = description;
  const content = {
    format: ALGORITHM,
    formatVersion: FORMAT_VERSION,
    hyperparameters: { ...hyperparameters, time_freq: hyperparameters.time_freq.text },
    ...rest,
    lags: inputs.lags,
    inputs: inputs.names,
  };
  const marker = { algorithm: ALGORITHM, madeBy: "local mode of sagemaker-ts", version: VERSION, seed: rest.seed };
  await writeFile(join(folder, DESCRIPTION_FILE), `${JSON.stringify(content, null, 2)}\n`);
  await writeFile(join(folder, MARKER_FILE), `${JSON.stringify(marker, null, 2)}\n`);
}

/**
 * Writes the weights as they are; earlier ones are replaced at once.
 *
 * @returns path of the file as the container names it
 */
export async function writeWeights(folder: string, { network }: Model): Promise<string> {
  await writeSafetensors(join(folder, WEIGHTS_FILE), network.store.exportParameters());
  return `${CONTAINER_FOLDER}/${WEIGHTS_FILE}`;
}

/**
 * Loads a model folder of local mode.
 *
 * @throws JobFailure `ClientError` for the service's own artefact, and when a file is missing or damaged
 */
export async function loadModel(
  folder: string,
  engine: TensorEngine,
  size: (description: ModelDescription) => NetworkSize,
): Promise<Model> {
  const description = readDescription(await descriptionText(folder));
  try {
    const weights = await readSafetensors(join(folder, WEIGHTS_FILE), `${CONTAINER_FOLDER}/${WEIGHTS_FILE}`);
    const model = new Model(engine, description, size(description));
    for (const { name, shape } of model.network.store.parameters) {
      const found = weights.find((tensor) => tensor.name === name)?.shape.join(", ");
      if (found === shape.join(", ")) continue;
      const problem = found === undefined ? "is missing" : `has the shape (${found})`;
      throw unloadable(`${WEIGHTS_FILE}: the array "${name}" ${problem}; the model needs (${shape.join(", ")})`);
    }
    model.network.store.importParameters(weights);
    return model;
  } catch (error) {
    if (SageMakerError.is(error)) throw unloadable(error.message, error);
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw unloadable(`The model holds no ${WEIGHTS_FILE}`, error);
    throw error;
  }
}

async function descriptionText(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, DESCRIPTION_FILE), "utf8");
  } catch (error) {
    const names = await readdir(folder);
    if (names.some((name) => /^(?:model|state)_.*(?:\.params|-symbol\.json)$/u.test(name))) {
      throw unloadable(
        "This model.tar.gz was trained by DeepAR of the service, whose network consists of operators that are not public, " +
          "so nothing but the service's own container can run it. Train the model in local mode, or deploy this one on AWS",
        error,
      );
    }
    throw unloadable(`The model holds no ${DESCRIPTION_FILE}`, error);
  }
}

function readDescription(text: string): ModelDescription {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw unloadable(`${DESCRIPTION_FILE} is not JSON`, error);
  }
  const fields = fieldsOf(content, DESCRIPTION_FILE);
  if (fields["format"] !== ALGORITHM) throw unloadable(`${DESCRIPTION_FILE} describes no model of ${ALGORITHM}`);
  if (fields["formatVersion"] !== FORMAT_VERSION) {
    throw unloadable(
      `${DESCRIPTION_FILE} has the format version ${String(fields["formatVersion"])}; this version of the library reads ${FORMAT_VERSION}`,
    );
  }
  const wire = fieldsOf(fields["hyperparameters"], "hyperparameters");
  const number = (name: string, source = wire): number => {
    const value = source[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw unloadable(`${DESCRIPTION_FILE}: ${name} is no number`);
  };
  const likelihood = wire["likelihood"];
  if (!likelihoods.includes(likelihood as Likelihood)) {
    throw unloadable(`${DESCRIPTION_FILE}: there is no likelihood ${String(likelihood)}`);
  }
  const list = (name: string): unknown[] => {
    const value = fields[name];
    if (Array.isArray(value)) return value;
    throw unloadable(`${DESCRIPTION_FILE}: ${name} is no list`);
  };
  return {
    hyperparameters: {
      context_length: number("context_length"),
      prediction_length: number("prediction_length"),
      time_freq: frequency(String(wire["time_freq"])),
      likelihood: likelihood as Likelihood,
      num_cells: number("num_cells"),
      num_layers: number("num_layers"),
      embedding_dimension: number("embedding_dimension"),
      dropout_rate: number("dropout_rate"),
    },
    cardinality: list("cardinality").map(Number),
    dynamicFeatures: number("dynamicFeatures", fields),
    featureScales: list("featureScales").map((scale) => {
      const own = fieldsOf(scale, "featureScales");
      return { mean: number("mean", own), deviation: number("deviation", own) };
    }),
    defaultScale: number("defaultScale", fields),
    seed: number("seed", fields),
  };
}

function fieldsOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw unloadable(`${DESCRIPTION_FILE}: ${name} is no object`);
}

function unloadable(problem: string, cause?: unknown): JobFailure {
  return new JobFailure("ClientError", `Unable to load the model. ${problem.replace(/\.$/u, "")}.`, { cause });
}
