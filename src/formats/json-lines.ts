import { checkKnownKeys } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { JsonLineDecoder, jsonLineEncoder } from "./json-line-codec.js";
import { checkedMaxLineBytes, lineBlocks } from "./line-blocks.js";
import type { RecordSource } from "./record-source.js";
import { decodedLines, type RecordStream } from "./record-stream.js";
import { encodeRecords, type WriteOptions, type WriteResult, writeRecords } from "./record-writer.js";

const format = "JSON Lines";

/**
 * Options of {@link writeJsonLines} and {@link encodeJsonLines}.
 *
 * @public
 */
export interface JsonLinesWriteOptions extends WriteOptions {
  /**
   * What happens to a property whose value is `undefined`: `"error"` refuses the record, `"omit"` leaves the property out.
   *
   * @defaultValue "error"
   */
  readonly undefinedFields?: "error" | "omit" | undefined;
}

/**
 * Options of {@link readJsonLines}.
 *
 * @public
 */
export interface JsonLinesReadOptions<T> {
  /**
   * Turns the parsed value of a line into a record, or throws to refuse it; `line` counts from 1. Without it the values
   * are taken for `T` unchecked.
   */
  readonly parse?: ((value: unknown, line: number) => T) | undefined;
  /**
   * What happens to empty lines. Batch transform jobs fail on them, so check inputs with `"error"`.
   *
   * @defaultValue "skip"
   */
  readonly blankLines?: "skip" | "error" | undefined;
  /**
   * Longest line that is read, bytes; a longer one is an error instead of an exhausted memory.
   *
   * @defaultValue 67108864 (64 MiB)
   */
  readonly maxLineBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link JsonLinesReadOptions}. */
export const jsonLinesReadDefaults = Object.freeze({ blankLines: "skip", maxLineBytes: 64 * 1024 * 1024 } as const);

/**
 * Encodes records as JSON Lines: one JSON value per line, UTF-8, `\n` after every line, no byte order mark.
 *
 * @remarks
 * The bytes are those of `JSON.stringify`, but nothing is lost on the way: `undefined`, functions, NaN, infinities,
 * BigInt, Map and Set are refused. Records are taken as the chunks are consumed; about 200 KiB are held.
 *
 * @param records - any values with a JSON form
 * @returns chunks of about 128 KiB that belong to the consumer, for an upload or a stream
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field path
 * @public
 */
export function encodeJsonLines<T>(
  records: RecordSource<T>,
  options: JsonLinesWriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  return encodeRecords(records, encoderFor(options), options.signal);
}

/**
 * Writes records to a JSON Lines file, as {@link encodeJsonLines} encodes them.
 *
 * @remarks
 * The file appears under its name only when it is complete; on failure or abort nothing is left, and an older file of
 * that name stays as it was. Missing folders are made. About 800 KiB are held, whatever the number of records.
 *
 * @param file - path or `file:` URL of the file to write
 * @param records - any values with a JSON form
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field path
 * @example
 * ```ts
 * await writeJsonLines("test.jsonl", rows.map(({ text }) => ({ source: text })));
 * ```
 * @public
 */
export async function writeJsonLines<T>(
  file: string | URL,
  records: RecordSource<T>,
  options: JsonLinesWriteOptions = {},
): Promise<WriteResult> {
  return writeRecords(file, records, encoderFor(options), options.signal);
}

/**
 * Reads JSON Lines.
 *
 * @remarks
 * A byte order mark at the start, CRLF line ends and a missing last line end are accepted. Errors come when the line is
 * reached: the records before it have been given out.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @returns the values in order, one for each line that is not blank
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` for a line that is not one JSON value, `FORMAT_CORRUPT_INPUT` for
 * bytes that are not UTF-8 or a line over the limit; both name the line and its byte offset
 * @example
 * ```ts
 * const answers = await readJsonLines<{ label: string[]; prob: number[] }>("test.jsonl.out").toArray();
 * ```
 * @public
 */
export function readJsonLines<T = unknown>(source: ByteSource, options: JsonLinesReadOptions<T> = {}): RecordStream<T> {
  checkKnownKeys(options, ["parse", "blankLines", "maxLineBytes", "signal"], "readJsonLines");
  const maxLineBytes = checkedMaxLineBytes(options.maxLineBytes, jsonLinesReadDefaults.maxLineBytes);
  const blankLines = options.blankLines ?? jsonLinesReadDefaults.blankLines;
  return decodedLines(
    (nextLine) => lineBlocks(source, { format, maxLineBytes, signal: options.signal, nextLine }),
    () => new JsonLineDecoder<T>({ format, parse: options.parse, refuseBlank: blankLines === "error" }),
  );
}

function encoderFor(options: JsonLinesWriteOptions): ReturnType<typeof jsonLineEncoder> {
  checkKnownKeys(options, ["undefinedFields", "signal"], "JSON Lines writer");
  return jsonLineEncoder(format, options.undefinedFields === "omit");
}
