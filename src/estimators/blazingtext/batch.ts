import { FormatError } from "../../errors/index.js";
import { type ByteSource, encodeJsonLines, type RecordStream, readJsonLines } from "../../formats/index.js";
import { shown } from "../../internal/options.js";
import { type Classification, readClassification } from "./classification.js";

/**
 * One line of a batch transform input. Further members are ignored by the model; with `joinSource: "Input"` they come back
 * beside the answer.
 *
 * @public
 */
export interface BlazingTextBatchRecord {
  /** The text to classify. */
  readonly source: string;
  /**
   * Labels to answer.
   *
   * @defaultValue 1, by the container
   */
  readonly k?: number | undefined;
  readonly [member: string]: unknown;
}

/**
 * Files of a batch transform with a BlazingText classifier.
 *
 * @public
 */
export interface BlazingTextBatch {
  /** Content type of input and output: `application/jsonlines`. */
  readonly contentType: "application/jsonlines";
  /**
   * Writes texts as the input of a batch transform: one `{"source": "a text"}` per line, UTF-8, `\n` after every line.
   *
   * @remarks The texts are taken as the chunks are consumed; about 200 KiB are held.
   *
   * @param texts - texts, or records with a text and further members; order is kept
   * @returns chunks of bytes, for `session.uploadData` or a file
   * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming the line that holds no text or no legal `k`
   */
  encode(
    texts: Iterable<string | BlazingTextBatchRecord> | AsyncIterable<string | BlazingTextBatchRecord>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<Uint8Array>;
  /**
   * Reads the output of a batch transform (`….out`), also one that was joined with its input.
   *
   * @param source - path of the file, bytes, `{ text }` or a stream of bytes
   * @returns one classification per input line, in order
   * @throws {@link FormatError} naming the line that is no answer of a classifier
   */
  decode(source: ByteSource, options?: { readonly signal?: AbortSignal | undefined }): RecordStream<Classification>;
}

/**
 * Files of a batch transform with a BlazingText classifier.
 *
 * @example
 * ```ts
 * const input = await session.uploadData(blazingTextBatch.encode(texts), { fileName: "texts.jsonl" });
 * // … transformer.transform(input), session.downloadData(…) …
 * for await (const { label, probability } of blazingTextBatch.decode("texts.jsonl.out")) console.log(label, probability);
 * ```
 * @public
 */
export const blazingTextBatch: BlazingTextBatch = Object.freeze({
  contentType: "application/jsonlines",
  encode: (texts, options = {}) => encodeJsonLines(records(texts), { undefinedFields: "omit", signal: options.signal }),
  decode: (source, options = {}) => readJsonLines(source, { parse: classification, signal: options.signal }),
} satisfies BlazingTextBatch);

async function* records(
  texts: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<BlazingTextBatchRecord, void, void> {
  let number = 0;
  for await (const text of texts) {
    number++;
    const record = typeof text === "string" ? { source: text } : (text as BlazingTextBatchRecord);
    const fault = faultOf(record);
    if (fault !== undefined) {
      throw new FormatError(fault.problem, {
        code: "FORMAT_INVALID_RECORD",
        format: "BlazingText batch input",
        record: number,
        counted: "record",
        field: fault.field,
      });
    }
    yield record;
  }
}

function faultOf(record: BlazingTextBatchRecord | null | undefined): { problem: string; field?: string } | undefined {
  if (typeof record !== "object" || record === null) {
    return { problem: `expected a text or { source: "a text" }; got ${shown(record)}` };
  }
  if (typeof record.source !== "string") {
    return { problem: `expected a text; got ${shown(record.source)}`, field: "source" };
  }
  if (record.k !== undefined && !(Number.isInteger(record.k) && record.k >= 1)) {
    return { problem: `expected a whole number from 1; got ${shown(record.k)}`, field: "k" };
  }
  return undefined;
}

function classification(value: unknown): Classification {
  const joined = (value as { readonly SageMakerOutput?: unknown } | null)?.SageMakerOutput;
  const result = readClassification(joined ?? value);
  // The reader adds file, line and byte offset.
  if (typeof result === "string") throw new Error(result);
  return result;
}
