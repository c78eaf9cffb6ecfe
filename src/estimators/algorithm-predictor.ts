import { type PredictOptions, Predictor, type PredictorOptions } from "../predictors/index.js";
import { type Deserializer, JsonDeserializer, type Serializer } from "../serializers/index.js";
import type { CallOptions, RuntimeSession } from "../session/index.js";

/**
 * Options of the predictor of a built-in algorithm: those of a {@link Predictor}, without the formats, which are fixed.
 *
 * @public
 */
export interface AlgorithmPredictorOptions
  extends Omit<PredictorOptions<never, never>, "serializer" | "deserializer"> {}

/** An answer with the bytes it came in, for error messages. */
export interface JsonAnswer {
  readonly value: unknown;
  readonly body: Uint8Array;
  readonly contentType: string;
}

const answerDeserializer: Deserializer<JsonAnswer> = {
  accept: "application/json",
  deserialize: (body, contentType) => ({
    value: new JsonDeserializer().deserialize(body, contentType),
    body,
    contentType,
  }),
};

/**
 * Base of the predictors of built-in algorithms, whose endpoints answer JSON. A subclass adds the question and the answer.
 *
 * @remarks
 * A predictor that `deploy()` returned deletes the endpoint, its configuration and its model at the end of an `await using`
 * block; any other leaves them alone.
 *
 * @public
 */
export abstract class AlgorithmPredictor<In> implements AsyncDisposable {
  readonly #predictor: Predictor<In, JsonAnswer>;

  /** @internal */
  protected constructor(options: AlgorithmPredictorOptions, serializer: Serializer<In>) {
    this.#predictor = new Predictor<In, JsonAnswer>({ ...options, serializer, deserializer: answerDeserializer });
  }

  get endpointName(): string {
    return this.#predictor.endpointName;
  }

  get session(): RuntimeSession {
    return this.#predictor.session;
  }

  /**
   * Deletes the endpoint, which ends its billing, and then its configuration.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` when the session is a {@link RuntimeSession}
   */
  async deleteEndpoint(
    options: CallOptions & {
      /** Also deletes the endpoint's configuration. @defaultValue true */
      readonly deleteEndpointConfig?: boolean | undefined;
    } = {},
  ): Promise<void> {
    await this.#predictor.deleteEndpoint(options);
  }

  /** Deletes the models of the endpoint; their files in S3 stay. */
  async deleteModel(options: CallOptions = {}): Promise<void> {
    await this.#predictor.deleteModel(options);
  }

  /** Deletes endpoint, configuration and model when this predictor came from `deploy()`; otherwise does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#predictor[Symbol.asyncDispose]();
  }

  /** Sends one request. @internal */
  protected async ask(request: In, options: PredictOptions): Promise<JsonAnswer> {
    return this.#predictor.predict(request, options);
  }
}
