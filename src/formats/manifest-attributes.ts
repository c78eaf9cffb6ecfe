import { FormatError, ValidationError, type ValidationIssue } from "../errors/index.js";
import { shown } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { JsonLineDecoder } from "./json-line-codec.js";
import { JsonText, NoJsonFormError } from "./json-text.js";
import type { LabelIndex } from "./label-index.js";
import { lineBlocks } from "./line-blocks.js";
import { RecordFault } from "./record-fault.js";
import { decodedLines, type RecordStream } from "./record-stream.js";
import { LineEncoder } from "./record-writer.js";

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

/** Encodes the objects that `line` makes of the records, one line each, within the limits of the service. */
export function manifestLines<T>(line: (record: T) => Readonly<Record<string, unknown>>): LineEncoder<T> {
  const json = new JsonText();
  const { maxLineCharacters } = augmentedManifestLimits;
  return new LineEncoder((record, number) => {
    try {
      const encoded = json.line(line(record));
      if (encoded.length > maxLineCharacters + 1) {
        throw new RecordFault(`the line has ${encoded.length - 1} characters, ${maxLineCharacters} are allowed`);
      }
      return encoded;
    } catch (error) {
      if (error instanceof RecordFault) throw error.toFormatError(format, number);
      if (error instanceof NoJsonFormError) {
        throw new FormatError(error.message, {
          code: "FORMAT_INVALID_RECORD",
          format,
          record: number,
          field: error.path.join("."),
        });
      }
      throw error;
    }
  });
}

/** Reads the lines of a manifest; `parse` makes a record of the value of each. */
export function readManifestLines<T>(
  source: ByteSource,
  parse: (value: unknown) => T,
  signal: AbortSignal | undefined,
): RecordStream<T> {
  const { maxLineCharacters: maxLineLength } = augmentedManifestLimits;
  return decodedLines(
    (nextLine) => lineBlocks(source, { format, maxLineBytes: maxLineLength * 4, signal, nextLine }),
    () => new JsonLineDecoder<T>({ format, parse, refuseBlank: false, maxLineLength }),
  );
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new RecordFault(`expected an object, got ${shown(value)}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Class numbers as they stand in the file. */
export function numbersOf(value: unknown, field: string, numbersOnly = false): number | number[] {
  if (Array.isArray(value)) {
    if (value.length === 0) throw new RecordFault("no class number in the list", field);
    return value.map((item, index) => numberOf(item, `${field}[${index}]`, numbersOnly));
  }
  return numberOf(value, field, numbersOnly);
}

export function numberOf(value: unknown, field: string, numbersOnly: boolean): number {
  const number = !numbersOnly && typeof value === "string" && /^\d{1,15}$/u.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0) {
    const hint = typeof value === "string" && numbersOnly ? "; give the class table as labelIndex to write names" : "";
    throw new RecordFault(`expected a class number, a whole number from 0, got ${shown(value)}${hint}`, field);
  }
  return number;
}

export function namedNumbers(value: unknown, labelIndex: LabelIndex): number | number[] {
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

export function checkLength(text: string, field: string): void {
  const { maxAttributeCharacters } = augmentedManifestLimits;
  if (text.length > maxAttributeCharacters) {
    throw new RecordFault(`the text has ${text.length} characters, ${maxAttributeCharacters} are allowed`, field);
  }
}

/** The names of the two attributes. `fault` says what is wrong with the first one in particular. */
export function checkedNames(
  names: readonly string[],
  first: string,
  fault: (names: readonly [string, string]) => string | undefined,
): readonly [string, string] {
  const issues: ValidationIssue[] = [];
  const [text, label] = names;
  const { maxAttributeNameCharacters } = augmentedManifestLimits;
  if (names.length !== 2 || text === undefined || label === undefined) {
    throw new ValidationError("augmented manifest", [
      { path: ["attributeNames"], message: `attributeNames must be [${first}, label], got ${shown(names)}` },
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
  const message = fault([text, label]);
  if (message !== undefined) issues.push({ path: ["attributeNames", 0], message });
  if (issues.length > 0) throw new ValidationError("augmented manifest", issues);
  return [text, label];
}
