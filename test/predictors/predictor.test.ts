import { getEventListeners } from "node:events";
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EndpointError, UnsupportedError, ValidationError } from "../../src/errors/index.js";
import { Predictor, type PredictorOptions } from "../../src/predictors/index.js";
import { CsvDeserializer, CsvSerializer, JsonDeserializer, JsonSerializer } from "../../src/serializers/index.js";
import { RuntimeSession, Session } from "../../src/session/index.js";

let runtime = mockClient(SageMakerRuntimeClient);
let sagemaker = mockClient(SageMakerClient);
beforeEach(() => {
  runtime = mockClient(SageMakerRuntimeClient);
  sagemaker = mockClient(SageMakerClient);
});
afterEach(() => {
  runtime.restore();
  sagemaker.restore();
});

const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };

/** A body as the runtime client gives it. */
function body(text: string): never {
  return Object.assign(Buffer.from(text), { transformToString: () => text }) as never;
}

function predictor<In = unknown, Out = Uint8Array>(
  options: Partial<PredictorOptions<In, Out>> = {},
): Predictor<In, Out> {
  return new Predictor({
    endpointName: "reviews",
    session: new RuntimeSession({ region: "us-east-1", credentials }),
    ...options,
  });
}

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (error: unknown) => error,
  );
}

function notFound(what: string): Error {
  return Object.assign(new Error(`Could not find ${what}.`), { name: "ValidationException" });
}

