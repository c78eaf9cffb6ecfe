import { mapConcurrent } from "../../internal/concurrency.js";
import { EvenSample } from "../../internal/even-sample.js";
import { nearest, shown } from "../../internal/options.js";
import {
  type ChannelData,
  type DataFile,
  type FindingPlace,
  type PreflightContext,
  reasonOf,
} from "../../preflight/index.js";
import { isS3Uri } from "../../session/index.js";
import { manifestLines } from "../manifest-lines.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";
import { HEAD_BYTES, type ImageHeaders } from "./preflight-images.js";
import { ChannelLabels } from "./preflight-labels.js";

/** A reference to an image, kept to be looked at later. */
interface Reference {
  readonly uri: string;
  readonly place: FindingPlace;
}

/** What is read of an image whose first bytes do not hold its size. */
const LARGE_HEAD_BYTES = 1024 * 1024;

/**
 * Reads an augmented manifest: attributes, labels, and a sample of the images it names.
 *
 * @param labelFormat - of the content type: `class-id` for lists of class numbers, else zeros and ones
 * @param seeUri - is given every image URI, for comparisons between channels
 */
export async function checkManifest(
  context: PreflightContext<ImageClassificationDraft>,
  channel: ChannelData,
  file: DataFile,
  labelFormat: string | undefined,
  headers: ImageHeaders,
  seeUri: (uri: string, place: FindingPlace) => void,
): Promise<ChannelLabels> {
  const [imageName = "source-ref", labelName = "class"] = channel.channel.DataSource.S3DataSource?.AttributeNames ?? [];
  const labels = new ChannelLabels(context, "IC-10");
  const sample = new EvenSample<Reference>(channel.objectLimit);
  let lines = 0;
  for await (const { value, problem, place } of manifestLines(channel, file)) {
    lines++;
    const fault = (kind: string, message: string, field?: string): void =>
      context.add({
        code: "IC-10",
        kind,
        severity: "error",
        message,
        place: field === undefined ? place : { ...place, field },
        cause:
          "Got empty batch from pipe. Please check whether AttributeNames matches attributes names in the augmented manifest.",
        fix: `each line needs ${shown(imageName)} with the S3 URI of an image and ${shown(labelName)} with its label`,
      });
    if (value === undefined) {
      fault("manifest-line", problem ?? "the line is no object");
      continue;
    }
    for (const name of [imageName, labelName]) {
      if (value[name] !== undefined && value[name] !== null) continue;
      const near = nearest(name, Object.keys(value));
      fault("manifest-attribute", `the line has no ${shown(name)}${near ? `; it has ${shown(near)}` : ""}`, name);
    }
    const uri = value[imageName];
    if (typeof uri === "string" && /^s3:\/\/[^/]+\/./u.test(uri) && isS3Uri(uri)) {
      seeUri(uri, place);
      sample.add({ uri, place });
    } else if (uri !== undefined && uri !== null) {
      fault("manifest-image", `the image must be an S3 URI; got ${shown(uri)}`, imageName);
    }
    addLabel(context, labels, value[labelName], labelFormat, { ...place, field: labelName });
  }
  channel.records += lines;
  labels.isPartial = channel.isSampled;
  if (sample.count > sample.items.length) channel.markSampled();
  await lookAtImages(context, channel, sample.items, headers);
  return labels;
}

/** A label as the manifest holds it: a number, a text of a number, or a list that may be a text too. */
function addLabel(
  context: PreflightContext<ImageClassificationDraft>,
  labels: ChannelLabels,
  value: unknown,
  labelFormat: string | undefined,
  place: FindingPlace,
): void {
  if (value === undefined || value === null) return;
  const list = numbersOf(value);
  if (list === undefined) {
    context.add({
      code: "IC-10",
      kind: "manifest-label",
      severity: "error",
      message: `the label must be a class number, or a list of numbers; got ${shown(value)}`,
      place,
      cause: "labels are streamed as text and read as numbers",
      fix: "write class numbers from 0; LabelIndex turns names into numbers",
    });
  } else if (Array.isArray(list) && labelFormat === "class-id") addClassIds(context, labels, list, place);
  else labels.add(list, place);
}

/** Class numbers become a zero or one for each class when the job reads them, so only their range can be wrong. */
function addClassIds(
  context: PreflightContext<ImageClassificationDraft>,
  labels: ChannelLabels,
  ids: readonly number[],
  place: FindingPlace,
): void {
  const classes = context.job.hyperparameters.num_classes;
  labels.images++;
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || (classes !== undefined && id >= classes));
  if (wrong === undefined) return;
  context.add({
    code: "IC-10",
    kind: "class-id",
    severity: "error",
    message: `the class number ${wrong} is not in 0 to ${classes === undefined ? "num_classes - 1" : classes - 1}`,
    place,
    cause: "with label-format=class-id a label is a list of class numbers",
    fix: "correct the number, or num_classes",
  });
}

function numbersOf(value: unknown): number | readonly number[] | undefined {
  if (Array.isArray(value)) {
    const list = value.map((item) => (typeof item === "number" ? item : Number.NaN));
    return list.length > 0 && list.every((item) => Number.isFinite(item)) ? list : undefined;
  }
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  if (/^\s*\[.*\]\s*$/su.test(value)) {
    try {
      return numbersOf(JSON.parse(value));
    } catch {
      return undefined;
    }
  }
  return /^\s*-?\d+(?:\.\d+)?\s*$/u.test(value) ? Number(value) : undefined;
}

async function lookAtImages(
  context: PreflightContext<ImageClassificationDraft>,
  channel: ChannelData,
  images: readonly Reference[],
  headers: ImageHeaders,
): Promise<void> {
  let refused: unknown;
  await mapConcurrent(
    images,
    channel.concurrency,
    async ({ uri, place }) => {
      if (refused !== undefined) return;
      let head: Uint8Array | undefined;
      try {
        head = await channel.headOfUri(uri, HEAD_BYTES);
      } catch (error) {
        channel.signal.throwIfAborted();
        refused = error;
        return;
      }
      if (head === undefined || head.length === 0) {
        context.add({
          code: "IC-10",
          kind: head === undefined ? "missing-image" : "empty-image",
          severity: "error",
          message: head === undefined ? `there is no object ${uri}` : `the object ${uri} is empty`,
          place,
          cause:
            "the stream of the job ends at an image that cannot be read: Platform Error: SageMaker pipe channel timed out.",
          fix: "correct the URI, or upload the image",
        });
        return;
      }
      const all = async function* (): AsyncGenerator<Uint8Array, void, void> {
        yield (await channel.headOfUri(uri, LARGE_HEAD_BYTES)) ?? new Uint8Array(0);
      };
      const sizeBytes = head.length < HEAD_BYTES ? head.length : LARGE_HEAD_BYTES;
      await headers.look({ head, sizeBytes, all }, { ...place, field: uri });
    },
    channel.signal,
  );
  if (refused !== undefined) {
    context.skip(["IC-10", "IC-11"], `an image could not be read: ${reasonOf(refused)}`, channel.name);
  }
}
