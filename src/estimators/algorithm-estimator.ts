import type * as z from "zod";
import { UnsupportedError, ValidationError, type ValidationIssue } from "../errors/index.js";
import { imageUris } from "../images/index.js";
import { type Channel, type TrainingInputs, toChannels } from "../inputs/index.js";
import { textIssues } from "../internal/checks.js";
import { baseNameFromImage } from "../internal/names.js";
import { nearest, shown } from "../internal/options.js";
import type { TrainingJobResult } from "../jobs/index.js";
import type { PreflightChecks } from "../preflight/index.js";
import { type AttachOptions, describeForAttach } from "./attach.js";
import { ATTACHED, type AttachedJob } from "./attached-job.js";
import type { AlgorithmDefinition, AlgorithmJob, AlgorithmTuning, TuningRules } from "./define-algorithm.js";
import { EstimatorBase, type PreparedJob } from "./estimator-base.js";
import { decodeHyperparameters, encodeHyperparameters, parseHyperparameters } from "./hyperparameters/index.js";
import { trainingInstances } from "./instance-types.js";
import { nearestInstanceType } from "./nearest-instance-type.js";
import { trainingOptionIssues } from "./training-option-issues.js";
import { TRAINING_DEFAULTS, type TrainingOptions } from "./training-options.js";

/**
 * Options that every estimator of a built-in algorithm takes besides its hyperparameters and instances.
 *
 * @public
 */
export interface AlgorithmEstimatorOptions extends TrainingOptions {
  readonly hyperparameters: object;
  /** Type of every instance. */
  readonly instanceType?: string | undefined;
  /** Instead of `instanceType`: a type that this library does not list for the algorithm, for example a newer one. */
  readonly unlistedInstanceType?: string | undefined;
  /**
   * Image to use instead of AWS's image of the session's region.
   *
   * @defaultValue the algorithm's image
   */
  readonly imageUri?: string | undefined;
}

/** Keys that tuning jobs and script mode add to the hyperparameters of a job. */
const RESERVED = /^(?:_|sagemaker_)/u;

const OWN_NAMES = ["hyperparameters", "instanceType", "unlistedInstanceType", "imageUri"] as const;

/**
 * Base of the estimators of built-in algorithms: turns an {@link AlgorithmDefinition} into checks, channels, hyperparameter
 * texts and results. A subclass adds types.
 *
 * @public
 */
export abstract class AlgorithmEstimator<
  Options extends AlgorithmEstimatorOptions,
  Inputs = TrainingInputs,
  Results extends object = object,
  Tuning extends AlgorithmTuning = AlgorithmTuning,
