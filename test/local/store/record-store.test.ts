import { mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileRecordStore } from "../../../src/local/store/record-store.js";
import { temporaryFolder } from "../support.js";

function newRecordStore(): { store: FileRecordStore; folder: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "tmp"));
  return { store: new FileRecordStore(join(folder, "records"), join(folder, "tmp")), folder };
}

describe("FileRecordStore", () => {
  it("keeps records as readable JSON files and lists them by name", async () => {
    const { store, folder } = newRecordStore();
    await store.write("training-job", "job-b", { name: "job-b" });
    await store.write("training-job", "job-a", { name: "job-a" });
    await store.write("model", "model", {});

    expect(await readFile(join(folder, "records/training-job/job-a.json"), "utf8")).toBe('{\n  "name": "job-a"\n}\n');
    expect(await store.read("training-job", "job-b")).toEqual({ name: "job-b" });
    expect(await store.list("training-job")).toEqual([{ name: "job-a" }, { name: "job-b" }]);
  });

  it("says nothing of what is not there", async () => {
    const { store } = newRecordStore();
    expect(await store.read("model", "none")).toBeUndefined();
    expect(await store.list("model")).toEqual([]);
    expect(await store.remove("model", "none")).toBe(false);
  });

  it("writes in the order it was asked to, and a read sees the writes before it", async () => {
    const { store } = newRecordStore();
    const writes = Array.from({ length: 50 }, (_, step) => store.write("job", "job", { step }));
    expect(await store.read("job", "job")).toEqual({ step: 49 });
    await Promise.all(writes);
    expect(await store.remove("job", "job")).toBe(true);
    expect(await store.read("job", "job")).toBeUndefined();
  });

  it("stores a copy: later changes of the object do not reach the file", async () => {
    const { store } = newRecordStore();
    const record = { status: "InProgress" };
    const writing = store.write("job", "job", record);
    record.status = "Completed";
    await writing;
    expect(await store.read("job", "job")).toEqual({ status: "InProgress" });
  });

  it("keeps names from leaving the folder", async () => {
    const { store, folder } = newRecordStore();
    await store.write("..", "../../escape", { safe: true });
    expect(await store.read("..", "../../escape")).toEqual({ safe: true });
    expect(await readFile(join(folder, "records/%2E%2E/%2E%2E%2F%2E%2E%2Fescape.json"), "utf8")).toContain("safe");
  });

  it("names the file that cannot be read", async () => {
    const { store, folder } = newRecordStore();
    await store.write("job", "job", {});
    await writeFile(join(folder, "records/job/job.json"), "{");
    await expect(store.list("job")).rejects.toMatchObject({
      code: "LOCAL_STORE_CORRUPT",
      message: expect.stringContaining(join("job", "job.json")),
    });
  });
});
