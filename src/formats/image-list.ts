import { checkKnownKeys, shown } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { SeenNumbers, SeenTexts } from "./duplicate-check.js";
import { format, ImageListDecoder } from "./image-list-decoder.js";
import { checkedMaxLineBytes, lineBlocks } from "./line-blocks.js";
import { RecordFault } from "./record-fault.js";
import type { RecordSource } from "./record-source.js";
import { decodedLines, type RecordStream } from "./record-stream.js";
import { encodeRecords, LineEncoder, type WriteOptions, type WriteResult, writeRecords } from "./record-writer.js";

/**
 * A line of an image list (`.lst`).
 *
 * @public
 */
export interface ListRecord {
  /** Number of the image, unique in the list; becomes the id of its record in a RecordIO file. */
  readonly index: number;
  /** Class number from 0; several numbers for multi-label data: one 0 or 1 for every class. */
  readonly labels: number | readonly number[];
  /** Path of the image file relative to the folder of images, with `/` between its parts. */
  readonly path: string;
}

/**
 * Options of {@link writeImageList} and {@link encodeImageList}.
 *
 * @public
 */
export interface ImageListWriteOptions extends WriteOptions {
  /**
   * Whether an index or a path that came before is refused. Costs a bit for each index and about 20 bytes for each path.
   *
   * @defaultValue false
   */
  readonly unique?: boolean | undefined;
}

/**
 * Options of {@link readImageList}.
 *
 * @public
 */
export interface ImageListReadOptions {
  /**
   * Refuse what im2rec forgives: blank lines, CRLF line ends, a byte order mark, blanks around fields.
   *
   * @defaultValue false
   */
  readonly strict?: boolean | undefined;
  /**
   * Whether an index or a path that came before is refused. Costs a bit for each index and about 20 bytes for each path.
   *
   * @defaultValue false
   */
  readonly unique?: boolean | undefined;
  /**
   * Longest line that is read, bytes; a longer one is an error instead of an exhausted memory.
   *
   * @defaultValue 1048576 (1 MiB)
   */
  readonly maxLineBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link ImageListReadOptions}. */
export const imageListReadDefaults = Object.freeze({
  strict: false,
  unique: false,
  maxLineBytes: 1024 * 1024,
} as const);

/**
 * Encodes an image list: index, label or labels, path, with tabs between and `\n` after every line, UTF-8.
 *
 * @remarks
 * Whole numbers are written without decimals, others in their shortest form. Paths are written as they are; what would
 * be read back as another path is refused: tabs, line breaks, blanks at the ends, an absolute path, `..`.
 *
 * @param records - index, labels and path of each image
 * @returns chunks of about 128 KiB that belong to the consumer, for an upload or a stream
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field
 * @public
 */
export function encodeImageList(
  records: RecordSource<ListRecord>,
  options: ImageListWriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  return encodeRecords(records, listEncoder(options), options.signal);
}

/**
 * Writes an image list (`.lst`), as {@link encodeImageList} encodes it.
 *
 * @remarks
 * The file appears under its name only when it is complete; on failure or abort nothing is left, and an older file of
 * that name stays as it was. Missing folders are made.
 *
 * @param file - path or `file:` URL of the file to write
 * @param records - index, labels and path of each image
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field
 * @example
 * ```ts
 * await writeImageList("train.lst", [{ index: 1, labels: 5, path: "5/UQXMJTNRHGAE.png" }]);
 * // 1<TAB>5<TAB>5/UQXMJTNRHGAE.png
 * ```
 * @public
 */
export async function writeImageList(
  file: string | URL,
  records: RecordSource<ListRecord>,
  options: ImageListWriteOptions = {},
): Promise<WriteResult> {
  return writeRecords(file, records, listEncoder(options), options.signal);
}

/**
 * Reads an image list (`.lst`) the way im2rec does, except that no line is dropped silently: im2rec prints a message and
 * goes on without a line that it does not understand, here it is an error.
 *
 * @remarks
 * The first column is the index, the last one the path, all between are labels: one gives a number, several an array.
 * Blanks around the fields are dropped, blank lines skipped, CRLF accepted; see `strict`.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming line, byte offset and field, and what is likely wrong: blanks
 * instead of tabs, a header line, a missing column; `FORMAT_CORRUPT_INPUT` for bytes that are not UTF-8 or a line over the limit
 * @public
 */
