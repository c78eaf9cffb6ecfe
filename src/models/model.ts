import type { CreateModelCommandInput } from "@aws-sdk/client-sagemaker";
import { assertResourceName, baseNameFromImage, nameFromBase } from "../internal/names.js";
import { type Tags, toTags } from "../internal/tags.js";
import { createError, isNameTaken } from "../jobs/index.js";
import type { Predictor, PredictorOptions } from "../predictors/index.js";
import type { Deserializer, Serializer } from "../serializers/index.js";
import { type CallOptions, Session } from "../session/index.js";
import { Transformer, type TransformerOptions } from "../transformers/index.js";
import { deployModel } from "./deploy.js";
import type { EndpointOptions } from "./deploy-options.js";
import { checkModelOptions, type ModelOptions } from "./model-options.js";
import type { ContainerDefinitionRequest, CreateModelRequest } from "./requests.js";

/**
 * Options of `Model.deploy`.
 *
 * @public
 */
export interface DeployOptions<In = unknown, Out = Uint8Array> extends EndpointOptions {
  /** Turns values into request bodies. @defaultValue the predictor's own */
  readonly serializer?: Serializer<In> | undefined;
  /** Turns answers into values. @defaultValue the predictor's own */
  readonly deserializer?: Deserializer<Out> | undefined;
}

/**
 * An image with a trained model: what an endpoint or a transform job runs.
 *
 * @remarks
 * Nothing is sent at construction; the model is created on the service when it is first needed, once. The name is fixed at
 * construction. The options do not change.
 *
 * @example
 * ```ts
 * const model = new Model({ imageUri, modelData: "s3://bucket/out/job/output/model.tar.gz", session });
 * await using predictor = await model.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
 * ```
 * @see source: CreateModel, CreateEndpointConfig and CreateEndpoint of the SageMaker API reference
 * @public
 */
export class Model {
  readonly options: ModelOptions;
  readonly name: string;
  #session: Session | undefined;
  #creation: Promise<"created" | "existed"> | undefined;

  /**
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault
   */
  constructor(options: ModelOptions) {
    checkModelOptions(options);
    if (options.name !== undefined) assertResourceName(options.name, "model name");
    this.options = Object.freeze({ ...options });
    this.name = options.name ?? nameFromBase(baseNameFromImage(options.imageUri));
    this.#session = options.session;
  }

  get imageUri(): string {
    return this.options.imageUri;
  }

  get enableNetworkIsolation(): boolean {
    return this.options.enableNetworkIsolation ?? false;
  }

  /** The session of the options, or a new one that all calls of this object share. */
  get session(): Session {
    this.#session ??= new Session();
    return this.#session;
  }

  /**
   * The exact body of CreateModel; creates nothing. A role that is a bare name is looked up.
   *
   * @throws {@link ConfigurationError} `NO_ROLE` when there is no role
   */
  async toRequest(options: CallOptions & { readonly tags?: Tags | undefined } = {}): Promise<CreateModelRequest> {
    const o = this.options;
    const tags = toTags(o.tags ?? options.tags);
    return {
      ModelName: this.name,
      ExecutionRoleArn: await this.session.resolveRole(o.role, { signal: options.signal }),
      PrimaryContainer: this.#container(),
      ...(tags !== undefined && { Tags: tags }),
      ...(o.vpcConfig !== undefined && {
        VpcConfig: { Subnets: [...o.vpcConfig.subnets], SecurityGroupIds: [...o.vpcConfig.securityGroupIds] },
      }),
      ...(o.enableNetworkIsolation && { EnableNetworkIsolation: true }),
      ...o.overrides,
    };
  }

  /**
   * Creates the model on the service (CreateModel) unless this object has done so already.
   *
   * @returns the model's name
   * @throws {@link ValidationError} `INVALID_OPTIONS` when the service has a model of this name and `reuseExisting` is not set:
   * it may hold something else
   * @throws {@link ConfigurationError} `NO_ROLE` when there is no role or SageMaker cannot assume it
   */
  async create(options: CallOptions & { readonly tags?: Tags | undefined } = {}): Promise<string> {
    await this.ensure(options);
    return this.name;
  }

