import { type Random, seededRandom } from "../../src/internal/random.js";

/** A labelled text of the cookbook chapter's first recipe. */
export interface ChapterRow {
  readonly label: "positive" | "negative";
  readonly text: string;
}

const SHARED = ["food in the restaurant", "spaghetti chicken soup", "dinner time", "donut"];
const PHRASES: Readonly<Record<ChapterRow["label"], readonly string[]>> = {
  positive: [
    "this is good",
    "i like it",
    "very delicious",
    "i would recommend this to my friends",
    "tastes good",
    "very good",
    "impressive",
    ...SHARED,
  ],
  negative: [
    "this is bad",
    "i hate it",
    "there are better restaurants out there",
    "i will not recommend this to my friends",
    "tastes bad",
    "very bad",
    "not impressive",
    ...SHARED,
  ],
};

/** The three parts of the chapter's data: 1200, 400 and 400 rows, shuffled. */
export interface ChapterData {
  readonly train: readonly ChapterRow[];
  readonly validation: readonly ChapterRow[];
  readonly test: readonly ChapterRow[];
}

/** The data of recipe 1 for one seed: a thousand texts of each label, each of three to eight phrases. */
export function chapterData(seed: number): ChapterData {
  const random = seededRandom(seed);
  const rows = (["positive", "negative"] as const).flatMap((label) =>
    Array.from({ length: 1000 }, () => ({ label, text: sentence(PHRASES[label], random) })),
  );
  for (let last = rows.length - 1; last > 0; last--) {
    const other = random.nextInt(last + 1);
    [rows[last], rows[other]] = [rows[other] as ChapterRow, rows[last] as ChapterRow];
  }
  return { train: rows.slice(0, 1200), validation: rows.slice(1200, 1600), test: rows.slice(1600) };
}

/** Label lines as fastText reads them. */
export function labelLines(rows: readonly ChapterRow[]): string {
  return rows.map(({ label, text }) => `__label__${label} ${text}\n`).join("");
}

function sentence(phrases: readonly string[], random: Random): string {
  const count = Math.floor((6 * (60 + random.nextInt(81))) / 100);
  const drawn = Array.from({ length: count }, () => phrases[random.nextInt(phrases.length)] ?? "");
  const first = (drawn[0] ?? "").replaceAll(/\b[a-z]/gu, (letter) => letter.toUpperCase());
  return [first, ...drawn.slice(1)].join(" ");
}
