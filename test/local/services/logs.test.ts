import { join } from "node:path";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalSageMaker } from "../../../src/local/index.js";
import { FileLogStore } from "../../../src/local/store/log-store.js";

const logGroupName = "/aws/sagemaker/TrainingJobs";
const logStreamName = "job-1/algo-1-1700000000";

/** The service, and its log files as a job would write them. */
async function newLogs() {
  const local = await LocalSageMaker.create({ root: "temporary" });
  const logs = new CloudWatchLogsClient({ ...local.clientSettings, maxAttempts: 1 });
  onTestFinished(() => local.close());
  return { local, logs, store: new FileLogStore(join(local.root, "logs")) };
}

const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ timestamp: 1000 + from + index, message: `line ${from + index}` }));

describe("GetLogEvents", () => {
  it("tails a stream: forward pages until the token repeats, then what is new", async () => {
    const { logs, store } = await newLogs();
    await store.append(logGroupName, logStreamName, lines(5));
    const page = (nextToken?: string) =>
      logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, limit: 2, nextToken }));

    const messages: string[] = [];
    let token: string | undefined;
    let calls = 0;
    for (;;) {
      const { events, nextForwardToken } = await page(token);
      calls++;
      messages.push(...(events?.map(({ message }) => message ?? "") ?? []));
      if (nextForwardToken === token) break;
      token = nextForwardToken;
    }
    expect(messages).toEqual(["line 0", "line 1", "line 2", "line 3", "line 4"]);
    expect(calls).toBe(4);

    await store.append(logGroupName, logStreamName, lines(1, 5));
    const { events, nextForwardToken } = await page(token);
    expect(events).toMatchObject([{ message: "line 5", timestamp: 1005 }]);
    expect(nextForwardToken).not.toBe(token);
    expect((await page(nextForwardToken)).nextForwardToken).toBe(nextForwardToken);
  });

  it("starts with the last events and pages backwards", async () => {
    const { logs, store } = await newLogs();
    await store.append(logGroupName, logStreamName, lines(5));
    const page = (nextToken?: string) =>
      logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 2, nextToken }));
    const last = await page();
    expect(last.events?.map(({ message }) => message)).toEqual(["line 3", "line 4"]);
    const middle = await page(last.nextBackwardToken);
    expect(middle.events?.map(({ message }) => message)).toEqual(["line 1", "line 2"]);
    const first = await page(middle.nextBackwardToken);
    expect(first.events?.map(({ message }) => message)).toEqual(["line 0"]);
    const beyond = await page(first.nextBackwardToken);
    expect(beyond.events).toEqual([]);
    expect(beyond.nextBackwardToken).toBe(first.nextBackwardToken);
    expect((await page(last.nextForwardToken)).events).toEqual([]);
    expect((await page(first.nextForwardToken)).events?.map(({ message }) => message)).toEqual(["line 1", "line 2"]);
  });

  it("takes the start of a time range in and leaves its end out", async () => {
    const { logs, store } = await newLogs();
    await store.append(logGroupName, logStreamName, lines(5));
    const get = async (input: Partial<GetLogEventsCommandInput>) =>
      (await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, ...input }))).events?.length;
    for (const startFromHead of [true, false]) {
      expect(await get({ startTime: 1001, endTime: 1003, startFromHead })).toBe(2);
      expect(await get({ startTime: 1004, startFromHead })).toBe(1);
      expect(await get({ endTime: 1000, startFromHead })).toBe(0);
    }
  });

  it("answers at most one megabyte at once and still everything in the end", async () => {
    const { logs, store } = await newLogs();
    const big = Array.from({ length: 30 }, (_, index) => ({
      timestamp: index,
      message: `${index}`.padEnd(100_000, "x"),
    }));
    await store.append(logGroupName, logStreamName, big);
    const counts: number[] = [];
    for (let token: string | undefined; ; ) {
      const input = { logGroupName, logStreamName, startFromHead: true, nextToken: token };
      const { events, nextForwardToken } = await logs.send(new GetLogEventsCommand(input));
      if (nextForwardToken === token) break;
      counts.push(events?.length ?? 0);
      token = nextForwardToken;
    }
    expect(counts).toEqual([10, 10, 10]);
    const last = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));
    expect(last.events?.map(({ timestamp }) => timestamp)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  });

  it("says what does not exist and what makes no sense", async () => {
    const { logs, store } = await newLogs();
    const get = (input: Partial<GetLogEventsCommandInput>) =>
      logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, ...input }));
    await expect(get({})).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "The specified log group does not exist.",
    });
    await store.append(logGroupName, "other", lines(1));
    await expect(get({})).rejects.toMatchObject({ message: "The specified log stream does not exist." });
    await store.append(logGroupName, logStreamName, lines(1));
    await expect(get({ nextToken: "x" })).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(get({ limit: 0 })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});

