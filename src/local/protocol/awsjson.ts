import { type JsonService, ServiceError, type WireRequest, type WireResponse } from "../core/contract.js";
import type { Exchange, Protocol } from "../core/exchange.js";
import { internalFailure, readBody } from "./body.js";

const MAX_BODY_BYTES = 2 ** 20;
const CONTENT_TYPE = "application/x-amz-json-1.1";

/** AWS JSON 1.1: one address, the operation in `X-Amz-Target`, JSON objects in both directions. */
export class AwsJsonProtocol implements Protocol {
  readonly #services: ReadonlyMap<string, NamedJsonService>;

  constructor(services: readonly NamedJsonService[]) {
    this.#services = new Map(services.map((entry) => [entry.service.targetPrefix, entry]));
  }

  accepts(request: WireRequest): boolean {
    return request.headers["x-amz-target"] !== undefined;
  }

  async answer(request: WireRequest, requestId: string): Promise<Exchange> {
    const target = request.headers["x-amz-target"] ?? "";
    const dot = target.lastIndexOf(".");
    const operation = target.slice(dot + 1);
    const named = this.#services.get(target.slice(0, Math.max(0, dot)));
    let input: Record<string, unknown> = {};
    try {
      if (!named) {
        throw new ServiceError(
          "UnknownOperationException",
          `[local mode] The service of "${target}" is not available.`,
        );
      }
      input = parseInput(await readBody(request, MAX_BODY_BYTES, tooLarge));
      const output = await named.service.call(operation, input);
      const response = json(200, output, requestId);
      return { response, service: named.name, operation, input, error: undefined };
    } catch (failure) {
      request.signal?.throwIfAborted();
      const error = failure instanceof ServiceError ? failure : internalFailure(failure);
      const response = json(error.status, { __type: error.code, message: error.message, ...error.members }, requestId);
      return { response, service: named?.name ?? "unknown", operation, input, error };
    }
  }
}

/** A JSON service under the name that the request log uses. */
export interface NamedJsonService {
  readonly name: string;
  readonly service: JsonService;
}

function parseInput(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new ServiceError("SerializationException", "The request body is not valid JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ServiceError("SerializationException", "Start of structure or map found where not expected.");
  }
  return value as Record<string, unknown>;
}

function tooLarge(): ServiceError {
  return new ServiceError("RequestEntityTooLargeException", "Request entity too large.", 413);
}

function json(status: number, value: unknown, requestId: string): WireResponse {
  const body = Buffer.from(JSON.stringify(value));
  return {
    status,
    headers: {
      "content-type": CONTENT_TYPE,
      "content-length": String(body.length),
      "x-amzn-requestid": requestId,
      date: new Date().toUTCString(),
    },
    body,
  };
}
