import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { mockClient } from "aws-sdk-client-mock";
import { vi } from "vitest";
// Loaded here, so that the first lazy import takes no real time under a fake clock.
import "../../src/clients/logs.js";
import "../../src/clients/sagemaker.js";
import { Session } from "../../src/session/index.js";

const realImmediate = globalThis.setImmediate;

/** Lets everything run that waits for no timer. */
export async function flush(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => realImmediate(resolve));
}

/** Advances the fake clock from timer to timer until the work has settled, and settles with it. */
export async function runClock<T>(work: Promise<T>, limitSeconds = 100_000): Promise<T> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  work.then(done, done);
  const start = Date.now();
  for (;;) {
    await flush(2);
    if (settled) return work;
    if (Date.now() - start > limitSeconds * 1000) throw new Error(`still not settled after ${limitSeconds} s`);
    // The first import of a client takes a few turns of the real event loop.
    for (let turn = 0; turn < 200 && !settled && vi.getTimerCount() === 0; turn++) await flush();
    if (settled) return work;
    if (vi.getTimerCount() === 0) throw new Error("not settled, and no timer is left that could change that");
    await vi.advanceTimersToNextTimerAsync();
  }
}

/** The error that the work rejects with. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
}

export function testSession(options: ConstructorParameters<typeof Session>[0] = {}): Session {
  return new Session({
    region: "us-west-2",
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
    role: ROLE,
    defaultBucket: "bkt",
    ...options,
  });
}

export const ROLE = "arn:aws:iam::444455556666:role/SageMakerRole";
export const NOW = new Date("2026-08-12T10:00:00.000Z");

/** Fake clock at {@link NOW}, no jitter, both clients mocked. */
export function setUp(): { sagemaker: ReturnType<typeof mockSageMaker>; logs: ReturnType<typeof mockLogs> } {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  return { sagemaker: mockSageMaker(), logs: mockLogs() };
}

function mockSageMaker() {
  return mockClient(SageMakerClient);
}

function mockLogs() {
  return mockClient(CloudWatchLogsClient);
}

export function awsError(name: string, message = name, more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

/** A finished answer of DescribeTrainingJob, with what a test sets. */
export function trainingAnswer(members: object = {}): Record<string, unknown> {
  return {
    TrainingJobName: "job",
    TrainingJobArn: "arn:aws:sagemaker:us-west-2:444455556666:training-job/job",
    TrainingJobStatus: "Completed",
    SecondaryStatus: "Completed",
    CreationTime: NOW,
    AlgorithmSpecification: { TrainingInputMode: "File" },
    ResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.xlarge", VolumeSizeInGB: 30 },
    OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    ModelArtifacts: { S3ModelArtifacts: "s3://bkt/out/job/output/model.tar.gz" },
    ...members,
  };
}

/** A running answer of DescribeTrainingJob. */
export function runningAnswer(members: object = {}): Record<string, unknown> {
  const { ModelArtifacts: _, ...answer } = trainingAnswer({
    TrainingJobStatus: "InProgress",
    SecondaryStatus: "Training",
  });
  return { ...answer, ...members };
}
