// Runs recipes in the order given, or all that have a mere number, and then deletes what they have made: run.ts 7 8

import { syntheticText } from "./01-synthetic-text.js";
import { batchTestData } from "./02-batch-test-data.js";
import { trainAndDeployBlazingText } from "./03-train-and-deploy-blazingtext.js";
import { batchTransform } from "./04-batch-transform.js";
import { mnistImages } from "./05-mnist-images.js";
import { trainAndDeployImageClassification } from "./06-train-and-deploy-image-classification.js";
import { continueAndClassifyFolder } from "./06b-continue-and-classify-folder.js";
import { syntheticTimeSeries } from "./07-synthetic-series.js";
import { splitSeries } from "./08-split-series.js";
import { trainAndDeployDeepAR } from "./09-train-and-deploy-deepar.js";
import { forecastSeries } from "./10-forecast.js";
import { besidePublishedForecast } from "./10b-beside-published-forecast.js";
import { cleanUp } from "./clean-up.js";
import { type Recipe, runRecipes } from "./support/run-recipe.js";

const recipes = new Map<string, Recipe>([
  ["1", syntheticText],
  ["2", batchTestData],
  ["3", trainAndDeployBlazingText],
  ["4", batchTransform],
  ["5", mnistImages],
  ["6", trainAndDeployImageClassification],
  ["6b", continueAndClassifyFolder],
  ["7", syntheticTimeSeries],
  ["8", splitSeries],
  ["9", trainAndDeployDeepAR],
  ["10", forecastSeries],
  ["10b", besidePublishedForecast],
]);

const wanted = process.argv.slice(2);
const numbered = [...recipes.keys()].filter((name) => !name.endsWith("b"));
const chosen = (wanted.length === 0 ? numbered : wanted).map((name) => {
  const recipe = recipes.get(name);
  if (!recipe)
    throw new Error(`there is no recipe ${JSON.stringify(name)}; choose from ${[...recipes.keys()].join(" ")}`);
  return recipe;
});

const started = performance.now();
await runRecipes(chosen, { cleanUp });
console.log(
  `\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s, ` +
    `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB.`,
);
