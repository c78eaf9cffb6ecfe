import { SeenTexts } from "../../formats/index.js";
import { mapConcurrent } from "../../internal/concurrency.js";
import { TrainingJob } from "../../jobs/index.js";
import {
  type ChannelData,
  type DataFile,
  type FindingPlace,
  isFolderMarker,
  type PreflightChecks,
  type PreflightContext,
  reasonOf,
} from "../../preflight/index.js";
import { readImageClassificationHyperparameters } from "./defaults.js";
import { compareWithEarlierJob, deriveImageClassification } from "./derive.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";
import { dataChannels, hasLists, LIST_CHANNELS } from "./job-channels.js";
import { HEAD_BYTES, ImageHeaders } from "./preflight-images.js";
import type { ChannelLabels } from "./preflight-labels.js";
import { checkList } from "./preflight-lists.js";
import { checkManifest } from "./preflight-manifest.js";
import { checkRecords } from "./preflight-records.js";

const CODES = [
  ...["IC-02", "IC-03", "IC-04", "IC-05", "IC-06", "IC-07", "IC-08"],
  ...["IC-09", "IC-10", "IC-11", "IC-12", "IC-15"],
] as const;

type Context = PreflightContext<ImageClassificationDraft>;

/** What is gathered of one channel while it is listed. */
interface Listed {
  readonly names: SeenTexts;
  /** Objects that are no markers of folders. */
  count: number;
  /** Files with the ending that the channel is about, the first few. */
  readonly wanted: DataFile[];
  readonly first: DataFile[];
}

/**
 * The checks of ImageClassification that need data: lists, RecordIO files, augmented manifests, image headers.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/image-classification.html (input format)
 */
export function imageClassificationPreflight(context: Context): PreflightChecks {
  const { job } = context;
  const lists = hasLists(job.channels.map(({ ChannelName }) => ChannelName));
  const listed = new Map<string, Listed>();
  const shared = new SharedImages(context);
  return {
    codes: CODES,
    object(file, channel) {
      if (isFolderMarker(file)) return;
      const known = listed.get(channel.name) ?? { names: new SeenTexts(), count: 0, wanted: [], first: [] };
      listed.set(channel.name, known);
      known.count++;
      if (known.first.length < 3) known.first.push(file);
      if (known.wanted.length < 5 && new RegExp(`\\.${endingOf(channel, lists)}$`, "iu").test(file.name)) {
        known.wanted.push(file);
      }
      if (!lists || isList(channel.name)) return;
      known.names.add(file.name);
      if (file.etag !== undefined) {
        shared.see(channel.name, `${file.etag} ${file.sizeBytes}`, { channel: channel.name, file: file.uri });
      }
    },
    async run() {
      const headers = new ImageHeaders(context);
      const labels = new Map<string, ChannelLabels>();
      for (const name of ["train", "validation"]) {
        const own = lists
          ? await withLists(context, name, listed, headers)
          : await withoutLists(context, name, listed, headers, shared);
        if (own !== undefined) labels.set(name, own);
      }
      compareWithData(context, labels, headers);
      await checkEarlierModel(context);
    },
  };
}

function isList(channel: string): boolean {
  return (LIST_CHANNELS as readonly string[]).includes(channel);
}

/** The ending of the one file that a channel is read from. */
function endingOf(channel: ChannelData, lists: boolean): string {
  return isList(channel.name) ? "lst" : lists ? "(?:png|jpe?g)" : "rec";
}

/** Images with their list. */
async function withLists(
  context: Context,
  name: string,
  listed: ReadonlyMap<string, Listed>,
  headers: ImageHeaders,
): Promise<ChannelLabels | undefined> {
  const images = context.readable(name, ["IC-04", "IC-11", "IC-15"]);
  const list = context.readable(`${name}_lst`, ["IC-02", "IC-03", "IC-04", "IC-05", "IC-06", "IC-07", "IC-08"]);
  let labels: ChannelLabels | undefined;
  const file = list && oneFile(context, list, listed.get(list.name), "lst");
  if (list !== undefined && file !== undefined) {
    const known = listed.get(name);
    const incomplete = images?.listingIsCut ? "the listing of the images was cut" : undefined;
    if (incomplete !== undefined) context.skip(["IC-04"], `${incomplete}; list more with sample: { listed }`, name);
    const names = images === undefined || known === undefined ? undefined : { ...known, incomplete };
    labels = await checkList(context, list, file, names);
  }
  if (images !== undefined) await lookAtImages(images, headers);
  return labels;
}

