import { ValidationError } from "../errors/index.js";
import type { TransformInput } from "../inputs/index.js";
import { assertResourceName, baseFromName, baseNameFromImage, nameFromBase } from "../internal/names.js";
import { joinS3Uri } from "../internal/s3-uri.js";
import { sendWith } from "../internal/send.js";
import { toTags } from "../internal/tags.js";
import {
  type CreateTransformJobRequest,
  isNotFound,
  pickWaitOptions,
  TransformJob,
  type TransformJobResult,
  type WaitOptions,
} from "../jobs/index.js";
import { type CallOptions, Session } from "../session/index.js";
import {
  checkTransform,
  checkTransformerOptions,
  type TransformerOptions,
  type TransformOptions,
} from "./transformer-options.js";

/**
 * Runs batch transform jobs: a model reads objects of S3 and writes one `.out` object for each.
 *
 * @remarks
 * The options do not change; each `transform` makes a new job. A lazy `model` is created once, by the first transform.
 * Instances run, and bill, only while a job runs.
 *
 * @example
 * ```ts
 * const transformer = new Transformer({
 *   modelName: "sentiment", instanceCount: 1, instanceType: "ml.m5.large",
 *   strategy: "SingleRecord", assembleWith: "Line", accept: "application/jsonlines",
 * });
 * const job = await transformer.transform("s3://bucket/in/", { contentType: "application/jsonlines", splitType: "Line" });
 * ```
 * @see source: CreateTransformJob of the SageMaker API reference
 * @public
 */
export class Transformer {
  readonly options: TransformerOptions;
  #session: Session | undefined;
  #latest: TransformJob | undefined;
  #base: Promise<string> | undefined;

  /**
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault: unknown keys, values outside their range, `maxPayloadMb`
   * times `maxConcurrentTransforms` over 100, neither or both of `modelName` and `model`
   */
  constructor(options: TransformerOptions) {
    checkTransformerOptions(options);
    this.options = Object.freeze({ ...options });
    this.#session = options.session;
  }

  /**
   * A transformer with the settings of an existing job, and that job as {@link Transformer.latestTransformJob}.
   *
   * @remarks
   * One DescribeTransformJob; it does not wait. Strategy, paths, limits, environment and keys are taken over. Tags are not
   * (the answer does not hold them), and what belongs to one transform (splitting, filters) stays with the job. New jobs get
   * the old job's base name with a new timestamp, and write to the old job's output path.
   *
   * @throws AWS `ValidationException` when the job does not exist
   */
  static async attach(
    jobName: string,
    options: CallOptions & { readonly session?: Session | undefined } = {},
  ): Promise<Transformer> {
    const session = options.session ?? new Session();
    const job = new TransformJob(session, jobName);
    const d = await job.describe({ signal: options.signal });
    const transformer = new Transformer({
      session,
      modelName: d.ModelName,
      instanceCount: d.TransformResources.InstanceCount,
      instanceType: d.TransformResources.InstanceType,
      strategy: d.BatchStrategy,
      assembleWith: d.TransformOutput.AssembleWith,
      accept: d.TransformOutput.Accept || undefined,
      outputPath: d.TransformOutput.S3OutputPath,
      maxPayloadMb: d.MaxPayloadInMB,
      maxConcurrentTransforms: d.MaxConcurrentTransforms,
      environment: d.Environment,
      baseTransformJobName: baseFromName(jobName),
      outputKmsKey: d.TransformOutput.KmsKeyId || undefined,
      volumeKmsKey: d.TransformResources.VolumeKmsKeyId || undefined,
    });
    transformer.#latest = job;
    return transformer;
  }

  /** The session of the options, or a new one that all calls of this object share. */
  get session(): Session {
    this.#session ??= new Session();
    return this.#session;
  }

  /** The job that was made, or attached to, last. */
  get latestTransformJob(): TransformJob | undefined {
    return this.#latest;
  }

  /** The fixed output path, or undefined when every job gets one of its own. */
  get outputPath(): string | undefined {
    return this.options.outputPath;
  }

  /**
   * Starts a transform job and, unless `wait` is false, waits for its end.
   *
   * @remarks
   * In this order: checks, creation of a lazy model, CreateTransformJob, wait. When the wait fails or is aborted, the job is in
   * {@link Transformer.latestTransformJob}. Order and number of records are kept within each object.
   *
   * @param data - S3 URI, or a {@link TransformInput} that carries the input options itself
   * @param options - input, job and wait options; see {@link TransformOptions}
   * @returns the job; its output is under the `S3OutputPath` of its description, see {@link outputFiles}
   * @throws {@link ValidationError} `INVALID_OPTIONS` before anything is sent, with every fault
   * @throws {@link JobError}, {@link WaitTimeoutError} as {@link TransformJob.wait}
   */
  async transform(data: string | TransformInput, options: TransformOptions = {}): Promise<TransformJob> {
    const { signal } = options;
    const request = await this.toRequest(data, options);
    await this.options.model?.create({ signal });
    const job = await TransformJob.create(this.session, request, { signal });
    this.#latest = job;
    if (options.wait ?? true) await job.wait(pickWaitOptions(options));
    return job;
  }