describe("Predictor.predict", () => {
  it("sends the serializer's body and types and gives what the deserializer makes of the answer", async () => {
    runtime
      .on(InvokeEndpointCommand)
      .resolves({ Body: body('[{"label":["__label__1"]}]'), ContentType: "application/json; charset=utf-8" });
    const json = predictor({ serializer: new JsonSerializer(), deserializer: new JsonDeserializer() });
    expect(await json.predict({ instances: ["héllo"] })).toEqual([{ label: ["__label__1"] }]);
    expect(runtime.commandCalls(InvokeEndpointCommand).map((call) => call.args[0].input)).toEqual([
      {
        EndpointName: "reviews",
        Body: Buffer.from('{"instances":["héllo"]}'),
        ContentType: "application/json",
        Accept: "application/json",
      },
    ]);
  });

  it("passes bytes through both ways by default", async () => {
    runtime.on(InvokeEndpointCommand).resolves({ Body: body("pong") });
    const answer = await predictor().predict("ping");
    expect(Buffer.from(answer).toString()).toBe("pong");
    expect(runtime.commandCalls(InvokeEndpointCommand)[0]?.args[0].input).toMatchObject({
      ContentType: "application/octet-stream",
      Accept: "*/*",
    });
  });

  it("sends every option of the call", async () => {
    runtime.on(InvokeEndpointCommand).resolves({ Body: body("1") });
    await predictor({ inferenceComponentName: "one" }).predict("x", {
      contentType: "text/csv",
      accept: "text/csv",
      targetModel: "a.tar.gz",
      targetVariant: "B",
      targetContainerHostname: "second",
      inferenceId: "id-1",
      customAttributes: "c",
      inferenceComponentName: "two",
    });
    expect(runtime.commandCalls(InvokeEndpointCommand)[0]?.args[0].input).toEqual({
      EndpointName: "reviews",
      Body: Buffer.from("x"),
      ContentType: "text/csv",
      Accept: "text/csv",
      TargetModel: "a.tar.gz",
      TargetVariant: "B",
      TargetContainerHostname: "second",
      InferenceId: "id-1",
      CustomAttributes: "c",
      InferenceComponentName: "two",
    });
  });

  it("refuses a body above the limit before anything is sent", async () => {
    const error = await rejection(predictor().predict(Buffer.alloc(6_291_457)));
    expect(error).toMatchObject({ code: "PAYLOAD_TOO_LARGE", endpointName: "reviews" });
    expect(String(error)).toContain("6291457 bytes, and the endpoint takes at most 6291456");
    expect(runtime.calls()).toHaveLength(0);
    expect(await rejection(predictor({ maxPayloadBytes: 3 }).predict("ähh"))).toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
    });
  });

  it("tells what the model answered when the model failed, with the AWS error as cause", async () => {
    const cause = new ModelError({
      message: "Received server error (500) from primary",
      OriginalStatusCode: 500,
      OriginalMessage: `no such column ${"x".repeat(500)}`,
      LogStreamArn: "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/Endpoints/reviews",
      $metadata: { httpStatusCode: 424, requestId: "r-1" },
    });
    runtime.on(InvokeEndpointCommand).rejects(cause);
    const error = (await rejection(predictor().predict("x"))) as EndpointError;
    expect(EndpointError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "MODEL_ERROR", status: 424, requestId: "r-1", originalStatusCode: 500 });
    expect(error.originalMessage).toHaveLength(200);
    expect(error.logStreamArn).toContain("/aws/sagemaker/Endpoints/reviews");
    expect(error.message).toMatch(/^Endpoint "reviews": the model answered with status 500: no such column x/u);
    expect(error.cause).toBe(cause);
  });

  it("says when there is no such endpoint", async () => {
    const cause = Object.assign(new Error("Endpoint reviews of account 111122223333 not found."), {
      name: "ValidationError",
    });
    runtime.on(InvokeEndpointCommand).rejects(cause);
    expect(await rejection(predictor().predict("x"))).toMatchObject({ code: "ENDPOINT_NOT_FOUND", cause });
  });

  it("lets other AWS errors through untouched", async () => {
    const cause = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    runtime.on(InvokeEndpointCommand).rejects(cause);
    expect(await rejection(predictor().predict("x"))).toBe(cause);
  });

  it("says that the answer is empty where the deserializer needs one", async () => {
    runtime
      .on(InvokeEndpointCommand)
      .resolves({ Body: body(""), ContentType: "application/json", $metadata: { requestId: "r-2" } });
    const error = await rejection(predictor({ deserializer: new JsonDeserializer() }).predict("x"));
    expect(error).toMatchObject({ code: "EMPTY_RESPONSE", requestId: "r-2" });
    expect(await predictor({ deserializer: new CsvDeserializer() }).predict("x")).toEqual([]);
    expect(await predictor().predict("x")).toEqual(new Uint8Array(0));
  });

  it("refuses unknown options and useless timeouts together", async () => {
    const options = { targetVarient: "B", timeoutSeconds: 0 } as never;
    const error = (await rejection(predictor().predict("x", options))) as ValidationError;
    expect(error.issues.map((issue) => issue.path)).toEqual([["targetVarient"], ["timeoutSeconds"]]);
    expect(error.message).toContain('did you mean "targetVariant"?');
  });

  it("gives up after timeoutSeconds", async () => {
    vi.useFakeTimers();
    runtime.on(InvokeEndpointCommand).callsFake(() => new Promise(() => undefined));
    const failed = rejection(predictor({ timeoutSeconds: 5 }).predict("x"));
    await vi.advanceTimersByTimeAsync(4999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toMatchObject({
      code: "INVOCATION_TIMEOUT",
      message: expect.stringContaining("no answer within 5 s;"),
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("says that the connection stayed silent for longer than the client waits", async () => {
    runtime.on(InvokeEndpointCommand).rejects(Object.assign(new Error("socket timed out"), { name: "TimeoutError" }));
    expect(await rejection(predictor().predict("x"))).toMatchObject({ code: "INVOCATION_TIMEOUT" });
  });

  it("rejects with the signal's reason at an abort and leaves no listener", async () => {
    const controller = new AbortController();
    runtime.on(InvokeEndpointCommand).callsFake(() => new Promise(() => undefined));
    const failed = rejection(predictor().predict("x", { signal: controller.signal }));
    await vi.waitFor(() => expect(runtime.calls()).toHaveLength(1));
    controller.abort(new Error("enough"));
    expect(await failed).toBe(controller.signal.reason);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(await rejection(predictor().predict("x", { signal: controller.signal }))).toBe(controller.signal.reason);
  });

  it("leaves no listener on a signal that serves many predictions", async () => {
    const { signal } = new AbortController();
    runtime.on(InvokeEndpointCommand).resolves({ Body: body("1") });
    for (let call = 0; call < 20; call++) await predictor().predict("x", { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("says that no region is set", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nonexistent");
    runtime.restore();
    const error = await rejection(predictor({ session: new RuntimeSession({ credentials }) }).predict("x"));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "NO_REGION" });
  });

  it("names what a test double left out", async () => {
    expect(await rejection(predictor().predict("x"))).toMatchObject({ code: "UNEXPECTED_RESPONSE" });
  });
});

describe("Predictor.invoke", () => {
  it("gives what the service says about the answer", async () => {
    runtime.on(InvokeEndpointCommand).resolves({
      Body: body("0.5,1"),
      ContentType: "text/csv",
      InvokedProductionVariant: "AllTraffic",
      CustomAttributes: "trace=1",
      $metadata: { requestId: "r-3" },
    });
    const csv = predictor({ serializer: new CsvSerializer(), deserializer: new CsvDeserializer({ numbers: true }) });
    expect(await csv.invoke([1, 2])).toEqual({
      value: [[0.5, 1]],
      contentType: "text/csv",
      invokedProductionVariant: "AllTraffic",
      customAttributes: "trace=1",
      requestId: "r-3",
    });
  });
});

describe("Predictor construction", () => {
  it("gives every predictor a serializer and a deserializer of its own", () => {
    const [first, second] = [predictor(), predictor()];
    expect(first.serializer).not.toBe(second.serializer);
    expect(first.deserializer).not.toBe(second.deserializer);
  });

  it("refuses unknown options, bad names and objects of the wrong kind, all at once", () => {
    const make = () =>
      new Predictor({
        endpointName: "a_b",
        serialiser: 1,
        session: {},
        deserializer: { accept: 1 },
        maxAttempts: 0,
      } as never);
    expect(make).toThrow(ValidationError);
    expect(make).toThrow(
      /did you mean "serializer"[\s\S]*endpointName must be[\s\S]*session must be[\s\S]*deserializer must be[\s\S]*maxAttempts must be/u,
    );
  });

  it("makes one client for all predictors of a session and sends each prediction once", async () => {
    const session = new RuntimeSession({ region: "us-east-1", credentials, maxAttempts: 7 });
    const client = vi.spyOn(session, "client");
    runtime.on(InvokeEndpointCommand).resolves({ Body: body("1") });
    await predictor({ session }).predict("x");
    await predictor({ session, endpointName: "other" }).predict("x");
    await predictor({ session, maxAttempts: 3 }).predict("x");
    const [first, second, third] = client.mock.results.map((result) => result.value as SageMakerRuntimeClient);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(await first?.config.maxAttempts()).toBe(1);
    expect(await third?.config.maxAttempts()).toBe(3);
    const handler = first?.config.requestHandler as unknown as { configProvider: Promise<object> };
    expect(await handler.configProvider).toMatchObject({ socketTimeout: 80_000 });
    await session.close();
  });
});

describe("Predictor.deleteEndpoint and deleteModel", () => {
  const session = () => new Session({ region: "us-east-1", credentials });
  const sent = () =>
    sagemaker.calls().map((call) => [call.args[0].constructor.name, Object.values(call.args[0].input)[0]]);
  const answers = () => {
    sagemaker
      .on(DescribeEndpointCommand)
      .resolves({ EndpointName: "reviews", EndpointConfigName: "cfg", EndpointStatus: "InService" });
    sagemaker.on(DescribeEndpointConfigCommand).resolves({
      ProductionVariants: [
        { VariantName: "A", ModelName: "m1" },
        { VariantName: "B", ModelName: "m2" },
        { VariantName: "C", ModelName: "m1" },
      ] as never,
    });
  };

  it("looks the names up, then deletes the endpoint before its configuration, and knows the models afterwards", async () => {
    answers();
    const one = predictor({ session: session() });
    await one.deleteEndpoint();
    await one.deleteModel();
    expect(sent()).toEqual([
      ["DescribeEndpointCommand", "reviews"],
      ["DescribeEndpointConfigCommand", "cfg"],
      ["DeleteEndpointCommand", "reviews"],
      ["DeleteEndpointConfigCommand", "cfg"],
      ["DeleteModelCommand", "m1"],
      ["DeleteModelCommand", "m2"],
    ]);
  });

  it("keeps the configuration when asked to, and when the endpoint cannot be deleted", async () => {
    answers();
    await predictor({ session: session() }).deleteEndpoint({ deleteEndpointConfig: false });
    sagemaker.on(DeleteEndpointCommand).rejects(new Error("in progress"));
    await expect(predictor({ session: session() }).deleteEndpoint()).rejects.toThrow("in progress");
    expect(sagemaker.commandCalls(DeleteEndpointConfigCommand)).toHaveLength(0);
  });

  it("deletes the other models when one cannot be deleted", async () => {
    answers();
    sagemaker.on(DeleteModelCommand, { ModelName: "m1" }).rejects(new Error("locked"));
    await expect(predictor({ session: session() }).deleteModel()).rejects.toThrow("locked");
    expect(sagemaker.commandCalls(DeleteModelCommand).map((call) => call.args[0].input.ModelName)).toEqual([
      "m1",
      "m2",
    ]);
  });

  it("needs a full session", async () => {
    await expect(predictor().deleteEndpoint()).rejects.toThrow(UnsupportedError);
    await expect(predictor().deleteModel()).rejects.toThrow("pass { session: new Session() }");
  });

  it("deletes at the end of an await using block what deploy created, endpoint first", async () => {
    {
      await using one = predictor({
        session: session(),
        owned: { endpointName: "reviews", endpointConfigName: "cfg", modelName: "m1" },
      });
      expect(one.endpointName).toBe("reviews");
    }
    expect(sent()).toEqual([
      ["DeleteEndpointCommand", "reviews"],
      ["DeleteEndpointConfigCommand", "cfg"],
      ["DeleteModelCommand", "m1"],
    ]);
  });

  it("deletes nothing twice and does not mind what is already gone", async () => {
    answers();
    sagemaker.on(DeleteModelCommand).rejects(notFound("model m1"));
    {
      await using one = predictor({
        session: session(),
        owned: { endpointName: "reviews", endpointConfigName: "cfg", modelName: "m1" },
      });
      await one.deleteEndpoint();
    }
    expect(sagemaker.commandCalls(DeleteEndpointCommand)).toHaveLength(1);
    expect(sagemaker.commandCalls(DeleteEndpointConfigCommand)).toHaveLength(1);
    expect(sagemaker.commandCalls(DeleteModelCommand)).toHaveLength(1);
  });

  it("leaves an endpoint alone that it did not deploy", async () => {
    {
      await using one = predictor({ session: session() });
      expect(one.endpointName).toBe("reviews");
    }
    expect(sagemaker.calls()).toHaveLength(0);
  });
});
