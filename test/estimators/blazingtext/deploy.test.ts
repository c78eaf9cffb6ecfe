import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTransformJobCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
} from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BlazingText, BlazingTextPredictor, Estimator } from "../../../src/estimators/index.js";
import { JsonDeserializer, JsonSerializer } from "../../../src/serializers/index.js";
import { completedJob, goldenSession, IMAGE, mockAws, ROLE } from "../support.js";

const JOB = "blazingtext-2026-08-12-10-00-00-000";

let aws: ReturnType<typeof mockAws>;
beforeEach(() => {
  aws = mockAws();
  vi.useFakeTimers({ now: new Date("2026-08-12T10:00:00.000Z"), toFake: ["Date"] });
  described();
  for (const command of [CreateModelCommand, CreateEndpointConfigCommand, CreateEndpointCommand]) {
    aws.sagemaker.on(command as typeof CreateModelCommand).resolves({});
  }
  aws.sagemaker.on(ListTagsCommand).resolves({ Tags: [{ Key: "team", Value: "a" }] });
  aws.sagemaker.on(DescribeEndpointCommand).resolves({
    EndpointName: JOB,
    EndpointArn: "arn",
    EndpointStatus: "InService",
    EndpointConfigName: JOB,
    CreationTime: new Date(0),
    LastModifiedTime: new Date(0),
  });
});
afterEach(() => aws.restore());

function described(members: object = {}): void {
  aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
    completedJob(JOB, {
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: "File" },
      RoleArn: ROLE,
      HyperParameters: { mode: "supervised" },
      OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
      StoppingCondition: { MaxRuntimeInSeconds: 86400 },
      ...members,
    }),
  );
}

const attach = (): Promise<BlazingText> => BlazingText.attach(JOB, { session: goldenSession() });
const sent = (command: unknown): unknown[] =>
  aws.sagemaker.commandCalls(command as typeof CreateModelCommand).map((call) => call.args[0].input);

const MODEL = {
  ModelName: "blazingtext-2026-08-12-10-00-00-000",
  ExecutionRoleArn: "arn:aws:iam::111122223333:role/SageMakerRole",
  PrimaryContainer: {
    Image: "433757028032.dkr.ecr.us-west-2.amazonaws.com/blazingtext:1",
    Environment: {},
    ModelDataUrl: "s3://bkt/out/blazingtext-2026-08-12-10-00-00-000/output/model.tar.gz",
  },
};

describe("BlazingText.deploy", () => {
  it("sends the golden requests of model, configuration and endpoint, without tags of the training job", async () => {
    const estimator = await attach();
    const predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });

    expect(predictor).toBeInstanceOf(BlazingTextPredictor);
    expect(sent(CreateModelCommand)).toEqual([MODEL]);
    expect(sent(CreateEndpointConfigCommand)).toEqual([
      {
        EndpointConfigName: "blazingtext-2026-08-12-10-00-00-000",
        ProductionVariants: [
          {
            VariantName: "AllTraffic",
            ModelName: "blazingtext-2026-08-12-10-00-00-000",
            InitialVariantWeight: 1,
            InitialInstanceCount: 1,
            InstanceType: "ml.m5.large",
          },
        ],
      },
    ]);
    expect(sent(CreateEndpointCommand)).toEqual([
      {
        EndpointName: "blazingtext-2026-08-12-10-00-00-000",
        EndpointConfigName: "blazingtext-2026-08-12-10-00-00-000",
      },
    ]);
  });

  it("gives a predictor that deletes what was created at the end of its block", async () => {
    for (const command of [DeleteEndpointCommand, DeleteEndpointConfigCommand, DeleteModelCommand]) {
      aws.sagemaker.on(command as typeof DeleteModelCommand).resolves({});
    }
    {
      await using predictor = await (await attach()).deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
      expect(predictor.endpointName).toBe(JOB);
    }
    expect(sent(DeleteEndpointCommand)).toEqual([{ EndpointName: JOB }]);
    expect(sent(DeleteEndpointConfigCommand)).toEqual([{ EndpointConfigName: JOB }]);
    expect(sent(DeleteModelCommand)).toEqual([{ ModelName: JOB }]);
  });

  it("gives the model the estimator's VPC and isolation unless told otherwise", async () => {
    described({ VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] }, EnableNetworkIsolation: true });
    const estimator = await attach();
    const model = await estimator.createModel();
    expect(await model.toRequest()).toEqual({
      ...MODEL,
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      EnableNetworkIsolation: true,
    });
    const open = await estimator.createModel({
      modelName: "m",
      imageUri: "mine:1",
      vpcConfig: null,
      enableNetworkIsolation: false,
      environment: { A: "b" },
      tags: { team: "b" },
    });
    expect(await open.toRequest()).toEqual({
      ModelName: "m",
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { ...MODEL.PrimaryContainer, Image: "mine:1", Environment: { A: "b" } },
      Tags: [{ Key: "team", Value: "b" }],
    });
  });

  it("creates nothing while the job runs, and nothing that no endpoint can serve", async () => {
    described({ TrainingJobStatus: "InProgress", SecondaryStatus: "Training", ModelArtifacts: undefined });
    await expect(
      (await attach()).deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" }),
    ).rejects.toMatchObject({
      code: "JOB_NOT_FINISHED",
    });
    described({
      HyperParameters: { mode: "cbow" },
      ResourceConfig: { InstanceCount: 1, InstanceType: "ml.p3.8xlarge", VolumeSizeInGB: 30 },
    });
    await expect((await attach()).deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" })).rejects.toThrow(
      "BT-06",
    );
    expect(sent(CreateModelCommand)).toEqual([]);
  });
});

