import type {
  AlgorithmSource,
  InvocationRequest,
  InvocationResponse,
  LoadedModel,
  ServingContext,
} from "../engines/index.js";
import { ContainerError } from "../engines/index.js";
import type { FromWorker } from "./protocol.js";
import { WorkerThread } from "./worker-thread.js";

/** How to start a serving worker. */
export interface ModelHostOptions {
  readonly name: string;
  readonly source: AlgorithmSource;
  readonly context: Omit<ServingContext, "log">;
  readonly log: (line: string) => void;
}

interface Pending {
  readonly resolve: (response: InvocationResponse) => void;
  readonly reject: (error: unknown) => void;
}

/** The model could not be loaded, or its worker is gone. */
export class ModelHostError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ModelHostError";
  }
}

/** A loaded model in a worker thread of its own: the part of the serving container. */
export class ModelHost {
  readonly #worker: WorkerThread;
  readonly #pending = new Map<number, Pending>();
  readonly #idle: (() => void)[] = [];
  #nextId = 1;
  #loading:
    | {
        readonly resolve: (parameters: LoadedModel["executionParameters"]) => void;
        readonly reject: (error: unknown) => void;
      }
    | undefined;
  #parameters: LoadedModel["executionParameters"] | undefined;
  #gone: string | undefined;

  private constructor({ name, source, context, log }: ModelHostOptions) {
    this.#worker = new WorkerThread({ kind: "serve", source, context }, name, {
      onMessage: (message) => {
        if (message.type === "line") log(message.text);
        else this.#receive(message);
      },
      onCrash: (problem) => this.#end(problem),
    });
  }

  /**
   * Starts the worker and waits until the model is loaded.
   *
   * @throws ModelHostError when the engine cannot load the model
   */
  static async start(options: ModelHostOptions): Promise<ModelHost> {
    const host = new ModelHost(options);
    try {
      host.#parameters = await new Promise((resolve, reject) => {
        host.#loading = { resolve, reject };
      });
    } catch (error) {
      await host.dispose();
      throw error;
    } finally {
      host.#loading = undefined;
    }
    // An idle endpoint must not keep the process alive.
    host.#worker.keepAlive(false);
    return host;
  }

  /** False when the worker broke down; a new host is needed then. */
  get alive(): boolean {
    return this.#gone === undefined;
  }

  get executionParameters(): LoadedModel["executionParameters"] {
    if (!this.#parameters) throw new ModelHostError("The model is not loaded yet.");
    return this.#parameters;
  }

  /**
   * @throws ContainerError as the model answered
   * @throws ModelHostError when the worker broke down
   */
  async invoke(request: InvocationRequest): Promise<InvocationResponse> {
    if (this.#gone !== undefined) throw new ModelHostError(this.#gone);
    const id = this.#nextId++;
    if (this.#pending.size === 0) this.#worker.keepAlive(true);
    try {
      return await new Promise<InvocationResponse>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        const { contentType, accept, customAttributes, isBatch } = request;
        // A view would take its whole buffer along, and the caller keeps its bytes: the worker gets a copy of its own.
        const body = new Uint8Array(request.body);
        this.#worker.send({ type: "invoke", id, body, contentType, accept, customAttributes, isBatch }, [body.buffer]);
      });
    } finally {
      this.#pending.delete(id);
      if (this.#pending.size === 0) {
        if (this.#gone === undefined) this.#worker.keepAlive(false);
        for (const wake of this.#idle.splice(0)) wake();
      }
    }
  }

  /** Ends the worker. Requests in flight fail, unless `drain` lets them finish first. */
  async dispose(options: { readonly drain?: boolean } = {}): Promise<void> {
    if (options.drain && this.#pending.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#end("The model was unloaded.");
    await this.#worker.terminate();
  }

  #receive(message: FromWorker): void {
    if (message.type === "loaded") this.#loading?.resolve(message.executionParameters);
    else if (message.type === "failed") this.#loading?.reject(new ModelHostError(message.failure.message));
    else if (message.type === "answer") this.#pending.get(message.id)?.resolve(message);
    else if (message.type === "refused") {
      this.#pending.get(message.id)?.reject(new ContainerError(message.status, message.message));
    }
  }

  #end(problem: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = problem;
    const error = new ModelHostError(problem);
    this.#loading?.reject(error);
    for (const pending of this.#pending.values()) pending.reject(error);
  }
}
