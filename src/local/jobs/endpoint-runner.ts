import { sleep } from "../../internal/abort.js";
import { type Random, seededRandom } from "../../internal/random.js";
import type { InvocationRequest, InvocationResponse } from "../engines/index.js";
import { type EndpointRecord, endpointKind, type ServedVariant } from "./endpoint-record.js";
import type { JobEnvironment } from "./environment.js";
import { LogWriter } from "./log-writer.js";
import type { ModelCache } from "./model-cache.js";
import type { ModelHost } from "./model-host.js";
import { ModelStartError, messageOf, startModel } from "./served-model.js";

/** Why an endpoint cannot take an invocation. */
export type InvocationProblem = "no-endpoint" | "no-variant";

/** A model of a variant and what belongs to it. */
interface LiveVariant {
  readonly variant: ServedVariant;
  readonly log: LogWriter;
  /** Undefined until the variant is first needed after a restart. */
  host: Promise<ModelHost> | undefined;
}

interface LiveEndpoint {
  readonly record: EndpointRecord;
  readonly random: Random;
  /** Aborts when the endpoint is deleted or the service closes. */
  readonly gone: AbortController;
  variants: readonly LiveVariant[];
  /** The creation or update in progress. */
  work: Promise<void>;
}

/** Keeps the models of endpoints in worker threads, one per variant. */
export class EndpointRunner {
  readonly #environment: JobEnvironment;
  readonly #cache: ModelCache;
  readonly #live = new Map<string, LiveEndpoint>();
  /** Variants that an update has replaced, as long as they have requests to answer. */
  readonly #draining = new Set<LiveVariant>();

  constructor(environment: JobEnvironment, cache: ModelCache) {
    this.#environment = environment;
    this.#cache = cache;
  }

