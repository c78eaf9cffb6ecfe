import { DecodeError, ValidationError, type ValidationIssue } from "../../errors/index.js";
import { shown } from "../../internal/options.js";
import type { PredictOptions } from "../../predictors/index.js";
import { JsonSerializer } from "../../serializers/index.js";
import { AlgorithmPredictor, type AlgorithmPredictorOptions } from "../algorithm-predictor.js";
import { type Classification, readClassification } from "./classification.js";

/**
 * Options of {@link BlazingTextPredictor}: those of a {@link Predictor}, without the formats, which are fixed.
 *
 * @public
 */
export interface BlazingTextPredictorOptions extends AlgorithmPredictorOptions {}

/**
 * Options of {@link BlazingTextPredictor.predict}.
 *
 * @public
 */
export interface BlazingTextPredictOptions extends Omit<PredictOptions, "contentType" | "accept"> {
  /**
   * Labels per text; the model gives fewer when it knows fewer.
   *
   * @defaultValue 1, by the container
   */
  readonly k?: number | undefined;
}

/**
 * A word with its vector.
 *
 * @public
 */
export interface WordVector {
  readonly word: string;
  /** `vector_dim` numbers; all zero for a word that the model does not know and has no subwords of. */
  readonly vector: readonly number[];
}

interface Request {
  readonly instances: readonly string[];
  readonly configuration?: { readonly k: number } | undefined;
}

/**
 * Asks an endpoint that serves a BlazingText model.
 *
 * @remarks
 * A predictor that `deploy()` returned deletes the endpoint, its configuration and its model at the end of an `await using`
 * block; any other leaves them alone.
 *
 * @example
 * ```ts
 * const predictor = new BlazingTextPredictor({ endpointName: "reviews" });
 * const [first] = await predictor.predict(["the soup was cold"], { k: 2 });
 * console.log(first?.label, first?.probability, first?.labels);
 * ```
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext.html
 * @public
 */
export class BlazingTextPredictor extends AlgorithmPredictor<Request> {
  /** @throws {@link ValidationError} `INVALID_OPTIONS` when an option is unknown or unusable */
  constructor(options: BlazingTextPredictorOptions) {
    super(options, new JsonSerializer<Request>());
  }

  /**
   * Classifies texts with a model of mode `supervised`.
   *
   * @remarks Texts are sent as they are: prepare them as the training data was. A text is never parsed, even when it is JSON.
   * One request; the endpoint takes up to 6 MB.
   *
   * @param sentences - one text, or a list of at least one
   * @returns one classification per text, in order
   * @throws {@link ValidationError} `INVALID_INPUT` for an empty list or anything that is no text
   * @throws {@link EndpointError} `MODEL_ERROR` when the model failed, and as {@link Predictor.predict}
   * @throws {@link DecodeError} `DECODE_FAILED` when the answer is not that of a classifier
   */
  async predict(
    sentences: string | readonly string[],
    options: BlazingTextPredictOptions = {},
  ): Promise<Classification[]> {
    const { k, ...predictOptions } = options;
    if (k !== undefined && !(Number.isInteger(k) && k >= 1)) {
      throw new ValidationError("predict", [
        { path: ["k"], message: `k must be a whole number from 1; got ${shown(k)}` },
      ]);
    }
    const instances = texts(sentences, "sentence");
    const request = k === undefined ? { instances } : { instances, configuration: { k } };
    return this.#askEach(request, predictOptions, readClassification);
  }

  /**
   * Looks up word vectors of a model of mode `batch_skipgram`, `skipgram` or `cbow`.
   *
   * @param words - one word, or a list of at least one
   * @returns one vector per word, in order
   * @throws as {@link BlazingTextPredictor.predict}
   */
  async vectors(
    words: string | readonly string[],
    options: Omit<BlazingTextPredictOptions, "k"> = {},
  ): Promise<WordVector[]> {
    return this.#askEach({ instances: texts(words, "word") }, options, readVector);
  }

  async #askEach<T>(request: Request, options: PredictOptions, read: (answer: unknown) => T | string): Promise<T[]> {
    const { value, body, contentType } = await this.ask(request, options);
    const fault = (problem: string): DecodeError => new DecodeError(problem, { contentType, body });
    if (!Array.isArray(value)) throw fault("expected a list of answers");
    const wanted = request.instances.length;
    if (value.length !== wanted) throw fault(`${wanted} texts were sent, but ${value.length} answers came back`);
    return value.map((answer: unknown, index) => {
      const result = read(answer);
      if (typeof result === "string") throw fault(`answer ${index + 1}: ${result}`);
      return result;
    });
  }
}

/** @throws ValidationError `INVALID_INPUT` with every element that is no text */
function texts(input: string | readonly string[], what: string): readonly string[] {
  if (typeof input === "string") return [input];
  const issues: ValidationIssue[] = [];
  if (!Array.isArray(input)) {
    issues.push({ path: [], message: `expected a ${what} or a list of ${what}s; got ${shown(input)}` });
  } else if (input.length === 0) {
    issues.push({ path: [], message: `expected at least one ${what}; the list is empty` });
  } else {
    for (const [index, text] of (input as readonly unknown[]).entries()) {
      if (typeof text !== "string") {
        issues.push({ path: [index], message: `${what} ${index + 1} is no text; got ${shown(text)}` });
      }
    }
  }
  if (issues.length > 0) throw new ValidationError("BlazingText input", issues, "INVALID_INPUT");
  return input;
}

function readVector(answer: unknown): WordVector | string {
  const { word, vector } = (answer ?? {}) as { readonly word?: unknown; readonly vector?: unknown };
  if (typeof word === "string" && Array.isArray(vector) && vector.every((value) => typeof value === "number")) {
    return { word, vector };
  }
  return 'expected an object with "word" and the list "vector"; for a classifier use predict()';
}
