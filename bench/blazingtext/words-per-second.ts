// Speed of the training loop, words per CPU second, against C++ fastText with one thread on the same texts.
// Both leave the first epoch out: it warms the caches and, here, the compiler.
import { bench, type Comparison, type ForeignVariant, type NodeVariant } from "../harness.js";
import { prepareRun } from "./engine-runs.js";
import { missingPeer, peer } from "./peer.js";
import { brownText, type LabelledText, mailText, writeTexts, zipfText } from "./texts.js";

const SHAPES = [
  { id: "1", work: "single words", ngrams: 1, buckets: 0, goal: 2.1 },
  { id: "2", work: "bigrams, 200,000 buckets", ngrams: 2, buckets: 200_000, goal: 1.7 },
  { id: "3", work: "bigrams, 2,000,000 buckets", ngrams: 2, buckets: 2_000_000, goal: 2.4 },
] as const;
const EPOCHS: Readonly<Record<string, number>> = { brown: 4, mail: 5, zipf: 3 };
const MAKERS: Readonly<Record<string, () => LabelledText | undefined>> = {
  brown: brownText,
  mail: mailText,
  zipf: () => zipfText(80_000),
};

const missing = missingPeer();
const texts: Record<string, LabelledText | undefined> = {};
const variants: Record<string, NodeVariant | ForeignVariant> = {};
const comparisons: Comparison[] = [];
const inChild = process.env["BENCH_VARIANT"] !== undefined;

for (const [name, make] of Object.entries(MAKERS)) {
  if (!inChild) texts[name] = make();
  if (!inChild && !texts[name]) {
    console.log(`text "${name}" left out: its npm package could not be had`);
    continue;
  }
  for (const { id, work, ngrams, buckets, goal } of SHAPES) {
    const epochs = EPOCHS[name] ?? 1;
    const ours = `${name} ${id} ours`;
    const theirs = `${name} ${id} C++`;
    variants[ours] = async (measure, dir) => {
      const run = await prepareRun(dir, name, { ngrams, buckets, epochs: epochs + 1 });
      await run.epochs(1);
      const start = process.cpuUsage();
      let milliseconds = 0;
      let accuracy = 0;
      await measure(
        async () => {
          await run.epochs(epochs);
          const used = process.cpuUsage(start);
          milliseconds = (used.user + used.system) / 1000;
          accuracy = await run.accuracy();
        },
        () => ({ millionWordsPerSecond: (run.tokens * epochs) / milliseconds / 1000, accuracy }),
      );
    };
    variants[theirs] = peer(["speed", name, String(ngrams), String(buckets), String(epochs)], missing);
    const metric = "millionWordsPerSecond";
    comparisons.push({ id: `B${id}`, work: `${name}, ${work}`, ours, peer: theirs, metric, goal, goalIs: "at least" });
  }
}

await bench(import.meta.url, {
  title: "BlazingText engine: words per CPU second of the training loop",
  prepare: (dir) => writeTexts(dir, texts),
  variants,
  comparisons,
  rounds: 3,
});
