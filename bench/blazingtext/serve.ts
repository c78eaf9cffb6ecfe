// Lines that one loaded model answers per second of CPU: a batch request of JSON Lines against C++ fastText's own
// predictions of the same lines, which neither parses nor writes JSON.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { engine } from "../../src/local/engines/blazingtext/engine.js";
import { bench } from "../harness.js";
import { runJob } from "./engine-runs.js";
import { missingPeer, peer } from "./peer.js";
import { chapterText, writeTexts } from "./texts.js";

const missing = missingPeer();

await bench(import.meta.url, {
  title: "BlazingText engine: serving",
  prepare: (dir) => writeTexts(dir, { chapter: chapterText() }),
  variants: {
    ours: async (measure, dir) => {
      const { modelDir } = await runJob(dir, "chapter", { buckets: "200000" });
      const model = await engine.load({
        modelDir,
        environment: {},
        instanceType: "ml.m4.xlarge",
        settings: { seed: 1, threads: 1 },
        log: () => undefined,
      });
      const texts = readFileSync(join(dir, "chapter.test.txt"), "utf8").trimEnd().split("\n");
      const records = texts.map((line) => `${JSON.stringify({ source: line.slice(line.indexOf(" ") + 1) })}\n`);
      const body = new TextEncoder().encode(records.join("").repeat(10));
      // A served model is warm: its code has been compiled by earlier requests.
      await model.invoke({ body, contentType: "application/jsonlines", accept: undefined });
      const start = process.cpuUsage();
      let milliseconds = 0;
      await measure(
        async () => {
          for (let request = 0; request < 10; request++) {
            await model.invoke({ body, contentType: "application/jsonlines", accept: undefined });
          }
          const used = process.cpuUsage(start);
          milliseconds = (used.user + used.system) / 1000;
        },
        () => ({ linesPerSecond: (texts.length * 100 * 1000) / milliseconds }),
      );
    },
    "C++": peer(["serve", "chapter"], missing),
  },
  comparisons: [
    { id: "B10", work: "lines per second", ours: "ours", metric: "linesPerSecond", goal: 20_000, goalIs: "at least" },
    { id: "B11", work: "CPU for the same lines", ours: "ours", peer: "C++", goal: 3 },
  ],
  rounds: 3,
});
