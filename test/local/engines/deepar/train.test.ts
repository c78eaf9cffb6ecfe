import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { deepAR } from "../../../../src/local/engines/deepar/index.js";
import { readSafetensors } from "../../../../src/local/engines/deepar/safetensors.js";
import {
  ask,
  channel,
  Job,
  lines,
  load,
  removeFolders,
  type SeriesLine,
  temporaryFolder,
  weeklySeries,
} from "./deepar-job.js";

afterAll(removeFolders);

const cut = (series: readonly SeriesLine[], points: number): SeriesLine[] =>
  series.map((one) => ({ ...one, target: one.target.slice(0, -points) }));

/** Root of the mean squared error of "as a week ago". */
function naiveError(series: readonly SeriesLine[]): number {
  let squares = 0;
  for (const { target } of series) {
    for (let i = target.length - 7; i < target.length; i++) squares += ((target[i] ?? 0) - (target[i - 7] ?? 0)) ** 2;
  }
  return Math.sqrt(squares / (7 * series.length));
}

describe("training of DeepAR", () => {
  it("forecasts weekly series better than to repeat the last week", async () => {
    const series = weeklySeries(20);
    const learned = { num_cells: "16", epochs: "40", learning_rate: "0.01", dropout_rate: "0.02" };
    const job = await new Job({ train: cut(series, 7), test: series, hyperparameters: learned }).train();
    expect(job.number("#quality_metric: host=algo-1, test RMSE <loss>=")).toBeLessThan(0.9 * naiveError(series));
    expect(job.number("#quality_metric: host=algo-1, test mean_wQuantileLoss <loss>=")).toBeLessThan(0.05);
  });

  it("logs as the service does", async () => {
    const series = weeklySeries(5);
    const job = await new Job({
      ...{ train: cut(series, 7), test: series, seed: 3 },
      hyperparameters: { early_stopping_patience: "1", test_quantiles: "[0.25, 0.5]" },
    }).train();
    const generic = job.messages.map((line) =>
      line
        .replace(/(?<==|: |\/|\) of )-?\d+\.\d+(?:e-\d+)?(?=\/|$| )/gu, "N.N")
        .replace(/total of \d+/u, "total of N")
        .replace(/Speed: \S+/u, "Speed: N.N")
        .replace(/loss=\d\S*/u, "loss=N.N"),
    );
    const epoch = (number: number, percent: string): string[] => [
      `#throughput_metric: host=algo-1, train throughput=N.N records/second`,
      `#progress_metric: host=algo-1, completed ${percent} % of epochs`,
      `#quality_metric: host=algo-1, epoch=${number}, train loss <loss>=N.N`,
      "best epoch loss so far",
      'Saved checkpoint to "/opt/ml/model/weights.safetensors"',
    ];
    const one = generic.indexOf("Epoch[0] Batch[0] avg_epoch_loss=N.N");
    expect(generic[0]).toBe("Arguments: train");
    expect(generic.slice(1, 4).map((line) => line.replace(/: \{.*/u, ""))).toEqual([
      "Reading default configuration from /opt/amazon/lib/python3.6/site-packages/algorithm/resources/default-input.json",
      "Merging with provided configuration from /opt/ml/input/config/hyperparameters.json",
      "Final configuration",
    ]);
    expect(generic.slice(4, one)).toEqual([
      "Process 1 is a worker.",
      "Detected entry point for worker worker",
      "Using early stopping with patience 1",
      "random_seed is 3",
      "[cardinality=auto] `cat` field was NOT found in the file `/opt/ml/input/data/train/train.json` and will NOT be used for training.",
      "[num_dynamic_feat=auto] `dynamic_feat` field was NOT found in the file `/opt/ml/input/data/train/train.json` and will NOT be used for training.",
      "Training set statistics:",
      "Real time series",
      "number of time series: 5",
      "number of observations: 565",
      "mean target length: N.N",
      "min/mean/max target: N.N/N.N/N.N",
      "mean abs(target): N.N",
      "contains missing values: no",
      "Small number of time series. Doing 32 passes over dataset with prob 1.0 per epoch.",
      "Test set statistics:",
      "Real time series",
      "number of time series: 5",
      "number of observations: 600",
      "mean target length: N.N",
      "min/mean/max target: N.N/N.N/N.N",
      "mean abs(target): N.N",
      "contains missing values: no",
      "Number of GPUs being used: 0",
      expect.stringMatching(/^#memory_usage::<model> = \d+ mb$/u),
    ]);
    expect(generic.slice(one, one + 6)).toEqual([
      "Epoch[0] Batch[0] avg_epoch_loss=N.N",
      "#quality_metric: host=algo-1, epoch=0, batch=0 train loss <loss>=N.N",
      "Epoch[0] Batch[5] avg_epoch_loss=N.N",
      "#quality_metric: host=algo-1, epoch=0, batch=5 train loss <loss>=N.N",
      "Epoch[0] Batch [5]#011Speed: N.N samples/sec#011loss=N.N",
      expect.stringMatching(/^(?:Epoch\[0\] Batch\[10\]|processed)/u),
    ]);
    const ends = generic.flatMap((line, index) => (line === "processed a total of N examples" ? [index] : []));
    expect(generic.slice((ends[0] ?? 0) + 1, (ends[0] ?? 0) + 6)).toEqual(epoch(0, "50.0"));
    expect(generic.slice((ends[1] ?? 0) + 1)).toEqual([
      ...epoch(1, "100.0"),
      "Final loss: N.N (occurred at epoch 1)",
      "#quality_metric: host=algo-1, train final_loss <loss>=N.N",
      "Worker algo-1 finished training.",
      "All workers finished. Serializing model for prediction.",
      "Successfully serialized the model for prediction.",
      "Evaluating model accuracy on testset using 100 samples",
      "#test_score (algo-1, RMSE): N.N",
      "#test_score (algo-1, mean_absolute_QuantileLoss): N.N",
      "#test_score (algo-1, mean_wQuantileLoss): N.N",
      "#test_score (algo-1, wQuantileLoss[0.25]): N.N",
      "#test_score (algo-1, wQuantileLoss[0.5]): N.N",
      "#quality_metric: host=algo-1, test RMSE <loss>=N.N",
      "#quality_metric: host=algo-1, test mean_wQuantileLoss <loss>=N.N",
    ]);
  });

  it("writes lines that the metric definitions of the service match", async () => {
    const series = weeklySeries(5);
    const { log } = await new Job({ train: series, test: series }).train();
    for (const { Name, Regex } of deepAR.metricDefinitions) {
      const values = log.map((line) => new RegExp(Regex, "u").exec(line)?.[1]).filter((value) => value !== undefined);
      expect([Name, values.length > 0 && values.every((value) => Number.isFinite(Number(value)))]).toEqual([
        Name,
        true,
      ]);
    }
  });

  it("leaves the same bytes for the same seed, whatever the number of threads, and others for another seed", async () => {
    const train = weeklySeries(5);
    const run = async (seed: number, threads: number) =>
      (await new Job({ train, seed, threads, hyperparameters: { epochs: "1", num_cells: "24" } }).train()).file(
        "weights.safetensors",
      );
    const first = await run(1, 1);
    expect((await run(1, 1)).equals(first)).toBe(true);
    expect((await run(1, 2)).equals(first)).toBe(true);
    expect((await run(2, 1)).equals(first)).toBe(false);
  });

  it("keeps the weights of the best epoch, and stops when the loss has not improved for some epochs", async () => {
    const hyperparameters = { epochs: "60", early_stopping_patience: "2", learning_rate: "0.05" };
    const job = await new Job({ train: weeklySeries(3), hyperparameters }).train();
    const losses = job.messages.flatMap((line) => {
      const loss = /epoch=\d+, train loss <loss>=(\S+)$/u.exec(line)?.[1];
      return loss === undefined ? [] : [Number(loss)];
    });
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length).toBeLessThan(60);
    expect(losses.length).toBe(best + 3);
    expect(job.messages).toContain(`Final loss: ${losses[best]} (occurred at epoch ${best})`);
    expect(job.messages.filter((line) => line.startsWith("Saved checkpoint"))).toHaveLength(
      losses.filter((loss, epoch) => losses.slice(0, epoch).every((earlier) => loss < earlier)).length,
    );
  });

  it.each(["student-T", "negative-binomial", "beta", "deterministic-L1"])(
    "learns with the likelihood %s",
    async (likelihood) => {
      const convert = (value: number): number =>
        likelihood === "beta" ? value / 250 : likelihood === "negative-binomial" ? Math.round(value) : value;
      const series = weeklySeries(6).map((one) => ({
        ...one,
        target: one.target.map((value) => convert(Math.abs(value ?? 0))),
      }));
      const hyperparameters = { likelihood, epochs: "6", learning_rate: "0.02" };
      const job = await new Job({ train: cut(series, 7), test: series, hyperparameters }).train();
      const loss = (epoch: number): number =>
        job.number(`#quality_metric: host=algo-1, epoch=${epoch}, train loss <loss>=`);
      expect(loss(5)).toBeLessThan(loss(0));
      expect(job.number("#quality_metric: host=algo-1, test mean_wQuantileLoss <loss>=")).toBeLessThan(0.4);
      const target = series[0]?.target ?? [];
      const answer = await ask(await load(job.modelDir), {
        instances: [{ start: "2024-01-01 00:00:00", target }],
        configuration: { num_samples: 30, output_types: ["samples", "quantiles"], quantiles: ["0.1", "0.9"] },
      });
      const [{ samples, quantiles }] = JSON.parse(answer).predictions;
      const all: number[] = samples.flat();
      if (likelihood === "beta") expect(all.every((value) => value >= 0 && value <= 1)).toBe(true);
      if (likelihood === "negative-binomial")
        expect(all.every((value) => value >= 0 && Number.isInteger(value))).toBe(true);
      if (likelihood === "deterministic-L1") expect(quantiles["0.1"]).toEqual(quantiles["0.9"]);
      else expect(quantiles["0.1"]).not.toEqual(quantiles["0.9"]);
    },
  );

  it("learns from series with missing values, with groups and with dynamic features", async () => {
    const series = weeklySeries(6).map((one, index) => ({
      ...one,
      target: one.target.map((value, day) => (day % 11 === index ? null : value)),
      cat: [index % 2, index % 3],
      dynamic_feat: [one.target.map((_, day) => (day % 7 > 4 ? 1000 : 0))],
    }));
    const job = await new Job({
      train: series,
      test: series,
      hyperparameters: { epochs: "8", learning_rate: "0.02" },
    }).train();
    expect(job.messages).toContain("contains missing values: yes (9.2%)");
    expect(job.number("#quality_metric: host=algo-1, test mean_wQuantileLoss <loss>=")).toBeLessThan(0.3);
    const shapes = (await readSafetensors(join(job.modelDir, "weights.safetensors"), "weights")).map(
      ({ name, shape }) => `${name} ${shape.join("x")}`,
    );
    expect(shapes).toEqual([
      "embedding0_weight 2x10",
      "embedding1_weight 3x10",
      expect.stringMatching(/^lstm0_i2h_weight 32x\d+$/u),
      "lstm0_h2h_weight 32x8",
      "lstm0_bias 32",
      "projection_weight 2x8",
      "projection_bias 2",
    ]);
  });

  it("leaves out short series and says how many", async () => {
    const [first, ...others] = weeklySeries(4);
    const short = { ...(first as SeriesLine), target: first?.target.slice(0, 7) ?? [] };
    const { messages } = await new Job({
      train: [short, ...others],
      test: [short],
      hyperparameters: { epochs: "1" },
    }).train();
    expect(messages).toContain(
      "[local mode] 1 of 4 time series of the train channel are not longer than prediction_length 7 and are left out.",
    );
    expect(messages).toContain(
      "[local mode] No scores: no series of the test channel has a value to compare a forecast with.",
    );
  });

  it("says what to change when the training diverges", async () => {
    const huge = weeklySeries(4).map((one) => ({
      ...one,
      target: one.target.map((value, day) => (day === 60 ? 1e38 : value)),
    }));
    await expect(
      new Job({ train: huge, hyperparameters: { epochs: "3", learning_rate: "1" } }).train(),
    ).rejects.toThrow(/the training diverged\. Lower learning_rate, which is 1, or look for extreme values/u);
  });

  it("stops between two batches and leaves the best weights so far", async () => {
    const abort = new AbortController();
    const reason = new Error("stopped by the user");
    const job = new Job({
      ...{ train: weeklySeries(4), signal: abort.signal, hyperparameters: { epochs: "500" } },
      onLog: (line) => {
        if (line.includes("Epoch[2] Batch[0]")) abort.abort(reason);
      },
    });
    await expect(job.train()).rejects.toBe(reason);
    expect(job.messages.at(-1)).toMatch(/^#quality_metric: host=algo-1, epoch=2, batch=0 /u);
    expect(readdirSync(job.modelDir).sort()).toEqual(["local-mode.json", "model.json", "weights.safetensors"]);
    await expect(load(job.modelDir)).resolves.toBeDefined();
  });

  it("leaves a model even when it is stopped before the end of the first epoch", async () => {
    const abort = new AbortController();
    const job = new Job({
      ...{ train: weeklySeries(4), signal: abort.signal },
      onLog: (line) => {
        if (line.includes("Epoch[0] Batch[0]")) abort.abort();
      },
    });
    await expect(job.train()).rejects.toThrow("aborted");
    await expect(load(job.modelDir)).resolves.toBeDefined();
  });

  it("refuses a network that does not fit into the memory, and says what to lower", async () => {
    const hyperparameters = { mini_batch_size: "100000", num_cells: "4000" };
    await expect(new Job({ train: weeklySeries(4), hyperparameters }).train()).rejects.toThrow(
      /^Training needs [\d.]+ GiB for mini_batch_size 100000, context_length 7, .* at most 4\.0 GiB.*Lower them, or train on AWS\.$/u,
    );
  });

  it("needs a file in the train channel", async () => {
    await expect(new Job({ train: channel("train", { _SUCCESS: "" }) }).train()).rejects.toThrow(
      "No data found in the train channel.",
    );
  });
});

describe("the model folder", () => {
  it("says in words what the model is, and that local mode made it", async () => {
    const job = await new Job({ train: weeklySeries(4), seed: 9 }).train();
    expect(JSON.parse(job.file("model.json").toString())).toMatchObject({
      format: "forecasting-deepar",
      formatVersion: 1,
      hyperparameters: {
        time_freq: "D",
        context_length: 7,
        prediction_length: 7,
        likelihood: "gaussian",
        num_cells: 8,
      },
      seed: 9,
      cardinality: [],
      dynamicFeatures: 0,
    });
    const { lags, inputs } = JSON.parse(job.file("model.json").toString());
    expect(lags.slice(0, 9)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 13]);
    expect(inputs.slice(-5)).toEqual(["day-of-week", "day-of-month", "day-of-year", "age", "log-scale"]);
    expect(JSON.parse(job.file("local-mode.json").toString())).toMatchObject({
      algorithm: "forecasting-deepar",
      seed: 9,
    });
  });

  it("is refused when it was made by the service, with the reason", async () => {
    const folder = temporaryFolder();
    for (const name of ["model_algo-1-0000.params", "model_algo-1-symbol.json"]) writeFileSync(join(folder, name), "x");
    await expect(load(folder)).rejects.toThrow(
      /trained by DeepAR of the service, whose network consists of operators that are not public/u,
    );
  });

  it("is refused when something is missing or damaged", async () => {
    const { modelDir, ...job } = await new Job({ train: weeklySeries(4), hyperparameters: { epochs: "1" } }).train();
    const weights = join(modelDir, "weights.safetensors");
    const bytes = (await readSafetensors(weights, "weights")).length;
    expect([bytes, job.log.length > 0]).toEqual([5, true]);
    writeFileSync(weights, Buffer.alloc(3));
    await expect(load(modelDir)).rejects.toThrow(/weights\.safetensors\): the file ends within its header/u);
    rmSync(weights);
    await expect(load(modelDir)).rejects.toThrow("The model holds no weights.safetensors.");
    writeFileSync(join(modelDir, "model.json"), '{"format":"forecasting-deepar","formatVersion":2}');
    await expect(load(modelDir)).rejects.toThrow(/has the format version 2; this version of the library reads 1/u);
    writeFileSync(join(modelDir, "model.json"), lines([]));
    await expect(load(modelDir)).rejects.toThrow(/model\.json is not JSON/u);
    rmSync(join(modelDir, "model.json"));
    await expect(load(modelDir)).rejects.toThrow("The model holds no model.json.");
  });
});
