import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RuntimeAnswer, RuntimeInvocation } from "../../../src/local/core/contract.js";
import { Harness, image, roleArn, trainingRequest } from "../jobs/harness.js";

let local: Harness;

beforeAll(async () => {
  local = await Harness.open();
  await local.put("train/a.txt", "one\ntwo\n");
  await local.put("not-an-archive/model.tar.gz", "hello");
  await local.call("CreateTrainingJob", trainingRequest("job"));
  await local.service.settled("training-job", "job");
  await createModel("model");
  await createModel("loud", { Environment: { SUFFIX: "!" } });
  await createConfig("config", [variant("AllTraffic", "model")]);
});

afterAll(() => local[Symbol.asyncDispose]());

const modelData = "s3://bucket/out/job/output/model.tar.gz";

async function createModel(name: string, container: object = {}): Promise<void> {
  await local.call("CreateModel", {
    ModelName: name,
    ExecutionRoleArn: roleArn,
    PrimaryContainer: { Image: image, Environment: {}, ModelDataUrl: modelData, ...container },
  });
}

function variant(name: string, model: string, weight = 1): object {
  return {
    VariantName: name,
    ModelName: model,
    InitialVariantWeight: weight,
    InitialInstanceCount: 1,
    InstanceType: "ml.m5.large",
  };
}

async function createConfig(name: string, variants: readonly object[]): Promise<void> {
  await local.call("CreateEndpointConfig", { EndpointConfigName: name, ProductionVariants: variants });
}

async function createEndpoint(name: string, config: string): Promise<Record<string, unknown>> {
  await local.call("CreateEndpoint", { EndpointName: name, EndpointConfigName: config, Tags: [] });
  await local.service.settled("endpoint", name);
  return local.call("DescribeEndpoint", { EndpointName: name });
}

function invoke(endpointName: string, text: string, changes: Partial<RuntimeInvocation> = {}): Promise<RuntimeAnswer> {
  return local.service.runtime.invokeEndpoint({
    endpointName,
    body: new TextEncoder().encode(text),
    contentType: "text/plain",
    accept: undefined,
    customAttributes: undefined,
    targetModel: undefined,
    targetVariant: undefined,
    inferenceId: undefined,
    ...changes,
  });
}

async function answerOf(endpointName: string, text: string, changes: Partial<RuntimeInvocation> = {}): Promise<string> {
  return new TextDecoder().decode((await invoke(endpointName, text, changes)).body);
}

describe("CreateModel", () => {
  it("is shown with what the service fills in", async () => {
    expect(await local.call("DescribeModel", { ModelName: "model" })).toMatchObject({
      ModelName: "model",
      ModelArn: "arn:aws:sagemaker:us-east-1:123456789012:model/model",
      ExecutionRoleArn: roleArn,
      EnableNetworkIsolation: false,
      PrimaryContainer: {
        Image: image,
        Mode: "SingleModel",
        ModelDataUrl: modelData,
        ModelDataSource: { S3DataSource: { S3Uri: modelData, S3DataType: "S3Object", CompressionType: "Gzip" } },
      },
    });
  });

  it("refuses an archive that does not exist, a name that is taken and an image it cannot serve", async () => {
    await expect(createModel("x", { ModelDataUrl: "s3://bucket/none/model.tar.gz" })).rejects.toMatchObject({
      code: "ValidationException",
      message: "Could not find model data at s3://bucket/none/model.tar.gz.",
    });
    await expect(createModel("model")).rejects.toThrow(
      'Cannot create already existing model "arn:aws:sagemaker:us-east-1:123456789012:model/model".',
    );
    await expect(createModel("x", { Image: "a.b/xgboost:1" })).rejects.toThrow(
      /^\[local mode\] The image a\.b\/xgboost:1 cannot be served locally\./u,
    );
  });

  it("lower-cases the name in the ARN", async () => {
    await createModel("CamelCase");
    const { ModelArn } = await local.call("DescribeModel", { ModelName: "CamelCase" });
    expect(ModelArn).toBe("arn:aws:sagemaker:us-east-1:123456789012:model/camelcase");
  });
});

describe("CreateEndpointConfig", () => {
  it("refuses a model that does not exist and a name that is taken", async () => {
    await expect(createConfig("x", [variant("AllTraffic", "Nobody")])).rejects.toThrow(
      'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/nobody".',
    );
    await expect(createConfig("config", [variant("AllTraffic", "model")])).rejects.toThrow(
      'Cannot create already existing endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/config".',
    );
  });
});

