import type { Dictionary } from "./dictionary.js";
import type { Matrix } from "./matrix.js";

/** How a model was trained, as far as its file tells. */
export interface ModelSettings {
  /** Length of a vector. */
  readonly dimension: number;
  /** Words on each side that word vectors were trained with; unused by classifiers. */
  readonly windowSize: number;
  readonly epochs: number;
  readonly minCount: number;
  /** Negative samples per step. */
  readonly negatives: number;
  /** Longest word n-gram; 1 means words alone. */
  readonly wordNgrams: number;
  readonly loss: Loss;
  readonly kind: ModelKind;
  /** Hash rows for n-grams behind the rows of the words; 0 when the model has none. */
  readonly buckets: number;
  /** Shortest character n-gram. */
  readonly minCharacters: number;
  /** Longest character n-gram; 0 means none. */
  readonly maxCharacters: number;
  /** Tokens between two changes of the learning rate. */
  readonly updateRate: number;
  /** Threshold of the sub-sampling of frequent words. */
  readonly samplingThreshold: number;
}

export type Loss = "hierarchical softmax" | "negative sampling" | "softmax" | "one-vs-all";
export type ModelKind = "cbow" | "skipgram" | "supervised";

/** The numbers of the file are positions in these lists, counted from 1. */
export const LOSSES: readonly Loss[] = ["hierarchical softmax", "negative sampling", "softmax", "one-vs-all"];
export const MODEL_KINDS: readonly ModelKind[] = ["cbow", "skipgram", "supervised"];

/** First four bytes of every model file, as a little-endian integer. */
export const MAGIC = 793_712_314;
/** Newest version of the format; 11 differs only in that its classifiers have no character n-grams. */
export const VERSION = 12;

/** A fastText model in memory. */
export interface FastTextModel {
  /** Version of the file that it came from. */
  readonly version: number;
  readonly settings: ModelSettings;
  readonly dictionary: Dictionary;
  /** One row for each word, then one for each bucket. */
  readonly input: Matrix;
  /** One row for each label of a classifier, or each inner node of its tree, or each word of a word-vector model. */
  readonly output: Matrix;
}
