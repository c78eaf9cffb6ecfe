import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { seededRandom } from "../../src/internal/random.js";

const words =
  "this is good i like it very delicious would recommend to my friends food in the restaurant spaghetti chicken soup dinner time tastes bad not impressive there are better restaurants out hate will donut".split(
    " ",
  );

/** A label and a text of 8 to 25 words, about 95 characters. */
export interface Pair {
  readonly label: string;
  readonly text: string;
}

/** The same pairs for the same seed. With punctuation, the first word has a capital and sentences have marks. */
export function* pairs(count: number, seed = 1, punctuation = false): Generator<Pair, void, void> {
  const random = seededRandom(seed);
  for (let index = 0; index < count; index++) {
    let text = "";
    const length = 8 + random.nextInt(18);
    for (let word = 0; word < length; word++) {
      let next = words[random.nextInt(words.length)] as string;
      if (punctuation) {
        if (word === 0 || random.nextInt(10) === 0) next = next.charAt(0).toUpperCase() + next.slice(1);
        if (random.nextInt(8) === 0) next += ",.!?'/()"[random.nextInt(8)];
      }
      text += word === 0 ? next : ` ${next}`;
    }
    yield { label: random.nextInt(2) === 0 ? "positive" : "negative", text };
  }
}

/** Writes `label<TAB>text` lines for all variants to load. */
export async function writePairs(file: string, count: number, punctuation = false): Promise<void> {
  const stream = createWriteStream(file);
  let batch = "";
  for (const { label, text } of pairs(count, 1, punctuation)) {
    batch += `${label}\t${text}\n`;
    if (batch.length > 1 << 20) {
      if (!stream.write(batch)) await once(stream, "drain");
      batch = "";
    }
  }
  stream.end(batch);
  await once(stream, "close");
}

/** Loads what {@link writePairs} wrote. Each string has its own memory, as rows from a database would. */
export function loadPairs(file: string): Pair[] {
  const bytes = readFileSync(file);
  const result: Pair[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tab = bytes.indexOf(9, at);
    const feed = bytes.indexOf(10, tab);
    result.push({ label: bytes.toString("latin1", at, tab), text: bytes.toString("utf8", tab + 1, feed) });
    at = feed + 1;
  }
  return result;
}
