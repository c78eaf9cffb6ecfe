import { LocalError } from "../errors/index.js";
import type { LocalIdentity, WireRequest, WireResponse } from "./core/contract.js";
import type { LocalDependencies } from "./core/dependencies.js";
import { type LocalRequest, RequestLog } from "./core/request-log.js";
import { Router } from "./core/router.js";
import {
  type LocalSageMakerOptions,
  type LocalSettings,
  localSettings,
  roleArnOf,
  TEMPORARY_ROOT,
} from "./local-options.js";
import { AwsJsonProtocol } from "./protocol/awsjson.js";
import { QueryProtocol } from "./protocol/query.js";
import { RuntimeProtocol } from "./protocol/restjson.js";
import { createIamService } from "./services/iam.js";
import { createLogsService } from "./services/logs.js";
import { S3Protocol } from "./services/s3/protocol.js";
import { SageMakerControlPlane } from "./services/sagemaker/index.js";
import { createStsService } from "./services/sts.js";
import { FileLogStore } from "./store/log-store.js";
import { FileObjectStore } from "./store/object-store.js";
import { FileRecordStore } from "./store/record-store.js";
import { StoreRoot } from "./store/store-root.js";
import { InProcessHandler } from "./transport/in-process-handler.js";
import { type ListenOptions, listenSettings } from "./transport/listen-options.js";
import { LocalServer } from "./transport/local-server.js";

/** How long the close waits for requests that are still being answered. */
const CLOSE_WAIT_MILLISECONDS = 5_000;

/**
 * Settings for an AWS SDK client (version 3) that talks to an embedded SageMaker.
 *
 * @public
 */
export interface LocalClientSettings {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoint: string;
  readonly useFipsEndpoint: false;
  readonly useDualstackEndpoint: false;
  readonly requestHandler: InProcessHandler;
}

/**
 * An embedded SageMaker with S3, STS, IAM and CloudWatch Logs: it really trains, stores and serves, inside this process and
 * a folder on this disk. No socket is opened unless {@link LocalSageMaker.listen} is called.
 *
 * @remarks
 * Everything lives below `root`, readable: objects as files, resources as JSON, logs as JSON lines. One process at a time can
 * have a root open. Jobs and endpoints outlive the process: the next one finds them.
 *
 * @example
 * ```ts
 * await using local = await LocalSageMaker.create({ root: "temporary" });
 * const s3 = new S3Client(local.clientSettings);
 * await s3.send(new CreateBucketCommand({ Bucket: "my-bucket" }));
 * ```
 * @public
 */
export class LocalSageMaker implements AsyncDisposable {
  /** Folder of the store, absolute. */
  readonly root: string;
  readonly accountId: string;
  readonly region: string;
  /** ARN of the execution role; IAM GetRole knows it, and STS says that the caller has it. */
  readonly roleArn: string;
  /** AWS SDK request handler that answers with this service. */
  readonly requestHandler: InProcessHandler;
  readonly #store: StoreRoot;
  readonly #router: Router;
  readonly #requests: RequestLog;
  readonly #s3: S3Protocol;
  readonly #sagemaker: SageMakerControlPlane;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #servers = new Set<LocalServer>();
  #closing: Promise<void> | undefined;

