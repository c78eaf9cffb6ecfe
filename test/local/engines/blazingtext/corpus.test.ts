import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FeatureReader } from "../../../../src/local/engines/blazingtext/fasttext/feature-reader.js";
import { CompactMatrix } from "../../../../src/local/engines/blazingtext/fasttext/matrix.js";
import { encodeTexts, fullRows, linesOf } from "./encoded-text.js";

const fixtures = `${import.meta.dirname}/../../../fixtures/fasttext`;

describe("CorpusEncoder", () => {
  it("numbers words by falling count, then by first appearance, and leaves rare ones out", async () => {
    const text = await encodeTexts("__label__x b a a\n__label__x c a b\n", "", { minCount: 2 });
    const words = Array.from({ length: text.dictionary.wordCount }, (_, word) =>
      Buffer.from(text.dictionary.bytesOf(word)).toString(),
    );
    expect(words).toEqual(["a", "b", "</s>"]);
    expect(linesOf(text, text.train)).toEqual([
      { rows: [1, 0, 0, 2], size: 4, tokens: 5, labels: [0] },
      { rows: [0, 1, 2], size: 3, tokens: 5, labels: [0] },
    ]);
    expect(text.dictionary.tokenCount).toBe(10);
  });

  it("finds labels anywhere in a line, never drops one, and keeps no features of lines without", async () => {
    const text = await encodeTexts("a __label__x b\na b\n__label__y\n__label__x __label__y a\n", "", { minCount: 2 });
    expect(linesOf(text, text.train).map(({ rows, labels }) => ({ rows, labels }))).toEqual([
      { rows: [1, 2, 0], labels: [0] },
      { rows: [], labels: [] },
      { rows: [0], labels: [1] },
      { rows: [1, 0], labels: [0, 1] },
    ]);
    expect(text.train.examples).toBe(3);
  });

  it("ends a line at a written </s> as at a line feed", async () => {
    const text = await encodeTexts("__label__x a </s> __label__y b\n");
    expect(linesOf(text, text.train).map(({ labels }) => labels)).toEqual([[0], [1]]);
  });

  it("gives every bucket of the training text a row and lets other n-grams count in the average alone", async () => {
    const text = await encodeTexts("__label__x a b a b\n", "__label__x a b b\n__label__z a\n", {
      ngrams: 2,
      buckets: 1_000_003,
    });
    const [trained] = linesOf(text, text.train);
    // a b | b a | a b | b </s>: three different pairs.
    expect(text.encoder.rows).toBe(text.dictionary.wordCount + 3);
    expect(trained?.size).toBe(9);
    expect(trained?.rows[5]).toBe(trained?.rows[7]);
    const [seen, unknownLabel] = linesOf(text, text.validation);
    // a b b </s>: the pair "b b" is new.
    expect(seen?.size).toBe(7);
    expect(seen?.rows).toHaveLength(6);
    expect(unknownLabel).toMatchObject({ rows: [], labels: [] });
    expect(text.validation.examples).toBe(1);
  });

  it.each([1, 2, 3])("finds the features that prediction finds, with word n-grams up to %i", async (ngrams) => {
    const buckets = 5000;
    const source = readFileSync(`${fixtures}/few.txt`, "latin1");
    const text = await encodeTexts(source, "", { ngrams, buckets, minCount: 3, pieceBytes: 37 });
    const reader = new FeatureReader({
      version: 12,
      settings: {
        ...{ dimension: 1, windowSize: 5, epochs: 1, minCount: 3, negatives: 5, wordNgrams: ngrams, buckets },
        ...{ loss: "softmax", kind: "supervised", minCharacters: 0, maxCharacters: 0 },
        ...{ updateRate: 100, samplingThreshold: 1e-4 },
      },
      dictionary: text.dictionary,
      input: new CompactMatrix(0, 1),
      output: new CompactMatrix(0, 1),
    });
    const rows = fullRows(text, ngrams > 1 ? buckets : 0);
    const lines = linesOf(text, text.train);
    expect(lines).toHaveLength(120);
    for (const [index, line] of source.trimEnd().split("\n").entries()) {
      const read = reader.read(Buffer.from(line, "latin1"));
      expect(lines[index]?.rows.map((row) => rows[row])).toEqual([...read.rows.subarray(0, read.count)]);
    }
  });

  it("reads a line longer than any piece", async () => {
    const text = await encodeTexts(`__label__x ${"word ".repeat(5000)}\n`, "", {
      ngrams: 2,
      buckets: 100,
      pieceBytes: 64,
    });
    expect(linesOf(text, text.train)[0]).toMatchObject({ size: 5000 + 1 + 5000, tokens: 5002 });
  });
});
