import type { JobDescription, LocalAlgorithm } from "../contract.js";

/** BlazingText in local mode: mode `supervised`. Loads its engine in the worker only. */
export const blazingtext: LocalAlgorithm = {
  name: "blazingtext",
  metricDefinitions: [
    { Name: "train:mean_rho", Regex: "#mean_rho: (\\S+)" },
    { Name: "train:accuracy", Regex: "#train_accuracy: (\\S+)" },
    { Name: "validation:accuracy", Regex: "#validation_accuracy: (\\S+)" },
  ],
  refusals: (job) => {
    const mode = job.hyperParameters["mode"];
    return mode === "skipgram" || mode === "cbow" || mode === "batch_skipgram"
      ? [
          `Local mode trains BlazingText in mode "supervised" only, not in mode "${mode}"; ` +
            "train word vectors on AWS, with a Session in place of the LocalSession.",
        ]
      : [];
  },
  validate: async (job) => {
    const [{ containerFaults }, { blazingTextHyperparametersSchema }] = await Promise.all([
      import("../../../estimators/hyperparameters/index.js"),
      import("../../../estimators/blazingtext/index.js"),
    ]);
    return [...containerFaults(blazingTextHyperparametersSchema, job.hyperParameters), ...jobFaults(job)];
  },
  loadEngine: async () => (await import("./engine.js")).engine,
};

/** Faults of channels and instances. */
function jobFaults(job: JobDescription): string[] {
  const faults: string[] = [];
  const names = job.channels.map(({ name }) => name);
  if (!names.includes("train")) faults.push("Missing channel: train is a required channel of BlazingText");
  const unknown = names.filter((name) => name !== "train" && name !== "validation");
  if (unknown.length > 0) {
    faults.push(
      `Additional channels are not allowed: ${unknown.join(", ")}; mode supervised takes train and validation`,
    );
  }
  if (/^true$/iu.test(job.hyperParameters["early_stopping"] ?? "") && !names.includes("validation")) {
    faults.push("early_stopping is True, which needs a validation channel");
  }
  if (job.instanceCount > 1) {
    faults.push(`Mode supervised trains on a single instance, but the job asks for ${job.instanceCount}`);
  }
  for (const channel of job.channels) {
    if (channel.inputMode === "Pipe" && channel.s3DataType !== "AugmentedManifestFile") {
      faults.push(`Channel ${channel.name}: input mode Pipe is supported for augmented manifest files only`);
    }
  }
  return faults;
}
