import { UnsupportedError, ValidationError, type ValidationIssue } from "../errors/index.js";
import { type TrainingInputs, toChannels } from "../inputs/index.js";
import { textIssues } from "../internal/checks.js";
import { baseNameFromImage } from "../internal/names.js";
import { shown } from "../internal/options.js";
import type { MetricDefinition } from "../jobs/index.js";
import type { DeployOptions } from "../models/index.js";
import type { Predictor } from "../predictors/index.js";
import type { PreflightOptions, PreflightReport } from "../preflight/index.js";
import { type AttachOptions, describeForAttach } from "./attach.js";
import { ATTACHED, type AttachedJob } from "./attached-job.js";
import {
  EstimatorBase,
  type EstimatorModelOptions,
  type FitOptions,
  type PreparedJob,
  type TrainingRequestOptions,
} from "./estimator-base.js";
import type { EstimatorJob } from "./estimator-job.js";
import { encodeHyperparameters, type HyperparameterValue } from "./hyperparameters/index.js";
import type { TrainingInstanceType } from "./instance-types.js";
import { trainingOptionIssues } from "./training-option-issues.js";
import type { TrainingOptions } from "./training-options.js";
import { withChanges } from "./with-changes.js";

/**
 * A group of equal instances in a cluster of several kinds.
 *
 * @public
 */
export interface InstanceGroup {
  /** 1 to 64 characters; channels name the groups that receive them. */
  readonly name: string;
  readonly instanceType: TrainingInstanceType | (string & {});
  readonly instanceCount: number;
}

/**
 * Options of {@link Estimator}.
 *
 * @public
 */
export interface EstimatorOptions extends TrainingOptions {
  /** Registry address of the image that trains and serves. */
  readonly imageUri: string;
  /** Type of every instance, for example `ml.m5.xlarge`. Required unless `instanceGroups` is given. */
  readonly instanceType?: TrainingInstanceType | (string & {}) | undefined;
  /** Groups of different instances, at most 5, instead of `instanceType` and `instanceCount`. */
  readonly instanceGroups?: readonly InstanceGroup[] | undefined;
  /**
   * What the container's `hyperparameters.json` will hold. Booleans become `True` and `False`, lists JSON text, texts stay
   * unquoted.
   *
   * @defaultValue none
   */
  readonly hyperparameters?: Readonly<Record<string, HyperparameterValue>> | undefined;
  /** Metrics to find in the log, at most 40; group 1 of each expression is the value. Built-in algorithms bring their own. */
  readonly metricDefinitions?: readonly MetricDefinition[] | undefined;
  /** Command to run instead of the image's own, and its arguments. */
  readonly containerEntryPoint?: readonly string[] | undefined;
  readonly containerArguments?: readonly string[] | undefined;
}

/**
 * Options of {@link Estimator.deploy}: those of an endpoint, and how to make its model.
 *
 * @public
 */
