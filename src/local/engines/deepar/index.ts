import type { JobDescription, LocalAlgorithm } from "../contract.js";

/** DeepAR in local mode. Loads its engine in the worker only. */
export const deepAR: LocalAlgorithm = {
  name: "forecasting-deepar",
  metricDefinitions: [
    { Name: "test:RMSE", Regex: "#quality_metric: host=\\S+, test RMSE <loss>=(\\S+)" },
    {
      Name: "test:mean_wQuantileLoss",
      Regex: "#quality_metric: host=\\S+, test mean_wQuantileLoss <loss>=(\\S+)",
    },
    { Name: "train:final_loss", Regex: "#quality_metric: host=\\S+, train final_loss <loss>=(\\S+)" },
    { Name: "train:loss", Regex: "#quality_metric: host=\\S+, epoch=\\S+, train loss <loss>=(\\S+)" },
    { Name: "train:loss:batch", Regex: "#quality_metric: host=\\S+, epoch=\\S+, batch=\\S+ train loss <loss>=(\\S+)" },
    { Name: "train:progress", Regex: "#progress_metric: host=\\S+, completed (\\S+) %" },
    { Name: "train:throughput", Regex: "#throughput_metric: host=\\S+, train throughput=(\\S+) records/second" },
  ],
  refusals: (job) =>
    job.instanceCount > 1
      ? [
          `Local mode trains DeepAR on one machine, but the job asks for ${job.instanceCount} instances; ` +
            "set the instance count to 1.",
        ]
      : [],
  validate: async (job) => {
    const [{ containerFaults }, { deepARHyperparametersSchema }] = await Promise.all([
      import("../../../estimators/hyperparameters/index.js"),
      import("../../../estimators/deepar/index.js"),
    ]);
    return [...containerFaults(deepARHyperparametersSchema, job.hyperParameters), ...channelFaults(job)];
  },
  loadEngine: async () => (await import("./engine.js")).engine,
};

function channelFaults({ channels }: JobDescription): string[] {
  const faults: string[] = [];
  const names = channels.map(({ name }) => name);
  if (!names.includes("train")) faults.push("Missing channel: train is a required channel of DeepAR");
  const unknown = names.filter((name) => name !== "train" && name !== "test");
  if (unknown.length > 0) {
    faults.push(`Additional channels are not allowed: ${unknown.join(", ")}; DeepAR takes train and test`);
  }
  for (const { name, inputMode, s3DataType, recordWrapperType } of channels) {
    if (inputMode === "Pipe") faults.push(`Channel ${name}: input mode Pipe is not supported, use File`);
    if (s3DataType === "AugmentedManifestFile") {
      faults.push(`Channel ${name}: augmented manifests are not supported, use JSON Lines or Parquet files`);
    }
    if (recordWrapperType !== "None") faults.push(`Channel ${name}: RecordIO is not supported`);
  }
  return faults;
}
