import { type RuntimeService, ServiceError, type WireRequest } from "../core/contract.js";
import type { Exchange, Protocol } from "../core/exchange.js";
import { internalFailure, readBody } from "./body.js";

const MAX_BODY_BYTES = 6_291_456;
const PATH = /^\/endpoints\/([^/]+)\/(invocations|async-invocations|invocations-response-stream)$/u;
const OPERATIONS: Readonly<Record<string, string>> = {
  invocations: "InvokeEndpoint",
  "async-invocations": "InvokeEndpointAsync",
  "invocations-response-stream": "InvokeEndpointWithResponseStream",
};

/** REST JSON of SageMaker Runtime: the endpoint in the path, everything else in headers, the body is the payload. */
export class RuntimeProtocol implements Protocol {
  readonly #runtime: RuntimeService;

  constructor(runtime: RuntimeService) {
    this.#runtime = runtime;
  }

  accepts(request: WireRequest): boolean {
    if (request.method !== "POST" || !PATH.test(request.rawPath)) return false;
    // A bucket called "endpoints" has such paths too; the credential scope tells who is meant.
    const authorization = request.headers["authorization"];
    return authorization === undefined || authorization.includes("/sagemaker/aws4_request");
  }

  async answer(request: WireRequest, requestId: string): Promise<Exchange> {
    const [, rawName = "", kind = ""] = PATH.exec(request.rawPath) ?? [];
    const operation = OPERATIONS[kind] ?? "Unknown";
    let input: Record<string, unknown> = { EndpointName: rawName };
    try {
      const endpointName = decoded(rawName);
      const { headers } = request;
      const body = await readBody(request, MAX_BODY_BYTES, tooLarge);
      input = {
        EndpointName: endpointName,
        ContentType: headers["content-type"],
        Accept: headers["accept"],
        BodyBytes: body.length,
      };
      if (operation !== "InvokeEndpoint") {
        throw new ServiceError("ValidationError", `[local mode] ${operation} is not available; use InvokeEndpoint.`);
      }
      const answer = await this.#runtime.invokeEndpoint({
        endpointName,
        body,
        contentType: headers["content-type"],
        accept: headers["accept"],
        customAttributes: headers["x-amzn-sagemaker-custom-attributes"],
        targetModel: headers["x-amzn-sagemaker-target-model"],
        targetVariant: headers["x-amzn-sagemaker-target-variant"],
        inferenceId: headers["x-amzn-sagemaker-inference-id"],
      });
      const response = {
        status: 200,
        headers: {
          "content-type": answer.contentType,
          "content-length": String(answer.body.length),
          "x-amzn-invoked-production-variant": answer.invokedProductionVariant,
          "x-amzn-requestid": requestId,
          date: new Date().toUTCString(),
        },
        body: answer.body,
      };
      return { response, service: "runtime", operation, input, error: undefined };
    } catch (failure) {
      request.signal?.throwIfAborted();
      const error = failure instanceof ServiceError ? failure : internalFailure(failure);
      return { response: errorAnswer(error, requestId), service: "runtime", operation, input, error };
    }
  }
}

function errorAnswer(error: ServiceError, requestId: string): Exchange["response"] {
  const body = Buffer.from(JSON.stringify({ Message: error.message, ...error.members }));
  return {
    status: error.status,
    headers: {
      "content-type": "application/json",
      "content-length": String(body.length),
      "x-amzn-errortype": error.code,
      "x-amzn-requestid": requestId,
      date: new Date().toUTCString(),
    },
    body,
  };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new ServiceError("ValidationError", "The endpoint name in the path is not valid.");
  }
}

function tooLarge(): ServiceError {
  return new ServiceError(
    "ValidationError",
    "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to 6291456",
    400,
  );
}
