// Validation accuracy of the published job, 480 digits to learn from and 120 to test with, over ten seeds: on ten draws of
// digits, and on the very digits of the published job, whose two known runs reached .908 and .883.
// One draw has a standard error of 2.7 points; BENCH_SEEDS asks for another number of seeds.
import { bench, type Measure } from "../harness.js";
import { PUBLISHED, trainDigits, writeDigits } from "./mnist.js";

const SEEDS = Array.from({ length: Number(process.env["BENCH_SEEDS"] ?? 10) }, (_, index) => index + 1);

/** Trains once for each seed, each on its own draw, or all on one. */
function seeds(draw?: number) {
  return async (measure: Measure, dir: string): Promise<void> => {
    const best: number[] = [];
    const last: number[] = [];
    await measure(
      async () => {
        for (const seed of SEEDS) {
          const { accuracies } = await trainDigits(dir, { seed, threads: 2, ...(draw === undefined ? {} : { draw }) });
          best.push(Math.max(...accuracies));
          last.push(accuracies.at(-1) ?? Number.NaN);
          console.log(`  seed ${seed}: ${accuracies.map((value) => value.toFixed(3)).join(" ")}`);
        }
      },
      () => ({ bestEpoch: mean(best), worstSeed: Math.min(...best), lastEpoch: mean(last) }),
    );
  };
}

const work = "best epoch's validation accuracy, mean over seeds";

await bench(import.meta.url, {
  title: `Image Classification: ResNet-18 on 480 MNIST digits, ${SEEDS.length} seeds`,
  prepare: (dir) => writeDigits(dir, [PUBLISHED, ...SEEDS]),
  variants: { draws: seeds(), published: seeds(PUBLISHED) },
  comparisons: [
    { id: "I1", work: `${work}, ten draws`, ours: "draws", metric: "bestEpoch", goal: 0.904, goalIs: "at least" },
    {
      id: "I1b",
      work: `${work}, published digits`,
      ours: "published",
      metric: "bestEpoch",
      goal: 0.904,
      goalIs: "at least",
    },
  ],
  rounds: 1,
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
