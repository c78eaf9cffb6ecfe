import {
  CreateHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  StopHyperParameterTuningJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JobError, UnsupportedError, ValidationError } from "../../src/errors/index.js";
import { BlazingText, DeepAR, Estimator } from "../../src/estimators/index.js";
import { categorical, continuous, HyperparameterTuner, integer, tuningDefinition } from "../../src/tuning/index.js";
import { completedJob, goldenSession, IMAGE, mockAws, REGION, ROLE } from "../estimators/support.js";

let aws: ReturnType<typeof mockAws>;

beforeEach(() => {
  aws = mockAws();
});
afterEach(() => aws.restore());

const DEEPAR_IMAGE = "156387875391.dkr.ecr.us-west-2.amazonaws.com/forecasting-deepar:1";

function forecasting(): Estimator {
  return new Estimator({
    session: goldenSession(),
    imageUri: DEEPAR_IMAGE,
    role: ROLE,
    instanceType: "ml.c5.2xlarge",
    outputPath: "s3://bkt/out",
    hyperparameters: { time_freq: "D", context_length: "30", prediction_length: "30", epochs: "100" },
  });
}

const forecastRanges = {
  learning_rate: continuous(1e-4, 0.1, "Logarithmic"),
  epochs: integer(10, 100),
  likelihood: categorical(["gaussian", "student-t"]),
};

const forecastInputs = { train: "s3://bkt/train/", test: "s3://bkt/test/" };

function blazingText(hyperparameters: object = {}, options: object = {}): BlazingText<"supervised"> {
  return new BlazingText({
    session: goldenSession(),
    instanceType: "ml.c5.2xlarge",
    outputPath: "s3://bkt/out",
    hyperparameters: { mode: "supervised", epochs: 5, early_stopping: false, ...hyperparameters },
    ...options,
  } as never);
}

function faultsOf(make: () => unknown): string[] {
  try {
    make();
  } catch (error) {
    if (ValidationError.is(error)) return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw error;
  }
  return [];
}

/** A tuner of another algorithm or metric than the compiler lets through. */
function untyped(options: object): unknown {
  return new HyperparameterTuner({ estimator: blazingText(), objective: "validation:accuracy", ...options } as never);
}

function described(status: string, members: object = {}): Record<string, unknown> {
  return {
    HyperParameterTuningJobName: "job",
    HyperParameterTuningJobArn: `arn:aws:sagemaker:${REGION}:111122223333:hyper-parameter-tuning-job/job`,
    HyperParameterTuningJobStatus: status,
    HyperParameterTuningJobConfig: {
      Strategy: "Bayesian",
      ResourceLimits: { MaxNumberOfTrainingJobs: 6, MaxParallelTrainingJobs: 2 },
      HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "validation:accuracy" },
      ParameterRanges: {
        IntegerParameterRanges: [{ Name: "vector_dim", MinValue: "32", MaxValue: "64", ScalingType: "Auto" }],
        CategoricalParameterRanges: [{ Name: "word_ngrams", Values: ["1", "2"] }],
      },
      RandomSeed: 7,
    },
    TrainingJobStatusCounters: { Completed: 1, InProgress: 2, NonRetryableError: 1 },
    ObjectiveStatusCounters: { Succeeded: 1 },
    CreationTime: new Date("2026-08-12T10:00:00Z"),
    ...members,
  };
}

const best = {
  TrainingJobName: "job-001-aaaaaaaa",
  TrainingJobArn: "arn:job",
  CreationTime: new Date("2026-08-12T10:00:00Z"),
  TrainingJobStatus: "Completed" as const,
  TunedHyperParameters: { vector_dim: "40", word_ngrams: "2" },
  FinalHyperParameterTuningJobObjectiveMetric: { MetricName: "validation:accuracy", Value: 0.91 },
};

