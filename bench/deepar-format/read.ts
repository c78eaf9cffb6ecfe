import { statSync } from "node:fs";
import { join } from "node:path";
import { readDeepAR, writeDeepAR } from "../../src/formats/index.js";
import { pythonWith } from "../formats/python-peers.js";
import { bench, type ForeignVariant, type NodeVariant } from "../harness.js";
import { type Kind, kinds, loadSeries, writeNumbers } from "./data.js";

const ours =
  (kind: Kind): NodeVariant =>
  (measure, dir) => {
    const file = join(dir, `${kind}.json`);
    let points = 0;
    return measure(
      async () => {
        for await (const batch of readDeepAR(file).batches()) for (const { values } of batch) points += values.length;
      },
      () => ({ fileMb: statSync(file).size / 1e6, points }),
    );
  };

const orjson = (kind: Kind): ForeignVariant =>
  pythonWith(
    "orjson",
    `
import os, orjson
from measure import measure
loads = orjson.loads
with measure():
    points = 0
    with open(os.environ["BENCH_DIR"] + "/${kind}.json", "rb") as f:
        for line in f:
            points += len(loads(line)["target"])
`,
    [],
    true,
  );

await bench(import.meta.url, {
  title: "DeepAR JSON Lines: read 10,000 series of 500 numbers, every number checked",
  rounds: 5,
  prepare: async (dir) => {
    for (const kind of kinds) {
      writeNumbers(join(dir, `${kind}.bin`), kind);
      await writeDeepAR(join(dir, `${kind}.json`), loadSeries(join(dir, `${kind}.bin`), true));
    }
  },
  variants: {
    "readDeepAR integers": ours("integers"),
    "orjson.loads integers": orjson("integers"),
    "readDeepAR decimals": ours("decimals"),
    "orjson.loads decimals": orjson("decimals"),
    "readDeepAR doubles": ours("doubles"),
    "orjson.loads doubles": orjson("doubles"),
  },
  comparisons: [
    { id: "R3a", work: "read integers", ours: "readDeepAR integers", peer: "orjson.loads integers", goal: 1.2 },
    { id: "R3b", work: "read 2 decimals", ours: "readDeepAR decimals", peer: "orjson.loads decimals", goal: 2 },
    { id: "R3c", work: "read doubles", ours: "readDeepAR doubles", peer: "orjson.loads doubles", goal: 2.8 },
  ],
});
