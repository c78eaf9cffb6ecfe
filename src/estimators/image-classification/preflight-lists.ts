import { readListLine, SeenNumbers, SeenTexts } from "../../formats/index.js";
import { shown } from "../../internal/options.js";
import type { ChannelData, DataFile, FindingPlace, PreflightContext } from "../../preflight/index.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";
import { ChannelLabels } from "./preflight-labels.js";

const MAX_LINE_BYTES = 1024 * 1024;

/** Names of the images of a channel, to look up what a list names. */
export interface ListedImages {
  readonly names: SeenTexts;
  readonly count: number;
  /** Why a name that is not among them may still exist; undefined when all were listed. */
  readonly incomplete: string | undefined;
}

/**
 * Reads a list line by line: its form, its labels, and whether the images it names are there.
 *
 * @param images - what the channel of images holds; undefined when nobody knows
 */
export async function checkList(
  context: PreflightContext<ImageClassificationDraft>,
  channel: ChannelData,
  file: DataFile,
  images: ListedImages | undefined,
): Promise<ChannelLabels> {
  const labels = new ChannelLabels(context, "IC-03");
  // Of this list alone: the published notebook numbers both of its lists from 1, and the service trains on them.
  const indexes = new SeenNumbers();
  const paths = new SeenTexts();
  let found = 0;
  let lines = 0;
  const fault = (kind: string, message: string, place: FindingPlace, cause: string, fix: string): void =>
    context.add({ code: "IC-03", kind, severity: "error", message, place, cause, fix });
  for await (const batch of channel.textLines(file, "image list", MAX_LINE_BYTES)) {
    for (const { text, number, place } of batch) {
      lines++;
      if (text === undefined || text.includes("\ufffd")) {
        const problem = text === undefined ? "is too long for a list" : "is not valid UTF-8";
        fault("line-form", `the line ${problem}`, place, INVALID_LIST, WRITER);
        continue;
      }
      const parsed = readListLine(text, number);
      if (parsed === undefined) continue;
      if (parsed.record === undefined) {
        const at = parsed.field === undefined ? place : { ...place, field: parsed.field };
        fault("line-form", parsed.problem, at, INVALID_LIST, WRITER);
        continue;
      }
      const { index, path } = parsed.record;
      labels.add(parsed.record.labels, place);
      if (indexes.add(index)) {
        const message = `the index ${index} stands on an earlier line too`;
        const cause = "the index is the number of the image and must be unique in its list";
        fault("repeated-index", message, { ...place, field: "index" }, cause, "number the images anew");
      }
      if (paths.add(path)) {
        context.add({
          code: "IC-03",
          kind: "repeated-path",
          severity: "warning",
          message: `the image ${shown(path)} stands on an earlier line too`,
          place: { ...place, field: "path" },
          cause: "the image is learned twice, perhaps with two labels",
          fix: "drop the line; for several labels per image use one line and multi_label",
        });
      }
      if (images === undefined || images.incomplete !== undefined) continue;
      if (images.names.has(path)) found++;
      else missingImage(context, path, images.names, place);
    }
  }
  channel.records += lines;
  labels.isPartial = channel.isSampled;
  const unlisted = (images?.count ?? 0) - found;
  if (images !== undefined && images.incomplete === undefined && unlisted > 0 && found > 0 && !channel.isSampled) {
    context.add({
      code: "IC-04",
      kind: "unlisted-images",
      severity: "info",
      message: `${unlisted} of ${images.count} objects of channel "${channel.name.replace(/_lst$/u, "")}" are not in the list`,
      place: { channel: channel.name, file: file.uri },
      cause: "they are copied to the instances, but nothing is learned from them",
      fix: "add them to the list, or delete them",
    });
  }
  return labels;
}

const INVALID_LIST = "Customer Error: Invalid lst file in the train channel.";
const WRITER = "write index, label and path separated by tabs, one image per line, for example with writeImageList";

function missingImage(
  context: PreflightContext<ImageClassificationDraft>,
  path: string,
  names: SeenTexts,
  place: FindingPlace,
): void {
  context.add({
    code: "IC-04",
    kind: "missing-image",
    severity: "error",
    message: `there is no image ${shown(path)} below the prefix of the channel${likely(path, names)}`,
    place: { ...place, field: "path" },
    cause:
      "paths are relative to the prefix of the channel of images; the file is not found after the instances have started",
    fix: "correct the path or the prefix, or upload the image",
  });
}

/** The name that was meant, when the path only has too much before it, or another case. */
function likely(path: string, names: SeenTexts): string {
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    const rest = path.slice(slash + 1);
    if (names.has(rest)) return `; there is ${shown(rest)}`;
  }
  const dot = path.lastIndexOf(".");
  const stem = dot < 0 ? path : path.slice(0, dot);
  for (const ending of [".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG", ""]) {
    if (names.has(stem + ending)) return `; there is ${shown(stem + ending)}`;
  }
  return "";
}
