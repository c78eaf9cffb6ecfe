import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { fromBatches, writeJsonLines } from "../../src/formats/index.js";
import { bench, type NodeVariant } from "../harness.js";
import { loadPairs, pairs, writePairs } from "./data.js";
import { pythonWith } from "./python-peers.js";

const records = 1_000_000;
const load = (dir: string): { source: string }[] =>
  loadPairs(join(dir, "pairs.tsv")).map(({ text }) => ({ source: text }));
const loadRich = (dir: string): object[] =>
  loadPairs(join(dir, "pairs.tsv")).map(({ label, text }, id) => ({ id, label, scores: [id % 7, 0.5], source: text }));
const out = (dir: string): string => join(dir, `out-${process.pid}.jsonl`);

function* sources(count: number): Generator<{ source: string }, void, void> {
  const texts = Array.from(pairs(1000), ({ text }) => text);
  for (let index = 0; index < count; index++) yield { source: `${texts[index % 1000]} ${index}` };
}

const fromGenerator =
  (count: number): NodeVariant =>
  (measure, dir) =>
    measure(() => writeJsonLines(out(dir), sources(count)));

const orjson = (rich: boolean): string => `
import os, orjson
from measure import measure
with open(os.environ["BENCH_DIR"] + "/pairs.tsv", encoding="utf8", newline="\\n") as f:
    pairs = [line[:-1].split("\\t") for line in f]
rows = ${rich ? '[{"id": i, "label": l, "scores": [i % 7, 0.5], "source": t} for i, (l, t) in enumerate(pairs)]' : '[{"source": t} for _, t in pairs]'}
dumps = orjson.dumps
with measure():
    with open(os.environ["BENCH_DIR"] + "/orjson.jsonl", "wb") as f:
        write = f.write
        for row in rows:
            write(dumps(row))
            write(b"\\n")
`;

await bench(import.meta.url, {
  title: "JSON Lines: write 1M records",
  rounds: 3,
  prepare: (dir) => writePairs(join(dir, "pairs.tsv"), records),
  variants: {
    "writeJsonLines {source}": async (measure, dir) => {
      const rows = load(dir);
      await measure(() => writeJsonLines(out(dir), rows));
    },
    "orjson {source}": pythonWith("orjson", orjson(false), [], true),
    "writeJsonLines any": async (measure, dir) => {
      const rows = loadRich(dir);
      await measure(() => writeJsonLines(out(dir), rows));
    },
    "orjson any": pythonWith("orjson", orjson(true), [], true),
    "stringify + stream.write": async (measure, dir) => {
      const rows = loadRich(dir);
      await measure(async () => {
        const stream = createWriteStream(out(dir));
        for (const row of rows) if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, "drain");
        stream.end();
        await once(stream, "close");
      });
    },
    "writeJsonLines any, async source": async (measure, dir) => {
      const rows = loadRich(dir);
      async function* source(): AsyncGenerator<object, void, void> {
        for (const row of rows) yield row;
      }
      await measure(() => writeJsonLines(out(dir), source()));
    },
    "writeJsonLines any, async batches": async (measure, dir) => {
      const rows = loadRich(dir);
      async function* batches(): AsyncGenerator<object[], void, void> {
        for (let at = 0; at < rows.length; at += 500) yield rows.slice(at, at + 500);
      }
      await measure(() => writeJsonLines(out(dir), fromBatches(batches())));
    },
    "generated 1M": fromGenerator(records),
    "generated 4M": fromGenerator(4 * records),
    "idle Node": (measure) => measure(() => undefined),
  },
  comparisons: [
    { id: "W1", work: "write {source}", ours: "writeJsonLines {source}", peer: "orjson {source}", goal: 0.8 },
    { id: "W2", work: "write any object", ours: "writeJsonLines any", peer: "orjson any", goal: 1.7 },
    { id: "W3", work: "write any object", ours: "writeJsonLines any", peer: "stringify + stream.write", goal: 0.5 },
    { id: "W4", work: "async source", ours: "writeJsonLines any, async source", peer: "writeJsonLines any", goal: 1.5 },
    {
      id: "W5a",
      work: "memory of 4M records",
      ours: "generated 4M",
      peer: "generated 1M",
      metric: "peakMb",
      as: "difference",
      goal: 8,
    },
    {
      id: "W5b",
      work: "memory over idle Node",
      ours: "generated 4M",
      peer: "idle Node",
      metric: "peakMb",
      as: "difference",
      goal: 45,
    },
  ],
});
