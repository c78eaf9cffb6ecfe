import { DecodeError, EndpointError, ValidationError, type ValidationIssue } from "../../errors/index.js";
import { enumIssues } from "../../internal/checks.js";
import { shown } from "../../internal/options.js";
import type { PredictOptions } from "../../predictors/index.js";
import { IdentitySerializer } from "../../serializers/index.js";
import { AlgorithmPredictor, type AlgorithmPredictorOptions } from "../algorithm-predictor.js";
import { classNameIssues } from "./class-names.js";
import { type ImageLabel, readImageLabels } from "./labels.js";

/**
 * Content types of images that an endpoint takes. `application/x-image` stands for either of the others.
 *
 * @public
 */
export type ImageContentType = "application/x-image" | "image/png" | "image/jpeg";

/**
 * Options of {@link ImageClassificationPredictor}: those of a {@link Predictor}, without the formats, which are fixed.
 *
 * @public
 */
export interface ImageClassificationPredictorOptions extends AlgorithmPredictorOptions {
  /**
   * Names of the classes in the order of their numbers.
   *
   * @defaultValue the numbers as texts
   */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Options of {@link ImageClassificationPredictor.predict}.
 *
 * @public
 */
export interface ImageClassificationPredictOptions extends Omit<PredictOptions, "contentType" | "accept"> {
  /** @defaultValue "application/x-image" */
  readonly contentType?: ImageContentType | undefined;
  /** Form of the answer on the wire; what `predict` gives is the same. @defaultValue "application/json" */
  readonly accept?: "application/json" | "application/jsonlines" | undefined;
}

const CONTENT_TYPES = ["application/x-image", "image/png", "image/jpeg"] as const;
const ACCEPTS = ["application/json", "application/jsonlines"] as const;

/** What the service takes in one request. */
const MAX_PAYLOAD_BYTES = 6_291_456;

/**
 * Asks an endpoint that serves an ImageClassification model.
 *
 * @remarks
 * The endpoint scales every image to `image_shape` without keeping its proportions, while the training crops: prepare
 * images that are not of that shape the way the training saw them.
 *
 * A predictor that `deploy()` returned deletes the endpoint, its configuration and its model at the end of an `await using`
 * block; any other leaves them alone.
 *
 * @example
 * ```ts
 * const predictor = new ImageClassificationPredictor({ endpointName: "digits", classNames: ["zero", "one", "two"] });
 * const [first] = await predictor.predict(await readFile("two.png"));
 * console.log(first?.label, first?.probability);
 * ```
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/image-classification.html
 * @public
 */
export class ImageClassificationPredictor extends AlgorithmPredictor<Uint8Array> {
  /** Names of the classes in the order of their numbers; undefined when they are not known. */
  readonly classNames: readonly string[] | undefined;
  readonly #maxPayloadBytes: number;

  /** @throws {@link ValidationError} `INVALID_OPTIONS` when an option is unknown or unusable */
  constructor(options: ImageClassificationPredictorOptions) {
    const { classNames, ...own } = options;
    const issues = classNames === undefined ? [] : classNameIssues(classNames, undefined);
    if (issues.length > 0) throw new ValidationError("ImageClassificationPredictor", issues);
    super(own, new IdentitySerializer({ contentType: "application/x-image" }));
    this.classNames = classNames && Object.freeze([...classNames]);
    this.#maxPayloadBytes = options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES;
  }

  /**
   * Classifies one image.
   *
   * @param image - the bytes of a PNG or JPEG file, at most 6 MiB; one image is one request
   * @returns all classes, most likely first. With a model of `multi_label: 1` the probabilities are independent of one
   * another; see {@link labelsAbove}
   * @throws {@link ValidationError} `INVALID_INPUT` for anything but a PNG or JPEG file, before it is sent
   * @throws {@link EndpointError} `PAYLOAD_TOO_LARGE` before it is sent, `MODEL_ERROR` when the model failed, and as
   * {@link Predictor.predict}
   * @throws {@link DecodeError} `DECODE_FAILED` when the answer is not that of a classifier of so many classes
   */
  async predict(image: Uint8Array, options: ImageClassificationPredictOptions = {}): Promise<ImageLabel[]> {
    const { contentType, accept } = options;
    const optionIssues = [
      ...enumIssues(contentType, CONTENT_TYPES, "contentType"),
      ...enumIssues(accept, ACCEPTS, "accept"),
    ];
    if (optionIssues.length > 0) throw new ValidationError("predict", optionIssues);
    const imageIssues = faultsOf(image, contentType);
    if (imageIssues.length > 0) throw new ValidationError("image", imageIssues, "INVALID_INPUT");
    if (image.byteLength > this.#maxPayloadBytes) {
      throw new EndpointError(
        `the image has ${image.byteLength} bytes, and the endpoint takes at most ${this.#maxPayloadBytes}. ` +
          "Send it smaller: the model scales it to its image_shape anyway.",
        { code: "PAYLOAD_TOO_LARGE", endpointName: this.endpointName },
      );
    }
    const answer = await this.ask(image, options);
    const labels = readImageLabels(answer.value, this.classNames);
    if (typeof labels === "string") throw new DecodeError(labels, answer);
    return labels;
  }
}

/** Faults of an image that show without decoding it. */
function faultsOf(image: unknown, contentType: ImageContentType | undefined): ValidationIssue[] {
  const fault = (message: string): ValidationIssue[] => [{ path: [], message }];
  if (!(image instanceof Uint8Array)) {
    return fault(
      `expected the bytes of a PNG or JPEG file, for example from readFile(path); got ${Array.isArray(image) ? "a list; ask once for each image" : shown(image)}`,
    );
  }
  if (image.byteLength === 0) return fault("the image is empty");
  const found = imageType(image);
  if (found === undefined) {
    const start = Buffer.from(image.buffer, image.byteOffset, Math.min(8, image.byteLength)).toString("hex");
    return fault(`the bytes are neither PNG (89504e47...) nor JPEG (ffd8ff...); they start with ${start}`);
  }
  if (contentType !== undefined && contentType !== "application/x-image" && contentType !== found) {
    return fault(`the bytes are ${found}, but contentType is "${contentType}"`);
  }
  return [];
}

/** The kind of image by its first bytes. */
function imageType(bytes: Uint8Array): "image/png" | "image/jpeg" | undefined {
  const startsWith = (...start: number[]): boolean => start.every((byte, index) => bytes[index] === byte);
  if (startsWith(0x89, 0x50, 0x4e, 0x47)) return "image/png";
  return startsWith(0xff, 0xd8, 0xff) ? "image/jpeg" : undefined;
}
