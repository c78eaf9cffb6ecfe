import { LocalError, ValidationError } from "../errors/index.js";
import { unknownKeyIssues } from "../internal/options.js";
import { Session } from "../session/index.js";
import { LOCAL_OPTION_KEYS, type LocalSageMakerOptions, localSettings, roleArnOf } from "./local-options.js";
import { LocalSageMaker, localClientSettings } from "./local-sagemaker.js";
import { InProcessHandler } from "./transport/in-process-handler.js";

/**
 * Settings of a {@link LocalSession}: those of the embedded SageMaker that it opens, and those of a session.
 *
 * @public
 */
export interface LocalSessionOptions extends LocalSageMakerOptions {
  /** An open service to use instead of opening one; it stays open when the session closes. */
  readonly service?: LocalSageMaker | undefined;
  /** Execution role. Default: the role of the service. */
  readonly role?: string | undefined;
  /** Bucket for uploads and outputs. Default: `sagemaker-<region>-<account>`; it is never created unless asked. */
  readonly defaultBucket?: string | undefined;
  /** Prefix put before every key that goes to the default bucket. Default: none. */
  readonly defaultBucketPrefix?: string | undefined;
}

const SESSION_KEYS = ["service", "role", "defaultBucket", "defaultBucketPrefix"] as const;

/**
 * A session whose AWS is an embedded SageMaker inside this process.
 *
 * @remarks
 * Everything else takes it for an ordinary session: the same clients, requests and errors. The service is opened with the
 * first request, on the folder `root`; construction is synchronous and touches nothing. Close the session, or the store stays
 * locked until the process ends.
 *
 * @example
 * ```ts
 * await using session = new LocalSession();
 * const bucket = await session.defaultBucket({ create: true });
 * ```
 * @public
 */
export class LocalSession extends Session {
  readonly #local: LazyService;

  /**
   * @throws {@link ValidationError} `INVALID_OPTIONS` when an option is unknown or unusable, naming every fault
   */
  constructor(options: LocalSessionOptions = {}) {
    const local = new LazyService(options);
    const { role, defaultBucket, defaultBucketPrefix, logger } = options;
    super({
      ...localClientSettings(local.region),
      requestHandler: new InProcessHandler(() => local.get()),
      role: role ?? local.roleArn,
      defaultBucket,
      defaultBucketPrefix,
      logger,
    });
    this.#local = local;
  }

  /**
   * The embedded SageMaker behind this session, opened when it was not yet.
   *
   * @throws {@link LocalError} `LOCAL_STORE_LOCKED` when another process has the store open; `LOCAL_CLOSED` after the close
   */
  async service(): Promise<LocalSageMaker> {
    return this.#local.get();
  }

  /** Closes the clients, and the service when this session opened it. Later requests fail with `LOCAL_CLOSED`. */
  override async close(): Promise<void> {
    await super.close();
    await this.#local.close();
  }
}

/** Opens the service once, with the first request. */
class LazyService {
  readonly region: string;
  readonly roleArn: string;
  readonly #given: LocalSageMaker | undefined;
  readonly #options: LocalSageMakerOptions;
  #opened: Promise<LocalSageMaker> | undefined;
  #isClosed = false;

  constructor(options: LocalSessionOptions) {
    const issues = unknownKeyIssues(options, [...LOCAL_OPTION_KEYS, ...SESSION_KEYS], "LocalSession");
    const { service, role, defaultBucket, defaultBucketPrefix, ...localOptions } = options;
    const { logger: _, ...ownOptions } = localOptions;
    const superfluous = Object.entries(ownOptions).filter(([, value]) => value !== undefined);
    if (service && superfluous.length > 0) {
      const names = superfluous.map(([name]) => name).join(", ");
      const message = `${names}: the given service has its own settings; leave these out, or leave out service`;
      issues.push({ path: ["service"], message });
    }
    if (issues.length > 0) throw new ValidationError("LocalSession", issues);
    const settings = localSettings(localOptions);
    this.region = service?.region ?? settings.region;
    this.roleArn = service?.roleArn ?? roleArnOf(settings);
    this.#given = service;
    this.#options = localOptions;
  }

  async get(): Promise<LocalSageMaker> {
    if (this.#given) return this.#given;
    if (this.#isClosed) throw new LocalError("This LocalSession is closed; make a new one.", "LOCAL_CLOSED");
    this.#opened ??= LocalSageMaker.create(this.#options).catch((error: unknown) => {
      // Whoever holds the store may let it go.
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }
}
