import {
  ArenaFullError,
  derivedSeed,
  type Network,
  type Optimizer,
  type Random,
  seededRandom,
  TensorEngine,
} from "../../tensor/index.js";
import { ContainerLog } from "../container-log.js";
import { type ChannelInput, JobFailure, type TrainingContext } from "../contract.js";
import { ModelWriter, type SavedModel } from "./artefact.js";
import { ShuffledOrder } from "./batches.js";
import { type ChannelData, type IndexedImage, indexImages, labelFormatOf, layoutOf } from "./data/image-index.js";
import { ImageSet } from "./data/image-set.js";
import { type Hyperparameters, readHyperparameters } from "./hyperparameters.js";
import { configurationLines, parameterLines } from "./log-lines.js";
import { type Architecture, architectureFor } from "./network/architecture.js";
import { buildNetwork } from "./network/build-network.js";
import { optimizerFor } from "./optimizer.js";
import { openEarlierModel, takeWeights } from "./start-weights.js";
import { TrainingRun } from "./training-run.js";

/** One training job: reads the channels, trains, and leaves the files of the service in the model folder. */
export async function train(context: TrainingContext): Promise<void> {
  context.signal.throwIfAborted();
  const hyperparameters = readHyperparameters(context.hyperParameters);
  const log = new ContainerLog((line) => context.log(line));
  log.bare("Docker entrypoint called with argument(s): train");
  for (const line of configurationLines(context.hyperParameters)) log.info(line);
  const job: Job = { context, hyperparameters, log };
  const requested = architectureOf(hyperparameters);
  const trainData = await readIndex(job, "train");
  const validationData = await readIndex(job, "validation");
  checkCounts(hyperparameters, trainData.images.length, log);
  if (hyperparameters.multi_label) log.info(`label-format is ${labelFormatOf(trainData.channel) ?? "multi-hot"}`);
  log.info(`use_pretrained_model: ${Number(hyperparameters.use_pretrained_model)}`);
  log.info(`multi_label: ${Number(hyperparameters.multi_label)}`);

  const earlier = await earlierModel(job);
  try {
    const engine = await TensorEngine.create({ threads: context.settings.threads > 1 ? 2 : 1 });
    try {
      // The service may begin its networks otherwise than local mode: one that goes on keeps its beginning.
      const architecture = { ...requested, stem: earlier?.architecture.stem ?? requested.stem };
      const network = trainableNetwork(engine, architecture, trainData.images, hyperparameters);
      network.store.initialize(context.settings.seed);
      if (earlier) await goOn(network, architecture, earlier, job);
      else log.info("Performing random weight initialization");
      for (const line of parameterLines(hyperparameters)) log.info(line);
      log.info(`Setting number of threads: ${engine.threads}`);
      log.note(sizeNote(network, hyperparameters));
      const optimizer = memoryChecked(hyperparameters, () => optimizerFor(engine, network, hyperparameters));
      await runEpochs(job, { architecture, network, optimizer, trainData, validationData });
    } finally {
      await engine.dispose();
    }
  } finally {
    await earlier?.close();
  }
}

interface Job {
  readonly context: TrainingContext;
  readonly hyperparameters: Hyperparameters;
  readonly log: ContainerLog;
}

/** A channel and what it holds. */
interface ChannelIndex {
  readonly channel: ChannelInput;
  readonly images: readonly IndexedImage[];
}

async function readIndex({ context, hyperparameters, log }: Job, name: "train" | "validation"): Promise<ChannelIndex> {
  const channel = context.channels.find((candidate) => candidate.name === name);
  if (!channel) throw new JobFailure("ClientError", `Missing channel: ${name} is a required channel.`);
  const data: ChannelData = { images: channel, list: context.channels.find((other) => other.name === `${name}_lst`) };
  announce(data, log);
  const rules = { classes: hyperparameters.num_classes, multiLabel: hyperparameters.multi_label };
  const images = await indexImages(data, rules, context.signal);
  if (layoutOf(data) === "images with a list") log.info("Done creating record files...");
  return { channel, images };
}

function trainableNetwork(
  engine: TensorEngine,
  architecture: Architecture,
  images: readonly IndexedImage[],
  hyperparameters: Hyperparameters,
): Network {
  const { mini_batch_size: batch, multi_label, use_weighted_loss, num_classes } = hyperparameters;
  const weights = multi_label && use_weighted_loss ? classWeights(images, num_classes) : undefined;
  return memoryChecked(hyperparameters, () =>
    buildNetwork(engine, architecture, { batch, training: true, classWeights: weights }),
  );
}