describe("HyperparameterTuner.toRequest", () => {
  it("sends the body that the Python SDK sends", async () => {
    const tuner = new HyperparameterTuner({
      estimator: forecasting(),
      objective: "test:RMSE",
      objectiveType: "Minimize",
      ranges: forecastRanges,
      maxJobs: 6,
      maxParallelJobs: 2,
      earlyStoppingType: "Auto",
      tags: { a: "b" },
    });
    const s3 = (name: string) => ({
      DataSource: {
        S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://bkt/${name}/`, S3DataDistributionType: "FullyReplicated" },
      },
      ChannelName: name,
    });
    expect(await tuner.toRequest(forecastInputs, { jobName: "forecasting-deepar-260812-1000" })).toEqual({
      HyperParameterTuningJobName: "forecasting-deepar-260812-1000",
      HyperParameterTuningJobConfig: {
        Strategy: "Bayesian",
        ResourceLimits: { MaxNumberOfTrainingJobs: 6, MaxParallelTrainingJobs: 2 },
        TrainingJobEarlyStoppingType: "Auto",
        HyperParameterTuningJobObjective: { Type: "Minimize", MetricName: "test:RMSE" },
        ParameterRanges: {
          ContinuousParameterRanges: [
            { Name: "learning_rate", MinValue: "0.0001", MaxValue: "0.1", ScalingType: "Logarithmic" },
          ],
          CategoricalParameterRanges: [{ Name: "likelihood", Values: ["gaussian", "student-t"] }],
          IntegerParameterRanges: [{ Name: "epochs", MinValue: "10", MaxValue: "100", ScalingType: "Auto" }],
        },
      },
      TrainingJobDefinition: {
        StaticHyperParameters: { time_freq: "D", context_length: "30", prediction_length: "30" },
        RoleArn: ROLE,
        OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
        StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
        HyperParameterTuningResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.2xlarge", VolumeSizeInGB: 30 },
        AlgorithmSpecification: { TrainingInputMode: "File", TrainingImage: DEEPAR_IMAGE },
        InputDataConfig: [s3("train"), s3("test")],
      },
      Tags: [{ Key: "a", Value: "b" }],
    });
  });

  it("carries strategy, seed, limits, criteria and parents", async () => {
    const tuner = new HyperparameterTuner({
      estimator: forecasting(),
      objective: "test:RMSE",
      ranges: { epochs: integer(10, 100) },
      strategy: "Hyperband",
      hyperband: { minResource: 1, maxResource: 30 },
      maxRuntimeSeconds: 3600,
      randomSeed: 7,
      completionCriteria: { maxJobsNotImproving: 5, targetObjectiveValue: 0.2, completeOnConvergence: true },
      warmStart: { type: "IdenticalDataAndAlgorithm", parents: ["b", "a"] },
    });
    const request = await tuner.toRequest(forecastInputs);
    expect(request.HyperParameterTuningJobConfig).toMatchObject({
      Strategy: "Hyperband",
      ResourceLimits: { MaxNumberOfTrainingJobs: 1, MaxParallelTrainingJobs: 1, MaxRuntimeInSeconds: 3600 },
      RandomSeed: 7,
      StrategyConfig: { HyperbandStrategyConfig: { MinResource: 1, MaxResource: 30 } },
      TuningJobCompletionCriteria: {
        BestObjectiveNotImproving: { MaxNumberOfTrainingJobsNotImproving: 5 },
        TargetObjectiveMetricValue: 0.2,
        ConvergenceDetected: { CompleteOnConvergence: "Enabled" },
      },
    });
    expect(request.WarmStartConfig).toEqual({
      WarmStartType: "IdenticalDataAndAlgorithm",
      ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: "b" }, { HyperParameterTuningJobName: "a" }],
    });
    expect(request).not.toHaveProperty("Tags");
  });

  it("leaves the number of jobs of a grid to the service", async () => {
    const tuner = new HyperparameterTuner({
      estimator: blazingText(),
      objective: "validation:accuracy",
      ranges: { word_ngrams: categorical([1, 2]) },
      strategy: "Grid",
    });
    const { ResourceLimits, ParameterRanges } = (await tuner.toRequest("s3://bkt/train.txt"))
      .HyperParameterTuningJobConfig;
    expect(ResourceLimits).toEqual({ MaxParallelTrainingJobs: 1 });
    expect(ParameterRanges?.CategoricalParameterRanges).toEqual([{ Name: "word_ngrams", Values: ["1", "2"] }]);
  });

  it("keeps everything of the estimator that a tuning job has a place for", async () => {
    const vpcConfig = { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] };
    const estimator = blazingText(
      {},
      {
        vpcConfig,
        enableNetworkIsolation: true,
        encryptInterContainerTraffic: true,
        maxRuntimeSeconds: 600,
        spot: { maxWaitSeconds: 700 },
        maxRetryAttempts: 2,
        environment: { A: "1" },
        volumeKmsKey: "key",
        tags: { team: "x", a: "old" },
      },
    );
    const tuner = new HyperparameterTuner({
      estimator,
      objective: "validation:accuracy",
      ranges: { epochs: integer(5, 15) },
      tags: { a: "new" },
    });
    const request = await tuner.toRequest("s3://bkt/train.txt");
    expect(request.TrainingJobDefinition).toMatchObject({
      StaticHyperParameters: { mode: "supervised", early_stopping: "False" },
      VpcConfig: { Subnets: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 700 },
      RetryStrategy: { MaximumRetryAttempts: 2 },
      Environment: { A: "1" },
      HyperParameterTuningResourceConfig: { VolumeKmsKeyId: "key" },
      AlgorithmSpecification: { TrainingImage: IMAGE },
    });
    expect(request.TrainingJobDefinition?.StaticHyperParameters).not.toHaveProperty("epochs");
    expect(request.Tags).toEqual([
      { Key: "team", Value: "x" },
      { Key: "a", Value: "new" },
    ]);
  });

  it("takes the metrics of an image from its estimator", async () => {
    const estimator = new Estimator({
      session: goldenSession(),
      imageUri: "111122223333.dkr.ecr.us-west-2.amazonaws.com/mine:1",
      instanceType: "ml.c5.xlarge",
      outputPath: "s3://bkt/out",
      metricDefinitions: [{ name: "loss", regex: "loss=(\\S+)" }],
    });
    const tuner = new HyperparameterTuner({ estimator, objective: "loss", ranges: { depth: integer(1, 9) } });
    const { TrainingJobDefinition: definition } = await tuner.toRequest({ train: "s3://bkt/train/" });
    expect(definition?.AlgorithmSpecification.MetricDefinitions).toEqual([{ Name: "loss", Regex: "loss=(\\S+)" }]);
  });

  it("names jobs so that two of the same second differ, within 32 characters", async () => {
    const tuner = new HyperparameterTuner({ estimator: forecasting(), objective: "test:RMSE", ranges: forecastRanges });
    const names = new Set<string>();
    for (let count = 0; count < 20; count++) {
      names.add((await tuner.toRequest(forecastInputs)).HyperParameterTuningJobName);
    }
    expect(names.size).toBe(20);
    for (const name of names) expect(name).toMatch(/^forecasting-d-\d{6}-\d{6}-[0-9a-z]{4}$/u);
  });
});

