import { SageMakerError } from "../../../errors/index.js";
import { decodeImage } from "../../../formats/index.js";
import { ArenaFullError, type Network, TensorEngine } from "../../tensor/index.js";
import { ContainerLog } from "../container-log.js";
import {
  ContainerError,
  type InvocationRequest,
  type InvocationResponse,
  JobFailure,
  type LoadedModel,
  type ServingContext,
} from "../contract.js";
import { pythonFloat } from "../python-text.js";
import { SavedModel } from "./artefact.js";
import { resize } from "./data/pixels.js";
import type { ImageShape } from "./network/architecture.js";
import { buildNetwork } from "./network/build-network.js";
import { takeWeights } from "./start-weights.js";

const IMAGE_TYPES = ["application/x-image", "image/jpeg", "image/png"];
const UNDECODABLE = "Unable to evaluate payload. Image cannot be decoded. Please check input image file.";

/** Loads a model folder of local mode or of the service for serving. */
export async function load(context: ServingContext): Promise<LoadedModel> {
  const log = new ContainerLog((line) => context.log(line));
  log.bare("Docker entrypoint called with argument(s): serve");
  const saved = await SavedModel.open(context.modelDir);
  const { architecture } = saved;
  const engine = await TensorEngine.create({ threads: context.settings.threads > 1 ? 2 : 1 });
  let network: Network;
  try {
    log.info(`loaded model ${saved.paramsPath}`);
    network = buildNetwork(engine, architecture, { batch: 1, training: false });
    await takeWeights(network, architecture, saved, { newLastLayer: false });
  } catch (error) {
    await engine.dispose();
    if (!(error instanceof ArenaFullError)) throw error;
    throw new JobFailure("ClientError", `Unable to load the model. ${error.message}`, { cause: error });
  } finally {
    await saved.close();
  }
  return {
    invoke: (request) => answer(network, architecture.imageShape, request),
    executionParameters: { maxConcurrentTransforms: 3, batchStrategy: "SINGLE_RECORD", maxPayloadInMb: 6 },
    dispose: () => void engine.dispose(),
  };
}

/** Answers one image with the probabilities of its classes. */
async function answer(network: Network, shape: ImageShape, request: InvocationRequest): Promise<InvocationResponse> {
  const mediaType = typeOf(request.contentType);
  if (!IMAGE_TYPES.includes(mediaType)) {
    throw new ContainerError(
      415,
      `Unsupported content-type ${mediaType === "" ? "(none)" : mediaType}. Supported content types are ${IMAGE_TYPES.join(", ")}`,
    );
  }
  // Without an Accept header the container answers endpoints and batch transform jobs in different forms.
  const lines = acceptsLines(request.accept) ?? request.isBatch === true;
  network.setImages(await pixelsOf(request.body, shape));
  const probabilities = Array.from(network.predict(1), (value) => pythonFloat(value)).join(", ");
  const text = lines ? `{"prediction": [${probabilities}]}` : `[${probabilities}]`;
  return {
    body: new TextEncoder().encode(text),
    contentType: lines ? "application/jsonlines" : "application/json",
  };
}

/** The image in the size of the network: stretched, not cut. */
async function pixelsOf(bytes: Uint8Array, shape: ImageShape): Promise<Float32Array> {
  try {
    const image = await decodeImage(bytes, { channels: shape.channels === 1 ? 1 : 3 });
    return Float32Array.from(resize(image, shape.width, shape.height).data);
  } catch (error) {
    if (!SageMakerError.is(error)) throw error;
    // A missing package for JPEG is worth more than the service's own words.
    const reason = error.code === "MISSING_DEPENDENCY" ? error.message : UNDECODABLE;
    throw new ContainerError(400, `Customer Error: ${reason}`);
  }
}

/** Whether the caller wants JSON Lines; undefined when it does not say. */
function acceptsLines(accept: string | undefined): boolean | undefined {
  const types = (accept ?? "").split(",").map(typeOf).filter(Boolean);
  if (types.length === 0) return undefined;
  for (const type of types) {
    if (type === "application/jsonlines") return true;
    if (type === "application/json") return false;
    if (type === "*/*" || type === "application/*") return undefined;
  }
  throw new ContainerError(
    406,
    `Accept type ${accept} not supported. Supported are application/json and application/jsonlines`,
  );
}

function typeOf(header: string): string {
  return header.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