/** Headers of image files: of all, or of those that the sample takes. */
async function lookAtImages(channel: ChannelData, headers: ImageHeaders): Promise<void> {
  const files = channel.files.filter((file) => file.sizeBytes > 0 && /\.(?:png|jpe?g)$/iu.test(file.name));
  if (channel.objects > channel.files.length) channel.markSampled();
  await mapConcurrent(
    files,
    channel.concurrency,
    async (file) => {
      const head = await channel.head(file, HEAD_BYTES);
      const { sizeBytes } = file;
      await headers.look(
        { head, sizeBytes, all: () => channel.chunks(file) },
        { channel: channel.name, file: file.uri },
      );
    },
    channel.signal,
  );
}

/** A RecordIO file or an augmented manifest. */
async function withoutLists(
  context: Context,
  name: string,
  listed: ReadonlyMap<string, Listed>,
  headers: ImageHeaders,
  shared: SharedImages,
): Promise<ChannelLabels | undefined> {
  const codes = ["IC-02", "IC-03", "IC-05", "IC-06", "IC-07", "IC-08", "IC-09", "IC-10", "IC-11", "IC-15"];
  const channel = context.readable(name, codes);
  if (channel === undefined) return undefined;
  if (channel.isAugmentedManifest) {
    const file = channel.files[0];
    const { labelFormat } = dataChannels({ ...context.job, channels: [channel.channel] })[0] ?? {};
    const see = (uri: string, place: FindingPlace): void => shared.see(name, uri, { ...place, field: uri });
    return file && checkManifest(context, channel, file, labelFormat, headers, see);
  }
  const file = oneFile(context, channel, listed.get(name), "rec");
  return (
    file && checkRecords(context, channel, file, headers, (image, place) => shared.see(name, contentKey(image), place))
  );
}

/** The one file that a channel is read from. */
function oneFile(
  context: Context,
  channel: ChannelData,
  listed: Listed | undefined,
  ending: string,
): DataFile | undefined {
  if (listed === undefined) return undefined;
  const { wanted, count, first } = listed;
  const [file] = wanted;
  // A URI that names an object means it, whatever its ending.
  if (count === 1) return first[0];
  if (file !== undefined && wanted.length === 1) return file;
  context.add({
    code: "IC-02",
    kind: "several-files",
    severity: "error",
    message:
      wanted.length === 0
        ? `channel "${channel.name}" holds no .${ending} file, but ${first.map(({ uri }) => `"${uri}"`).join(", ")}${count > first.length ? ", ..." : ""}`
        : `channel "${channel.name}" holds more than one .${ending} file: ${wanted.map(({ uri }) => `"${uri}"`).join(", ")}`,
    place: { channel: channel.name, file: channel.uri },
    cause: `the channel is read from one .${ending} file`,
    fix: `name one .${ending} file${ending === "rec" ? "; for image files give the channels train_lst and validation_lst too" : ""}`,
  });
  return file;
}

/** Two images are taken for the same by their ends and their length. */
function contentKey(image: Uint8Array): string {
  const end = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  return `${end.length} ${end.toString("latin1", 0, 64)} ${end.toString("latin1", Math.max(0, end.length - 256))}`;
}

/** Finds images that stand in train and in validation. */
class SharedImages {
  readonly #seen = { train: new SeenTexts(), validation: new SeenTexts() };
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  see(channel: string, key: string, place: FindingPlace): void {
    if (channel !== "train" && channel !== "validation") return;
    this.#seen[channel].add(key);
    const other = channel === "train" ? "validation" : "train";
    if (!this.#seen[other].has(key)) return;
    this.#context.add({
      code: "IC-15",
      kind: "shared-image",
      severity: "warning",
      message: `the image is also in channel "${other}"`,
      place,
      cause: "the validation accuracy flatters: the model has seen the image",
      fix: "split the images so that each is in one channel only",
    });
  }
}

