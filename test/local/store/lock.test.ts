import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isStoreInUse, StoreLock } from "../../../src/local/store/lock.js";
import { temporaryFolder } from "../support.js";

/** Leaves a lock as another process would. */
async function leaveLock(root: string, owner: Record<string, unknown>): Promise<string> {
  await mkdir(join(root, "lock"));
  const path = join(root, "lock", "owner.json");
  const defaults = { host: hostname(), since: "2026-01-01T00:00:00.000Z", token: "theirs" };
  await writeFile(path, JSON.stringify({ ...defaults, ...owner }));
  return path;
}

/** Process id of a process that has just ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  return child.pid ?? 0;
}

describe("StoreLock", () => {
  it("keeps a second opener out and says who holds the store", async () => {
    const root = temporaryFolder();
    const lock = await StoreLock.acquire(root);

    await expect(StoreLock.acquire(root)).rejects.toMatchObject({
      code: "LOCAL_STORE_LOCKED",
      message: expect.stringContaining("by this process (pass the open LocalSageMaker as `service`"),
    });
    expect(await isStoreInUse(root)).toBe(true);

    await lock.release();
    expect(await isStoreInUse(root)).toBe(false);
    await (await StoreLock.acquire(root)).release();
    expect(await readdir(root)).toEqual([]);
  });

  it("names the process and host that hold it", async () => {
    const root = temporaryFolder();
    const parent = process.ppid;
    await leaveLock(root, { pid: parent });

    await expect(StoreLock.acquire(root)).rejects.toThrow(`by process ${parent} on ${hostname()} (close it first)`);
  });

  it("takes over from a process that is gone", async () => {
    const root = temporaryFolder();
    await leaveLock(root, { pid: await deadProcess() });

    const lock = await StoreLock.acquire(root);

    expect(JSON.parse(await readFile(join(root, "lock/owner.json"), "utf8"))).toMatchObject({ pid: process.pid });
    expect(await readdir(root)).toEqual(["lock"]);
    await lock.release();
  });

  it.runIf(process.platform === "linux")("is not fooled by a process id that was given out again", async () => {
    const root = temporaryFolder();
    await leaveLock(root, { pid: process.ppid, processStart: "1" });

    await (await StoreLock.acquire(root)).release();
  });

  it("believes an owner on another host as long as its heartbeat is fresh", async () => {
    const root = temporaryFolder();
    const owner = await leaveLock(root, { pid: 1, host: "elsewhere" });
    await expect(StoreLock.acquire(root)).rejects.toThrow("by process 1 on elsewhere");

    const longAgo = new Date(Date.now() - 31_000);
    await utimes(owner, longAgo, longAgo);
    await (await StoreLock.acquire(root)).release();
  });

  it("lets exactly one of many openers through, also over a stale lock", async () => {
    const root = temporaryFolder();
    await leaveLock(root, { pid: await deadProcess() });

    const results = await Promise.allSettled(Array.from({ length: 8 }, () => StoreLock.acquire(root)));

    const locks = results.filter((result) => result.status === "fulfilled");
    expect(locks).toHaveLength(1);
    await locks[0]?.value.release();
  });

  it("does not release a lock that somebody else has taken over", async () => {
    const root = temporaryFolder();
    const lock = await StoreLock.acquire(root);
    await writeFile(
      join(root, "lock/owner.json"),
      JSON.stringify({ pid: process.ppid, host: hostname(), token: "theirs" }),
    );

    await lock.release();

    expect(await isStoreInUse(root)).toBe(true);
  });
});
