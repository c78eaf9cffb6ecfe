import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { DescribeTransformJobCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors/index.js";
import { ImageClassificationTransformer, imageClassificationBatch } from "../../../src/estimators/index.js";
import { TransformJob } from "../../../src/jobs/index.js";
import { goldenSession } from "../support.js";

const failure = async (work: Promise<unknown>): Promise<FormatError> => {
  const error = await work.then(() => undefined).catch((reason: unknown) => reason);
  if (FormatError.is(error)) return error;
  throw error;
};

describe("imageClassificationBatch.imageName", () => {
  it("is the name of the image that an output belongs to", () => {
    expect(imageClassificationBatch.imageName("s3://bucket/out/7/ABC.png.out")).toBe("ABC.png");
    expect(imageClassificationBatch.imageName("three.out.jpg.out")).toBe("three.out.jpg");
    expect(imageClassificationBatch.imageName("three.png")).toBe("three.png");
  });
});

describe("imageClassificationBatch.decode", () => {
  it("reads the object that a transform job writes, and the bare list of an endpoint", async () => {
    const expected = [
      { classIndex: 1, label: "b", probability: 0.75 },
      { classIndex: 0, label: "a", probability: 0.25 },
    ];
    const options = { classNames: ["a", "b"] };
    for (const text of ['{"prediction": [0.25, 0.75]}', '{"prediction":[0.25,0.75]}\n', "[0.25, 0.75]"]) {
      expect(await imageClassificationBatch.decode({ text }, options)).toEqual(expected);
      expect(await imageClassificationBatch.decode(Buffer.from(text), options)).toEqual(expected);
    }
  });

  it("gives every class once, with its own probability, the most likely first", async () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(probability, { minLength: 1, maxLength: 50 }), async (prediction) => {
        const labels = await imageClassificationBatch.decode({ text: JSON.stringify({ prediction }) });
        const given = labels.map((label) => label.probability);
        expect(given).toEqual([...given].sort((a, b) => b - a));
        const byClass = [...labels].sort((a, b) => a.classIndex - b.classIndex);
        expect(byClass.map((label) => label.probability + 0)).toEqual(prediction.map((value) => value + 0));
        expect(byClass.map((label) => label.label)).toEqual(prediction.map((_, index) => String(index)));
      }),
      { numRuns: 100 },
    );
  });

  it("names what is no answer for one image", async () => {
    const wrong = async (text: string, classNames?: string[]) =>
      (await failure(imageClassificationBatch.decode({ text }, { classNames }))).message;
    expect(await wrong('{"predictions": [1]}')).toContain('the list "prediction"');
    expect(await wrong("")).toContain("expected the answer for one image, got 0");
    expect(await wrong("[1]\n[1]\n")).toContain("got 2");
    expect(await wrong("[0.5, 0.5]", ["a"])).toContain("the model knows 2 classes, but classNames holds 1 names");
  });
});

describe("ImageClassificationTransformer", () => {
  const sagemaker = mockClient(SageMakerClient);
  const s3 = mockClient(S3Client);
  afterEach(() => {
    sagemaker.reset();
    s3.reset();
  });

  const options = { modelName: "digits", instanceCount: 1, instanceType: "ml.m5.large", outputPath: "s3://bkt/out" };
  const transformer = (more: object = {}) =>
    new ImageClassificationTransformer({ ...options, session: goldenSession(), ...more });

  it("sends every image whole, one per request", async () => {
    expect(await transformer().toRequest("s3://bkt/test/", { jobName: "job" })).toEqual({
      TransformJobName: "job",
      ModelName: "digits",
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/test/" } },
        ContentType: "application/x-image",
        SplitType: "None",
      },
      TransformOutput: { S3OutputPath: "s3://bkt/out" },
      TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
      BatchStrategy: "SingleRecord",
      MaxPayloadInMB: 6,
    });
  });

  it("lets every preset be replaced", async () => {
    const request = await transformer({
      maxPayloadMb: 20,
      accept: "application/jsonlines",
      assembleWith: "Line",
    }).toRequest("s3://bkt/test/", { jobName: "job", contentType: "image/png" });
    expect(request).toMatchObject({
      TransformInput: { ContentType: "image/png", SplitType: "None" },
      TransformOutput: { Accept: "application/jsonlines", AssembleWith: "Line" },
      MaxPayloadInMB: 20,
    });
  });

  it("gives the answers of its job by image, also for images that have none", async () => {
    sagemaker.on(DescribeTransformJobCommand).resolves({
      TransformJobName: "job",
      TransformJobArn: "arn",
      TransformJobStatus: "Failed",
      ModelName: "digits",
      CreationTime: new Date(0),
      TransformInput: { DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/test" } } },
      TransformOutput: { S3OutputPath: "s3://bkt/out" },
      TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
    });
    const listing = (...keys: string[]) => ({
      Contents: keys.map((Key) => ({ Key, Size: 1, LastModified: new Date(0), ETag: '"x"' })),
    });
    s3.on(ListObjectsV2Command, { Prefix: "test" }).resolves(listing("test.jsonl", "test/A.png", "test/B.png"));
    s3.on(ListObjectsV2Command, { Prefix: "out/" }).resolves(listing("out/test/A.png.out", "out/test/B.png.out"));
    s3.on(GetObjectCommand).callsFake(async ({ Key }: { Key: string }) => {
      const body = Buffer.from(`{"prediction": ${Key.includes("A.png") ? "[0.9, 0.1]" : "[0.2, 0.8]"}}`);
      return { Body: { transformToByteArray: async () => body } };
    });
    const job = new TransformJob(goldenSession(), "job");
    const found: string[] = [];
    for await (const { fileName, input, labels } of transformer({ classNames: ["zero", "one"] }).results({ job })) {
      found.push(`${fileName} ${input} ${labels?.[0]?.label ?? "-"}`);
    }
    expect(found).toEqual([
      "test.jsonl s3://bkt/test.jsonl -",
      "A.png s3://bkt/test/A.png zero",
      "B.png s3://bkt/test/B.png one",
    ]);
  });

  it("has no answers before there is a job", async () => {
    await expect(transformer().results().next()).rejects.toThrow("start one with transform()");
  });
});
