import { mkdirSync, mkdtempSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { CorpusEncoder, countTokens, readTokens } from "../../src/local/engines/blazingtext/corpus.js";
import { engine } from "../../src/local/engines/blazingtext/engine.js";
import { filePieces } from "../../src/local/engines/blazingtext/fasttext/file-pieces.js";
import { WordInterner } from "../../src/local/engines/blazingtext/fasttext/word-interner.js";
import { compileKernel, instantiateKernel } from "../../src/local/engines/blazingtext/kernel.js";
import { SupervisedTrainer } from "../../src/local/engines/blazingtext/supervised-trainer.js";
import { TrainingMemory } from "../../src/local/engines/blazingtext/training-memory.js";
import { buildDictionary, tokenCodes } from "../../src/local/engines/blazingtext/vocabulary.js";
import type { ChannelInput } from "../../src/local/engines/contract.js";

const { signal } = new AbortController();

/** A trainer on the text `<name>.train.txt` and what it needs to be tested on `<name>.test.txt`. */
export interface PreparedRun {
  /** Tokens of one epoch. */
  readonly tokens: number;
  epochs(count: number): Promise<void>;
  accuracy(): Promise<number>;
  stop(): Promise<void>;
}

/** Settings as in peer.py: 100 columns, learning rate 0.05, words seen twice or more. */
export async function prepareRun(
  dir: string,
  name: string,
  options: { readonly ngrams: number; readonly buckets: number; readonly epochs: number; readonly threads?: number },
): Promise<PreparedRun> {
  const memory = new TrainingMemory();
  const module = compileKernel();
  const kernel = instantiateKernel(module, memory.memory);
  const interner = new WordInterner();
  const read = async (part: string): ReturnType<typeof readTokens> => {
    const file = await open(join(dir, `${name}.${part}.txt`));
    const range = await readTokens(filePieces(file), interner, memory, signal);
    await file.close();
    return range;
  };
  const range = await read("train");
  const { dictionary, entries } = buildDictionary(interner, countTokens(range, memory, interner.count), 2);
  const testRange = await read("test");
  const encoder = new CorpusEncoder({
    kernel,
    memory,
    interner,
    codes: tokenCodes(interner, entries, dictionary.wordCount),
    words: dictionary.wordCount,
    ngrams: options.ngrams,
    buckets: options.buckets,
  });
  const corpus = encoder.encode(range, true);
  const test = encoder.encode(testRange, false);
  const trainer = new SupervisedTrainer({
    ...{ kernel, module, memory, encoder, dictionary, corpus },
    settings: {
      ...{ dimension: 100, learningRate: 0.05, epochs: options.epochs, seed: 1, threads: options.threads ?? 1 },
      buckets: options.ngrams > 1 ? options.buckets : 0,
    },
  });
  await trainer.start();
  return {
    tokens: corpus.tokens,
    epochs: async (count) => {
      for (let epoch = 0; epoch < count; epoch++) await trainer.trainEpoch(signal, () => undefined);
    },
    accuracy: () => trainer.accuracy(test, signal),
    stop: () => trainer.stop(),
  };
}

/** A whole training job at BlazingText's defaults and min_count 2; returns the model folder and the log. */
export async function runJob(
  dir: string,
  name: string,
  hyperParameters: Readonly<Record<string, string>> = {},
): Promise<{ readonly modelDir: string; readonly log: readonly string[] }> {
  const modelDir = mkdtempSync(join(dir, "model-"));
  const log: string[] = [];
  mkdirSync(join(dir, "scratch"), { recursive: true });
  await engine.train({
    jobName: name,
    hyperParameters: { mode: "supervised", min_count: "2", ...hyperParameters },
    channels: [channel(dir, name, "train"), channel(dir, name, "test")],
    instanceType: "ml.c5.xlarge",
    instanceCount: 1,
    modelDir,
    outputDir: join(dir, "scratch"),
    scratchDir: join(dir, "scratch"),
    settings: { seed: 1, threads: 1 },
    log: (line) => log.push(line),
    signal,
  });
  return { modelDir, log };
}

function channel(dir: string, name: string, part: "train" | "test"): ChannelInput {
  const path = join(dir, `${name}.${part}.txt`);
  return {
    ...{ name: part === "train" ? "train" : "validation", contentType: "text/plain", inputMode: "File" },
    ...{ s3DataType: "S3Prefix", recordWrapperType: "None", attributeNames: [], shuffleSeed: undefined },
    files: [{ name: `${name}.${part}.txt`, path, sizeBytes: statSync(path).size, containerPath: path }],
  };
}
