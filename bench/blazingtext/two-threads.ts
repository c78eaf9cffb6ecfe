// Wall time of training with a second thread, and what it does to the accuracy. Meaningful on a quiet machine only.
import { bench, type Comparison, type NodeVariant } from "../harness.js";
import { prepareRun } from "./engine-runs.js";
import { writeTexts, zipfText } from "./texts.js";

const EPOCHS = 5;
const variants: Record<string, NodeVariant> = {};
const comparisons: Comparison[] = [];

for (const [id, name, ngrams, buckets] of [
  ["8", "single words", 1, 0],
  ["9", "bigrams", 2, 200_000],
] as const) {
  for (const threads of [1, 2]) {
    variants[`${name} ${threads}`] = async (measure, dir) => {
      const run = await prepareRun(dir, "zipf", { ngrams, buckets, epochs: EPOCHS + 1, threads });
      await run.epochs(1);
      await measure(() => run.epochs(EPOCHS));
      await run.stop();
    };
    variants[`${name} ${threads} accuracy`] = async (measure, dir) => {
      const run = await prepareRun(dir, "zipf", { ngrams, buckets, epochs: EPOCHS, threads });
      let accuracy = Number.NaN;
      await measure(
        async () => {
          await run.epochs(EPOCHS);
          accuracy = await run.accuracy();
        },
        () => ({ accuracy }),
      );
      await run.stop();
    };
  }
  comparisons.push({
    ...{ id: `B${id}`, work: `zipf, ${name}: wall time, one thread / two`, metric: "wallMs" },
    ...{ ours: `${name} 1`, peer: `${name} 2`, goal: 1.5, goalIs: "at least" },
  });
  comparisons.push({
    ...{ id: `B${id}a`, work: `zipf, ${name}: accuracy lost by the second thread`, metric: "accuracy" },
    ...{ ours: `${name} 1 accuracy`, peer: `${name} 2 accuracy`, as: "difference", goal: 0.005 },
  });
}

await bench(import.meta.url, {
  title: "BlazingText engine: a second thread",
  prepare: (dir) => writeTexts(dir, { zipf: zipfText(120_000) }),
  variants,
  comparisons,
  rounds: 3,
});