export interface EstimatorDeployOptions<In = unknown, Out = Uint8Array>
  extends DeployOptions<In, Out>,
    EstimatorModelOptions {
  /** Environment of the serving container. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const OWN_NAMES = [
  "imageUri",
  "instanceType",
  "instanceGroups",
  "hyperparameters",
  "metricDefinitions",
  "containerEntryPoint",
  "containerArguments",
] as const;

/**
 * Trains any image that follows SageMaker's training contract, and deploys what it learned.
 *
 * @remarks Construction sends nothing. For a built-in algorithm with a class of its own, such as {@link BlazingText}, the
 * class checks more and answers typed.
 *
 * @example
 * ```ts
 * const estimator = new Estimator({
 *   imageUri: imageUris.retrieve("xgboost", { region: "eu-west-1", version: "1.7-1" }),
 *   instanceType: "ml.m5.xlarge",
 *   hyperparameters: { num_round: 100, objective: "reg:squarederror" },
 * });
 * await estimator.fit({ train: "s3://bucket/train/" });
 * ```
 * @public
 */
export class Estimator extends EstimatorBase<EstimatorOptions> {
  /**
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault: unknown options with the nearest known one, values
   * out of range, spot limits that cannot work; `INVALID_HYPERPARAMETERS` when those are at fault
   */
  constructor(options: EstimatorOptions) {
    const { metricDefinitions = [] } = options;
    super(options, { metricDefinitions, read: () => ({}) });
    if ((options as AttachedJob)[ATTACHED] === undefined) checkOptions(options);
  }

  /**
   * The estimator of a job that exists, running or ended, with everything that the service remembers of its options.
   *
   * @remarks One DescribeTrainingJob and one ListTags call; it does not wait for the job. Hyperparameters stay the texts that
   * were sent. Tags of AWS itself (`aws:…`) are left out; when tags may not be listed they are missing.
   */
  static async attach(jobName: string, options: AttachOptions = {}): Promise<Estimator> {
    const { description, options: shared } = await describeForAttach(jobName, options);
    const {
      AlgorithmSpecification: algorithm,
      ResourceConfig: resources,
      HyperParameters: hyperparameters,
    } = description;
    if (!algorithm?.TrainingImage) {
      throw new UnsupportedError(
        `training job "${jobName}" runs an algorithm resource (${shown(algorithm?.AlgorithmName)}), not an image, so there is no image to make an estimator of`,
        "UNSUPPORTED_OPERATION",
      );
    }
    const own: EstimatorOptions = {
      ...shared,
      imageUri: algorithm.TrainingImage,
      instanceType: resources?.InstanceType,
      instanceGroups: resources?.InstanceGroups?.map((group) => ({
        name: group.InstanceGroupName,
        instanceType: group.InstanceType,
        instanceCount: group.InstanceCount,
      })),
      hyperparameters,
      metricDefinitions: algorithm.MetricDefinitions?.map(({ Name, Regex }) => ({ name: Name, regex: Regex })),
      containerEntryPoint: algorithm.ContainerEntrypoint,
      containerArguments: algorithm.ContainerArguments,
    };
    return new Estimator(own);
  }

  /** A new estimator with some options replaced; hyperparameters are replaced one by one, `undefined` removes one. */
  with(changes: Partial<EstimatorOptions>): Estimator {
    return new Estimator(withChanges(this.options, changes));
  }

  /** {@inheritDoc EstimatorBase.toRequest} */
  override toRequest(inputs?: TrainingInputs, options?: TrainingRequestOptions) {
    return super.toRequest(inputs as TrainingInputs, options);
  }

  /** {@inheritDoc EstimatorBase.fit} */
  override fit(inputs?: TrainingInputs, options?: FitOptions): Promise<EstimatorJob> {
    return super.fit(inputs as TrainingInputs, options);
  }

  /** {@inheritDoc EstimatorBase.preflight} */
  override preflight(inputs?: TrainingInputs, options?: PreflightOptions): Promise<PreflightReport> {
    return super.preflight(inputs as TrainingInputs, options);
  }

  /**
   * Puts the model of the latest job behind an endpoint, and waits until it is in service.
   *
   * @remarks One DescribeTrainingJob, then as `Model.deploy`, which also says what is deleted when it fails. The endpoint
   * bills until it is deleted: `await using` the predictor, or call its `deleteEndpoint()`.
   *
   * @throws {@link JobError} `JOB_NOT_FINISHED` while the job runs; as `Model.deploy` otherwise
   */
  async deploy<In = unknown, Out = Uint8Array>(options: EstimatorDeployOptions<In, Out>): Promise<Predictor<In, Out>> {
    const { model, own } = await this.modelToDeploy(options);
    return model.deploy<In, Out>(own);
  }

  /** @internal */
  protected override async imageUri(): Promise<string> {
    return this.options.imageUri;
  }

  /** @internal */
  protected override imageName(): string {
    return baseNameFromImage(this.options.imageUri);
  }

  /** @internal */
  protected override prepare(inputs: TrainingInputs | undefined): PreparedJob {
    checkOptions(this.options);
    const { containerEntryPoint, ...o } = this.options;
    return {
      channels: inputs === undefined ? [] : toChannels(inputs),
      hyperparameters: encodeHyperparameters(o.hyperparameters ?? {}),
      instanceType: o.instanceType,
      instanceGroups: o.instanceGroups,
      metricDefinitions: o.metricDefinitions,
      containerEntrypoint: containerEntryPoint,
      containerArguments: o.containerArguments,
      preflight: { subject: "training job", hyperparameters: o.hyperparameters ?? {} },
      warnings: [],
    };
  }
}

function checkOptions(options: EstimatorOptions): void {
  const o = options;
  const issues: ValidationIssue[] = [
    ...trainingOptionIssues(o, OWN_NAMES, "Estimator"),
    ...textIssues(o.imageUri ?? null, "imageUri", 255),
    ...instanceIssues(o),
    ...metricIssues(o.metricDefinitions),
    ...listIssues(o.containerEntryPoint, "containerEntryPoint"),
    ...listIssues(o.containerArguments, "containerArguments"),
  ];
  if (issues.length > 0) throw new ValidationError("Estimator", issues);
  encodeHyperparameters(o.hyperparameters ?? {});
}

function instanceIssues(o: EstimatorOptions): ValidationIssue[] {
  if (o.instanceGroups === undefined) return instanceTypeIssues(o.instanceType, "instanceType");
  const issues: ValidationIssue[] = [];
  if (o.instanceType !== undefined || o.instanceCount !== undefined) {
    issues.push({
      path: ["instanceGroups"],
      message: "give either instanceGroups or instanceType and instanceCount, not both",
    });
  }
  const groups = o.instanceGroups;
  const legal =
    Array.isArray(groups) &&
    groups.length >= 1 &&
    groups.length <= 5 &&
    groups.every(
      (group: InstanceGroup) =>
        /^.{1,64}$/u.test(String(group?.name)) && Number.isInteger(group.instanceCount) && group.instanceCount >= 1,
    );
  if (!legal) {
    issues.push({
      path: ["instanceGroups"],
      message: `instanceGroups is a list of 1 to 5 groups { name, instanceType, instanceCount }; got ${shown(groups)}`,
    });
  } else {
    issues.push(
      ...groups.flatMap((group) => instanceTypeIssues(group.instanceType, `instanceType of group "${group.name}"`)),
    );
  }
  return issues;
}

/** New types appear without notice, so only the form is checked here; algorithm classes know their types. */
function instanceTypeIssues(value: unknown, name: string): ValidationIssue[] {
  if (typeof value === "string" && /^ml\.[a-z0-9-]+\.[a-z0-9]+$/u.test(value)) return [];
  return [
    {
      path: ["instanceType"],
      message: `${name} must be an ML instance type such as "ml.m5.xlarge"; got ${shown(value)}`,
    },
  ];
}

function metricIssues(definitions: EstimatorOptions["metricDefinitions"]): ValidationIssue[] {
  if (definitions === undefined) return [];
  const legal =
    Array.isArray(definitions) &&
    definitions.length <= 40 &&
    definitions.every(
      (metric: MetricDefinition) =>
        /^.{1,255}$/u.test(String(metric?.name)) && /^.{1,500}$/u.test(String(metric.regex)),
    );
  if (legal) return [];
  return [
    {
      path: ["metricDefinitions"],
      message: `metricDefinitions is a list of at most 40 { name, regex }, of 1 to 255 and 1 to 500 characters; got ${shown(definitions)}`,
    },
  ];
}

function listIssues(list: readonly string[] | undefined, name: string): ValidationIssue[] {
  if (list === undefined) return [];
  if (Array.isArray(list) && list.length >= 1 && list.length <= 100 && list.every((item) => typeof item === "string"))
    return [];
  return [{ path: [name], message: `${name} must be a list of 1 to 100 texts; got ${shown(list)}` }];
}
