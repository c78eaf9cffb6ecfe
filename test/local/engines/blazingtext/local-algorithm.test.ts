import { describe, expect, it } from "vitest";
import { blazingtext } from "../../../../src/local/engines/blazingtext/index.js";
import type { JobDescription } from "../../../../src/local/engines/contract.js";

const train: JobDescription["channels"][number] = {
  name: "train",
  contentType: "text/plain",
  inputMode: "File",
  s3DataType: "S3Prefix",
  recordWrapperType: "None",
  attributeNames: [],
  shuffleSeed: undefined,
};
const job: JobDescription = {
  hyperParameters: { mode: "supervised" },
  instanceType: "ml.c5.xlarge",
  instanceCount: 1,
  channels: [train],
};

describe("blazingtext", () => {
  it("refuses the word vector modes by name and says where they run", () => {
    for (const mode of ["skipgram", "cbow", "batch_skipgram"]) {
      const [refusal, ...others] = blazingtext.refusals({ ...job, hyperParameters: { mode } });
      expect(refusal).toContain(`"supervised" only, not in mode "${mode}"`);
      expect(refusal).toContain("on AWS");
      expect(others).toEqual([]);
    }
    expect(blazingtext.refusals(job)).toEqual([]);
  });

  it("accepts a job that can run", async () => {
    expect(await blazingtext.validate(job)).toEqual([]);
    const hyperParameters = { mode: "supervised", early_stopping: "True", word_ngrams: "1" };
    const channels = [train, { ...train, name: "validation" }];
    expect(await blazingtext.validate({ ...job, hyperParameters, channels })).toEqual([]);
  });

  it("reports all faults of hyperparameters, channels and instances together", async () => {
    const faults = await blazingtext.validate({
      ...job,
      hyperParameters: { mode: "supervised", epoch: "5", epochs: "zero", early_stopping: "True" },
      instanceCount: 2,
      channels: [{ ...train, name: "test", inputMode: "Pipe" }],
    });
    expect(faults).toEqual([
      expect.stringContaining("'epoch' was unexpected"),
      expect.stringContaining("The value 'zero' is not valid for the 'epochs' hyperparameter"),
      expect.stringContaining("Missing channel: train"),
      expect.stringContaining("Additional channels are not allowed: test"),
      expect.stringContaining("early_stopping is True"),
      expect.stringContaining("a single instance"),
      expect.stringContaining("Pipe is supported for augmented manifest files only"),
    ]);
  });

  it("names metrics that find the numbers of its log", () => {
    const found = Object.fromEntries(
      blazingtext.metricDefinitions.map(({ Name, Regex }) => [
        Name,
        new RegExp(Regex, "u").exec(
          "#train_accuracy: 0.9908\n#validation_accuracy: 0.9925\nValidation accuracy: 0.9",
        )?.[1],
      ]),
    );
    expect(found).toEqual({
      "train:mean_rho": undefined,
      "train:accuracy": "0.9908",
      "validation:accuracy": "0.9925",
    });
  });

  it("loads its engine when asked", async () => {
    const engine = await blazingtext.loadEngine();
    expect(Object.keys(engine).sort()).toEqual(["load", "train"]);
  });
});
