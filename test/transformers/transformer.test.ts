import {
  CreateModelCommand,
  CreateTransformJobCommand,
  DeleteModelCommand,
  DescribeModelCommand,
  DescribeTransformJobCommand,
  StopTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import { TransformInput } from "../../src/inputs/index.js";
import {
  Transformer,
  type TransformerOptions,
  type TransformModel,
  type TransformOptions,
} from "../../src/transformers/index.js";
import { awsError, NOW, rejection, runClock, setUp, testSession } from "../jobs/helpers.js";

const STAMP = "2026-08-12-10-00-00-000";
const IMAGE = "433757028032.dkr.ecr.us-west-2.amazonaws.com/blazingtext:1";

function issuesOf(error: unknown): string[] {
  return ValidationError.is(error) ? error.issues.map(({ message }) => message) : [];
}

function caught(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("Transformer", () => {
  let mocks: ReturnType<typeof setUp>;

  beforeEach(() => {
    mocks = setUp();
    mocks.sagemaker.on(CreateTransformJobCommand).resolves({});
    mocks.sagemaker.on(DescribeModelCommand).resolves({ ModelName: "m", PrimaryContainer: { Image: IMAGE } });
  });

  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  function transformer(options: Partial<TransformerOptions> = {}): Transformer {
    return new Transformer({
      modelName: "m",
      instanceCount: 1,
      instanceType: "ml.m5.large",
      session: testSession({ defaultBucket: "sagemaker-us-west-2-111122223333" }),
      ...options,
    });
  }

  function answer(status: string, members: object = {}): Record<string, unknown> {
    return {
      TransformJobName: "tr",
      TransformJobArn: "arn:aws:sagemaker:us-west-2:444455556666:transform-job/tr",
      TransformJobStatus: status,
      ModelName: "m",
      CreationTime: NOW,
      TransformInput: { DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://b/in/" } } },
      TransformOutput: { S3OutputPath: "s3://b/out", Accept: "", KmsKeyId: "" },
      TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
      ...members,
    };
  }

  const sent = () => mocks.sagemaker.commandCalls(CreateTransformJobCommand).map(({ args }) => args[0].input);

  describe("request", () => {
    it("is what the Python SDK sends for BlazingText", async () => {
      const t = transformer({ strategy: "SingleRecord", assembleWith: "Line", accept: "application/jsonlines" });
      const options = { contentType: "application/jsonlines", splitType: "Line", wait: false } as const;
      await t.transform("s3://bkt/batch/", options);
      expect(sent()).toEqual([
        {
          TransformJobName: `blazingtext-${STAMP}`,
          ModelName: "m",
          TransformInput: {
            DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/batch/" } },
            ContentType: "application/jsonlines",
            SplitType: "Line",
          },
          TransformOutput: {
            S3OutputPath: `s3://sagemaker-us-west-2-111122223333/blazingtext-${STAMP}`,
            AssembleWith: "Line",
            Accept: "application/jsonlines",
          },
          TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
          BatchStrategy: "SingleRecord",
        },
      ]);
    });

    it("is what the Python SDK sends with everything set", async () => {
      const t = transformer({
        environment: { A: "b" },
        tags: { k: "v" },
        maxConcurrentTransforms: 2,
        maxPayloadMb: 1,
        outputKmsKey: "ok",
        volumeKmsKey: "vk",
      });
      const request = await t.toRequest("s3://b/in", {
        dataType: "ManifestFile",
        compressionType: "Gzip",
        inputFilter: "$.x",
        outputFilter: "$.y",
        joinSource: "Input",
        experimentConfig: { ExperimentName: "e" },
        modelClientConfig: { invocationsTimeoutSeconds: 60 },
      });
      expect(request).toEqual({
        TransformJobName: `blazingtext-${STAMP}`,
        ModelName: "m",
        TransformInput: {
          DataSource: { S3DataSource: { S3DataType: "ManifestFile", S3Uri: "s3://b/in" } },
          CompressionType: "Gzip",
        },
        TransformOutput: { S3OutputPath: `s3://sagemaker-us-west-2-111122223333/blazingtext-${STAMP}`, KmsKeyId: "ok" },
        TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large", VolumeKmsKeyId: "vk" },
        MaxConcurrentTransforms: 2,
        MaxPayloadInMB: 1,
        Environment: { A: "b" },
        Tags: [{ Key: "k", Value: "v" }],
        DataProcessing: { InputFilter: "$.x", OutputFilter: "$.y", JoinSource: "Input" },
        ExperimentConfig: { ExperimentName: "e" },
        ModelClientConfig: { InvocationsTimeoutInSeconds: 60 },
      });
      expect(sent()).toEqual([]);
    });

    it("takes a TransformInput, a job name, data capture and members that the library does not know", async () => {
      const input = new TransformInput("s3://b/in/", { splitType: "Line" });
      const request = await transformer({ outputPath: "s3://b/out", maxPayloadMb: 0 }).toRequest(input, {
        jobName: "my-job",
        batchDataCaptureConfig: { destinationS3Uri: "s3://b/capture", generateInferenceId: false },
        overrides: { Novelty: true } as object,
      });
      expect(request).toMatchObject({
        TransformJobName: "my-job",
        TransformInput: { SplitType: "Line" },
        TransformOutput: { S3OutputPath: "s3://b/out" },
        MaxPayloadInMB: 0,
        DataCaptureConfig: { DestinationS3Uri: "s3://b/capture", GenerateInferenceId: false },
        Novelty: true,
      });
      expect(mocks.sagemaker.calls()).toHaveLength(0);
    });

    it("puts each job under a path of its own unless one is given", async () => {
      const own = transformer();
      const first = await own.toRequest("s3://b/in/", { jobName: "one" });
      const second = await own.toRequest("s3://b/in/", { jobName: "two" });
      expect([first, second].map((request) => request.TransformOutput.S3OutputPath)).toEqual([
        "s3://sagemaker-us-west-2-111122223333/one",
        "s3://sagemaker-us-west-2-111122223333/two",
      ]);
      const given = transformer({ outputPath: "s3://b/out" });
      expect((await given.toRequest("s3://b/in/", { jobName: "one" })).TransformOutput.S3OutputPath).toBe("s3://b/out");
    });

    it("keeps the default bucket's prefix in the output path", async () => {
      const session = testSession({ defaultBucket: "bkt", defaultBucketPrefix: "team/a" });
      const request = await transformer({ session }).toRequest("s3://b/in/", { jobName: "one" });
      expect(request.TransformOutput.S3OutputPath).toBe("s3://bkt/team/a/one");
    });

    it("asks for the model's image once, for the job names", async () => {
      const t = transformer();
      await t.toRequest("s3://b/in/");
      await t.toRequest("s3://b/in/");
      expect(mocks.sagemaker.commandCalls(DescribeModelCommand)).toHaveLength(1);
      mocks.sagemaker.on(DescribeModelCommand).resolves({ ModelName: "m", Containers: [] });
      expect((await transformer().toRequest("s3://b/in/")).TransformJobName).toBe(`m-${STAMP}`);
    });

    it("says so when there is no such model", async () => {
      const missing = awsError("ValidationException", 'Could not find model "m".');
      mocks.sagemaker.on(DescribeModelCommand).rejects(missing);
      const error = await rejection(transformer().transform("s3://b/in/"));
      expect(ValidationError.is(error)).toBe(true);
      expect(error).toMatchObject({ cause: missing, message: expect.stringContaining('no model "m"') });
    });
  });

  describe("lazy model", () => {
    function lazyModel(): TransformModel & { creations: number } {
      const model = {
        name: "lazy",
        imageUri: IMAGE,
        enableNetworkIsolation: false,
        creations: 0,
        create: async () => {
          model.creations++;
          return "lazy";
        },
        delete: async () => undefined,
      };
      return model;
    }

    it("is created when a transform starts, not before, and names the jobs by its image", async () => {
      const model = lazyModel();
      const t = transformer({ modelName: undefined, model });
      expect((await t.toRequest("s3://b/in/")).TransformJobName).toBe(`blazingtext-${STAMP}`);
      expect(model.creations).toBe(0);
      await t.transform("s3://b/in/", { wait: false });
      expect(model.creations).toBe(1);
      expect(sent()[0]).toMatchObject({ ModelName: "lazy" });
      expect(mocks.sagemaker.commandCalls(CreateModelCommand)).toHaveLength(0);
    });

    it("is not created for options that are refused", async () => {
      const model = lazyModel();
      await rejection(transformer({ modelName: undefined, model }).transform("b/in"));
      expect(model.creations).toBe(0);
    });

    it("takes no environment under network isolation, instead of dropping it silently", () => {
      const model = { ...lazyModel(), enableNetworkIsolation: true };
      const error = caught(() => transformer({ modelName: undefined, model, environment: { A: "b" } }));
      expect(issuesOf(error)[0]).toContain("network isolation");
    });
  });

  describe("validation", () => {
    it("reports all faults of the options together", () => {
      const error = caught(() =>
        transformer({
          modelName: undefined,
          instanceCount: 0,
          instanceType: "m5.large",
          strategy: "Single" as never,
          maxPayloadMb: 50,
          maxConcurrentTransforms: 3,
          tags: { "aws:x": "y" },
          ["instancecount" as never]: 1,
        }),
      );
      expect(issuesOf(error)).toEqual([
        'unknown option "instancecount" of Transformer; did you mean "instanceCount"?',
        "instanceCount must be an integer in [1, 100000]; got 0",
        'strategy must be one of "SingleRecord", "MultiRecord"; got "Single"',
        'a tag key has 1 to 128 characters and does not start with "aws:"; got "aws:x"',
        'instanceType must be one such as "ml.m5.large"; got "m5.large"',
        "give either modelName (a model on the service) or model (a Model object)",
        "maxPayloadMb times maxConcurrentTransforms may be at most 100 MB; got 50 x 3 = 150",
      ]);
    });

    it.each([
      [{ strategy: "MultiRecord" }, {}, "splitType"],
      [{ accept: "text/csv" }, { contentType: "application/jsonlines", joinSource: "Input" }, "needs accept to equal"],
      [
        { assembleWith: "Line" },
        { contentType: "text/csv", joinSource: "Input" },
        "splitType and assembleWith to be equal",
      ],
      [{}, { contentType: "application/x-image", inputFilter: "$.a" }, "text/csv, application/json"],
      [{}, { inputFilter: "features" }, 'starts with "$"'],
      [{}, { outputFilter: `$.${"x".repeat(70)}` }, "at most 63"],
      [{}, { modelClientConfig: { invocationsMaxRetries: 4 } }, "[0, 3]"],
      [{}, { contenttype: "text/csv" }, 'did you mean "contentType"'],
      [{}, { pollSeconds: 0 }, "pollSeconds"],
    ] as [Partial<TransformerOptions>, TransformOptions, string][])(
      "refuses transformer %j with transform %j",
      async (options, call, text) => {
        const error = await rejection(transformer(options).transform("s3://b/in/", call));
        expect(issuesOf(error).join("\n")).toContain(text);
        expect(mocks.sagemaker.calls()).toHaveLength(0);
      },
    );

    it("takes the join that BlazingText is used with", async () => {
      const t = transformer({ accept: "application/jsonlines", assembleWith: "Line" });
      const request = await t.toRequest("s3://b/in/", {
        contentType: "application/jsonlines",
        splitType: "Line",
        inputFilter: "$",
        joinSource: "Input",
        outputFilter: "$['id','SageMakerOutput']",
      });
      expect(request.DataProcessing).toEqual({
        InputFilter: "$",
        JoinSource: "Input",
        OutputFilter: "$['id','SageMakerOutput']",
      });
    });
  });

  it("waits for the end of the job by default and returns its handle", async () => {
    let look = 0;
    mocks.sagemaker.on(DescribeTransformJobCommand).callsFake(() => answer(look++ < 2 ? "InProgress" : "Completed"));
    const job = await runClock(transformer().transform("s3://b/in/", { jobName: "tr", logs: false }));
    expect(job.name).toBe("tr");
    expect(look).toBe(3);
  });

  it("holds the job when the wait fails, to look at or to stop", async () => {
    mocks.sagemaker.on(DescribeTransformJobCommand).resolves(answer("Failed", { FailureReason: "ClientError" }));
    mocks.sagemaker.on(StopTransformJobCommand).resolves({});
    const t = transformer();
    expect(await rejection(runClock(t.transform("s3://b/in/", { jobName: "tr", logs: false })))).toMatchObject({
      code: "JOB_FAILED",
    });
    expect(t.latestTransformJob?.name).toBe("tr");
    await t.stop();
    expect(mocks.sagemaker.commandCalls(StopTransformJobCommand)).toHaveLength(1);
  });

  it("has nothing to wait for or to stop before the first job", async () => {
    expect(issuesOf(await rejection(transformer().wait()))[0]).toContain("start one with transform()");
    expect(ValidationError.is(await rejection(transformer().stop()))).toBe(true);
  });

  it("deletes the model", async () => {
    mocks.sagemaker.on(DeleteModelCommand).resolves({});
    await transformer().deleteModel();
    expect(mocks.sagemaker.commandCalls(DeleteModelCommand)[0]?.args[0].input).toEqual({ ModelName: "m" });
  });

  describe("attach", () => {
    it("takes over the settings of the job, environment included, and names new jobs by the old base", async () => {
      mocks.sagemaker.on(DescribeTransformJobCommand).resolves(
        answer("InProgress", {
          BatchStrategy: "SingleRecord",
          MaxPayloadInMB: 6,
          MaxConcurrentTransforms: 4,
          Environment: { A: "b" },
          TransformOutput: { S3OutputPath: "s3://b/out", Accept: "text/csv", AssembleWith: "Line", KmsKeyId: "" },
        }),
      );
      const t = await Transformer.attach("churn-2026-08-01-09-00-00-123", { session: testSession() });
      expect(t.latestTransformJob?.name).toBe("churn-2026-08-01-09-00-00-123");
      expect(await t.toRequest("s3://b/next/")).toEqual({
        TransformJobName: `churn-${STAMP}`,
        ModelName: "m",
        TransformInput: { DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://b/next/" } } },
        TransformOutput: { S3OutputPath: "s3://b/out", Accept: "text/csv", AssembleWith: "Line" },
        TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
        BatchStrategy: "SingleRecord",
        MaxConcurrentTransforms: 4,
        MaxPayloadInMB: 6,
        Environment: { A: "b" },
      });
      expect(mocks.sagemaker.calls()).toHaveLength(1);
    });
  });
});
