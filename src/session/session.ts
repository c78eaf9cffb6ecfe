import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { UnexpectedResponseError } from "../errors/index.js";
import { sendWith } from "../internal/send.js";
import { explainCredentials } from "./aws-errors.js";
import type { DeletePrefixOptions, DeletePrefixResult } from "./delete-options.js";
import type { DownloadOptions, ListOptions, S3Listing } from "./download-options.js";
import { expandRole, getExecutionRole } from "./execution-role.js";
import { Once } from "./once.js";
import type { CallOptions, EndpointConfigDescription, EndpointDescription } from "./resource-options.js";
import { RuntimeSession } from "./runtime-session.js";
import type { S3Context } from "./s3-context.js";
import { listing } from "./s3-listing.js";
import type { PutOptions, UploadOptions, UploadSource } from "./upload-options.js";

/**
 * Everything that jobs, models and data need of AWS: region, account, role, default bucket, clients, and S3 transfers.
 *
 * @remarks
 * Construction is synchronous and sends nothing; AWS clients are loaded and made when first needed and shared by all
 * objects that hold the session. Nothing is created in the account unless a method says so.
 *
 * @example
 * ```ts
 * await using session = new Session({ region: "eu-west-1", role: "SageMakerRole" });
 * const train = await session.uploadData("data/train.txt", { keyPrefix: "reviews" });
 * ```
 * @public
 */
export class Session extends RuntimeSession {
  readonly #texts = new Once<string>();

  /** Prefix put before every key that goes to the default bucket; empty when none was given. */
  get defaultBucketPrefix(): string {
    return this.options.defaultBucketPrefix ?? "";
  }

  /**
   * ARN of the caller: one STS GetCallerIdentity, remembered.
   *
   * @throws {@link ConfigurationError} `NO_CREDENTIALS` when there are none or they have expired
   */
  async callerArn(options: CallOptions = {}): Promise<string> {
    return this.#texts.get("caller", () => this.#callerIdentity(), options.signal);
  }

  /**
   * Account id of the caller, 12 digits. Costs one STS call in the life of the session.
   *
   * @throws {@link ConfigurationError} `NO_CREDENTIALS` when there are none or they have expired
   */
  async accountId(options: CallOptions = {}): Promise<string> {
    return (await this.callerArn(options)).split(":")[4] ?? "";
  }

  /**
   * ARN of the execution role: `role`, else the session's option, else environment `SAGEMAKER_ROLE`, else the caller's own
   * role ({@link getExecutionRole}).
   *
   * @remarks A text that starts with `arn:` is used as it is; a bare name costs one IAM GetRole, remembered, which needs the
   * optional package `@aws-sdk/client-iam`.
   * @throws {@link ConfigurationError} `NO_ROLE` when no role is named and the caller is none, or the name is unknown
   * @throws {@link MissingDependencyError} when a name must be looked up and `@aws-sdk/client-iam` is not installed
   */
  async resolveRole(role?: string, options: CallOptions = {}): Promise<string> {
    const named = role ?? this.options.role ?? (process.env["SAGEMAKER_ROLE"] || undefined);
    if (named?.startsWith("arn:")) return named;
    return named === undefined
      ? this.#texts.get("own role", () => getExecutionRole(this), options.signal)
      : this.#texts.get(`role ${named}`, () => expandRole(this, named, {}), options.signal);
  }

  /**
   * Name of the default bucket: the session's option, else `sagemaker-<region>-<account>`.
   *
   * @remarks Nothing is checked, and nothing is created unless `create` is true: then HeadBucket, and CreateBucket if it is missing.
   * @throws {@link ConfigurationError} `BUCKET_UNREADABLE` or `NO_BUCKET` when `create` is true and the bucket is not the caller's
   */
  async defaultBucket(options: CallOptions & { readonly create?: boolean | undefined } = {}): Promise<string> {
    const { create = false, signal } = options;
    const bucket =
      this.options.defaultBucket ?? `sagemaker-${await this.resolveRegion()}-${await this.accountId({ signal })}`;
    if (!create) return bucket;
    return this.#texts.get(`bucket ${bucket}`, () => this.#ensureBucket(bucket), signal);
  }

