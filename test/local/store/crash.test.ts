import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readLogFile } from "../../../src/local/store/log-file.js";
import { FileLogStore } from "../../../src/local/store/log-store.js";
import { FileRecordStore } from "../../../src/local/store/record-store.js";
import { collect, openObjectStore, temporaryFolder } from "../support.js";

const child = fileURLToPath(new URL("./crash-writer.ts", import.meta.url));

/** Starts the writer, lets it finish some rounds and kills it in the middle of the next ones. */
async function writeAndKill(folder: string, rounds: number): Promise<void> {
  const writer = spawn(process.execPath, ["--import", "tsx", child, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = new Promise((resolve) => writer.once("exit", resolve));
  let done = 0;
  for await (const output of writer.stdout) {
    done += String(output).split("\n").length - 1;
    if (done >= rounds) break;
  }
  writer.kill("SIGKILL");
  await exit;
  expect(done).toBeGreaterThanOrEqual(rounds);
}

describe("a store whose process was killed", () => {
  it("has no torn object, record or log event", async () => {
    const folder = temporaryFolder();
    for (const rounds of [5, 23, 61]) {
      await writeAndKill(folder, rounds);

      const objects = await collect(openObjectStore(folder).list("bucket", ""));
      expect(objects.length).toBeGreaterThan(0);
      for (const object of objects) {
        const bytes = await readFile(object.path);
        expect(Number(bytes.subarray(0, 8).toString())).toBe(bytes.length);
        expect(bytes.subarray(8).every((byte) => byte === bytes[8])).toBe(true);
        expect(object.etag).toBe(createHash("md5").update(bytes).digest("hex"));
        // Metadata belongs to these very bytes, or is gone when the crash came between the two renames.
        expect([String(bytes.length), undefined]).toContain(object.metadata["length"]);
      }
      const records = new FileRecordStore(join(folder, "records"), join(folder, "tmp"));
      for (const record of await records.list<{ round: number; end: number }>("job")) {
        expect(record.end).toBe(record.round);
      }
      const logs = new FileLogStore(join(folder, "logs"));
      await logs.append("group", "stream", [{ timestamp: 0, message: "after the crash" }]);
      const { path = "" } = (await logs.file("group", "stream")) ?? {};
      const events = await collect(readLogFile(path, 0));
      expect(events.at(-1)?.message).toBe("after the crash");
      for (const event of events) expect(event.message).toMatch(/^round \d+ x{200}$|^after the crash$/u);
    }
  }, 30_000);
});