describe("BlazingText.transformer", () => {
  it("sends nothing until the first transform, then the golden requests, and creates its model once", async () => {
    aws.sagemaker.on(CreateTransformJobCommand).resolves({});
    const estimator = await attach();
    const transformer = estimator.transformer({
      instanceCount: 1,
      instanceType: "ml.m5.large",
      strategy: "SingleRecord",
    });
    expect(sent(CreateModelCommand)).toEqual([]);

    await transformer.transform("s3://bkt/batch/", { wait: false });
    expect(sent(CreateModelCommand)).toEqual([MODEL]);
    expect(sent(CreateTransformJobCommand)).toEqual([
      {
        TransformJobName: "blazingtext-2026-08-12-10-00-00-000",
        ModelName: "blazingtext-2026-08-12-10-00-00-000",
        TransformInput: {
          DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/batch/" } },
          ContentType: "application/jsonlines",
          SplitType: "Line",
        },
        TransformOutput: {
          S3OutputPath: "s3://sagemaker-us-west-2-111122223333/blazingtext-2026-08-12-10-00-00-000",
          AssembleWith: "Line",
          Accept: "application/jsonlines",
        },
        TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
        BatchStrategy: "SingleRecord",
      },
    ]);
    await transformer.transform("s3://bkt/batch2/", { wait: false, jobName: "second" });
    expect(sent(CreateModelCommand)).toHaveLength(1);

    aws.sagemaker.on(DeleteModelCommand).resolves({});
    await transformer.deleteModel();
    expect(sent(DeleteModelCommand)).toEqual([{ ModelName: JOB }]);
  });

  it("lets every preset be replaced", async () => {
    const transformer = (await attach()).transformer({
      instanceCount: 1,
      instanceType: "ml.m5.large",
      accept: "application/json",
      assembleWith: "None",
      outputPath: "s3://bkt/out/",
    });
    const request = await transformer.toRequest("s3://bkt/a", { contentType: "application/json", splitType: "None" });
    expect(request).toMatchObject({
      TransformInput: { ContentType: "application/json", SplitType: "None" },
      TransformOutput: { Accept: "application/json", AssembleWith: "None" },
    });
  });

  it("reports faults at once, also when there is no job", async () => {
    const estimator = await attach();
    expect(() => estimator.transformer({ instanceCount: 0, instanceType: "m5.large" })).toThrow("instanceCount");
    const fresh = new BlazingText({
      session: goldenSession(),
      instanceType: "ml.c5.xlarge",
      hyperparameters: { mode: "supervised" },
    });
    expect(() => fresh.transformer({ instanceCount: 1, instanceType: "ml.m5.large" })).toThrow("call fit() first");
  });
});

describe("Estimator.deploy", () => {
  it("hands serializer and deserializer to the predictor", async () => {
    const estimator = await Estimator.attach(JOB, { session: goldenSession() });
    const serializer = new JsonSerializer();
    const deserializer = new JsonDeserializer();
    const predictor = await estimator.deploy({
      initialInstanceCount: 1,
      instanceType: "ml.m5.large",
      serializer,
      deserializer,
      modelName: "my-model",
    });
    expect(predictor.serializer).toBe(serializer);
    expect(predictor.deserializer).toBe(deserializer);
    expect(sent(CreateModelCommand)).toEqual([{ ...MODEL, ModelName: "my-model" }]);
  });
});