describe("DescribeLogStreams", () => {
  it("describes streams by prefix, and has a token only when there is more", async () => {
    const { logs, store } = await newLogs();
    for (const name of ["job-1/b", "job-1/a", "job-2/a"]) await store.append(logGroupName, name, lines(2));
    const describeStreams = (input: object) => logs.send(new DescribeLogStreamsCommand({ logGroupName, ...input }));
    const found = await describeStreams({ logStreamNamePrefix: "job-1/" });
    expect(found.logStreams?.map((stream) => stream.logStreamName)).toEqual(["job-1/a", "job-1/b"]);
    expect(found.logStreams?.[0]).toMatchObject({ firstEventTimestamp: 1000, lastEventTimestamp: 1001 });
    expect(found.logStreams?.[0]?.arn).toBe(
      "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:log-stream:job-1/a",
    );
    expect("nextToken" in found).toBe(false);
    expect((await describeStreams({ logStreamNamePrefix: "none" })).logStreams).toEqual([]);

    const page = await describeStreams({ limit: 2 });
    expect(page.logStreams).toHaveLength(2);
    const rest = await describeStreams({ limit: 2, nextToken: page.nextToken });
    expect(rest.logStreams?.map((stream) => stream.logStreamName)).toEqual(["job-2/a"]);
    expect(rest.nextToken).toBeUndefined();
    await expect(describeStreams({ nextToken: "x" })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("orders by the time of the last event", async () => {
    const { logs, store } = await newLogs();
    await store.append(logGroupName, "a", lines(1, 50));
    await store.append(logGroupName, "b", lines(1, 10));
    const input = { logGroupName, orderBy: "LastEventTime", descending: true } as const;
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand(input));
    expect(logStreams?.map((stream) => stream.logStreamName)).toEqual(["a", "b"]);
    await expect(logs.send(new DescribeLogStreamsCommand({ ...input, logStreamNamePrefix: "a" }))).rejects.toThrow(
      "Cannot order by LastEventTime with a logStreamNamePrefix.",
    );
  });

  it("says that a group does not exist", async () => {
    const { logs } = await newLogs();
    await expect(logs.send(new DescribeLogStreamsCommand({ logGroupName }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("DescribeLogGroups", () => {
  it("lists the groups that jobs have written to", async () => {
    const { logs, store } = await newLogs();
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
    await store.append(logGroupName, logStreamName, lines(1));
    await store.append("/aws/sagemaker/Endpoints/e", "AllTraffic/i-0", lines(1));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/sagemaker/T" }));
    expect(logGroups?.map((group) => group.logGroupName)).toEqual([logGroupName]);
    expect(logGroups?.[0]?.storedBytes).toBeGreaterThan(0);
  });
});

describe("FilterLogEvents", () => {
  it("merges streams by time and pages without losing or repeating an event", async () => {
    const { logs, store } = await newLogs();
    await store.append(
      logGroupName,
      "a",
      [0, 2, 4, 6].map((time) => ({ timestamp: time, message: `a${time}` })),
    );
    await store.append(
      logGroupName,
      "b",
      [1, 2, 2, 5].map((time) => ({ timestamp: time, message: `b${time}` })),
    );
    for (const limit of [1, 3, 100]) {
      const messages: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await logs.send(new FilterLogEventsCommand({ logGroupName, limit, nextToken }));
        messages.push(...(page.events?.map(({ message }) => message ?? "") ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(messages).toEqual(["a0", "b1", "a2", "b2", "b2", "a4", "b5", "a6"]);
    }
    const range = { logGroupName, startTime: 2, endTime: 5, logStreamNames: ["b"] };
    const { events } = await logs.send(new FilterLogEventsCommand(range));
    expect(events).toMatchObject([
      { message: "b2", logStreamName: "b", timestamp: 2 },
      { message: "b2", logStreamName: "b", timestamp: 2 },
    ]);
    expect(new Set(events?.map(({ eventId }) => eventId)).size).toBe(2);
  });

  it.each([
    ["", ["ERROR disk full", "error: disk", "train loss 0.5", "train loss=1"]],
    ["ERROR", ["ERROR disk full"]],
    ["train 0.5", ["train loss 0.5"]],
    ['"disk full"', ["ERROR disk full"]],
    ["?ERROR ?error", ["ERROR disk full", "error: disk"]],
    ["disk -full", ["error: disk"]],
    ["%loss[ =]\\d%", ["train loss 0.5", "train loss=1"]],
    ["nothing", []],
  ])("filters by the pattern %j", async (filterPattern, expected) => {
    const { logs, store } = await newLogs();
    const messages = ["ERROR disk full", "error: disk", "train loss 0.5", "train loss=1"];
    await store.append(
      logGroupName,
      "a",
      messages.map((message, timestamp) => ({ timestamp, message })),
    );
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }));
    expect(events?.map(({ message }) => message)).toEqual(expected);
  });

  it("refuses patterns on fields, bad tokens and unknown streams", async () => {
    const { logs, store } = await newLogs();
    await store.append(logGroupName, "a", lines(1));
    const filter = (input: object) => logs.send(new FilterLogEventsCommand({ logGroupName, ...input }));
    await expect(filter({ filterPattern: "{ $.a = 1 }" })).rejects.toThrow(
      "[local mode] Only filter patterns of terms",
    );
    await expect(filter({ nextToken: "x" })).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(filter({ logStreamNames: ["b"] })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(filter({ logStreamNames: ["a"], logStreamNamePrefix: "a" })).rejects.toThrow("mutually exclusive");
  });
});