describe("HyperparameterTuner.create", () => {
  it("sends one definition per algorithm, each with its objective, ranges and data", async () => {
    const tuner = HyperparameterTuner.create({
      definitions: {
        words: tuningDefinition({
          estimator: blazingText(),
          objective: "validation:accuracy",
          ranges: { word_ngrams: integer(1, 3) },
        }),
        forecasts: tuningDefinition({
          estimator: forecasting(),
          objective: "test:RMSE",
          objectiveType: "Minimize",
          ranges: forecastRanges,
        }),
      },
      maxJobs: 4,
    });
    const request = await tuner.toRequest({ words: "s3://bkt/words.txt", forecasts: forecastInputs });
    expect(request).not.toHaveProperty("TrainingJobDefinition");
    expect(request.HyperParameterTuningJobConfig).not.toHaveProperty("ParameterRanges");
    expect(request.TrainingJobDefinitions).toMatchObject([
      {
        DefinitionName: "forecasts",
        TuningObjective: { Type: "Minimize", MetricName: "test:RMSE" },
        HyperParameterRanges: { IntegerParameterRanges: [{ Name: "epochs" }] },
      },
      {
        DefinitionName: "words",
        TuningObjective: { Type: "Maximize", MetricName: "validation:accuracy" },
        HyperParameterRanges: { IntegerParameterRanges: [{ Name: "word_ngrams", MinValue: "1", MaxValue: "3" }] },
        InputDataConfig: [{ ChannelName: "train", ContentType: "text/plain" }],
      },
    ]);
    await expect(tuner.toRequest({ words: "s3://bkt/words.txt" } as never)).rejects.toThrow(
      'the inputs of definition "forecasts" are missing',
    );
  });
});