/** What the data says about the hyperparameters. */
function compareWithData(context: Context, labels: ReadonlyMap<string, ChannelLabels>, headers: ImageHeaders): void {
  const { hyperparameters: given } = context.job;
  const train = labels.get("train");
  const validation = labels.get("validation");
  if (train === undefined || (train.images === 0 && !train.isDamaged)) return;
  const isManifest = context.data.get("train")?.isAugmentedManifest === true;
  const incomplete = train.isDamaged || train.isPartial;
  const isValidationWhole = validation !== undefined && !validation.isDamaged && !validation.isPartial;
  const classId = isManifest && train.width === undefined;
  const counted = ["IC-03", "IC-05", "IC-06", "IC-07"];
  if (incomplete) {
    const reason = train.isDamaged
      ? "the file cannot be read to its end"
      : 'images and classes are counted with sample: "whole" only';
    context.skip(counted, reason, "train");
    checkRange(context, train);
  }
  const countsOf = (own: ChannelLabels | undefined) =>
    own !== undefined && own.width === 1 && own.counts.size > 0 ? own.counts : undefined;
  const smallestImage = headers.smallest;
  const { findings } = deriveImageClassification(
    {
      trainingImages: Math.max(1, train.images),
      ...(isValidationWhole && validation.images > 0 && { validationImages: validation.images }),
      ...(!incomplete && {
        trainingLabels: countsOf(train),
        ...(isValidationWhole && { validationLabels: countsOf(validation) }),
      }),
      ...(!classId && { labelWidth: train.width }),
      ...(smallestImage !== undefined && { smallestImage }),
    },
    given,
  );
  for (const finding of findings) {
    if (incomplete && counted.includes(finding.code)) continue;
    const smallest = finding.code === "IC-11" ? (headers.lowest?.place ?? {}) : {};
    context.add({ ...finding, place: { ...finding.place, ...smallest } });
  }
  if (incomplete) return;
  const classes = train.width !== undefined && train.width > 1 ? train.width : highest(train.counts) + 1;
  if (!classId && classes > 0) {
    const from = train.width === 1 ? "labels of train" : "numbers of a label";
    context.derive({ name: "num_classes", value: classes, given: given.num_classes, from });
  }
  context.derive({
    name: "num_training_samples",
    value: train.images,
    given: given.num_training_samples,
    from: "images of train",
  });
}

/** Labels beyond the classes, when only a part of the data was read. */
function checkRange(context: Context, train: ChannelLabels): void {
  const classes = context.job.hyperparameters.num_classes;
  const most = highest(train.counts);
  if (classes === undefined || most < classes) return;
  context.add({
    code: "IC-05",
    kind: "class-count",
    severity: "error",
    message: `"num_classes" is ${classes}, but there is the label ${most}`,
    place: { channel: "train", field: "num_classes" },
    cause: "the network answers one probability per class, and labels beyond them cannot be learned",
    fix: `set "num_classes" to at least ${most + 1}`,
  });
}

function highest(counts: ReadonlyMap<number, number>): number {
  let most = -1;
  for (const label of counts.keys()) most = Math.max(most, label);
  return most;
}

/** Compares with the job whose model is trained on, as far as its name follows from the model's address. */
async function checkEarlierModel(context: Context): Promise<void> {
  const { job, session, signal } = context;
  const model = context.data.get("model");
  const uri = job.modelUri ?? model?.channel.DataSource.S3DataSource?.S3Uri;
  if (uri === undefined) return;
  if (!context.apiCalls) {
    context.skip(["IC-12"], "the job that made the model is looked up with apiCalls: true", "model");
    return;
  }
  const name = /\/([^/]+)\/output\/model\.tar\.gz$/u.exec(uri)?.[1];
  if (name === undefined) {
    context.skip(["IC-12"], `the name of its job does not follow from ${uri}`, "model");
    return;
  }
  try {
    const { HyperParameters: wire } = await new TrainingJob(session, name).describe({ signal });
    const earlier = readImageClassificationHyperparameters(wire ?? {});
    if (earlier === undefined) {
      context.skip(["IC-12"], `training job "${name}" is no job of ImageClassification`, "model");
      return;
    }
    for (const finding of compareWithEarlierJob(earlier, job.hyperparameters)) context.add(finding);
  } catch (error) {
    signal.throwIfAborted();
    context.skip(["IC-12"], `training job "${name}" cannot be described: ${reasonOf(error)}`, "model");
  }
}
