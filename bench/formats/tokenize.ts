import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tokenize, writeFastText } from "../../src/formats/index.js";
import { bench, wholeProcess } from "../harness.js";
import { pairs } from "./data.js";
import { pythonWith } from "./python-peers.js";

const count = 200_000;
/** What nltk is given: it takes some 0.15 ms a text. */
const nltkCount = 10_000;

/** Texts that no table of ASCII can lower-case, few and long. */
const german = "Die Suppe war NICHT übermäßig heiß, aber köstlich! Würde ich wieder bestellen? Ja. ";
const chinese = "这家餐厅的汤非常好喝，服务也很周到。下次还会再来！ Menu (ABC) 也不错, 推荐. ";
const longTexts = [german, chinese].flatMap((text) =>
  Array.from({ length: 10 }, () => ({ labels: [], text: text.repeat(Math.ceil(90_000 / text.length)) })),
);

await bench(import.meta.url, {
  title: "Tokenise 200k texts: lower case, punctuation set apart",
  rounds: 9,
  nodeFlags: ["--expose-gc"],
  prepare: (dir) => {
    const rows = [...pairs(count, 1, true)];
    writeFileSync(join(dir, "texts.txt"), rows.map(({ text }) => `${text}\n`).join(""));
  },
  variants: {
    "tokenize and write": async (measure, dir) => {
      const rows = readFileSync(join(dir, "texts.txt"), "latin1")
        .trimEnd()
        .split("\n")
        .map((text) => ({ labels: [], text: Buffer.from(text).toString() }));
      // What loading left behind is not part of the work.
      globalThis.gc?.();
      await measure(() =>
        writeFastText(join(dir, `out-${process.pid}.txt`), rows, { tokenizer: tokenize, unlabelled: "allow" }),
      );
    },
    "outside ASCII": async (measure, dir) => {
      await measure(() =>
        writeFastText(join(dir, `out-${process.pid}.txt`), longTexts, { tokenizer: tokenize, unlabelled: "allow" }),
      );
    },
    "outside ASCII, any function": async (measure, dir) => {
      await measure(() =>
        writeFastText(join(dir, `out-${process.pid}.txt`), longTexts, {
          tokenizer: (text) => tokenize(text),
          unlabelled: "allow",
        }),
      );
    },
    "sed | tr": wholeProcess(
      `sed -e "s/\\([.!?,'/()]\\)/ \\1 /g" < "$BENCH_DIR/texts.txt" | tr "[:upper:]" "[:lower:]" > "$BENCH_DIR/sed.txt"`,
    ),
    // preserve_line: without the sentence splitter, whose model is a separate download.
    "nltk word_tokenize": pythonWith(
      "nltk",
      `
import os
from nltk.tokenize import word_tokenize
from measure import measure
folder = os.environ["BENCH_DIR"]
texts = open(folder + "/texts.txt", encoding="utf8").read().split("\\n")[:${nltkCount}]
with measure():
    with open(folder + "/nltk.txt", "w", encoding="utf8") as f:
        for text in texts:
            f.write(" ".join(word_tokenize(text.lower(), preserve_line=True)) + "\\n")
`,
      [],
    ),
  },
  comparisons: [
    { id: "F3", work: "tokenise, write", ours: "tokenize and write", peer: "sed | tr", goal: 0.6 },
    {
      id: "F4",
      work: "tokenise, write",
      ours: "tokenize and write",
      peer: "nltk word_tokenize",
      peerShare: nltkCount / count,
      goal: 0.03,
    },
    {
      id: "F3",
      work: "German and Chinese",
      ours: "outside ASCII",
      peer: "outside ASCII, any function",
      goal: 1,
    },
  ],
});
