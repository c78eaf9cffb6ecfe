import { ConfigurationError, UnsupportedError } from "../errors/index.js";
import type { Logger } from "../internal/logger.js";
import { VERSION } from "../internal/version.js";
import type { AwsClientLike, ClientName, ClientSettings } from "./client-settings.js";
import type { CallOptions, EndpointConfigDescription, EndpointDescription } from "./resource-options.js";
import { checkSessionOptions, type SessionOptions } from "./session-options.js";

/**
 * Settings and AWS clients for predictions: region, credentials, and one client per service.
 *
 * @remarks
 * The light half of {@link Session}: it can load no AWS client by itself, so a bundle with only a predictor holds the
 * runtime client and nothing else. Construction is synchronous and sends nothing.
 *
 * @public
 */
export class RuntimeSession implements AsyncDisposable {
  /** Where the library reports to; undefined means silence. */
  readonly logger: Logger | undefined;
  /**
   * The region as far as it is known without asking anybody: option, else `AWS_REGION` or `AWS_DEFAULT_REGION`.
   * Undefined when given clients decide it or only the shared config file names it; see {@link RuntimeSession.resolveRegion}.
   */
  readonly region: string | undefined;
  protected readonly options: SessionOptions;
  readonly #made = new Map<string, unknown>();
  readonly #givenRegions: readonly RegionProvider[];
  #region: Promise<string> | undefined;

