import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { FormatError } from "../../../../errors/index.js";
import { readImageList, readImageRecords, readJsonLines } from "../../../../formats/index.js";
import { type ChannelFile, type ChannelInput, JobFailure } from "../../contract.js";
import { checkedLabels, type LabelRules } from "./labels.js";

/** One labelled image of a channel, not read yet. */
export interface IndexedImage {
  /** One class number, or a 0 or 1 for each class. */
  readonly labels: Float32Array;
  /** Where its labels come from, for messages. */
  readonly place: string;
  /** File with the image: all of it, or one record. */
  readonly path: string;
  readonly record?: { readonly offset: number; readonly bytes: number } | undefined;
}

/** What the images of a channel are read from. */
export interface ChannelData {
  readonly images: ChannelInput;
  /** The channel with the list; images in RecordIO files and augmented manifests need none. */
  readonly list: ChannelInput | undefined;
}

/** Where a channel's labels and images lie. */
type Layout = "images with a list" | "RecordIO" | "augmented manifest";

/** How the channel is laid out, by its type and content type. */
export function layoutOf({ images, list }: ChannelData): Layout {
  if (images.s3DataType === "AugmentedManifestFile") return "augmented manifest";
  return list ? "images with a list" : "RecordIO";
}

/** The `label-format` that a channel's content type names. */
export function labelFormatOf({ contentType }: ChannelInput): string | undefined {
  return /;\s*label-format\s*=\s*([\w-]+)/iu.exec(contentType ?? "")?.[1]?.toLowerCase();
}

/**
 * Finds all images of a channel and checks their labels; images are not looked at.
 *
 * @remarks Holds about 200 bytes for each image.
 *
 * @throws JobFailure in the words of the service, with file and line
 */
export async function indexImages(
  data: ChannelData,
  rules: Omit<LabelRules, "classIds">,
  signal: AbortSignal,
): Promise<IndexedImage[]> {
  const labelRules: LabelRules = { ...rules, classIds: labelFormatOf(data.images) === "class-id" };
  const layout = layoutOf(data);
  const images =
    layout === "augmented manifest"
      ? await indexManifest(data.images, labelRules, signal)
      : layout === "RecordIO"
        ? await indexRecords(data.images, labelRules, signal)
        : await indexList(data.images, data.list as ChannelInput, labelRules, signal);
  if (images.length > 0) return images;
  throw new JobFailure("ClientError", `The ${data.images.name} channel holds no images.`);
}

/** The encoded bytes of an image. */
export async function readImage({ path, record }: IndexedImage): Promise<Uint8Array> {
  if (!record) return readFile(path);
  const bytes = new Uint8Array(record.bytes);
  const file = await open(path);
  try {
    await file.read(bytes, 0, bytes.length, record.offset);
  } finally {
    await file.close();
  }
  const [image] = await readImageRecords(bytes).toArray();
  if (!image) throw new Error(`${path} has changed while it was read`);
  return image.image;
}

async function indexList(
  images: ChannelInput,
  list: ChannelInput,
  rules: LabelRules,
  signal: AbortSignal,
): Promise<IndexedImage[]> {
  const invalid = `Invalid lst file in the ${images.name} channel.`;
  const lists = list.files.filter(({ name }) => name.endsWith(".lst"));
  const [file, ...others] = lists;
  if (!file || others.length > 0) {
    const names = list.files.slice(0, 5).map(({ name }) => name);
    throw new JobFailure(
      "ClientError",
      `${invalid} The channel ${list.name} must hold one .lst file, found ${lists.length} among ${list.files.length} files: ` +
        `${names.join(", ")}${list.files.length > names.length ? ", ..." : ""}.`,
    );
  }
  const paths = new Map(images.files.map(({ name, path }) => [name, path]));
  const indexed: IndexedImage[] = [];
  await reading(`${invalid} ${file.name}`, async () => {
    const records = readImageList(createReadStream(file.path), { unique: true, signal });
    for await (const { index, labels, path } of records) {
      const place = `${file.name}, image ${index} (${path})`;
      const found = paths.get(path);
      if (found === undefined) {
        throw new JobFailure(
          "ClientError",
          `${invalid} ${place}: the channel ${images.name} has no file "${path}"${likelyPath(path, images.files)}.`,
        );
      }
      indexed.push({ labels: checkedLabels(labels, rules, place), place, path: found });
    }
  });
  return indexed;
}

