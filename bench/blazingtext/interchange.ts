// Models go both ways: C++ fastText loads ours, we load its, and the predictions are compared line by line.
//
//   node --import tsx bench/blazingtext/interchange.ts
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Classifier } from "../../src/local/engines/blazingtext/fasttext/classifier.js";
import { filePieces } from "../../src/local/engines/blazingtext/fasttext/file-pieces.js";
import { readModel } from "../../src/local/engines/blazingtext/fasttext/read-model.js";
import { runJob } from "./engine-runs.js";
import { missingPeer, runPeer } from "./peer.js";
import { chapterText, type LabelledText, writeTexts, zipfText } from "./texts.js";

type Predictions = readonly (readonly (readonly [label: string, probability: number])[])[];

async function ourPredictions(modelFile: string, texts: readonly string[]): Promise<Predictions> {
  const file = await open(modelFile);
  const classifier = new Classifier(await readModel(filePieces(file), { sizeBytes: (await file.stat()).size }));
  await file.close();
  return texts.map((text) =>
    classifier.predict(text, 2).map(({ label, probability }) => [label, probability] as const),
  );
}

async function compare(what: string, modelFile: string, textFile: string): Promise<void> {
  const texts = readFileSync(textFile, "utf8").trimEnd().split("\n");
  const ours = await ourPredictions(modelFile, texts);
  const theirs = JSON.parse(runPeer(["predict", modelFile, textFile])) as Predictions;
  let differentLabels = 0;
  let worst = 0;
  for (const [row, pairs] of ours.entries()) {
    for (const [rank, [label, probability]] of pairs.entries()) {
      const [theirLabel, theirProbability] = theirs[row]?.[rank] ?? ["", Number.NaN];
      if (label !== theirLabel) differentLabels++;
      worst = Math.max(worst, Math.abs(probability - theirProbability));
    }
  }
  const digits = worst.toExponential(1);
  console.log(`${what}: ${texts.length} lines, ${differentLabels} different labels, largest difference ${digits}`);
  if (differentLabels > 0 || !(worst < 1e-5)) process.exitCode = 1;
}

const missing = missingPeer();
if (missing) console.log(`peer not installed: ${missing}`);
else {
  mkdirSync("bench/.cache", { recursive: true });
  const dir = mkdtempSync("bench/.cache/interchange-");
  try {
    const texts: Record<string, LabelledText> = { chapter: chapterText(), zipf: zipfText(8000) };
    writeTexts(dir, texts);
    for (const [name, { test }] of Object.entries(texts)) {
      const plain = join(dir, `${name}.plain.txt`);
      writeFileSync(plain, test.replaceAll(/^__label__\S+ /gmu, ""));
      for (const [what, hyperParameters] of [
        ["defaults", {}],
        ["single words", { word_ngrams: "1" }],
        ["trigrams, 37 columns", { word_ngrams: "3", vector_dim: "37", buckets: "100000", learning_rate: "0.5" }],
      ] as const) {
        const { modelDir } = await runJob(dir, name, hyperParameters);
        await compare(`ours, ${name}, ${what}`, join(modelDir, "model.bin"), plain);
        rmSync(modelDir, { recursive: true });
      }
      const model = join(dir, "theirs.bin");
      runPeer(["train", join(dir, `${name}.train.txt`), model]);
      await compare(`theirs, ${name}`, model, plain);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
