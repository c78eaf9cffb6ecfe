import { describe, expect, it } from "vitest";
import { blazingTextDefaults, readBlazingTextHyperparameters } from "../../../../src/estimators/blazingtext/index.js";
import { readHyperparameters } from "../../../../src/local/engines/blazingtext/hyperparameters.js";

describe("readHyperparameters", () => {
  it("has the defaults of the estimator", () => {
    expect(readHyperparameters({ mode: "supervised" })).toEqual(blazingTextDefaults.supervised);
  });

  it("reads every text as the estimator's schema does", () => {
    const wire = {
      mode: "supervised",
      buckets: "1000",
      early_stopping: "True",
      epochs: "7",
      learning_rate: "1e-2",
      min_count: "0",
      min_epochs: "2",
      patience: "1",
      vector_dim: "10",
      word_ngrams: "3",
    };
    expect({ mode: "supervised", ...readHyperparameters(wire) }).toEqual(readBlazingTextHyperparameters(wire));
    expect(readHyperparameters({ ...wire, early_stopping: "false" }).early_stopping).toBe(false);
    expect(readHyperparameters({ ...wire, early_stopping: "true" }).early_stopping).toBe(true);
  });

  it("fails with the name when a text was never checked", () => {
    expect(() => readHyperparameters({ mode: "supervised", epochs: "many" })).toThrow(
      'Hyperparameter epochs must be a number, got "many".',
    );
    expect(() => readHyperparameters({ mode: "cbow" })).toThrow('Local mode cannot train mode "cbow".');
  });
});
