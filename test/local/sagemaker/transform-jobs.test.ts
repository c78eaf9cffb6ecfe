import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/local/core/contract.js";
import { Harness, image, roleArn, trainingRequest } from "../jobs/harness.js";

const group = "/aws/sagemaker/TransformJobs";

let local: Harness;

beforeAll(async () => {
  local = await Harness.open();
  await local.put("train/a.txt", "one\ntwo\n");
  await local.call("CreateTrainingJob", trainingRequest("job"));
  await local.service.settled("training-job", "job");
  await local.call("CreateModel", {
    ModelName: "model",
    ExecutionRoleArn: roleArn,
    PrimaryContainer: { Image: image, ModelDataUrl: "s3://bucket/out/job/output/model.tar.gz" },
  });
  await local.put("in/first.txt", "a\nbb\nccc\n");
  await local.put("in/deep/er/second.txt", "dddd\neeeee");
  await local.put("mixed/a.txt", "a\n");
  await local.put("mixed/b.txt", "good\nbad\n");
  await local.put("mixed/c.txt", "ccc\n");
});

afterAll(() => local[Symbol.asyncDispose]());

interface Changes {
  readonly input?: object;
  readonly output?: object;
  readonly source?: object;
  readonly top?: object;
}

function request(name: string, prefix: string, { input, output, source, top }: Changes = {}): Record<string, unknown> {
  return {
    TransformJobName: name,
    ModelName: "model",
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://bucket/${prefix}`, ...source } },
      ContentType: "text/plain",
      SplitType: "Line",
      ...input,
    },
    TransformOutput: { S3OutputPath: `s3://bucket/out/${name}`, AssembleWith: "Line", ...output },
    TransformResources: { InstanceCount: 1, InstanceType: "ml.m4.xlarge" },
    ...top,
  };
}

async function transform(name: string, prefix: string, changes?: Changes): Promise<Record<string, unknown>> {
  await local.call("CreateTransformJob", request(name, prefix, changes));
  await local.service.settled("transform-job", name);
  return local.call("DescribeTransformJob", { TransformJobName: name });
}

async function outputs(name: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key, path } of local.objects.list("bucket", `out/${name}/`)) {
    found[key.slice(`out/${name}/`.length)] = await readFile(path, "utf8");
  }
  return found;
}

/** Lines of the data log without their time. */
function dataLog(name: string): string[] {
  return local.logs.events
    .filter(({ group: one, stream }) => one === group && stream.startsWith(`${name}/`) && stream.endsWith("/data-log"))
    .map(({ event }) => event.message.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}:/u, ""));
}

async function refusalOf(changes: Changes): Promise<{ code: string; message: string }> {
  const error = await local.call("CreateTransformJob", request("refused", "in/", changes)).catch((e: unknown) => e);
  if (!(error instanceof ServiceError)) throw new Error("not refused");
  return { code: error.code, message: error.message };
}