async function runEpochs(
  { context, hyperparameters, log }: Job,
  parts: {
    readonly architecture: Architecture;
    readonly network: Network;
    readonly optimizer: Optimizer;
    readonly trainData: ChannelIndex;
    readonly validationData: ChannelIndex;
  },
): Promise<void> {
  const { signal, settings, modelDir } = context;
  const { architecture, network, optimizer, trainData, validationData } = parts;
  const { image_shape: shape, resize, augmentation_type: augmentation, mini_batch_size: batchSize } = hyperparameters;
  const images = new ImageSet(trainData.images, { shape, resize, augmentation });
  const validation = new ImageSet(validationData.images, { shape, resize, augmentation: undefined });
  await images.decodeAhead(signal);
  await validation.decodeAhead(signal);
  const random = (purpose: string): Random => seededRandom(derivedSeed(settings.seed, purpose)[0]);
  const run = new TrainingRun({
    ...{ hyperparameters, network, optimizer, images, validation, log, signal },
    order: new ShuffledOrder(images.count, random(`order ${trainData.channel.shuffleSeed ?? ""}`)),
    augmentation: random("augmentation"),
    writer: await ModelWriter.begin(modelDir, architecture, { batchSize, seed: settings.seed }),
  });
  await run.train();
}

function architectureOf(hyperparameters: Hyperparameters): Architecture {
  const { num_layers, image_shape, num_classes, multi_label } = hyperparameters;
  const architecture = architectureFor({
    numLayers: num_layers,
    imageShape: image_shape,
    classes: num_classes,
    multiLabel: multi_label,
  });
  if (architecture) return architecture;
  throw new JobFailure("ClientError", `Image Classification has no network of num_layers ${num_layers}.`);
}

function announce(data: ChannelData, log: ContainerLog): void {
  const layout = layoutOf(data);
  if (layout === "augmented manifest") return;
  const { name } = data.list ?? data.images;
  const extension = layout === "RecordIO" ? "rec" : "lst";
  log.info(`Searching for .${extension} files in /opt/ml/input/data/${name}.`);
  const list = data.list?.files.find((file) => file.name.endsWith(".lst"));
  if (list) log.info(`Creating record files for ${list.name}`);
}

function checkCounts(hyperparameters: Hyperparameters, images: number, log: ContainerLog): void {
  const { mini_batch_size: batch, num_training_samples: samples } = hyperparameters;
  if (Math.min(images, samples) < batch) {
    throw new JobFailure(
      "ClientError",
      `The number of input images must be bigger or equal to the mini_batch_size. The train channel holds ${images} images, ` +
        `num_training_samples is ${samples}, mini_batch_size is ${batch}.`,
    );
  }
  if (samples === images) return;
  const consequence = samples > images ? "so some come more than once" : "the others come up in later epochs";
  log.note(
    `num_training_samples is ${samples}, but the train channel holds ${images} images: an epoch takes ${samples} of them, ${consequence}.`,
  );
}

async function earlierModel({ context, hyperparameters }: Job): Promise<SavedModel | undefined> {
  const channel = context.channels.find(({ name }) => name === "model");
  if (channel) return openEarlierModel(channel, context);
  if (!hyperparameters.use_pretrained_model) return undefined;
  throw new JobFailure("ClientError", "Local mode has no pretrained weights; give a model in the channel model.");
}

async function goOn(
  network: Network,
  architecture: Architecture,
  model: SavedModel,
  { hyperparameters, log }: Job,
): Promise<void> {
  const { use_pretrained_model: newLastLayer } = hyperparameters;
  log.info("Using pretrained model for initializing weights and transfer learning.");
  await takeWeights(network, architecture, model, { newLastLayer });
  const last = newLastLayer ? ", all but the last layer, which starts anew" : "";
  log.note(`Weights come from ${model.paramsPath} of the channel model${last}.`);
}

/** Weights of the classes in the loss: the rarer, the more; 1 on average over all labels. */
function classWeights(images: readonly IndexedImage[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const { labels } of images) {
    for (let i = 0; i < classes; i++) counts[i] = (counts[i] as number) + (labels[i] as number);
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : total / (present * count)));
}

/** Names what to change when the memory does not suffice. */
function memoryChecked<T>(hyperparameters: Hyperparameters, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ArenaFullError)) throw error;
    const gib = (error.neededBytes / 2 ** 30).toFixed(1);
    const { channels, height, width } = hyperparameters.image_shape;
    throw new JobFailure(
      "ClientError",
      `Training needs ${gib} GiB for num_layers ${hyperparameters.num_layers}, image_shape ${channels},${height},${width} and ` +
        `mini_batch_size ${hyperparameters.mini_batch_size}; local mode has at most ${(error.limitBytes / 2 ** 30).toFixed(1)} GiB, or what ` +
        "the machine has left. Lower mini_batch_size, image_shape or num_layers, or train on AWS.",
      { cause: error },
    );
  }
}

function sizeNote(network: Network, { num_training_samples, epochs }: Hyperparameters): string {
  const million = (value: number): string => (value / 1e6).toPrecision(3);
  const learned = network.store.parameters.filter(({ trained }) => trained);
  const weights = learned.reduce((sum, { length }) => sum + length, 0);
  // Forward, gradient of the input, gradient of the weights.
  const operations = 3 * network.multiplyAdds * num_training_samples * epochs;
  return (
    `${million(weights)} million weights, ${(network.bytes / 2 ** 20).toFixed(0)} MiB, ${million(network.multiplyAdds)} million ` +
    `multiply-adds for each image; ${(operations / 1e9).toPrecision(3)} billion for all epochs.`
  );
}
