import { checkKnownKeys } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { FastTextDecoder } from "./fasttext-decoder.js";
import { fastTextEncoder } from "./fasttext-encoder.js";
import { checkedMaxLineBytes, lineBlocks } from "./line-blocks.js";
import type { RecordSource } from "./record-source.js";
import { decodedLines, type RecordStream } from "./record-stream.js";
import { encodeRecords, type WriteOptions, type WriteResult, writeRecords } from "./record-writer.js";
import type { TextRuleOptions } from "./text-rules.js";

const format = "fastText";

/**
 * A text with its label or labels, as written to a fastText file. Labels stand without the prefix `__label__`; one that
 * has it already is taken as it is.
 *
 * @public
 */
export type FastTextInput =
  | { readonly label: string; readonly labels?: undefined; readonly text: string }
  | { readonly labels: readonly string[]; readonly label?: undefined; readonly text: string };

/**
 * A line of a fastText file.
 *
 * @public
 */
export interface FastTextRecord {
  /** Labels in the order of the line, without the prefix `__label__`; empty for a line without labels. */
  readonly labels: string[];
  /** The other words, one blank between them. */
  readonly text: string;
}

/**
 * Options of {@link writeFastText} and {@link encodeFastText}.
 *
 * @public
 */
export interface FastTextWriteOptions extends WriteOptions, TextRuleOptions {
  /**
   * A label with white space inside would be cut there: refused, or written with `_` in its place.
   *
   * @defaultValue "error"
   */
  readonly invalidLabels?: "error" | "slugify" | undefined;
  /**
   * Records without labels: refused, or written as plain sentences, which is what the Word2Vec modes are trained on.
   *
   * @defaultValue "error"
   */
  readonly unlabelled?: "error" | "allow" | undefined;
}

/**
 * Options of {@link readFastText}.
 *
 * @public
 */
export interface FastTextReadOptions {
  /**
   * Refuse what training would silently suffer from: blank lines, lines without label or without text, empty labels, a
   * byte order mark, CRLF line ends, separators other than one blank. {@link inspectFastText} lists all such faults.
   *
   * @defaultValue false
   */
  readonly strict?: boolean | undefined;
  /**
   * Longest line that is read, bytes; a longer one is an error instead of an exhausted memory.
   *
   * @defaultValue 67108864 (64 MiB)
   */
  readonly maxLineBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link FastTextReadOptions}. */
export const fastTextReadDefaults = Object.freeze({ strict: false, maxLineBytes: 64 * 1024 * 1024 } as const);

/**
 * Encodes labelled texts as fastText lines, the training format of BlazingText: `__label__<label> <words>`.
 *
 * @remarks
 * UTF-8, `\n` after every line, no byte order mark. Line breaks, tabs, NUL and runs of blanks in a text become one
 * blank; a byte order mark before it is dropped. Case and punctuation stay as they are unless a `tokenizer` is given.
 * What cannot be written without changing its meaning is refused; see the options.
 *
 * @param records - texts with `label` or `labels`
 * @returns chunks of about 128 KiB that belong to the consumer, for an upload or a stream
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field
 * @public
 */
export function encodeFastText(
  records: RecordSource<FastTextInput>,
  options: FastTextWriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  return encodeRecords(records, fastTextEncoder(options), options.signal);
}

/**
 * Writes labelled texts to a fastText file, as {@link encodeFastText} encodes them.
 *
 * @remarks
 * The file appears under its name only when it is complete; on failure or abort nothing is left, and an older file of
 * that name stays as it was. Missing folders are made. About 800 KiB are held, whatever the number of records.
 *
 * @param file - path or `file:` URL of the file to write
 * @param records - texts with `label` or `labels`
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field
 * @example
 * ```ts
 * await writeFastText("train.txt", [{ label: "positive", text: "very good donut" }]);
 * // __label__positive very good donut
 * ```
 * @public
 */
export async function writeFastText(
  file: string | URL,
  records: RecordSource<FastTextInput>,
  options: FastTextWriteOptions = {},
): Promise<WriteResult> {
  return writeRecords(file, records, fastTextEncoder(options), options.signal);
}

/**
 * Reads fastText lines the way fastText does.
 *
 * @remarks
 * Words end at blanks, tabs, line breaks, vertical tabs, form feeds and NUL, in any number; other Unicode spaces are part
 * of a word. Every word that starts with `__label__` is a label, wherever it stands. Blank lines are skipped; CRLF and a
 * byte order mark at the start of the file do no harm.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @returns the records in order
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for bytes that are not UTF-8 or a line over the limit, with `strict`
 * also `FORMAT_INVALID_RECORD`; both name the line and its byte offset
 * @public
 */
export function readFastText(source: ByteSource, options: FastTextReadOptions = {}): RecordStream<FastTextRecord> {
  checkKnownKeys(options, ["strict", "maxLineBytes", "signal"], "readFastText");
  const maxLineBytes = checkedMaxLineBytes(options.maxLineBytes, fastTextReadDefaults.maxLineBytes);
  const strict = options.strict ?? fastTextReadDefaults.strict;
  return decodedLines(
    (nextLine) => lineBlocks(source, { format, maxLineBytes, signal: options.signal, nextLine }),
    () => new FastTextDecoder(strict),
  );
}
