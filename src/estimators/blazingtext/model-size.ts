import { resolveBlazingTextHyperparameters } from "./defaults.js";
import type { BlazingTextHyperparameters } from "./hyperparameters.js";

/**
 * What {@link estimateBlazingTextModelSize} needs to know about the data.
 *
 * @public
 */
export interface BlazingTextVocabularySize {
  /** Distinct words kept, that is seen at least `min_count` times. */
  readonly words: number;
  /**
   * Distinct labels; mode `supervised` only.
   *
   * @defaultValue 2
   */
  readonly labels?: number | undefined;
  /**
   * Mean length of a word or label in UTF-8 bytes.
   *
   * @defaultValue 7
   */
  readonly wordBytes?: number | undefined;
}

const BYTES_PER_FLOAT = 4;
/** Head, arguments and both matrix headers of a fastText file. */
const FIXED_BYTES = 126;
/** Count, type and end mark of one dictionary entry. */
const ENTRY_BYTES = 10;

/**
 * Estimates the size in bytes of the `model.bin` or `vectors.bin` that a training job writes, before compression.
 *
 * @remarks
 * Hash rows count in full: they are stored whether the data touches them or not. Every worker process of an endpoint
 * loads its own copy, one worker per vCPU. `model.tar.gz` is hardly smaller, because random numbers do not compress.
 *
 * @example
 * ```ts
 * estimateBlazingTextModelSize({ mode: "supervised" }, { words: 69 }); // 800_030_...: the 2,000,000 hash rows of word bigrams
 * ```
 * @public
 */
export function estimateBlazingTextModelSize(
  hyperparameters: BlazingTextHyperparameters,
  vocabulary: BlazingTextVocabularySize,
): number {
  const hp = resolveBlazingTextHyperparameters(hyperparameters);
  const hashed = hp.mode === "supervised" ? hp.word_ngrams > 1 : hp.subwords;
  const labels = hp.mode === "supervised" ? (vocabulary.labels ?? 2) : 0;
  const outputRows = hp.mode === "supervised" ? labels : vocabulary.words;
  const rows = vocabulary.words + (hashed ? hp.buckets : 0) + outputRows;
  const dictionary = (vocabulary.words + labels) * (ENTRY_BYTES + (vocabulary.wordBytes ?? 7));
  return rows * hp.vector_dim * BYTES_PER_FLOAT + dictionary + FIXED_BYTES;
}
