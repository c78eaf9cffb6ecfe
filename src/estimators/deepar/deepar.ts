import { CategoryEncoder } from "../../datasets/index.js";
import { ValidationError } from "../../errors/index.js";
import type { ChannelInput } from "../../inputs/index.js";
import type { CreateTrainingJobRequest, TrainingJobResult } from "../../jobs/index.js";
import type { EndpointOptions } from "../../models/index.js";
import { type CallOptions, Session } from "../../session/index.js";
import { AlgorithmEstimator, type AlgorithmEstimatorOptions } from "../algorithm-estimator.js";
import type { AttachOptions } from "../attach.js";
import type { EstimatorModelOptions, EstimatorTransformerOptions } from "../estimator-base.js";
import { type JobFile, loadJobFile, storeJobFile } from "../job-file.js";
import { withChanges, withInstance } from "../with-changes.js";
import { type DeepARInstanceType, deepARAlgorithm } from "./algorithm.js";
import { type DeepARData, deriveDeepAR } from "./derive.js";
import type { DeepARFinding } from "./finding.js";
import { checkHostingInstance, type DeepARHostingInstanceType } from "./hosting.js";
import type { DeepARHyperparameters } from "./hyperparameters.js";
import { type DeepARModelCard, deepARModelCard, encoderIssues } from "./model-card.js";
import { DeepARPredictor, type DeepARPredictorOptions } from "./predictor.js";
import { DeepARTransformer, type DeepARTransformerOptions } from "./transformer.js";
import type { DeepARTuning } from "./tuning.js";

type InstanceOptions =
  | {
      /** Type of the instances: CPU, or GPU of the families P2, P3, G4dn and G5. */
      readonly instanceType: DeepARInstanceType;
      readonly unlistedInstanceType?: undefined;
    }
  | {
      readonly instanceType?: undefined;
      /** Instead of `instanceType`: a type that this library does not list for DeepAR, for example a newer one. */
      readonly unlistedInstanceType: string;
    };

interface CommonOptions
  extends Omit<
    AlgorithmEstimatorOptions,
    "hyperparameters" | "instanceType" | "unlistedInstanceType" | "inputMode" | "modelUri" | "modelChannelName"
  > {
  /**
   * Codes of the groups that series belong to. Predictors take names of groups then, and `cardinality` follows from it when
   * it is not set.
   *
   * @remarks `fit` stores it as `categories.json` beside the folder of the model, `<outputPath>/<job>/`, where `attach` finds
   * it.
   */
  readonly categoryEncoder?: CategoryEncoder | undefined;
  /** DeepAR reads files only. @defaultValue "File" */
  readonly inputMode?: "File" | undefined;
}

/**
 * Options of {@link DeepAR}.
 *
 * @public
 */
export type DeepAROptions = CommonOptions &
  InstanceOptions & {
    /** What to learn and how. Only the keys that are set are sent. */
    readonly hyperparameters: DeepARHyperparameters;
  };

/**
 * What {@link DeepAR.with} changes.
 *
 * @public
 */
export type DeepARChanges = Partial<CommonOptions> &
  (InstanceOptions | { readonly instanceType?: undefined; readonly unlistedInstanceType?: undefined }) & {
    /** Replaced one by one; `undefined` removes one. */
    readonly hyperparameters?: Partial<DeepARHyperparameters> | undefined;
  };

/**
 * Data of a DeepAR job: one input for the channel `train`, or inputs by channel.
 *
 * @remarks
 * A channel is one file or a folder of files: JSON Lines, the same compressed with gzip, or Parquet. The content type is set
 * by the ending of the file, also for `.jsonl`; below a folder the service goes by `.json`, `.json.gz` and `.parquet`
 * itself, so other endings need `new TrainingInput(uri, { contentType: "json" })`.
 *
 * The usual test series are the whole ones, and the training series are without their last `prediction_length` points: see
 * `splitForecast`.
 *
 * @public
 */
export type DeepARInputs = ChannelInput | { readonly train: ChannelInput; readonly test?: ChannelInput | undefined };

/**
 * Options of {@link DeepAR.attach}.
 *
 * @public
 */
export interface DeepARAttachOptions extends Omit<AttachOptions, "modelChannelName"> {
  /** Codes of the groups instead of those that were stored with the job. */
  readonly categoryEncoder?: CategoryEncoder | undefined;
}

/**
 * Options of {@link DeepAR.deploy}: those of an endpoint, how to make its model, and how the predictor sends series.
 *
 * @public
 */
