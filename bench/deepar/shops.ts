// 120 hourly series of twelve weeks with rhythms of days and weeks, four groups and campaigns that are known ahead; a day is forecast. Against
// "as a week ago", with quantiles from its own errors.
import { bench } from "../harness.js";
import { averages, type JobFigures, naiveScores, runJob, shopSeries, withoutLast } from "./jobs.js";

const POINTS = 24;
const shops = shopSeries(120, 12 * 7 * 24, 11);
const HYPERPARAMETERS = {
  ...{ time_freq: "H", context_length: "48", prediction_length: String(POINTS), num_cells: "40", num_layers: "2" },
  ...{ likelihood: "student-T", epochs: "30", mini_batch_size: "64", learning_rate: "0.003", dropout_rate: "0.05" },
};

await bench(import.meta.url, {
  title: "DeepAR: 120 shops, a day ahead",
  variants: {
    ours: async (measure, dir) => {
      let job: JobFigures | undefined;
      await measure(
        async () => {
          job = await runJob(dir, {
            ...{ train: withoutLast(shops, POINTS), test: shops, seed: 1, hyperparameters: HYPERPARAMETERS },
          });
        },
        () => averages(job ? [job] : []),
      );
    },
    "as a week ago": async (measure) => {
      const scores = naiveScores(shops, { points: POINTS, period: 168, spread: true });
      await measure(
        () => undefined,
        () => averages([scores]),
      );
    },
  },
  comparisons: [
    { id: "D8", work: "mean_wQuantileLoss", ours: "ours", peer: "as a week ago", metric: "wql", goal: 0.7 },
    { id: "D9", work: "RMSE", ours: "ours", peer: "as a week ago", metric: "rmse", goal: 0.7 },
    { id: "D10", work: "peak memory, MiB", ours: "ours", metric: "peakMb", goal: 300 },
  ],
  rounds: 1,
});
