import { randomUUID } from "node:crypto";
import type { Logger } from "../../internal/logger.js";
import type { WireRequest, WireResponse } from "./contract.js";
import type { Protocol } from "./exchange.js";
import type { RequestLog } from "./request-log.js";

/** Hands each request to the first protocol that knows it, and keeps the log of requests. */
export class Router {
  readonly #protocols: readonly Protocol[];
  readonly #log: RequestLog;
  readonly #logger: Logger | undefined;

  /** @param protocols - in order; the last one must accept everything */
  constructor(protocols: readonly Protocol[], log: RequestLog, logger: Logger | undefined) {
    this.#protocols = protocols;
    this.#log = log;
    this.#logger = logger;
  }

  async handle(request: WireRequest): Promise<WireResponse> {
    request.signal?.throwIfAborted();
    const at = new Date();
    const started = performance.now();
    const requestId = randomUUID();
    const protocol = this.#protocols.find((candidate) => candidate.accepts(request));
    if (!protocol) throw new Error("no protocol accepts the request");
    const exchange = await protocol.answer(request, requestId);
    const milliseconds = performance.now() - started;
    this.#log.add(exchange, requestId, at, milliseconds);
    const { service, operation, error } = exchange;
    const outcome = error ? `${error.code}: ${error.message}` : String(exchange.response.status);
    const line = `local ${service} ${operation} ${outcome} (${milliseconds.toFixed(1)} ms)`;
    if (error && error.status >= 500) this.#logger?.error(line);
    else this.#logger?.debug(line);
    return exchange.response;
  }
}
