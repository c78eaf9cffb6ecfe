import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readJsonLines, writeJsonLines } from "../../src/formats/index.js";
import { bench } from "../harness.js";
import { pairs } from "./data.js";
import { pythonWith } from "./python-peers.js";

const records = 1_000_000;
interface Source {
  readonly source: string;
}

function* sources(): Generator<Source, void, void> {
  for (const { text } of pairs(records)) yield { source: text };
}

const megabytes = (dir: string): Record<string, number> => ({ fileMb: statSync(join(dir, "in.jsonl")).size / 1e6 });

await bench(import.meta.url, {
  title: "JSON Lines: read 1M {source} records and use each",
  rounds: 3,
  prepare: (dir) => writeJsonLines(join(dir, "in.jsonl"), sources()),
  variants: {
    "readJsonLines batches": (measure, dir) => {
      let characters = 0;
      return measure(
        async () => {
          for await (const batch of readJsonLines<Source>(join(dir, "in.jsonl")).batches()) {
            for (const record of batch) characters += record.source.length;
          }
        },
        () => ({ ...megabytes(dir), characters }),
      );
    },
    "readJsonLines one by one": (measure, dir) => {
      let characters = 0;
      return measure(
        async () => {
          for await (const record of readJsonLines<Source>(join(dir, "in.jsonl"))) characters += record.source.length;
        },
        () => ({ characters }),
      );
    },
    "orjson.loads": pythonWith(
      "orjson",
      `
import os, orjson
from measure import measure
loads = orjson.loads
with measure():
    characters = 0
    with open(os.environ["BENCH_DIR"] + "/in.jsonl", "rb") as f:
        for line in f:
            characters += len(loads(line)["source"])
`,
      [],
      true,
    ),
    "readline + JSON.parse": (measure, dir) => {
      let characters = 0;
      return measure(
        async () => {
          const lines = createInterface({
            input: createReadStream(join(dir, "in.jsonl")),
            crlfDelay: Number.POSITIVE_INFINITY,
          });
          for await (const line of lines) characters += (JSON.parse(line) as Source).source.length;
        },
        () => ({ characters }),
      );
    },
  },
  comparisons: [
    { id: "R1", work: "read, batches", ours: "readJsonLines batches", peer: "orjson.loads", goal: 1.25 },
    { id: "R2", work: "read, batches", ours: "readJsonLines batches", peer: "readline + JSON.parse", goal: 0.75 },
    { id: "R2b", work: "read, one by one", ours: "readJsonLines one by one", peer: "readline + JSON.parse", goal: 1 },
  ],
});
