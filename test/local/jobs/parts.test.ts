import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { relativeName } from "../../../src/local/jobs/data-source.js";
import { LogWriter } from "../../../src/local/jobs/log-writer.js";
import { compileMetricRegex, MetricReader } from "../../../src/local/jobs/metrics.js";
import { ModelCache } from "../../../src/local/jobs/model-cache.js";
import { Slots } from "../../../src/local/jobs/slots.js";
import { PayloadTooLarge, payloads } from "../../../src/local/jobs/transform-payloads.js";
import { MemoryLogs } from "./harness.js";

describe("relativeName", () => {
  it.each([
    ["data/train/a/b.txt", "data/train/", "a/b.txt"],
    ["data/train/a/b.txt", "data/train", "a/b.txt"],
    ["data/train/a.txt", "data/tr", "train/a.txt"],
    ["data/train.txt", "data/train.txt", "train.txt"],
    ["a.txt", "", "a.txt"],
    ["deep/a.txt", "", "deep/a.txt"],
  ])("of %s below %s is %s", (key, prefix, name) => {
    expect(relativeName(key, prefix)).toBe(name);
  });
});

describe("MetricReader", () => {
  it("reads the first group of each expression that is a number", () => {
    const reader = new MetricReader([
      { Name: "accuracy", Regex: "#train_accuracy: (\\S+)" },
      { Name: "speed", Regex: "Million Words/sec: (?P<speed>[0-9.]+)" },
    ]);
    expect(reader.read("#train_accuracy: 0.9908")).toEqual([["accuracy", 0.9908]]);
    expect(reader.read("Million Words/sec: 1.13 #####")).toEqual([["speed", 1.13]]);
    expect(reader.read("#train_accuracy: nan")).toEqual([]);
  });

  it("refuses an expression that JavaScript does not know", () => {
    expect(() => compileMetricRegex("(?<=a(")).toThrow(SyntaxError);
    expect(compileMetricRegex("(?i)LOSS=(.*)").exec("loss=1")?.[1]).toBe("1");
  });
});

describe("LogWriter", () => {
  it("appends in batches, in order, with timestamps that never fall", async () => {
    vi.useFakeTimers();
    const logs = new MemoryLogs();
    const append = vi.spyOn(logs, "append");
    const times = [5, 3, 9];
    const writer = new LogWriter(logs, "g", "s", () => times.shift() ?? 0);
    for (const line of ["a", "b", "c"]) writer.write(line);
    expect(append).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60);
    expect(append).toHaveBeenCalledTimes(1);
    expect(logs.events.map(({ event }) => [event.timestamp, event.message])).toEqual([
      [5, "a"],
      [5, "b"],
      [9, "c"],
    ]);
  });

  it("reports at the flush that the store failed", async () => {
    const writer = new LogWriter({ append: () => Promise.reject(new Error("disk full")) }, "g", "s", () => 1);
    writer.write("a");
    await expect(writer.flush()).rejects.toThrow("disk full");
  });
});

describe("ModelCache", () => {
  it("keeps the newest seeds, and those that somebody has served", async () => {
    const root = await mkdtemp(join(tmpdir(), "cache-"));
    try {
      const cache = new ModelCache(join(root, "models"));
      for (let index = 0; index < 7; index++) {
        const folder = join(root, `trained-${index}`);
        await mkdir(folder);
        await cache.seed({ etag: `etag${index}`, sizeBytes: 1 }, folder);
        if (index === 0) expect(await cache.find("etag0-1")).toBe(join(root, "models", "etag0-1"));
      }
      expect((await readdir(join(root, "models"))).sort()).toEqual([0, 3, 4, 5, 6].map((index) => `etag${index}-1`));
      await cache.prune(new Set(["etag4-1"]));
      expect(await readdir(join(root, "models"))).toEqual(["etag4-1"]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});

describe("Slots", () => {
  it("gives slots in the order of asking, and skips who has given up", async () => {
    const slots = new Slots(1);
    const never = new AbortController().signal;
    const impatient = new AbortController();
    const order: string[] = [];
    const release = await slots.acquire(never);
    const gone = slots.acquire(impatient.signal);
    const next = slots.acquire(never).then((free) => {
      order.push("next");
      free();
    });
    const last = slots.acquire(never).then(() => order.push("last"));
    impatient.abort(new Error("enough"));
    await expect(gone).rejects.toThrow("enough");
    release();
    release();
    await Promise.all([next, last]);
    expect(order).toEqual(["next", "last"]);
  });
});

describe("payloads", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "payloads-"));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function cut(
    content: string | Uint8Array,
    options: Partial<Parameters<typeof payloads>[1]>,
  ): Promise<string[]> {
    const path = join(folder, "input");
    await writeFile(path, content);
    const bodies: string[] = [];
    const all = { split: "Line", strategy: "MultiRecord", gzip: false, maxBytes: 100, ...options } as const;
    for await (const body of payloads(path, all)) bodies.push(Buffer.from(body).toString("utf8"));
    return bodies;
  }

  it("fills requests with whole lines up to their limit", async () => {
    expect(await cut("aa\nbb\ncc\n", { maxBytes: 5 })).toEqual(["aa\nbb", "cc"]);
    expect(await cut("aa\nbb\ncc", { maxBytes: 100 })).toEqual(["aa\nbb\ncc"]);
  });

  it("keeps empty lines, but starts no record behind the last line feed", async () => {
    expect(await cut("\n\na\n", { strategy: "SingleRecord" })).toEqual(["", "", "a"]);
    expect(await cut("\n\na\n", {})).toEqual(["\n\na"]);
    expect(await cut("", {})).toEqual([]);
  });

  it("refuses a line that alone is too long", async () => {
    await expect(cut("ok\nxxxxxx\n", { maxBytes: 5 })).rejects.toBeInstanceOf(PayloadTooLarge);
    await expect(cut("xxxxxx", { maxBytes: 5, split: "None" })).rejects.toBeInstanceOf(PayloadTooLarge);
  });

  it("loses no byte, wherever chunks and requests end", async () => {
    const line = fc.string({ unit: fc.constantFrom("a", "é", "\r", " "), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.integer({ min: 80, max: 400 }),
        async (lines, maxBytes) => {
          const text = lines.map((one) => `${one}\n`).join("");
          const bodies = await cut(text, { maxBytes });
          expect(bodies.map((body) => `${body}\n`).join("")).toBe(text);
          for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(maxBytes);
          expect(await cut(text, { strategy: "SingleRecord", maxBytes })).toEqual(lines);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("cuts a file that is larger than what it reads at once", async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index} ${"x".repeat(index % 50)}`);
    expect(await cut(lines.join("\n"), { strategy: "SingleRecord" })).toEqual(lines);
    const bodies = await cut(lines.join("\n"), { maxBytes: 100_000 });
    expect(bodies.length).toBeGreaterThan(15);
    expect(bodies.join("\n")).toBe(lines.join("\n"));
  });
});
