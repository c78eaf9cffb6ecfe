// The main job in one go: sentences become a trained classifier, a live endpoint, predictions and a batch job.

import { syntheticText } from "./01-synthetic-text.js";
import { batchTestData } from "./02-batch-test-data.js";
import { trainAndDeployBlazingText } from "./03-train-and-deploy-blazingtext.js";
import { batchTransform } from "./04-batch-transform.js";
import { cleanUp } from "./clean-up.js";
import { runRecipes } from "./support/run-recipe.js";

const started = performance.now();
await runRecipes([syntheticText, batchTestData, trainAndDeployBlazingText, batchTransform], { cleanUp });
console.log(
  `\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s, ` +
    `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB.`,
);
