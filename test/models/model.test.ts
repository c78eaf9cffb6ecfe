import { CreateModelCommand, CreateTransformJobCommand, DeleteModelCommand } from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigurationError, ValidationError } from "../../src/errors/index.js";
import { Model, type ModelOptions } from "../../src/models/index.js";
import { awsError, ROLE, rejection, setUp, testSession } from "../jobs/helpers.js";

const IMAGE = "433757028032.dkr.ecr.us-west-2.amazonaws.com/blazingtext:1";
const STAMP = "2026-08-12-10-00-00-000";

describe("Model", () => {
  let mocks: ReturnType<typeof setUp>;

  beforeEach(() => {
    mocks = setUp();
    mocks.sagemaker.on(CreateModelCommand).resolves({});
    mocks.sagemaker.on(DeleteModelCommand).resolves({});
  });

  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  function model(options: Partial<ModelOptions> = {}): Model {
    return new Model({
      imageUri: IMAGE,
      modelData: "s3://bkt/out/job/output/model.tar.gz",
      session: testSession(),
      ...options,
    });
  }

  const sent = () => mocks.sagemaker.commandCalls(CreateModelCommand).map(({ args }) => args[0].input);

  it("sends nothing at construction and has its name from then on", () => {
    expect(model().name).toBe(`blazingtext-${STAMP}`);
    expect(mocks.sagemaker.calls()).toHaveLength(0);
  });

  it("takes a legal name from an image with a digest", () => {
    expect(model({ imageUri: "123.dkr.ecr.us-west-2.amazonaws.com/my_repo.x@sha256:abc" }).name).toBe(
      `my-repo-x-${STAMP}`,
    );
  });

  describe("toRequest", () => {
    it("is what the Python SDK sends for a plain model", async () => {
      expect(await model().toRequest()).toEqual({
        ModelName: `blazingtext-${STAMP}`,
        ExecutionRoleArn: ROLE,
        PrimaryContainer: { Image: IMAGE, Environment: {}, ModelDataUrl: "s3://bkt/out/job/output/model.tar.gz" },
      });
    });

    it("is what the Python SDK sends with tags, VPC and network isolation", async () => {
      const request = await model({
        name: "my-ic",
        vpcConfig: { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
        enableNetworkIsolation: true,
        tags: [{ Key: "x", Value: "y" }],
      }).toRequest();
      expect(request).toEqual({
        ModelName: "my-ic",
        ExecutionRoleArn: ROLE,
        PrimaryContainer: { Image: IMAGE, Environment: {}, ModelDataUrl: "s3://bkt/out/job/output/model.tar.gz" },
        Tags: [{ Key: "x", Value: "y" }],
        VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
        EnableNetworkIsolation: true,
      });
    });

    it("sends a prefix of uncompressed files as a data source", async () => {
      const { PrimaryContainer } = await model({ modelData: "s3://bkt/out/job/output/model/" }).toRequest();
      expect(PrimaryContainer).toEqual({
        Image: IMAGE,
        Environment: {},
        ModelDataSource: {
          S3DataSource: { S3Uri: "s3://bkt/out/job/output/model/", S3DataType: "S3Prefix", CompressionType: "None" },
        },
      });
    });

    it("leaves false flags and empty tags out, and merges overrides last", async () => {
      const request = await model({
        enableNetworkIsolation: false,
        tags: {},
        overrides: { ExecutionRoleArn: "arn:aws:iam::1:role/R" },
      }).toRequest();
      expect(Object.keys(request)).toEqual(["ModelName", "ExecutionRoleArn", "PrimaryContainer"]);
      expect(request.ExecutionRoleArn).toBe("arn:aws:iam::1:role/R");
    });
  });

  describe("create", () => {
    it("creates the model once, however often it is needed", async () => {
      const m = model();
      expect(await Promise.all([m.create(), m.create()])).toEqual([m.name, m.name]);
      await m.create();
      expect(sent()).toHaveLength(1);
    });

    it("tries again after a failure, and after a deletion", async () => {
      const m = model();
      mocks.sagemaker.on(CreateModelCommand).rejectsOnce(awsError("ThrottlingException")).resolves({});
      await rejection(m.create());
      await m.create();
      await m.delete();
      await m.create();
      expect(sent()).toHaveLength(3);
    });

    it("refuses an existing name instead of serving the old model", async () => {
      const exists = awsError(
        "ValidationException",
        'Cannot create already existing model "arn:aws:sagemaker:…:model/m".',
      );
      mocks.sagemaker.on(CreateModelCommand).rejects(exists);
      const error = await rejection(model({ name: "m" }).create());
      expect(ValidationError.is(error)).toBe(true);
      expect(error).toMatchObject({ cause: exists, message: expect.stringContaining("reuseExisting: true") });
    });

    it("uses an existing model when asked to", async () => {
      mocks.sagemaker
        .on(CreateModelCommand)
        .rejects(awsError("ValidationException", "Cannot create already existing model"));
      expect(await model({ name: "m", reuseExisting: true }).create()).toBe("m");
    });

    it("explains a role that SageMaker cannot assume", async () => {
      mocks.sagemaker.on(CreateModelCommand).rejects(awsError("ValidationException", `Could not assume role ${ROLE}.`));
      const error = await rejection(model().create());
      expect(ConfigurationError.is(error)).toBe(true);
      expect(error).toMatchObject({ code: "NO_ROLE" });
    });

    it("sends nothing when the signal is aborted already", async () => {
      expect(await rejection(model().create({ signal: AbortSignal.abort("before") }))).toBe("before");
      expect(sent()).toHaveLength(0);
    });
  });

  it("reports all faults of its options together", () => {
    const make = (): Model =>
      model({
        imageUri: "",
        modelData: "https://bkt.s3.amazonaws.com/m.tar.gz",
        vpcConfig: { subnets: ["s"], securityGroupIds: [] },
        environment: { A: 1 as never },
      });
    expect(make).toThrow(ValidationError);
    expect(make).toThrow(/imageUri[\s\S]*s3:\/\/bkt\/m\.tar\.gz[\s\S]*securityGroupIds[\s\S]*"A" must be a text/u);
  });

  it("makes a transformer that creates the model when the first transform starts", async () => {
    mocks.sagemaker.on(CreateTransformJobCommand).resolves({});
    const m = model();
    const transformer = m.transformer({ instanceCount: 1, instanceType: "ml.m5.large" });
    expect(sent()).toHaveLength(0);
    await transformer.transform("s3://bkt/in/", { wait: false });
    await transformer.transform("s3://bkt/in/", { wait: false });
    expect(sent()).toHaveLength(1);
    expect(mocks.sagemaker.commandCalls(CreateTransformJobCommand)[0]?.args[0].input).toMatchObject({
      ModelName: m.name,
      TransformOutput: { S3OutputPath: `s3://bkt/blazingtext-${STAMP}` },
    });
  });

  it("refuses a transform environment under network isolation instead of dropping it", () => {
    const isolated = model({ enableNetworkIsolation: true });
    expect(() =>
      isolated.transformer({ instanceCount: 1, instanceType: "ml.m5.large", environment: { A: "b" } }),
    ).toThrow("network isolation");
  });
});
