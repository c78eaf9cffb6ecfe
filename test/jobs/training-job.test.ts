import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigurationError, JobError, ValidationError } from "../../src/errors/index.js";
import { type CreateTrainingJobRequest, TrainingJob } from "../../src/jobs/index.js";
import { awsError, NOW, ROLE, rejection, runningAnswer, setUp, testSession, trainingAnswer } from "./helpers.js";

const REQUEST: CreateTrainingJobRequest = {
  TrainingJobName: "blazingtext-1",
  AlgorithmSpecification: { TrainingInputMode: "File", TrainingImage: "image" },
  RoleArn: ROLE,
  OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
  ResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.2xlarge" },
  StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
};

describe("TrainingJob", () => {
  let mocks: ReturnType<typeof setUp>;
  let job: TrainingJob;

  beforeEach(() => {
    mocks = setUp();
    job = new TrainingJob(testSession(), "job");
  });

  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  it("refuses a name that no job can have", () => {
    expect(() => new TrainingJob(testSession(), "my_job")).toThrow('"my_job" is not a legal name');
  });

  describe("create", () => {
    it("sends the request as it is and returns the handle", async () => {
      mocks.sagemaker.on(CreateTrainingJobCommand).resolves({ TrainingJobArn: "arn" });
      const created = await TrainingJob.create(testSession(), REQUEST);
      expect(created.name).toBe("blazingtext-1");
      expect(mocks.sagemaker.commandCalls(CreateTrainingJobCommand)[0]?.args[0].input).toEqual(REQUEST);
    });

    it("says that a name is taken, with the service's answer as cause", async () => {
      const taken = awsError("ResourceInUse", "Training job names must be unique within an AWS account and region");
      mocks.sagemaker.on(CreateTrainingJobCommand).rejects(taken);
      const error = await rejection(TrainingJob.create(testSession(), REQUEST));
      expect(ValidationError.is(error)).toBe(true);
      expect(error).toMatchObject({ cause: taken, message: expect.stringContaining('"blazingtext-1" is taken') });
    });

    it("explains a role that SageMaker cannot assume", async () => {
      const refused = awsError(
        "ValidationException",
        `Could not assume role ${ROLE}. Please ensure that the role exists`,
      );
      mocks.sagemaker.on(CreateTrainingJobCommand).rejects(refused);
      const error = await rejection(TrainingJob.create(testSession(), REQUEST));
      expect(ConfigurationError.is(error)).toBe(true);
      expect(error).toMatchObject({
        code: "NO_ROLE",
        cause: refused,
        message: expect.stringContaining("sagemaker.amazonaws.com"),
      });
    });

    it("explains data that the role cannot read", async () => {
      mocks.sagemaker
        .on(CreateTrainingJobCommand)
        .rejects(
          awsError(
            "ValidationException",
            'No S3 objects found under S3 URL "s3://bkt/train" given in input data source.',
          ),
        );
      expect(await rejection(TrainingJob.create(testSession(), REQUEST))).toMatchObject({ code: "BUCKET_UNREADABLE" });
    });

    it("tells an output path that cannot be written from data that cannot be read", async () => {
      const message = 'The bucket "nowhere" of OutputDataConfig.S3OutputPath does not exist';
      mocks.sagemaker.on(CreateTrainingJobCommand).rejects(awsError("ValidationException", message));
      const error = await rejection(TrainingJob.create(testSession(), REQUEST));
      expect(error).toMatchObject({ code: "NO_BUCKET", message: expect.stringContaining("cannot write its results") });
      expect(error).toMatchObject({ message: expect.stringContaining(message) });
    });

    it("lets every other refusal through untouched", async () => {
      const limit = awsError("ResourceLimitExceeded", "The account-level service limit is 0 Instances");
      mocks.sagemaker.on(CreateTrainingJobCommand).rejects(limit);
      expect(await rejection(TrainingJob.create(testSession(), REQUEST))).toBe(limit);
    });

    it("sends nothing when the signal is aborted already", async () => {
      const signal = AbortSignal.abort("before");
      expect(await rejection(TrainingJob.create(testSession(), REQUEST, { signal }))).toBe("before");
      expect(mocks.sagemaker.calls()).toHaveLength(0);
    });

    it("returns the job although the signal aborts while the request is on its way, so that no job is lost", async () => {
      const controller = new AbortController();
      mocks.sagemaker.on(CreateTrainingJobCommand).callsFake(() => {
        controller.abort("during");
        return {};
      });
      const created = await TrainingJob.create(testSession(), REQUEST, { signal: controller.signal });
      expect(await rejection(created.wait({ signal: controller.signal }))).toBe("during");
    });
  });

  describe("describe", () => {
    it("keeps members that the library does not know and drops the SDK's own", async () => {
      mocks.sagemaker
        .on(DescribeTrainingJobCommand)
        .resolves({ ...trainingAnswer(), Novelty: 1, $metadata: {} } as object);
      const description = await job.describe();
      expect(description).toMatchObject({ Novelty: 1, TrainingJobStatus: "Completed" });
      expect(description).not.toHaveProperty("$metadata");
    });
  });

  describe("stop", () => {
    it("takes a job that has ended already for stopped", async () => {
      mocks.sagemaker
        .on(StopTrainingJobCommand)
        .rejects(
          awsError("ValidationException", "The request was rejected because the training job is in status Completed."),
        );
      mocks.sagemaker.on(DescribeTrainingJobCommand).resolves(trainingAnswer());
      await job.stop();
      expect(mocks.sagemaker.commandCalls(StopTrainingJobCommand)).toHaveLength(1);
    });

    it("throws for a job that does not exist", async () => {
      const missing = awsError("ValidationException", "Requested resource not found.");
      mocks.sagemaker.on(StopTrainingJobCommand).rejects(missing);
      mocks.sagemaker.on(DescribeTrainingJobCommand).rejects(missing);
      expect(await rejection(job.stop())).toBe(missing);
    });

    it("lets a missing permission through", async () => {
      mocks.sagemaker.on(StopTrainingJobCommand).rejects(awsError("AccessDeniedException"));
      expect(await rejection(job.stop())).toMatchObject({ name: "AccessDeniedException" });
    });
  });

  describe("modelData", () => {
    const answer = (members: object, running = false): void => {
      mocks.sagemaker
        .on(DescribeTrainingJobCommand)
        .resolves(running ? runningAnswer(members) : trainingAnswer(members));
    };

    it("is the archive of a completed job", async () => {
      answer({});
      expect(await job.modelData()).toBe("s3://bkt/out/job/output/model.tar.gz");
    });

    it("is a prefix with a slash at its end when the output is not compressed", async () => {
      answer({
        OutputDataConfig: { S3OutputPath: "s3://bkt/out", CompressionType: "NONE" },
        ModelArtifacts: { S3ModelArtifacts: "s3://bkt/out/job/output/model" },
      });
      expect(await job.modelData()).toBe("s3://bkt/out/job/output/model/");
    });

    it("is a typed error while the job runs", async () => {
      answer({}, true);
      const error = await rejection(job.modelData());
      expect(JobError.is(error)).toBe(true);
      expect(error).toMatchObject({ code: "JOB_NOT_FINISHED", status: "InProgress" });
    });

    it("is a typed error when the job failed or was stopped before it saved anything", async () => {
      answer({ TrainingJobStatus: "Failed", SecondaryStatus: "Failed", FailureReason: "AlgorithmError" });
      expect(await rejection(job.modelData())).toMatchObject({ code: "JOB_FAILED", failureReason: "AlgorithmError" });
      answer({ TrainingJobStatus: "Stopped", SecondaryStatus: "Stopped", ModelArtifacts: undefined });
      expect(await rejection(job.modelData())).toMatchObject({ code: "JOB_STOPPED" });
    });
  });

  it("lists the final metrics, leaving out incomplete entries", async () => {
    mocks.sagemaker
      .on(DescribeTrainingJobCommand)
      .resolves(
        trainingAnswer({ FinalMetricDataList: [{ MetricName: "a", Value: 0, Timestamp: NOW }, { MetricName: "b" }] }),
      );
    expect(await job.metrics()).toEqual([{ name: "a", value: 0, at: NOW }]);
  });
});
