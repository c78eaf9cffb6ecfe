import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "../../../errors/index.js";
import { VERSION } from "../../../internal/version.js";
import { JobFailure } from "../contract.js";
import { ParamsFile, type WritableParam, writeParams } from "./mxnet/params-file.js";
import { readSymbol, SymbolError } from "./mxnet/read-symbol.js";
import { symbolJson } from "./mxnet/symbol.js";
import type { Architecture, ImageShape } from "./network/architecture.js";
import { isState, type Parameter, parametersOf } from "./network/parameters.js";

const PREFIX = "image-classification";
const SYMBOL_FILE = `${PREFIX}-symbol.json`;
const SHAPES_FILE = "model-shapes.json";
/** Says that a model was trained in local mode; the container ignores it. */
const MARKER_FILE = "local-mode.json";
/** Where the container has its model; what log lines and messages name. */
const CONTAINER_FOLDER = "/opt/ml/model";

/** Writes the model folder of a training job: the files of the service, which any MXNet 1.x loads, and a marker. */
export class ModelWriter {
  readonly #folder: string;
  readonly #parameters: readonly Parameter[];

  private constructor(folder: string, architecture: Architecture) {
    this.#folder = folder;
    this.#parameters = parametersOf(architecture);
  }

  /** Writes what does not depend on weights. */
  static async begin(
    folder: string,
    architecture: Architecture,
    options: { readonly batchSize: number; readonly seed: number },
  ): Promise<ModelWriter> {
    const { channels, height, width } = architecture.imageShape;
    const shape = [options.batchSize, channels, height, width].join(", ");
    const marker = { algorithm: PREFIX, madeBy: "local mode of sagemaker-ts", version: VERSION, seed: options.seed };
    await writeFile(join(folder, SYMBOL_FILE), symbolJson(architecture));
    await writeFile(join(folder, SHAPES_FILE), `[{"shape": [${shape}], "name": "data"}]`);
    await writeFile(join(folder, MARKER_FILE), `${JSON.stringify(marker, null, 2)}\n`);
    return new ModelWriter(folder, architecture);
  }

  /**
   * Writes the weights as they are behind an epoch.
   *
   * @param epoch - counted from 0
   * @param values - of the array with the given name
   * @returns path of the file as the container names it
   */
  async save(epoch: number, values: (name: string) => Float32Array): Promise<string> {
    const name = paramsFileName(epoch);
    // Learned arrays first, then measured ones, as MXNet saves a module.
    const learned = this.#parameters.filter((parameter) => !isState(parameter));
    const params = [...learned, ...this.#parameters.filter(isState)].map(
      (parameter): WritableParam => ({
        name: fileNameOf(parameter),
        shape: parameter.shape,
        data: values(parameter.name),
      }),
    );
    await writeParams(join(this.#folder, name), params);
    return `${CONTAINER_FOLDER}/${name}`;
  }

  /** Removes the weights of an epoch. */
  async remove(epoch: number): Promise<void> {
    await rm(join(this.#folder, paramsFileName(epoch)), { force: true });
  }
}

/** `N` of the file name is the epoch counted from 1. */
function paramsFileName(epoch: number): string {
  return `${PREFIX}-${String(epoch + 1).padStart(4, "0")}.params`;
}

function fileNameOf(parameter: Parameter): string {
  return `${isState(parameter) ? "aux" : "arg"}:${parameter.name}`;
}

/** A model folder that is open for reading. */
export class SavedModel {
  readonly architecture: Architecture;
  /** Path of the weights as the container names it. */
  readonly paramsPath: string;
  readonly #params: ParamsFile;

  private constructor(architecture: Architecture, paramsPath: string, params: ParamsFile) {
    this.architecture = architecture;
    this.paramsPath = paramsPath;
    this.#params = params;
  }

  /**
   * Opens a model folder of local mode or of the service, with its newest weights.
   *
   * @throws JobFailure `ClientError` when a file is missing, is damaged, or belongs to a network of another kind
   */
  static async open(folder: string): Promise<SavedModel> {
    const architecture = await readArchitecture(folder);
    const newest = (await readdir(folder))
      .flatMap((name) => {
        const number = /^image-classification-(\d{4,})\.params$/u.exec(name)?.[1];
        return number === undefined ? [] : [{ name, number: Number(number) }];
      })
      .sort((a, b) => b.number - a.number)[0];
    if (!newest) throw new JobFailure("ClientError", `The model holds no ${PREFIX}-NNNN.params.`);
    const paramsPath = `${CONTAINER_FOLDER}/${newest.name}`;
    const params = await loading(() => ParamsFile.open(join(folder, newest.name), paramsPath));
    try {
      checkArrays(params, architecture, paramsPath);
    } catch (error) {
      await params.close();
      throw error;
    }
    return new SavedModel(architecture, paramsPath, params);
  }

  /** Reads one array of the network. */
  async read(parameter: Parameter, target: Float32Array): Promise<void> {
    const entry = this.#params.entries.find(({ name }) => name === fileNameOf(parameter));
    if (!entry) throw new RangeError(`no array "${parameter.name}"`);
    await loading(() => this.#params.read(entry, target));
  }

  async close(): Promise<void> {
    await this.#params.close();
  }
}

async function readArchitecture(folder: string): Promise<Architecture> {
  const symbol = await readText(folder, SYMBOL_FILE);
  const imageShape = readImageShape(await readText(folder, SHAPES_FILE));
  try {
    return readSymbol(symbol, imageShape);
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    throw new JobFailure("ClientError", `Unable to load the model. ${SYMBOL_FILE}: ${error.message}.`, {
      cause: error,
    });
  }
}

async function readText(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (error) {
    throw new JobFailure("ClientError", `The model holds no ${name}.`, { cause: error });
  }
}

function readImageShape(json: string): ImageShape {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    // Falls through to the message below.
  }
  const data = Array.isArray(parsed) ? parsed.find((entry) => entry?.name === "data") : undefined;
  const [, channels, height, width] = Array.isArray(data?.shape) ? (data.shape as unknown[]).map(Number) : [];
  if (isSize(channels) && isSize(height) && isSize(width)) return { channels, height, width };
  throw new JobFailure(
    "ClientError",
    `Unable to load the model. ${SHAPES_FILE} should be [{"shape": [batch, channels, height, width], "name": "data"}].`,
  );
}

function isSize(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value > 0;
}

function checkArrays(params: ParamsFile, architecture: Architecture, path: string): void {
  const shapes = new Map(params.entries.map(({ name, shape }) => [name, shape.join(", ")]));
  for (const parameter of parametersOf(architecture)) {
    const name = fileNameOf(parameter);
    const found = shapes.get(name);
    if (found === parameter.shape.join(", ")) continue;
    const problem = found === undefined ? "is missing" : `has the shape (${found})`;
    throw new JobFailure(
      "ClientError",
      `Unable to load the model. ${path}: the array "${name}" ${problem}; the graph needs (${parameter.shape.join(", ")}).`,
    );
  }
}

async function loading<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!FormatError.is(error)) throw error;
    throw new JobFailure("ClientError", `Unable to load the model. ${error.message}`, { cause: error });
  }
}
