import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/local/core/contract.js";
import { Harness, image, roleArn, trainingRequest } from "../jobs/harness.js";

type Json = Record<string, unknown>;

let local: Harness;

beforeAll(async () => {
  local = await Harness.open({ maxConcurrentJobs: 2 });
  await local.put("train/a.txt", "one\ntwo\n");
});

afterAll(() => local[Symbol.asyncDispose]());

const numbers = { IntegerParameterRanges: [{ Name: "size", MinValue: "1", MaxValue: "20", ScalingType: "Auto" }] };
const lists = {
  CategoricalParameterRanges: [
    { Name: "color", Values: ["red", "blue"] },
    { Name: "shape", Values: ["round", "flat"] },
  ],
};

interface Changes {
  readonly config?: Json;
  readonly definition?: Json;
  readonly top?: Json;
}

/** The line counter reports `lines`, twice; the last value counts. */
function request(name: string, { config, definition, top }: Changes = {}): Json {
  const { TrainingJobName: _, HyperParameters: __, ...shared } = trainingRequest("unused");
  return {
    HyperParameterTuningJobName: name,
    HyperParameterTuningJobConfig: {
      Strategy: "Random",
      ResourceLimits: { MaxNumberOfTrainingJobs: 3, MaxParallelTrainingJobs: 2 },
      HyperParameterTuningJobObjective: { Type: "Minimize", MetricName: "train:lines" },
      ParameterRanges: numbers,
      RandomSeed: 3,
      ...config,
    },
    TrainingJobDefinition: { ...shared, StaticHyperParameters: { fixed: "yes" }, ...definition },
    ...top,
  };
}

async function tune(name: string, changes?: Changes): Promise<Json> {
  await local.call("CreateHyperParameterTuningJob", request(name, changes));
  await local.service.settled("tuning-job", name);
  return local.call("DescribeHyperParameterTuningJob", { HyperParameterTuningJobName: name });
}

async function trainingsOf(name: string, input: Json = {}): Promise<Json[]> {
  const answer = await local.call("ListTrainingJobsForHyperParameterTuningJob", {
    HyperParameterTuningJobName: name,
    ...input,
  });
  return answer["TrainingJobSummaries"] as Json[];
}

async function refusalOf(changes: Changes): Promise<string> {
  const error = await local.call("CreateHyperParameterTuningJob", request("refused", changes)).catch((e: unknown) => e);
  if (!(error instanceof ServiceError)) throw new Error("not refused");
  return `${error.code}: ${error.message}`;
}