describe("CreateTransformJob", () => {
  it("writes one output per input, with the folders and the order of the input", async () => {
    expect(await transform("all", "in/")).toMatchObject({
      TransformJobName: "all",
      TransformJobArn: "arn:aws:sagemaker:us-east-1:123456789012:transform-job/all",
      TransformJobStatus: "Completed",
      ModelName: "model",
      TransformInput: { CompressionType: "None", SplitType: "Line" },
      TransformOutput: { S3OutputPath: "s3://bucket/out/all", AssembleWith: "Line", KmsKeyId: "" },
      DataProcessing: { InputFilter: "$", OutputFilter: "$", JoinSource: "None" },
      TransformStartTime: expect.any(Number),
      TransformEndTime: expect.any(Number),
    });
    expect(await outputs("all")).toEqual({
      "first.txt.out": "1/2\n2/2\n3/2\n",
      "deep/er/second.txt.out": "4/2\n5/2\n",
    });
  });

  it("writes the log line with the settings in force, and the container's own log", async () => {
    expect(dataLog("all")).toEqual([
      "[sagemaker logs]: MaxConcurrentTransforms=4, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD",
    ]);
    const container = local.logs.events.find(
      ({ group: one, stream }) => one === group && !stream.endsWith("/data-log"),
    );
    expect(container?.stream).toMatch(/^all\/i-[0-9a-f]{17}-\d{10}$/u);
    expect(container?.event.message).toBe("Finding and loading model");
  });

  it("sends one record per request when asked to", async () => {
    await transform("single", "in/first", {
      top: { BatchStrategy: "SingleRecord", MaxConcurrentTransforms: 2, MaxPayloadInMB: 1 },
    });
    expect(await outputs("single")).toEqual({ "first.txt.out": "1/2\n2/2\n3/2\n" });
    expect(dataLog("single")).toEqual([
      "[sagemaker logs]: MaxConcurrentTransforms=2, MaxPayloadInMB=1, BatchStrategy=SINGLE_RECORD",
    ]);
  });

  it("puts nothing between answers without AssembleWith", async () => {
    await transform("apart", "in/first", { output: { AssembleWith: "None" }, top: { BatchStrategy: "SingleRecord" } });
    expect(await outputs("apart")).toEqual({ "first.txt.out": "1/22/23/2" });
  });

  it("sends the whole object without SplitType", async () => {
    await transform("whole", "in/deep", { input: { SplitType: "None" } });
    expect(await outputs("whole")).toEqual({ "er/second.txt.out": "4/2\n5/2\n" });
  });

  it("keeps the order of many requests in flight", async () => {
    const lines = Array.from({ length: 500 }, (_, index) => "x".repeat((index * 7) % 13));
    await local.put("many/lines.txt", `${lines.join("\n")}\n`);
    await transform("many", "many/", {
      top: { BatchStrategy: "SingleRecord", MaxConcurrentTransforms: 8, MaxPayloadInMB: 1 },
    });
    expect((await outputs("many"))["lines.txt.out"]).toBe(lines.map((line) => `${line.length}/2\n`).join(""));
  });

  it("reads gzip", async () => {
    await local.objects.put("bucket", "zipped/a.txt.gz", gzipSync("a\nbb\n"));
    await transform("zipped", "zipped/", { input: { CompressionType: "Gzip" } });
    expect(await outputs("zipped")).toEqual({ "a.txt.gz.out": "1/2\n2/2\n" });
    await local.put("unzipped/a.txt", "a\n");
    expect(await transform("unzipped", "unzipped/", { input: { CompressionType: "Gzip" } })).toMatchObject({
      FailureReason: "ClientError: See job logs for more information",
    });
    expect(dataLog("unzipped").at(-1)).toMatch(/^\[sagemaker logs\]: bucket\/unzipped\/a\.txt: Bad gzip data: /u);
  });

  it("reads the objects that a manifest names", async () => {
    await local.put("manifests/m", JSON.stringify([{ prefix: "s3://bucket/in/" }, "deep/er/second.txt"]));
    await transform("manifest", "manifests/m", { source: { S3DataType: "ManifestFile" } });
    expect(await outputs("manifest")).toEqual({ "deep/er/second.txt.out": "4/2\n5/2\n" });
  });

  it("adds the job's environment to the model's", async () => {
    await transform("environment", "in/first", { top: { Environment: { SUFFIX: "?" } } });
    expect(await outputs("environment")).toEqual({ "first.txt.out": "1/2?\n2/2?\n3/2?\n" });
  });
});

describe("a transform job that fails", () => {
  it("because of one record loses the output of that file only, and logs what the container said", async () => {
    expect(await transform("mixed", "mixed/")).toMatchObject({
      TransformJobStatus: "Failed",
      FailureReason: "ClientError: See job logs for more information",
    });
    expect(Object.keys(await outputs("mixed"))).toEqual(["a.txt.out", "c.txt.out"]);
    expect(dataLog("mixed").slice(1)).toEqual([
      "[sagemaker logs]: bucket/mixed/b.txt: ClientError: 400",
      "[sagemaker logs]: bucket/mixed/b.txt: ",
      "[sagemaker logs]: bucket/mixed/b.txt: Message:",
      "[sagemaker logs]: bucket/mixed/b.txt: Customer Error: bad record",
      "[sagemaker logs]: bucket/mixed/b.txt: (caused by ValueError)",
    ]);
  });

  it("because of the algorithm says so", async () => {
    await local.put("boom/a.txt", "boom");
    expect(await transform("boom", "boom/")).toMatchObject({
      FailureReason: "AlgorithmError: See job logs for more information",
    });
  });

  it("because the worker broke down says so", async () => {
    await local.put("exit/a.txt", "exit");
    expect(await transform("exit", "exit/")).toMatchObject({
      TransformJobStatus: "Failed",
      FailureReason: "InternalServerError: the worker exited with code 1",
    });
  });

  it("because a record is larger than a request may be", async () => {
    await local.put("large/a.txt", `ok\n${"x".repeat(1_048_577)}\n`);
    await local.put("large/b.txt", `${"x".repeat(1_048_576)}\n`);
    expect(await transform("large", "large/", { top: { MaxPayloadInMB: 1 } })).toMatchObject({
      TransformJobStatus: "Failed",
    });
    expect(dataLog("large").at(-1)).toBe("[sagemaker logs]: bucket/large/a.txt: Too much data for max payload size");
    expect(await outputs("large")).toEqual({ "b.txt.out": "1048576/2\n" });
  });

  it("because the model does not load, with the detail in the container's log", async () => {
    await local.call("CreateModel", {
      ...{ ModelName: "old", ExecutionRoleArn: roleArn },
      PrimaryContainer: {
        Image: image,
        ModelDataUrl: "s3://bucket/out/job/output/model.tar.gz",
        Environment: { FAIL_LOAD: "1" },
      },
    });
    expect(await transform("old", "in/", { top: { ModelName: "old" } })).toMatchObject({
      FailureReason: "AlgorithmError: See job logs for more information",
    });
    expect(local.logs.messages(group, "old/")).toContain("count.json is too old");
  });
});

