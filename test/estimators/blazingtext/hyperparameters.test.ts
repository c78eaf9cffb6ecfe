import { describe, expect, it } from "vitest";
import {
  blazingTextDefaults,
  blazingTextWarnings,
  estimateBlazingTextModelSize,
  readBlazingTextHyperparameters,
  resolveBlazingTextHyperparameters,
} from "../../../src/estimators/blazingtext/index.js";

describe("resolveBlazingTextHyperparameters", () => {
  it("fills in what the service would take", () => {
    expect(resolveBlazingTextHyperparameters({ mode: "supervised", min_count: 2, epochs: undefined })).toEqual({
      mode: "supervised",
      buckets: 2_000_000,
      early_stopping: false,
      epochs: 5,
      learning_rate: 0.05,
      min_count: 2,
      min_epochs: 5,
      patience: 4,
      vector_dim: 100,
      word_ngrams: 2,
    });
  });
});

describe("readBlazingTextHyperparameters", () => {
  it("reads the texts of a job and fills in the defaults", () => {
    expect(readBlazingTextHyperparameters({ mode: "cbow", epochs: "3", evaluation: "False" })).toEqual({
      ...blazingTextDefaults.cbow,
      mode: "cbow",
      epochs: 3,
      evaluation: false,
    });
  });

  it("answers undefined without a known mode", () => {
    expect(readBlazingTextHyperparameters({ epochs: "3" })).toBeUndefined();
    expect(readBlazingTextHyperparameters({ mode: "toString" })).toBeUndefined();
  });
});

describe("estimateBlazingTextModelSize", () => {
  it("comes within a thousandth of a real file: 69 words, two labels, default settings", () => {
    const bytes = estimateBlazingTextModelSize({ mode: "supervised", min_count: 2 }, { words: 69, labels: 2 });
    expect(Math.abs(bytes / 800_029_608 - 1)).toBeLessThan(1e-3);
  });

  it("shows what word_ngrams: 1 saves", () => {
    expect(estimateBlazingTextModelSize({ mode: "supervised", word_ngrams: 1 }, { words: 69, labels: 2 })).toBeLessThan(
      31_000,
    );
  });

  it("counts hash rows of word vectors only with subwords, and both matrices", () => {
    expect(estimateBlazingTextModelSize({ mode: "cbow", vector_dim: 10 }, { words: 1000 })).toBeLessThan(
      2 * 1000 * 40 + 20_000,
    );
    expect(
      estimateBlazingTextModelSize({ mode: "cbow", vector_dim: 10, subwords: true, buckets: 5000 }, { words: 1000 }),
    ).toBeGreaterThan(7000 * 40);
  });
});

describe("blazingTextWarnings", () => {
  it("has nothing to say about a small, plain configuration", () => {
    expect(blazingTextWarnings({ mode: "supervised", word_ngrams: 1 })).toEqual([]);
    expect(blazingTextWarnings({ mode: "batch_skipgram" })).toEqual([]);
  });

  it("names settings without effect", () => {
    expect(blazingTextWarnings({ mode: "supervised", word_ngrams: 1, patience: 2, buckets: 10 })).toEqual([
      '"patience" has no effect without early_stopping: true.',
      '"buckets" has no effect without "word_ngrams" above 1.',
    ]);
    expect(blazingTextWarnings({ mode: "skipgram", min_char: 2, batch_size: 11 })).toEqual([
      '"min_char" has no effect without subwords: true.',
      '"batch_size" has no effect without mode "batch_skipgram".',
    ]);
  });

  it("says when early stopping cannot trigger", () => {
    const [warning] = blazingTextWarnings({ mode: "supervised", word_ngrams: 1, early_stopping: true, epochs: 3 });
    expect(warning).toContain('"epochs" is 3');
  });

  it("warns of the 800 MB that the default settings put into the model", () => {
    const [warning] = blazingTextWarnings({ mode: "supervised" });
    expect(warning).toContain("800 MB");
    expect(warning).toContain('"word_ngrams": 1');
  });
});
