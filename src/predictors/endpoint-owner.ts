import type { CallOptions, RuntimeSession } from "../session/runtime.js";
import type { EndpointResources } from "./predictor-options.js";

/**
 * Deletes what stands behind a predictor, in the order that never leaves an endpoint billing without being reachable:
 * endpoint, configuration, models. Names are looked up before anything is deleted, because afterwards nobody knows them.
 */
export class EndpointOwner {
  readonly #session: RuntimeSession;
  readonly #endpointName: string;
  readonly #deleted = new Set<string>();
  #configName: string | undefined;
  #modelNames: readonly string[] | undefined;

  constructor(session: RuntimeSession, endpointName: string) {
    this.#session = session;
    this.#endpointName = endpointName;
  }

  /** Deletes the endpoint and then, if asked to, its configuration. */
  async deleteEndpoint(withConfig: boolean, options: CallOptions): Promise<void> {
    // The models' names are kept too, so that deleteModel() works after this.
    const configName = await this.#lookUp(options);
    await this.#session.deleteEndpoint(this.#endpointName, options);
    this.#deleted.add(`endpoint ${this.#endpointName}`);
    if (!withConfig || configName === undefined) return;
    await this.#session.deleteEndpointConfig(configName, options);
    this.#deleted.add(`config ${configName}`);
  }

  /** Deletes every model of every variant. One that fails does not keep the others. */
  async deleteModels(options: CallOptions): Promise<void> {
    if (this.#modelNames === undefined) await this.#lookUp(options);
    await inOrder(
      (this.#modelNames ?? []).map((name) => async () => {
        await this.#session.deleteModel(name, options);
        this.#deleted.add(`model ${name}`);
      }),
      `The models of endpoint "${this.#endpointName}" could not all be deleted`,
    );
  }

  /** Deletes what is left of the resources that a deployment created. What somebody else deleted already is fine. */
  async dispose(owned: EndpointResources): Promise<void> {
    const { endpointName, endpointConfigName, modelName } = owned;
    await this.#deleteOnce("endpoint", endpointName, (name) => this.#session.deleteEndpoint(name));
    await inOrder(
      [
        () => this.#deleteOnce("config", endpointConfigName, (name) => this.#session.deleteEndpointConfig(name)),
        () => this.#deleteOnce("model", modelName, (name) => this.#session.deleteModel(name)),
      ],
      `What belonged to endpoint "${this.#endpointName}" could not all be deleted`,
    );
  }

  async #deleteOnce(kind: string, name: string | undefined, work: (name: string) => Promise<void>): Promise<void> {
    if (name === undefined || this.#deleted.has(`${kind} ${name}`)) return;
    try {
      await work(name);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    this.#deleted.add(`${kind} ${name}`);
  }

  async #lookUp(options: CallOptions): Promise<string | undefined> {
    if (this.#configName !== undefined) return this.#configName;
    const endpoint = await this.#session.describeEndpoint(this.#endpointName, options);
    const configName = endpoint.EndpointConfigName;
    if (configName === undefined) return undefined;
    const { ProductionVariants } = await this.#session.describeEndpointConfig(configName, options);
    this.#modelNames = [...new Set(ProductionVariants.flatMap((variant) => variant.ModelName ?? []))];
    this.#configName = configName;
    return configName;
  }
}

/** SageMaker's delete calls answer a missing resource with a ValidationException that says so. */
function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === "ValidationException" &&
    /could not find|not found|does not exist/iu.test(error.message)
  );
}

/** Does all work, one after another, and throws at the end what failed. */
async function inOrder(work: readonly (() => Promise<void>)[], message: string): Promise<void> {
  const failures: unknown[] = [];
  for (const step of work) await step().catch((error: unknown) => failures.push(error));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${message}: ${failures.map(String).join("; ")}`);
}
