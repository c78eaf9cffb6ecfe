import { checkKnownKeys, shown } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import type { LabelIndex } from "./label-index.js";
import {
  checkedNames,
  checkLength,
  manifestLines,
  namedNumbers,
  numbersOf,
  objectOf,
  readManifestLines,
} from "./manifest-attributes.js";
import { RecordFault } from "./record-fault.js";
import type { RecordSource } from "./record-source.js";
import type { RecordStream } from "./record-stream.js";
import { encodeRecords, type LineEncoder, type WriteOptions, type WriteResult, writeRecords } from "./record-writer.js";
import { type TextRuleOptions, TextRules, textRuleNames } from "./text-rules.js";

/**
 * A text with its class number or numbers, as it stands in a BlazingText augmented manifest. Further keys are written
 * too; training ignores them.
 *
 * @public
 */
export interface AugmentedManifestRecord {
  readonly source: string;
  /** Class numbers; class `k` is called `__label__k` in predictions. Several make the example multi-label. */
  readonly label: number | readonly number[];
  readonly [extra: string]: unknown;
}

/**
 * The same with class names, which a {@link LabelIndex} turns into numbers.
 *
 * @public
 */
export interface NamedManifestRecord {
  readonly source: string;
  readonly label: string | readonly string[];
  readonly [extra: string]: unknown;
}

/**
 * What the attributes are called in the file: text first, label second, as in `AttributeNames` of the training request.
 *
 * @public
 */
export interface AugmentedManifestNames {
  /**
   * @defaultValue ["source", "label"]
   */
  readonly attributeNames?: readonly [text: string, label: string] | undefined;
}

/**
 * Options of {@link writeAugmentedManifest} and {@link encodeAugmentedManifest}.
 *
 * @public
 */
export interface AugmentedManifestWriteOptions extends WriteOptions, TextRuleOptions, AugmentedManifestNames {
  /** The class table; required when labels are names. */
  readonly labelIndex?: LabelIndex | undefined;
}

/**
 * Options of {@link readAugmentedManifest}.
 *
 * @public
 */
export interface AugmentedManifestReadOptions extends AugmentedManifestNames {
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link AugmentedManifestNames}. */
export const augmentedManifestDefaults = Object.freeze({ attributeNames: Object.freeze(["source", "label"] as const) });

/**
 * Encodes texts and class numbers as an augmented manifest for BlazingText: `{"source":"...","label":1}` per line.
 *
 * @remarks
 * JSON Lines, UTF-8, `\n`. BlazingText reads the texts as they are, so they get the form of fastText lines: one blank
 * between words, no line breaks; a `tokenizer` is applied first. Extra keys follow text and label in their own order.
 *
 * @param records - texts with class numbers, or with class names when `labelIndex` is given
 * @returns chunks of about 128 KiB that belong to the consumer, for an upload or a stream
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field
 * @throws {@link ValidationError} `INVALID_OPTIONS` for attribute names that the service refuses
 * @public
 */
export function encodeAugmentedManifest(
  records: RecordSource<AugmentedManifestRecord | NamedManifestRecord>,
  options: AugmentedManifestWriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  return encodeRecords(records, manifestEncoder(options), options.signal);
}

/**
 * Writes an augmented manifest, as {@link encodeAugmentedManifest} encodes it.
 *
 * @remarks
 * The file appears under its name only when it is complete; on failure or abort nothing is left, and an older file of
 * that name stays as it was. Missing folders are made.
 *
 * @param file - path or `file:` URL of the file to write
 * @param records - texts with class numbers, or with class names when `labelIndex` is given
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field
 * @throws {@link ValidationError} `INVALID_OPTIONS` for attribute names that the service refuses
 * @example
 * ```ts
 * const labelIndex = LabelIndex.from(["negative", "positive"]);
 * await writeAugmentedManifest("train.manifest", [{ source: "very good donut", label: "positive" }], { labelIndex });
 * // {"source":"very good donut","label":1}
 * ```
 * @public
 */
export async function writeAugmentedManifest(
  file: string | URL,
  records: RecordSource<AugmentedManifestRecord | NamedManifestRecord>,
  options: AugmentedManifestWriteOptions = {},
): Promise<WriteResult> {
  return writeRecords(file, records, manifestEncoder(options), options.signal);
}

/**
 * Reads an augmented manifest of texts and class numbers and checks every line against the rules of the service.
 *
 * @remarks
 * Both attributes must be there: a text, and a whole number from 0 or a list of them; numbers written as text, as labelling
 * jobs do, are accepted. They come back as `source` and `label` whatever they are called in the file.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming line, byte offset and field
 * @throws {@link ValidationError} `INVALID_OPTIONS` for attribute names that the service refuses
 * @public
 */
export function readAugmentedManifest(
  source: ByteSource,
  options: AugmentedManifestReadOptions = {},
): RecordStream<AugmentedManifestRecord> {
  checkKnownKeys(options, ["attributeNames", "signal"], "readAugmentedManifest");
  const [textName, labelName] = checkedTextNames(options.attributeNames);
  const parse = (value: unknown): AugmentedManifestRecord => {
    const { [textName]: text, [labelName]: label, ...extra } = objectOf(value);
    if (typeof text !== "string") throw new RecordFault(`expected text, got ${shown(text)}`, textName);
    checkLength(text, textName);
    return { source: text, label: numbersOf(label, labelName), ...extra };
  };
  return readManifestLines(source, parse, options.signal);
}

function manifestEncoder(
  options: AugmentedManifestWriteOptions,
): LineEncoder<AugmentedManifestRecord | NamedManifestRecord> {
  checkKnownKeys(options, [...textRuleNames, "attributeNames", "labelIndex", "signal"], "augmented manifest writer");
  const [textName, labelName] = checkedTextNames(options.attributeNames);
  const { labelIndex } = options;
  const texts = new TextRules(options, "source");
  const line = (record: unknown): Readonly<Record<string, unknown>> => {
    const { source, label, ...extra } = objectOf(record);
    for (const name of [textName, labelName]) {
      if (name in extra) throw new RecordFault("the key is also the name of an attribute", name);
    }
    const text = texts.cleaned(texts.tokenized(source));
    checkLength(text, "source");
    const numbers = labelIndex === undefined ? numbersOf(label, "label", true) : namedNumbers(label, labelIndex);
    return { [textName]: text, [labelName]: numbers, ...extra };
  };
  return manifestLines(line);
}

function checkedTextNames(
  names: readonly string[] = augmentedManifestDefaults.attributeNames,
): readonly [text: string, label: string] {
  return checkedNames(names, "text", ([text]) =>
    text.endsWith("-ref")
      ? `an attribute ending in "-ref" holds an S3 URI, not the text itself; got ${shown(text)}`
      : undefined,
  );
}
