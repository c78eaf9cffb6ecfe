import type {
  InvokeEndpointCommand,
  InvokeEndpointCommandInput,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";
import { EndpointError, UnexpectedResponseError } from "../errors/index.js";
import { sendWith } from "../internal/send.js";
import { BytesDeserializer, type Deserializer, IdentitySerializer, type Serializer } from "../serializers/index.js";
import { type CallOptions, type ClientSettings, RuntimeSession } from "../session/runtime.js";
import { withDeadline } from "./deadline.js";
import { EndpointOwner } from "./endpoint-owner.js";
import { explainInvocationError } from "./invoke-errors.js";
import {
  checkPredictOptions,
  checkPredictorOptions,
  type InvokeResult,
  PREDICTOR_DEFAULTS,
  type PredictOptions,
  type PredictorOptions,
} from "./predictor-options.js";

/**
 * Sends values to a real-time endpoint and gives its answers.
 *
 * @remarks
 * Construction sends nothing. The AWS client is loaded at the first prediction and shared by all predictors of the session.
 * A prediction is sent once: repeating it could make the model do its work twice (option `maxAttempts`).
 *
 * A predictor that `deploy()` returned deletes the endpoint, its configuration and its model at the end of an
 * `await using` block; any other leaves them alone.
 *
 * @example
 * ```ts
 * const predictor = new Predictor({
 *   endpointName: "reviews",
 *   serializer: new JsonSerializer(),
 *   deserializer: new JsonDeserializer(),
 * });
 * const answer = await predictor.predict({ instances: ["a fine day"] });
 * ```
 * @public
 */
export class Predictor<In = unknown, Out = Uint8Array> implements AsyncDisposable {
  readonly endpointName: string;
  readonly session: RuntimeSession;
  readonly serializer: Serializer<In>;
  readonly deserializer: Deserializer<Out>;
  readonly #options: PredictorOptions<In, Out>;
  readonly #owner: EndpointOwner;
  readonly #maxPayloadBytes: number;
  #clients: typeof import("../clients/runtime.js") | undefined;

  /**
   * @throws {@link ValidationError} `INVALID_OPTIONS` when an option is unknown or unusable, naming every fault
   */
  constructor(options: PredictorOptions<In, Out>) {
    checkPredictorOptions(options as PredictorOptions<never, never>);
    this.#options = options;
    this.endpointName = options.endpointName;
    this.session = options.session ?? new RuntimeSession();
    this.serializer = options.serializer ?? (new IdentitySerializer() as unknown as Serializer<In>);
    this.deserializer = options.deserializer ?? (new BytesDeserializer() as unknown as Deserializer<Out>);
    this.#maxPayloadBytes = options.maxPayloadBytes ?? PREDICTOR_DEFAULTS.maxPayloadBytes;
    this.#owner = new EndpointOwner(this.session, this.endpointName);
  }

  /**
   * Sends one value and gives the answer.
   *
   * @param value - what the serializer takes
   * @param options - see {@link PredictOptions}
   * @returns what the deserializer makes of the answer
   * @throws {@link EndpointError} `MODEL_ERROR` when the model failed, `PAYLOAD_TOO_LARGE` before a body above the limit is
   * sent, `ENDPOINT_NOT_FOUND`, `EMPTY_RESPONSE` when the deserializer cannot read an empty answer, `INVOCATION_TIMEOUT`
   * @throws {@link DecodeError} `DECODE_FAILED` when the answer does not follow its content type
   * @throws {@link ValidationError} `INVALID_INPUT` when the value cannot be serialized
   * @throws {@link ConfigurationError} `NO_REGION` or `NO_CREDENTIALS`
   */
  async predict(value: In, options?: PredictOptions): Promise<Out> {
    return (await this.invoke(value, options)).value;
  }

  /**
   * Like {@link Predictor.predict}, with what the service says about the answer: variant, attributes, request id.
   */
  async invoke(value: In, options: PredictOptions = {}): Promise<InvokeResult<Out>> {
    checkPredictOptions(options);
    const body = this.#body(value);
    // Kept by the predictor: even the look-up of a module that is loaded already costs as much as the rest of this method.
    this.#clients ??= await import("../clients/runtime.js");
    const { InvokeEndpointCommand, SageMakerRuntimeClient } = this.#clients;
    const maxAttempts = this.#options.maxAttempts ?? PREDICTOR_DEFAULTS.maxAttempts;
    const client: SageMakerRuntimeClient = this.session.client(
      "runtime",
      (settings) => new SageMakerRuntimeClient({ ...runtimeSettings(settings), maxAttempts }),
      `${maxAttempts} attempts`,
    );
    const command = new InvokeEndpointCommand(this.#request(body, options));
    const { signal } = options;
    const answer = await this.#send(client, command, options).catch(async (error: unknown) => {
      if (signal?.aborted || EndpointError.is(error)) throw error;
      if (error instanceof Error && error.name === "TimeoutError") throw this.#late("the client's time limit", error);
      throw await explainInvocationError(error, this.endpointName, this.session);
    });
    if (answer === undefined) {
      throw new UnexpectedResponseError("InvokeEndpoint", `endpoint "${this.endpointName}"`, ["Body"]);
    }
    const requestId = answer.$metadata?.requestId;
    const contentType = answer.ContentType ?? "application/octet-stream";
    return {
      value: this.#value(answer.Body, contentType, requestId),
      contentType,
      invokedProductionVariant: answer.InvokedProductionVariant,
      customAttributes: answer.CustomAttributes,
      requestId,
    };
  }

  /**
   * Deletes the endpoint, which ends its billing, and then its configuration.
   *
   * @remarks The names are looked up first, so {@link Predictor.deleteModel} works before and after.
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` when the predictor's session is a {@link RuntimeSession}
   */
  async deleteEndpoint(
    options: CallOptions & {
      /** Also deletes the endpoint's configuration. @defaultValue true */
      readonly deleteEndpointConfig?: boolean | undefined;
    } = {},
  ): Promise<void> {
    const { deleteEndpointConfig = true, signal } = options;
    await this.#owner.deleteEndpoint(deleteEndpointConfig, { signal });
  }

  /**
   * Deletes every model of the endpoint; their files in S3 stay.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` when the predictor's session is a {@link RuntimeSession}
   */
  async deleteModel(options: CallOptions = {}): Promise<void> {
    await this.#owner.deleteModels({ signal: options.signal });
  }

  /**
   * Deletes endpoint, configuration and model when this predictor came from `deploy()`; otherwise does nothing.
   * What is already gone is skipped.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#options.owned !== undefined) await this.#owner.dispose(this.#options.owned);
  }

  async #send(client: SageMakerRuntimeClient, command: InvokeEndpointCommand, options: PredictOptions) {
    const { signal, timeoutSeconds: seconds = this.#options.timeoutSeconds } = options;
    // The AWS SDK uses its cached middleware only for calls without options.
    if (signal === undefined && seconds === undefined) return client.send(command);
    const send = (limited?: AbortSignal) => sendWith(limited, (sendOptions) => client.send(command, sendOptions));
    return seconds === undefined
      ? send(signal)
      : withDeadline(seconds * 1000, signal, () => this.#late(`${seconds} s`), send);
  }

  #body(value: In): Uint8Array {
    const serialized = this.serializer.serialize(value);
    const body = typeof serialized === "string" ? Buffer.from(serialized) : serialized;
    if (body.byteLength > this.#maxPayloadBytes) {
      throw new EndpointError(
        `the body has ${body.byteLength} bytes, and the endpoint takes at most ${this.#maxPayloadBytes}. ` +
          "Send fewer instances per call, or use a batch transform job.",
        { code: "PAYLOAD_TOO_LARGE", endpointName: this.endpointName },
      );
    }
    return body;
  }

  #request(body: Uint8Array, options: PredictOptions): InvokeEndpointCommandInput {
    const input: InvokeEndpointCommandInput = {
      EndpointName: this.endpointName,
      Body: body,
      ContentType: options.contentType ?? this.serializer.contentType,
      Accept: options.accept ?? this.deserializer.accept,
    };
    const component = options.inferenceComponentName ?? this.#options.inferenceComponentName;
    if (component !== undefined) input.InferenceComponentName = component;
    if (options.targetModel !== undefined) input.TargetModel = options.targetModel;
    if (options.targetVariant !== undefined) input.TargetVariant = options.targetVariant;
    if (options.targetContainerHostname !== undefined) input.TargetContainerHostname = options.targetContainerHostname;
    if (options.inferenceId !== undefined) input.InferenceId = options.inferenceId;
    if (options.customAttributes !== undefined) input.CustomAttributes = options.customAttributes;
    return input;
  }

  #value(answer: Uint8Array | undefined, contentType: string, requestId: string | undefined): Out {
    const body = answer ? new Uint8Array(answer.buffer, answer.byteOffset, answer.byteLength) : new Uint8Array(0);
    try {
      return this.deserializer.deserialize(body, contentType);
    } catch (cause) {
      if (body.byteLength > 0) throw cause;
      const problem = `the answer is empty (content type "${contentType}")`;
      throw new EndpointError(problem, { code: "EMPTY_RESPONSE", endpointName: this.endpointName, requestId, cause });
    }
  }

  #late(limit: string, cause?: unknown): EndpointError {
    const problem = `no answer within ${limit}; see timeoutSeconds`;
    return new EndpointError(problem, { code: "INVOCATION_TIMEOUT", endpointName: this.endpointName, cause });
  }
}

/**
 * A client for predictions gives up on a silent connection earlier than the AWS SDK's 15 minutes. The HTTP handler does
 * that for nothing, where a timer and an abort signal for every call would cost 5 % of it.
 */
function runtimeSettings(settings: ClientSettings): ClientSettings & { readonly cacheMiddleware: true } {
  const { requestHandler } = settings;
  // A handler object is the caller's, with its own limits; options of a handler can be completed.
  if (typeof requestHandler?.["handle"] === "function") return { ...settings, cacheMiddleware: true };
  const socketTimeout = PREDICTOR_DEFAULTS.silenceSeconds * 1000;
  return { ...settings, cacheMiddleware: true, requestHandler: { socketTimeout, ...requestHandler } };
}