describe("CreateHyperParameterTuningJob", () => {
  it("runs its training jobs with the fixed and the chosen hyperparameters, and names the best one", async () => {
    const described = await tune("random", { top: { Tags: [{ Key: "team", Value: "a" }] } });
    expect(described).toMatchObject({
      HyperParameterTuningJobStatus: "Completed",
      TrainingJobStatusCounters: { Completed: 3, InProgress: 0, NonRetryableError: 0, Stopped: 0 },
      ObjectiveStatusCounters: { Succeeded: 3, Pending: 0, Failed: 0 },
      TrainingJobDefinition: {
        StaticHyperParameters: { fixed: "yes", _tuning_objective_metric: "train:lines" },
        OutputDataConfig: { KmsKeyId: "" },
      },
      BestTrainingJob: {
        FinalHyperParameterTuningJobObjectiveMetric: {
          Type: "Minimize",
          MetricName: "train:lines",
          Value: Math.fround(0.1),
        },
        ObjectiveStatus: "Succeeded",
      },
    });
    const trainings = await trainingsOf("random");
    expect(trainings.map((one) => one["TrainingJobName"])).toEqual([
      expect.stringMatching(/^random-001-[0-9a-f]{8}$/u),
      expect.stringMatching(/^random-002-[0-9a-f]{8}$/u),
      expect.stringMatching(/^random-003-[0-9a-f]{8}$/u),
    ]);
    for (const one of trainings) {
      const tuned = one["TunedHyperParameters"] as { size: string };
      const job = await local.call("DescribeTrainingJob", { TrainingJobName: one["TrainingJobName"] });
      expect(job).toMatchObject({
        TuningJobArn: described["HyperParameterTuningJobArn"],
        HyperParameters: { fixed: "yes", size: tuned.size, _tuning_objective_metric: "train:lines" },
      });
      expect(Number(tuned.size)).toBeGreaterThanOrEqual(1);
      expect(Number(tuned.size)).toBeLessThanOrEqual(20);
      const { Tags } = await local.call("ListTags", { ResourceArn: one["TrainingJobArn"] });
      expect(Tags).toEqual([{ Key: "team", Value: "a" }]);
    }
  });

  it("chooses the same hyperparameters for the same seed", async () => {
    await tune("again");
    const tuned = async (name: string) => (await trainingsOf(name)).map((one) => one["TunedHyperParameters"]);
    expect(await tuned("again")).toEqual(await tuned("random"));
  });

  it("tries every combination of a grid once", async () => {
    await tune("grid", {
      config: { Strategy: "Grid", ResourceLimits: { MaxParallelTrainingJobs: 2 }, ParameterRanges: lists },
    });
    expect((await trainingsOf("grid")).map((one) => one["TunedHyperParameters"])).toEqual([
      { color: "red", shape: "round" },
      { color: "red", shape: "flat" },
      { color: "blue", shape: "round" },
      { color: "blue", shape: "flat" },
    ]);
  });

  it("lets several algorithms take turns, each with its own ranges and objective", async () => {
    const { TrainingJobDefinition, HyperParameterTuningJobConfig: config } = request("x") as {
      TrainingJobDefinition: Json;
      HyperParameterTuningJobConfig: Json;
    };
    const { ParameterRanges: _, HyperParameterTuningJobObjective: objective, ...shared } = config;
    const definition = (name: string, ranges: Json): Json => ({
      ...TrainingJobDefinition,
      DefinitionName: name,
      TuningObjective: objective,
      HyperParameterRanges: ranges,
    });
    await local.call("CreateHyperParameterTuningJob", {
      HyperParameterTuningJobName: "several",
      HyperParameterTuningJobConfig: { ...shared, Strategy: "Bayesian" },
      TrainingJobDefinitions: [definition("a", numbers), definition("b", lists)],
    });
    await local.service.settled("tuning-job", "several");
    const trainings = await trainingsOf("several");
    expect(trainings.map((one) => one["TrainingJobDefinitionName"])).toEqual(["a", "b", "a"]);
    expect(Object.keys(trainings[1]?.["TunedHyperParameters"] as Json)).toEqual(["color", "shape"]);
  });

  it("ends early when the target is reached", async () => {
    const described = await tune("target", {
      config: {
        ResourceLimits: { MaxNumberOfTrainingJobs: 9, MaxParallelTrainingJobs: 1 },
        TuningJobCompletionCriteria: { TargetObjectiveMetricValue: 0.5 },
      },
    });
    expect(described["HyperParameterTuningJobStatus"]).toBe("Completed");
    expect(await trainingsOf("target")).toHaveLength(1);
  });

  it("fails when no training job ends with a value", async () => {
    const described = await tune("fails", { definition: { StaticHyperParameters: { end: "algorithm-error" } } });
    expect(described).toMatchObject({
      HyperParameterTuningJobStatus: "Failed",
      FailureReason:
        "No training job ended with a value of the objective metric train:lines. The first one failed: AlgorithmError: the matrix is singular, exit code: 1",
      TrainingJobStatusCounters: { Completed: 0, NonRetryableError: 3 },
      ObjectiveStatusCounters: { Succeeded: 0, Failed: 3 },
    });
    expect(described).not.toHaveProperty("BestTrainingJob");
    expect((await trainingsOf("fails"))[0]).toMatchObject({ ObjectiveStatus: "Failed" });
  });

  it("refuses a name that is taken", async () => {
    const error = await local.call("CreateHyperParameterTuningJob", request("random")).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ResourceInUse" });
  });

  const empty = { IntegerParameterRanges: [{ Name: "size", MinValue: "5", MaxValue: "1" }] };
  const log = {
    ContinuousParameterRanges: [{ Name: "rate", MinValue: "0", MaxValue: "1", ScalingType: "Logarithmic" }],
  };
  it.each<[string, Changes, string]>([
    ["Hyperband", { config: { Strategy: "Hyperband" } }, "[local mode] Tuning jobs do not support: Strategy Hyperband"],
    [
      "a warm start",
      {
        top: {
          WarmStartConfig: {
            WarmStartType: "TransferLearning",
            ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: "random" }],
          },
        },
      },
      "WarmStartConfig",
    ],
    [
      "a limit of time",
      {
        config: {
          ResourceLimits: { MaxNumberOfTrainingJobs: 1, MaxParallelTrainingJobs: 1, MaxRuntimeInSeconds: 600 },
        },
      },
      "ResourceLimits.MaxRuntimeInSeconds",
    ],
    [
      "a metric that the algorithm does not report",
      { config: { HyperParameterTuningJobObjective: { Type: "Minimize", MetricName: "loss" } } },
      "A metric is required for this hyperparameter tuning job objective",
    ],
    ["an empty range", { config: { ParameterRanges: empty } }, "The range of size is empty"],
    [
      "a logarithm of zero",
      { config: { ParameterRanges: log } },
      "Logarithmic scaling of rate needs a MinValue above 0",
    ],
    [
      "a range for a fixed hyperparameter",
      { definition: { StaticHyperParameters: { size: "3" } } },
      "The hyperparameter size is given twice",
    ],
    ["a grid of numbers", { config: { Strategy: "Grid" } }, "Grid search takes CategoricalParameterRanges only"],
    [
      "a grid of another size",
      { config: { Strategy: "Grid", ParameterRanges: lists } },
      "Grid search runs all 4 combinations; MaxNumberOfTrainingJobs is 3",
    ],
    [
      "missing data",
      { definition: { InputDataConfig: trainingRequest("x", {}, "nothing/")["InputDataConfig"] } },
      "No S3 objects found",
    ],
    [
      "an image it does not know",
      {
        definition: {
          AlgorithmSpecification: { TrainingImage: image.replace("line", "other"), TrainingInputMode: "File" },
        },
      },
      "cannot be trained locally",
    ],
  ])("refuses %s before anything runs", async (_, changes, message) => {
    expect(await refusalOf(changes)).toContain(`ValidationException: `);
    expect(await refusalOf(changes)).toContain(message);
  });
});

