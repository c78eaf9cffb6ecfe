import { ValidationError } from "../errors/index.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { DeepARDecoder, type SeriesObserver } from "./deepar-decoder.js";
import { DeepARGatherer, type MissingText } from "./deepar-encoder.js";
import {
  checkedFormat,
  type DeepARFileFormat,
  deepARFormatByName,
  formatToWrite,
  openByContent,
} from "./deepar-files.js";
import {
  checkedPredictionLength,
  type DeepARInput,
  DeepARLayout,
  type DeepARSeries,
  fileNames,
  format,
} from "./deepar-series.js";
import { gzipped } from "./gzip.js";
import { checkedMaxLineBytes, lineBlocksOf } from "./line-blocks.js";
import type { RecordSource } from "./record-source.js";
import { decodeBlocks, RecordStream } from "./record-stream.js";
import {
  encodeRecords,
  type RecordEncoder,
  type WriteOptions,
  type WriteResult,
  writeRecords,
} from "./record-writer.js";
import { writeChunks } from "./write-chunks.js";

/**
 * Options of {@link writeDeepAR} and {@link encodeDeepAR}.
 *
 * @public
 */
export interface DeepARWriteOptions extends WriteOptions {
  /**
   * Kind of file.
   *
   * @defaultValue by the name of the file: `.json.gz` and `.gz` compressed, `.parquet` Parquet, any other JSON Lines
   */
  readonly format?: DeepARFileFormat | undefined;
  /**
   * 0 for a file to train or test with, where dynamic features are as long as the values. For the input of a batch
   * transform the model's `prediction_length`: dynamic features then reach so far beyond the values, and a series without
   * values is allowed.
   *
   * @defaultValue 0
   */
  readonly predictionLength?: number | undefined;
  /**
   * How a missing value is written in JSON; DeepAR takes both. In Parquet it is always NaN.
   *
   * @defaultValue "null"
   */
  readonly missing?: "null" | "NaN" | undefined;
}

/** Defaults of {@link DeepARWriteOptions}. */
export const deepARWriteDefaults = Object.freeze({ predictionLength: 0, missing: "null" } as const);

/**
 * What {@link writeDeepAR} wrote.
 *
 * @public
 */
export interface DeepARWriteResult extends WriteResult {
  /** The kind of file, which is also its content type. */
  readonly format: DeepARFileFormat;
  /** Whether the service would take the file for something else by its name: the channel then needs the content type. */
  readonly needsContentType: boolean;
}

/**
 * Options of {@link readDeepAR}.
 *
 * @public
 */
export interface DeepARReadOptions {
  /**
   * Points that dynamic features have beyond the values: 0 in a file for training, the model's `prediction_length` in the
   * input of a forecast. Without it any number is taken, the same for all features of a series.
   */
  readonly predictionLength?: number | undefined;
  /**
   * Longest line that is read, bytes; a longer one is an error instead of an exhausted memory.
   *
   * @defaultValue 67108864 (64 MiB)
   */
  readonly maxLineBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link DeepARReadOptions}. */
export const deepARReadDefaults = Object.freeze({ maxLineBytes: 64 * 1024 * 1024 } as const);

/**
 * Encodes series as DeepAR reads them: one series a line, `{"start":"2024-01-01 00:00:00","target":[1,2.5,null]}`, with
 * `cat` and `dynamic_feat` where the series have them.
 *
 * @remarks
 * The bytes of JSON are those of `JSON.stringify`. Nothing is lost on the way: infinities, other values than numbers,
 * missing values in dynamic features, wrong lengths, a start with a time zone are refused, and so is a series with another
 * number of categories or dynamic features than the first. Item ids are not part of the format. One chunk or the longest
 * line is held; with Parquet one group of rows, 262,144 numbers.
 *
 * @param series - series with `start` and `values`, for example of {@link DeepARInput} or `TimeSeries`
 * @returns chunks that belong to the consumer, for an upload or a stream
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming the number of the series, the field and the index of the value
 * @throws {@link MissingDependencyError} for Parquet when `hyparquet-writer` is not installed
 * @public
 */
export function encodeDeepAR(
  series: RecordSource<DeepARInput>,
  options: DeepARWriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  const settings = checkedOptions(options);
  return chunksOf(series, checkedFormat(options.format ?? "json"), settings, () => undefined);
}

/**
 * Writes series to a file, as {@link encodeDeepAR} encodes them.
 *
 * @remarks
 * The file appears under its name only when it is complete; on failure or abort nothing is left, and an older file of
 * that name stays as it was. Missing folders are made.
 *
 * @param file - path or `file:` URL of the file to write
 * @param series - series with `start` and `values`
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming the number of the series, the field and the index of the value
 * @throws {@link MissingDependencyError} for Parquet when `hyparquet-writer` is not installed
 * @example
 * ```ts
 * await writeDeepAR("train.json", [{ start: "2024-01-01 00:00:00", values: [1, 2.5, null] }]);
 * // {"start":"2024-01-01 00:00:00","target":[1,2.5,null]}
 * ```
 * @public
 */
