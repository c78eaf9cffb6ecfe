// Preflight of a fastText file of 1 GB, whole: from a local path and from the embedded S3 by ranged reads.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { BlazingText } from "../../src/estimators/index.js";
import { seededRandom } from "../../src/internal/random.js";
import { LocalSession } from "../../src/local/index.js";
import { formatReport, type PreflightReport } from "../../src/preflight/index.js";
import { bench, type NodeVariant, wholeProcess, works } from "../harness.js";

const totalBytes = 1_000_000_000;
const words = "the a of bowled donut slower again kolkata linux prime time . , very good intel says by one".split(" ");

/** Sentences of 8 to 24 words with one of 50 labels; returns the number of lines. */
async function writeLines(file: string): Promise<number> {
  const random = seededRandom(1);
  // A thousand different sentences, or making them would take longer than checking them.
  const sentences = Array.from({ length: 1000 }, () =>
    Array.from({ length: 8 + random.nextInt(17) }, () => words[random.nextInt(words.length)]).join(" "),
  );
  const stream = createWriteStream(file);
  let bytes = 0;
  let lines = 0;
  while (bytes < totalBytes) {
    let batch = "";
    while (batch.length < 1 << 20) {
      batch += `__label__${random.nextInt(50)} ${sentences[random.nextInt(1000)]}\n`;
      lines++;
    }
    bytes += batch.length;
    if (!stream.write(batch)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "close");
  return lines;
}

function checked(report: PreflightReport): void {
  const [channel] = report.checked;
  if (!report.ok || channel?.coverage !== "whole") throw new Error(formatReport(report));
}

const ours =
  (where: "file" | "store", sample?: "whole"): NodeVariant =>
  async (measure, dir) => {
    const session = new LocalSession({ root: join(dir, "store") });
    const hyperparameters = { mode: "supervised" } as const;
    const estimator = new BlazingText({ session, instanceType: "ml.c5.xlarge", hyperparameters });
    const train = where === "file" ? join(dir, "train.txt") : `s3://${await session.defaultBucket()}/data/train.txt`;
    if (where === "store") await session.listS3Files(train).toArray();
    await measure(async () => {
      const report = await estimator.preflight({ train }, { sample });
      if (sample === "whole") checked(report);
    });
    await session.close();
  };

const checkLabels =
  '{l=0;w=0;for(i=1;i<=NF;i++){if(substr($i,1,9)=="__label__"){l++;c[$i]++}else w++}if(!l||!w)bad++}END{for(k in c)n++;print NR,bad+0,n}';
const missing = (await works("mawk", "BEGIN { }")) ? undefined : "apt install mawk";

await bench(import.meta.url, {
  title: "Preflight of a text of 1 GB",
  rounds: 2,
  // The embedded service finds its files next to itself.
  bundle: false,
  prepare: async (dir) => {
    await writeLines(join(dir, "train.txt"));
    await using session = new LocalSession({ root: join(dir, "store") });
    await session.defaultBucket({ create: true });
    await session.uploadData(join(dir, "train.txt"));
  },
  variants: {
    "local file": ours("file", "whole"),
    "embedded S3": ours("store", "whole"),
    sampled: ours("store"),
    mawk: wholeProcess(`mawk '${checkLabels}' "$BENCH_DIR/train.txt"`, missing),
    grep: wholeProcess('LC_ALL=C grep -c "^__label__[^ ]* [^ ]" "$BENCH_DIR/train.txt" | cat'),
  },
  comparisons: [
    { id: "P1", work: "1 GB of text, local", ours: "local file", peer: "mawk", goal: 0.5 },
    { id: "P1b", work: "1 GB of text, embedded S3", ours: "embedded S3", peer: "mawk", goal: 0.7 },
    { id: "P1c", work: "memory, embedded S3", ours: "embedded S3", metric: "peakMb", goal: 300 },
    { id: "P1d", work: "default sample of it", ours: "sampled", peer: "embedded S3", goal: 0.4 },
  ],
});
