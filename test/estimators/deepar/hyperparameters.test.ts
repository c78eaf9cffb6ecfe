import { describe, expect, it } from "vitest";
import {
  containerFaults,
  decodeHyperparameters,
  deepARAlgorithm,
  deepARDefaults,
  deepARWarnings,
  encodeHyperparameters,
  parseHyperparameters,
  readDeepARHyperparameters,
  resolveDeepARHyperparameters,
} from "../../../src/estimators/index.js";
import { base, faultsOf, makeDeepAR } from "./support.js";

const { hyperparameters: schema, wire: rules } = deepARAlgorithm;
const wireOf = (more: object): Record<string, string> =>
  encodeHyperparameters({ ...parseHyperparameters(schema, { ...base, ...more }, "DeepAR") }, rules);
const issuesOf = async (more: object) => (await faultsOf(() => wireOf(more))).issues;

describe("hyperparameters of DeepAR", () => {
  it("take the empty text to the wire, which the container reads as: leave them out [DA-09]", async () => {
    expect(wireOf({ cardinality: "", num_dynamic_feat: "" })).toMatchObject({ cardinality: "", num_dynamic_feat: "" });
    const request = await makeDeepAR(
      { outputPath: "s3://bkt/out" },
      { cardinality: "", num_dynamic_feat: "" },
    ).toRequest("s3://bkt/train.json");
    expect(request.HyperParameters).toMatchObject({ cardinality: "", num_dynamic_feat: "" });
  });

  it("spell words, numbers and lists as the container parses them", () => {
    expect(
      wireOf({
        cardinality: [12, 3],
        num_dynamic_feat: 2,
        test_quantiles: [0.05, 0.5],
        early_stopping_patience: 10,
        learning_rate: 0.00005,
      }),
    ).toEqual({
      time_freq: "H",
      prediction_length: "50",
      context_length: "50",
      epochs: "20",
      cardinality: "[12, 3]",
      num_dynamic_feat: "2",
      test_quantiles: "[0.05, 0.5]",
      early_stopping_patience: "10",
      learning_rate: "5e-05",
    });
    expect(wireOf({ cardinality: "ignore", num_dynamic_feat: "auto" })).toMatchObject({
      cardinality: "ignore",
      num_dynamic_feat: "auto",
    });
  });

  it("write quantiles only in decimals, the one form that the container's pattern takes", async () => {
    const pattern = /^\s*\[\s*0\.\d+(\s*,\s*0\.\d+)*\s*\]\s*$/u;
    for (const quantiles of [deepARDefaults.test_quantiles, [0.0001, 0.9999], [1 / 3]]) {
      expect(wireOf({ test_quantiles: quantiles })["test_quantiles"]).toMatch(pattern);
    }
    for (const quantiles of [[], [0], [1], [0.00001], [Number.NaN], "[0.1]"]) {
      expect((await issuesOf({ test_quantiles: quantiles }))[0]?.path[0]).toBe("test_quantiles");
    }
  });

  it.each([
    [{ cardinality: 3 }, 'must be one of "auto", "ignore", "", or a list, each an integer in [1, 2147483647]; got 3'],
    [{ cardinality: [2, 0] }, "got [2,0]"],
    [{ num_dynamic_feat: 0 }, "or an integer in [1, 2147483647]; got 0"],
    [{ num_dynamic_feat: "none" }, 'got "none"'],
    [{ early_stopping_patience: 0 }, 'must be "", or an integer'],
    [{ likelihood: "normal" }, '"gaussian", "beta", "negative-binomial", "student-T", "deterministic-L1"'],
    [{ prediction_length: 0 }, "must be an integer in [1, 2147483647]; got 0"],
    [{ context_length: undefined }, '"context_length" of DeepAR is required'],
    [{ dropout_rate: 1.5 }, "must be a number in [0, 1]"],
  ])("refuse %o", async (more, message) => {
    const issues = await issuesOf(more);
    expect(issues).toHaveLength(1);
    expect(issues[0]?.message).toContain(message);
  });

  it.each(["H", "2H", "15min", "D", "W", "M", " D "])("take the frequency %o", (time_freq) => {
    expect(wireOf({ time_freq })["time_freq"]).toBe(time_freq);
  });

  it.each([
    ["h", '"H"'],
    ["5T", '"5min"'],
    ["hourly", '"H"'],
    ["0H", "got"],
    ["S", "got"],
  ])("refuse the frequency %o with what was probably meant", async (time_freq, hint) => {
    const [issue] = await issuesOf({ time_freq });
    expect(issue?.message).toContain('hyperparameter "time_freq" of DeepAR: ');
    expect(issue?.message).toContain(hint);
  });

  it("know the likelihood in the spelling of the documentation and of the logs, and read it back from any", () => {
    expect(wireOf({ likelihood: "student-T" })["likelihood"]).toBe("student-T");
    expect(wireOf({ likelihood: "student-t" })["likelihood"]).toBe("student-t");
    const wire = { ...wireOf({}), likelihood: "Negative-Binomial" };
    expect(decodeHyperparameters(schema, wire, rules).values["likelihood"]).toBe("negative-binomial");
    expect(containerFaults(schema, wire, rules)).toEqual([]);
    expect(containerFaults(schema, { ...wire, likelihood: "normal" }, rules)[0]).toContain("'student-T'");
  });
});

