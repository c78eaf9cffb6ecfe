/** U1: a folder of 4000 small files through a client that the user made, against a bare loop of PutObjectCommand. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { Session } from "../../src/session/index.js";
import { bench } from "../harness.js";
import { noteSink, s3Client } from "./settings.js";
import { type Sink, startSink } from "./sink.js";

const FILES = 4000;
let sink: Sink | undefined;

await bench(import.meta.url, {
  title: `Upload of ${FILES} files of 163 bytes, 16 at once`,
  prepare: async (dir) => {
    sink = await startSink();
    noteSink(dir, sink);
    mkdirSync(join(dir, "files"));
    for (let index = 0; index < FILES; index++) {
      writeFileSync(join(dir, "files", `${String(index).padStart(5, "0")}.png`), Buffer.alloc(163, index));
    }
  },
  variants: {
    ours: async (measure, dir) => {
      const session = new Session({ region: "us-east-1", clients: { s3: s3Client(dir) } });
      await measure(() => session.uploadData(join(dir, "files"), { bucket: "bucket", keyPrefix: "data" }));
    },
    bareLoop: async (measure, dir) => {
      const client = s3Client(dir);
      await measure(async () => {
        const names = readdirSync(join(dir, "files"));
        let next = 0;
        const worker = async (): Promise<void> => {
          while (next < names.length) {
            const name = names[next++] ?? "";
            const Body = await readFile(join(dir, "files", name));
            await client.send(new PutObjectCommand({ Bucket: "bucket", Key: `data/${name}`, Body }));
          }
        };
        await Promise.all(Array.from({ length: 16 }, worker));
      });
    },
  },
  comparisons: [{ id: "U1", work: "4000 small objects", ours: "ours", peer: "bareLoop", goal: 1.1 }],
});
sink?.stop();
