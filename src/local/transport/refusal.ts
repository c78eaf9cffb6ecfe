import type { ServiceError, WireResponse } from "../core/contract.js";
import { renderXml } from "../protocol/xml.js";

interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An error that is answered before a protocol sees the request, in the form that the client of the request reads. */
export function refusal(request: Asked, error: ServiceError, requestId: string): WireResponse {
  const { code, message, status } = error;
  const type = request.headers["content-type"] ?? "";
  const common = { "x-amzn-requestid": requestId, "x-amz-request-id": requestId, date: new Date().toUTCString() };
  if (request.method === "HEAD") return { status, headers: common, body: undefined };
  // The scope of the signature tells a runtime client, whose content type is that of the payload.
  const isRuntime = /\/sagemaker\/aws4_request/u.test(request.headers["authorization"] ?? "");
  const isJson = request.headers["x-amz-target"] !== undefined || isRuntime;
  const isQuery = type.startsWith("application/x-www-form-urlencoded");
  const text = isJson
    ? JSON.stringify({ __type: code, message })
    : isQuery
      ? renderXml("ErrorResponse", { Error: { Type: "Sender", Code: code, Message: message }, RequestId: requestId })
      : renderXml("Error", { Code: code, Message: message, RequestId: requestId, HostId: "local" });
  const body = Buffer.from(text);
  const headers = {
    ...common,
    "content-type": isJson ? "application/json" : "application/xml",
    "content-length": String(body.length),
    ...(isJson ? { "x-amzn-errortype": code } : {}),
  };
  return { status, headers, body };
}
