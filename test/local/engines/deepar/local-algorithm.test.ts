import { describe, expect, it } from "vitest";
import type { JobDescription } from "../../../../src/local/engines/contract.js";
import { CONTAINER_DEFAULTS, readHyperparameters } from "../../../../src/local/engines/deepar/hyperparameters.js";
import { deepAR } from "../../../../src/local/engines/deepar/index.js";
import { builtInAlgorithms } from "../../../../src/local/engines/index.js";

type Channel = JobDescription["channels"][number];

const train: Channel = {
  name: "train",
  contentType: "json",
  inputMode: "File",
  s3DataType: "S3Prefix",
  recordWrapperType: "None",
  attributeNames: [],
  shuffleSeed: undefined,
};
const hyperParameters = { time_freq: "H", context_length: "50", prediction_length: "50", epochs: "20" };
const job: JobDescription = {
  ...{ hyperParameters, instanceType: "ml.c5.xlarge", instanceCount: 1 },
  channels: [train, { ...train, name: "test" }],
};

describe("deepAR", () => {
  it("is one of the algorithms of local mode, and loads its engine when asked", async () => {
    expect(builtInAlgorithms).toContain(deepAR);
    expect(Object.keys(await deepAR.loadEngine()).sort()).toEqual(["load", "train"]);
  });

  it("refuses several machines", () => {
    expect(deepAR.refusals(job)).toEqual([]);
    expect(deepAR.refusals({ ...job, instanceCount: 2 })).toEqual([
      "Local mode trains DeepAR on one machine, but the job asks for 2 instances; set the instance count to 1.",
    ]);
  });

  it("accepts the jobs that can run", async () => {
    for (const changes of [
      {},
      { likelihood: "student-t", cardinality: "[2, 3]", test_quantiles: "[0.5]", early_stopping_patience: "" },
      { cardinality: "", num_dynamic_feat: "ignore", time_freq: "15min" },
    ]) {
      expect(await deepAR.validate({ ...job, hyperParameters: { ...hyperParameters, ...changes } })).toEqual([]);
    }
    expect(await deepAR.validate({ ...job, channels: [train] })).toEqual([]);
  });

  it("reports all faults of hyperparameters and channels together", async () => {
    const faults = await deepAR.validate({
      ...job,
      hyperParameters: { ...hyperParameters, epochs: "zero", likelihood: "poisson" },
      channels: [
        { ...train, name: "validation", inputMode: "Pipe" },
        { ...train, name: "test", s3DataType: "AugmentedManifestFile", recordWrapperType: "RecordIO" },
      ],
    });
    expect(faults.slice(0, 2).join("\n")).toMatch(/epochs[\s\S]*likelihood|likelihood[\s\S]*epochs/u);
    expect(faults.slice(2)).toEqual([
      "Missing channel: train is a required channel of DeepAR",
      "Additional channels are not allowed: validation; DeepAR takes train and test",
      "Channel validation: input mode Pipe is not supported, use File",
      "Channel test: augmented manifests are not supported, use JSON Lines or Parquet files",
      "Channel test: RecordIO is not supported",
    ]);
  });
});

describe("readHyperparameters", () => {
  it("takes the defaults of the container for what is not given", () => {
    expect(readHyperparameters(hyperParameters)).toEqual({
      ...{ context_length: 50, prediction_length: 50, epochs: 20 },
      time_freq: { text: "H", multiple: 1, unit: "H" },
      ...{ cardinality: "auto", num_dynamic_feat: "auto", early_stopping_patience: undefined },
      ...{ dropout_rate: 0.1, embedding_dimension: 10, learning_rate: 0.001, likelihood: "student-t" },
      ...{ mini_batch_size: 128, num_cells: 40, num_eval_samples: 100, num_layers: 2 },
      test_quantiles: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    });
    expect(Object.keys(CONTAINER_DEFAULTS)).toHaveLength(16);
  });

  it.each([
    ["likelihood", "DETERMINISTIC-L1", { likelihood: "deterministic-l1" }],
    ["cardinality", "ignore", { cardinality: undefined }],
    ["cardinality", "", { cardinality: undefined }],
    ["cardinality", "[4, 2]", { cardinality: [4, 2] }],
    ["num_dynamic_feat", "3", { num_dynamic_feat: 3 }],
    ["num_dynamic_feat", "", { num_dynamic_feat: undefined }],
    ["early_stopping_patience", "", { early_stopping_patience: undefined }],
    ["learning_rate", "5E-4", { learning_rate: 0.0005 }],
    ["time_freq", " 2H ", { time_freq: { text: "2H", multiple: 2, unit: "H" } }],
  ])("reads %s of %j", (name, text, wanted) => {
    expect(readHyperparameters({ ...hyperParameters, [name]: text })).toMatchObject(wanted);
  });

  it.each([
    ["epochs", "1.5", 'Hyperparameter epochs must be a whole number from 1, got "1.5".'],
    ["dropout_rate", "", 'Hyperparameter dropout_rate must be a number from 0, got "".'],
    ["dropout_rate", "1", 'Hyperparameter dropout_rate must be below 1: nothing would be learned, got "1".'],
    ["likelihood", "poisson", /one of gaussian, student-t, .*, got "poisson"/u],
    ["test_quantiles", "[1]", /JSON array of numbers between 0 and 1/u],
    ["cardinality", "[a]", /JSON array of whole numbers from 1/u],
    ["time_freq", "Q", /time_freq: .*must be one of M, W, D, H, min/u],
  ])("refuses %s of %j", (name, text, message) => {
    expect(() => readHyperparameters({ ...hyperParameters, [name]: text })).toThrow(message);
  });
});