describe("CreateEndpoint", () => {
  it("is in service when its model is loaded, and answers", async () => {
    expect(await createEndpoint("first", "config")).toMatchObject({
      EndpointStatus: "InService",
      EndpointArn: "arn:aws:sagemaker:us-east-1:123456789012:endpoint/first",
      EndpointConfigName: "config",
      ProductionVariants: [
        {
          VariantName: "AllTraffic",
          CurrentWeight: 1,
          DesiredWeight: 1,
          CurrentInstanceCount: 1,
          DesiredInstanceCount: 1,
          DeployedImages: [{ SpecifiedImage: image }],
        },
      ],
    });
    expect(await invoke("first", "hello", { accept: "text/csv" })).toMatchObject({
      contentType: "text/csv",
      invokedProductionVariant: "AllTraffic",
    });
    expect(await answerOf("first", "hello")).toBe("5/2");
    const streams = local.logs.events.filter(({ group }) => group === "/aws/sagemaker/Endpoints/first");
    expect(streams[0]?.stream).toMatch(/^AllTraffic\/i-[0-9a-f]{17}$/u);
    expect(streams[0]?.event.message).toBe("Finding and loading model");
  });

  it("is not found by invocations while it is being created, nor when it never was", async () => {
    await local.call("CreateEndpoint", { EndpointName: "slow", EndpointConfigName: "config" });
    expect(await local.call("DescribeEndpoint", { EndpointName: "slow" })).toMatchObject({
      EndpointStatus: "Creating",
    });
    for (const name of ["slow", "never"]) {
      await expect(invoke(name, "x")).rejects.toMatchObject({
        code: "ValidationError",
        status: 400,
        message: `Endpoint ${name} of account 123456789012 not found.`,
      });
    }
    await local.service.settled("endpoint", "slow");
  });

  it("fails with the service's words when the model does not load, and the log says why", async () => {
    await createModel("old", { Environment: { FAIL_LOAD: "1" } });
    await createConfig("old", [variant("AllTraffic", "old")]);
    expect(await createEndpoint("old", "old")).toMatchObject({
      EndpointStatus: "Failed",
      FailureReason:
        "The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch " +
        "logs for this endpoint.",
    });
    expect(local.logs.messages("/aws/sagemaker/Endpoints/old")).toEqual([
      "Finding and loading model",
      "count.json is too old",
    ]);
    await local.call("DeleteEndpoint", { EndpointName: "old" });
  });

  it("fails with the service's words when the archive is not one", async () => {
    await createModel("broken", { ModelDataUrl: "s3://bucket/not-an-archive/model.tar.gz" });
    await createConfig("broken", [variant("AllTraffic", "broken")]);
    expect(await createEndpoint("broken", "broken")).toMatchObject({
      EndpointStatus: "Failed",
      FailureReason: expect.stringMatching(
        /^Failed to extract model data archive for container "container_1" from URL "s3:/u,
      ),
    });
    expect(local.logs.messages("/aws/sagemaker/Endpoints/broken")[0]).toContain("is not a gzip file");
  });

  it("refuses a name that is taken and a configuration that does not exist", async () => {
    await expect(createEndpoint("first", "config")).rejects.toThrow(
      'Cannot create already existing endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/first".',
    );
    await expect(createEndpoint("x", "Nothing")).rejects.toThrow(
      'Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/nothing".',
    );
  });
});

describe("InvokeEndpoint", () => {
  it("passes the container's refusal on as a ModelError with its members", async () => {
    await expect(invoke("first", "x", { contentType: "image/png" })).rejects.toMatchObject({
      code: "ModelError",
      status: 424,
      message:
        'Received client error (415) from primary with message "content-type image/png not supported". See ' +
        "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:group=/aws/sagemaker/Endpoints/first " +
        "in account 123456789012 for more information.",
      members: {
        OriginalStatusCode: 415,
        OriginalMessage: "content-type image/png not supported",
        LogStreamArn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/first",
      },
    });
    await expect(invoke("first", "boom")).rejects.toMatchObject({
      message: expect.stringContaining('Received server error (500) from primary with message "boom"'),
    });
  });

  it("starts another worker when one broke down", async () => {
    await expect(invoke("first", "exit")).rejects.toMatchObject({
      code: "ModelError",
      members: { OriginalStatusCode: 500 },
    });
    expect(await Promise.all([answerOf("first", "a"), answerOf("first", "bc")])).toEqual(["1/2", "2/2"]);
  });

  it("refuses a body above the service's limit", async () => {
    await expect(invoke("first", "", { body: new Uint8Array(6_291_457) })).rejects.toMatchObject({
      code: "ValidationError",
      message:
        "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to 6291456",
    });
    expect(await answerOf("first", "", { body: new Uint8Array(6_291_456) })).toBe("6291456/2");
  });

  it("answers requests that are under way at the same time, each with its own", async () => {
    const texts = ["sleep 60", "sleep 5", "x", "sleep 0001"];
    expect(await Promise.all(texts.map((text) => answerOf("first", text)))).toEqual(["8/2", "7/2", "1/2", "10/2"]);
  });
});

