// Recipes 1 to 4 over ten seeds on the embedded SageMaker: accuracy, labels and probabilities of the three sentences,
// and the batch job scored over all 400 rows. Prints one line a seed and the bands that they must stay in.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const home = await mkdtemp(join(tmpdir(), "ten-seeds-"));
process.env["RECIPES_HOME"] = home;
const { syntheticText } = await import("../../examples/recipes/01-synthetic-text.js");
const { batchTestData } = await import("../../examples/recipes/02-batch-test-data.js");
const { trainAndDeployBlazingText } = await import("../../examples/recipes/03-train-and-deploy-blazingtext.js");
const { batchTransform } = await import("../../examples/recipes/04-batch-transform.js");
const { openSession } = await import("../../examples/recipes/support/session.js");

const labels = ["negative", "positive", "positive"];
const bands = [
  [0.72, 0.92],
  [0.7, 0.9],
  [0.56, 0.7],
] as const;
const accuracies: number[] = [];
let failed = false;
const { log } = console;
const signal = new AbortController().signal;

for (let seed = 1; seed <= 10; seed++) {
  process.env["SEED"] = String(seed);
  console.log = () => undefined;
  const session = openSession();
  try {
    await syntheticText(session, signal);
    await batchTestData(session, signal);
    const { validationAccuracy = Number.NaN, predictions } = await trainAndDeployBlazingText(session, signal);
    const batch = await batchTransform(session, signal);
    accuracies.push(validationAccuracy);
    const right = predictions.every(({ label, probability }, index) => {
      const [low, high] = bands[index] ?? [0, 1];
      return label === labels[index] && probability >= low && probability <= high;
    });
    failed ||= !right || validationAccuracy < 0.965;
    log(
      `seed ${String(seed).padStart(2)}: validation ${validationAccuracy.toFixed(4)}, batch ${batch.toFixed(4)}, ` +
        `sentences ${predictions.map(({ probability }) => probability.toFixed(3)).join(" ")} ${right ? "in band" : "OUT OF BAND"}`,
    );
  } finally {
    console.log = log;
    await session.close();
  }
}
await rm(home, { recursive: true, force: true });

const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
failed ||= mean < 0.98 || mean > 0.995;
log(
  `mean validation accuracy ${mean.toFixed(4)} (band .980 to .995), lowest ${Math.min(...accuracies).toFixed(4)} (at least .965)`,
);
log(failed ? "NOT MET" : "met");
process.exitCode = failed ? 1 : 0;
