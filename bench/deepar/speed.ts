// The published job, 20 epochs of about 10.5 batches and the scores of the test series, against GluonTS doing the same on one
// thread. BENCH_SEEDS series are trained on one after the other; BENCH_GLUONTS_PYTHON is a Python with gluonts[torch].
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bench, type ForeignVariant, works } from "../harness.js";
import { averages, CHAPTER, chapterSeries, type JobFigures, runJob, withoutLast } from "./jobs.js";

const SEEDS = Array.from({ length: Number(process.env["BENCH_SEEDS"] ?? 3) }, (_, index) => index + 1);
const PYTHON = process.env["BENCH_GLUONTS_PYTHON"] ?? "python3";
// All epochs, so that both do the same work.
const { early_stopping_patience: _, ...hyperparameters } = CHAPTER;

async function gluonTs(): Promise<ForeignVariant> {
  const inChild = process.env["BENCH_VARIANT"] !== undefined;
  const installed = inChild || (await works(PYTHON, "-c", "import gluonts.torch"));
  return {
    command: ["bash", "-c", `exec ${PYTHON} bench/deepar/peer.py "$BENCH_DIR" ${SEEDS.join(" ")}`],
    ...{
      measures: "self",
      env: { PYTHONPATH: "bench" },
      missing: installed ? undefined : "pip install gluonts[torch]",
    },
  };
}

await bench(import.meta.url, {
  title: `DeepAR: the series of 450 noisy hours, ${SEEDS.length} seeds`,
  prepare: (dir) => {
    for (const seed of SEEDS) {
      writeFileSync(join(dir, `${seed}.json`), JSON.stringify(chapterSeries(seed)));
    }
  },
  variants: {
    ours: async (measure, dir) => {
      const figures: JobFigures[] = [];
      await measure(
        async () => {
          for (const seed of SEEDS) {
            const test = [chapterSeries(seed)];
            figures.push(await runJob(dir, { train: withoutLast(test, 50), test, seed, hyperparameters }));
          }
        },
        () => averages(figures),
      );
    },
    GluonTS: await gluonTs(),
  },
  comparisons: [
    { id: "D6", work: "CPU time of the job", ours: "ours", peer: "GluonTS", goal: 0.7 },
    { id: "D7", work: "mean_wQuantileLoss", ours: "ours", peer: "GluonTS", metric: "wql", goal: 1.05 },
    { id: "D11", work: "RMSE", ours: "ours", peer: "GluonTS", metric: "rmse", goal: 1.05 },
    { id: "D12", work: "peak memory", ours: "ours", peer: "GluonTS", metric: "peakMb", goal: 0.5 },
  ],
  rounds: 1,
});
