import { describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/local/core/contract.js";
import { compilePattern, RequestValidator, sagemakerRequests } from "../../../src/local/model/index.js";

const validator = new RequestValidator(sagemakerRequests);

const trainingJob = {
  TrainingJobName: "blazingtext-2026-08-12-10-00-00-000",
  AlgorithmSpecification: {
    TrainingInputMode: "File",
    TrainingImage: "1.dkr.ecr.us-west-2.amazonaws.com/blazingtext:1",
  },
  OutputDataConfig: { S3OutputPath: "s3://bucket/" },
  StoppingCondition: { MaxRuntimeInSeconds: 86400 },
  ResourceConfig: { VolumeSizeInGB: 30, InstanceCount: 1, InstanceType: "ml.c5.2xlarge" },
  RoleArn: "arn:aws:iam::111122223333:role/SageMakerRole",
  HyperParameters: { mode: "supervised" },
};

function faultOf(operation: string, input: Record<string, unknown>): { code: string; message: string } {
  try {
    validator.validate(operation, input);
  } catch (error) {
    if (error instanceof ServiceError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("the request was accepted");
}

describe("RequestValidator", () => {
  it("accepts a complete training job", () => {
    expect(() => validator.validate("CreateTrainingJob", trainingJob)).not.toThrow();
  });

  it("quotes the pattern that a name violates, without the dollar that newer models append", () => {
    expect(faultOf("CreateTrainingJob", { ...trainingJob, TrainingJobName: "a_b" })).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    });
  });

  it("keeps the dollar where the service's own pattern has one", () => {
    expect(
      faultOf("CreateTrainingJob", { ...trainingJob, RoleArn: "arn:aws:iam::1:role/SageMakerRole" }).message,
    ).toMatch(
      /Value 'arn:aws:iam::1:role\/SageMakerRole' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: \^arn:aws.*\+\$$/u,
    );
  });

  it("matches the whole value, not a part of it", () => {
    expect(faultOf("DescribeTrainingJob", { TrainingJobName: "abc def" }).message).toContain("Value 'abc def'");
    expect(faultOf("DescribeTrainingJob", { TrainingJobName: "abc\n" }).message).toContain("at 'trainingJobName'");
  });

  it("says null for a missing required member", () => {
    const { RoleArn: _, ...rest } = trainingJob;
    expect(faultOf("CreateTrainingJob", rest)).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
    });
    expect(faultOf("CreateTrainingJob", { ...trainingJob, RoleArn: null }).message).toContain(
      "Value null at 'roleArn'",
    );
  });

  it("lists every fault, not only the first", () => {
    const { message } = faultOf("CreateTrainingJob", {
      ...trainingJob,
      TrainingJobName: "a_b",
      ResourceConfig: { VolumeSizeInGB: -1, InstanceCount: 1, InstanceType: "ml.t2.medium" },
    });
    expect(message).toMatch(/^3 validation errors detected: /u);
    expect(message).toContain(
      "; Value 'ml.t2.medium' at 'resourceConfig.instanceType' failed to satisfy constraint: Member must satisfy enum value set: [",
    );
    expect(message).toContain(
      "Value '-1' at 'resourceConfig.volumeSizeInGB' failed to satisfy constraint: Member must have value greater than or equal to 0",
    );
  });

  it("lists the enum values in square brackets", () => {
    const { message } = faultOf("CreateTrainingJob", {
      ...trainingJob,
      ResourceConfig: { ...trainingJob.ResourceConfig, InstanceType: "local" },
    });
    expect(message).toMatch(/enum value set: \[ml\.[^\]]*ml\.p3\.2xlarge[^\]]*\]$/u);
  });

  it("counts the length of a name in both directions", () => {
    const { message } = faultOf("DescribeTrainingJob", { TrainingJobName: "a".repeat(64) });
    expect(message).toContain("failed to satisfy constraint: Member must have length less than or equal to 63");
    expect(faultOf("DescribeTrainingJob", { TrainingJobName: "" }).message).toContain(
      "Value '' at 'trainingJobName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  });

  it("counts code points, not UTF-16 units", () => {
    const tags = (value: string) => ({
      ResourceArn: "arn:aws:sagemaker:us-east-1:123456789012:model/m",
      Tags: [{ Key: "k", Value: value }],
    });
    expect(() => validator.validate("AddTags", tags("𝒜".repeat(256)))).not.toThrow();
    expect(faultOf("AddTags", tags("𝒜".repeat(257))).message).toContain("less than or equal to 256");
  });

  it("numbers list members from one", () => {
    const variant = { VariantName: "AllTraffic", InitialInstanceCount: 1, InstanceType: "ml.m5.large" };
    const { message } = faultOf("CreateEndpointConfig", {
      EndpointConfigName: "config",
      ProductionVariants: [{ ...variant, ModelName: "ENTER MODEL NAME" }],
    });
    expect(message).toBe(
      "1 validation error detected: Value 'ENTER MODEL NAME' at 'productionVariants.1.member.modelName' failed to satisfy " +
        "constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?",
    );
  });

  it("prints a whole map and every constraint of its values when one value is illegal", () => {
    const { message } = faultOf("CreateTrainingJob", { ...trainingJob, HyperParameters: { k: "v", k2: "a\nb" } });
    expect(message).toBe(
      "1 validation error detected: Value '{k=v, k2=a\nb}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy " +
        "constraint: [Member must have length less than or equal to 2500, Member must have length greater than or equal to 0, " +
        "Member must satisfy regular expression pattern: .*]",
    );
  });

  it("names the keys of a map when they are at fault", () => {
    const { message } = faultOf("CreateTrainingJob", { ...trainingJob, HyperParameters: { ["k".repeat(257)]: "v" } });
    expect(message).toContain(
      "at 'hyperParameters' failed to satisfy constraint: Map keys must satisfy constraint: [Member must ",
    );
  });

  it("counts the entries of a map", () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, "v"]));
    expect(faultOf("CreateTrainingJob", { ...trainingJob, HyperParameters: many }).message).toMatch(
      /'\{k0=v, .*\}' at 'hyperParameters' failed to satisfy constraint: Member must have length less than or equal to 100$/u,
    );
  });

  it("prints a list in brackets and every constraint of its members", () => {
    const { message } = faultOf("CreateTrainingJob", {
      ...trainingJob,
      VpcConfig: { Subnets: ["subnet-1", "subnet 2"], SecurityGroupIds: ["sg-1"] },
    });
    expect(message).toBe(
      "1 validation error detected: Value '[subnet-1, subnet 2]' at 'vpcConfig.subnets' failed to satisfy constraint: Member must " +
        "satisfy constraint: [Member must have length less than or equal to 32, Member must have length greater than or equal to 0, " +
        "Member must satisfy regular expression pattern: [-0-9a-zA-Z]+]",
    );
  });

  it("answers a number for a hyperparameter like the service's JSON parser", () => {
    expect(faultOf("CreateTrainingJob", { ...trainingJob, HyperParameters: { epochs: 10 } })).toEqual({
      code: "SerializationException",
      message: "NUMBER_VALUE can not be converted to a String",
    });
  });

  it.each([
    [{ TrainingJobName: true }, "TRUE_VALUE can not be converted to a String"],
    [{ ResourceConfig: { InstanceCount: "1" } }, "STRING_VALUE can not be converted to an Integer"],
    [{ ResourceConfig: "ml.m5.large" }, "Unexpected field type"],
    [{ InputDataConfig: {} }, "Expected list or null"],
    [{ HyperParameters: [] }, "Expected map or null"],
    [{ EnableManagedSpotTraining: "True" }, "STRING_VALUE can not be converted to a Boolean"],
  ])("refuses a wrong JSON type: %j", (change, message) => {
    expect(faultOf("CreateTrainingJob", { ...trainingJob, ...change })).toEqual({
      code: "SerializationException",
      message,
    });
  });

  it("leaves unknown members out, but reports them with the nearest known one", () => {
    const seen: unknown[] = [];
    validator.validate(
      "CreateTrainingJob",
      { ...trainingJob, Hyperparameters: {}, constructor: 1 },
      { onUnknownMember: (path, suggestion) => seen.push([path, suggestion]) },
    );
    expect(validator.validate("ListModels", { MaxResults: 3, NameContains: null, Max: 4 })).toEqual({ MaxResults: 3 });
    expect(seen).toEqual([
      ["hyperparameters", "HyperParameters"],
      ["constructor", undefined],
    ]);
  });
});

describe("compilePattern", () => {
  it("translates every pattern of the model", () => {
    for (const [name, shape] of Object.entries(sagemakerRequests.shapes)) {
      if (shape.t === "string" && shape.pat !== undefined)
        expect(compilePattern(shape.pat), name).toBeInstanceOf(RegExp);
    }
  });

  it("translates the Java classes that JavaScript lacks", () => {
    expect(compilePattern("[\\p{Alnum}\\-]+")?.test("a-1")).toBe(true);
    expect(compilePattern("\\A\\S[\\p{Print}]*\\z")?.test("a b")).toBe(true);
    expect(compilePattern("\\A\\S[\\p{Print}]*\\z")?.test("a\tb")).toBe(false);
  });
});
