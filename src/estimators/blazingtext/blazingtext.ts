import { UnsupportedError } from "../../errors/index.js";
import type { ChannelInput } from "../../inputs/index.js";
import type { TrainingJobResult } from "../../jobs/index.js";
import type { EndpointOptions } from "../../models/index.js";
import { AlgorithmEstimator, type AlgorithmEstimatorOptions } from "../algorithm-estimator.js";
import type { AttachOptions } from "../attach.js";
import type { EstimatorModelOptions, EstimatorTransformerOptions } from "../estimator-base.js";
import { multiGpuTrainingInstances } from "../instance-types.js";
import { withChanges, withInstance } from "../with-changes.js";
import { type BlazingTextInstanceType, blazingTextAlgorithm } from "./algorithm.js";
import type { BlazingTextHyperparameters, BlazingTextMode } from "./hyperparameters.js";
import { BlazingTextPredictor } from "./predictor.js";
import { BlazingTextTransformer } from "./transformer.js";
import type { BlazingTextTuning } from "./tuning.js";

type InstanceOptions<M extends BlazingTextMode> =
  | {
      /** Type of the instances; which are legal depends on the mode. */
      readonly instanceType: BlazingTextInstanceType<M>;
      readonly unlistedInstanceType?: undefined;
    }
  | {
      readonly instanceType?: undefined;
      /** Instead of `instanceType`: a type that this library does not list for the mode, for example a newer one. */
      readonly unlistedInstanceType: string;
    };

interface CommonOptions<M extends BlazingTextMode>
  extends Omit<
    AlgorithmEstimatorOptions,
    "hyperparameters" | "instanceType" | "instanceCount" | "unlistedInstanceType"
  > {
  /**
   * Instances that train together; more than one with mode `batch_skipgram` only.
   *
   * @defaultValue 1
   */
  readonly instanceCount?: (M extends "batch_skipgram" ? number : 1) | undefined;
}

/**
 * Options of {@link BlazingText}. The mode decides which hyperparameters, instance types and channels the compiler accepts.
 *
 * @public
 */
export type BlazingTextOptions<M extends BlazingTextMode = BlazingTextMode> = CommonOptions<M> &
  InstanceOptions<M> & {
    /** What to learn and how. Only the keys that are set are sent. */
    readonly hyperparameters: { readonly mode: M } & BlazingTextHyperparameters<M>;
  };

/**
 * What {@link BlazingText.with} changes.
 *
 * @public
 */
export type BlazingTextChanges<M extends BlazingTextMode = BlazingTextMode> = Partial<CommonOptions<M>> &
  (InstanceOptions<M> | { readonly instanceType?: undefined; readonly unlistedInstanceType?: undefined }) & {
    /** Replaced one by one; `undefined` removes one. */
    readonly hyperparameters?: Partial<BlazingTextHyperparameters<M>> | undefined;
  };

/**
 * Data of a BlazingText job: one input for the channel `train`, or inputs by channel. `validation` exists in mode
 * `supervised` only, and is required with `early_stopping`.
 *
 * @remarks One file per channel. Supervised: a sentence per line, UTF-8, tokens separated by blanks, each label a token that
 * starts with `__label__`. Word vectors: a sentence per line, no labels.
 *
 * @public
 */
export type BlazingTextInputs<M extends BlazingTextMode = BlazingTextMode> =
  | ChannelInput
  | (M extends "supervised"
      ? { readonly train: ChannelInput; readonly validation?: ChannelInput | undefined }
      : { readonly train: ChannelInput });

/**
 * Options of {@link BlazingText.deploy}: those of an endpoint, and how to make its model.
 *
 * @public
 */
