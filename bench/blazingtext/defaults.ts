// A whole training job at BlazingText's defaults (bigrams, 2,000,000 buckets, 100 columns, 5 epochs) and min_count 2:
// from the text file to the 800 MB model.bin, which C++ fastText writes in full and we as a sparse file.
import { bench, type NodeVariant } from "../harness.js";
import { runJob } from "./engine-runs.js";
import { missingPeer, peer } from "./peer.js";
import { chapterText, writeTexts, zipfText } from "./texts.js";

const missing = missingPeer();
const job =
  (name: string): NodeVariant =>
  async (measure, dir) => {
    let accuracy = Number.NaN;
    await measure(
      async () => {
        const { log } = await runJob(dir, name);
        accuracy = Number(/#validation_accuracy: (\S+)/u.exec(log.join("\n"))?.[1]);
      },
      () => ({ accuracy }),
    );
  };

await bench(import.meta.url, {
  title: "BlazingText engine: a whole job at the default settings",
  prepare: (dir) => writeTexts(dir, { chapter: chapterText(), zipf: zipfText(40_000) }),
  variants: {
    "chapter ours": job("chapter"),
    "chapter C++": peer(["job", "chapter"], missing),
    "zipf ours": job("zipf"),
    "zipf C++": peer(["job", "zipf"], missing),
  },
  comparisons: [
    { id: "B4", work: "chapter data, wall ms", ours: "chapter ours", metric: "wallMs", goal: 300 },
    { id: "B5", work: "chapter data, peak MiB", ours: "chapter ours", metric: "peakMb", goal: 150 },
    { id: "B6", work: "chapter data, CPU", ours: "chapter ours", peer: "chapter C++", goal: 0.2 },
    { id: "B7", work: "zipf, CPU", ours: "zipf ours", peer: "zipf C++", goal: 0.8 },
  ],
  rounds: 3,
});