  /**
   * @throws {@link ValidationError} `INVALID_OPTIONS` when an option is unknown or unusable, naming every fault
   */
  constructor(options: SessionOptions = {}) {
    checkSessionOptions(options);
    this.options = Object.freeze({ ...options });
    this.logger = options.logger;
    this.#givenRegions = Object.values(options.clients ?? {}).flatMap((client) => regionProvider(client) ?? []);
    this.region = options.region ?? (this.#givenRegions.length > 0 ? undefined : regionFromEnvironment());
  }

  /**
   * The region: option, region of the given clients, `AWS_REGION`, `AWS_DEFAULT_REGION`, then the shared config file.
   *
   * @throws {@link ConfigurationError} `NO_REGION` when none of these names one
   */
  async resolveRegion(): Promise<string> {
    if (this.region !== undefined) return this.region;
    this.#region ??= this.#lookUpRegion().catch((error: unknown) => {
      this.#region = undefined;
      throw error;
    });
    return this.#region;
  }

  /**
   * The client of a service: the one given in the options, else the one made earlier, else a new one.
   *
   * @param name - service
   * @param create - makes the client from the session's settings; called at most once per `name` and `variant`
   * @param variant - tells apart clients of one service with different settings; a client given in the options serves all
   */
  client<T>(name: ClientName, create: (settings: ClientSettings) => T, variant = ""): T {
    const given = this.options.clients?.[name];
    if (given !== undefined) return given as unknown as T;
    const key = `${name} ${variant}`;
    if (!this.#made.has(key)) this.#made.set(key, create(this.#settings()));
    return this.#made.get(key) as T;
  }

  /** True when the options hold a client for the service. */
  hasGivenClient(name: ClientName): boolean {
    return this.options.clients?.[name] !== undefined;
  }

  /**
   * Deletes an endpoint. Needs a full {@link Session}.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` in a RuntimeSession
   */
  async deleteEndpoint(_endpointName: string, _options?: CallOptions): Promise<void> {
    throw needsSession("deleteEndpoint");
  }

  /**
   * Deletes an endpoint configuration. Needs a full {@link Session}.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` in a RuntimeSession
   */
  async deleteEndpointConfig(_endpointConfigName: string, _options?: CallOptions): Promise<void> {
    throw needsSession("deleteEndpointConfig");
  }

  /**
   * Deletes a model. Needs a full {@link Session}.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` in a RuntimeSession
   */
  async deleteModel(_modelName: string, _options?: CallOptions): Promise<void> {
    throw needsSession("deleteModel");
  }

  /**
   * Describes an endpoint. Needs a full {@link Session}.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` in a RuntimeSession
   */
  async describeEndpoint(_endpointName: string, _options?: CallOptions): Promise<EndpointDescription> {
    throw needsSession("describeEndpoint");
  }

  /**
   * Describes an endpoint configuration. Needs a full {@link Session}.
   *
   * @throws {@link UnsupportedError} `UNSUPPORTED_OPERATION` in a RuntimeSession
   */
  async describeEndpointConfig(
    _endpointConfigName: string,
    _options?: CallOptions,
  ): Promise<EndpointConfigDescription> {
    throw needsSession("describeEndpointConfig");
  }

  /**
   * Closes the connections of the clients that the session made; clients and request handlers that were given stay open.
   * A later call makes new clients.
   */
  async close(): Promise<void> {
    const made = [...this.#made.values()] as Partial<AwsClientLike>[];
    this.#made.clear();
    // Destroying a client destroys its request handler, which belongs to the caller when it was given as an object.
    const handler = this.options.requestHandler as { handle?: unknown } | undefined;
    if (typeof handler?.handle === "function") return;
    for (const client of made) client.destroy?.();
  }

  /** Same as {@link RuntimeSession.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A client whose provider reads the region from the shared config file, made when no other client exists. */
  protected async regionClient(): Promise<unknown> {
    return undefined;
  }

  async #lookUpRegion(): Promise<string> {
    const lookedAt = ['option "region"', ...(this.#givenRegions.length > 0 ? ["given clients"] : [])];
    let cause: unknown;
    const ask = async (provider: RegionProvider | undefined): Promise<string | undefined> => {
      try {
        const region = await provider?.();
        return typeof region === "string" && region ? region : undefined;
      } catch (error) {
        cause = error;
        return undefined;
      }
    };
    for (const provider of this.#givenRegions) {
      const region = await ask(provider);
      if (region !== undefined) return region;
    }
    lookedAt.push("AWS_REGION", "AWS_DEFAULT_REGION");
    const fromEnvironment = regionFromEnvironment();
    if (fromEnvironment !== undefined) return fromEnvironment;
    if (this.#givenRegions.length === 0) {
      lookedAt.push(`shared config file, profile "${this.options.profile ?? process.env["AWS_PROFILE"] ?? "default"}"`);
      const made = [...this.#made.values()].find((client) => regionProvider(client));
      const region = await ask(regionProvider(made ?? (await this.regionClient())));
      if (region !== undefined) return region;
    }
    throw new ConfigurationError(
      `No AWS region is set (looked at ${lookedAt.join(", ")}). Pass { region: "us-east-1" } to the session or set AWS_REGION.`,
      "NO_REGION",
      { lookedAt, cause },
    );
  }

  /** Our clients work where the given ones do. With none given and no region set, the AWS SDK reads the shared config file. */
  #regionSetting(): Pick<ClientSettings, "region"> {
    if (this.region !== undefined) return { region: this.region };
    return this.#givenRegions.length > 0 ? { region: () => this.resolveRegion() } : {};
  }

  #settings(): ClientSettings {
    const { credentials, profile, endpoint, requestHandler, maxAttempts } = this.options;
    return {
      ...this.#regionSetting(),
      ...(credentials === undefined ? {} : { credentials: credentials as NonNullable<ClientSettings["credentials"]> }),
      ...(profile === undefined ? {} : { profile }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(requestHandler === undefined ? {} : { requestHandler: requestHandler as Record<string, unknown> }),
      ...(maxAttempts === undefined ? {} : { maxAttempts }),
      customUserAgent: [["sagemaker-ts", VERSION]],
    };
  }
}

type RegionProvider = () => Promise<unknown>;

function regionProvider(client: unknown): RegionProvider | undefined {
  const config = (client as { config?: { region?: unknown } } | undefined)?.config;
  return typeof config?.region === "function" ? (config.region as RegionProvider) : undefined;
}

function regionFromEnvironment(): string | undefined {
  return process.env["AWS_REGION"] || process.env["AWS_DEFAULT_REGION"] || undefined;
}

function needsSession(method: string): UnsupportedError {
  return new UnsupportedError(
    `A RuntimeSession only sends predictions; ${method} needs a full session: pass { session: new Session() }.`,
    "UNSUPPORTED_OPERATION",
    ["Session"],
  );
}