describe("ListTrainingJobsForHyperParameterTuningJob", () => {
  it("pages, and sorts by the objective", async () => {
    const first = await local.call("ListTrainingJobsForHyperParameterTuningJob", {
      HyperParameterTuningJobName: "random",
      MaxResults: 2,
      SortBy: "FinalObjectiveMetricValue",
      SortOrder: "Descending",
    });
    const rest = await trainingsOf("random", {
      NextToken: first["NextToken"],
      SortBy: "FinalObjectiveMetricValue",
      SortOrder: "Descending",
    });
    const names = [...(first["TrainingJobSummaries"] as Json[]), ...rest].map((one) =>
      String(one["TrainingJobName"]).slice(0, 10),
    );
    expect(names).toEqual(["random-003", "random-002", "random-001"]);
  });

  it("does not know a job that does not exist", async () => {
    await expect(trainingsOf("nobody")).rejects.toMatchObject({ code: "ResourceNotFound" });
  });
});

describe("StopHyperParameterTuningJob", () => {
  it("stops the running training jobs and starts no others", async () => {
    await local.call(
      "CreateHyperParameterTuningJob",
      request("stops", { definition: { StaticHyperParameters: { end: "wait" } } }),
    );
    await expect
      .poll(() => local.logs.messages("/aws/sagemaker/TrainingJobs", "stops-"), { timeout: 10_000 })
      .toContain("waiting");
    await local.call("StopHyperParameterTuningJob", { HyperParameterTuningJobName: "stops" });
    await local.service.settled("tuning-job", "stops");
    const described = await local.call("DescribeHyperParameterTuningJob", { HyperParameterTuningJobName: "stops" });
    expect(described).toMatchObject({
      HyperParameterTuningJobStatus: "Stopped",
      TrainingJobStatusCounters: { Stopped: 2, InProgress: 0 },
    });
    await expect(
      local.call("StopHyperParameterTuningJob", { HyperParameterTuningJobName: "stops" }),
    ).rejects.toMatchObject({ code: "ValidationException" });
  });
});

describe("DeleteHyperParameterTuningJob", () => {
  it("deletes the tuning job and leaves its training jobs", async () => {
    const [training] = await trainingsOf("again");
    await local.call("DeleteHyperParameterTuningJob", { HyperParameterTuningJobName: "again" });
    await expect(trainingsOf("again")).rejects.toMatchObject({ code: "ResourceNotFound" });
    const job = await local.call("DescribeTrainingJob", { TrainingJobName: training?.["TrainingJobName"] });
    expect(job["TrainingJobStatus"]).toBe("Completed");
  });
});

describe("ListHyperParameterTuningJobs", () => {
  it("lists jobs with their counts", async () => {
    const answer = await local.call("ListHyperParameterTuningJobs", { NameContains: "RANDOM" });
    expect(answer["HyperParameterTuningJobSummaries"]).toMatchObject([
      { HyperParameterTuningJobName: "random", Strategy: "Random", TrainingJobStatusCounters: { Completed: 3 } },
    ]);
  });
});

describe("a service that is closed", () => {
  it("stores running tuning jobs and their training jobs as failed, and opens with them", async () => {
    await local.call(
      "CreateHyperParameterTuningJob",
      request("cut", { definition: { StaticHyperParameters: { end: "deaf" }, RoleArn: roleArn } }),
    );
    await expect
      .poll(() => local.logs.messages("/aws/sagemaker/TrainingJobs", "cut-"), { timeout: 10_000 })
      .toContain("waiting");
    await local.service.close();
    local = await Harness.open({}, local);
    const reason = "InternalServerError: The local service was stopped while the job was running";
    expect(await local.call("DescribeHyperParameterTuningJob", { HyperParameterTuningJobName: "cut" })).toMatchObject({
      HyperParameterTuningJobStatus: "Failed",
      FailureReason: reason,
      TrainingJobStatusCounters: { NonRetryableError: 2, InProgress: 0 },
    });
  });
});
