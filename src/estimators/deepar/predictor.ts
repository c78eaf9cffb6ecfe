import { DecodeError, ValidationError, type ValidationIssue } from "../../errors/index.js";
import { integerIssues } from "../../internal/checks.js";
import { mapConcurrent } from "../../internal/concurrency.js";
import type { PredictOptions } from "../../predictors/index.js";
import { IdentitySerializer } from "../../serializers/index.js";
import { AlgorithmPredictor, type AlgorithmPredictorOptions } from "../algorithm-predictor.js";
import { type DeepARAnswer, readAnswer } from "./answer.js";
import {
  type DeepARDefaultOutputTypes,
  type DeepARForecastSettings,
  type DeepAROutputType,
  forecastDefaults,
  type WireConfiguration,
  wireConfiguration,
} from "./configuration.js";
import { DeepARForecast, type DeepARMean, type DeepARSamples } from "./forecast.js";
import { type CheckedInput, checkedInput, type DeepARForecastInput } from "./forecast-input.js";
import { checkedModelCard, type DeepARModelCard } from "./model-card.js";

/**
 * Options of {@link DeepARPredictor}: those of a {@link Predictor}, without the formats, which are fixed, and what the model
 * expects.
 *
 * @public
 */
export interface DeepARPredictorOptions extends AlgorithmPredictorOptions {
  /** Frequency and prediction length of the model, and what it was trained with. */
  readonly modelCard: DeepARModelCard;
  /**
   * Series of one request, at most; many series are sent as several requests.
   *
   * @defaultValue as many as the model forecasts in about 30 of the 60 seconds that the service waits, 1 to 100
   */
  readonly maxSeriesPerRequest?: number | undefined;
  /**
   * Requests at once. The endpoint works on one per vCPU.
   *
   * @defaultValue 4
   */
  readonly concurrency?: number | undefined;
}

/**
 * Options of `DeepARPredictor.forecast`.
 *
 * @public
 */
export interface DeepARForecastOptions<T extends readonly DeepAROutputType[] = readonly DeepAROutputType[]>
  extends DeepARForecastSettings<T>,
    Omit<PredictOptions, "contentType" | "accept"> {}

/** Defaults of {@link DeepARPredictorOptions}. */
export const deepARPredictorDefaults = Object.freeze({ concurrency: 4 });

/** What the service takes in one request. */
const MAX_PAYLOAD_BYTES = 6_291_456;
/** Half of the time that the service waits for an answer. */
const SECONDS_PER_REQUEST = 30;
/** About what 336 points and 100 samples took on a real endpoint: 8 seconds. */
const SECONDS_PER_POINT_AND_SAMPLE = 8 / 336 / 100;
const SECONDS_PER_SERIES = 0.3;
const MOST_SERIES_PER_REQUEST = 100;
/** Characters of a number of an answer with its comma, generously. */
const BYTES_PER_NUMBER = 20;

/**
 * Asks an endpoint that serves a DeepAR model.
 *
 * @remarks
 * An endpoint does not know what its model was trained with; the model card says it, and every series is held against it
 * before it is sent.
 *
 * A predictor that `deploy()` returned deletes the endpoint, its configuration and its model at the end of an `await using`
 * block; any other leaves them alone.
 *
 * @example
 * ```ts
 * const predictor = new DeepARPredictor({
 *   endpointName: "sales",
 *   modelCard: { frequency: "D", predictionLength: 14 },
 * });
 * const forecast = await predictor.forecast({ start: "2024-01-01 00:00:00", values }, { quantiles: [0.1, 0.5, 0.9] });
 * console.log(forecast.timestamps[0], forecast.mean[0], forecast.quantile(0.9)[0]);
 * ```
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar-in-formats.html
 * @public
 */
export class DeepARPredictor extends AlgorithmPredictor<string> {
  /** What the model expects. */
  readonly modelCard: DeepARModelCard;
  readonly #maxPayloadBytes: number;
  readonly #maxSeries: number | undefined;
  readonly #concurrency: number;