describe("containerFaults of DeepAR", () => {
  it("names each alternative of a value of several kinds", () => {
    const wire = { ...wireOf({}), cardinality: "2", num_dynamic_feat: "0", test_quantiles: "0.1, 0.2" };
    expect(containerFaults(schema, wire, rules)).toEqual([
      "The value '2' is not valid for the 'cardinality' hyperparameter which expects one of the following: one of 'auto', 'ignore', ''; or a list (caused by ValidationError)",
      "The value '0' is not valid for the 'num_dynamic_feat' hyperparameter which expects one of the following: one of 'auto', 'ignore', ''; or a string which matches the pattern '^([1-9][0-9]*)$'; or an integer between 1 and 2147483647 (caused by ValidationError)",
      "The value '0.1, 0.2' is not valid for the 'test_quantiles' hyperparameter which expects a list (caused by ValidationError)",
    ]);
  });

  it("finds nothing in what a real job was sent", () => {
    expect(
      containerFaults(
        schema,
        {
          prediction_length: "50",
          dropout_rate: "0.05",
          time_freq: "H",
          likelihood: "gaussian",
          context_length: "50",
          num_layers: "3",
          epochs: "20",
          learning_rate: "5E-4",
          early_stopping_patience: "10",
          mini_batch_size: "32",
          num_cells: "40",
        },
        rules,
      ),
    ).toEqual([]);
  });
});

describe("resolveDeepARHyperparameters", () => {
  it("fills in the defaults and gives each meaning one spelling", () => {
    expect(resolveDeepARHyperparameters({ ...base, epochs: 7, num_cells: undefined })).toEqual({
      ...deepARDefaults,
      ...base,
      epochs: 7,
      early_stopping_patience: undefined,
    });
    expect(
      resolveDeepARHyperparameters({
        ...base,
        cardinality: "",
        num_dynamic_feat: "",
        early_stopping_patience: "",
        likelihood: "deterministic-l1",
      }),
    ).toMatchObject({
      cardinality: "ignore",
      num_dynamic_feat: "ignore",
      early_stopping_patience: undefined,
      likelihood: "deterministic-L1",
    });
  });
});

describe("readDeepARHyperparameters", () => {
  it("reads what encodeHyperparameters wrote", () => {
    const given = {
      ...base,
      cardinality: [2, 3],
      num_dynamic_feat: 1,
      test_quantiles: [0.1, 0.9],
      likelihood: "beta",
      early_stopping_patience: 3,
      dropout_rate: 0,
    } as const;
    expect(readDeepARHyperparameters(wireOf(given))).toEqual(resolveDeepARHyperparameters(given));
    expect(readDeepARHyperparameters(wireOf({ cardinality: "", num_dynamic_feat: "auto" }))).toMatchObject({
      cardinality: "ignore",
      num_dynamic_feat: "auto",
    });
  });

  it("skips texts that it cannot read, and needs the four required ones", () => {
    const wire = wireOf({});
    expect(readDeepARHyperparameters({ ...wire, num_cells: "many", other: "1", cardinality: "{}" })).toMatchObject({
      num_cells: 40,
      cardinality: "auto",
    });
    for (const key of Object.keys(base)) expect(readDeepARHyperparameters({ ...wire, [key]: "?" })).toBeUndefined();
  });
});

describe("deepARWarnings", () => {
  it.each([
    [{ prediction_length: 401, context_length: 10 }, "above 400"],
    [{ prediction_length: 400, context_length: 401 }, "together are 801 points"],
    [{ cardinality: "ignore", embedding_dimension: 10 }, '"embedding_dimension" has no effect'],
    [{ early_stopping_patience: 20 }, "early stopping never happens"],
    [{ likelihood: "deterministic-L1", test_quantiles: [0.5] }, "are all the same line"],
  ])("speaks about %o", (more, text) => {
    const warnings = deepARWarnings({ ...base, ...more } as never);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(text);
  });

  it("says nothing about a usual job", () => {
    expect(deepARWarnings({ ...base, early_stopping_patience: 10, embedding_dimension: 5 })).toEqual([]);
  });
});
