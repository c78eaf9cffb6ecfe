import { TrainingInput } from "../../inputs/index.js";
import { checkKnownKeys } from "../../internal/options.js";

/**
 * Options of {@link imageManifest}.
 *
 * @public
 */
export interface ImageManifestOptions {
  /** Attribute that holds the label: a class number, or with `multi_label` a list. */
  readonly labelAttribute: string;
  /**
   * Attribute that holds the S3 URI of the image; its name ends in `-ref`.
   *
   * @defaultValue "source-ref"
   */
  readonly imageAttribute?: string | undefined;
  /**
   * How `multi_label` labels are written: a zero or one for each class, or the numbers of the classes as SageMaker Ground
   * Truth writes them. Without a value the container takes them for `multi-hot`.
   */
  readonly labelFormat?: "multi-hot" | "class-id" | undefined;
  /** Shuffles the lines before each epoch; the service reads them in file order otherwise. */
  readonly shuffleSeed?: number | undefined;
}

/**
 * An augmented manifest of images as a channel, with the settings that it needs: `Pipe` mode, image and label in this
 * order, each as a RecordIO record, content type `application/x-recordio`.
 *
 * @param s3Uri - the manifest: JSON Lines such as `{"source-ref": "s3://bucket/a.jpg", "class": 0}`
 * @throws {@link ValidationError} `INVALID_OPTIONS` as {@link TrainingInput}
 * @example
 * ```ts
 * await estimator.fit({
 *   train: imageManifest("s3://bucket/train.manifest", { labelAttribute: "class" }),
 *   validation: imageManifest("s3://bucket/validation.manifest", { labelAttribute: "class" }),
 * });
 * ```
 * @public
 */
export function imageManifest(s3Uri: string, options: ImageManifestOptions): TrainingInput {
  checkKnownKeys(options, ["labelAttribute", "imageAttribute", "labelFormat", "shuffleSeed"], "imageManifest");
  const { labelAttribute, imageAttribute = "source-ref", labelFormat, shuffleSeed } = options;
  return new TrainingInput(s3Uri, {
    s3DataType: "AugmentedManifestFile",
    attributeNames: [imageAttribute, labelAttribute],
    inputMode: "Pipe",
    recordWrapping: "RecordIO",
    contentType: `application/x-recordio${labelFormat === undefined ? "" : `; label-format=${labelFormat}`}`,
    shuffleConfig: shuffleSeed === undefined ? undefined : { seed: shuffleSeed },
  });
}
