// Validation accuracy of the published job, 480 digits to learn from and 120 to test with, over ten draws and seeds.
// One draw has a standard error of 2.7 points; BENCH_SEEDS asks for another number of them.
import { bench } from "../harness.js";
import { trainDigits, writeDigits } from "./mnist.js";

const SEEDS = Array.from({ length: Number(process.env["BENCH_SEEDS"] ?? 10) }, (_, index) => index + 1);

await bench(import.meta.url, {
  title: `Image Classification: ResNet-18 on 480 MNIST digits, ${SEEDS.length} seeds`,
  prepare: (dir) => writeDigits(dir, SEEDS),
  variants: {
    ours: async (measure, dir) => {
      let best: number[] = [];
      let last: number[] = [];
      await measure(
        async () => {
          for (const seed of SEEDS) {
            const { accuracies } = await trainDigits(dir, { seed, threads: 2 });
            best = [...best, Math.max(...accuracies)];
            last = [...last, accuracies.at(-1) ?? Number.NaN];
            console.log(`  seed ${seed}: ${accuracies.map((value) => value.toFixed(3)).join(" ")}`);
          }
        },
        () => ({ bestEpoch: mean(best), worstSeed: Math.min(...best), lastEpoch: mean(last) }),
      );
    },
  },
  comparisons: [
    {
      ...{ id: "I1", work: "best epoch's validation accuracy, mean over seeds", ours: "ours", metric: "bestEpoch" },
      ...{ goal: 0.904, goalIs: "at least" as const },
    },
  ],
  rounds: 1,
});
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