  /** @throws {@link ValidationError} `INVALID_OPTIONS` when an option is unknown or unusable */
  constructor(options: DeepARPredictorOptions) {
    const { modelCard, maxSeriesPerRequest, concurrency, ...own } = options;
    const issues = [
      ...integerIssues(maxSeriesPerRequest, "maxSeriesPerRequest", 1, 1_000_000),
      ...integerIssues(concurrency, "concurrency", 1, 1000),
    ];
    if (issues.length > 0) throw new ValidationError("DeepARPredictor", issues);
    const card = checkedModelCard(modelCard);
    super(own, new IdentitySerializer({ contentType: "application/json" }));
    this.modelCard = card;
    this.#maxPayloadBytes = own.maxPayloadBytes ?? MAX_PAYLOAD_BYTES;
    this.#maxSeries = maxSeriesPerRequest;
    this.#concurrency = concurrency ?? deepARPredictorDefaults.concurrency;
  }

  /**
   * Forecasts series.
   *
   * @remarks
   * Many series go out as several requests, as far as size and time allow, some at once; nothing is sent when any of the
   * series does not fit the model. The samples are drawn anew each time, so two forecasts of the same series differ a little.
   *
   * @param series - one series, or a list of at least one; all of their past
   * @returns the forecast of the one series, or one forecast for each series in order
   * @throws {@link ValidationError} `INVALID_INPUT` naming every series that does not fit the model: frequency, missing or
   * unknown categories, number and length of dynamic features, values that are no numbers
   * @throws {@link EndpointError} `PAYLOAD_TOO_LARGE` for a series over the limit, `MODEL_ERROR` when the model failed, and as
   * {@link Predictor.predict}
   * @throws {@link DecodeError} `DECODE_FAILED` when the answer is not what was asked for
   */
  async forecast<const T extends readonly DeepAROutputType[] = DeepARDefaultOutputTypes>(
    series: readonly DeepARForecastInput[],
    options?: DeepARForecastOptions<T>,
  ): Promise<DeepARForecast<DeepARMean<T>, DeepARSamples<T>>[]>;
  async forecast<const T extends readonly DeepAROutputType[] = DeepARDefaultOutputTypes>(
    series: DeepARForecastInput,
    options?: DeepARForecastOptions<T>,
  ): Promise<DeepARForecast<DeepARMean<T>, DeepARSamples<T>>>;
  async forecast(
    series: DeepARForecastInput | readonly DeepARForecastInput[],
    options: DeepARForecastOptions = {},
  ): Promise<unknown> {
    const { quantiles, numSamples, outputTypes, ...predictOptions } = options;
    const settings = { quantiles, numSamples, outputTypes };
    const configuration = wireConfiguration(settings, "forecast");
    const isList = Array.isArray(series);
    const inputs = this.#checked(series, isList);
    const bodies = requestBodies(inputs, configuration, {
      bytes: this.#maxPayloadBytes,
      series: this.#maxSeries ?? seriesPerRequest(this.modelCard.predictionLength, settings),
    });
    const forecasts = await mapConcurrent(
      bodies,
      this.#concurrency,
      ({ body, inputs: sent }) => this.#ask(body, sent, settings, predictOptions),
      options.signal,
    );
    return isList ? forecasts.flat() : forecasts[0]?.[0];
  }

