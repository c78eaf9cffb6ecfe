import { ValidationError } from "../../errors/index.js";
import type { TransformInput } from "../../inputs/index.js";
import type { TransformJob } from "../../jobs/index.js";
import type { CallOptions } from "../../session/index.js";
import { outputFiles, Transformer, type TransformerOptions, type TransformOptions } from "../../transformers/index.js";
import { imageClassificationBatch } from "./batch.js";
import { classNameIssues } from "./class-names.js";
import type { ImageLabel } from "./labels.js";

/**
 * Options of {@link ImageClassificationTransformer}: those of a {@link Transformer}, and the names of the classes.
 *
 * @public
 */
export interface ImageClassificationTransformerOptions extends TransformerOptions {
  /** Names of the classes in the order of their numbers. @defaultValue the numbers as texts */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * What the model thinks of one image of a batch.
 *
 * @public
 */
export interface ImageClassificationBatchResult {
  /** Name of the image without folders, for example `three.png`. */
  readonly fileName: string;
  /** S3 URI of the image. */
  readonly input: string;
  /** All classes, most likely first; undefined when the job wrote no answer, as for a file that is no image. */
  readonly labels: readonly ImageLabel[] | undefined;
}

/** Largest image of a request; the container's own setting. */
const MAX_PAYLOAD_MB = 6;

/**
 * Runs an ImageClassification model over image files: {@link Transformer} with the settings that ImageClassification needs.
 *
 * @remarks
 * Every PNG or JPEG file below the input is one request (content type `application/x-image`, not split, strategy
 * `SingleRecord`, at most 6 MB) and gets one output, `<name>.png.out`. The settings can be set to something else.
 * End the input's URI with a slash: one file that is no image fails the job, although all others are answered.
 *
 * @public
 */
export class ImageClassificationTransformer extends Transformer {
  readonly classNames: readonly string[] | undefined;

  /** @throws {@link ValidationError} `INVALID_OPTIONS` with every fault */
  constructor(options: ImageClassificationTransformerOptions) {
    const { classNames, ...own } = options;
    const issues = classNames === undefined ? [] : classNameIssues(classNames, undefined);
    if (issues.length > 0) throw new ValidationError("ImageClassificationTransformer", issues);
    super({
      ...own,
      strategy: own.strategy ?? "SingleRecord",
      maxPayloadMb: own.maxPayloadMb ?? MAX_PAYLOAD_MB,
    });
    this.classNames = classNames && Object.freeze([...classNames]);
  }

  /** As {@link Transformer.toRequest}, with content type `application/x-image` and not split unless told otherwise. */
  override toRequest(
    ...[data, options = {}]: Parameters<Transformer["toRequest"]>
  ): ReturnType<Transformer["toRequest"]> {
    return super.toRequest(data, withDefaults(data, options));
  }

  /**
   * The answers of a job, image by image in the order of their keys.
   *
   * @remarks Lists input and output of the job, then reads one output at a time as they are consumed.
   *
   * @throws {@link FormatError} for an output that is no answer of a classifier of so many classes
   * @throws {@link ValidationError} `INVALID_OPTIONS` when there is no job
   */
  async *results(
    options: CallOptions & {
      /** The job to read. @defaultValue `latestTransformJob` */
      readonly job?: TransformJob | undefined;
    } = {},
  ): AsyncGenerator<ImageClassificationBatchResult, void, void> {
    const { job = this.latestTransformJob, signal } = options;
    if (job === undefined) {
      const message = "results() needs a job; start one with transform()";
      throw new ValidationError("ImageClassificationTransformer", [{ path: [], message }]);
    }
    for (const { input, output, exists } of await outputFiles(job, { signal })) {
      const bytes = exists ? await this.session.readS3Bytes(output, { signal }) : undefined;
      const labels = bytes && (await imageClassificationBatch.decode(bytes, { classNames: this.classNames, signal }));
      yield { fileName: imageClassificationBatch.imageName(output), input, labels };
    }
  }
}

/** A TransformInput says itself how it is to be read. */
function withDefaults(data: string | TransformInput, options: TransformOptions): TransformOptions {
  if (typeof data !== "string") return options;
  return {
    ...options,
    contentType: options.contentType ?? imageClassificationBatch.contentType,
    splitType: options.splitType ?? "None",
  };
}
