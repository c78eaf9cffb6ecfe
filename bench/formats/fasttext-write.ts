import { join } from "node:path";
import { writeFastText } from "../../src/formats/index.js";
import { bench, python } from "../harness.js";
import { loadPairs, writePairs } from "./data.js";
import { pythonWith } from "./python-peers.js";

const out = (dir: string): string => join(dir, `out-${process.pid}.txt`);
const load = `
import os
from measure import measure
folder = os.environ["BENCH_DIR"]
with open(folder + "/pairs.tsv", encoding="utf8", newline="\\n") as f:
    pairs = [line[:-1].split("\\t") for line in f]
`;

await bench(import.meta.url, {
  title: "fastText lines: write 1M labelled texts, every one checked",
  rounds: 3,
  prepare: (dir) => writePairs(join(dir, "pairs.tsv"), 1_000_000),
  variants: {
    writeFastText: async (measure, dir) => {
      const rows = loadPairs(join(dir, "pairs.tsv"));
      await measure(() => writeFastText(out(dir), rows));
    },
    "Python loop": python(`${load}
with measure():
    with open(folder + "/python.txt", "w", encoding="utf8", newline="\\n") as f:
        write = f.write
        for label, text in pairs:
            write("__label__" + label + " " + text + "\\n")
`),
    "pandas to_csv": pythonWith(
      "pandas",
      `${load}
import pandas
frame = pandas.DataFrame({"label": ["__label__" + label for label, _ in pairs], "text": [text for _, text in pairs]})
with measure():
    frame.to_csv(folder + "/pandas.txt", sep=" ", quotechar=" ", index=False, header=False)
`,
      [],
    ),
  },
  comparisons: [
    { id: "F1", work: "label lines, checked", ours: "writeFastText", peer: "Python loop", goal: 0.85 },
    { id: "F2", work: "label lines, checked", ours: "writeFastText", peer: "pandas to_csv", goal: 0.18 },
  ],
});
