import { describe, expect, it } from "vitest";
import { blazingTextHyperparametersSchema } from "../../../src/estimators/blazingtext/index.js";
import { containerFaults } from "../../../src/estimators/hyperparameters/index.js";

const faults = (wire: Record<string, string>) => containerFaults(blazingTextHyperparametersSchema, wire);

describe("containerFaults", () => {
  it("finds nothing in what the container accepts", () => {
    expect(faults({ mode: "supervised", epochs: "10", learning_rate: "5e-2", early_stopping: "true" })).toEqual([]);
  });

  it("takes what a tuning job adds to the hyperparameters of its training jobs", () => {
    expect(faults({ mode: "supervised", _tuning_objective_metric: "validation:accuracy" })).toEqual([]);
    expect(faults({ mode: "supervised", _tuning: "1" })).toHaveLength(1);
  });

  it("words a missing value as the containers do", () => {
    expect(faults({})).toEqual([
      "No value(s) were specified for 'mode' which are required hyperparameter(s) (caused by ValidationError)",
    ]);
  });

  it("words a value outside a closed set as the containers do", () => {
    expect(faults({ mode: "classify" })).toEqual([
      "The value 'classify' is not valid for the 'mode' hyperparameter which accepts one of the following: 'supervised', 'batch_skipgram', 'skipgram', 'cbow' (caused by ValidationError)",
    ]);
    expect(faults({ mode: "supervised", early_stopping: "yes" })).toEqual([
      "The value 'yes' is not valid for the 'early_stopping' hyperparameter which accepts one of the following: 'True', 'False' (caused by ValidationError)",
    ]);
  });

  it("words a value out of range as the containers do", () => {
    expect(faults({ mode: "supervised", epochs: "0" })).toEqual([
      "The value '0' is not valid for the 'epochs' hyperparameter which expects one of the following: a string which matches the pattern '^([1-9][0-9]*)$'; or an integer between 1 and 2147483647 (caused by ValidationError)",
    ]);
    expect(faults({ mode: "supervised", learning_rate: "0" })[0]).toMatch(/or a number greater than 0 \(caused by/u);
  });

  it("names keys that the mode does not have, and combinations that cannot work", () => {
    expect(faults({ mode: "supervised", window_size: "5" })).toEqual([
      "Additional hyperparameters are not allowed ('window_size' was unexpected) (caused by ValidationError)",
    ]);
    expect(faults({ mode: "skipgram", min_char: "5", max_char: "4" })).toHaveLength(1);
  });
});