describe("what a transform job refuses", () => {
  it("names what local mode does not do", async () => {
    expect(
      await refusalOf({
        top: { DataProcessing: { JoinSource: "Input", OutputFilter: "$.id" } },
        input: { SplitType: "RecordIO" },
      }),
    ).toEqual({
      code: "ValidationException",
      message:
        "[local mode] Batch transform does not support: SplitType RecordIO, DataProcessing.OutputFilter $.id, " +
        "DataProcessing.JoinSource Input.",
    });
  });

  it("checks model, input and name like the service", async () => {
    expect((await refusalOf({ top: { ModelName: "Nobody" } })).message).toBe(
      'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/nobody".',
    );
    expect((await refusalOf({ source: { S3Uri: "s3://bucket/empty/" } })).message).toMatch(
      /^No S3 objects found under S3 URL "s3:\/\/bucket\/empty\/"/u,
    );
    expect((await refusalOf({ top: { TransformJobName: "all" } })).code).toBe("ResourceInUse");
    expect((await refusalOf({ top: { MaxConcurrentTransforms: 50, MaxPayloadInMB: 6 } })).code).toBe(
      "ValidationException",
    );
  });
});

describe("StopTransformJob", () => {
  it("keeps the files that are done", async () => {
    await local.put("slow/a.txt", "a\n");
    await local.put("slow/b.txt", "sleep 60000");
    await local.call("CreateTransformJob", request("slow", "slow/"));
    await expect.poll(() => outputs("slow"), { timeout: 10_000 }).toHaveProperty(["a.txt.out"]);
    await local.call("StopTransformJob", { TransformJobName: "slow" });
    await local.service.settled("transform-job", "slow");
    expect(await local.call("DescribeTransformJob", { TransformJobName: "slow" })).toMatchObject({
      TransformJobStatus: "Stopped",
    });
    expect(await outputs("slow")).toEqual({ "a.txt.out": "1/2\n" });
    await expect(local.call("StopTransformJob", { TransformJobName: "slow" })).rejects.toThrow(
      "The request was rejected because the transform job is in status Stopped.",
    );
  });

  it("answers for a job that does not exist like Describe", async () => {
    for (const operation of ["StopTransformJob", "DescribeTransformJob"]) {
      await expect(local.call(operation, { TransformJobName: "nobody" })).rejects.toMatchObject({
        code: "ValidationException",
        message: "Could not find requested job with name: nobody",
      });
    }
  });
});

describe("ModelClientConfig", () => {
  it("limits the time of one request", async () => {
    await local.put("long/a.txt", "sleep 60000");
    expect(
      await transform("long", "long/", { top: { ModelClientConfig: { InvocationsTimeoutInSeconds: 1 } } }),
    ).toMatchObject({
      FailureReason: "AlgorithmError: See job logs for more information",
    });
    expect(dataLog("long").at(-1)).toBe(
      "[sagemaker logs]: bucket/long/a.txt: Model server did not respond to /invocations request within 1 seconds",
    );
  });
});

describe("ListTransformJobs", () => {
  it("lists the newest first", async () => {
    expect(
      await local.call("ListTransformJobs", { StatusEquals: "Failed", MaxResults: 2, NameContains: "o" }),
    ).toMatchObject({
      TransformJobSummaries: [{ TransformJobName: "long" }, { TransformJobName: "old" }],
      NextToken: expect.any(String),
    });
  });
});
