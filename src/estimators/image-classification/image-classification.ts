import { ValidationError } from "../../errors/index.js";
import type { ChannelInput } from "../../inputs/index.js";
import type { CreateTrainingJobRequest, TrainingJobResult } from "../../jobs/index.js";
import type { EndpointOptions } from "../../models/index.js";
import { type CallOptions, Session } from "../../session/index.js";
import { AlgorithmEstimator, type AlgorithmEstimatorOptions } from "../algorithm-estimator.js";
import type { AttachOptions } from "../attach.js";
import type { EstimatorModelOptions, EstimatorTransformerOptions } from "../estimator-base.js";
import { withChanges, withInstance } from "../with-changes.js";
import { imageClassificationAlgorithm } from "./algorithm.js";
import { loadClassNames, storeClassNames } from "./class-name-file.js";
import { deriveImageClassification, type ImageClassificationData } from "./derive.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";
import type { ImageClassificationInstanceType } from "./instances.js";
import { ImageClassificationPredictor } from "./predictor.js";
import { ImageClassificationTransformer } from "./transformer.js";
import type { ImageClassificationTuning } from "./tuning.js";

type InstanceOptions =
  | {
      /** Type of the instances: a GPU type of the families P2, P3, G4dn and G5. */
      readonly instanceType: ImageClassificationInstanceType;
      readonly unlistedInstanceType?: undefined;
    }
  | {
      readonly instanceType?: undefined;
      /** Instead of `instanceType`: a type that this library does not list for the algorithm, for example a newer one. */
      readonly unlistedInstanceType: string;
    };

/** Weights from ImageNet fit only the networks and the image shape that they were trained with. */
type StartingPoint =
  | { readonly use_pretrained_model?: 0 | undefined }
  | {
      readonly use_pretrained_model: 1;
      readonly num_layers?: 18 | 34 | 50 | 101 | 152 | 200 | undefined;
      readonly image_shape?: "3,224,224" | undefined;
    };

interface CommonOptions
  extends Omit<
    AlgorithmEstimatorOptions,
    "hyperparameters" | "instanceType" | "unlistedInstanceType" | "inputMode" | "modelChannelName"
  > {
  /**
   * Names of the classes in the order of their numbers. Predictions carry them, and `num_classes` follows from them when it
   * is not set.
   *
   * @remarks `fit` stores them as `class-names.json` beside the folder of the model, `<outputPath>/<job>/`, where `attach`
   * finds them.
   */
  readonly classNames?: readonly string[] | undefined;
  /**
   * How data reaches the container: copied before the start, or streamed. Images with lists need `File`, augmented manifests
   * say `Pipe` themselves.
   *
   * @defaultValue "File"
   */
  readonly inputMode?: "File" | "Pipe" | undefined;
}

/**
 * Options of {@link ImageClassification}.
 *
 * @public
 */
export type ImageClassificationOptions = CommonOptions &
  InstanceOptions & {
    /**
     * What to learn and how. Only the keys that are set are sent. `num_classes` and `num_training_samples` may be left out
     * until {@link ImageClassification.withData} derives them; `fit` refuses to start without them.
     */
    readonly hyperparameters: ImageClassificationDraft & StartingPoint;
  };

/**
 * What {@link ImageClassification.with} changes.
 *
 * @public
 */
export type ImageClassificationChanges = Partial<CommonOptions> &
  (InstanceOptions | { readonly instanceType?: undefined; readonly unlistedInstanceType?: undefined }) & {
    /** Replaced one by one; `undefined` removes one. */
    readonly hyperparameters?: ImageClassificationDraft | undefined;
  };

interface EarlierModel {
  /**
   * `model.tar.gz` of an earlier ImageClassification job with the same `num_layers`, `image_shape` and `num_classes`, to go
   * on from. The option `modelUri` does the same.
   */
  readonly model?: ChannelInput | undefined;
}

/**
 * Data as RecordIO files (`.rec`, one per channel), or as augmented manifests: see {@link imageManifest}.
 *
 * @public
 */
export interface ImageClassificationRecordInputs extends EarlierModel {
  readonly train: ChannelInput;
  readonly validation: ChannelInput;
  readonly train_lst?: undefined;
  readonly validation_lst?: undefined;
}