  #checked(series: unknown, isList: boolean): CheckedInput[] {
    const issues: ValidationIssue[] = [];
    const list = (isList ? series : [series]) as readonly DeepARForecastInput[];
    if (list.length === 0) issues.push({ path: [], message: "expected at least one series; the list is empty" });
    const checked = list.map((input, index) => checkedInput(input, this.modelCard, isList ? [index] : [], issues));
    if (issues.length > 0) throw new ValidationError("DeepAR series", issues, "INVALID_INPUT");
    return checked as CheckedInput[];
  }

  async #ask(
    body: string,
    inputs: readonly CheckedInput[],
    settings: DeepARForecastSettings,
    options: PredictOptions,
  ): Promise<DeepARForecast[]> {
    const answer = await this.ask(body, options);
    const fault = (problem: string): DecodeError => new DecodeError(problem, answer);
    const predictions = (answer.value as { readonly predictions?: unknown } | null)?.predictions;
    if (!Array.isArray(predictions)) throw fault('expected an object with the list "predictions"');
    if (predictions.length !== inputs.length) {
      throw fault(`${inputs.length} series were sent, but ${predictions.length} predictions came back`);
    }
    const { frequency, predictionLength } = this.modelCard;
    return inputs.map(({ start, length, itemId }, index) => {
      const read = readAnswer(predictions[index], predictionLength);
      const problem = typeof read === "string" ? read : missingParts(read, settings);
      if (typeof read === "string" || problem !== undefined) throw fault(`prediction ${index + 1}: ${problem}`);
      return new DeepARForecast({ answer: read, frequency, start, length, itemId });
    });
  }
}

/** What was asked for and is not there. */
function missingParts(answer: DeepARAnswer, settings: DeepARForecastSettings): string | undefined {
  const { outputTypes = forecastDefaults.outputTypes, quantiles = forecastDefaults.quantiles } = settings;
  const levels = Object.keys(answer.quantiles).map(Number);
  for (const type of outputTypes) {
    if (type !== "quantiles" && answer[type] === undefined) return `"${type}" was asked for and is missing`;
    if (type !== "quantiles") continue;
    const missing = quantiles.find((level) => !levels.includes(level));
    if (missing !== undefined) return `the quantile ${missing} was asked for and is missing`;
  }
  return undefined;
}

/** Series that the model forecasts in the time, and whose answer fits. */
export function seriesPerRequest(predictionLength: number, settings: DeepARForecastSettings): number {
  const { numSamples = forecastDefaults.numSamples, outputTypes, quantiles = forecastDefaults.quantiles } = settings;
  const seconds = SECONDS_PER_SERIES + predictionLength * numSamples * SECONDS_PER_POINT_AND_SAMPLE;
  const lists = 1 + quantiles.length + (outputTypes?.includes("samples") ? numSamples : 0);
  const answerBytes = lists * predictionLength * BYTES_PER_NUMBER;
  const most = Math.min(SECONDS_PER_REQUEST / seconds, MAX_PAYLOAD_BYTES / answerBytes, MOST_SERIES_PER_REQUEST);
  return Math.max(1, Math.floor(most));
}

interface RequestBody {
  readonly body: string;
  readonly inputs: readonly CheckedInput[];
}

/** The series in as few requests as the limits allow; one that is too large by itself is left to the predictor to refuse. */
function* requestBodies(
  inputs: readonly CheckedInput[],
  configuration: WireConfiguration | undefined,
  limits: { readonly bytes: number; readonly series: number },
): Generator<RequestBody, void, void> {
  const head = '{"instances":[';
  const tail = configuration === undefined ? "]}" : `],"configuration":${JSON.stringify(configuration)}}`;
  // One less, as each series counts with a comma and the first has none.
  const frame = Buffer.byteLength(head) + Buffer.byteLength(tail) - 1;
  let texts: string[] = [];
  let members: CheckedInput[] = [];
  let bytes = frame;
  const request = (): RequestBody => ({ body: head + texts.join(",") + tail, inputs: members });
  for (const input of inputs) {
    const text = JSON.stringify(input.wire);
    // The texts hold ASCII only, so their length is their size.
    const size = text.length + 1;
    if (texts.length > 0 && (texts.length >= limits.series || bytes + size > limits.bytes)) {
      yield request();
      texts = [];
      members = [];
      bytes = frame;
    }
    texts.push(text);
    members.push(input);
    bytes += size;
  }
  yield request();
}
