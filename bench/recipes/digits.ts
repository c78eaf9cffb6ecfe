// Recipes 5 and 6 as the chapter has them, with one epoch more and the batch job behind them, over some seeds on the
// embedded SageMaker. Prints one line a seed and the bounds. Every seed takes about 45 s of CPU; BENCH_SEEDS asks for another
// number of them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const home = await mkdtemp(join(tmpdir(), "digits-"));
process.env["RECIPES_HOME"] = home;
const { mnistImages } = await import("../../examples/recipes/05-mnist-images.js");
const { trainAndDeployImageClassification } = await import(
  "../../examples/recipes/06-train-and-deploy-image-classification.js"
);
const { continueAndClassifyFolder } = await import("../../examples/recipes/06b-continue-and-classify-folder.js");
const { openSession } = await import("../../examples/recipes/support/session.js");

const { log } = console;
const signal = new AbortController().signal;
const validation: number[] = [];
const test: number[] = [];
const batch: number[] = [];

for (let seed = 1; seed <= Number(process.env["BENCH_SEEDS"] ?? 3); seed++) {
  process.env["SEED"] = String(seed);
  const started = { wall: performance.now(), cpu: process.cpuUsage() };
  console.log = () => undefined;
  const session = openSession();
  try {
    await mnistImages(session, signal);
    const { bestValidationAccuracy = Number.NaN, accuracy } = await trainAndDeployImageClassification(session, signal);
    const further = await continueAndClassifyFolder(session, signal);
    validation.push(bestValidationAccuracy);
    test.push(accuracy);
    batch.push(further.accuracy);
    const { user, system } = process.cpuUsage(started.cpu);
    log(
      `seed ${seed}: validation ${bestValidationAccuracy.toFixed(4)}, test ${accuracy.toFixed(2)}, ` +
        `one epoch later ${further.accuracy.toFixed(2)}; ${((performance.now() - started.wall) / 1000).toFixed(0)} s, ` +
        `${((user + system) / 1e6).toFixed(0)} s CPU`,
    );
  } finally {
    console.log = log;
    await session.close();
  }
}
await rm(home, { recursive: true, force: true });

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const met = mean(validation) >= 0.85 && mean(test) >= 0.8 && mean(batch) >= mean(test);
log(
  `mean best validation accuracy ${mean(validation).toFixed(4)} (at least .85), test ${mean(test).toFixed(4)} (at least .80), ` +
    `one epoch later ${mean(batch).toFixed(4)} (not below); peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
);
log(met ? "met" : "NOT MET");
process.exitCode = met ? 0 : 1;
