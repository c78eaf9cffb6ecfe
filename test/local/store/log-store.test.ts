import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLogFile, readLogFileBackwards, seekLogTime } from "../../../src/local/store/log-file.js";
import { FileLogStore } from "../../../src/local/store/log-store.js";
import { collect, temporaryFolder } from "../support.js";

const group = "/aws/sagemaker/TrainingJobs";
const stream = "job/algo-1-1700000000";

describe("FileLogStore", () => {
  it("appends JSON lines to a file per stream", async () => {
    const folder = temporaryFolder();
    const store = new FileLogStore(folder);
    await store.append(group, stream, [{ timestamp: 1, message: "first\nline" }]);
    await store.append(group, stream, [
      { timestamp: 2, message: "second" },
      { timestamp: 2, message: "" },
    ]);

    const path = join(folder, "+aws+sagemaker+TrainingJobs", "job+algo-1-1700000000.jsonl");
    expect((await readFile(path, "utf8")).split("\n").slice(0, 2)).toEqual([
      '{"timestamp":1,"message":"first\\nline"}',
      '{"timestamp":2,"message":"second"}',
    ]);
    expect((await collect(readLogFile(path, 0))).map(({ message }) => message)).toEqual(["first\nline", "second", ""]);
  });

  it("lists groups and streams by their names", async () => {
    const store = new FileLogStore(temporaryFolder());
    await store.append(group, stream, []);
    await store.append(group, "a+b %2F/c", [{ timestamp: 1, message: "odd" }]);
    await store.append("/aws/sagemaker/Endpoints/e", "AllTraffic/i-0", [{ timestamp: 1, message: "up" }]);

    expect(await store.groups()).toEqual(["/aws/sagemaker/Endpoints/e", group]);
    expect(await store.groups("/aws/sagemaker/T")).toEqual([group]);
    expect(await store.streamNames(group)).toEqual(["a+b %2F/c", stream]);
    expect(await store.streamNames(group, "job/")).toEqual([stream]);
    expect(await store.streamNames("/aws/nothing")).toBeUndefined();
  });

  it("never lets time run backwards, not even over a restart", async () => {
    const folder = temporaryFolder();
    await new FileLogStore(folder).append(group, stream, [
      { timestamp: 100, message: "a" },
      { timestamp: 50, message: "b" },
    ]);
    const store = new FileLogStore(folder);
    await store.append(group, stream, [{ timestamp: 70, message: "c" }]);

    const { path = "" } = (await store.file(group, stream)) ?? {};
    expect((await collect(readLogFile(path, 0))).map(({ timestamp }) => timestamp)).toEqual([100, 100, 100]);
  });

  it("keeps the order of concurrent appends", async () => {
    const store = new FileLogStore(temporaryFolder());
    const messages = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    await Promise.all(messages.map((message) => store.append(group, stream, [{ timestamp: 1, message }])));
    const { path = "" } = (await store.file(group, stream)) ?? {};
    expect((await collect(readLogFile(path, 0))).map(({ message }) => message)).toEqual(messages);
  });

  it("leaves out a line that a crash cut, and goes on after it", async () => {
    const folder = temporaryFolder();
    const store = new FileLogStore(folder);
    await store.append(group, stream, [{ timestamp: 1, message: "whole" }]);
    const { path = "" } = (await store.file(group, stream)) ?? {};
    await appendFile(path, '{"timestamp":2,"mess');
    expect(await collect(readLogFile(path, 0))).toHaveLength(1);

    await new FileLogStore(folder).append(group, stream, [{ timestamp: 3, message: "next" }]);

    expect((await collect(readLogFile(path, 0))).map(({ message }) => message)).toEqual(["whole", "next"]);
  });
});

describe("reading a long log file", () => {
  it("finds times and last events without reading everything", async () => {
    const store = new FileLogStore(temporaryFolder());
    const events = Array.from({ length: 30_000 }, (_, index) => ({
      timestamp: 1000 + Math.floor(index / 3),
      message: `message ${index} ${"é".repeat(index % 50)}`,
    }));
    await store.append(group, stream, events);
    const { path = "", sizeBytes = 0 } = (await store.file(group, stream)) ?? {};

    const position = await seekLogTime(path, sizeBytes, 8_000);
    expect(position).toBeGreaterThan(0);
    const first = (await collect(readLogFile(path, position))).find(({ timestamp }) => timestamp >= 8_000);
    expect(first?.message).toMatch(/^message 21000 /u);

    const last = await readLogFileBackwards(path, sizeBytes, 2, () => true);
    expect(last.map(({ message }) => message.split(" ")[1])).toEqual(["29998", "29999"]);
    const odd = await readLogFileBackwards(path, sizeBytes, 2, ({ timestamp }) => timestamp === 1000);
    expect(odd.map(({ message }) => message.split(" ")[1])).toEqual(["1", "2"]);
    const [event] = last;
    const middle = await collect(readLogFile(path, (event?.start ?? 0) + 1, sizeBytes, true));
    expect(middle.map(({ message }) => message.split(" ")[1])).toEqual(["29999"]);
  });
});