export function readImageList(source: ByteSource, options: ImageListReadOptions = {}): RecordStream<ListRecord> {
  checkKnownKeys(options, ["strict", "unique", "maxLineBytes", "signal"], "readImageList");
  const maxLineBytes = checkedMaxLineBytes(options.maxLineBytes, imageListReadDefaults.maxLineBytes);
  const strict = options.strict ?? imageListReadDefaults.strict;
  const unique = options.unique ?? imageListReadDefaults.unique;
  return decodedLines(
    (nextLine) => lineBlocks(source, { format, maxLineBytes, signal: options.signal, nextLine }),
    () => new ImageListDecoder(strict, unique),
  );
}

/** A record whose index and path are known to be right: not looked at again when it is written. */
export class CheckedListRecord implements ListRecord {
  readonly index: number;
  readonly labels: number;
  readonly path: string;

  constructor(index: number, labels: number, path: string) {
    this.index = index;
    this.labels = labels;
    this.path = path;
  }
}

function listEncoder(options: ImageListWriteOptions): LineEncoder<ListRecord> {
  checkKnownKeys(options, ["unique", "signal"], "image list writer");
  const seen = options.unique ? { indexes: new SeenNumbers(), paths: new SeenTexts() } : undefined;
  return new LineEncoder((record, number) => {
    try {
      const { index, labels, path } = record;
      if (!(record instanceof CheckedListRecord)) {
        checkIndex(index);
        checkPath(path);
      }
      if (seen?.indexes.add(index)) throw new RecordFault(`the index ${index} came before`, "index");
      if (seen?.paths.add(path)) throw new RecordFault(`the path ${shown(path)} came before`, "path");
      return `${index}\t${labelText(labels)}\t${path}\n`;
    } catch (error) {
      if (error instanceof RecordFault) throw error.toFormatError(format, number);
      if (record === null || typeof record !== "object") {
        throw new RecordFault(`expected { index, labels, path }, got ${shown(record)}`).toFormatError(format, number);
      }
      throw error;
    }
  });
}

function labelText(labels: ListRecord["labels"]): string {
  if (typeof labels === "number") return numberText(labels, "labels");
  if (!Array.isArray(labels))
    throw new RecordFault(`expected a class number or a list of labels, got ${shown(labels)}`, "labels");
  if (labels.length === 0) throw new RecordFault("no label", "labels");
  // A list of one comes back as a number: the file cannot tell them apart.
  return labels.map((label, index) => numberText(label, `labels[${index}]`)).join("\t");
}

function numberText(label: unknown, field: string): string {
  if (typeof label !== "number" || !Number.isFinite(label)) {
    throw new RecordFault(`expected a finite number, got ${shown(label)}`, field);
  }
  return `${label}`;
}

function checkIndex(index: unknown): void {
  if (!Number.isSafeInteger(index) || (index as number) < 0) {
    throw new RecordFault(`expected a whole number from 0, got ${shown(index)}`, "index");
  }
}

/** What a path of a list must not have: control characters, blanks at the ends, halves of surrogate pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they would cut the line or be stripped
const badPath = /[\0-\x1f\x7f\x85\u2028\u2029]|^\s|\s$|[\ud800-\udfff]/u;
const outside = /^[/\\]|^[A-Za-z]:[/\\]|(?:^|[/\\])\.\.(?:[/\\]|$)/u;

/** Most paths: nothing of the above can be in them. Three times as fast to test. */
const plainPath = /^\w[\w/-]*(?:\.[\w/-]+)*$/;

/** Whether the list can hold a file of this name, or a path. */
export function isListPath(path: string): boolean {
  return plainPath.test(path) || (path !== "" && !badPath.test(path) && !outside.test(path));
}

/** @throws RecordFault */
export function checkPath(path: unknown): asserts path is string {
  if (typeof path === "string" && plainPath.test(path)) return;
  if (typeof path !== "string" || path === "") throw new RecordFault(`expected a path, got ${shown(path)}`, "path");
  if (badPath.test(path)) {
    throw new RecordFault(
      `tabs, line breaks, control characters and blanks at the ends cannot stand in a path of a list, got ${shown(path)}`,
      "path",
    );
  }
  if (outside.test(path)) {
    throw new RecordFault(`expected a path relative to the folder of images and inside it, got ${shown(path)}`, "path");
  }
}
