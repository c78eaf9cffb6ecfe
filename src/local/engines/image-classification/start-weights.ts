import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { LocalError } from "../../../errors/index.js";
import { extractTarGz } from "../../store/tar.js";
import type { Network } from "../../tensor/index.js";
import { type ChannelInput, JobFailure, type TrainingContext } from "../contract.js";
import { SavedModel } from "./artefact.js";
import { type Architecture, numLayersOf } from "./network/architecture.js";
import { parametersOf } from "./network/parameters.js";

const ARCHIVE = "model.tar.gz";

/**
 * Opens the model of an earlier job, which the channel `model` brings.
 *
 * @throws JobFailure when the channel holds no model of this algorithm
 */
export async function openEarlierModel(channel: ChannelInput, context: TrainingContext): Promise<SavedModel> {
  const archive = channel.files.find(({ name }) => name === ARCHIVE || name.endsWith(`/${ARCHIVE}`));
  if (!archive) {
    const names = channel.files.slice(0, 5).map(({ name }) => name);
    throw new JobFailure("ClientError", `The ${channel.name} channel holds no ${ARCHIVE}: ${names.join(", ")}.`);
  }
  const folder = await mkdtemp(join(context.scratchDir, "model-"));
  try {
    await extractTarGz(archive.path, join(folder, "content"), {
      source: archive.containerPath,
      signal: context.signal,
    });
  } catch (error) {
    if (!LocalError.is(error)) throw error;
    throw new JobFailure("ClientError", `Unable to read ${archive.containerPath}. ${error.message}`, { cause: error });
  }
  return SavedModel.open(join(folder, "content"));
}

/**
 * Puts the weights of an earlier model into a network.
 *
 * @param options - `newLastLayer`: the last layer starts anew, for other classes; without it everything must be equal
 * @throws JobFailure when the networks do not fit
 */
export async function takeWeights(
  network: Network,
  architecture: Architecture,
  model: SavedModel,
  options: { readonly newLastLayer: boolean },
): Promise<void> {
  const fault = differences(architecture, model.architecture, options.newLastLayer);
  if (fault.length > 0) {
    throw new JobFailure("ClientError", `The model of the channel "model" does not fit this job: ${fault.join("; ")}.`);
  }
  const parameters = parametersOf(architecture).filter(({ name }) => !(options.newLastLayer && name.startsWith("fc_")));
  for (const parameter of parameters) {
    const values = new Float32Array(parameter.size);
    // The first gamma counts as 1, whatever a file says.
    if (parameter.name === "bn_data_gamma") values.fill(1);
    else await model.read(parameter, values);
    network.store.importParameters([{ name: parameter.name, values }], { partial: true });
  }
}

/** What two networks do not have in common. */
function differences(job: Architecture, model: Architecture, newLastLayer: boolean): string[] {
  const found: string[] = [];
  const compare = (what: string, ours: string | number | undefined, theirs: string | number | undefined): void => {
    if (ours !== theirs)
      found.push(`${what} is ${ours ?? "unknown"}, the model has ${theirs ?? "another kind of network"}`);
  };
  compare("num_layers", numLayersOf(job), numLayersOf(model));
  if (newLastLayer) {
    compare("the number of channels", job.imageShape.channels, model.imageShape.channels);
  } else {
    const shapeOf = ({ imageShape: { channels, height, width } }: Architecture): string =>
      `${channels},${height},${width}`;
    compare("image_shape", shapeOf(job), shapeOf(model));
    compare("num_classes", job.classes, model.classes);
    compare("multi_label", Number(job.multiLabel), Number(model.multiLabel));
  }
  return found;
}
