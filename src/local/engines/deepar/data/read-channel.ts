import { FormatError, SageMakerError } from "../../../../errors/index.js";
import { type DeepARSeries, deepARFormatByName, readDeepAR } from "../../../../formats/index.js";
import { type ChannelFile, type ChannelInput, JobFailure } from "../../contract.js";

/** A series of a file, and where it stands. */
export interface ChannelRecord {
  readonly series: DeepARSeries;
  /** For messages: the series by its number, and the file as the container sees it. */
  readonly place: string;
}

/** Content types of a channel that stand for what names do not say. */
const CONTENT_TYPES = ["json", "json.gz", "parquet"];

/** The files of a channel that hold data: the container skips names that begin with a dot, and `_SUCCESS`. */
export function dataFiles(channel: ChannelInput): [ChannelFile, ...ChannelFile[]] {
  const [first, ...others] = channel.files.filter(({ name }) => {
    const last = name.slice(name.lastIndexOf("/") + 1);
    return !last.startsWith(".") && last !== "_SUCCESS";
  });
  if (!first) throw new JobFailure("ClientError", `No data found in the ${channel.name} channel.`);
  const files: [ChannelFile, ...ChannelFile[]] = [first, ...others];
  const type = channel.contentType?.trim();
  if (type !== undefined && CONTENT_TYPES.includes(type)) return files;
  const unknown = files.find(({ name }) => deepARFormatByName(name) === undefined);
  if (unknown === undefined) return files;
  throw new JobFailure(
    "ClientError",
    `Unable to tell the format of ${unknown.containerPath} by its name, which ends neither in .json nor .json.gz nor .parquet. ` +
      `Set the content type of the ${channel.name} channel to json, json.gz or parquet; ` +
      `${type === undefined ? "it has none" : `it is "${type}"`}.`,
  );
}

/**
 * All series of a channel, in the order of files and lines.
 *
 * @throws JobFailure `ClientError` naming file, line and field of what is no series
 */
export async function* readChannel(
  channel: ChannelInput,
  signal: AbortSignal,
): AsyncGenerator<ChannelRecord, void, void> {
  for (const file of dataFiles(channel)) {
    let number = 0;
    try {
      // For training dynamic features are as long as the target.
      for await (const series of readDeepAR(file.path, { predictionLength: 0, signal })) {
        number++;
        yield { series, place: `series ${number} of ${file.containerPath}` };
      }
    } catch (error) {
      throw asFailure(error, file);
    }
  }
}

function asFailure(error: unknown, { containerPath }: ChannelFile): unknown {
  if (!FormatError.is(error)) {
    return SageMakerError.is(error) ? new JobFailure("ClientError", error.message, { cause: error }) : error;
  }
  const { record, field, problem, code } = error;
  const what = code === "FORMAT_INVALID_RECORD" ? "Error when parsing json" : "Unable to read data";
  const place = [
    containerPath,
    record === undefined ? "" : `line ${record}`,
    field === undefined ? "" : `field ${field}`,
  ];
  const message = `${what} (${place.filter(Boolean).join(", ")}): ${problem}`;
  return new JobFailure("ClientError", message, { cause: error });
}
