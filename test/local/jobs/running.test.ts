import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Harness, trainingRequest } from "./harness.js";

const group = "/aws/sagemaker/TrainingJobs";

let local: Harness;

beforeEach(async () => {
  local = await Harness.open({ maxConcurrentJobs: 1, stopGraceSeconds: 60 });
  await local.put("train/a.txt", "one\n");
});

afterEach(() => local[Symbol.asyncDispose]());

async function waiting(name: string): Promise<void> {
  await expect.poll(() => local.logs.messages(group, `${name}/`), { timeout: 10_000 }).toContain("waiting");
}

const describeJob = (name: string) => local.call("DescribeTrainingJob", { TrainingJobName: name });

describe("maxConcurrentJobs", () => {
  it("lets further jobs wait in their first status, and start in the order of their creation", async () => {
    await local.call("CreateTrainingJob", trainingRequest("first", { end: "wait" }));
    await waiting("first");
    await local.call("CreateTrainingJob", trainingRequest("second"));
    await local.call("CreateTrainingJob", trainingRequest("third"));
    expect(await describeJob("second")).toMatchObject({ TrainingJobStatus: "InProgress", SecondaryStatus: "Starting" });
    await local.call("StopTrainingJob", { TrainingJobName: "first" });
    await local.service.settled("training-job", "third");
    const [second, third] = [await describeJob("second"), await describeJob("third")];
    expect([second, third]).toMatchObject([{ TrainingJobStatus: "Completed" }, { TrainingJobStatus: "Completed" }]);
    expect(third["TrainingStartTime"]).toBeGreaterThanOrEqual(Number(second["TrainingStartTime"]));
  });

  it("lets a job be stopped while it waits for its turn", async () => {
    await local.call("CreateTrainingJob", trainingRequest("first", { end: "wait" }));
    await waiting("first");
    await local.call("CreateTrainingJob", trainingRequest("second"));
    await local.call("StopTrainingJob", { TrainingJobName: "second" });
    await local.service.settled("training-job", "second");
    expect(await describeJob("second")).toMatchObject({ TrainingJobStatus: "Stopped" });
    expect(await describeJob("second")).not.toHaveProperty("TrainingStartTime");
  });
});

describe("close", () => {
  it("ends running, waiting and stopping jobs at once, and stores them as failed", async () => {
    await local.call("CreateTrainingJob", trainingRequest("running", { end: "deaf" }));
    await waiting("running");
    await local.call("StopTrainingJob", { TrainingJobName: "running" });
    await local.call("CreateTrainingJob", trainingRequest("queued"));
    await local.service.close();
    local = await Harness.open({}, local);
    for (const name of ["running", "queued"]) {
      expect(await describeJob(name)).toMatchObject({
        TrainingJobStatus: "Failed",
        FailureReason: "InternalServerError: The local service was stopped while the job was running",
      });
    }
  });
});

describe("the tags of a running job", () => {
  it("survive the job's own changes of its record", async () => {
    await local.call("CreateTrainingJob", {
      ...trainingRequest("tagged", { end: "wait" }),
      Tags: [{ Key: "a", Value: "1" }],
    });
    await waiting("tagged");
    const ResourceArn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/tagged";
    await local.call("AddTags", { ResourceArn, Tags: [{ Key: "b", Value: "2" }] });
    await local.call("StopTrainingJob", { TrainingJobName: "tagged" });
    await local.service.settled("training-job", "tagged");
    expect(await local.call("ListTags", { ResourceArn })).toEqual({
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    });
  });
});
