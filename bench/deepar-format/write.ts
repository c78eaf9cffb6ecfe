import { join } from "node:path";
import { writeDeepAR } from "../../src/formats/index.js";
import { pythonWith } from "../formats/python-peers.js";
import { bench, type ForeignVariant, type NodeVariant, python } from "../harness.js";
import { type Kind, kinds, loadInPython, loadSeries, writeNumbers } from "./data.js";

const ours =
  (kind: Kind, typed: boolean): NodeVariant =>
  async (measure, dir) => {
    const series = loadSeries(join(dir, `${kind}.bin`), typed);
    await measure(() => writeDeepAR(join(dir, `${kind}.json`), series));
  };

const orjson = (kind: Kind): ForeignVariant =>
  pythonWith(
    "orjson",
    `${loadInPython(kind)}
import orjson
dumps = orjson.dumps
with measure():
    with open(folder + "/orjson.json", "wb") as f:
        write = f.write
        for row in rows:
            write(dumps(row))
            write(b"\\n")
`,
    [],
    true,
  );

await bench(import.meta.url, {
  title: "DeepAR JSON Lines: write 10,000 series of 500 numbers",
  rounds: 5,
  prepare: (dir) => {
    for (const kind of kinds) writeNumbers(join(dir, `${kind}.bin`), kind);
  },
  variants: {
    "writeDeepAR integers": ours("integers", false),
    "orjson integers": orjson("integers"),
    "writeDeepAR decimals": ours("decimals", false),
    "writeDeepAR decimals, Float64Array": ours("decimals", true),
    "orjson decimals": orjson("decimals"),
    "writeDeepAR doubles": ours("doubles", false),
    "writeDeepAR doubles, Float64Array": ours("doubles", true),
    "orjson doubles": orjson("doubles"),
    "json.dumps doubles": python(`${loadInPython("doubles")}
import json
with measure():
    with open(folder + "/python.json", "w", encoding="utf8") as f:
        for row in rows:
            f.write(json.dumps(row))
            f.write("\\n")
`),
  },
  comparisons: [
    { id: "D1", work: "write integers", ours: "writeDeepAR integers", peer: "orjson integers", goal: 0.55 },
    { id: "D2", work: "write 2 decimals", ours: "writeDeepAR decimals", peer: "orjson decimals", goal: 1.2 },
    {
      id: "D2b",
      work: "write 2 decimals, typed",
      ours: "writeDeepAR decimals, Float64Array",
      peer: "orjson decimals",
      goal: 1.2,
    },
    { id: "D3", work: "write doubles", ours: "writeDeepAR doubles", peer: "orjson doubles", goal: 3.5 },
    {
      id: "D3b",
      work: "write doubles, typed",
      ours: "writeDeepAR doubles, Float64Array",
      peer: "orjson doubles",
      goal: 3.5,
    },
    { id: "D4", work: "write doubles", ours: "writeDeepAR doubles", peer: "json.dumps doubles", goal: 0.25 },
  ],
});