  private constructor(store: StoreRoot, settings: LocalSettings) {
    const { accountId, region, logger } = settings;
    const identity: LocalIdentity = { accountId, region, roleArn: roleArnOf(settings) };
    const { paths } = store;
    const objects = new FileObjectStore(paths.objects, paths.temporary);
    const logs = new FileLogStore(paths.logs);
    const dependencies: LocalDependencies = {
      identity,
      objects,
      records: new FileRecordStore(paths.records, paths.temporary),
      logs,
      paths,
      settings: { seed: settings.seed, threads: settings.threads },
      timing: settings.timing,
      now: () => Date.now(),
      logger,
    };
    this.#store = store;
    this.root = paths.root;
    this.accountId = accountId;
    this.region = region;
    this.roleArn = identity.roleArn;
    this.requestHandler = new InProcessHandler(() => this);
    this.#requests = new RequestLog(settings.requestLogSize);
    this.#s3 = new S3Protocol(identity, objects, paths.temporary);
    this.#sagemaker = new SageMakerControlPlane(dependencies, { maxConcurrentJobs: settings.maxConcurrentJobs });
    const protocols = [
      new AwsJsonProtocol([
        { name: "sagemaker", service: this.#sagemaker },
        { name: "logs", service: createLogsService(identity, logs) },
      ]),
      new RuntimeProtocol(this.#sagemaker.runtime),
      new QueryProtocol([createStsService(identity, dependencies.now), createIamService(identity)]),
      this.#s3,
    ];
    this.#router = new Router(protocols, this.#requests, logger);
  }

  /**
   * Opens a store, makes it when it does not exist, and starts the service on it: endpoints of the last process serve again,
   * its unfinished jobs are marked as failed.
   *
   * @throws {@link ValidationError} `INVALID_OPTIONS` for unusable options or a `root` that holds something else
   * @throws {@link LocalError} `LOCAL_STORE_LOCKED` when another process has the store open, naming it
   */
  static async create(options: LocalSageMakerOptions = {}): Promise<LocalSageMaker> {
    const settings = localSettings(options);
    const store =
      settings.root === TEMPORARY_ROOT ? await StoreRoot.openTemporary() : await StoreRoot.open(settings.root);
    try {
      const local = new LocalSageMaker(store, settings);
      await local.#sagemaker.start();
      return local;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** The last requests, oldest first; at most `requestLogSize` of them. */
  get requests(): readonly LocalRequest[] {
    return this.#requests.entries;
  }

  /** Constructor argument for any AWS SDK client (version 3). */
  get clientSettings(): LocalClientSettings {
    return {
      ...localClientSettings(this.region),
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      requestHandler: this.requestHandler,
    };
  }

  /** Forgets the requests so far. */
  clearRequests(): void {
    this.#requests.clear();
  }

  /**
   * Answers one request as it is on the wire.
   *
   * @throws {@link LocalError} `LOCAL_CLOSED` after {@link LocalSageMaker.close}
   */
  async handle(request: WireRequest): Promise<WireResponse> {
    this.#checkOpen();
    const answer = this.#router.handle(request);
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  /**
   * Serves clients of other processes (AWS CLI, boto3, other SDKs) over HTTP on a loopback address. Several calls give
   * several servers; {@link LocalSageMaker.close} closes them all.
   *
   * @throws {@link ValidationError} `INVALID_OPTIONS` for a port or host that is none
   * @throws {@link LocalError} `LOCAL_LISTEN_FAILED` when the port is taken; `LOCAL_CLOSED` after the close
   */
  async listen(options: ListenOptions = {}): Promise<LocalServer> {
    const settings = listenSettings(options);
    this.#checkOpen();
    const { region, roleArn } = this;
    let server: LocalServer | undefined;
    server = await LocalServer.listen(this, settings, async () => {
      // Aborted before it was in use.
      if (!server || !this.#servers.delete(server)) return;
      const [other] = this.#servers;
      await this.#store.publish(other && { url: other.url, region, roleArn });
    });
    this.#servers.add(server);
    await this.#store.publish({ url: server.url, region, roleArn });
    if (this.#closing) await server.close();
    this.#checkOpen();
    return server;
  }

  /** Resolves when a job is in its final status, or when an endpoint is no longer being created or updated. */
  async settled(kind: "training-job" | "transform-job" | "tuning-job" | "endpoint", name: string): Promise<void> {
    await this.#sagemaker.settled(kind, name);
  }

  /**
   * Stops the workers, ends reads that are under way and gives the store back. Running jobs are stored as failed. A temporary
   * store is removed.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** Same as {@link LocalSageMaker.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #checkOpen(): void {
    if (this.#closing) throw new LocalError(`The local SageMaker on ${this.root} is closed.`, "LOCAL_CLOSED");
  }

  async #close(): Promise<void> {
    try {
      await Promise.all([...this.#servers].map((server) => server.close()));
      await this.#sagemaker.close();
      await this.#answersUnderWay();
      await this.#s3.close();
    } finally {
      await this.#store.close();
    }
  }

  async #answersUnderWay(): Promise<void> {
    if (this.#underWay.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WAIT_MILLISECONDS);
    });
    await Promise.race([Promise.allSettled(this.#underWay), patience]);
    clearTimeout(timer);
  }
}

/** Settings that keep a client from looking for credentials or endpoints anywhere else. */
export function localClientSettings(region: string): Pick<LocalClientSettings, "region" | "credentials" | "endpoint"> {
  return {
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    // Never connected to. An IP address keeps S3 from putting bucket names into the host, and an explicit endpoint
    // outweighs every endpoint that the environment or a config file may name.
    endpoint: "https://127.0.0.1",
  };
}