export interface DeepARDeployOptions
  extends Omit<EndpointOptions, "instanceType">,
    EstimatorModelOptions,
    Pick<DeepARPredictorOptions, "maxSeriesPerRequest" | "concurrency"> {
  /** A CPU type, for example `ml.m5.large`; needed unless `serverless` is given. */
  readonly instanceType?: DeepARHostingInstanceType | undefined;
  /** Environment of the serving container, for example `MODEL_SERVER_WORKERS`; one worker per vCPU otherwise. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * Options of {@link DeepAR.transformer}.
 *
 * @public
 */
export interface DeepAREstimatorTransformerOptions
  extends Omit<EstimatorTransformerOptions, "strategy" | "assembleWith" | "instanceType">,
    Pick<DeepARTransformerOptions, "instanceType" | "inference"> {}

/**
 * The numbers that DeepAR reports at the end of a job.
 *
 * @public
 */
export interface DeepARResults {
  /** Loss of the best epoch, whose model is kept: mean negative log likelihood of a point. */
  readonly finalLoss: number | undefined;
  /** Root of the mean squared error of the mean forecast, in the units of the values. With the channel `test`. */
  readonly testRmse: number | undefined;
  /** Mean of the weighted losses of `test_quantiles`. With the channel `test`. */
  readonly testMeanWeightedQuantileLoss: number | undefined;
  /** Training loss of each epoch in the log, in its order; empty when the log was not read. */
  readonly epochLosses: readonly number[];
}

const categoryFile: JobFile = { name: "categories.json", what: "categories" };

/**
 * DeepAR: a recurrent network that learns from many related time series and forecasts each of them with its uncertainty.
 *
 * @remarks
 * Construction sends nothing and checks everything that needs no data: hyperparameters and instances. `fit` checks the
 * channels before it creates the job.
 *
 * Hyperparameters that are not set are not sent; the service's defaults are in {@link deepARDefaults}.
 *
 * @example
 * ```ts
 * const estimator = new DeepAR({
 *   instanceType: "ml.c5.2xlarge",
 *   hyperparameters: { time_freq: "H", prediction_length: 24, context_length: 24, epochs: 50 },
 * });
 * const job = await estimator.fit({ train: "s3://bucket/train.json", test: "s3://bucket/test.json" });
 * await using predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
 * const forecast = await predictor.forecast(series, { quantiles: [0.1, 0.5, 0.9] });
 * ```
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar.html
 * @public
 */
export class DeepAR extends AlgorithmEstimator<DeepAROptions, DeepARInputs, DeepARResults, DeepARTuning> {
  /**
   * @throws {@link ValidationError} with every fault: `INVALID_HYPERPARAMETERS` when hyperparameters are among them, else
   * `INVALID_OPTIONS`
   */
  constructor(options: DeepAROptions) {
    super(deepARAlgorithm, withCardinality(options), readResults);
  }

  /**
   * The estimator of a DeepAR job that exists, running or ended, with typed hyperparameters and the codes of its groups.
   *
   * @remarks One DescribeTrainingJob and one ListTags call, and one GetObject for the codes, unless they are given or the
   * job leaves categories out; it does not wait for the job.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` when the job's image is not DeepAR's
   */
  static async attach(jobName: string, options: DeepARAttachOptions = {}): Promise<DeepAR> {
    const { categoryEncoder, ...attach } = options;
    const session = options.session ?? new Session();
    const restored = (await AlgorithmEstimator.attachedOptions(deepARAlgorithm, jobName, {
      ...attach,
      session,
    })) as DeepAROptions;
    const encoder = categoryEncoder ?? (await loadCategories(session, jobName, restored, options));
    return new DeepAR({ ...restored, ...(encoder !== undefined && { categoryEncoder: encoder }) });
  }

  /**
   * What the model of these hyperparameters expects of a series; keep it for a {@link DeepARPredictor} elsewhere.
   *
   * @throws {@link ValidationError} `INVALID_OPTIONS` when an attached job has no usable frequency or prediction length
   */
  modelCard(): DeepARModelCard {
    const { hyperparameters, categoryEncoder } = this.options;
    return deepARModelCard(hyperparameters, { categoryEncoder });
  }

  /**
   * A new estimator that knows its data: `cardinality` and `num_dynamic_feat` are filled in where they are not set or `"auto"`, and the
   * data is compared with the hyperparameters.
   *
   * @remarks Reads nothing: the reports come from `inspectDeepAR`. What was set stays. Warnings and hints, such as another
   * `likelihood`, go to the session's logger.
   *
   * @throws {@link ValidationError} `INVALID_HYPERPARAMETERS` with everything that would fail the job or ruin the model, see
   * {@link deriveDeepAR}
   * @example
   * ```ts
   * const train = await inspectDeepAR("train.json", { predictionLength: 24, frequency: "H" });
   * const estimator = new DeepAR({ instanceType: "ml.c5.2xlarge", hyperparameters }).withData({ train });
   * ```
   */
  withData(data: DeepARData): DeepAR {
    const { cardinality, num_dynamic_feat, findings } = deriveDeepAR(data, this.options.hyperparameters);
    const errors = findings.filter(({ severity }) => severity === "error");
    if (errors.length > 0) {
      const issues = errors.map((finding) => ({
        path: pathOf(finding, this.options.hyperparameters),
        message: sentenceOf(finding),
      }));
      throw new ValidationError("DeepAR data", issues, "INVALID_HYPERPARAMETERS");
    }
    const { logger } = this.session;
    for (const finding of findings) {
      if (finding.severity === "warning") logger?.warn(`${sentenceOf(finding)}.`);
      else logger?.info(`${sentenceOf(finding)}.`);
    }
    return this.with({ hyperparameters: { cardinality, num_dynamic_feat } });
  }

  /**
   * Puts the model of the latest job behind an endpoint, and waits until it is in service. The predictor knows what the model
   * expects.
   *
   * @remarks As `Model.deploy`, which also says what is deleted when it fails. The endpoint bills until it is deleted:
   * `await using` the predictor, or call its `deleteEndpoint()`.
   *
   * @throws {@link ValidationError} `INVALID_OPTIONS` for an instance with a GPU: DeepAR forecasts on CPUs only
   * @throws {@link JobError} `JOB_NOT_FINISHED` while the job runs; as `Model.deploy` otherwise
   */
  async deploy(options: DeepARDeployOptions): Promise<DeepARPredictor> {
    const { maxSeriesPerRequest, concurrency, ...deployOptions } = options;
    checkHostingInstance(options.instanceType, "deploy");
    const modelCard = this.modelCard();
    const { model, own } = await this.modelToDeploy(deployOptions);
    return model.deploy({
      ...own,
      predictor: (given) => new DeepARPredictor({ ...given, modelCard, maxSeriesPerRequest, concurrency }),
    });
  }

  /**
   * A transformer for files of series, with the settings that DeepAR needs; see {@link DeepARTransformer}.
   *
   * @remarks Sends nothing: the model is looked up and created when the first transform starts.
   */
  override transformer(options: DeepAREstimatorTransformerOptions): DeepARTransformer {
    return new DeepARTransformer({
      ...(this.transformerOptions(options) as DeepARTransformerOptions),
      modelCard: this.modelCard(),
    });
  }

  /** A new estimator with some options replaced. */
  with(changes: DeepARChanges): DeepAR {
    return new DeepAR(withChanges(this.options, withInstance(changes) as Partial<DeepAROptions>));
  }

  /** @internal */
  protected override async started(request: CreateTrainingJobRequest, options: CallOptions): Promise<void> {
    const { categoryEncoder } = this.options;
    if (categoryEncoder !== undefined) {
      await storeJobFile(this.session, request, categoryFile, categoryEncoder, options);
    }
  }
}

function pathOf({ place: { field = "", channel = "" } }: DeepARFinding, hyperparameters: object): string[] {
  return field in hyperparameters ? ["hyperparameters", field] : ["channels", channel];
}

function sentenceOf({ message, place: { line }, fix, code }: DeepARFinding): string {
  return `${message}${line === undefined ? "" : ` (line ${line})`}; ${fix} [${code}]`;
}

/** The cardinality of the encoder, when nothing else is said. */
function withCardinality(options: DeepAROptions): DeepAROptions {
  const { categoryEncoder, hyperparameters } = options;
  if (typeof hyperparameters !== "object" || hyperparameters === null) return options;
  if (hyperparameters.cardinality !== undefined || !Array.isArray(categoryEncoder?.cardinality)) return options;
  return { ...options, hyperparameters: { ...hyperparameters, cardinality: categoryEncoder.cardinality } };
}

async function loadCategories(
  session: Session,
  jobName: string,
  { outputPath, hyperparameters: { cardinality = "auto" } }: DeepAROptions,
  options: CallOptions,
): Promise<CategoryEncoder | undefined> {
  if (outputPath === undefined || cardinality === "ignore" || cardinality === "") return undefined;
  const read = (value: unknown): CategoryEncoder => {
    const encoder = CategoryEncoder.fromJSON(value);
    const [issue] = encoderIssues(encoder, cardinality);
    if (issue === undefined) return encoder;
    throw new Error(issue.message);
  };
  return loadJobFile(session, { jobName, outputPath }, categoryFile, read, options);
}

function readResults({ metrics, metricHistory }: TrainingJobResult): DeepARResults {
  const value = (name: string): number | undefined => metrics.find((metric) => metric.name === name)?.value;
  return {
    finalLoss: value("train:final_loss"),
    testRmse: value("test:RMSE"),
    testMeanWeightedQuantileLoss: value("test:mean_wQuantileLoss"),
    epochLosses: metricHistory.filter(({ name }) => name === "train:loss").map((metric) => metric.value),
  };
}