describe("new HyperparameterTuner", () => {
  it("refuses a metric that the algorithm cannot optimise, and names those it can [GEN-12]", () => {
    expect(faultsOf(() => untyped({ objective: "validation:acuracy", ranges: { epochs: integer(5, 9) } }))).toEqual([
      'objective: objective of BlazingText must be one of "validation:accuracy"; got "validation:acuracy"; did you mean "validation:accuracy"? [GEN-12]',
    ]);
    expect(faultsOf(() => untyped({ objective: "train:mean_rho", ranges: { epochs: integer(5, 9) } }))).toHaveLength(1);
  });

  it("refuses hyperparameters that the algorithm does not tune, and ranges of the wrong kind", () => {
    const faults = faultsOf(() =>
      untyped({
        ranges: { early_stopping: categorical([true]), window_size: integer(1, 5), epochs: continuous(1, 2) },
      }),
    );
    expect(faults).toEqual([
      expect.stringContaining("early_stopping cannot be tuned in BlazingText, only epochs, learning_rate"),
      expect.stringContaining("window_size cannot be tuned in BlazingText"),
      'ranges.epochs: epochs of BlazingText takes a range made by integer(); got one of kind "continuous"',
    ]);
  });

  it("refuses a range whose ends the algorithm would refuse", () => {
    const faults = faultsOf(() => untyped({ ranges: { epochs: integer(0, 10), learning_rate: continuous(0, 1) } }));
    expect(faults).toEqual([
      expect.stringMatching(/^ranges\.epochs: epochs = 0: .*epochs/u),
      expect.stringMatching(/^ranges\.learning_rate: learning_rate = 0: .*learning_rate/u),
    ]);
  });

  it("knows which way a metric is better, and refuses the other", async () => {
    const estimator = new DeepAR({
      session: goldenSession(),
      instanceType: "ml.c5.2xlarge",
      outputPath: "s3://bkt/out",
      hyperparameters: { time_freq: "H", prediction_length: 24, context_length: 24, epochs: 10 },
    });
    const options = { estimator, objective: "test:RMSE", ranges: { num_cells: integer(30, 60) } } as const;
    const request = await new HyperparameterTuner(options).toRequest(forecastInputs);
    expect(request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective?.Type).toBe("Minimize");
    expect(faultsOf(() => new HyperparameterTuner({ ...options, objectiveType: "Maximize" }))).toEqual([
      'objectiveType: "test:RMSE" of DeepAR is to minimize; got "Maximize"',
    ]);
  });

  it.each<[object, string]>([
    [{ maxJobs: 2, maxParallelJobs: 3 }, "maxParallelJobs (3) must not exceed maxJobs (2)"],
    [{ maxjobs: 2 }, 'unknown option "maxjobs" of HyperparameterTuner; did you mean "maxJobs"?'],
    [{ strategy: "Baysian" }, 'did you mean "Bayesian"?'],
    [{ strategy: "Grid" }, 'strategy "Grid" takes categorical ranges only'],
    [{ hyperband: { minResource: 1 } }, 'hyperband belongs to strategy "Hyperband"'],
    [{ warmStart: { type: "TransferLearning", parents: [] } }, "warmStart.parents is a list of 1 to 5"],
    [{ ranges: {} }, "ranges needs 1 to 30 hyperparameters; got 0"],
    [{ randomSeed: -1 }, "randomSeed must be an integer in [0, 2147483647]"],
  ])("refuses %j", (options, message) => {
    const faults = faultsOf(() => untyped({ ranges: { epochs: integer(5, 9) }, ...options }));
    expect(faults.join("\n")).toContain(message);
  });
});

describe("ranges", () => {
  it.each<[string, () => unknown]>([
    ["whole numbers, the smaller one first", () => integer(1.5, 2)],
    ["numbers, the smaller one first", () => continuous(2, 1)],
    ['"Logarithmic" needs a range above 0', () => continuous(0, 1, "Logarithmic")],
    ['"ReverseLogarithmic" needs a continuous range', () => continuous(0, 1, "ReverseLogarithmic")],
    ["holds 1 to 30 values; got 0", () => categorical([])],
    ["the value 3 is given twice", () => categorical([3, 3])],
  ])("say %s", (message, make) => {
    expect(faultsOf(make)[0]).toContain(message);
  });
});

