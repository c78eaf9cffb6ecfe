import { BestScores } from "./best-scores.js";
import { FeatureReader } from "./feature-reader.js";
import { buildHuffmanTree, type HuffmanTree } from "./huffman-tree.js";
import type { FastTextModel } from "./model.js";

/** One label that a classifier gives to a text. */
export interface ScoredLabel {
  /** The label as in the training text, prefix included. */
  readonly label: string;
  /** A 32-bit float; may exceed 1 by up to 1.002e-5, since fastText adds 1e-5 before it takes the logarithm. */
  readonly probability: number;
}

/** Sigmoids come from a table, as in fastText: 512 steps in [-8, 8). */
const SIGMOID_STEPS = 512;
const SIGMOID_LIMIT = 8;

/** Predicts labels with a supervised fastText model. Holds scratch memory: one call at a time. */
export class Classifier {
  readonly labels: readonly string[];
  readonly #model: FastTextModel;
  readonly #features: FeatureReader;
  readonly #hidden: Float32Array;
  readonly #scores: Float64Array;
  readonly #tree: HuffmanTree | undefined;
  #sigmoids: Float32Array | undefined;

  constructor(model: FastTextModel) {
    const { dictionary, settings } = model;
    if (settings.kind !== "supervised") throw new TypeError(`a ${settings.kind} model has no labels to predict`);
    this.#model = model;
    this.#features = new FeatureReader(model);
    this.labels = Array.from({ length: dictionary.labelCount }, (_, label) => dictionary.label(label));
    this.#hidden = new Float32Array(settings.dimension);
    this.#scores = new Float64Array(dictionary.labelCount);
    if (settings.loss === "hierarchical softmax") {
      this.#tree = buildHuffmanTree(dictionary.counts.subarray(dictionary.wordCount));
    }
  }

  /**
   * The `k` most probable labels of one line of text, best first. A line end is added; words behind a line feed are
   * ignored. Empty only when the text has no feature at all, which needs a model that does not know `</s>`.
   */
  predict(text: string | Uint8Array, k = 1): ScoredLabel[] {
    const { rows, count } = this.#features.read(text);
    if (count === 0) return [];
    this.#average(rows, count);
    const best = new BestScores(k);
    if (this.#tree) this.#walk(this.#tree, best);
    else this.#rank(best);
    return best.sorted().map(({ score, index }) => ({
      label: this.labels[index] as string,
      probability: Math.fround(Math.exp(score)),
    }));
  }

  #average(rows: Int32Array, count: number): void {
    const hidden = this.#hidden;
    const { input } = this.#model;
    hidden.fill(0);
    input.addRows(rows, count, hidden);
    const factor = Math.fround(1 / count);
    for (let column = 0; column < hidden.length; column++) hidden[column] = (hidden[column] as number) * factor;
  }

  #rank(best: BestScores): void {
    const scores = this.#scores;
    const { output, settings } = this.#model;
    let largest = Number.NEGATIVE_INFINITY;
    for (let label = 0; label < scores.length; label++) {
      const score = output.dotRow(label, this.#hidden);
      scores[label] = score;
      if (score > largest) largest = score;
    }
    if (settings.loss === "softmax") {
      let sum = 0;
      for (let label = 0; label < scores.length; label++) {
        const power = Math.exp((scores[label] as number) - largest);
        scores[label] = power;
        sum += power;
      }
      for (let label = 0; label < scores.length; label++) {
        best.add(logarithm(Math.fround((scores[label] as number) / sum)), label);
      }
    } else {
      for (let label = 0; label < scores.length; label++) {
        best.add(logarithm(this.#sigmoid(scores[label] as number)), label);
      }
    }
  }

  #walk(tree: HuffmanTree, best: BestScores): void {
    const visit = (node: number, score: number): void => {
      if (!best.accepts(score)) return;
      if (node < tree.leaves) {
        best.add(score, node);
        return;
      }
      const inner = node - tree.leaves;
      const right = Math.fround(1 / (1 + Math.exp(-this.#model.output.dotRow(inner, this.#hidden))));
      visit(tree.left[inner] as number, Math.fround(score + logarithm(1 - right)));
      visit(tree.right[inner] as number, Math.fround(score + logarithm(right)));
    };
    visit(tree.root, 0);
  }

  #sigmoid(x: number): number {
    if (x < -SIGMOID_LIMIT) return 0;
    if (x > SIGMOID_LIMIT) return 1;
    this.#sigmoids ??= Float32Array.from({ length: SIGMOID_STEPS + 1 }, (_, step) => {
      const value = (step * 2 * SIGMOID_LIMIT) / SIGMOID_STEPS - SIGMOID_LIMIT;
      return 1 / (1 + Math.exp(-value));
    });
    return this.#sigmoids[Math.floor(((x + SIGMOID_LIMIT) * SIGMOID_STEPS) / SIGMOID_LIMIT / 2)] as number;
  }
}

/** fastText's logarithm, which never sees zero. */
function logarithm(x: number): number {
  return Math.fround(Math.log(x + 1e-5));
}
