import {
  type LocalIdentity,
  type RuntimeAnswer,
  type RuntimeInvocation,
  type RuntimeService,
  ServiceError,
} from "../core/contract.js";
import { ContainerError, type InvocationRequest } from "../engines/index.js";
import { type EndpointRunner, endpointLogGroup, ModelHostError, ModelStartError, messageOf } from "../jobs/index.js";
import { partitionOf } from "./sagemaker/names.js";

/** Largest body of an invocation, in bytes. */
const MAX_BODY_BYTES = 6_291_456;
/** The service waits this long for the model. */
const TIMEOUT_SECONDS = 60;
const ENDPOINT_NAME = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/u;

/** InvokeEndpoint on local endpoints. */
export class EndpointRuntime implements RuntimeService {
  readonly #identity: LocalIdentity;
  readonly #endpoints: EndpointRunner;

  constructor({ identity }: { readonly identity: LocalIdentity }, endpoints: EndpointRunner) {
    this.#identity = identity;
    this.#endpoints = endpoints;
  }

  /**
   * @throws ServiceError `ValidationError` for an unknown endpoint or a request the service refuses; `ModelError` with
   * what the container answered
   */
  async invokeEndpoint(invocation: RuntimeInvocation): Promise<RuntimeAnswer> {
    const name = invocation.endpointName;
    this.#check(invocation);
    const request: InvocationRequest = {
      body: invocation.body,
      contentType: invocation.contentType ?? "application/octet-stream",
      accept: invocation.accept,
      customAttributes: invocation.customAttributes,
    };
    try {
      const result = await withTimeout(this.#endpoints.invoke(name, invocation.targetVariant, request));
      if (result === "no-endpoint")
        throw validationError(`Endpoint ${name} of account ${this.#identity.accountId} not found.`);
      if (result === "no-variant") {
        throw validationError(
          `Variant ${invocation.targetVariant} of endpoint ${name} of account ${this.#identity.accountId} not found.`,
        );
      }
      const { body, contentType } = result.response;
      return { body, contentType, invokedProductionVariant: result.variant };
    } catch (error) {
      if (error instanceof ContainerError) throw this.#modelError(name, error.status, error.message);
      if (error instanceof ModelHostError) throw this.#modelError(name, 500, error.message);
      if (error instanceof ModelStartError) throw this.#modelError(name, 500, `${messageOf(error)} ${error.detail}`);
      throw error;
    }
  }

  #check({ endpointName, body, targetModel }: RuntimeInvocation): void {
    const faults: string[] = [];
    if (!ENDPOINT_NAME.test(endpointName)) {
      faults.push(
        `Value '${endpointName}' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern: ` +
          "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
      );
    }
    if (body.byteLength > MAX_BODY_BYTES) {
      faults.push(
        `Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${MAX_BODY_BYTES}`,
      );
    }
    if (faults.length > 0) {
      throw validationError(
        `${faults.length} validation error${faults.length > 1 ? "s" : ""} detected: ${faults.join("; ")}`,
      );
    }
    if (targetModel !== undefined)
      throw validationError("[local mode] Multi-model endpoints are not supported: leave TargetModel out.");
  }

  #modelError(endpoint: string, status: number, text: string): ServiceError {
    const { region, accountId } = this.#identity;
    const group = endpointLogGroup(endpoint);
    const side = status >= 400 && status < 500 ? "client" : "server";
    return new ServiceError(
      "ModelError",
      `Received ${side} error (${status}) from primary with message "${text}". See ` +
        `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${group} in account ` +
        `${accountId} for more information.`,
      424,
      {
        OriginalStatusCode: status,
        OriginalMessage: text,
        LogStreamArn: `arn:${partitionOf(this.#identity)}:logs:${region}:${accountId}:log-group:${group}`,
      },
    );
  }
}

function validationError(message: string): ServiceError {
  return new ServiceError("ValidationError", message);
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const text =
      "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each " +
      "container in Amazon CloudWatch, resolve the issue, and try again.";
    timer = setTimeout(() => reject(new ContainerError(0, text)), TIMEOUT_SECONDS * 1000);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
