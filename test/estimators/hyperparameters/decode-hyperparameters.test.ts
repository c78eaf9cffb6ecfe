import { describe, expect, it } from "vitest";
import * as z from "zod";
import { blazingTextHyperparametersSchema } from "../../../src/estimators/blazingtext/index.js";
import { decodeHyperparameters } from "../../../src/estimators/hyperparameters/index.js";

const decode = (wire: Record<string, string>) => decodeHyperparameters(blazingTextHyperparametersSchema, wire);

describe("decodeHyperparameters", () => {
  it("gives typed values", () => {
    expect(decode({ mode: "supervised", epochs: "10", learning_rate: "5E-2", early_stopping: "True" })).toEqual({
      values: { mode: "supervised", epochs: 10, learning_rate: 0.05, early_stopping: true },
      unreadable: [],
      unknown: [],
    });
  });

  it.each(["True", "true", "TRUE", "1"])("reads the boolean spelling %s as true", (text) => {
    expect(decode({ mode: "supervised", early_stopping: text }).values["early_stopping"]).toBe(true);
  });

  it.each(["False", "false", "0"])("reads the boolean spelling %s as false", (text) => {
    expect(decode({ mode: "supervised", early_stopping: text }).values["early_stopping"]).toBe(false);
  });

  it("names what it cannot read and what it does not know, and throws nothing", () => {
    expect(
      decode({ mode: "cbow", epochs: "five", window_size: "5.5", evaluation: "yes", _tuning_objective_metric: "x" }),
    ).toEqual({
      values: { mode: "cbow" },
      unreadable: ["epochs", "window_size", "evaluation"],
      unknown: ["_tuning_objective_metric"],
    });
    expect(decode({ epochs: "5" }).unknown).toEqual(["epochs"]);
  });

  it("reads lists from JSON text and from comma text", () => {
    const schema = z.strictObject({ quantiles: z.array(z.number()), names: z.array(z.string()) });
    expect(decodeHyperparameters(schema, { quantiles: "[0.1, 0.5]", names: '["a","b"]' }).values).toEqual({
      quantiles: [0.1, 0.5],
      names: ["a", "b"],
    });
    expect(decodeHyperparameters(schema, { quantiles: "10,20" }, { lists: "comma" }).values).toEqual({
      quantiles: [10, 20],
    });
    expect(decodeHyperparameters(schema, { quantiles: "[0.1" }).unreadable).toEqual(["quantiles"]);
  });
});
