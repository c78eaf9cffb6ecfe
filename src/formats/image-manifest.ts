import { ValidationError } from "../errors/index.js";
import { enumIssues, integerIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { parseS3Uri } from "../internal/s3-uri.js";
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
import { multiHot } from "./multi-hot.js";
import { RecordFault } from "./record-fault.js";
import type { RecordSource } from "./record-source.js";
import type { RecordStream } from "./record-stream.js";
import { encodeRecords, type LineEncoder, type WriteOptions, type WriteResult, writeRecords } from "./record-writer.js";

/**
 * An image in S3 with its class number or numbers, as Image Classification reads it from an augmented manifest. Further
 * keys, such as the `class-metadata` of labelling jobs, are kept; training ignores them.
 *
 * @public
 */
export interface ImageManifestRecord {
  /** S3 URI of the image. */
  readonly sourceRef: string;
  /** Class number from 0; a list of class numbers for multi-label data, whatever the file holds. */
  readonly label: number | readonly number[];
  readonly [extra: string]: unknown;
}

/**
 * The same with class names, which a {@link LabelIndex} turns into numbers.
 *
 * @public
 */
export interface NamedImageManifestRecord {
  readonly sourceRef: string;
  readonly label: string | readonly string[];
  readonly [extra: string]: unknown;
}

/**
 * What the attributes are called in the file and how several labels stand there.
 *
 * @public
 */
export interface ImageManifestNames {
  /**
   * Image first, label second, as in `AttributeNames` of the training request. The name of the image ends in `-ref`.
   *
   * @defaultValue ["source-ref", "class"]
   */
  readonly attributeNames?: readonly [image: string, label: string] | undefined;
  /**
   * How lists of labels stand in the file: `"multi-hot"`, one 0 or 1 for every class, or `"class-id"`, the class numbers
   * that apply, which training understands with the content type `application/x-recordio; label-format=class-id`. Labelling
   * jobs write class numbers. A label that is no list stands there as it is.
   *
   * @defaultValue "multi-hot"
   */
  readonly labelFormat?: "multi-hot" | "class-id" | undefined;
}

/**
 * Options of {@link writeImageManifest} and {@link encodeImageManifest}.
 *
 * @public
 */
export interface ImageManifestWriteOptions extends WriteOptions, ImageManifestNames {
  /** The class table; required when labels are names. */
  readonly labelIndex?: LabelIndex | undefined;
  /** Number of classes; required to write lists as `"multi-hot"` without a `labelIndex`. */
  readonly numClasses?: number | undefined;
}

/**
 * Options of {@link readImageManifest}.
 *
 * @public
 */
export interface ImageManifestReadOptions extends ImageManifestNames {
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link ImageManifestNames}. */
export const imageManifestDefaults = Object.freeze({
  attributeNames: Object.freeze(["source-ref", "class"] as const),
  labelFormat: "multi-hot",
} as const);

/**
 * Encodes images and class numbers as an augmented manifest: `{"source-ref":"s3://…","class":1}` per line.
 *
 * @remarks JSON Lines, UTF-8, `\n`. Extra keys follow image and label in their own order.
 *
 * @param records - S3 URIs with class numbers, or with class names when `labelIndex` is given
 * @returns chunks of about 128 KiB that belong to the consumer, for an upload or a stream
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field
 * @throws {@link ValidationError} `INVALID_OPTIONS` for attribute names that the service refuses
 * @public
 */
export function encodeImageManifest(
  records: RecordSource<ImageManifestRecord | NamedImageManifestRecord>,
  options: ImageManifestWriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  return encodeRecords(records, manifestEncoder(options), options.signal);
}

/**
 * Writes an augmented manifest of images, as {@link encodeImageManifest} encodes it.
 *
 * @remarks The file appears under its name only when it is complete. Missing folders are made.
 *
 * @param file - path or `file:` URL of the file to write
 * @param records - S3 URIs with class numbers, or with class names when `labelIndex` is given
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming record number and field
 * @throws {@link ValidationError} `INVALID_OPTIONS` for attribute names that the service refuses
 * @example
 * ```ts
 * await writeImageManifest("train.manifest", [{ sourceRef: "s3://bucket/a.jpg", label: 0 }]);
 * // {"source-ref":"s3://bucket/a.jpg","class":0}
 * ```
 * @public
 */
export async function writeImageManifest(
  file: string | URL,
  records: RecordSource<ImageManifestRecord | NamedImageManifestRecord>,
  options: ImageManifestWriteOptions = {},
): Promise<WriteResult> {
  return writeRecords(file, records, manifestEncoder(options), options.signal);
}

/**
 * Reads an augmented manifest of images and checks every line against the rules of the service.
 *
 * @remarks
 * Labels may be numbers, numbers written as text, lists, and lists written as text. Lists come back as class numbers in
 * ascending order, in whichever `labelFormat` the file has them. Image and label come back as `sourceRef` and `label`
 * whatever they are called in the file.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming line, byte offset and field
 * @throws {@link ValidationError} `INVALID_OPTIONS` for attribute names that the service refuses
 * @public
 */
export function readImageManifest(
  source: ByteSource,
  options: ImageManifestReadOptions = {},
): RecordStream<ImageManifestRecord> {
  const [imageName, labelName, labelFormat] = checkedOptions(options, ["signal"], "readImageManifest");
  const parse = (value: unknown): ImageManifestRecord => {
    const { [imageName]: image, [labelName]: label, ...extra } = objectOf(value);
    return { sourceRef: checkedUri(image, imageName), label: labelsOf(label, labelName, labelFormat), ...extra };
  };
  return readManifestLines(source, parse, options.signal);
}

function manifestEncoder(
  options: ImageManifestWriteOptions,
): LineEncoder<ImageManifestRecord | NamedImageManifestRecord> {
  const known = ["labelIndex", "numClasses", "signal"];
  const [imageName, labelName, labelFormat] = checkedOptions(options, known, "image manifest writer");
  const { labelIndex, numClasses = labelIndex?.size } = options;
  return manifestLines((record) => {
    const { sourceRef, label, ...extra } = objectOf(record);
    for (const name of [imageName, labelName]) {
      if (name in extra) throw new RecordFault("the key is also the name of an attribute", name);
    }
    // An image to which no class applies is an example too.
    const none = Array.isArray(label) && label.length === 0 && labelFormat === "multi-hot";
    const numbers = none ? [] : labelIndex ? namedNumbers(label, labelIndex) : numbersOf(label, "label", true);
    const written =
      typeof numbers === "number" || labelFormat === "class-id" ? numbers : checkedMultiHot(numbers, numClasses);
    return { [imageName]: checkedUri(sourceRef, "sourceRef"), [labelName]: written, ...extra };
  });
}

function checkedMultiHot(ids: readonly number[], numClasses: number | undefined): number[] {
  if (numClasses === undefined) {
    throw new RecordFault('a list of labels needs numClasses or labelIndex, or labelFormat: "class-id"', "label");
  }
  const wrong = ids.find((id) => id >= numClasses);
  if (wrong !== undefined) throw new RecordFault(`class ${wrong} of ${numClasses} classes, counted from 0`, "label");
  return multiHot(ids, numClasses);
}

function labelsOf(value: unknown, field: string, labelFormat: "multi-hot" | "class-id"): number | number[] {
  const list = typeof value === "string" && value.trim().startsWith("[") ? listOf(value, field) : value;
  const numbers = numbersOf(list, field);
  if (typeof numbers === "number") return numbers;
  if (labelFormat === "class-id") return [...new Set(numbers)].sort((a, b) => a - b);
  const ids: number[] = [];
  numbers.forEach((number, id) => {
    if (number > 1) {
      const hint = 'if the list holds class numbers, set labelFormat: "class-id"';
      throw new RecordFault(`expected 0 or 1 for every class, got ${number}; ${hint}`, `${field}[${id}]`);
    }
    if (number === 1) ids.push(id);
  });
  return ids;
}

function listOf(text: string, field: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RecordFault(`expected a list of labels, got ${shown(text)}`, field);
  }
}