describe("HyperparameterTuner.fit", () => {
  const options = { objective: "validation:accuracy", ranges: { learning_rate: continuous(0.005, 0.5) } } as const;
  const preflight = false;

  it("creates the job, reports progress and warnings, and ends with the job", async () => {
    aws.sagemaker.on(CreateHyperParameterTuningJobCommand).resolves({});
    aws.sagemaker
      .on(DescribeHyperParameterTuningJobCommand)
      .resolvesOnce(described("InProgress"))
      .resolves(described("Completed", { BestTrainingJob: best }));
    const events: string[] = [];
    const tuner = new HyperparameterTuner({ estimator: blazingText(), ...options });
    const job = await tuner.fit("s3://bkt/train.txt", {
      preflight,
      jobName: "job",
      onProgress: (event) =>
        events.push(event.type === "status" || event.type === "warning" ? event.message : event.type),
    });
    expect(events).toEqual([
      "The range of learning_rate goes beyond 0.005 to 0.01, which AWS advises for tuning BlazingText.",
      "1 of 6 training jobs completed, 2 running, 1 failed",
      "1 of 6 training jobs completed, 2 running, 1 failed; best validation:accuracy 0.91 (job-001-aaaaaaaa)",
    ]);
    expect(tuner.latestTuningJob).toBe(job);
    expect(await tuner.bestTrainingJob()).toBe("job-001-aaaaaaaa");
  });

  it("takes another name when a generated one is taken, and never another than the caller's", async () => {
    const taken = Object.assign(new Error("must be unique, already exists"), { name: "ResourceInUse" });
    aws.sagemaker.on(CreateHyperParameterTuningJobCommand).rejectsOnce(taken).resolves({});
    const tuner = new HyperparameterTuner({ estimator: blazingText(), ...options });
    await tuner.fit("s3://bkt/train.txt", { preflight, wait: false });
    const names = aws.sagemaker
      .commandCalls(CreateHyperParameterTuningJobCommand)
      .map((call) => call.args[0].input.HyperParameterTuningJobName);
    expect(new Set(names).size).toBe(2);
    aws.sagemaker.on(CreateHyperParameterTuningJobCommand).rejects(taken);
    await expect(tuner.fit("s3://bkt/train.txt", { preflight, jobName: "mine" })).rejects.toThrow(
      'the name "mine" is taken',
    );
    await expect(tuner.fit("s3://bkt/train.txt", { preflight, jobName: "x".repeat(33) })).rejects.toThrow("at most 32");
  });

  it("throws what failed, with the reason", async () => {
    aws.sagemaker.on(CreateHyperParameterTuningJobCommand).resolves({});
    aws.sagemaker
      .on(DescribeHyperParameterTuningJobCommand)
      .resolves(described("Failed", { FailureReason: "no metric" }));
    const tuner = new HyperparameterTuner({ estimator: blazingText(), ...options });
    const error = await tuner.fit("s3://bkt/train.txt", { preflight, jobName: "job" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(JobError);
    expect(error).toMatchObject({ code: "JOB_FAILED", failureReason: "no metric", jobName: "job" });
    await expect(tuner.bestTrainingJob()).rejects.toMatchObject({ code: "JOB_FAILED" });
  });

  it("logs options of the estimator that a tuning job has no place for", async () => {
    aws.sagemaker.on(CreateHyperParameterTuningJobCommand).resolves({});
    const warn = vi.fn();
    const silent = (): void => undefined;
    const session = goldenSession({ logger: { debug: silent, info: silent, warn, error: silent } });
    const estimator = blazingText({}, { session, keepAliveSeconds: 60 });
    const tuner = new HyperparameterTuner({
      estimator,
      objective: "validation:accuracy",
      ranges: { epochs: integer(5, 9) },
    });
    await tuner.fit("s3://bkt/train.txt", { preflight, wait: false });
    expect(warn).toHaveBeenCalledWith('"keepAliveSeconds" of the estimator has no effect in a tuning job.');
  });
});

describe("HyperparameterTuner.attach", () => {
  it("restores ranges, objective and limits, and the estimator from the best training job", async () => {
    aws.sagemaker
      .on(DescribeHyperParameterTuningJobCommand)
      .resolves(described("Completed", { BestTrainingJob: best }));
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
      completedJob("job-001-aaaaaaaa", {
        AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: "File" },
        HyperParameters: {
          mode: "supervised",
          vector_dim: "40",
          word_ngrams: "2",
          _tuning_objective_metric: "validation:accuracy",
        },
        OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
        RoleArn: ROLE,
      }),
    );
    aws.sagemaker.on(ListTagsCommand).resolves({ Tags: [] });
    const tuner = await HyperparameterTuner.attach("job", { session: goldenSession(), estimator: BlazingText });
    const request = await tuner.toRequest("s3://bkt/train.txt", { jobName: "next" });
    expect(request.HyperParameterTuningJobConfig).toMatchObject({
      ResourceLimits: { MaxNumberOfTrainingJobs: 6, MaxParallelTrainingJobs: 2 },
      HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "validation:accuracy" },
      ParameterRanges: {
        IntegerParameterRanges: [{ Name: "vector_dim", MinValue: "32", MaxValue: "64", ScalingType: "Auto" }],
        CategoricalParameterRanges: [{ Name: "word_ngrams", Values: ["1", "2"] }],
      },
      RandomSeed: 7,
    });
    expect(request.TrainingJobDefinition?.StaticHyperParameters).toEqual({ mode: "supervised" });
    const estimator = await tuner.bestEstimator();
    expect(estimator).toBeInstanceOf(BlazingText);
    expect(estimator.options.hyperparameters).toEqual({ mode: "supervised", vector_dim: 40, word_ngrams: 2 });
    expect(await estimator.modelData()).toBe("s3://bkt/out/job-001-aaaaaaaa/output/model.tar.gz");
    const next = tuner.identicalDataAndAlgorithmTuner(["other", "job"]);
    expect((await next.toRequest("s3://bkt/train.txt")).WarmStartConfig).toEqual({
      WarmStartType: "IdenticalDataAndAlgorithm",
      ParentHyperParameterTuningJobs: [
        { HyperParameterTuningJobName: "job" },
        { HyperParameterTuningJobName: "other" },
      ],
    });
  });

  it("says so when there is no training job yet, or several algorithms", async () => {
    const session = goldenSession();
    aws.sagemaker.on(DescribeHyperParameterTuningJobCommand).resolvesOnce(described("InProgress"));
    aws.sagemaker.on(ListTrainingJobsForHyperParameterTuningJobCommand).resolves({ TrainingJobSummaries: [] });
    await expect(HyperparameterTuner.attach("job", { session })).rejects.toMatchObject({ code: "JOB_NOT_FINISHED" });
    aws.sagemaker
      .on(DescribeHyperParameterTuningJobCommand)
      .resolves(described("InProgress", { TrainingJobDefinitions: [{}] }));
    await expect(HyperparameterTuner.attach("job", { session })).rejects.toBeInstanceOf(UnsupportedError);
  });
});