describe("several variants", () => {
  it("share the traffic by weight, and one can be named", async () => {
    await createConfig("two", [variant("Quiet", "model", 3), variant("Loud", "loud", 1)]);
    await createEndpoint("two", "two");
    const answers = await Promise.all(Array.from({ length: 200 }, () => invoke("two", "abc")));
    const loud = answers.filter(({ invokedProductionVariant }) => invokedProductionVariant === "Loud").length;
    expect(loud).toBeGreaterThan(25);
    expect(loud).toBeLessThan(75);
    expect(await answerOf("two", "abc", { targetVariant: "Loud" })).toBe("3/2!");
    await expect(invoke("two", "abc", { targetVariant: "Nobody" })).rejects.toMatchObject({ code: "ValidationError" });
  });

  it("change their weights without a new configuration", async () => {
    await local.call("UpdateEndpointWeightsAndCapacities", {
      EndpointName: "two",
      DesiredWeightsAndCapacities: [{ VariantName: "Quiet", DesiredWeight: 0 }],
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => answerOf("two", "abc")));
    expect(new Set(answers)).toEqual(new Set(["3/2!"]));
  });
});

describe("UpdateEndpoint", () => {
  it("switches to another configuration while the old one answers", async () => {
    await createConfig("louder", [variant("AllTraffic", "loud")]);
    await local.call("UpdateEndpoint", { EndpointName: "first", EndpointConfigName: "louder" });
    expect(await local.call("DescribeEndpoint", { EndpointName: "first" })).toMatchObject({
      EndpointStatus: "Updating",
      EndpointConfigName: "config",
    });
    await expect(local.call("UpdateEndpoint", { EndpointName: "first", EndpointConfigName: "louder" })).rejects.toThrow(
      'Cannot update in-progress endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/first".',
    );
    const during = answerOf("first", "sleep 50");
    await local.service.settled("endpoint", "first");
    expect(await during).toBe("8/2");
    expect(await answerOf("first", "abc")).toBe("3/2!");
    expect(await local.call("DescribeEndpoint", { EndpointName: "first" })).toMatchObject({
      EndpointStatus: "InService",
      EndpointConfigName: "louder",
    });
  });

  it("stays with the old configuration when the new one does not load", async () => {
    await local.call("UpdateEndpoint", { EndpointName: "first", EndpointConfigName: "old" });
    await local.service.settled("endpoint", "first");
    expect(await local.call("DescribeEndpoint", { EndpointName: "first" })).toMatchObject({
      EndpointStatus: "InService",
      EndpointConfigName: "louder",
      FailureReason: expect.stringContaining("did not pass the ping health check"),
    });
    expect(await answerOf("first", "abc")).toBe("3/2!");
  });
});

describe("a restart of the service", () => {
  it("serves its endpoints again, also when model, configuration and archive are gone", async () => {
    await createModel("short-lived");
    await createConfig("short-lived", [variant("AllTraffic", "short-lived")]);
    await createEndpoint("survivor", "short-lived");
    await local.call("DeleteModel", { ModelName: "short-lived" });
    await local.call("DeleteEndpointConfig", { EndpointConfigName: "short-lived" });
    await local.service.close();
    await expect(invoke("survivor", "abc")).rejects.toMatchObject({ code: "ValidationError" });
    await expect(local.call("ListModels")).rejects.toMatchObject({ status: 503 });
    const archive = await local.objects.head("bucket", "out/job/output/model.tar.gz");
    await local.objects.delete("bucket", "out/job/output/model.tar.gz");
    local = await Harness.open({}, local);
    expect(archive).toBeDefined();
    expect(await local.call("DescribeEndpoint", { EndpointName: "survivor" })).toMatchObject({
      EndpointStatus: "InService",
    });
    expect(await answerOf("survivor", "abc")).toBe("3/2");
  });
});