/**
 * Data as image files with lists. The lists name the images relative to the channel's URI, which should end with a slash.
 *
 * @public
 */
export interface ImageClassificationImageInputs extends EarlierModel {
  /** PNG and JPEG files to learn from. */
  readonly train: ChannelInput;
  /** PNG and JPEG files to test with, under another prefix. */
  readonly validation: ChannelInput;
  /** One `.lst` file: `index`, `class number`, `relative/path`, separated by tabs. */
  readonly train_lst: ChannelInput;
  /** One `.lst` file for the channel `validation`. */
  readonly validation_lst: ChannelInput;
}

/**
 * Data of an ImageClassification job by channel. The channels of lists decide: with them `train` and `validation` are image
 * files, without them RecordIO files or augmented manifests.
 *
 * @public
 */
export type ImageClassificationInputs = ImageClassificationRecordInputs | ImageClassificationImageInputs;

/**
 * Options of {@link ImageClassification.attach}.
 *
 * @public
 */
export interface ImageClassificationAttachOptions extends Omit<AttachOptions, "modelChannelName"> {
  /** Names of the classes instead of those that were stored with the job. */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Options of {@link ImageClassification.deploy}: those of an endpoint, and how to make its model.
 *
 * @public
 */
export interface ImageClassificationDeployOptions extends EndpointOptions, EstimatorModelOptions {
  /** Environment of the serving container. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * The numbers that ImageClassification reports at the end of a job.
 *
 * @public
 */
export interface ImageClassificationResults {
  /** Share of the training images classified rightly in the last epoch, 0 to 1. */
  readonly trainAccuracy: number | undefined;
  /** Share of the validation images classified rightly in the last epoch, 0 to 1. */
  readonly validationAccuracy: number | undefined;
  /**
   * The best {@link ImageClassificationResults.validationAccuracy} of all epochs, which is the one of the saved model unless
   * `checkpoint_frequency` is set; undefined when the log was not read.
   */
  readonly bestValidationAccuracy: number | undefined;
}

/**
 * ImageClassification: a ResNet that learns which of several classes an image shows, or with `multi_label` which ones.
 *
 * @remarks
 * Construction sends nothing and checks everything that needs no data: hyperparameters and instances. `fit` checks the
 * channels before it creates the job.
 *
 * Hyperparameters that are not set are not sent; the service's defaults are in {@link imageClassificationDefaults}.
 *
 * @example
 * ```ts
 * const estimator = new ImageClassification({
 *   instanceType: "ml.g4dn.xlarge",
 *   hyperparameters: { num_layers: 18, image_shape: "1,28,28", epochs: 5 },
 * }).withData({ trainingImages: 480, classNames: ["zero", "one", "two"] });
 * const job = await estimator.fit({ train, validation, train_lst, validation_lst });
 * const { validationAccuracy } = await job.result();
 * ```
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/image-classification.html
 * @public
 */
export class ImageClassification extends AlgorithmEstimator<
  ImageClassificationOptions,
  ImageClassificationInputs,
  ImageClassificationResults,
  ImageClassificationTuning
> {
  /**
   * @throws {@link ValidationError} with every fault: `INVALID_HYPERPARAMETERS` when hyperparameters are among them, else
   * `INVALID_OPTIONS`
   */
  constructor(options: ImageClassificationOptions) {
    super(imageClassificationAlgorithm, withClassCount(options), readResults);
  }

  /**
   * The estimator of an ImageClassification job that exists, running or ended, with typed hyperparameters and class names.
   *
   * @remarks One DescribeTrainingJob and one ListTags call, and one GetObject for the class names, unless they are given; it
   * does not wait for the job.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` when the job's image is not ImageClassification's
   */
  static async attach(jobName: string, options: ImageClassificationAttachOptions = {}): Promise<ImageClassification> {
    const { classNames, ...attach } = options;
    const session = options.session ?? new Session();
    const restored = await AlgorithmEstimator.attachedOptions(imageClassificationAlgorithm, jobName, {
      ...attach,
      session,
    });
    const { outputPath } = restored;
    const { num_classes: classes } = restored.hyperparameters as ImageClassificationDraft;
    const stored =
      outputPath === undefined || classNames !== undefined
        ? undefined
        : await loadClassNames(session, { jobName, outputPath, classes }, options);
    const names = classNames ?? stored;
    return new ImageClassification({
      ...(restored as ImageClassificationOptions),
      ...(names !== undefined && { classNames: names }),
    });
  }

  /**
   * A new estimator that knows its data: `num_classes`, `num_training_samples` and the class names are filled in where they
   * are not set, and the data is compared with the hyperparameters.
   *
   * @remarks Reads nothing: count the images yourself, or take what a preflight of the data found. What was set stays; a
   * number of samples that differs is a warning for the session's logger.
   *
   * @throws {@link ValidationError} `INVALID_HYPERPARAMETERS` with everything that would fail the job or ruin the model, see
   * {@link deriveImageClassification}; `INVALID_INPUT` when the counts are no counts
   */
  withData(data: ImageClassificationData): ImageClassification {
    const { num_classes, num_training_samples, classNames, findings } = deriveImageClassification(
      data,
      this.options.hyperparameters,
    );
    const errors = findings.filter(({ severity }) => severity === "error");
    if (errors.length > 0) {
      const issues = errors.map(({ message, fix, code, place: { field, channel } }) => ({
        path: field === undefined ? ["channels", channel ?? ""] : ["hyperparameters", field],
        message: `${message}; ${fix} [${code}]`,
      }));
      throw new ValidationError("ImageClassification data", issues, "INVALID_HYPERPARAMETERS");
    }
    for (const { message, fix, code } of findings) this.session.logger?.warn(`${message}; ${fix} [${code}].`);
    return this.with({
      classNames: classNames ?? this.options.classNames,
      hyperparameters: { num_classes, num_training_samples },
    });
  }

  /**
   * Puts the model of the latest job behind an endpoint, and waits until it is in service. The predictor knows the class
   * names.
   *
   * @remarks As `Model.deploy`, which also says what is deleted when it fails. The endpoint bills until it is deleted:
   * `await using` the predictor, or call its `deleteEndpoint()`.
   *
   * @throws {@link JobError} `JOB_NOT_FINISHED` while the job runs; as `Model.deploy` otherwise
   */
  async deploy(options: ImageClassificationDeployOptions): Promise<ImageClassificationPredictor> {
    const { classNames } = this.options;
    const { model, own } = await this.modelToDeploy(options);
    return model.deploy({
      ...own,
      predictor: (given) => new ImageClassificationPredictor({ ...given, classNames }),
    });
  }

  /**
   * A transformer for image files, with the settings that ImageClassification needs; see
   * {@link ImageClassificationTransformer}.
   *
   * @remarks Sends nothing: the model is looked up and created when the first transform starts.
   */
  override transformer(options: EstimatorTransformerOptions): ImageClassificationTransformer {
    return new ImageClassificationTransformer({
      ...this.transformerOptions(options),
      classNames: this.options.classNames,
    });
  }

  /** A new estimator with some options replaced. */
  with(changes: ImageClassificationChanges): ImageClassification {
    return new ImageClassification(
      withChanges(this.options, withInstance(changes) as Partial<ImageClassificationOptions>),
    );
  }

  /** @internal */
  protected override async started(request: CreateTrainingJobRequest, options: CallOptions): Promise<void> {
    const { classNames } = this.options;
    if (classNames !== undefined) await storeClassNames(this.session, request, classNames, options);
  }
}

/** One class per name, when nothing else is said. */
function withClassCount(options: ImageClassificationOptions): ImageClassificationOptions {
  const { classNames, hyperparameters } = options;
  if (!Array.isArray(classNames) || typeof hyperparameters !== "object" || hyperparameters === null) return options;
  if (hyperparameters.num_classes !== undefined) return options;
  return { ...options, hyperparameters: { ...hyperparameters, num_classes: classNames.length } };
}

function readResults({ metrics, metricHistory }: TrainingJobResult): ImageClassificationResults {
  const value = (name: string): number | undefined => metrics.find((metric) => metric.name === name)?.value;
  const history = metricHistory.filter(({ name }) => name === "validation:accuracy");
  return {
    trainAccuracy: value("train:accuracy"),
    validationAccuracy: value("validation:accuracy"),
    bestValidationAccuracy:
      history.length > 0 ? history.reduce((best, metric) => Math.max(best, metric.value), 0) : undefined,
  };
}