  /**
   * The exact body that {@link Transformer.transform} would send; creates nothing. It may read: the model's image for the name,
   * and the caller's account for the default output path.
   *
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault
   * @throws {@link ConfigurationError} when the name of the default bucket cannot be found
   */
  async toRequest(data: string | TransformInput, options: TransformOptions = {}): Promise<CreateTransformJobRequest> {
    const input = checkTransform(this.options, data, options);
    if (options.jobName !== undefined) assertResourceName(options.jobName, "jobName");
    const { signal } = options;
    const t = this.options;
    const jobName = options.jobName ?? nameFromBase(await this.#baseName(signal));
    const tags = toTags(t.tags);
    const capture = options.batchDataCaptureConfig;
    const client = options.modelClientConfig;
    const processing = {
      ...(options.inputFilter !== undefined && { InputFilter: options.inputFilter }),
      ...(options.outputFilter !== undefined && { OutputFilter: options.outputFilter }),
      ...(options.joinSource !== undefined && { JoinSource: options.joinSource }),
    };
    return {
      TransformJobName: jobName,
      ModelName: t.model?.name ?? t.modelName ?? "",
      TransformInput: input.toRequest(),
      TransformOutput: {
        S3OutputPath: t.outputPath ?? (await this.#defaultOutput(jobName, signal)),
        ...(t.accept !== undefined && { Accept: t.accept }),
        ...(t.assembleWith !== undefined && { AssembleWith: t.assembleWith }),
        ...(t.outputKmsKey !== undefined && { KmsKeyId: t.outputKmsKey }),
      },
      TransformResources: {
        InstanceCount: t.instanceCount,
        InstanceType: t.instanceType,
        ...(t.volumeKmsKey !== undefined && { VolumeKmsKeyId: t.volumeKmsKey }),
      },
      ...(t.strategy !== undefined && { BatchStrategy: t.strategy }),
      ...(t.maxConcurrentTransforms !== undefined && { MaxConcurrentTransforms: t.maxConcurrentTransforms }),
      ...(t.maxPayloadMb !== undefined && { MaxPayloadInMB: t.maxPayloadMb }),
      ...(t.environment !== undefined && { Environment: { ...t.environment } }),
      ...(tags !== undefined && { Tags: tags }),
      ...(Object.keys(processing).length > 0 && { DataProcessing: processing }),
      ...(options.experimentConfig !== undefined && { ExperimentConfig: { ...options.experimentConfig } }),
      ...(client !== undefined && {
        ModelClientConfig: {
          ...(client.invocationsTimeoutSeconds !== undefined && {
            InvocationsTimeoutInSeconds: client.invocationsTimeoutSeconds,
          }),
          ...(client.invocationsMaxRetries !== undefined && { InvocationsMaxRetries: client.invocationsMaxRetries }),
        },
      }),
      ...(capture !== undefined && {
        DataCaptureConfig: {
          DestinationS3Uri: capture.destinationS3Uri,
          ...(capture.kmsKeyId !== undefined && { KmsKeyId: capture.kmsKeyId }),
          ...(capture.generateInferenceId !== undefined && { GenerateInferenceId: capture.generateInferenceId }),
        },
      }),
      ...options.overrides,
    };
  }

  /**
   * Waits for the latest job; see {@link TransformJob.wait}.
   *
   * @throws {@link ValidationError} `INVALID_OPTIONS` when no job was started yet
   */
  async wait(options: WaitOptions = {}): Promise<TransformJobResult> {
    return this.#latestJob("wait").wait(options);
  }

  /** Stops the latest job; a job that has ended already is fine. */
  async stop(options: CallOptions = {}): Promise<void> {
    await this.#latestJob("stop").stop(options);
  }

  /** Deletes the model on the service; its files in S3 stay. */
  async deleteModel(options: CallOptions = {}): Promise<void> {
    const { model, modelName } = this.options;
    if (model) await model.delete(options);
    else if (modelName !== undefined) await this.session.deleteModel(modelName, options);
  }

  #latestJob(method: string): TransformJob {
    if (this.#latest) return this.#latest;
    throw new ValidationError("Transformer", [
      { path: [], message: `${method}() needs a job; start one with transform(), or use Transformer.attach(jobName)` },
    ]);
  }

  async #defaultOutput(jobName: string, signal: AbortSignal | undefined): Promise<string> {
    return joinS3Uri(await this.session.defaultBucket({ signal }), this.session.defaultBucketPrefix, jobName);
  }

  async #baseName(signal: AbortSignal | undefined): Promise<string> {
    const { baseTransformJobName, model } = this.options;
    if (baseTransformJobName !== undefined) return baseTransformJobName;
    if (model) return baseNameFromImage(model.imageUri);
    this.#base ??= this.#baseFromModel(signal).catch((error: unknown) => {
      this.#base = undefined;
      throw error;
    });
    return this.#base;
  }

  /** The image of the model on the service; a model of several containers gives its own name. */
  async #baseFromModel(signal: AbortSignal | undefined): Promise<string> {
    const modelName = this.options.modelName ?? "";
    const { DescribeModelCommand, SageMakerClient } = await import("../clients/sagemaker.js");
    const client = this.session.client("sagemaker", (settings) => new SageMakerClient(settings));
    try {
      const { PrimaryContainer } = await sendWith(signal, (sendOptions) =>
        client.send(new DescribeModelCommand({ ModelName: modelName }), sendOptions),
      );
      return PrimaryContainer?.Image ? baseNameFromImage(PrimaryContainer.Image) : modelName;
    } catch (error) {
      if (signal?.aborted || !isNotFound(error)) throw error;
      const missing = new ValidationError("Transformer", [
        { path: ["modelName"], message: `there is no model "${modelName}" in this account and region` },
      ]);
      missing.cause = error;
      throw missing;
    }
  }
}
