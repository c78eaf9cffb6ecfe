import { seededRandom } from "sagemaker-ts";
import type { TextRow } from "./state.js";

const shared = ["food in the restaurant", "spaghetti chicken soup", "dinner time", "donut"];
const phrases = {
  positive: [
    "this is good",
    "i like it",
    "very delicious",
    "i would recommend this to my friends",
    "tastes good",
    "very good",
    "impressive",
    ...shared,
  ],
  negative: [
    "this is bad",
    "i hate it",
    "there are better restaurants out there",
    "i will not recommend this to my friends",
    "tastes bad",
    "very bad",
    "not impressive",
    ...shared,
  ],
} as const;

/**
 * Synthetic restaurant reviews: each text is three to eight phrases, drawn with replacement from eleven of its class;
 * every word of the first phrase is capitalised. Positive rows first. Four phrases belong to both classes, so about
 * one text in a hundred cannot be told apart.
 */
export function syntheticReviews(rowsPerClass: number, seed: number): TextRow[] {
  const random = seededRandom(seed);
  const review = (label: TextRow["label"]): TextRow => {
    const count = Math.floor((6 * (60 + random.nextInt(81))) / 100);
    const drawn = Array.from({ length: count }, () => phrases[label][random.nextInt(phrases[label].length)] ?? "");
    const first = (drawn[0] ?? "").replaceAll(/\b[a-z]/gu, (letter) => letter.toUpperCase());
    return { label, text: [first, ...drawn.slice(1)].join(" ") };
  };
  return (["positive", "negative"] as const).flatMap((label) =>
    Array.from({ length: rowsPerClass }, () => review(label)),
  );
}