export interface BlazingTextDeployOptions extends EndpointOptions, EstimatorModelOptions {
  /** Environment of the serving container. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * The numbers that BlazingText reports at the end of a job; each only when its mode and channels produce it.
 *
 * @public
 */
export interface BlazingTextResults {
  /** Share of the training lines classified rightly, 0 to 1. Mode `supervised`. */
  readonly trainAccuracy: number | undefined;
  /** Share of the validation lines classified rightly, 0 to 1. Mode `supervised` with the channel `validation`. */
  readonly validationAccuracy: number | undefined;
  /** Mean rank correlation with the WordSimilarity-353 test, -1 to 1. The other modes, with `evaluation`. */
  readonly meanRho: number | undefined;
}

/**
 * BlazingText: fast text classification (`supervised`) and word vectors (`batch_skipgram`, `skipgram`, `cbow`).
 *
 * @remarks
 * Construction sends nothing and checks everything that needs no data: hyperparameters, and how mode, instance type and
 * instance count fit together. `fit` checks the channels before it creates the job.
 *
 * Hyperparameters that are not set are not sent; the service's defaults are in {@link blazingTextDefaults}.
 *
 * @example
 * ```ts
 * const estimator = new BlazingText({
 *   instanceType: "ml.c5.xlarge",
 *   hyperparameters: { mode: "supervised", min_count: 2 },
 * });
 * const job = await estimator.fit({ train: "s3://bucket/train.txt", validation: "s3://bucket/validation.txt" });
 * const { validationAccuracy } = await job.result();
 * ```
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext.html
 * @public
 */
export class BlazingText<M extends BlazingTextMode = BlazingTextMode> extends AlgorithmEstimator<
  BlazingTextOptions<M>,
  BlazingTextInputs<M>,
  BlazingTextResults,
  BlazingTextTuning<M>
> {
  /**
   * @throws {@link ValidationError} with every fault: `INVALID_HYPERPARAMETERS` when hyperparameters are among them, else
   * `INVALID_OPTIONS`
   */
  constructor(options: BlazingTextOptions<M>) {
    super(blazingTextAlgorithm, options, readResults);
  }

  /**
   * The estimator of a BlazingText job that exists, running or ended, with typed hyperparameters.
   *
   * @remarks One DescribeTrainingJob and one ListTags call; it does not wait for the job.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` when the job's image is not BlazingText's
   */
  static async attach(jobName: string, options: AttachOptions = {}): Promise<BlazingText> {
    const restored = await AlgorithmEstimator.attachedOptions(blazingTextAlgorithm, jobName, options);
    return new BlazingText(restored as BlazingTextOptions);
  }

  /**
   * Puts the model of the latest job behind an endpoint, and waits until it is in service.
   *
   * @remarks As `Model.deploy`, which also says what is deleted when it fails. The endpoint bills until it is deleted:
   * `await using` the predictor, or call its `deleteEndpoint()`.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` for word vectors trained on several GPUs, which cannot be served
   * @throws {@link JobError} `JOB_NOT_FINISHED` while the job runs; as `Model.deploy` otherwise
   */
  async deploy(options: BlazingTextDeployOptions): Promise<BlazingTextPredictor> {
    const { hyperparameters, instanceType } = this.options;
    if (hyperparameters.mode !== "supervised" && multiGpuTrainingInstances().some((type) => type === instanceType)) {
      throw new UnsupportedError(
        `word vectors trained on several GPUs (${instanceType}) are written as vectors.txt only, which no endpoint can serve; train on a CPU or one GPU [BT-06]`,
        "UNSUPPORTED_OPERATION",
      );
    }
    const { model, own } = await this.modelToDeploy(options);
    return model.deploy({ ...own, predictor: (given) => new BlazingTextPredictor(given) });
  }

  /**
   * A transformer for files of JSON Lines, with the settings that BlazingText needs; see {@link BlazingTextTransformer}.
   *
   * @remarks Sends nothing: the model is looked up and created when the first transform starts.
   */
  override transformer(options: EstimatorTransformerOptions): BlazingTextTransformer {
    return new BlazingTextTransformer(this.transformerOptions(options));
  }

  /** A new estimator with some options replaced; the mode stays. */
  with(changes: BlazingTextChanges<M>): BlazingText<M> {
    return new BlazingText<M>(withChanges(this.options, withInstance(changes) as Partial<BlazingTextOptions<M>>));
  }
}

function readResults({ metrics }: TrainingJobResult): BlazingTextResults {
  const value = (name: string): number | undefined => metrics.find((metric) => metric.name === name)?.value;
  return {
    trainAccuracy: value("train:accuracy"),
    validationAccuracy: value("validation:accuracy"),
    meanRho: value("train:mean_rho"),
  };
}
