import { ServiceError, type WireRequest, type WireResponse } from "../core/contract.js";
import type { Exchange, Protocol } from "../core/exchange.js";
import { internalFailure, readBody } from "./body.js";
import { renderXml, type XmlContent } from "./xml.js";

const MAX_BODY_BYTES = 64 * 1024;

/** A service of the AWS query protocol: STS or IAM. */
export interface QueryService {
  /** Name in the request log. */
  readonly name: string;
  /** Value of the parameter `Version`. */
  readonly version: string;
  /** XML namespace of its answers. */
  readonly namespace: string;
  /** @throws ServiceError */
  call(action: string, parameters: Readonly<Record<string, string>>): XmlContent;
}

/** AWS query: form parameters in the body, XML in the answer. */
export class QueryProtocol implements Protocol {
  readonly #services: ReadonlyMap<string, QueryService>;

  constructor(services: readonly QueryService[]) {
    this.#services = new Map(services.map((service) => [service.version, service]));
  }

  accepts(request: WireRequest): boolean {
    return (
      request.method === "POST" &&
      request.rawPath === "/" &&
      (request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")
    );
  }

  async answer(request: WireRequest, requestId: string): Promise<Exchange> {
    let service: QueryService | undefined;
    let operation = "Unknown";
    let input: Record<string, string> = {};
    try {
      const body = await readBody(request, MAX_BODY_BYTES, tooLarge);
      input = Object.fromEntries(new URLSearchParams(body.toString("utf8")));
      operation = input["Action"] ?? operation;
      service = this.#services.get(input["Version"] ?? "");
      if (!service) {
        throw new ServiceError(
          "InvalidAction",
          `[local mode] Could not find operation ${operation} for version ${input["Version"] ?? ""}`,
        );
      }
      const result = service.call(operation, input);
      const document = renderXml(
        `${operation}Response`,
        { [`${operation}Result`]: result, ResponseMetadata: { RequestId: requestId } },
        service.namespace,
      );
      const response = xmlAnswer(200, document, requestId);
      return { response, service: service.name, operation, input, error: undefined };
    } catch (failure) {
      request.signal?.throwIfAborted();
      const error = failure instanceof ServiceError ? failure : internalFailure(failure);
      const document = renderXml(
        "ErrorResponse",
        {
          Error: { Type: error.status < 500 ? "Sender" : "Receiver", Code: error.code, Message: error.message },
          RequestId: requestId,
        },
        service?.namespace,
      );
      const response = xmlAnswer(error.status, document, requestId);
      return { response, service: service?.name ?? "unknown", operation, input, error };
    }
  }
}

function xmlAnswer(status: number, document: string, requestId: string): WireResponse {
  const body = Buffer.from(document);
  return {
    status,
    headers: {
      "content-type": "text/xml",
      "content-length": String(body.length),
      "x-amzn-requestid": requestId,
      date: new Date().toUTCString(),
    },
    body,
  };
}

function tooLarge(): ServiceError {
  return new ServiceError("RequestEntityTooLarge", "Request entity too large.", 413);
}
