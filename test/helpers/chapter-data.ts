import type { TextRow } from "../../examples/recipes/support/state.js";
import { syntheticReviews } from "../../examples/recipes/support/synthetic-text.js";
import { type TrainValidationTest, trainValidationTestSplit } from "../../src/datasets/index.js";

/** The data of recipe 1 for one seed: 1200, 400 and 400 rows, shuffled. */
export function chapterData(seed: number): TrainValidationTest<TextRow> {
  return trainValidationTestSplit(syntheticReviews(1000, seed), { validation: 400, test: 400, seed });
}

/** Label lines as fastText reads them. */
export function labelLines(rows: readonly TextRow[]): string {
  return rows.map(({ label, text }) => `__label__${label} ${text}\n`).join("");
}