/** A file of the channel with the same name in another folder. */
function likelyPath(path: string, files: readonly ChannelFile[]): string {
  const base = `/${path.slice(path.lastIndexOf("/") + 1)}`;
  const near = files.find(({ name }) => `/${name}`.endsWith(base));
  return near ? `; it has "${near.name}". Paths in the list are relative to the prefix of the images` : "";
}

async function indexRecords(channel: ChannelInput, rules: LabelRules, signal: AbortSignal): Promise<IndexedImage[]> {
  // A pipe has no file names.
  const files =
    channel.inputMode === "Pipe" ? channel.files : channel.files.filter(({ name }) => name.endsWith(".rec"));
  if (files.length === 0) {
    const names = channel.files.slice(0, 5).map(({ name }) => name);
    throw new JobFailure("ClientError", `No .rec file found in the ${channel.name} channel: ${names.join(", ")}.`);
  }
  const indexed: IndexedImage[] = [];
  for (const file of files) {
    const offsets: number[] = [];
    const heads: { readonly labels: Float32Array; readonly place: string }[] = [];
    await reading(
      `Unable to parse record. Please make sure input data is in correct recordio format. ${file.name}`,
      async () => {
        for await (const { id, labels, byteOffset } of readImageRecords(createReadStream(file.path), { signal })) {
          const place = `${file.name}, record ${offsets.length + 1} (id ${id})`;
          heads.push({ labels: checkedLabels(labels, rules, place), place });
          offsets.push(byteOffset);
        }
      },
    );
    for (const [index, head] of heads.entries()) {
      const offset = offsets[index] as number;
      const bytes = (offsets[index + 1] ?? file.sizeBytes) - offset;
      indexed.push({ ...head, path: file.path, record: { offset, bytes } });
    }
  }
  return indexed;
}

async function indexManifest(channel: ChannelInput, rules: LabelRules, signal: AbortSignal): Promise<IndexedImage[]> {
  const [manifest, ...referenced] = channel.files;
  const [imageName, labelName] = channel.attributeNames;
  if (!manifest || imageName === undefined || labelName === undefined) {
    throw new JobFailure("ClientError", `The ${channel.name} channel needs two attribute names: image and label.`);
  }
  const paths = new Map(referenced.map(({ name, path }) => [name, path]));
  const indexed: IndexedImage[] = [];
  const parse = (value: unknown, line: number): IndexedImage => {
    const place = `${manifest.name}, line ${line}`;
    const record = typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
    const uri = record[imageName];
    const path = typeof uri === "string" ? paths.get(uri) : undefined;
    if (path === undefined) {
      throw new JobFailure(
        "ClientError",
        `Got empty batch from pipe. Please make sure that AttributeNames matches attributes names in the augmented manifest. ` +
          `${place}: "${imageName}" is no image that the channel has.`,
      );
    }
    return { labels: checkedLabels(labelsOf(record[labelName], labelName, place), rules, place), place, path };
  };
  await reading(`The ${channel.name} channel`, async () => {
    const lines = readJsonLines(createReadStream(manifest.path), { parse: (value, line) => ({ value, line }), signal });
    for await (const { value, line } of lines) indexed.push(parse(value, line));
  });
  return indexed;
}

/** A label as it is streamed: the text of a number or of a list of numbers. */
function labelsOf(value: unknown, name: string, place: string): number | number[] {
  let parsed = value;
  if (typeof value === "string") {
    try {
      parsed = JSON.parse(value);
    } catch {
      parsed = undefined;
    }
  }
  const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (list.every((label) => typeof label === "number")) return Array.isArray(parsed) ? list : (list[0] as number);
  throw new JobFailure(
    "ClientError",
    `${place}: "${name}" must be a class number, or a list of numbers for multi-label data, got ${JSON.stringify(value)}.`,
  );
}

/** Turns faults of a format into failures of the job. */
async function reading(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!FormatError.is(error)) throw error;
    throw new JobFailure("ClientError", `${what}: ${error.message}`, { cause: error });
  }
}