  /** Takes over an endpoint from its record and goes on where it stands: create, update, or wait for invocations. */
  open(record: EndpointRecord): void {
    const endpoint: LiveEndpoint = {
      record,
      random: seededRandom(this.#environment.settings.seed),
      gone: new AbortController(),
      variants: this.#liveVariants(record, record.variants),
      work: Promise.resolve(),
    };
    this.#live.set(record.name, endpoint);
    if (record.status === "Creating") this.#start(endpoint, () => this.#create(endpoint));
    else if (record.status === "Updating") this.#start(endpoint, () => this.#update(endpoint));
  }

  /** The live record: what Describe shows and what an update changes. */
  record(name: string): EndpointRecord | undefined {
    return this.#live.get(name)?.record;
  }

  /** Switches to other variants; the old ones answer until the new ones are loaded. */
  async update(name: string, configName: string, variants: readonly ServedVariant[]): Promise<void> {
    const endpoint = this.#live.get(name);
    if (!endpoint) return;
    endpoint.record.status = "Updating";
    endpoint.record.pending = { configName, variants };
    delete endpoint.record.failureReason;
    await this.#store(endpoint);
    this.#start(endpoint, () => this.#update(endpoint));
  }

  /** Stores a change of the live record, for example of weights. */
  async save(name: string): Promise<void> {
    const endpoint = this.#live.get(name);
    if (endpoint) await this.#store(endpoint);
  }

  async remove(name: string): Promise<void> {
    const endpoint = this.#live.get(name);
    if (!endpoint) return;
    this.#live.delete(name);
    endpoint.gone.abort(new Error(`The endpoint ${name} was deleted.`));
    await this.#environment.records.remove(endpointKind, name);
    await this.#release(endpoint.variants, false);
  }

  /** Resolves when the creation or update in progress is over. */
  async settled(name: string): Promise<void> {
    await this.#live.get(name)?.work;
  }

  /** Ends all workers; the records stay, and a later service goes on with them. */
  async close(): Promise<void> {
    const endpoints = [...this.#live.values()];
    this.#live.clear();
    for (const endpoint of endpoints) endpoint.gone.abort(new Error("The local service is closing."));
    await Promise.allSettled(endpoints.map((endpoint) => endpoint.work));
    const variants = [...endpoints.flatMap((endpoint) => endpoint.variants), ...this.#draining];
    await Promise.allSettled(variants.map((live) => this.#release([live], false)));
  }

  /**
   * @throws ContainerError as the model answered
   * @throws ModelStartError or ModelHostError when the model cannot be loaded or its worker broke down
   */
  async invoke(
    name: string,
    targetVariant: string | undefined,
    request: InvocationRequest,
  ): Promise<InvocationProblem | { readonly response: InvocationResponse; readonly variant: string }> {
    const endpoint = this.#live.get(name);
    const status = endpoint?.record.status;
    if (!endpoint || (status !== "InService" && status !== "Updating")) return "no-endpoint";
    const chosen =
      targetVariant === undefined
        ? pick(endpoint)
        : endpoint.variants.find(({ variant }) => variant.name === targetVariant);
    if (!chosen) return "no-variant";
    const host = await this.#readyHost(endpoint, chosen);
    return { response: await host.invoke(request), variant: chosen.variant.name };
  }

  /** The loaded model of a variant: loads it after a restart of the service or of its worker. */
  async #readyHost(endpoint: LiveEndpoint, live: LiveVariant): Promise<ModelHost> {
    const loading = live.host;
    const host = await loading;
    if (host?.alive) return host;
    // Of several invocations that find the worker gone, the first one starts the next worker for all of them.
    if (live.host === loading) live.host = this.#load(endpoint, live);
    return live.host ?? this.#load(endpoint, live);
  }

  #start(endpoint: LiveEndpoint, work: () => Promise<void>): void {
    endpoint.work = work().catch((error: unknown) => {
      if (!endpoint.gone.signal.aborted) {
        this.#environment.logger?.error(
          `Endpoint ${endpoint.record.name}: its status could not be stored: ${messageOf(error)}`,
        );
      }
    });
  }

  async #create(endpoint: LiveEndpoint): Promise<void> {
    const { record } = endpoint;
    try {
      await sleep(this.#environment.delays.endpoint * 1000, endpoint.gone.signal);
      await this.#loadAll(endpoint, endpoint.variants);
      record.status = "InService";
    } catch (error) {
      if (endpoint.gone.signal.aborted) return;
      record.status = "Failed";
      record.failureReason = messageOf(error);
    }
    await this.#store(endpoint);
  }

  async #update(endpoint: LiveEndpoint): Promise<void> {
    const { record } = endpoint;
    const { configName, variants } = record.pending ?? { configName: record.configName, variants: record.variants };
    const next = this.#liveVariants(record, variants);
    try {
      await sleep(this.#environment.delays.endpoint * 1000, endpoint.gone.signal);
      await this.#loadAll(endpoint, next);
    } catch (error) {
      await this.#release(next, false);
      if (endpoint.gone.signal.aborted) return;
      // The old variants never stopped answering: the endpoint is back in service with the reason shown.
      record.status = "InService";
      record.failureReason = messageOf(error);
      delete record.pending;
      await this.#store(endpoint);
      return;
    }
    const previous = endpoint.variants;
    endpoint.variants = next;
    record.variants = variants;
    record.configName = configName;
    record.status = "InService";
    delete record.pending;
    await this.#store(endpoint);
    for (const live of previous) this.#drain(live);
  }

  /** Lets a replaced variant answer what it has, then ends it; an update does not wait for that. */
  #drain(live: LiveVariant): void {
    this.#draining.add(live);
    this.#release([live], true)
      .catch((error: unknown) => this.#environment.logger?.error(messageOf(error)))
      .finally(() => this.#draining.delete(live));
  }

  async #loadAll(endpoint: LiveEndpoint, variants: readonly LiveVariant[]): Promise<void> {
    const loads = variants.map((live) => {
      live.host = this.#load(endpoint, live);
      return live.host;
    });
    await Promise.allSettled(loads);
    try {
      await Promise.all(loads);
    } catch (error) {
      await this.#release(variants, false);
      throw error;
    }
    endpoint.gone.signal.throwIfAborted();
  }

  async #load(endpoint: LiveEndpoint, live: LiveVariant): Promise<ModelHost> {
    const { variant, log } = live;
    try {
      const { host, archiveKey } = await startModel(this.#environment, this.#cache, variant.model, {
        name: `serve ${endpoint.record.name} ${variant.name}`,
        instanceType: variant.instanceType ?? "",
        archiveKey: variant.archiveKey,
        log: (line) => log.write(line),
        loadFailure:
          `The primary container for production variant ${variant.name} did not pass the ping health check. ` +
          "Please check CloudWatch logs for this endpoint.",
      });
      if (endpoint.gone.signal.aborted) {
        await host.dispose();
        throw endpoint.gone.signal.reason;
      }
      variant.archiveKey = archiveKey;
      return host;
    } catch (error) {
      // The next invocation tries again.
      live.host = undefined;
      if (error instanceof ModelStartError) log.write(error.detail);
      throw error;
    } finally {
      await log.flush();
    }
  }

  async #release(variants: readonly LiveVariant[], drain: boolean): Promise<void> {
    for (const live of variants) {
      const host = await live.host?.catch(() => undefined);
      await host?.dispose({ drain });
      await live.log.flush().catch((error: unknown) => this.#environment.logger?.error(messageOf(error)));
    }
  }

  #liveVariants(record: EndpointRecord, variants: readonly ServedVariant[]): LiveVariant[] {
    const { logs, now } = this.#environment;
    return variants.map((variant) => ({
      variant,
      log: new LogWriter(logs, endpointLogGroup(record.name), `${variant.name}/${variant.instanceId}`, now),
      host: undefined,
    }));
  }

  async #store({ record, gone }: LiveEndpoint): Promise<void> {
    if (gone.signal.aborted) return;
    record.lastModifiedTime = this.#environment.now();
    await this.#environment.records.write(endpointKind, record.name, record);
  }
}

/** Log group of an endpoint. */
export function endpointLogGroup(name: string): string {
  return `/aws/sagemaker/Endpoints/${name}`;
}

/** A variant by weight; the first one when all weights are 0. */
function pick({ variants, random }: LiveEndpoint): LiveVariant | undefined {
  const total = variants.reduce((sum, { variant }) => sum + variant.weight, 0);
  if (variants.length <= 1 || total <= 0) return variants[0];
  let rest = random.next() * total;
  for (const live of variants) {
    rest -= live.variant.weight;
    if (rest < 0) return live;
  }
  return variants.at(-1);
}
