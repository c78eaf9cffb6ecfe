import { DescribeTrainingJobCommand, StopTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JobError, UnexpectedResponseError, ValidationError, WaitTimeoutError } from "../../src/errors/index.js";
import { type ProgressEvent, TrainingJob, type WaitOptions } from "../../src/jobs/index.js";
import { FakeLogs } from "./fake-logs.js";
import {
  awsError,
  flush,
  NOW,
  rejection,
  runClock,
  runningAnswer,
  setUp,
  testSession,
  trainingAnswer,
} from "./helpers.js";

const SECOND = 1000;
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * SECOND);

describe("TrainingJob.wait", () => {
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

  /** The job runs until so many seconds from now, then answers with `end`. */
  function endsAfter(seconds: number, end: object = {}, running: object = {}): void {
    const endsAt = Date.now() + seconds * SECOND;
    mocks.sagemaker
      .on(DescribeTrainingJobCommand)
      .callsFake(() => (Date.now() >= endsAt ? trainingAnswer(end) : runningAnswer(running)));
  }

  const looks = (): number => mocks.sagemaker.commandCalls(DescribeTrainingJobCommand).length;
  const wait = (options: WaitOptions = {}): Promise<unknown> => job.wait({ logs: false, ...options });

  describe("schedule", () => {
    it("looks at once and returns without a timer when the job has ended already", async () => {
      endsAfter(0);
      await wait();
      expect(looks()).toBe(1);
      expect(Date.now()).toBe(NOW.getTime());
      expect(vi.getTimerCount()).toBe(0);
    });

    it("notices the end of a job of a tenth of a second within another tenth", async () => {
      endsAfter(0.1);
      await runClock(wait());
      expect(Date.now() - NOW.getTime()).toBeLessThanOrEqual(200);
      expect(looks()).toBe(2);
    });

    it("notices the end of a job of two seconds within half a second", async () => {
      endsAfter(2);
      await runClock(wait());
      expect(Date.now() - NOW.getTime()).toBeLessThanOrEqual(2500);
    });

    it("needs at most 50 looks for five minutes and 170 for an hour, and is at most 33 s late", async () => {
      for (const [seconds, most] of [
        [300, 50],
        [3600, 170],
      ] as const) {
        mocks.sagemaker.resetHistory();
        const start = Date.now();
        endsAfter(seconds);
        await runClock(wait());
        expect(looks()).toBeLessThanOrEqual(most);
        expect((Date.now() - start) / SECOND - seconds).toBeLessThanOrEqual(33);
      }
    });

    it("looks often again when the job begins to end", async () => {
      const uploads = Date.now() + 3600 * SECOND;
      const endsAt = uploads + 60 * SECOND;
      mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => {
        if (Date.now() >= endsAt) return trainingAnswer();
        return runningAnswer(Date.now() >= uploads ? { SecondaryStatus: "Uploading" } : {});
      });
      await runClock(wait());
      expect(Date.now() - endsAt).toBeLessThanOrEqual(5500);
    });

    it("takes a fixed interval when one is given", async () => {
      endsAfter(10);
      await runClock(wait({ pollSeconds: 2 }));
      expect(looks()).toBe(6);
    });
  });

  describe("outcome", () => {
    it("returns seconds over all instances, the model and the final metrics", async () => {
      endsAfter(0, {
        ResourceConfig: { InstanceCount: 2, InstanceType: "ml.c5.xlarge" },
        TrainingTimeInSeconds: 148,
        BillableTimeInSeconds: 148,
        FinalMetricDataList: [{ MetricName: "validation:accuracy", Value: Math.fround(0.9925), Timestamp: later(60) }],
      });
      const result = await job.wait({ logs: false });
      expect(result).toMatchObject({
        jobName: "job",
        status: "Completed",
        secondaryStatus: "Completed",
        stoppedReason: undefined,
        modelData: "s3://bkt/out/job/output/model.tar.gz",
        trainingSeconds: 296,
        billableSeconds: 296,
        spotSavingPercent: undefined,
        metrics: [{ name: "validation:accuracy", value: 0.9925, at: later(60) }],
      });
    });

    it("adds up the instance groups of a heterogeneous cluster", async () => {
      endsAfter(0, {
        ResourceConfig: {
          InstanceGroups: [
            { InstanceGroupName: "a", InstanceType: "ml.c5.xlarge", InstanceCount: 2 },
            { InstanceGroupName: "b", InstanceType: "ml.g4dn.xlarge", InstanceCount: 1 },
          ],
        },
        TrainingTimeInSeconds: 10,
        BillableTimeInSeconds: 10,
      });
      expect((await job.wait({ logs: false })).trainingSeconds).toBe(30);
    });

    it("tells what spot training saved, with one decimal", async () => {
      endsAfter(0, { EnableManagedSpotTraining: true, TrainingTimeInSeconds: 300, BillableTimeInSeconds: 104 });
      expect((await job.wait({ logs: false })).spotSavingPercent).toBe(65.3);
    });

    it("throws JOB_FAILED with the reason, the last log lines and the console address", async () => {
      const logs = new FakeLogs(mocks.logs);
      for (let line = 1; line <= 30; line++) {
        logs.add("job/algo-1-1", { message: `line ${line}`, timestamp: NOW.getTime() - 60_000 + line });
      }
      endsAfter(0, { TrainingJobStatus: "Failed", SecondaryStatus: "Failed", FailureReason: "AlgorithmError: boom" });
      const error = await rejection(runClock(job.wait()));
      expect(JobError.is(error)).toBe(true);
      expect(error).toMatchObject({
        code: "JOB_FAILED",
        jobName: "job",
        failureReason: "AlgorithmError: boom",
        consoleUrl: "https://us-west-2.console.aws.amazon.com/sagemaker/home?region=us-west-2#/jobs/job",
      });
      expect((error as JobError).lastLogLines).toHaveLength(20);
      expect((error as JobError).lastLogLines.at(-1)).toBe("line 30");
      expect((error as JobError).message).toContain("line 30");
    });

    it("fetches the last log lines for the error when the log was not followed", async () => {
      const logs = new FakeLogs(mocks.logs);
      logs.add("job/algo-1-1", { message: "the cause", timestamp: NOW.getTime() - 5000 });
      endsAfter(0, { TrainingJobStatus: "Failed", SecondaryStatus: "Failed", FailureReason: "AlgorithmError" });
      expect(await rejection(runClock(wait()))).toMatchObject({ lastLogLines: ["the cause"] });
    });

    it("throws CAPACITY when the reason names missing capacity", async () => {
      endsAfter(0, {
        TrainingJobStatus: "Failed",
        SecondaryStatus: "Failed",
        FailureReason: "CapacityError: Unable to provision requested ML compute capacity",
      });
      expect(await rejection(runClock(wait()))).toMatchObject({ code: "CAPACITY" });
    });

    it("goes on while the job is stopping and never takes a stopped job for a completed one", async () => {
      const stopsAt = Date.now() + 20 * SECOND;
      mocks.sagemaker
        .on(DescribeTrainingJobCommand)
        .callsFake(() =>
          Date.now() < stopsAt
            ? runningAnswer({ TrainingJobStatus: "Stopping", SecondaryStatus: "Stopping" })
            : trainingAnswer({ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxRuntimeExceeded" }),
        );
      const error = await rejection(runClock(wait()));
      expect(error).toMatchObject({ code: "JOB_STOPPED", status: "Stopped", secondaryStatus: "MaxRuntimeExceeded" });
      expect((error as JobError).message).toContain("MaxRuntimeInSeconds (3600 s)");
      expect((error as JobError).message).toContain('onStopped: "return"');
    });

    it("returns a stopped job, marked as such, when asked to", async () => {
      endsAfter(0, { TrainingJobStatus: "Stopped", SecondaryStatus: "Stopped", ModelArtifacts: undefined });
      expect(await job.wait({ logs: false, onStopped: "return" })).toMatchObject({
        status: "Stopped",
        stoppedReason: "Stopped",
        modelData: undefined,
      });
    });

    it("names every member that an answer lacks", async () => {
      mocks.sagemaker.on(DescribeTrainingJobCommand).resolves({ TrainingJobStatus: "Completed" });
      const error = await rejection(wait());
      expect(UnexpectedResponseError.is(error)).toBe(true);
      expect(error).toMatchObject({
        operation: "DescribeTrainingJob",
        missing: ["TrainingJobName", "TrainingJobArn", "SecondaryStatus", "CreationTime"],
      });
    });
  });

  describe("timeout", () => {
    it("ends with WaitTimeoutError at the given time and says that the job keeps running", async () => {
      endsAfter(1000);
      const error = await rejection(runClock(wait({ timeoutSeconds: 60 })));
      expect(WaitTimeoutError.is(error)).toBe(true);
      expect(error).toMatchObject({ lastStatus: "InProgress (Training)", resource: 'training job "job"' });
      expect(Date.now() - NOW.getTime()).toBe(60_000);
      expect(mocks.sagemaker.commandCalls(StopTrainingJobCommand)).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    });

    it("looks a last time when the time is up", async () => {
      endsAfter(57);
      await runClock(wait({ timeoutSeconds: 58 }));
      expect(Date.now() - NOW.getTime()).toBeLessThanOrEqual(58_000);
    });

    it("looks once with a timeout of 0", async () => {
      endsAfter(10);
      expect(WaitTimeoutError.is(await rejection(runClock(wait({ timeoutSeconds: 0 }))))).toBe(true);
      expect(looks()).toBe(1);
    });

    it("also ends when a request hangs", async () => {
      mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => new Promise(() => undefined));
      expect(WaitTimeoutError.is(await rejection(runClock(wait({ timeoutSeconds: 30 }))))).toBe(true);
      expect(Date.now() - NOW.getTime()).toBe(40_000);
    });
  });

  describe("abort", () => {
    it("rejects with the signal's reason and leaves the job running", async () => {
      endsAfter(1000);
      const controller = new AbortController();
      const reason = new Error("user pressed Ctrl-C");
      const waiting = rejection(wait({ signal: controller.signal }));
      await flush();
      await vi.advanceTimersByTimeAsync(7000);
      controller.abort(reason);
      expect(await waiting).toBe(reason);
      expect(mocks.sagemaker.commandCalls(StopTrainingJobCommand)).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    });

    it("stops the job first when told to, and still rejects with the reason", async () => {
      endsAfter(1000);
      mocks.sagemaker.on(StopTrainingJobCommand).resolves({});
      const controller = new AbortController();
      const waiting = rejection(wait({ signal: controller.signal, onAbort: "stop" }));
      await flush();
      controller.abort("enough");
      expect(await waiting).toBe("enough");
      expect(mocks.sagemaker.commandCalls(StopTrainingJobCommand)[0]?.args[0].input).toEqual({
        TrainingJobName: "job",
      });
      expect(vi.getTimerCount()).toBe(0);
    });

    it("says so when the job could not be stopped", async () => {
      endsAfter(1000);
      mocks.sagemaker.on(StopTrainingJobCommand).rejects(awsError("AccessDeniedException", "no"));
      const events: ProgressEvent[] = [];
      const controller = new AbortController();
      const options = {
        signal: controller.signal,
        onAbort: "stop",
        onProgress: (e: ProgressEvent) => events.push(e),
      } as const;
      const waiting = rejection(wait(options));
      await flush();
      controller.abort("enough");
      expect(await waiting).toBe("enough");
      expect(events.at(-1)).toMatchObject({ type: "warning", message: expect.stringContaining("may still run") });
    });

    it("rejects at once with a signal that is aborted already", async () => {
      expect(await rejection(wait({ signal: AbortSignal.abort("before") }))).toBe("before");
      expect(looks()).toBe(0);
    });

    it("leaves no listener on the caller's signal, whatever the outcome", async () => {
      const controller = new AbortController();
      const { signal } = controller;
      let listeners = 0;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      vi.spyOn(signal, "addEventListener").mockImplementation((...args: Parameters<typeof add>) => {
        listeners++;
        add(...args);
      });
      vi.spyOn(signal, "removeEventListener").mockImplementation((...args: Parameters<typeof remove>) => {
        listeners--;
        remove(...args);
      });
      new FakeLogs(mocks.logs).add("job/algo-1-1", { message: "x", timestamp: NOW.getTime() });
      endsAfter(30);
      await runClock(job.wait({ signal }));
      endsAfter(30, { TrainingJobStatus: "Failed", SecondaryStatus: "Failed", FailureReason: "x" });
      await rejection(runClock(job.wait({ signal })));
      endsAfter(300);
      await rejection(runClock(job.wait({ signal, timeoutSeconds: 20 })));
      mocks.sagemaker.on(DescribeTrainingJobCommand).rejects(awsError("ValidationException", "bad"));
      await rejection(runClock(job.wait({ signal })));
      expect(listeners).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe("faults while waiting", () => {
    it("goes on through throttled answers, further apart each time", async () => {
      const throttled: number[] = [];
      mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => {
        if (throttled.length >= 5) return trainingAnswer();
        throttled.push(Date.now());
        throw awsError("ThrottlingException", "Rate exceeded");
      });
      await runClock(wait({ pollSeconds: 1 }));
      const gaps = throttled.slice(1).map((time, index) => time - (throttled[index] ?? 0));
      expect(gaps).toEqual([2000, 4000, 8000, 8000]);
    });

    it("retries expired credentials once, at once", async () => {
      let calls = 0;
      mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => {
        if (++calls === 1)
          throw awsError("ExpiredTokenException", "The security token included in the request is expired");
        return trainingAnswer();
      });
      await wait();
      expect(calls).toBe(2);
    });

    it("throws when the credentials stay expired", async () => {
      mocks.sagemaker.on(DescribeTrainingJobCommand).rejects(awsError("ExpiredTokenException"));
      expect(await rejection(wait())).toMatchObject({ name: "ExpiredTokenException" });
      expect(looks()).toBe(2);
    });

    it("throws AccessDenied untouched after a short grace", async () => {
      const denied = awsError("AccessDeniedException", "not authorized to perform sagemaker:DescribeTrainingJob");
      mocks.sagemaker.on(DescribeTrainingJobCommand).rejects(denied);
      expect(await rejection(runClock(wait()))).toBe(denied);
      expect(Date.now() - NOW.getTime()).toBeLessThanOrEqual(6000);
    });

    it("throws AccessDenied at once without a grace", async () => {
      mocks.sagemaker.on(DescribeTrainingJobCommand).rejects(awsError("AccessDeniedException"));
      await rejection(wait({ accessDeniedGraceSeconds: 0 }));
      expect(looks()).toBe(1);
    });

    it("outlasts server faults and network trouble, but not ten in a row", async () => {
      let calls = 0;
      mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => {
        calls++;
        if (calls < 9)
          throw calls % 2
            ? awsError("InternalFailure", "x", { $fault: "server" })
            : awsError("Error", "x", { code: "ECONNRESET" });
        return trainingAnswer();
      });
      await runClock(wait());
      expect(calls).toBe(9);
      mocks.sagemaker.on(DescribeTrainingJobCommand).rejects(awsError("InternalFailure", "x", { $fault: "server" }));
      mocks.sagemaker.resetHistory();
      expect(await rejection(runClock(wait()))).toMatchObject({ name: "InternalFailure" });
      expect(looks()).toBe(10);
    });

    it("ends with what the progress listener throws", async () => {
      endsAfter(100);
      const fault = new Error("listener");
      const onProgress = (): never => {
        throw fault;
      };
      expect(await rejection(runClock(wait({ onProgress })))).toBe(fault);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe("options", () => {
    it("refuses unknown names and bad values together, before any call", async () => {
      const options = { pollSecond: 5, timeoutSeconds: -1, onStopped: "ignore" } as unknown as WaitOptions;
      const error = await rejection(job.wait(options));
      expect(ValidationError.is(error)).toBe(true);
      expect((error as ValidationError).issues.map(({ message }) => message)).toEqual([
        'unknown option "pollSecond" of wait; did you mean "pollSeconds"?',
        'onStopped must be one of "throw", "return"; got "ignore"',
        "timeoutSeconds must be a number of seconds, 0 or more; got -1",
      ]);
      expect(looks()).toBe(0);
    });

    it("takes no list of log types, as the Python SDK's documentation has it", async () => {
      const options = { logs: ["All"] } as unknown as WaitOptions;
      expect(((await rejection(job.wait(options))) as Error).message).toContain(
        'logs must be true or false; got ["All"]',
      );
    });
  });

  describe("progress", () => {
    function record(): { events: ProgressEvent[]; onProgress: (event: ProgressEvent) => void } {
      const events: ProgressEvent[] = [];
      return { events, onProgress: (event) => events.push(event) };
    }

    it("reports each secondary status once, and again when its message changes in place", async () => {
      const starting = { Status: "Starting", StartTime: NOW, StatusMessage: "Starting the training job" };
      const prepared = { ...starting, StatusMessage: "Preparing the instances for training" };
      const training = { Status: "Training", StartTime: later(12), StatusMessage: "Training in progress." };
      const done = { Status: "Completed", StartTime: later(30), StatusMessage: "Training job completed" };
      mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => {
        const elapsed = (Date.now() - NOW.getTime()) / SECOND;
        if (elapsed < 5) return runningAnswer({ SecondaryStatus: "Starting", SecondaryStatusTransitions: [starting] });
        const LastModifiedTime = later(8);
        if (elapsed < 12) {
          return runningAnswer({
            SecondaryStatus: "Starting",
            SecondaryStatusTransitions: [prepared],
            LastModifiedTime,
          });
        }
        if (elapsed < 30) return runningAnswer({ SecondaryStatusTransitions: [prepared, training] });
        return trainingAnswer({ SecondaryStatusTransitions: [prepared, training, done] });
      });
      const { events, onProgress } = record();
      await runClock(wait({ onProgress }));
      expect(events).toEqual([
        {
          type: "status",
          jobName: "job",
          status: "InProgress",
          secondaryStatus: "Starting",
          message: "Starting the training job",
          at: NOW,
        },
        {
          type: "status",
          jobName: "job",
          status: "InProgress",
          secondaryStatus: "Starting",
          message: "Preparing the instances for training",
          at: later(8),
        },
        {
          type: "status",
          jobName: "job",
          status: "InProgress",
          secondaryStatus: "Training",
          message: "Training in progress.",
          at: later(12),
        },
        {
          type: "status",
          jobName: "job",
          status: "Completed",
          secondaryStatus: "Completed",
          message: "Training job completed",
          at: later(30),
        },
      ]);
    });

    it("puts status and log of a job that ended before the first look in order of time", async () => {
      const logs = new FakeLogs(mocks.logs);
      logs.add(
        "job/algo-1-1",
        { message: "Arguments: train\n", timestamp: later(-50).getTime() },
        { message: "Training finished.", timestamp: later(-45).getTime() },
      );
      endsAfter(0, {
        CreationTime: later(-100),
        TrainingEndTime: later(-30),
        SecondaryStatusTransitions: [
          { Status: "Starting", StartTime: later(-100), StatusMessage: "Starting the training job" },
          { Status: "Training", StartTime: later(-60), EndTime: later(-40), StatusMessage: "Training" },
          { Status: "Uploading", StartTime: later(-40), StatusMessage: "Uploading generated training model" },
          { Status: "Completed", StartTime: later(-30), StatusMessage: "Training job completed" },
        ],
      });
      const { events, onProgress } = record();
      await runClock(job.wait({ onProgress }));
      expect(
        events.map((event) =>
          event.type === "log" ? event.line : event.type === "status" ? event.secondaryStatus : event.type,
        ),
      ).toEqual(["Starting", "Training", "Arguments: train", "Training finished.", "Uploading", "Completed"]);
    });

    it("sends a heartbeat when nothing happened for 30 s, at most every 30 s", async () => {
      endsAfter(600);
      const { events, onProgress } = record();
      await runClock(wait({ onProgress }));
      const beats = events.filter((event) => event.type === "heartbeat");
      expect(beats.length).toBeGreaterThanOrEqual(10);
      const gaps = beats.slice(1).map((beat, index) => beat.at.getTime() - (beats[index]?.at.getTime() ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000);
      expect(beats[0]).toMatchObject({ jobName: "job", status: "InProgress", secondaryStatus: "Training" });
    });

    it("reads the metrics of the job's own definitions and of the options from the log", async () => {
      // Lines of a real BlazingText job (us-east-1, June 2021).
      const lines = [
        "##### Alpha: 0.0000  Progress: 100.00%  Million Words/sec: 1.13 #####",
        "#train_accuracy: 0.9908",
        "Number of train examples: 1200",
        "#validation_accuracy: 0.9925",
      ];
      const logs = new FakeLogs(mocks.logs);
      logs.add(
        "job/algo-1-1",
        ...lines.map((message, index) => ({ message, timestamp: NOW.getTime() - 60_000 + index })),
      );
      endsAfter(0, {
        CreationTime: later(-300),
        TrainingEndTime: later(-50),
        AlgorithmSpecification: {
          TrainingInputMode: "File",
          MetricDefinitions: [
            { Name: "train:accuracy", Regex: "#train_accuracy: ([0-9.]+)" },
            { Name: "validation:accuracy", Regex: "#validation_accuracy: (?P<value>[0-9.]+)" },
            { Name: "broken", Regex: "([" },
          ],
        },
      });
      const { events, onProgress } = record();
      const metricDefinitions = [{ name: "speed", regex: "Million Words/sec: ([0-9.]+)" }];
      const result = await runClock(job.wait({ onProgress, metricDefinitions }));
      expect(result.metrics.map(({ name, value }) => [name, value])).toEqual([
        ["speed", 1.13],
        ["train:accuracy", 0.9908],
        ["validation:accuracy", 0.9925],
      ]);
      expect(events.filter((event) => event.type === "metric")).toHaveLength(3);
      expect(events.filter((event) => event.type === "warning")).toMatchObject([
        { message: expect.stringContaining('"broken"') },
      ]);
    });
  });
});