export async function writeDeepAR(
  file: string | URL,
  series: RecordSource<DeepARInput>,
  options: DeepARWriteOptions = {},
): Promise<DeepARWriteResult> {
  const settings = checkedOptions(options);
  const kind = formatToWrite(file, options.format);
  const about = { format: kind, needsContentType: deepARFormatByName(file) !== kind };
  if (kind === "json")
    return { ...(await writeRecords(file, series, gathererFor(settings), options.signal)), ...about };
  let records = 0;
  const chunks = chunksOf(series, kind, settings, (count) => {
    records = count;
  });
  return { ...(await writeChunks(file, chunks, options.signal)), records, ...about };
}

/**
 * Reads series from a DeepAR file: JSON Lines, the same compressed with gzip, or Parquet, told by its first bytes.
 *
 * @remarks
 * Missing values are `null`, `"NaN"`, and the bare `NaN` of Python's json module. Fields of other names are left aside.
 * Blank lines are skipped. Errors come when the series is reached: those before it have been given out. Lines as programs
 * write them, with numbers of at most 15 digits, are read about twice as fast as `JSON.parse` does.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes; Parquet only from a path or from bytes
 * @returns the series in order
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` for a line that is no series, naming line, field and index;
 * `FORMAT_CORRUPT_INPUT` for bytes that are not UTF-8, a damaged file or a line over the limit
 * @throws {@link MissingDependencyError} for Parquet when `hyparquet` is not installed
 * @example
 * ```ts
 * for await (const { start, values } of readDeepAR("train.json")) console.log(start, values.length);
 * ```
 * @public
 */
export function readDeepAR(source: ByteSource, options: DeepARReadOptions = {}): RecordStream<DeepARSeries> {
  checkKnownKeys(options, ["predictionLength", "maxLineBytes", "signal"], "readDeepAR");
  const predictionLength = checkedPredictionLength(options.predictionLength, "readDeepAR");
  const maxLineBytes = checkedMaxLineBytes(options.maxLineBytes, deepARReadDefaults.maxLineBytes);
  const settings = { predictionLength, maxLineBytes, signal: options.signal };
  return new RecordStream(() => seriesBatches(source, settings));
}

/** How a file is read. */
export interface SeriesReading {
  readonly predictionLength: number | undefined;
  readonly maxLineBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly observer?: SeriesObserver | undefined;
}

/** The series of a file, in arrays. */
export async function* seriesBatches(
  source: ByteSource,
  { predictionLength, maxLineBytes, signal, observer }: SeriesReading,
): AsyncGenerator<DeepARSeries[], void, void> {
  const opened = await openByContent(source, format, signal);
  const layout = new DeepARLayout(fileNames, predictionLength);
  if (opened.parquet) {
    const { readParquet } = await import("./deepar-parquet.js");
    yield* readParquet(opened.source, layout, signal, observer);
    return;
  }
  const decoder = new DeepARDecoder(layout, observer);
  const nextLine = (): number => decoder.nextLine;
  yield* decodeBlocks(lineBlocksOf(opened.reader, { format, maxLineBytes, signal, nextLine }), decoder);
}

interface WriteSettings {
  readonly predictionLength: number;
  readonly missing: MissingText;
  readonly signal: AbortSignal | undefined;
}

function checkedOptions(options: DeepARWriteOptions): WriteSettings {
  checkKnownKeys(options, ["format", "predictionLength", "missing", "signal"], "DeepAR writer");
  const missing = options.missing ?? deepARWriteDefaults.missing;
  if (missing !== "null" && missing !== "NaN") {
    const message = `missing must be "null" or "NaN", got ${shown(missing)}`;
    throw new ValidationError("DeepAR writer", [{ path: ["missing"], message }]);
  }
  const predictionLength = checkedPredictionLength(options.predictionLength, "DeepAR writer");
  return {
    predictionLength: predictionLength ?? deepARWriteDefaults.predictionLength,
    missing,
    signal: options.signal,
  };
}

function gathererFor({ predictionLength, missing }: WriteSettings): RecordEncoder<DeepARInput> {
  return (chunkBytes) => new DeepARGatherer(chunkBytes, predictionLength, missing);
}

async function* chunksOf(
  series: RecordSource<DeepARInput>,
  kind: DeepARFileFormat,
  settings: WriteSettings,
  counted: (records: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const { predictionLength, missing, signal } = settings;
  if (kind === "parquet") {
    const { encodeParquet } = await import("./deepar-parquet.js");
    yield* encodeParquet(series, predictionLength, signal, counted);
    return;
  }
  let gatherer: DeepARGatherer | undefined;
  const lines = encodeRecords<DeepARInput>(
    series,
    (chunkBytes) => {
      gatherer = new DeepARGatherer(chunkBytes, predictionLength, missing);
      return gatherer;
    },
    signal,
  );
  yield* kind === "json.gz" ? gzipped(lines) : lines;
  counted(gatherer?.records ?? 0);
}
