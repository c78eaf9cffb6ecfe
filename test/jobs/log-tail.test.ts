import {
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ProgressEvent, TrainingJob } from "../../src/jobs/index.js";
import { LogTail } from "../../src/jobs/log-tail.js";
import { FakeLogs } from "./fake-logs.js";
import { awsError, NOW, rejection, runClock, runningAnswer, setUp, testSession, trainingAnswer } from "./helpers.js";

const SECOND = 1000;
const at = (seconds: number): number => NOW.getTime() + seconds * SECOND;

describe("log of a job", () => {
  let mocks: ReturnType<typeof setUp>;
  let logs: FakeLogs;
  let job: TrainingJob;

  beforeEach(() => {
    mocks = setUp();
    logs = new FakeLogs(mocks.logs);
    job = new TrainingJob(testSession(), "job");
  });

  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  function runsFor(seconds: number, members: object = {}): void {
    const end = new Date(at(seconds));
    mocks.sagemaker
      .on(DescribeTrainingJobCommand)
      .callsFake(() =>
        Date.now() >= end.getTime()
          ? trainingAnswer({ TrainingEndTime: end, ...members })
          : runningAnswer({ LastModifiedTime: new Date(), ...members }),
      );
  }

  async function linesOfWait(): Promise<string[]> {
    const lines: string[] = [];
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === "log") lines.push(event.line);
    };
    await runClock(job.wait({ onProgress }));
    return lines;
  }

  const reads = () => mocks.logs.commandCalls(GetLogEventsCommand).map(({ args }) => args[0].input);

  it("holds every line once, from the first to the last, while the job runs and after its end", async () => {
    const expected = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    logs.add(
      "job/algo-1-1",
      ...expected.map((message, index) => ({ message: `${message}\n`, timestamp: at(index * 3) })),
    );
    runsFor(320);
    expect(await linesOfWait()).toEqual(expected);
  });

  it("reads from the head with one call per stream and round, and passes the token on", async () => {
    logs.add("job/algo-1-1", ...[1, 20, 40].map((second) => ({ message: `at ${second}`, timestamp: at(second) })));
    runsFor(60);
    await linesOfWait();
    const live = reads();
    expect(
      live.every(({ startFromHead, logGroupName }) => startFromHead && logGroupName === "/aws/sagemaker/TrainingJobs"),
    ).toBe(true);
    expect(live[0]?.nextToken).toBeUndefined();
    expect(live.slice(1).every(({ nextToken, startTime }) => nextToken !== undefined && startTime === undefined)).toBe(
      true,
    );
    // Readings are 5 s apart while lines come: a minute has room for some 12, the early ones and the end for a few more.
    expect(live.length).toBeLessThanOrEqual(20);
  });

  it("reads on at once only when a page was full", async () => {
    const tail = new LogTail(testSession(), { group: "/aws/sagemaker/TrainingJobs", prefix: "job/" });
    const big = "x".repeat(100_000);
    logs.pageSize = 10;
    logs.add(
      "job/algo-1-1",
      ...Array.from({ length: 15 }, (_, index) => ({ message: big, timestamp: at(-60) + index })),
    );
    expect(await tail.round()).toMatchObject({ more: true, lines: { length: 10 } });
    expect(await tail.round()).toMatchObject({ more: false, lines: { length: 5 } });
    expect(reads()).toHaveLength(2);
  });

  it("takes an empty page with a new token for a gap, not for the end", async () => {
    const pages = [
      { events: [{ message: "a", timestamp: 1 }], nextForwardToken: "t1" },
      { events: [], nextForwardToken: "t2" },
      { events: [], nextForwardToken: "t3" },
      { events: [{ message: "b", timestamp: 2 }], nextForwardToken: "t4" },
      { events: [], nextForwardToken: "t4" },
    ];
    let call = 0;
    mocks.logs.on(DescribeLogStreamsCommand).resolves({ logStreams: [{ logStreamName: "job/algo-1-1" }] });
    mocks.logs.on(GetLogEventsCommand).callsFake(() => pages[Math.min(call++, 4)]);
    const tail = new LogTail(testSession(), { group: "g", prefix: "job/" });
    const lines: string[] = [];
    for await (const batch of tail.drain()) lines.push(...batch.map(({ line }) => line));
    expect(lines).toEqual(["a", "b"]);
  });

  it("ends although a service gives a new token for ever", async () => {
    let call = 0;
    mocks.logs.on(DescribeLogStreamsCommand).resolves({ logStreams: [{ logStreamName: "job/algo-1-1" }] });
    mocks.logs.on(GetLogEventsCommand).callsFake(() => ({ events: [], nextForwardToken: `t${call++}` }));
    const tail = new LogTail(testSession(), { group: "g", prefix: "job/" });
    const drained = (async () => {
      for await (const _ of tail.drain()) throw new Error("there is no line");
    })();
    await runClock(drained);
    expect(call).toBe(20);
  });

  it("pages through any number of streams and lists each of them once", async () => {
    for (let stream = 0; stream < 120; stream++) {
      logs.add(`job/algo-1-${1000 + stream}`, { message: `from ${stream}`, timestamp: at(-100) + stream });
    }
    runsFor(0, { CreationTime: new Date(at(-500)), TrainingEndTime: new Date(at(-90)) });
    const lines = await linesOfWait();
    expect(lines).toHaveLength(120);
    expect(new Set(lines).size).toBe(120);
    const tokens = mocks.logs.commandCalls(DescribeLogStreamsCommand).map(({ args }) => args[0].input.nextToken);
    expect(tokens).toEqual([undefined, "50", "100"]);
  });

  it("finds the stream of a spot restart and prints no line twice", async () => {
    logs.add("job/algo-1-1", { message: "first start", timestamp: at(10) });
    logs.add("job/algo-1-2", { message: "second start", timestamp: at(200) });
    runsFor(400);
    expect(await linesOfWait()).toEqual(["first start", "second start"]);
  });

  it("merges the streams of several instances by time", async () => {
    logs.add("job/algo-1-1", { message: "a1", timestamp: at(-30) }, { message: "a3", timestamp: at(-10) });
    logs.add("job/algo-2-1", { message: "b2", timestamp: at(-20) }, { message: "b4", timestamp: at(-5) });
    runsFor(0, {
      ResourceConfig: { InstanceCount: 2, InstanceType: "ml.c5.xlarge" },
      CreationTime: new Date(at(-100)),
    });
    expect(await linesOfWait()).toEqual(["a1", "b2", "a3", "b4"]);
  });

  it("reads lines that the service takes in after the end of the job", async () => {
    logs.add(
      "job/algo-1-1",
      { message: "in time", timestamp: at(50) },
      { message: "late", timestamp: at(99), visibleAt: at(103) },
    );
    runsFor(100, { CreationTime: NOW });
    expect(await linesOfWait()).toEqual(["in time", "late"]);
  });

  it("pauses before the last reading no longer than a twentieth of the job's run time", async () => {
    logs.add("job/algo-1-1", { message: "only", timestamp: at(0.01) });
    runsFor(0.1, { CreationTime: NOW });
    await linesOfWait();
    expect(Date.now() - NOW.getTime()).toBeLessThanOrEqual(250);
  });

  it("does not pause at all for a job that ended a while ago", async () => {
    logs.add("job/algo-1-1", { message: "old", timestamp: at(-1000) });
    runsFor(0, { CreationTime: new Date(at(-2000)), TrainingEndTime: new Date(at(-900)) });
    await linesOfWait();
    expect(Date.now()).toBe(NOW.getTime());
    expect(vi.getTimerCount()).toBe(0);
  });

  it("asks for no log before the containers start", async () => {
    let callsWhileStarting = 0;
    mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => {
      if (Date.now() < at(120)) {
        callsWhileStarting = mocks.logs.calls().length;
        return runningAnswer({ SecondaryStatus: "Starting" });
      }
      return Date.now() < at(150) ? runningAnswer() : trainingAnswer();
    });
    logs.add("job/algo-1-1", { message: "hello", timestamp: at(130) });
    expect(await linesOfWait()).toEqual(["hello"]);
    expect(callsWhileStarting).toBe(0);
  });

  it("takes a missing log group for an empty log", async () => {
    runsFor(30);
    expect(await linesOfWait()).toEqual([]);
  });

  it("finds its place again by time when a token has expired, and repeats no line", async () => {
    logs.add(
      "job/algo-1-1",
      { message: "a", timestamp: at(1) },
      { message: "b", timestamp: at(2) },
      { message: "c", timestamp: at(2), visibleAt: at(20) },
      { message: "d", timestamp: at(20) },
    );
    logs.tokensValidFrom = at(15);
    runsFor(60);
    expect(await linesOfWait()).toEqual(["a", "b", "c", "d"]);
    expect(reads().some(({ startTime }) => startTime === at(2))).toBe(true);
  });

  it("reads four and more instances with one call for all of them", async () => {
    for (let host = 1; host <= 4; host++) {
      logs.add(
        `job/algo-${host}-1`,
        ...[5, 30, 55].map((second) => ({ message: `${second}/${host}`, timestamp: at(second) + host })),
      );
    }
    logs.pageSize = 3;
    runsFor(90, { ResourceConfig: { InstanceCount: 4, InstanceType: "ml.c5.xlarge" } });
    const lines = await linesOfWait();
    expect(lines).toEqual([5, 30, 55].flatMap((second) => [1, 2, 3, 4].map((host) => `${second}/${host}`)));
    expect(reads()).toHaveLength(0);
    const filter = mocks.logs.commandCalls(FilterLogEventsCommand).map(({ args }) => args[0].input);
    expect(filter[0]).toEqual({ logGroupName: "/aws/sagemaker/TrainingJobs", logStreamNamePrefix: "job/" });
  });

  it("warns and goes on without a log that may not be read", async () => {
    mocks.logs.on(DescribeLogStreamsCommand).rejects(awsError("AccessDeniedException", "no logs:DescribeLogStreams"));
    runsFor(60);
    const events: ProgressEvent[] = [];
    const result = await runClock(job.wait({ onProgress: (event) => events.push(event) }));
    expect(result.status).toBe("Completed");
    const warnings = events.filter((event) => event.type === "warning");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain("AccessDeniedException: no logs:DescribeLogStreams");
  });

  it("goes on through throttled readings", async () => {
    logs.add("job/algo-1-1", { message: "a", timestamp: at(1) });
    let calls = 0;
    mocks.logs.on(GetLogEventsCommand).callsFake(() => {
      if (++calls % 2 === 0) throw awsError("ThrottlingException", "Rate exceeded");
      return calls === 1
        ? { events: [{ message: "a", timestamp: at(1) }], nextForwardToken: "t1" }
        : calls === 3
          ? { events: [{ message: "b", timestamp: at(50) }], nextForwardToken: "t2" }
          : { events: [], nextForwardToken: "t2" };
    });
    runsFor(60);
    expect(await linesOfWait()).toEqual(["a", "b"]);
  });

  it("holds every line exactly once for any streams, pages and times", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 290 }), { maxLength: 30 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 3 }),
        async (streams, pageSize, instances) => {
          vi.setSystemTime(NOW);
          const fake = new FakeLogs(mocks.logs);
          fake.pageSize = pageSize;
          fake.streamPageSize = 2;
          const expected: string[] = [];
          for (const [index, seconds] of streams.entries()) {
            for (const [position, second] of [...seconds].sort((a, b) => a - b).entries()) {
              fake.add(`job/algo-1-${index}`, { message: `${index}/${position}`, timestamp: at(second) });
              expected.push(`${index}/${position}`);
            }
          }
          runsFor(300, { ResourceConfig: { InstanceCount: instances, InstanceType: "ml.c5.xlarge" } });
          const lines = await linesOfWait();
          expect([...lines].sort()).toEqual([...expected].sort());
        },
      ),
      { numRuns: 12, seed: 1 },
    );
  });

  it("holds every line exactly once when one call reads all streams and lines arrive late", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 250 }), fc.integer({ min: 0, max: 40 })),
          {
            maxLength: 60,
          },
        ),
        async (given) => {
          vi.setSystemTime(NOW);
          const fake = new FakeLogs(mocks.logs);
          const ordered = [...given].sort((a, b) => a[1] - b[1]);
          for (const [index, [host, second, late]] of ordered.entries()) {
            fake.add(`job/algo-${host}-1`, {
              message: `${index}`,
              timestamp: at(second),
              visibleAt: at(second + late),
            });
          }
          runsFor(300, { ResourceConfig: { InstanceCount: 4, InstanceType: "ml.c5.xlarge" } });
          const lines = await linesOfWait();
          expect(lines.map(Number).sort((a, b) => a - b)).toEqual(ordered.map((_, index) => index));
        },
      ),
      { numRuns: 12, seed: 1 },
    );
  });

  describe("TrainingJob.logs", () => {
    async function collect(options?: Parameters<TrainingJob["logs"]>[0]): Promise<string[]> {
      const lines: string[] = [];
      for await (const { line } of job.logs(options)) lines.push(line);
      return lines;
    }

    it("yields all lines until the job has ended", async () => {
      logs.add("job/algo-1-1", ...[1, 30, 59].map((second) => ({ message: `at ${second}`, timestamp: at(second) })));
      runsFor(60);
      expect(await runClock(collect())).toEqual(["at 1", "at 30", "at 59"]);
      expect(vi.getTimerCount()).toBe(0);
    });

    it("yields lines that arrive late, too", async () => {
      logs.add("job/algo-1-1", { message: "late", timestamp: at(59), visibleAt: at(63) });
      runsFor(60, { CreationTime: new Date(at(-60)) });
      expect(await runClock(collect())).toEqual(["late"]);
    });

    it("reads what is there now when it is not to follow", async () => {
      logs.add("job/algo-1-1", { message: "now", timestamp: at(-1) }, { message: "then", timestamp: at(100) });
      runsFor(1000);
      expect(await runClock(collect({ follow: false }))).toEqual(["now"]);
      expect(mocks.sagemaker.commandCalls(DescribeTrainingJobCommand)).toHaveLength(1);
    });

    it("leaves nothing behind when the loop is left early", async () => {
      logs.add("job/algo-1-1", { message: "a", timestamp: at(-2) }, { message: "b", timestamp: at(-1) });
      runsFor(1000);
      const first = (async () => {
        for await (const { line } of job.logs()) return line;
        return undefined;
      })();
      expect(await runClock(first)).toBe("a");
      expect(vi.getTimerCount()).toBe(0);
    });

    it("rejects with the reason of an abort", async () => {
      runsFor(1000);
      const controller = new AbortController();
      const collecting = rejection(collect({ signal: controller.signal }));
      await vi.advanceTimersByTimeAsync(3000);
      controller.abort("enough");
      expect(await collecting).toBe("enough");
      expect(vi.getTimerCount()).toBe(0);
    });

    it("throws when the log may not be read", async () => {
      mocks.logs.on(DescribeLogStreamsCommand).rejects(awsError("AccessDeniedException", "no"));
      runsFor(1000);
      expect(await rejection(runClock(collect()))).toMatchObject({ name: "AccessDeniedException" });
    });
  });
});
