import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { JsonLineDecoder } from "./json-line-codec.js";
import { JsonText, NoJsonFormError } from "./json-text.js";
import type { LabelIndex } from "./label-index.js";
import { checkedMaxLineBytes, lineBlocks } from "./line-blocks.js";
import { RecordFault } from "./record-fault.js";
import type { RecordSource } from "./record-source.js";
import { RecordStream } from "./record-stream.js";
import { encodeRecords, LineEncoder, type WriteOptions, type WriteResult, writeRecords } from "./record-writer.js";
import { type TextRuleOptions, TextRules, textRuleNames } from "./text-rules.js";

const format = "augmented manifest";

/**
 * Limits of augmented manifests.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-input.html and the S3DataSource shape of the API model
 * @public
 */
export const augmentedManifestLimits = Object.freeze({
  maxLineCharacters: 100_000,
  maxAttributeCharacters: 20_000,
  maxAttributeNameCharacters: 256,
  maxAttributeNames: 16,
} as const);

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
 * jobs do, are accepted. They come back as `source` and `label` whatever they are called in the file; a further key of
 * one of these names is left out.
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
  const [textName, labelName] = checkedNames(options.attributeNames);
  const parse = (value: unknown): AugmentedManifestRecord => {
    const { [textName]: text, [labelName]: label, ...others } = objectOf(value);
    if (typeof text !== "string") throw new RecordFault(`expected text, got ${shown(text)}`, textName);
    checkLength(text, textName);
    // With names of one's own, further keys may be called like the properties of the record.
    const { source: _source, label: _label, ...extra } = others;
    return { source: text, label: numbersOf(label, labelName), ...extra };
  };
  const { maxLineCharacters: maxLineLength } = augmentedManifestLimits;
  const maxLineBytes = checkedMaxLineBytes(undefined, maxLineLength * 4);
  return new RecordStream(
    (nextLine) => lineBlocks(source, { format, maxLineBytes, signal: options.signal, nextLine }),
    () => new JsonLineDecoder<AugmentedManifestRecord>({ format, parse, refuseBlank: false, maxLineLength }),
  );
}

function manifestEncoder(
  options: AugmentedManifestWriteOptions,
): LineEncoder<AugmentedManifestRecord | NamedManifestRecord> {
  checkKnownKeys(options, [...textRuleNames, "attributeNames", "labelIndex", "signal"], "augmented manifest writer");
  const [textName, labelName] = checkedNames(options.attributeNames);
  const { labelIndex } = options;
  const texts = new TextRules(options, "source");
  const json = new JsonText();
  const line = (record: unknown): string => {
    const { source, label, ...extra } = objectOf(record);
    for (const name of [textName, labelName]) {
      if (name in extra) throw new RecordFault("the key is also the name of an attribute", name);
    }
    const text = texts.cleaned(texts.tokenized(source));
    checkLength(text, "source");
    const numbers = labelIndex === undefined ? numbersOf(label, "label", true) : namedNumbers(label, labelIndex);
    const encoded = json.line({ [textName]: text, [labelName]: numbers, ...extra });
    const { maxLineCharacters } = augmentedManifestLimits;
    if (encoded.length > maxLineCharacters + 1) {
      throw new RecordFault(`the line has ${encoded.length - 1} characters, ${maxLineCharacters} are allowed`);
    }
    return encoded;
  };
  return new LineEncoder((record, number) => {
    try {
      return line(record);
    } catch (error) {
      if (error instanceof RecordFault) throw error.toFormatError(format, number);
      if (error instanceof NoJsonFormError) {
        throw new RecordFault(error.message, error.field).toFormatError(format, number);
      }
      throw error;
    }
  });
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new RecordFault(`expected an object, got ${shown(value)}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Class numbers as they stand in the file. */
function numbersOf(value: unknown, field: string, numbersOnly = false): number | number[] {
  if (Array.isArray(value)) {
    if (value.length === 0) throw new RecordFault("no class number in the list", field);
    return value.map((item, index) => numberOf(item, `${field}[${index}]`, numbersOnly));
  }
  return numberOf(value, field, numbersOnly);
}

function numberOf(value: unknown, field: string, numbersOnly: boolean): number {
  const number = !numbersOnly && typeof value === "string" && /^\d{1,15}$/u.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0) {
    const hint = typeof value === "string" && numbersOnly ? "; give the class table as labelIndex to write names" : "";
    throw new RecordFault(`expected a class number, a whole number from 0, got ${shown(value)}${hint}`, field);
  }
  return number;
}

function namedNumbers(value: unknown, labelIndex: LabelIndex): number | number[] {
  const numberOfName = (name: unknown, field: string): number => {
    if (typeof name !== "string") throw new RecordFault(`expected the name of a class, got ${shown(name)}`, field);
    if (!labelIndex.has(name))
      throw new RecordFault(`unknown class ${shown(name)}; it is not in the class table`, field);
    return labelIndex.id(name);
  };
  if (!Array.isArray(value)) return numberOfName(value, "label");
  if (value.length === 0) throw new RecordFault("no class in the list", "label");
  return value.map((name, index) => numberOfName(name, `label[${index}]`));
}

function checkLength(text: string, field: string): void {
  const { maxAttributeCharacters } = augmentedManifestLimits;
  if (text.length > maxAttributeCharacters) {
    throw new RecordFault(`the text has ${text.length} characters, ${maxAttributeCharacters} are allowed`, field);
  }
}

function checkedNames(names: readonly string[] = augmentedManifestDefaults.attributeNames): readonly [string, string] {
  const issues: ValidationIssue[] = [];
  const [text, label] = names;
  const { maxAttributeNameCharacters } = augmentedManifestLimits;
  if (names.length !== 2 || text === undefined || label === undefined) {
    throw new ValidationError("augmented manifest", [
      { path: ["attributeNames"], message: `attributeNames must be [text, label], got ${shown(names)}` },
    ]);
  }
  names.forEach((name, index) => {
    const problem =
      typeof name !== "string" || name.length === 0 || name.length > maxAttributeNameCharacters
        ? `must have 1 to ${maxAttributeNameCharacters} characters`
        : name.startsWith("$")
          ? 'must not start with "$"'
          : undefined;
    if (problem) issues.push({ path: ["attributeNames", index], message: `attribute name ${shown(name)} ${problem}` });
  });
  if (label.endsWith("-metadata")) {
    issues.push({
      path: ["attributeNames", 1],
      message: `label attribute ${shown(label)} must not end in "-metadata"`,
    });
  }
  if (text === label) issues.push({ path: ["attributeNames"], message: `both attributes are called ${shown(text)}` });
  if (text.endsWith("-ref")) {
    issues.push({
      path: ["attributeNames", 0],
      message: `an attribute ending in "-ref" holds an S3 URI, not the text itself; got ${shown(text)}`,
    });
  }
  if (issues.length > 0) throw new ValidationError("augmented manifest", issues);
  return [text, label];
}