function checkedUri(uri: unknown, field: string): string {
  if (typeof uri !== "string") throw new RecordFault(`expected an S3 URI, got ${shown(uri)}`, field);
  checkLength(uri, field);
  let key = "";
  try {
    key = parseS3Uri(uri).key;
  } catch {
    // Reported below.
  }
  if (key === "" || key.endsWith("/"))
    throw new RecordFault(`expected the S3 URI of an image, got ${shown(uri)}`, field);
  return uri;
}

function checkedOptions(
  options: ImageManifestNames,
  known: readonly string[],
  subject: string,
): readonly [image: string, label: string, labelFormat: "multi-hot" | "class-id"] {
  const { attributeNames = imageManifestDefaults.attributeNames, labelFormat } = options;
  const issues = [
    ...unknownKeyIssues(options, ["attributeNames", "labelFormat", ...known], subject),
    ...enumIssues(labelFormat, ["multi-hot", "class-id"], "labelFormat"),
    ...("numClasses" in options ? integerIssues(options.numClasses, "numClasses", 1, 2 ** 31 - 1) : []),
  ];
  if (issues.length > 0) throw new ValidationError(subject, issues);
  const [image, label] = checkedNames(attributeNames, "image", ([name]) =>
    name.endsWith("-ref") ? undefined : `the name of the image must end in "-ref", got ${shown(name)}`,
  );
  return [image, label, labelFormat ?? imageManifestDefaults.labelFormat];
}
