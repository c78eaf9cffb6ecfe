import { isAscii } from "node:buffer";
import { checkKnownKeys, shown } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { FastTextDecoder } from "./fasttext-decoder.js";
import { checkedMaxLineBytes, lineBlocks } from "./line-blocks.js";
import { RecordFault } from "./record-fault.js";
import type { RecordSource } from "./record-source.js";
import { decodedLines, type RecordStream } from "./record-stream.js";
import {
  type BatchEncoder,
  encodeRecords,
  type WriteOptions,
  type WriteResult,
  writeRecords,
} from "./record-writer.js";
import { LabelRules, labelPrefix, type TextRuleOptions, TextRules, textRuleNames } from "./text-rules.js";
import { areWordLines } from "./word-lines.js";

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
  return encodeRecords(records, new FastTextEncoder(options), options.signal);
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
  return writeRecords(file, records, new FastTextEncoder(options), options.signal);
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

/** Gathers lines unchecked and looks at the encoded batch; only a batch with something unusual is cleaned text by text. */
class FastTextEncoder implements BatchEncoder<FastTextInput> {
  readonly #texts: TextRules;
  readonly #labels: LabelRules;
  readonly #allowUnlabelled: boolean;
  #text = "";
  #records = 0;
  /** Labels and text of each record in the batch, one after the other. */
  #parts: string[] = [];
  #unusual = false;

  constructor(options: FastTextWriteOptions) {
    checkKnownKeys(options, [...textRuleNames, "invalidLabels", "unlabelled", "signal"], "fastText writer");
    this.#texts = new TextRules(options, "text");
    this.#labels = new LabelRules(options.invalidLabels === "slugify", options.loneSurrogates);
    this.#allowUnlabelled = options.unlabelled === "allow";
  }

  add(record: FastTextInput): number {
    this.#records++;
    try {
      if (record === null || typeof record !== "object")
        throw new RecordFault(`expected { label, text }, got ${shown(record)}`);
      const labels = record.labels === undefined ? this.#labels.word(record.label, "label") : this.#several(record);
      const text = this.#texts.tokenized(record.text);
      this.#parts.push(labels, text);
      // A word that starts with __label__ is rare enough for the slow path, wherever it stands.
      if (text.includes(labelPrefix)) this.#unusual = true;
      this.#text += labels;
      this.#text += text;
      this.#text += "\n";
      return this.#text.length;
    } catch (error) {
      throw error instanceof RecordFault ? error.toFormatError(format, this.#records) : error;
    }
  }

  text(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  corrected(bytes: Buffer, start: number, end: number): string | undefined {
    const parts = this.#parts;
    const unusual = this.#unusual;
    this.#parts = [];
    this.#unusual = false;
    const lines = parts.length / 2;
    if (!unusual && areWordLines(bytes, start, end, lines) && !mayHideCharacters(bytes.subarray(start, end)))
      return undefined;
    let text = "";
    for (let index = 0; index < lines; index++) {
      try {
        const labels = parts[2 * index] as string;
        const words = this.#texts.cleaned(parts[2 * index + 1] as string);
        if (words === "" && labels === "") throw new RecordFault("neither a label nor a word", "text");
        text += words === "" ? `${labels.slice(0, -1)}\n` : `${labels}${words}\n`;
      } catch (error) {
        throw error instanceof RecordFault ? error.toFormatError(format, this.#records - lines + index + 1) : error;
      }
    }
    return text;
  }

  #several(record: FastTextInput): string {
    const { label, labels } = record;
    if (label !== undefined) throw new RecordFault("both label and labels are given; use one of them", "label");
    if (!Array.isArray(labels)) throw new RecordFault(`expected a list of labels, got ${shown(labels)}`, "labels");
    if (labels.length === 0 && !this.#allowUnlabelled) {
      throw new RecordFault('no label; drop the record or set unlabelled: "allow"', "labels");
    }
    let words = "";
    for (let index = 0; index < labels.length; index++) words += this.#labels.word(labels[index], `labels[${index}]`);
    return words;
  }
}

const byteOrderMark = Buffer.from("\ufeff");
const replacement = Buffer.from("\ufffd");

/** Whether a byte order mark stands there, or U+FFFD, which is also what half of a surrogate pair was encoded as. */
function mayHideCharacters(bytes: Buffer): boolean {
  return !isAscii(bytes) && (bytes.includes(byteOrderMark) || bytes.includes(replacement));
}
