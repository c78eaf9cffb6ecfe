import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BestScores } from "../../../../src/local/engines/blazingtext/fasttext/best-scores.js";
import { Classifier } from "../../../../src/local/engines/blazingtext/fasttext/classifier.js";
import { buildHuffmanTree } from "../../../../src/local/engines/blazingtext/fasttext/huffman-tree.js";
import { readModel } from "../../../../src/local/engines/blazingtext/fasttext/read-model.js";

const fixtures = `${import.meta.dirname}/../../../fixtures/fasttext`;
const golden = readdirSync(fixtures)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));

async function classifierOf(name: string): Promise<Classifier> {
  const bytes = readFileSync(`${fixtures}/${name}`);
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  return new Classifier(await readModel(whole(), { sizeBytes: bytes.length }));
}

describe("Classifier", () => {
  it("has a golden file for each loss and kind of model", () => {
    expect(golden).toHaveLength(8);
  });

  it.each(golden)("predicts what C++ fastText predicts with %s", async (name) => {
    const classifier = await classifierOf(name);
    const expected = JSON.parse(readFileSync(`${fixtures}/${name}.json`, "utf8")) as Record<string, [string, number][]>;
    expect(Object.keys(expected)).toHaveLength(10);
    for (const [text, labels] of Object.entries(expected)) {
      const predicted = classifier.predict(text, labels.length);
      expect(predicted.map(({ label }) => label)).toEqual(labels.map(([label]) => label));
      for (const [index, { probability }] of predicted.entries()) {
        expect(probability).toBeCloseTo(labels[index]?.[1] ?? -1, 6);
        expect(probability).toBe(Math.fround(probability));
      }
    }
  });

  it("gives one label unless more are asked for, and never more than there are", async () => {
    const classifier = await classifierOf("words.bin");
    expect(classifier.predict("alpha beta")).toHaveLength(1);
    expect(classifier.predict("alpha beta", 1_000_000)).toHaveLength(4);
    expect(classifier.labels).toContain("__label__çinq");
  });

  it("reads bytes as it reads text", async () => {
    const classifier = await classifierOf("trigrams.bin");
    expect(classifier.predict(new TextEncoder().encode("café 日本語"), 4)).toEqual(
      classifier.predict("café 日本語", 4),
    );
  });

  it("stops at the end of the line", async () => {
    const classifier = await classifierOf("trigrams.bin");
    expect(classifier.predict("alpha beta\nkappa", 4)).toEqual(classifier.predict("alpha beta", 4));
  });

  it("reads texts longer than its scratch memory", async () => {
    const classifier = await classifierOf("subwords.bin");
    const long = "alpha beta gamma ".repeat(20_000);
    expect(classifier.predict(long)[0]?.label).toBe(classifier.predict("alpha beta gamma ".repeat(100))[0]?.label);
  });

  it("gives probabilities that may exceed 1 by the 1e-5 that fastText adds", async () => {
    const classifier = await classifierOf("one-vs-all.bin");
    const sure = classifier.predict("kappa lambda mu nu xi omicron pi rho", 1)[0];
    expect(sure?.probability).toBeGreaterThan(0.9);
    expect(sure?.probability).toBeLessThan(1.00002);
  });

  it("refuses word vectors", async () => {
    await expect(classifierOf("skipgram.bin")).rejects.toThrow("a skipgram model has no labels to predict");
  });
});

describe("BestScores", () => {
  it("keeps the best k, best first", () => {
    const best = new BestScores(3);
    for (const [index, score] of [0.1, 0.9, 0.3, 0.7, 0.5, 0.2].entries()) best.add(score, index);
    expect(best.sorted()).toEqual([
      { score: 0.9, index: 1 },
      { score: 0.7, index: 3 },
      { score: 0.5, index: 4 },
    ]);
  });

  it("lets a later equal score replace the earlier one, as fastText's heap does", () => {
    const best = new BestScores(1);
    for (const index of [0, 1, 2]) best.add(0.5, index);
    expect(best.sorted()).toEqual([{ score: 0.5, index: 2 }]);
  });

  it("agrees with sorting for many scores", () => {
    const scores = Array.from({ length: 500 }, (_, index) => ((index * 7919) % 503) / 503);
    const best = new BestScores(40);
    for (const [index, score] of scores.entries()) best.add(score, index);
    const expected = scores.map((score, index) => ({ score, index })).sort((a, b) => b.score - a.score);
    expect(best.sorted()).toEqual(expected.slice(0, 40));
  });
});

describe("buildHuffmanTree", () => {
  it("joins the two rarest first", () => {
    const tree = buildHuffmanTree(Float64Array.of(10, 5, 2, 1));
    expect([...tree.left]).toEqual([3, 4, 5]);
    expect([...tree.right]).toEqual([2, 1, 0]);
    expect(tree.root).toBe(6);
  });

  it("is a single leaf for a single label", () => {
    expect(buildHuffmanTree(Float64Array.of(3))).toMatchObject({ leaves: 1, root: 0 });
  });
});