describe("HyperparameterTuner.analytics", () => {
  it("reads all pages into rows with typed values", async () => {
    aws.sagemaker.on(CreateHyperParameterTuningJobCommand).resolves({});
    aws.sagemaker
      .on(ListTrainingJobsForHyperParameterTuningJobCommand)
      .resolvesOnce({
        TrainingJobSummaries: [{ ...best, TrainingStartTime: new Date(1000), TrainingEndTime: new Date(31_000) }],
        NextToken: "more",
      })
      .resolves({
        TrainingJobSummaries: [
          {
            ...best,
            TrainingJobName: "job-002-b",
            TrainingJobStatus: "Failed",
            FailureReason: "x",
            FinalHyperParameterTuningJobObjectiveMetric: undefined,
            TunedHyperParameters: { word_ngrams: "1" },
          },
        ],
      });
    const tuner = new HyperparameterTuner({
      estimator: blazingText(),
      objective: "validation:accuracy",
      ranges: { vector_dim: integer(32, 64), word_ngrams: categorical([1, 2]) },
    });
    await expect(tuner.analytics()).rejects.toThrow("there is no tuning job yet");
    await tuner.fit("s3://bkt/train.txt", { preflight: false, wait: false });
    expect(await tuner.analytics()).toMatchObject([
      {
        trainingJobName: "job-001-aaaaaaaa",
        status: "Completed",
        hyperparameters: { vector_dim: 40, word_ngrams: 2 },
        objectiveValue: 0.91,
        elapsedSeconds: 30,
      },
      {
        trainingJobName: "job-002-b",
        status: "Failed",
        hyperparameters: { word_ngrams: 1 },
        objectiveValue: undefined,
        failureReason: "x",
      },
    ]);
  });
});

describe("HyperparameterTuner.stop", () => {
  it("takes a job that has ended for stopped, and throws other refusals", async () => {
    aws.sagemaker.on(CreateHyperParameterTuningJobCommand).resolves({});
    const refusal = Object.assign(new Error("is in status Completed"), { name: "ValidationException" });
    aws.sagemaker.on(StopHyperParameterTuningJobCommand).rejects(refusal);
    aws.sagemaker
      .on(DescribeHyperParameterTuningJobCommand)
      .resolvesOnce(described("Completed"))
      .resolves(described("InProgress"));
    const tuner = new HyperparameterTuner({
      estimator: blazingText(),
      objective: "validation:accuracy",
      ranges: { epochs: integer(5, 9) },
    });
    await tuner.fit("s3://bkt/train.txt", { preflight: false, wait: false });
    await tuner.stop();
    await expect(tuner.stop()).rejects.toBe(refusal);
  });
});
