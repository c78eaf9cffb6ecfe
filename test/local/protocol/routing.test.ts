import { describe, expect, it } from "vitest";
import { ServiceError, type WireRequest } from "../../../src/local/core/contract.js";
import { RequestLog } from "../../../src/local/core/request-log.js";
import { Router } from "../../../src/local/core/router.js";
import { AwsJsonProtocol } from "../../../src/local/protocol/awsjson.js";
import { QueryProtocol } from "../../../src/local/protocol/query.js";
import { RuntimeProtocol } from "../../../src/local/protocol/restjson.js";

function newRouter(logSize = 10): { router: Router; log: RequestLog } {
  const log = new RequestLog(logSize);
  const json = new AwsJsonProtocol([
    {
      name: "sagemaker",
      service: {
        targetPrefix: "SageMaker",
        call: async (operation, input) => {
          if (operation === "Fail") throw new ServiceError("ResourceInUse", "taken", 400, { Extra: 1 });
          if (operation === "Break") throw new TypeError("bug");
          return { operation, input };
        },
      },
    },
  ]);
  const runtime = new RuntimeProtocol({
    invokeEndpoint: async ({ endpointName, body, contentType }) => {
      if (endpointName === "broken") {
        throw new ServiceError("ModelError", "no", 424, { OriginalStatusCode: 415, OriginalMessage: "bad type" });
      }
      const text = `${endpointName} ${contentType} ${body.length}`;
      return { body: Buffer.from(text), contentType: "text/plain", invokedProductionVariant: "AllTraffic" };
    },
  });
  const query = new QueryProtocol([
    { name: "sts", version: "2011-06-15", namespace: "urn:sts", call: (action) => ({ Action: action, Odd: "<&>" }) },
  ]);
  const rest = {
    accepts: () => true,
    answer: async () => ({
      response: { status: 200, headers: {}, body: undefined },
      ...{ service: "s3", operation: "ListBuckets", input: {}, error: undefined },
    }),
  };
  return { router: new Router([json, runtime, query, rest], log, undefined), log };
}

function request(overrides: Partial<WireRequest>): WireRequest {
  return { method: "POST", rawPath: "/", rawQuery: "", headers: {}, body: undefined, ...overrides };
}

function jsonCall(operation: string, body: string | Buffer = "{}"): WireRequest {
  return request({ headers: { "x-amz-target": operation }, body: Buffer.from(body) });
}

async function answerOf(wire: WireRequest): Promise<{ status: number; headers: Record<string, string>; text: string }> {
  const { status, headers, body } = await newRouter().router.handle(wire);
  return { status, headers, text: Buffer.from((body as Uint8Array | undefined) ?? "").toString() };
}

describe("AwsJsonProtocol", () => {
  it("calls the operation of the target with the JSON input", async () => {
    const { status, headers, text } = await answerOf(jsonCall("SageMaker.CreateModel", '{"ModelName":"é"}'));
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/x-amz-json-1.1");
    expect(headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/u);
    expect(JSON.parse(text)).toEqual({ operation: "CreateModel", input: { ModelName: "é" } });
  });

  it.each([
    ["SageMaker.Fail", "{}", 400, { __type: "ResourceInUse", message: "taken", Extra: 1 }],
    ["SageMaker.Break", "{}", 500, { __type: "InternalFailure", message: "[local mode] bug" }],
    ["SageMaker.X", "{", 400, { __type: "SerializationException" }],
    ["SageMaker.X", "[]", 400, { __type: "SerializationException" }],
    ["Kinesis.PutRecord", "{}", 400, { __type: "UnknownOperationException" }],
    ["SageMaker.X", `"${"x".repeat(2 ** 20)}"`, 413, { __type: "RequestEntityTooLargeException" }],
  ])("answers %s with an error of the service's form", async (target, body, status, expected) => {
    const answer = await answerOf(jsonCall(target, body));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject(expected);
  });
});

describe("RuntimeProtocol", () => {
  const invocation = (path: string, headers: Record<string, string> = {}): WireRequest =>
    request({ rawPath: path, headers: { "content-type": "application/json", ...headers }, body: Buffer.from("{}") });

  it("hands the body and its type to the endpoint", async () => {
    const { headers, text } = await answerOf(invocation("/endpoints/my-endpoint/invocations"));
    expect(text).toBe("my-endpoint application/json 2");
    expect(headers["x-amzn-invoked-production-variant"]).toBe("AllTraffic");
  });

  it("puts the code of an error into the header, as the service does", async () => {
    const { status, headers, text } = await answerOf(invocation("/endpoints/broken/invocations"));
    expect(status).toBe(424);
    expect(headers["x-amzn-errortype"]).toBe("ModelError");
    expect(JSON.parse(text)).toEqual({ Message: "no", OriginalStatusCode: 415, OriginalMessage: "bad type" });
  });

  it("leaves a bucket called endpoints to S3", async () => {
    const { router, log } = newRouter();
    const authorization = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host";
    await router.handle(invocation("/endpoints/a/invocations", { authorization }));
    expect(log.entries[0]?.service).toBe("s3");
  });

  it("refuses what is too large or not available", async () => {
    const large = { ...invocation("/endpoints/e/invocations"), body: Buffer.alloc(6_291_457) };
    expect((await answerOf(large)).text).toContain("length less than or equal to 6291456");
    const stream = await answerOf(invocation("/endpoints/e/invocations-response-stream"));
    expect(stream.text).toContain("InvokeEndpointWithResponseStream is not available");
  });
});

describe("QueryProtocol", () => {
  const form = (body: string): WireRequest =>
    request({ headers: { "content-type": "application/x-www-form-urlencoded" }, body: Buffer.from(body) });

  it("answers in XML", async () => {
    const { text } = await answerOf(form("Action=GetCallerIdentity&Version=2011-06-15"));
    expect(text).toContain(
      '<GetCallerIdentityResponse xmlns="urn:sts"><GetCallerIdentityResult><Action>GetCallerIdentity</Action>' +
        "<Odd>&lt;&amp;&gt;</Odd></GetCallerIdentityResult><ResponseMetadata><RequestId>",
    );
  });

  it("refuses services that it does not know, and long bodies", async () => {
    expect((await answerOf(form("Action=Publish&Version=2010-03-31"))).text).toContain("<Code>InvalidAction</Code>");
    expect((await answerOf(form("a".repeat(70_000)))).status).toBe(413);
  });
});

describe("RequestLog", () => {
  it("keeps the last requests with their input and outcome", async () => {
    const { router, log } = newRouter(3);
    for (const operation of ["A", "B", "C", "D", "Fail"]) await router.handle(jsonCall(`SageMaker.${operation}`));
    expect(log.entries.map(({ operation }) => operation)).toEqual(["C", "D", "Fail"]);
    expect(log.entries[2]).toMatchObject({
      ...{ service: "sagemaker", status: 400, errorCode: "ResourceInUse", errorMessage: "taken", input: {} },
    });
    log.clear();
    expect(log.entries).toEqual([]);
  });
});
