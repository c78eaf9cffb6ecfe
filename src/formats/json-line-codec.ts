import { FormatError } from "../errors/index.js";
import { JsonText, NoJsonFormError } from "./json-text.js";
import { blockText, type LineBlock, lineStart } from "./line-blocks.js";
import { RecordFault } from "./record-fault.js";
import type { RecordDecoder } from "./record-stream.js";
import { type BatchEncoder, LineEncoder } from "./record-writer.js";

/** Encodes records of a format whose lines are JSON. */
export function jsonLineEncoder(format: string, omitUndefined = false): BatchEncoder<unknown> {
  const json = new JsonText(omitUndefined);
  return new LineEncoder((record, number) => {
    try {
      return json.line(record);
    } catch (error) {
      if (!(error instanceof NoJsonFormError)) throw error;
      const field = error.path.length > 0 ? fieldPath(error.path) : undefined;
      throw new FormatError(error.message, { code: "FORMAT_INVALID_RECORD", format, record: number, field });
    }
  });
}

/** `a.b[2]` */
function fieldPath(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

export interface JsonLineSettings<T> {
  readonly format: string;
  readonly parse?: ((value: unknown, line: number) => T) | undefined;
  readonly refuseBlank: boolean;
  /** Reads the text of a line instead of `JSON.parse`, for formats that take a little more than JSON. */
  readonly read?: ((line: string) => unknown) | undefined;
  /** In UTF-16 units, without the line end. */
  readonly maxLineLength?: number | undefined;
}

/** Decodes blocks of lines that are JSON. */
export class JsonLineDecoder<T> implements RecordDecoder<T> {
  nextLine = 1;
  readonly #settings: JsonLineSettings<T>;

  constructor(settings: JsonLineSettings<T>) {
    this.#settings = settings;
  }

  decode(block: LineBlock, records: T[]): void {
    const { format, parse, read = JSON.parse, maxLineLength = Number.POSITIVE_INFINITY } = this.#settings;
    const lines = blockText(block, this.nextLine, format).split("\n");
    // What follows the last line feed is a line only when the file ends without one.
    if (lines.at(-1) === "") lines.pop();
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index] as string;
      let value: unknown;
      try {
        value = read(line);
      } catch (error) {
        if (line.trim() !== "") throw this.#fault(`not JSON: ${explain(line, error)}`, block, index, error);
        if (this.#settings.refuseBlank) throw this.#fault("the line is blank", block, index);
        this.nextLine++;
        continue;
      }
      if (line.length > maxLineLength) {
        throw this.#fault(`the line has ${line.length} characters, ${maxLineLength} are allowed`, block, index);
      }
      records.push(parse ? this.#parsed(parse, value, block, index) : (value as T));
      this.nextLine++;
    }
  }

  #parsed(parse: (value: unknown, line: number) => T, value: unknown, block: LineBlock, index: number): T {
    try {
      return parse(value, this.nextLine);
    } catch (error) {
      if (error instanceof RecordFault) throw this.#fault(error.message, block, index, undefined, error.field);
      if (FormatError.is(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw this.#fault(`the record was refused: ${reason}`, block, index, error);
    }
  }

  #fault(problem: string, block: LineBlock, index: number, cause?: unknown, field?: string): FormatError {
    return new FormatError(problem, {
      code: "FORMAT_INVALID_RECORD",
      format: this.#settings.format,
      source: block.source,
      record: this.nextLine,
      byteOffset: block.byteOffset + lineStart(block, index) - block.start,
      field,
      cause,
    });
  }
}

/** What a person most likely did, and the start of the line. */
function explain(line: string, error: unknown): string {
  const text = line.trim();
  const start = JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
  if (/[\u201c\u201d\u2018\u2019]/u.test(text) && /^[{[\s]*[\u201c\u201d\u2018\u2019]/u.test(text)) {
    return `curly quotes instead of ", in ${start}`;
  }
  if (/^[{[,]$/u.test(text) || /^[}\]],?$/u.test(text)) {
    return `${start} alone on a line; a value spread over several lines must be put on one`;
  }
  if (/^\{\s*'/u.test(text)) return `single quotes instead of ", in ${start}`;
  if (/[}\]]\s*,$/u.test(text))
    return `a comma after the value; JSON Lines has one value per line and nothing between, in ${start}`;
  if (/\}\s*[{;]/u.test(text)) return `more than one value on the line, or something after it, in ${start}`;
  // Engines word the position differently; without the engine's own excerpt of the data.
  const position = error instanceof Error ? /at position (\d+)/u.exec(error.message)?.[1] : undefined;
  return position === undefined ? start : `unexpected character at position ${position} of ${start}`;
}
