import { EndpointError } from "../errors/index.js";
import { explainCredentials, type RuntimeSession } from "../session/runtime.js";

interface InvocationErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly OriginalStatusCode?: unknown;
  readonly OriginalMessage?: unknown;
  readonly LogStreamArn?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown; readonly requestId?: unknown } | undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** What InvokeEndpoint failed with, as an error of ours where there is something to add. */
export async function explainInvocationError(
  error: unknown,
  endpointName: string,
  session: RuntimeSession,
): Promise<unknown> {
  if (typeof error !== "object" || error === null) return error;
  const shape: InvocationErrorShape = error;
  const known = {
    endpointName,
    status: number(shape.$metadata?.httpStatusCode),
    requestId: text(shape.$metadata?.requestId),
    cause: error,
  };
  if (shape.name === "ModelError") {
    const originalStatusCode = number(shape.OriginalStatusCode);
    const originalMessage = text(shape.OriginalMessage)?.slice(0, 200);
    const logStreamArn = text(shape.LogStreamArn);
    const problem =
      `the model answered ${originalStatusCode === undefined ? "with an error" : `with status ${originalStatusCode}`}` +
      `${originalMessage === undefined ? "" : `: ${originalMessage}`}` +
      `${logStreamArn === undefined ? "" : ` (its log: ${logStreamArn})`}`;
    return new EndpointError(problem, {
      ...known,
      code: "MODEL_ERROR",
      originalStatusCode,
      originalMessage,
      logStreamArn,
    });
  }
  // The service has no error of its own for a missing endpoint.
  if (
    /^Validation(?:Error|Exception)$/u.test(String(shape.name)) &&
    /endpoint .*not found/isu.test(String(shape.message))
  ) {
    return new EndpointError(
      "there is no endpoint of this name in the session's account and region; look at its name and region, or deploy it",
      { ...known, code: "ENDPOINT_NOT_FOUND" },
    );
  }
  if (/^Region (?:is missing|not accepted)/u.test(String(shape.message))) {
    // The session knows where it looked.
    return session.resolveRegion().then(
      () => error,
      (better: unknown) => better,
    );
  }
  return explainCredentials(error);
}
