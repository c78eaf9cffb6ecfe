// Runs in a child process that is killed: writes objects, records and log lines as fast as it can, and says what is done.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { FileLogStore } from "../../../src/local/store/log-store.js";
import { FileObjectStore } from "../../../src/local/store/object-store.js";
import { FileRecordStore } from "../../../src/local/store/record-store.js";

const folder = process.argv[2] ?? "";
for (const name of ["s3", "tmp"]) mkdirSync(join(folder, name), { recursive: true });
const objects = new FileObjectStore(join(folder, "s3"), join(folder, "tmp"));
const records = new FileRecordStore(join(folder, "records"), join(folder, "tmp"));
const logs = new FileLogStore(join(folder, "logs"));
if (!(await objects.bucketExists("bucket"))) await objects.createBucket("bucket");

/** Bytes that tell by themselves whether they are whole: one repeated byte, its count in front. */
function content(round: number): Buffer {
  const length = 1000 + ((round * 7919) % 300_000);
  const bytes = Buffer.alloc(length, 97 + (round % 26));
  bytes.write(String(length).padStart(8, "0"));
  return bytes;
}

async function writer(number: number): Promise<void> {
  for (let round = number; ; round += 4) {
    const key = `key-${round % 10}`;
    const bytes = content(round);
    const upload = objects.createWriter(["CRC32"], bytes.length);
    await upload.write(bytes);
    const description = { headers: { "content-type": "text/plain" }, metadata: { length: String(bytes.length) } };
    await objects.commit("bucket", key, await upload.finish(), description);
    await records.write("job", `job-${round % 5}`, { round, padding: "p".repeat(5000), end: round });
    await logs.append("group", "stream", [{ timestamp: round, message: `round ${round} ${"x".repeat(200)}` }]);
    process.stdout.write(`${round}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(writer));