describe("a restart in the middle of a creation or an update", () => {
  it("goes on with it", async () => {
    await using slow = await Harness.open({ delays: { endpoint: 600 } });
    await slow.put("train/a.txt", "one\ntwo\n");
    await slow.call("CreateTrainingJob", trainingRequest("job"));
    await slow.service.settled("training-job", "job");
    for (const [name, container] of [
      ["plain", {}],
      ["loud", { Environment: { SUFFIX: "!" } }],
    ] as const) {
      const PrimaryContainer = { Image: image, ModelDataUrl: modelData, ...container };
      await slow.call("CreateModel", { ModelName: name, ExecutionRoleArn: roleArn, PrimaryContainer });
      await slow.call("CreateEndpointConfig", {
        EndpointConfigName: name,
        ProductionVariants: [variant("AllTraffic", name)],
      });
    }
    await slow.call("CreateEndpoint", { EndpointName: "endpoint", EndpointConfigName: "plain" });
    await slow.service.close();

    const second = await Harness.open({}, slow);
    expect(await second.call("DescribeEndpoint", { EndpointName: "endpoint" })).toMatchObject({
      EndpointStatus: "Creating",
    });
    await second.service.settled("endpoint", "endpoint");
    expect(await second.call("DescribeEndpoint", { EndpointName: "endpoint" })).toMatchObject({
      EndpointStatus: "InService",
    });
    await second.service.close();

    const third = await Harness.open({ delays: { endpoint: 600 } }, slow);
    await third.call("UpdateEndpoint", { EndpointName: "endpoint", EndpointConfigName: "loud" });
    await third.service.close();

    const fourth = await Harness.open({}, slow);
    await fourth.service.settled("endpoint", "endpoint");
    const { body } = await fourth.service.runtime.invokeEndpoint({
      endpointName: "endpoint",
      body: new TextEncoder().encode("abc"),
      contentType: "text/plain",
      accept: undefined,
      customAttributes: undefined,
      targetModel: undefined,
      targetVariant: undefined,
      inferenceId: undefined,
    });
    expect(new TextDecoder().decode(body)).toBe("3/2!");
    await fourth.service.close();
  });
});

describe("DeleteEndpoint", () => {
  it("ends the endpoint, and says in the service's words when there is none", async () => {
    await local.call("DeleteEndpoint", { EndpointName: "survivor" });
    await expect(invoke("survivor", "abc")).rejects.toMatchObject({ code: "ValidationError" });
    for (const operation of ["DeleteEndpoint", "DescribeEndpoint"]) {
      await expect(local.call(operation, { EndpointName: "survivor" })).rejects.toThrow(
        'Could not find endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/survivor".',
      );
    }
    for (const [operation, name] of [
      ["DeleteModel", "ModelName"],
      ["DeleteEndpointConfig", "EndpointConfigName"],
    ] as const) {
      await expect(local.call(operation, { [name]: "survivor" })).rejects.toThrow(
        /^Could not find (?:model|endpoint configuration) "arn:/u,
      );
    }
  });
});

describe("list operations and tags", () => {
  it("list endpoints, configurations and models, the newest first", async () => {
    expect(
      await local.call("ListEndpoints", { NameContains: "t", SortBy: "Name", SortOrder: "Ascending" }),
    ).toMatchObject({
      Endpoints: [{ EndpointName: "first" }, { EndpointName: "two" }],
    });
    expect(await local.call("ListEndpointConfigs", { MaxResults: 1 })).toMatchObject({
      EndpointConfigs: [{ EndpointConfigName: "louder" }],
      NextToken: expect.any(String),
    });
    const { Models } = await local.call("ListModels", { NameContains: "mod" });
    expect(Models).toMatchObject([{ ModelName: "model" }]);
  });

  it("keeps the tags of a resource", async () => {
    const ResourceArn = "arn:aws:sagemaker:us-east-1:123456789012:model/camelcase";
    await local.call("AddTags", {
      ResourceArn,
      Tags: [
        { Key: "team", Value: "a" },
        { Key: "n", Value: "1" },
      ],
    });
    expect(await local.call("AddTags", { ResourceArn, Tags: [{ Key: "n", Value: "2" }] })).toEqual({
      Tags: [
        { Key: "team", Value: "a" },
        { Key: "n", Value: "2" },
      ],
    });
    expect(await local.call("DeleteTags", { ResourceArn, TagKeys: ["team"] })).toEqual({});
    expect(await local.call("ListTags", { ResourceArn })).toEqual({ Tags: [{ Key: "n", Value: "2" }] });
    await expect(local.call("ListTags", { ResourceArn: `${ResourceArn}x` })).rejects.toMatchObject({
      code: "ResourceNotFound",
    });
  });

  it("names the operations it serves when it is asked for another one", async () => {
    await expect(local.call("CreateProcessingJob")).rejects.toThrow(
      /^\[local mode\] CreateProcessingJob is not served\. Served are: AddTags, CreateEndpoint, /u,
    );
  });
});
