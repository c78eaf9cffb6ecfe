import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { Deserializer, Serializer } from "../serializers/index.js";
import type { RuntimeSession } from "../session/runtime.js";

/**
 * What a deployment created and its predictor may delete again.
 *
 * @public
 */
export interface EndpointResources {
  readonly endpointName?: string | undefined;
  readonly endpointConfigName?: string | undefined;
  readonly modelName?: string | undefined;
}

/**
 * Options of {@link Predictor}.
 *
 * @public
 */
export interface PredictorOptions<In, Out> {
  readonly endpointName: string;
  /** Default: a new {@link RuntimeSession} with the AWS SDK's own look-up of region and credentials. */
  readonly session?: RuntimeSession | undefined;
  /** Turns values into request bodies. Default: {@link IdentitySerializer}, which takes text and bytes. */
  readonly serializer?: Serializer<In> | undefined;
  /** Turns answers into values. Default: {@link BytesDeserializer}. */
  readonly deserializer?: Deserializer<Out> | undefined;
  /**
   * Attempts per prediction, the first one included. More than one repeats a prediction whose answer got lost, which the
   * model then computes twice. Clients that were given to the session keep their own setting.
   * @defaultValue 1
   */
  readonly maxAttempts?: number | undefined;
  /**
   * How long to wait for an answer, in seconds, all attempts together. SageMaker itself gives a model 60. Default: no limit
   * for the whole, but a client that the session makes gives up after 80 seconds of silence on the connection.
   */
  readonly timeoutSeconds?: number | undefined;
  /** Largest body that is sent, in bytes. Serverless endpoints take 4194304. @defaultValue 6291456 */
  readonly maxPayloadBytes?: number | undefined;
  /** Inference component of the endpoint to ask. */
  readonly inferenceComponentName?: string | undefined;
  /** What disposing of this predictor deletes; set by `deploy()`. Default: nothing. */
  readonly owned?: EndpointResources | undefined;
}

/**
 * Options of one prediction.
 *
 * @public
 */
export interface PredictOptions {
  /** Content type of the body instead of the serializer's. */
  readonly contentType?: string | undefined;
  /** Content type to ask for instead of the deserializer's. */
  readonly accept?: string | undefined;
  /** Model of a multi-model endpoint. */
  readonly targetModel?: string | undefined;
  /** Production variant to ask instead of the one that its weight would choose. */
  readonly targetVariant?: string | undefined;
  /** Container of a multi-container endpoint, by its host name. */
  readonly targetContainerHostname?: string | undefined;
  /** Id that data capture stores with the request and answer. */
  readonly inferenceId?: string | undefined;
  /** Text that is handed to the model with the request, at most 1024 characters. */
  readonly customAttributes?: string | undefined;
  readonly inferenceComponentName?: string | undefined;
  /** How long to wait for the answer, in seconds. Default: the predictor's. */
  readonly timeoutSeconds?: number | undefined;
  /** Aborts the request; the promise then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A prediction with what the service says about it.
 *
 * @public
 */
export interface InvokeResult<Out> {
  readonly value: Out;
  /** Content type of the answer. */
  readonly contentType: string;
  /** Production variant that answered. */
  readonly invokedProductionVariant: string | undefined;
  /** Text that the model handed back beside the answer. */
  readonly customAttributes: string | undefined;
  readonly requestId: string | undefined;
}

/** Defaults of {@link PredictorOptions}. */
export const PREDICTOR_DEFAULTS = Object.freeze({ maxAttempts: 1, silenceSeconds: 80, maxPayloadBytes: 6_291_456 });

const PREDICTOR_KEYS = [
  "endpointName",
  "session",
  "serializer",
  "deserializer",
  "maxAttempts",
  "timeoutSeconds",
  "maxPayloadBytes",
  "inferenceComponentName",
  "owned",
] as const satisfies readonly (keyof PredictorOptions<never, never>)[];

const PREDICT_KEYS: ReadonlySet<string> = new Set<keyof PredictOptions>([
  "contentType",
  "accept",
  "targetModel",
  "targetVariant",
  "targetContainerHostname",
  "inferenceId",
  "customAttributes",
  "inferenceComponentName",
  "timeoutSeconds",
  "signal",
]);

/**
 * Checks a predictor's options.
 *
 * @throws ValidationError `INVALID_OPTIONS` with every fault
 */
export function checkPredictorOptions(options: PredictorOptions<never, never>): void {
  const issues: ValidationIssue[] = unknownKeyIssues(options ?? {}, PREDICTOR_KEYS, "Predictor");
  const check = (key: keyof PredictorOptions<never, never>, valid: (value: never) => boolean, rule: string): void => {
    const value: unknown = options?.[key];
    if (value === undefined || valid(value as never)) return;
    const got = typeof value === "object" ? "another object" : shown(value);
    issues.push({ path: [key], message: `${key} must be ${rule}; got ${got}` });
  };
  const { endpointName } = options ?? {};
  if (typeof endpointName !== "string" || !/^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/u.test(endpointName)) {
    const message = `endpointName must be the name of an endpoint (1 to 63 letters, digits and inner dashes); got ${shown(endpointName)}`;
    issues.push({ path: ["endpointName"], message });
  }
  check("session", (value: { client?: unknown }) => typeof value?.client === "function", "a Session or RuntimeSession");
  check(
    "serializer",
    (value: Serializer) => typeof value?.serialize === "function" && typeof value.contentType === "string",
    "a serializer with contentType and serialize",
  );
  check(
    "deserializer",
    (value: Deserializer) => typeof value?.deserialize === "function" && typeof value.accept === "string",
    "a deserializer with accept and deserialize",
  );
  check("maxAttempts", (value) => Number.isInteger(value) && value >= 1, "a whole number from 1");
  check("timeoutSeconds", isTimeout, "a number of seconds above 0");
  check("maxPayloadBytes", (value) => Number.isInteger(value) && value >= 1, "a whole number from 1");
  if (issues.length > 0) throw new ValidationError("Predictor", issues);
}

/**
 * Checks the options of one prediction. Called for each, so it does nothing that costs.
 *
 * @throws ValidationError `INVALID_OPTIONS` with every fault
 */
export function checkPredictOptions(options: PredictOptions): void {
  const issues: ValidationIssue[] = [];
  for (const key of Object.keys(options)) {
    if (!PREDICT_KEYS.has(key)) issues.push(...unknownKeyIssues({ [key]: 0 }, [...PREDICT_KEYS], "predict"));
  }
  const { timeoutSeconds } = options;
  if (timeoutSeconds !== undefined && !isTimeout(timeoutSeconds)) {
    const message = `timeoutSeconds must be a number of seconds above 0; got ${shown(timeoutSeconds)}`;
    issues.push({ path: ["timeoutSeconds"], message });
  }
  if (issues.length > 0) throw new ValidationError("predict", issues);
}

/** Timers hold at most 2^31-1 ms. */
function isTimeout(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value <= 2_147_483;
}
