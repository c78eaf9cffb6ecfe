import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ByteBudget } from "../../src/session/byte-budget.js";
import { PartPool } from "../../src/session/part-pool.js";
import { readWhole } from "../../src/session/read-whole.js";
import { rejection } from "./aws.js";

/** Lets everything run that is ready to. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("ByteBudget", () => {
  it("lets in as much as fits, in the order of coming, and one that is too large alone", async () => {
    const budget = new ByteBudget(10);
    const started: string[] = [];
    const finish: Record<string, () => void> = {};
    const hold = (name: string, bytes: number): Promise<void> =>
      budget.hold(bytes, () => {
        started.push(name);
        return new Promise((resolve) => {
          finish[name] = resolve;
        });
      });
    const all = [hold("a", 6), hold("b", 4), hold("huge", 50), hold("c", 1)];
    await settled();
    expect(started).toEqual(["a", "b"]);
    finish["a"]?.();
    await settled();
    expect(started).toEqual(["a", "b"]);
    finish["b"]?.();
    await settled();
    expect(started).toEqual(["a", "b", "huge"]);
    finish["huge"]?.();
    await settled();
    expect(started).toEqual(["a", "b", "huge", "c"]);
    finish["c"]?.();
    await Promise.all(all);
  });

  it("frees what failed work held", async () => {
    const budget = new ByteBudget(1);
    await expect(budget.hold(1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await budget.hold(1, async () => "yes")).toBe("yes");
  });
});

describe("PartPool", () => {
  const { signal } = new AbortController();

  it("gives out so many buffers at once and uses them again", async () => {
    const pool = new PartPool(2);
    const [first, second] = [await pool.take(100, signal), await pool.take(100, signal)];
    expect([first.length, second.length]).toEqual([100, 100]);
    let third: Buffer | undefined;
    const waiting = pool.take(100, signal).then((buffer) => {
      third = buffer;
    });
    await settled();
    expect(third).toBeUndefined();
    pool.give(first);
    await waiting;
    expect(third).toBe(first);
  });

  it("replaces a buffer that is too small", async () => {
    const pool = new PartPool(1);
    pool.give(await pool.take(10, signal));
    expect((await pool.take(20, signal)).length).toBe(20);
  });

  it("ends the waiting at an abort without losing the turn", async () => {
    const pool = new PartPool(1);
    const only = await pool.take(10, signal);
    const controller = new AbortController();
    const gaveUp = rejection(pool.take(10, controller.signal));
    const next = pool.take(10, signal);
    controller.abort("enough");
    expect(await gaveUp).toBe("enough");
    expect(await rejection(pool.take(10, controller.signal))).toBe("enough");
    pool.give(only);
    expect(await next).toBe(only);
  });
});

describe("readWhole", () => {
  it("gives the file as it is now, also when its size has changed", async () => {
    const dir = await mkdtemp(join(tmpdir(), "read-"));
    const path = join(dir, "a");
    await writeFile(path, "hello");
    for (const size of [5, 3, 9, 0]) expect(String(await readWhole(path, size))).toBe("hello");
    expect(await rejection(readWhole(join(dir, "nothing"), 1))).toMatchObject({ code: "ENOENT" });
    expect(await rejection(readWhole(dir, 1))).toMatchObject({ code: "EISDIR" });
    await rm(dir, { recursive: true });
  });
});
