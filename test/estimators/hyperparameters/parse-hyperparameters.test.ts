import { describe, expect, it } from "vitest";
import { ValidationError, type ValidationIssue } from "../../../src/errors/index.js";
import { blazingTextHyperparametersSchema } from "../../../src/estimators/blazingtext/index.js";
import { parseHyperparameters } from "../../../src/estimators/hyperparameters/index.js";

const parse = (values: unknown): unknown =>
  parseHyperparameters(blazingTextHyperparametersSchema, values, "BlazingText");

function faults(values: unknown): readonly ValidationIssue[] {
  try {
    parse(values);
  } catch (error) {
    if (ValidationError.is(error) && error.code === "INVALID_HYPERPARAMETERS") return error.issues;
    throw error;
  }
  return [];
}

const messages = (values: unknown): string[] => faults(values).map((issue) => issue.message);

describe("parseHyperparameters", () => {
  it("returns only the keys that are set", () => {
    expect(parse({ mode: "supervised", epochs: 10, patience: undefined })).toEqual({ mode: "supervised", epochs: 10 });
  });

  it("says name, range and value of what is out of range", () => {
    expect(messages({ mode: "supervised", epochs: 0 })).toEqual([
      'hyperparameter "epochs" of BlazingText must be an integer in [1, 2147483647]; got 0',
    ]);
    expect(messages({ mode: "supervised", learning_rate: Number.NaN })).toEqual([
      'hyperparameter "learning_rate" of BlazingText must be a number above 0; got NaN',
    ]);
    expect(messages({ mode: "supervised", early_stopping: "True" })).toEqual([
      'hyperparameter "early_stopping" of BlazingText must be true or false; got "True"',
    ]);
  });

  it("suggests the nearest known key for an unknown one", () => {
    expect(messages({ mode: "supervised", epoch: 3 })).toEqual([
      'unknown hyperparameter "epoch" of BlazingText; did you mean "epochs"? [GEN-01]',
    ]);
    expect(messages({ mode: "supervised", learningRate: 3 })).toEqual([
      'unknown hyperparameter "learningRate" of BlazingText; did you mean "learning_rate"? [GEN-01]',
    ]);
  });

  it("says which mode a key belongs to", () => {
    expect(messages({ mode: "skipgram", word_ngrams: 2 })).toEqual([
      'hyperparameter "word_ngrams" of BlazingText belongs to mode "supervised", not to "skipgram"; remove it',
    ]);
  });

  it("asks for the mode and lists all of them", () => {
    const modes = '"supervised", "batch_skipgram", "skipgram", "cbow"';
    expect(messages({})).toEqual([`hyperparameter "mode" of BlazingText is required: one of ${modes} [GEN-01]`]);
    expect(messages({ mode: "Supervised" })).toEqual([
      `hyperparameter "mode" of BlazingText must be one of ${modes}; got "Supervised"`,
    ]);
  });

  it("hints at a number that was given as a text", () => {
    expect(messages({ mode: "supervised", epochs: "10" })[0]).toMatch(/got "10"; write 10 without quotes$/u);
  });

  it("refuses null, objects and anything that is no object at all", () => {
    expect(messages({ mode: "supervised", epochs: null })[0]).toContain("got null");
    expect(messages(null)[0]).toContain("must be an object; got null");
    expect(messages("supervised")[0]).toContain("must be an object");
  });

  it("reports all faults of one object together, combinations included", () => {
    const found = faults({ mode: "batch_skipgram", subwords: true, min_char: 4, max_char: 2, window: 3, epochs: 1.5 });
    expect(found.map((issue) => issue.path.join(".")).sort()).toEqual(["epochs", "subwords", "window"]);
    expect(messages({ mode: "cbow", min_char: 4, max_char: 2, window: 3 })).toEqual([
      'unknown hyperparameter "window" of BlazingText; did you mean "window_size"? [GEN-01]',
      'hyperparameter "max_char" of BlazingText must not be below "min_char"',
    ]);
  });

  it("counts the default of the side that is not set when min_char and max_char are compared", () => {
    expect(messages({ mode: "skipgram", subwords: true, min_char: 7 })).toHaveLength(1);
    expect(messages({ mode: "skipgram", subwords: true, max_char: 3 })).toEqual([]);
  });

  it("refuses subwords with batch_skipgram and says which modes offer them", () => {
    expect(messages({ mode: "batch_skipgram", subwords: true })[0]).toContain('mode "skipgram" or "cbow"');
    expect(messages({ mode: "batch_skipgram", subwords: false })).toEqual([]);
  });
});
