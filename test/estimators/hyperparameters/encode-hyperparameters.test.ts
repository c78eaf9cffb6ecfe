import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValidationError } from "../../../src/errors/index.js";
import { encodeNumber } from "../../../src/estimators/hyperparameters/encode-hyperparameters.js";
import { encodeHyperparameters } from "../../../src/estimators/hyperparameters/index.js";

describe("encodeHyperparameters", () => {
  it("spells values as Python's str does, and leaves plain texts unquoted", () => {
    expect(
      encodeHyperparameters({ epochs: 10, learning_rate: 1e-5, early_stopping: true, evaluation: false, mode: "cbow" }),
    ).toEqual({ epochs: "10", learning_rate: "1e-05", early_stopping: "True", evaluation: "False", mode: "cbow" });
  });

  it("writes lists as JSON text, or as a comma text where the algorithm wants one", () => {
    expect(encodeHyperparameters({ quantiles: [0.1, 0.5], names: ["a", 'b"'] })).toEqual({
      quantiles: "[0.1, 0.5]",
      names: '["a", "b\\""]',
    });
    expect(
      encodeHyperparameters(
        { image_shape: [3, 224, 224], quantiles: [1] },
        { keys: { image_shape: { lists: "comma" } } },
      ),
    ).toEqual({ image_shape: "3,224,224", quantiles: "[1]" });
  });

  it("writes booleans as 1 and 0 for the keys whose container wants flags", () => {
    expect(encodeHyperparameters({ a: true, b: true }, { keys: { b: { booleans: "1/0" } } })).toEqual({
      a: "True",
      b: "1",
    });
  });

  it("keeps an empty text, which some containers give a meaning", () => {
    expect(encodeHyperparameters({ cardinality: "" })).toEqual({ cardinality: "" });
  });

  it("refuses everything that has no meaning on the wire, all of it together", () => {
    const attempt = () =>
      encodeHyperparameters({
        a: null,
        b: undefined,
        c: { d: 1 },
        e: Number.NaN,
        f: Number.POSITIVE_INFINITY,
        g: [1, null],
        h: "two\nlines",
        i: "x".repeat(2501),
        ok: 1,
      });
    expect(attempt).toThrow(ValidationError);
    try {
      attempt();
    } catch (error) {
      const { issues, code } = error as ValidationError;
      expect(code).toBe("INVALID_HYPERPARAMETERS");
      expect(issues.map((issue) => issue.path[0])).toEqual(["a", "b", "c", "e", "f", "g", "h", "i"]);
      expect(issues[3]?.message).toContain("got NaN");
    }
  });

  it("refuses more entries than the API takes", () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`key${index}`, index]));
    expect(() => encodeHyperparameters(many)).toThrow("at most 100");
  });

  it("carries a key named __proto__ like any other", () => {
    const wire = encodeHyperparameters(JSON.parse('{"__proto__": 1}') as Record<string, unknown>);
    expect(Object.keys(wire)).toEqual(["__proto__"]);
  });
});

describe("encodeNumber", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [1, "1"],
    [2_000_000, "2000000"],
    [1e21, "1000000000000000000000"],
    [0.05, "0.05"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1e-7, "1e-07"],
    [-1.25e-10, "-1.25e-10"],
    [5e-324, "5e-324"],
    [0.1 + 0.2, "0.30000000000000004"],
    [123456.789, "123456.789"],
  ])("writes %d as %s", (value, text) => {
    expect(encodeNumber(value)).toBe(text);
  });

  it("loses nothing: every finite number reads back as itself", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(encodeNumber(value)) + 0).toBe(value + 0);
      }),
    );
  });
});