> extends EstimatorBase<Options, Inputs, Results> {
  readonly #definition: AlgorithmDefinition;

  /**
   * @param definition - the algorithm
   * @param readResults - takes the algorithm's own numbers out of the result of a job
   * @throws {@link ValidationError} with every fault of options and hyperparameters
   */
  protected constructor(
    definition: AlgorithmDefinition,
    options: Options,
    readResults: (result: TrainingJobResult) => Results,
  ) {
    super(options, { metricDefinitions: definition.metrics, read: readResults });
    this.#definition = definition;
    if ((options as AttachedJob)[ATTACHED] === undefined) checkOptions(definition, options);
  }

  /** What a {@link HyperparameterTuner} may vary and optimise, with the ranges that AWS advises. */
  get tuning(): TuningRules<Tuning> {
    const { name, metrics, wire, tuning } = this.#definition;
    const given = tuning?.(this.options.hyperparameters);
    const objectives = metrics
      .filter((metric) => metric.objective && (given?.objectives.includes(metric.name) ?? true))
      .map((metric) => [metric.name, metric.direction]);
    return {
      algorithm: name,
      hyperparameters: given?.hyperparameters ?? {},
      objectives: Object.fromEntries(objectives),
      wire,
    };
  }

  /**
   * Options of a job that exists, for the `attach` of a subclass: they go to its constructor as they are.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` when the job's image is not the algorithm's
   */
  protected static async attachedOptions(
    definition: AlgorithmDefinition,
    jobName: string,
    options: AttachOptions,
  ): Promise<AlgorithmEstimatorOptions> {
    const { description, options: shared } = await describeForAttach(jobName, options);
    const image = description.AlgorithmSpecification?.TrainingImage;
    if (image === undefined || repositoryOf(image) !== repositoryOf(sampleImage(definition))) {
      throw new UnsupportedError(
        `training job "${jobName}" is no ${definition.name} job: its image is ${shown(image)}; use the class of its algorithm, or Estimator.attach`,
        "UNSUPPORTED_OPERATION",
      );
    }
    const wire = description.HyperParameters ?? {};
    const { values, unreadable, unknown } = decodeHyperparameters(definition.hyperparameters, wire, definition.wire);
    // What cannot be read stays as it was sent, so that a new job with it is refused instead of quietly different.
    const unread = [...unreadable, ...unknown.filter((key) => !RESERVED.test(key))].map((key) => [key, wire[key]]);
    const instanceType =
      description.ResourceConfig?.InstanceType ?? description.ResourceConfig?.InstanceGroups?.[0]?.InstanceType;
    const listed = trainingInstances().some((type) => type === instanceType);
    return {
      ...shared,
      hyperparameters: { ...values, ...Object.fromEntries(unread) },
      ...(listed ? { instanceType } : { unlistedInstanceType: instanceType }),
      imageUri: image,
    };
  }

  /** @internal */
  protected override async imageUri(): Promise<string> {
    if (this.options.imageUri !== undefined) return this.options.imageUri;
    return imageUris.retrieve(this.#definition.image, { region: await this.session.resolveRegion() });
  }

  /** @internal */
  protected override imageName(): string {
    return baseNameFromImage(this.options.imageUri ?? sampleImage(this.#definition));
  }

  /** @internal */
  protected override prepare(inputs: Inputs, forPreflight = false): PreparedJob {
    const definition = this.#definition;
    // What follows from the data may be missing while the data is looked at.
    const draft = forPreflight ? definition.derived?.schema : undefined;
    const { hyperparameters, issues } = optionIssues(definition, this.options, draft ?? definition.hyperparameters);
    let channels: Channel[] = [];
    try {
      channels = toChannels(given(inputs as TrainingInputs), { defaultChannelName: definition.defaultChannel });
    } catch (error) {
      if (!ValidationError.is(error)) throw error;
      issues.push(...error.issues);
    }
    if (hyperparameters === undefined) throw fault(definition, issues);
    const rules = definition.channels(
      hyperparameters,
      channels.map((channel) => channel.ChannelName),
    );
    issues.push(...channelIssues(definition, rules, channels));
    const job: AlgorithmJob = {
      hyperparameters,
      instanceType: this.options.instanceType ?? this.options.unlistedInstanceType ?? "",
      instanceCount: this.options.instanceCount ?? TRAINING_DEFAULTS.instanceCount,
      channels: channels.map((channel) => withDefaults(channel, rules)),
      inputMode: this.options.inputMode ?? TRAINING_DEFAULTS.inputMode,
      modelUri: this.options.modelUri,
    };
    issues.push(...(definition.check?.(job) ?? []));
    if (issues.length > 0) throw fault(definition, issues);
    return {
      channels: job.channels,
      hyperparameters: encodeHyperparameters(hyperparameters, definition.wire),
      instanceType: job.instanceType,
      preflight: {
        subject: definition.name,
        hyperparameters,
        checks: definition.preflight && ((context) => definition.preflight?.(context) as Promise<PreflightChecks>),
      },
      warnings: [
        ...(definition.warnings?.(job) ?? []),
        ...checkpointWarnings(definition, this.options),
        ...prefixWarnings(job.channels),
      ],
    };
  }
}

function checkOptions(definition: AlgorithmDefinition, options: AlgorithmEstimatorOptions): void {
  const { issues } = optionIssues(definition, options, definition.derived?.schema ?? definition.hyperparameters);
  if (issues.length > 0) throw fault(definition, issues);
}

/** One error for all faults; its code says hyperparameters when those are among them. */
function fault(definition: AlgorithmDefinition, issues: readonly ValidationIssue[]): ValidationError {
  const wrongHyperparameters = issues.some((issue) => issue.path[0] === "hyperparameters");
  return new ValidationError(
    definition.name,
    issues,
    wrongHyperparameters ? "INVALID_HYPERPARAMETERS" : "INVALID_OPTIONS",
  );
}

/** Faults of the options alone, and the hyperparameters when they are valid by this schema. */
function optionIssues(
  definition: AlgorithmDefinition,
  options: AlgorithmEstimatorOptions,
  schema: z.ZodType,
): { hyperparameters: Record<string, unknown> | undefined; issues: ValidationIssue[] } {
  const issues = [
    ...trainingOptionIssues(options, [...OWN_NAMES, ...Object.keys(definition.options ?? {})], definition.name),
    ...textIssues(options.imageUri, "imageUri", 255),
    ...spotIssues(definition, options),
    ...inputModeIssues(definition, options.inputMode, "inputMode"),
  ];
  if (options.modelUri !== undefined && !definition.incremental) {
    issues.push({
      path: ["modelUri"],
      message: `${definition.name} cannot go on from the model of an earlier job; leave modelUri out`,
    });
  }
  let hyperparameters: Record<string, unknown> | undefined;
  try {
    hyperparameters = parseHyperparameters(
      schema as z.ZodType<Record<string, unknown>>,
      options.hyperparameters,
      definition.name,
      definition.codes?.otherVariant,
    );
    issues.push(...instanceIssues(definition, hyperparameters, options));
  } catch (error) {
    if (!ValidationError.is(error)) throw error;
    issues.push(...error.issues.map((issue) => hyperparameterIssue(definition, options, issue)));
  }
  for (const [name, check] of Object.entries(definition.options ?? {})) {
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined) issues.push(...check(value, hyperparameters));
  }
  return { hyperparameters, issues };
}

/** The fault as one of the options; a missing value that follows from the data comes with the way to get it. */
function hyperparameterIssue(
  { derived }: AlgorithmDefinition,
  { hyperparameters }: AlgorithmEstimatorOptions,
  { path, message }: ValidationIssue,
): ValidationIssue {
  const key = String(path[0] ?? "");
  const missing = derived?.keys.includes(key) && Reflect.get(hyperparameters ?? {}, key) === undefined;
  return {
    path: ["hyperparameters", ...path],
    message: missing ? `${message.replace(/ \[GEN-01\]$/u, "")}; ${derived?.hint}` : message,
  };
}

function instanceIssues(
  definition: AlgorithmDefinition,
  hyperparameters: unknown,
  options: AlgorithmEstimatorOptions,
): ValidationIssue[] {
  const rule = definition.instances(hyperparameters);
  const issues: ValidationIssue[] = [];
  const { instanceType, unlistedInstanceType: unlisted, instanceCount = TRAINING_DEFAULTS.instanceCount } = options;
  if (unlisted !== undefined) {
    if (typeof unlisted !== "string" || !/^ml\.[a-z0-9-]+\.[a-z0-9]+$/u.test(unlisted) || instanceType !== undefined) {
      issues.push({
        path: ["unlistedInstanceType"],
        message: `unlistedInstanceType is an ML instance type such as "ml.m5.xlarge", given instead of instanceType; got ${shown(unlisted)}`,
      });
    }
  } else if (instanceType === undefined || !rule.types.includes(instanceType)) {
    const near = typeof instanceType === "string" ? nearestInstanceType(instanceType, rule.types) : undefined;
    issues.push({
      path: ["instanceType"],
      message:
        `instanceType ${shown(instanceType)} is not one that ${definition.name} trains on: ${rule.reason}` +
        `${near ? `; did you mean "${near}"?` : `, for example "${rule.types[0]}"`}; a type that this library does not know yet goes into unlistedInstanceType`,
    });
  }
  if (instanceCount > rule.maxCount) {
    issues.push({
      path: ["instanceCount"],
      message: `instanceCount must be at most ${rule.maxCount}; got ${instanceCount}: ${rule.reason}`,
    });
  }
  return issues;
}

function spotIssues(definition: AlgorithmDefinition, { spot }: AlgorithmEstimatorOptions): ValidationIssue[] {
  const limit = definition.maxSpotWaitSeconds;
  if (limit === undefined || !spot || !(spot.maxWaitSeconds > limit)) return [];
  return [
    {
      path: ["spot", "maxWaitSeconds"],
      message: `spot.maxWaitSeconds must be at most ${limit} for ${definition.name}, which writes no checkpoints; got ${spot.maxWaitSeconds}; set maxRuntimeSeconds to at most ${limit} too`,
    },
  ];
}

function checkpointWarnings(definition: AlgorithmDefinition, options: AlgorithmEstimatorOptions): string[] {
  const writesCheckpoints = definition.maxSpotWaitSeconds === undefined;
  if (!writesCheckpoints && options.checkpoint !== undefined) {
    return [`"checkpoint" has no effect: ${definition.name} writes no checkpoints.`];
  }
  if (writesCheckpoints && options.spot !== undefined && options.checkpoint === undefined) {
    return [
      'Spot training without "checkpoint": an interrupted job starts over, and what it had done is billed again [GEN-08].',
    ];
  }
  return [];
}

/** S3 takes a prefix as text: `s3://b/train` also names what is under `s3://b/train_lst/`. */
function prefixWarnings(channels: readonly Channel[]): string[] {
  const places = channels.flatMap(({ ChannelName: name, DataSource: { S3DataSource: s3 } }) =>
    s3 === undefined ? [] : [{ name, uri: s3.S3Uri, isPrefix: s3.S3DataType === "S3Prefix" }],
  );
  return places.flatMap((outer) =>
    places
      .filter((inner) => outer.isPrefix && inner.uri !== outer.uri && inner.uri.startsWith(outer.uri))
      .map(
        (inner) =>
          `Channel "${outer.name}" also gets the data of channel "${inner.name}": the prefix ${shown(outer.uri)} matches ${shown(inner.uri)}; ` +
          `${outer.uri.endsWith("/") ? "put the two into folders beside each other" : "end it with a slash"} [GEN-03].`,
      ),
  );
}

function inputModeIssues(definition: AlgorithmDefinition, mode: string | undefined, name: string): ValidationIssue[] {
  if (mode === undefined || definition.inputModes.some((legal) => legal === mode)) return [];
  const legal = definition.inputModes.map((item) => `"${item}"`).join(", ");
  return [{ path: [name], message: `${definition.name} reads input in mode ${legal}; got ${shown(mode)}` }];
}

function channelIssues(
  definition: AlgorithmDefinition,
  rules: ReturnType<AlgorithmDefinition["channels"]>,
  channels: readonly Channel[],
): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const known = Object.keys(rules);
  const given = channels.map((channel) => channel.ChannelName);
  const add = (channel: string, message: string, code?: string): void => {
    issues.push({ path: ["channels", channel], message: code === undefined ? message : `${message} [${code}]` });
  };
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.required && !given.includes(name)) {
      add(
        name,
        `channel "${name}" of ${definition.name} is missing${rule.why ? `: ${rule.why}` : ""}; got ${given.length > 0 ? given.map((item) => `"${item}"`).join(", ") : "none"}`,
      );
    }
  }
  for (const channel of channels) {
    const name = channel.ChannelName;
    const rule = rules[name];
    if (!Object.hasOwn(rules, name) || !rule) {
      const near = nearest(name, known);
      add(
        name,
        `${definition.name} reads no channel "${name}" here, only ${known.map((item) => `"${item}"`).join(", ")}${near ? `; did you mean "${near}"?` : ""}`,
        definition.codes?.unknownChannel,
      );
      continue;
    }
    const type = channel.ContentType?.split(";")[0]?.trim().toLowerCase();
    if (type !== undefined && !rule.contentTypes.includes(type)) {
      add(
        name,
        `channel "${name}" of ${definition.name} reads ${rule.contentTypes.join(", ")}; got ${shown(channel.ContentType)}`,
      );
    }
    const mode = channel.InputMode;
    for (const issue of inputModeIssues(definition, mode, name)) add(name, `channel "${name}": ${issue.message}`);
    if (mode !== undefined && rule.inputMode !== undefined && mode !== rule.inputMode) {
      add(name, `channel "${name}" of ${definition.name} is read in mode "${rule.inputMode}" only; got "${mode}"`);
    }
  }
  return issues;
}

