import { checkKnownKeys } from "../internal/options.js";
import type { ImageRecordReader } from "./image-record-reader.js";

export type { ImageRecordReader };

/**
 * Options of {@link openImageRecords}.
 *
 * @public
 */
export interface OpenImageRecordsOptions {
  /**
   * Path of the index file. Without one of that name the records are walked through once instead.
   *
   * @defaultValue the path of the file with `.idx` instead of `.rec`
   */
  readonly index?: string | URL | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens an MXNet RecordIO file for access by id.
 *
 * @remarks Holds 16 bytes per record. Close it at the end, or use `await using`.
 *
 * @param file - path or `file:` URL of the `.rec` file
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` for an index file that is none, naming the line
 * @example
 * ```ts
 * await using records = await openImageRecords("train.rec");
 * const { labels, image } = await records.get(7);
 * ```
 * @public
 */
export async function openImageRecords(
  file: string | URL,
  options: OpenImageRecordsOptions = {},
): Promise<ImageRecordReader> {
  checkKnownKeys(options, ["index", "signal"], "openImageRecords");
  const { ImageRecordReader } = await import("./image-record-reader.js");
  return ImageRecordReader.open(file, options);
}
