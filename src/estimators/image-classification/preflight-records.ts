import { FormatError } from "../../errors/index.js";
import { readImageRecords } from "../../formats/index.js";
import type { ChannelData, DataFile, FindingPlace, PreflightContext } from "../../preflight/index.js";
import { reasonOf } from "../../preflight/index.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";
import type { ImageHeaders } from "./preflight-images.js";
import { ChannelLabels } from "./preflight-labels.js";

/** Frame head and image header, before the image. */
const RECORD_HEAD_BYTES = 32;

/**
 * Walks a RecordIO file, or the beginning of it that the sample allows: frames, labels and image headers.
 *
 * @param see - is given every image, for comparisons between channels
 */
export async function checkRecords(
  context: PreflightContext<ImageClassificationDraft>,
  channel: ChannelData,
  file: DataFile,
  headers: ImageHeaders,
  see: (image: Uint8Array, place: FindingPlace) => void,
): Promise<ChannelLabels> {
  const labels = new ChannelLabels(context, "IC-09");
  // Records have no mark to find the next one by, so only the beginning can be a sample.
  const end = channel.beginning(file);
  labels.isPartial = end < file.sizeBytes;
  let given = 0;
  async function* bytes(): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of channel.chunks(file, 0, end)) {
      given += chunk.length;
      yield chunk;
    }
  }
  try {
    for await (const { image, byteOffset, labels: own } of readImageRecords(bytes(), { signal: channel.signal })) {
      const place: FindingPlace = {
        channel: channel.name,
        file: file.uri,
        record: labels.images + 1,
        byte: byteOffset,
      };
      labels.add(own, place);
      headers.see(image, { ...place, byte: byteOffset + RECORD_HEAD_BYTES });
      see(image, place);
    }
  } catch (error) {
    if (!FormatError.is(error)) throw error;
    // The last record of a sample is cut by the sample.
    const isCut = end < file.sizeBytes && given === end && !error.message.includes("magic number");
    if (!isCut) {
      labels.isDamaged = true;
      noteDamage(context, channel, file, error);
    }
  }
  channel.records += labels.images;
  return labels;
}

function noteDamage(
  context: PreflightContext<ImageClassificationDraft>,
  channel: ChannelData,
  file: DataFile,
  error: FormatError,
): void {
  const { record, byteOffset } = error;
  context.add({
    code: "IC-09",
    kind: "damaged-record",
    severity: "error",
    message: reasonOf(error).replace(/^[^:]*: /u, ""),
    place: {
      channel: channel.name,
      file: file.uri,
      ...(record !== undefined && { record }),
      ...(byteOffset !== undefined && { byte: byteOffset }),
    },
    cause:
      error.message.includes("magic number") && byteOffset === 0
        ? "The Record IO header does not start with the magic number."
        : "Unable to parse record. Please make sure input data is in correct recordio format.",
    fix: "write the file with writeImageRecords or im2rec; for images without RecordIO use the channels of lists",
  });
}
