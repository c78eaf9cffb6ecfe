import {
  type Corpus,
  CorpusEncoder,
  countTokens,
  readTokens,
} from "../../../../src/local/engines/blazingtext/corpus.js";
import type { Dictionary } from "../../../../src/local/engines/blazingtext/fasttext/dictionary.js";
import { WordInterner } from "../../../../src/local/engines/blazingtext/fasttext/word-interner.js";
import { compileKernel, instantiateKernel, type Kernel } from "../../../../src/local/engines/blazingtext/kernel.js";
import { TrainingMemory } from "../../../../src/local/engines/blazingtext/training-memory.js";
import { buildDictionary, tokenCodes } from "../../../../src/local/engines/blazingtext/vocabulary.js";

/** Texts in the memory of a kernel, as a training job puts them there. */
export interface EncodedText {
  readonly kernel: Kernel;
  readonly module: object;
  readonly memory: TrainingMemory;
  readonly dictionary: Dictionary;
  readonly encoder: CorpusEncoder;
  readonly train: Corpus;
  readonly validation: Corpus;
}

/** One line of a corpus, read back from memory. */
export interface EncodedLine {
  readonly rows: readonly number[];
  readonly size: number;
  readonly tokens: number;
  readonly labels: readonly number[];
}

export interface EncodeOptions {
  readonly minCount?: number;
  readonly ngrams?: number;
  readonly buckets?: number;
  readonly pieceBytes?: number;
}

export async function encodeTexts(train: string, validation = "", options: EncodeOptions = {}): Promise<EncodedText> {
  const { minCount = 1, ngrams = 1, buckets = 0, pieceBytes = 1 << 20 } = options;
  const memory = new TrainingMemory();
  const module = compileKernel();
  const kernel = instantiateKernel(module, memory.memory);
  const interner = new WordInterner();
  const { signal } = new AbortController();
  const tokens = await readTokens(pieces(train, pieceBytes), interner, memory, signal);
  const { dictionary, entries } = buildDictionary(interner, countTokens(tokens, memory, interner.count), minCount);
  const validationTokens = await readTokens(pieces(validation, pieceBytes), interner, memory, signal);
  const codes = tokenCodes(interner, entries, dictionary.wordCount);
  const encoder = new CorpusEncoder({ kernel, memory, interner, codes, words: dictionary.wordCount, ngrams, buckets });
  const trainCorpus = encoder.encode(tokens, true);
  const validationCorpus = encoder.encode(validationTokens, false);
  return { kernel, module, memory, dictionary, encoder, train: trainCorpus, validation: validationCorpus };
}

export function linesOf({ memory }: EncodedText, corpus: Corpus): EncodedLine[] {
  const [featuresAt, startsAt, sizesAt, tokensAt, labelStartsAt, labelsAt] = corpus.addresses;
  const starts = memory.uint32(startsAt, corpus.lines + 1);
  const labelStarts = memory.uint32(labelStartsAt, corpus.lines + 1);
  const features = memory.int32(featuresAt, starts[corpus.lines] ?? 0);
  const labels = memory.int32(labelsAt, labelStarts[corpus.lines] ?? 0);
  return Array.from({ length: corpus.lines }, (_, line) => ({
    rows: [...features.subarray(starts[line], starts[line + 1])],
    size: memory.int32(sizesAt, corpus.lines)[line] ?? -1,
    tokens: memory.int32(tokensAt, corpus.lines)[line] ?? -1,
    labels: [...labels.subarray(labelStarts[line], labelStarts[line + 1])],
  }));
}

/** Row in use → row of the full matrix: the words, then one row for each bucket. */
export function fullRows({ memory, encoder, dictionary }: EncodedText, buckets: number): number[] {
  const rows = Array.from({ length: dictionary.wordCount }, (_, word) => word);
  for (const [bucket, place] of memory.uint32(encoder.bucketRows, buckets).entries()) {
    if (place > 0) rows[place - 1] = dictionary.wordCount + bucket;
  }
  return rows;
}

async function* pieces(text: string, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, "latin1");
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}