  /**
   * As {@link Model.create}; tells whether this call is the one that created the model.
   *
   * @internal
   */
  async ensure(options: CallOptions & { readonly tags?: Tags | undefined } = {}): Promise<boolean> {
    if (this.#creation) {
      await this.#creation;
      return false;
    }
    this.#creation = this.#send(options);
    try {
      return (await this.#creation) === "created";
    } catch (error) {
      this.#creation = undefined;
      throw error;
    }
  }

  /**
   * Deletes the model on the service; its files in S3 stay. A later `create` makes it anew.
   */
  async delete(options: CallOptions = {}): Promise<void> {
    await this.session.deleteModel(this.name, options);
    this.#creation = undefined;
  }

  /**
   * Makes an endpoint that serves this model, and waits until it is in service.
   *
   * @remarks
   * In this order: checks, CreateModel (once per object), CreateEndpointConfig, CreateEndpoint, wait. When a step fails, the wait
   * times out or the signal aborts, what this call created is deleted again (endpoint first) before the promise rejects, unless
   * `keepOnFailure` is set; each deletion is a `cleanup` progress event. AWS refuses to delete an endpoint while it is being
   * created, so that can take minutes. With `wait: false` nothing is deleted after CreateEndpoint has succeeded.
   *
   * The endpoint bills from the moment it is in service until it is deleted. The predictor owns what this call created:
   * `await using` or `predictor.delete…()` removes it.
   *
   * @param options - see {@link DeployOptions}; `predictor` makes a predictor of another class from its options
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault, before anything is sent; or when a name is taken
   * @throws {@link ConfigurationError} `NO_ROLE` when there is no role or SageMaker cannot assume it
   * @throws {@link JobError} `JOB_FAILED` or `CAPACITY` when the endpoint does not get in service, or not in time
   */
  async deploy<P>(
    options: DeployOptions<never, unknown> & { readonly predictor: (options: PredictorOptions<never, never>) => P },
  ): Promise<P>;
  async deploy<In = unknown, Out = Uint8Array>(options: DeployOptions<In, Out>): Promise<Predictor<In, Out>>;
  async deploy(
    options: DeployOptions<never, unknown> & {
      readonly predictor?: (options: PredictorOptions<never, never>) => unknown;
    },
  ): Promise<unknown> {
    return deployModel(this, options);
  }

  /**
   * A transformer that runs this model; the model is created when the first transform starts.
   *
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault; among them an `environment` for a model under network
   * isolation, which could not reach it
   */
  transformer(options: Omit<TransformerOptions, "model" | "modelName" | "session">): Transformer {
    return new Transformer({ ...options, model: this, session: this.session });
  }

  #container(): ContainerDefinitionRequest {
    const { imageUri, environment, modelData, imageConfig } = this.options;
    return {
      Image: imageUri,
      Environment: { ...environment },
      ...(typeof modelData === "string"
        ? modelData.endsWith("/")
          ? {
              ModelDataSource: {
                S3DataSource: { S3Uri: modelData, S3DataType: "S3Prefix" as const, CompressionType: "None" as const },
              },
            }
          : { ModelDataUrl: modelData }
        : modelData !== undefined && { ModelDataSource: modelData }),
      ...(imageConfig !== undefined && { ImageConfig: imageConfig }),
    };
  }

  async #send(options: CallOptions & { readonly tags?: Tags | undefined }): Promise<"created" | "existed"> {
    const request = await this.toRequest(options);
    options.signal?.throwIfAborted();
    const { CreateModelCommand, SageMakerClient } = await import("../clients/sagemaker.js");
    const client = this.session.client("sagemaker", (settings) => new SageMakerClient(settings));
    try {
      // Without the signal: a request that is cut off may have been carried out all the same.
      await client.send(new CreateModelCommand(request as unknown as CreateModelCommandInput));
      return "created";
    } catch (error) {
      if (isNameTaken(error) && this.options.reuseExisting) return "existed";
      throw createError(
        error,
        "model",
        this.name,
        request.ExecutionRoleArn,
        "it may hold another model: choose another name, delete the old one, or accept it with reuseExisting: true",
      );
    }
  }
}
