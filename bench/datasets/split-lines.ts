import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { type SplitMethod, shuffleLines, splitLines } from "../../src/datasets/index.js";
import { seededRandom } from "../../src/internal/random.js";
import { bench, type NodeVariant, wholeProcess, works } from "../harness.js";

const rows = 10_000_000;

/** Rows of 12 to 33 bytes, 23 on average. */
async function writeRows(file: string, count: number): Promise<void> {
  const random = seededRandom(1);
  const stream = createWriteStream(file);
  let batch = "";
  for (let row = 0; row < count; row++) {
    batch += `__label__${row % 7} ${"abcdefghijklmnopqrstuv".slice(0, random.nextInt(22))}\n`;
    if (batch.length > 1 << 20) {
      if (!stream.write(batch)) await once(stream, "drain");
      batch = "";
    }
  }
  stream.end(batch);
  await once(stream, "close");
}

const split =
  (method: SplitMethod, file = "rows.txt"): NodeVariant =>
  (measure, dir) =>
    measure(() =>
      splitLines(join(dir, file), {
        method,
        outputs: {
          train: { path: join(dir, `${method}-train.txt`) },
          validation: { path: join(dir, `${method}-validation.txt`), share: 0.2 },
          test: { path: join(dir, `${method}-test.txt`), share: 0.2 },
        },
      }),
    );

await bench(import.meta.url, {
  title: "Split 10M rows three ways",
  rounds: 3,
  prepare: async (dir) => {
    await writeRows(join(dir, "rows.txt"), rows);
    await writeRows(join(dir, "tenth.txt"), rows / 10);
  },
  variants: {
    random: split("random"),
    exact: split("exact"),
    content: split("content"),
    mawk: wholeProcess(
      `mawk -v d="$BENCH_DIR" 'BEGIN { srand(1) } { r = rand(); if (r < 0.6) print > (d "/m1"); else if (r < 0.8) print > (d "/m2"); else print > (d "/m3") }' "$BENCH_DIR/rows.txt"`,
      (await works("mawk", "BEGIN { }")) ? undefined : "apt install mawk",
    ),
    "shuffle of 10M rows": (measure, dir) =>
      measure(() => shuffleLines(join(dir, "rows.txt"), join(dir, "shuffled.txt"))),
    "shuffle of 1M rows": (measure, dir) =>
      measure(() => shuffleLines(join(dir, "tenth.txt"), join(dir, "shuffled.txt"))),
  },
  comparisons: [
    { id: "S1", work: "split, random", ours: "random", peer: "mawk", goal: 0.8 },
    { id: "S2", work: "split, exact sizes", ours: "exact", peer: "mawk", goal: 1.2 },
    { id: "S1b", work: "split, content hash", ours: "content", peer: "mawk", goal: 1.2 },
    { id: "S3a", work: "memory, random", ours: "random", metric: "peakMb", goal: 80 },
    { id: "S3b", work: "memory, exact", ours: "exact", metric: "peakMb", goal: 80 },
    { id: "S3c", work: "memory, content", ours: "content", metric: "peakMb", goal: 80 },
    { id: "S3d", work: "memory, shuffle of 10M", ours: "shuffle of 10M rows", metric: "peakMb", goal: 80 },
  ],
});
