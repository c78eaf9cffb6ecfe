import { FormatError } from "../../errors/index.js";
import { type ByteSource, readJsonLines } from "../../formats/index.js";
import { type ImageLabel, readImageLabels } from "./labels.js";

/**
 * Options of {@link imageClassificationBatch}.
 *
 * @public
 */
export interface ImageClassificationBatchOptions {
  /** Names of the classes in the order of their numbers. @defaultValue the numbers as texts */
  readonly classNames?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Files of a batch transform with an ImageClassification model.
 *
 * @public
 */
export interface ImageClassificationBatch {
  /** Content type of the input: PNG and JPEG files, one image each. */
  readonly contentType: "application/x-image";
  /**
   * Name of the image that an output belongs to: without folders and without `.out`.
   *
   * @param output - path, key or S3 URI of the output
   */
  imageName(output: string): string;
  /**
   * Reads the output for one image (`<name>.png.out`).
   *
   * @param source - path of the file, bytes, `{ text }` or a stream of bytes
   * @returns all classes, most likely first
   * @throws {@link FormatError} naming the file that is no answer of a classifier of so many classes
   */
  decode(source: ByteSource, options?: ImageClassificationBatchOptions): Promise<ImageLabel[]>;
}

/**
 * Files of a batch transform with an ImageClassification model. {@link ImageClassificationTransformer.results} reads those
 * of a whole job.
 *
 * @example
 * ```ts
 * const [first] = await imageClassificationBatch.decode("three.png.out", { classNames });
 * ```
 * @public
 */
export const imageClassificationBatch: ImageClassificationBatch = Object.freeze({
  contentType: "application/x-image",
  imageName: (output) => output.slice(output.lastIndexOf("/") + 1).replace(/\.out$/u, ""),
  decode,
} satisfies ImageClassificationBatch);

async function decode(source: ByteSource, options: ImageClassificationBatchOptions = {}): Promise<ImageLabel[]> {
  const { classNames, signal } = options;
  const parse = (value: unknown): ImageLabel[] => {
    const labels = readImageLabels(value, classNames);
    // The reader adds file, line and byte offset.
    if (typeof labels === "string") throw new Error(labels);
    return labels;
  };
  const answers = await readJsonLines(source, { parse, signal }).toArray();
  const [labels] = answers;
  if (labels !== undefined && answers.length === 1) return labels;
  throw new FormatError(`expected the answer for one image, got ${answers.length}`, {
    code: "FORMAT_CORRUPT_INPUT",
    format: "ImageClassification batch output",
    ...(typeof source === "string" && { source }),
  });
}