  /**
   * Uploads a file, a folder with everything in it, a list of files, bytes, or a stream of unknown length.
   *
   * @remarks
   * Keys are `keyPrefix/<file name>`, and for a folder `keyPrefix/<path in the folder>`; they are used verbatim.
   * Files up to 16 MiB are sent whole, larger ones in parts, so that memory stays at the objects and parts in flight.
   * A failed or aborted upload leaves no parts behind.
   *
   * @param source - path, list of paths, bytes, or stream
   * @param options - see {@link UploadOptions}
   * @returns S3 URI: of the object for one file, bytes or a stream; of the folder, with a slash at its end, otherwise
   * @throws {@link ValidationError} `INVALID_INPUT` when a path does not exist, nothing is left to send, or two files get one key
   * @throws {@link ConfigurationError} `NO_BUCKET` or `BUCKET_UNREADABLE` when the bucket is missing or may not be written
   */
  async uploadData(source: UploadSource, options: UploadOptions = {}): Promise<string> {
    const { uploadData } = await import("./upload.js");
    return uploadData(this, () => this.#s3(), source, options);
  }

  /**
   * Writes a text as one object.
   *
   * @param body - text (UTF-8) or bytes
   * @param s3Uri - `s3://bucket/key`
   * @returns the same URI
   * @throws {@link ConfigurationError} `NO_BUCKET` or `BUCKET_UNREADABLE` when the bucket is missing or may not be written
   */
  async uploadString(body: string | Uint8Array, s3Uri: string, options: PutOptions = {}): Promise<string> {
    const { uploadString } = await import("./upload.js");
    return uploadString(await this.#s3(), body, s3Uri, options);
  }

  /**
   * Downloads one object, or everything below a prefix.
   *
   * @remarks
   * `s3://bucket/data` means the object `data` and everything below `data/`, never `data2/…`. One object goes to the file
   * `localPath`, or into it when it is a folder or ends with a slash; several go below the folder `localPath` by their key
   * relative to the prefix. Files appear under their names only when complete. Keys that would leave the folder are refused.
   *
   * @param s3Uri - object or prefix
   * @param localPath - file or folder; missing folders are made
   * @returns paths of the files, in the order of their keys; empty when nothing is there
   * @throws {@link ValidationError} `INVALID_INPUT` when a key would leave the folder or two keys are the same file
   * @throws {@link ConfigurationError} `NO_BUCKET` or `BUCKET_UNREADABLE` when the bucket is missing or may not be read
   */
  async downloadData(s3Uri: string, localPath: string, options: DownloadOptions = {}): Promise<string[]> {
    const { downloadData } = await import("./download.js");
    return downloadData(await this.#s3(), s3Uri, localPath, options);
  }

  /**
   * Reads one object as text (UTF-8).
   *
   * @throws {@link ValidationError} `INVALID_INPUT` when there is no such object
   * @throws {@link ConfigurationError} `NO_BUCKET` or `BUCKET_UNREADABLE` when the bucket is missing or may not be read
   */
  async readS3File(s3Uri: string, options: CallOptions = {}): Promise<string> {
    return Buffer.from(await this.readS3Bytes(s3Uri, options)).toString("utf8");
  }

  /**
   * Reads one object whole.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` when there is no such object
   * @throws {@link ConfigurationError} `NO_BUCKET` or `BUCKET_UNREADABLE` when the bucket is missing or may not be read
   */
  async readS3Bytes(s3Uri: string, options: CallOptions = {}): Promise<Uint8Array> {
    const { readObject } = await import("./read-object.js");
    return readObject(await this.#s3(), s3Uri, options);
  }

  /**
   * Lists the objects below an S3 URI.
   *
   * @param s3Uri - object, folder, or (with `match: "prefix"`) any beginning of keys
   * @returns an async iterable that fetches page by page; `toArray()` gives all at once
   * @throws {@link ConfigurationError} `NO_BUCKET` or `BUCKET_UNREADABLE`, while reading, when the bucket is missing or may not be listed
   */
  listS3Files(s3Uri: string, options: ListOptions = {}): S3Listing {
    return listing(() => this.#s3(), s3Uri, options);
  }

  /**
   * Deletes the objects below an S3 URI.
   *
   * @remarks
   * `s3://bucket/train` means the object `train` and everything below `train/`, never `training/...`; see `match`. Listed
   * page by page and deleted in batches of 1000, so memory does not grow with their number. Finding nothing is no fault.
   * In a bucket that keeps versions, older versions stay.
   *
   * @param s3Uri - object or folder; a URI without a key needs `wholeBucket`
   * @returns how many objects and bytes are gone
   * @throws {@link ValidationError} `INVALID_INPUT` when the URI names a whole bucket and `wholeBucket` is not true
   * @throws {@link DeletionError} `DELETION_INCOMPLETE` naming the objects that S3 refused to delete, after all were tried
   * @throws {@link ConfigurationError} `NO_BUCKET` or `BUCKET_UNREADABLE` when the bucket is missing, or may not be listed or changed
   */
  async deletePrefix(s3Uri: string, options: DeletePrefixOptions = {}): Promise<DeletePrefixResult> {
    const { deletePrefix } = await import("./delete-prefix.js");
    return deletePrefix(() => this.#s3(), s3Uri, options);
  }

  /** Deletes an endpoint; it stops billing. Its configuration and models stay. */
  override async deleteEndpoint(endpointName: string, options: CallOptions = {}): Promise<void> {
    const { DeleteEndpointCommand } = await import("../clients/sagemaker.js");
    const client = await this.#sagemaker();
    await sendWith(options.signal, (o) => client.send(new DeleteEndpointCommand({ EndpointName: endpointName }), o));
  }

  /** Deletes an endpoint configuration. Endpoints that run with it go on. */
  override async deleteEndpointConfig(endpointConfigName: string, options: CallOptions = {}): Promise<void> {
    const { DeleteEndpointConfigCommand } = await import("../clients/sagemaker.js");
    const client = await this.#sagemaker();
    const command = new DeleteEndpointConfigCommand({ EndpointConfigName: endpointConfigName });
    await sendWith(options.signal, (o) => client.send(command, o));
  }

  /** Deletes a model; its files in S3 stay. */
  override async deleteModel(modelName: string, options: CallOptions = {}): Promise<void> {
    const { DeleteModelCommand } = await import("../clients/sagemaker.js");
    const client = await this.#sagemaker();
    await sendWith(options.signal, (o) => client.send(new DeleteModelCommand({ ModelName: modelName }), o));
  }

  /** Describes an endpoint. */
  override async describeEndpoint(endpointName: string, options: CallOptions = {}): Promise<EndpointDescription> {
    const { DescribeEndpointCommand } = await import("../clients/sagemaker.js");
    const client = await this.#sagemaker();
    const command = new DescribeEndpointCommand({ EndpointName: endpointName });
    const { $metadata: _, ...answer } = await sendWith(options.signal, (o) => client.send(command, o));
    const { EndpointStatus } = answer;
    if (EndpointStatus === undefined) {
      throw new UnexpectedResponseError("DescribeEndpoint", `endpoint "${endpointName}"`, ["EndpointStatus"]);
    }
    return {
      ...answer,
      EndpointName: answer.EndpointName ?? endpointName,
      EndpointArn: answer.EndpointArn ?? "",
      EndpointStatus,
    };
  }

  /** Describes an endpoint configuration. */
  override async describeEndpointConfig(
    endpointConfigName: string,
    options: CallOptions = {},
  ): Promise<EndpointConfigDescription> {
    const { DescribeEndpointConfigCommand } = await import("../clients/sagemaker.js");
    const client = await this.#sagemaker();
    const command = new DescribeEndpointConfigCommand({ EndpointConfigName: endpointConfigName });
    const { $metadata: _, ...answer } = await sendWith(options.signal, (o) => client.send(command, o));
    return {
      EndpointConfigName: answer.EndpointConfigName ?? endpointConfigName,
      EndpointConfigArn: answer.EndpointConfigArn ?? "",
      ProductionVariants: (answer.ProductionVariants ?? []).map((variant) => ({
        VariantName: variant.VariantName ?? "",
        ModelName: variant.ModelName,
        InstanceType: variant.InstanceType,
        InitialInstanceCount: variant.InitialInstanceCount,
      })),
    };
  }

  /** Client and commands of S3, for the parts of the library that read data in pieces. @internal */
  async s3Context(): Promise<S3Context> {
    return this.#s3();
  }

  protected override async regionClient(): Promise<unknown> {
    const { STSClient } = await import("../clients/sts.js");
    return this.client("sts", (settings) => new STSClient(settings));
  }

  async #sagemaker(): Promise<SageMakerClient> {
    const { SageMakerClient } = await import("../clients/sagemaker.js");
    return this.client("sagemaker", (settings) => new SageMakerClient(settings));
  }

  async #s3(): Promise<S3Context> {
    const commands = await import("../clients/s3.js");
    const client = this.client(
      "s3",
      // A base URL of one's own rarely answers to <bucket>.<host>.
      (settings) =>
        new commands.S3Client({ ...settings, cacheMiddleware: true, forcePathStyle: settings.endpoint !== undefined }),
    );
    return { client, commands, region: this.region, logger: this.logger };
  }

  async #ensureBucket(bucket: string): Promise<string> {
    const { ensureBucket } = await import("./default-bucket.js");
    await ensureBucket(await this.#s3(), bucket, await this.resolveRegion(), {});
    return bucket;
  }

  async #callerIdentity(): Promise<string> {
    const { GetCallerIdentityCommand, STSClient } = await import("../clients/sts.js");
    const client = this.client("sts", (settings) => new STSClient(settings));
    try {
      const { Arn } = await client.send(new GetCallerIdentityCommand({}));
      if (Arn === undefined) throw new UnexpectedResponseError("GetCallerIdentity", "the caller", ["Arn"]);
      return Arn;
    } catch (error) {
      throw explainCredentials(error);
    }
  }
}
