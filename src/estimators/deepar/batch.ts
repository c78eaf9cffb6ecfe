import { FormatError, type ValidationIssue } from "../../errors/index.js";
import {
  type ByteSource,
  type DeepARInput,
  encodeJsonLines,
  type RecordStream,
  readJsonLines,
} from "../../formats/index.js";
import { type DeepARAnswer, readAnswer } from "./answer.js";
import { DeepARForecast } from "./forecast.js";
import { checkedInput, type DeepARForecastInput, type WireSeries } from "./forecast-input.js";
import { checkedModelCard, type DeepARModelCard } from "./model-card.js";

/**
 * Options of {@link DeepARBatch.forecasts}.
 *
 * @public
 */
export interface DeepARBatchForecastOptions {
  /** Frequency and prediction length of the model. */
  readonly modelCard: DeepARModelCard;
  /**
   * The series of the input in its order, for example `readDeepAR("input.jsonl")`: they say when each forecast begins. Not
   * needed for an output that was joined with its input (`joinSource: "Input"`).
   */
  readonly inputs?: Iterable<DeepARInput> | AsyncIterable<DeepARInput> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Files of a batch transform with a DeepAR model.
 *
 * @public
 */
export interface DeepARBatch {
  /** Content type of the input: `application/jsonlines`. */
  readonly contentType: "application/jsonlines";
  /**
   * Writes series as the input of a batch transform: one a line, held against the model before.
   *
   * @remarks The series are taken as the chunks are consumed; about 200 KiB are held.
   *
   * @param series - all of their past, with dynamic features up to the end of the forecast
   * @returns chunks of bytes, for `session.uploadData` or a file
   * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming the line and field of a series that does not fit the model
   */
  encode(
    series: Iterable<DeepARForecastInput> | AsyncIterable<DeepARForecastInput>,
    options: { readonly modelCard: DeepARModelCard; readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<Uint8Array>;
  /**
   * Reads the output of a batch transform (`….out`) as it is, without times; also one that was joined with its input.
   *
   * @param source - path of the file, bytes, `{ text }` or a stream of bytes
   * @returns one answer per input line, in order
   * @throws {@link FormatError} naming the line that is no forecast
   */
  decode(source: ByteSource, options?: { readonly signal?: AbortSignal | undefined }): RecordStream<DeepARAnswer>;
  /**
   * Reads the output of a batch transform as forecasts with their times.
   *
   * @param source - path of the file, bytes, `{ text }` or a stream of bytes
   * @returns one forecast per input line, in order
   * @throws {@link FormatError} naming the line that is no forecast of so many points, or when input and output differ in
   * length
   */
  forecasts(source: ByteSource, options: DeepARBatchForecastOptions): AsyncGenerator<DeepARForecast, void, void>;
}

/**
 * Files of a batch transform with a DeepAR model. {@link DeepARTransformer.results} reads those of a whole job.
 *
 * @example
 * ```ts
 * const input = await session.uploadData(deepARBatch.encode(series, { modelCard }), { fileName: "series.jsonl" });
 * // … transformer.transform(input), session.downloadData(…) …
 * for await (const forecast of deepARBatch.forecasts("series.jsonl.out", { modelCard, inputs: series })) {
 *   console.log(forecast.timestamps[0], forecast.quantile(0.5)[0]);
 * }
 * ```
 * @public
 */
export const deepARBatch: DeepARBatch = Object.freeze({
  contentType: "application/jsonlines",
  encode: (series, { modelCard, signal }) =>
    encodeJsonLines(wireSeries(series, checkedModelCard(modelCard)), { undefinedFields: "omit", signal }),
  decode: (source, options = {}) =>
    readJsonLines(source, { parse: (value) => parseLine(value, undefined).answer, signal: options.signal }),
  forecasts,
} satisfies DeepARBatch);

async function* wireSeries(
  series: Iterable<DeepARForecastInput> | AsyncIterable<DeepARForecastInput>,
  card: DeepARModelCard,
): AsyncGenerator<WireSeries, void, void> {
  let line = 0;
  for await (const input of series) {
    line++;
    const issues: ValidationIssue[] = [];
    const checked = checkedInput(input, card, [], issues);
    const [issue] = issues;
    if (issue !== undefined || checked === undefined) {
      throw new FormatError(issue?.message ?? "no series", {
        code: "FORMAT_INVALID_RECORD",
        format: "DeepAR batch input",
        record: line,
        field: issue?.path.join("."),
      });
    }
    yield checked.wire;
  }
}

/** One line of an output. */
interface OutputLine {
  readonly answer: DeepARAnswer;
  /** The input, when the line was joined with it. */
  readonly joined: { readonly start: string; readonly length: number } | undefined;
}

function parseLine(value: unknown, predictionLength: number | undefined): OutputLine {
  const record = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isJoined = typeof record === "object" && "SageMakerOutput" in record;
  const answer = readAnswer(isJoined ? record["SageMakerOutput"] : value, predictionLength);
  // The reader adds file, line and byte offset.
  if (typeof answer === "string") throw new Error(answer);
  const { start, target } = record;
  const isInput = isJoined && typeof start === "string" && Array.isArray(target);
  return { answer, joined: isInput ? { start, length: target.length } : undefined };
}

async function* forecasts(
  source: ByteSource,
  { modelCard, inputs, signal }: DeepARBatchForecastOptions,
): AsyncGenerator<DeepARForecast, void, void> {
  const { frequency, predictionLength } = checkedModelCard(modelCard);
  const series = inputs && ofEither(inputs);
  const fault = (problem: string, record: number): FormatError =>
    new FormatError(problem, {
      code: "FORMAT_CORRUPT_INPUT",
      format: "DeepAR batch output",
      record,
      ...(typeof source === "string" && { source }),
    });
  let line = 0;
  try {
    const parse = (value: unknown): OutputLine => parseLine(value, predictionLength);
    for await (const { answer, joined } of readJsonLines(source, { parse, signal })) {
      line++;
      const next = await series?.next();
      const input = joined ?? (next?.done === false ? placeOf(next.value) : undefined);
      if (input === undefined) {
        const problem = series
          ? `there are only ${line - 1} inputs`
          : "the line does not say when its series begins; give the series of the input as inputs";
        throw fault(problem, line);
      }
      yield new DeepARForecast({ answer, frequency, ...input });
    }
    const next = await series?.next();
    if (next?.done === false) throw fault(`the output ends after ${line} forecasts, but there are more inputs`, line);
  } finally {
    await series?.return?.(undefined);
  }
}

function placeOf(input: DeepARInput & { readonly itemId?: string | undefined }): {
  readonly start: string;
  readonly length: number;
  readonly itemId: string | undefined;
} {
  return { start: input.start, length: input.values.length, itemId: input.itemId };
}

async function* ofEither<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, void, void> {
  yield* items;
}
