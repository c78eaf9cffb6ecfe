import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { DescribeTransformJobCommand } from "@aws-sdk/client-sagemaker";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors/index.js";
import { TransformJob } from "../../src/jobs/index.js";
import { outputFiles, transformOutputUri } from "../../src/transformers/index.js";
import { NOW, rejection, setUp, testSession } from "../jobs/helpers.js";

describe("transformOutputUri", () => {
  it.each([
    ["s3://b/in/", "s3://b/in/a.jsonl", "s3://b/out", "s3://b/out/a.jsonl.out"],
    ["s3://b/in/", "s3://b/in/2026/a.jsonl", "s3://b/out/", "s3://b/out/2026/a.jsonl.out"],
    ["s3://b/in/test.txt", "s3://b/in/test.txt", "s3://b/out", "s3://b/out/test.txt.out"],
    ["s3://b/in/te", "s3://b/in/test.txt", "s3://b/out", "s3://b/out/test.txt.out"],
    ["s3://b/", "s3://b/x/y", "s3://b2/out", "s3://b2/out/x/y.out"],
  ])("maps input %s, object %s below %s to %s", (input, object, outputPath, expected) => {
    expect(transformOutputUri(input, object, outputPath)).toBe(expected);
  });
});

describe("outputFiles", () => {
  let mocks: ReturnType<typeof setUp>;
  let s3: ReturnType<typeof mockS3>;

  function mockS3() {
    return mockClient(S3Client);
  }

  beforeEach(() => {
    mocks = setUp();
    s3 = mockS3();
  });

  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
    s3.restore();
  });

  function job(S3DataType: string, S3Uri: string): TransformJob {
    mocks.sagemaker.on(DescribeTransformJobCommand).resolves({
      TransformJobName: "tr",
      TransformJobArn: "arn",
      TransformJobStatus: "Completed",
      ModelName: "m",
      CreationTime: NOW,
      TransformInput: { DataSource: { S3DataSource: { S3DataType: S3DataType as "S3Prefix", S3Uri } } },
      TransformOutput: { S3OutputPath: "s3://b/out" },
      TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
    });
    return new TransformJob(testSession(), "tr");
  }

  function objects(...keys: string[]): void {
    s3.on(ListObjectsV2Command).callsFake(({ Prefix }: { Prefix?: string }) => ({
      Contents: keys.filter((key) => key.startsWith(Prefix ?? "")).map((Key) => ({ Key, Size: 1 })),
    }));
  }

  it("pairs every input object with its output and says which are missing", async () => {
    objects(
      "in/a.jsonl",
      "in/b.jsonl",
      "in/sub/c.jsonl",
      "in/sub/",
      "out/a.jsonl.out",
      "out/sub/c.jsonl.out",
      "out2/x",
    );
    expect(await outputFiles(job("S3Prefix", "s3://b/in/"))).toEqual([
      { input: "s3://b/in/a.jsonl", output: "s3://b/out/a.jsonl.out", exists: true },
      { input: "s3://b/in/b.jsonl", output: "s3://b/out/b.jsonl.out", exists: false },
      { input: "s3://b/in/sub/c.jsonl", output: "s3://b/out/sub/c.jsonl.out", exists: true },
    ]);
  });

  it("reads a prefix as text, as the service does", async () => {
    objects("in/test.jsonl", "in/test/1.png", "in/train.jsonl");
    const files = await outputFiles(job("S3Prefix", "s3://b/in/test"));
    expect(files.map(({ output }) => output)).toEqual(["s3://b/out/test.jsonl.out", "s3://b/out/test/1.png.out"]);
  });

  it("reads the names of a manifest", async () => {
    objects("out/a.csv.out");
    const body = JSON.stringify([{ prefix: "s3://b/in/" }, "a.csv", "sub/b.csv"]);
    s3.on(GetObjectCommand).callsFake(() => ({
      Body: { transformToString: async () => body, transformToByteArray: async () => new TextEncoder().encode(body) },
    }));
    expect(await outputFiles(job("ManifestFile", "s3://b/manifest.json"))).toEqual([
      { input: "s3://b/in/a.csv", output: "s3://b/out/a.csv.out", exists: true },
      { input: "s3://b/in/sub/b.csv", output: "s3://b/out/sub/b.csv.out", exists: false },
    ]);
  });

  it("names a manifest that is none", async () => {
    objects();
    s3.on(GetObjectCommand).callsFake(() => ({
      Body: { transformToString: async () => "{}", transformToByteArray: async () => new TextEncoder().encode("{}") },
    }));
    const error = await rejection(outputFiles(job("ManifestFile", "s3://b/manifest.json")));
    expect(FormatError.is(error)).toBe(true);
    expect((error as Error).message).toContain("s3://b/manifest.json");
  });
});