/** Inputs by channel without those that are `undefined`, as optional channels may be. */
function given(inputs: TrainingInputs): TrainingInputs {
  if (typeof inputs !== "object" || inputs === null || "toChannel" in inputs) return inputs;
  return Object.fromEntries(Object.entries(inputs).filter(([, input]) => input !== undefined));
}

/** The channel with the content type and the input mode that the algorithm wants, where it names none. */
function withDefaults(channel: Channel, rules: ReturnType<AlgorithmDefinition["channels"]>): Channel {
  const rule = rules[channel.ChannelName];
  if (!rule) return channel;
  const manifest = channel.DataSource.S3DataSource?.S3DataType === "AugmentedManifestFile";
  const usual = rule.contentTypeOf ? rule.contentTypeOf(channel) : rule.contentTypes[0];
  const contentType = channel.ContentType ?? (manifest ? rule.manifestContentType : undefined) ?? usual;
  const inputMode = channel.InputMode ?? rule.inputMode;
  return {
    ...channel,
    ...(contentType !== undefined && { ContentType: contentType }),
    ...(inputMode !== undefined && { InputMode: inputMode }),
  };
}

/** Repository path of an image without registry and tag. */
function repositoryOf(imageUri: string): string {
  return imageUri
    .slice(imageUri.indexOf("/") + 1)
    .replace(/@.*$/u, "")
    .replace(/:[^/]*$/u, "");
}

/** The algorithm's image somewhere; its repository is the same everywhere. */
function sampleImage(definition: AlgorithmDefinition): string {
  return imageUris.retrieve(definition.image, { region: "us-east-1" });
}
