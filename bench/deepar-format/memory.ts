import { createHash } from "node:crypto";
import { join } from "node:path";
import { encodeDeepAR, inspectDeepAR, writeDeepAR } from "../../src/formats/index.js";
import { seededRandom } from "../../src/internal/random.js";
import { bench, type NodeVariant } from "../harness.js";

const length = 24;

function* generated(count: number): Generator<{ start: string; values: Float64Array; categories: number[] }> {
  const random = seededRandom(3);
  for (let index = 0; index < count; index++) {
    const values = Float64Array.from({ length }, () => random.nextInt(1000));
    yield { start: "2024-01-01 00:00:00", values, categories: [index % 100] };
  }
}

/** Written and looked through without a file in between: what is held is what the library holds. */
const passed =
  (count: number, format: "json" | "json.gz"): NodeVariant =>
  (measure) => {
    let series = 0;
    return measure(
      async () => {
        series = (await inspectDeepAR(encodeDeepAR(generated(count), { format }))).series;
      },
      () => ({ series }),
    );
  };

const parquet =
  (count: number): NodeVariant =>
  (measure) => {
    const hash = createHash("sha256");
    return measure(async () => {
      for await (const chunk of encodeDeepAR(generated(count), { format: "parquet" })) hash.update(chunk);
    });
  };

await bench(import.meta.url, {
  title: "DeepAR: a million series through writer and reader, memory",
  rounds: 3,
  variants: {
    "idle Node": (measure) => measure(() => undefined),
    "1M series to a file": (measure, dir) =>
      measure(() => writeDeepAR(join(dir, `out-${process.pid}.json`), generated(1_000_000))),
    "250k series": passed(250_000, "json"),
    "1M series": passed(1_000_000, "json"),
    "250k series, gzip": passed(250_000, "json.gz"),
    "50k series, Parquet": parquet(50_000),
    "200k series, Parquet": parquet(200_000),
  },
  comparisons: [
    {
      id: "DM1",
      work: "peak memory, 1M against 250k series",
      ours: "1M series",
      peer: "250k series",
      metric: "peakMb",
      as: "difference",
      goal: 8,
    },
    {
      id: "DM2",
      work: "1M series to a file, over idle Node",
      ours: "1M series to a file",
      peer: "idle Node",
      metric: "peakMb",
      as: "difference",
      goal: 45,
    },
    {
      id: "DM3",
      work: "Parquet, 200k against 50k series",
      ours: "200k series, Parquet",
      peer: "50k series, Parquet",
      metric: "peakMb",
      as: "difference",
      goal: 16,
    },
  ],
});
