import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelInput } from "../../../../src/local/engines/contract.js";
import { engine } from "../../../../src/local/engines/image-classification/engine.js";
import {
  channel,
  classOf,
  contextFor,
  type FinishedJob,
  type JobOptions,
  listChannels,
  loadFolder,
  metric,
  recordChannel,
  removeFolders,
  type Sample,
  samples,
  trainJob,
  withoutStamp,
} from "./image-job.js";

const PARAMS = /^image-classification-\d{4}\.params$/u;

let train: Sample[];
let validation: Sample[];
/** Images of both sets with their lists. */
let listed: ChannelInput[];

beforeAll(async () => {
  train = await samples(48);
  validation = await samples(24, { seed: 2 });
  listed = [...listChannels("train", train), ...listChannels("validation", validation)];
});
afterAll(removeFolders);

function paramsOf({ modelDir }: Pick<FinishedJob, "modelDir">): string[] {
  return readdirSync(modelDir).filter((name) => PARAMS.test(name));
}

/** Of the weights that a job left. */
function digest(job: FinishedJob): string {
  const hash = createHash("sha256");
  for (const name of paramsOf(job)) hash.update(name).update(readFileSync(join(job.modelDir, name)));
  return hash.digest("hex");
}

/** One epoch of four batches. */
function shortJob(options: Partial<JobOptions> = {}): Promise<FinishedJob> {
  return trainJob({ channels: listed, ...options, hyperparameters: { epochs: "1", ...options.hyperparameters } });
}

describe("an Image Classification training job", () => {
  it("writes the log lines of a real job, in their order", async () => {
    const { log } = await trainJob({
      channels: listed,
      hyperparameters: { epochs: "1", mini_batch_size: "2", num_training_samples: "44", top_k: "2" },
    });
    const accuracy = String.raw`\d\.\d{6}`;
    const expected = [
      /^Docker entrypoint called with argument\(s\): train$/u,
      /^Reading default configuration from \/opt\/amazon\/.*\/default-input\.json: \{'use_pretrained_model': 0, 'num_layers': 152, .*'precision_dtype': 'float32'\}$/u,
      /^Merging with provided configuration from \/opt\/ml\/input\/config\/hyperparameters\.json: \{'num_layers': '20', .*'top_k': '2'\}$/u,
      /^Final configuration: \{'use_pretrained_model': 0, 'num_layers': '20', 'epochs': '1', .*'weight_decay': 0\.0001, .*'eps': 1e-08, /u,
      /^Searching for \.lst files in \/opt\/ml\/input\/data\/train_lst\.$/u,
      /^Creating record files for train\.lst$/u,
      /^Done creating record files\.\.\.$/u,
      /^Searching for \.lst files in \/opt\/ml\/input\/data\/validation_lst\.$/u,
      /^Creating record files for validation\.lst$/u,
      /^Done creating record files\.\.\.$/u,
      /^\[local mode\] num_training_samples is 44, but the train channel holds 48 images/u,
      /^use_pretrained_model: 0$/u,
      /^multi_label: 0$/u,
      /^Performing random weight initialization$/u,
      /^---- Parameters ----$/u,
      /^num_layers: 20$/u,
      /^data type: <class 'numpy\.float32'>$/u,
      /^epochs: 1$/u,
      /^optimizer: sgd$/u,
      /^momentum: 0\.9$/u,
      /^weight_decay: 0\.0001$/u,
      /^learning_rate: 0\.05$/u,
      /^num_training_samples: 44$/u,
      /^mini_batch_size: 2$/u,
      /^image_shape: 1,8,8$/u,
      /^num_classes: 3$/u,
      /^augmentation_type: None$/u,
      /^kv_store: device$/u,
      /^top_k: 2$/u,
      /^checkpoint_frequency not set, will store the best model$/u,
      /^--------------------$/u,
      /^Setting number of threads: 1$/u,
      /^\[local mode\] 0\.27\d million weights, \d+ MiB, 2\.5\d million multiply-adds for each image; /u,
      // After 21 batches; a tab is written as the service's log shipper writes it.
      new RegExp(
        `^Epoch\\[0\\] Batch \\[20\\]#011Speed: \\d+\\.\\d{3} samples/sec#011accuracy=${accuracy}#011top_k_accuracy_2=${accuracy}$`,
        "u",
      ),
      new RegExp(`^Epoch\\[0\\] Train-accuracy=${accuracy}$`, "u"),
      new RegExp(`^Epoch\\[0\\] Train-top_k_accuracy_2=${accuracy}$`, "u"),
      /^Epoch\[0\] Time cost=\d+\.\d{3}$/u,
      new RegExp(`^Epoch\\[0\\] Validation-accuracy=${accuracy}$`, "u"),
      new RegExp(`^Storing the best model with validation accuracy: ${accuracy}$`, "u"),
      /^Saved checkpoint to "\/opt\/ml\/model\/image-classification-0001\.params"$/u,
    ];
    for (const [index, pattern] of expected.entries()) expect(log[index]).toMatch(pattern);
    expect(log).toHaveLength(expected.length);
  });

  it("learns to tell the images apart, and leaves the model of its best epoch only", async () => {
    const job = await trainJob({ channels: listed, hyperparameters: { epochs: "12" } });
    const accuracies = metric(job.log, "Validation-accuracy");
    const best = Math.max(...accuracies);
    expect(accuracies).toHaveLength(12);
    expect(best).toBeGreaterThan(0.85);
    const file = `image-classification-${String(accuracies.indexOf(best) + 1).padStart(4, "0")}.params`;
    expect(readdirSync(job.modelDir).sort()).toEqual([
      file,
      "image-classification-symbol.json",
      "local-mode.json",
      "model-shapes.json",
    ]);
    expect(readFileSync(join(job.modelDir, "model-shapes.json"), "utf8")).toBe(
      '[{"shape": [12, 1, 8, 8], "name": "data"}]',
    );
    const model = await loadFolder(job.modelDir);
    let right = 0;
    for (const sample of validation) if ((await classOf(model, sample)) === sample.label) right++;
    expect(right / validation.length).toBeCloseTo(best, 6);
  });

  it("writes the same bytes for the same seed, on one thread and on two, and others for another seed", async () => {
    const [one, again, two, other] = [
      await shortJob({ seed: 5 }),
      await shortJob({ seed: 5 }),
      await shortJob({ seed: 5, threads: 2 }),
      await shortJob({ seed: 6 }),
    ].map(digest);
    expect(again).toBe(one);
    expect(two).toBe(one);
    expect(other).not.toBe(one);
  });

  it("makes num_training_samples / mini_batch_size batches, whatever the data holds", async () => {
    const few = [...listChannels("train", train.slice(0, 10)), ...listed.slice(2)];
    const { log } = await shortJob({
      channels: few,
      hyperparameters: { num_training_samples: "25", mini_batch_size: "8" },
    });
    // Three batches of eight: a right answer more or less is 1/24.
    const [accuracy = 0] = metric(log, "Train-accuracy");
    expect(accuracy * 24).toBeCloseTo(Math.round(accuracy * 24), 4);
    expect(log).toContainEqual(
      expect.stringContaining(
        "the train channel holds 10 images: an epoch takes 25 of them, so some come more than once",
      ),
    );
  });

  it("saves every so many epochs with checkpoint_frequency, and keeps all", async () => {
    const job = await trainJob({ channels: listed, hyperparameters: { epochs: "5", checkpoint_frequency: "2" } });
    expect(paramsOf(job)).toEqual(["image-classification-0002.params", "image-classification-0004.params"]);
    expect(job.log).toContain("checkpoint_frequency: 2");
    expect(job.log.some((line) => line.startsWith("Storing the best model"))).toBe(false);
  });

  it("stops early when the validation accuracy does not get better", async () => {
    const early_stopping = { early_stopping: "True", early_stopping_min_epochs: "2", early_stopping_patience: "1" };
    const { log } = await trainJob({
      channels: listed,
      // Without a learning rate nothing gets better.
      hyperparameters: { ...early_stopping, epochs: "9", learning_rate: "0" },
    });
    expect(metric(log, "Validation-accuracy").length).toBeLessThan(9);
    expect(log.at(-1)).toMatch(/^\[local mode\] Early stopping after epoch \d/u);
  });

  it("lowers the learning rate behind the epochs of lr_scheduler_step", async () => {
    const schedule = { lr_scheduler_step: "1,2", lr_scheduler_factor: "0.5" };
    const { log } = await trainJob({ channels: listed, hyperparameters: { ...schedule, epochs: "3" } });
    expect(log).toContain("lr_scheduler_step: 1,2");
    expect(log.filter((line) => line.startsWith("Update"))).toEqual([
      "Update[5]: Change learning rate to 2.50000e-02",
      "Update[9]: Change learning rate to 1.25000e-02",
    ]);
  });

  it.each(["sgd", "nag", "adam", "rmsprop"])("trains with %s", async (optimizer) => {
    const learning_rate = optimizer === "adam" || optimizer === "rmsprop" ? "0.002" : "0.05";
    const { log } = await trainJob({ channels: listed, hyperparameters: { optimizer, learning_rate, epochs: "5" } });
    expect(metric(log, "Train-accuracy").at(-1)).toBeGreaterThan(0.8);
    const own = { sgd: "momentum: 0.9", nag: "momentum: 0.9", adam: "beta_2: 0.999", rmsprop: "gamma: 0.9" }[optimizer];
    expect(log).toContain(own);
  });

  it.each(["crop", "crop_color", "crop_color_transform"])("varies the images with %s", async (augmentation_type) => {
    const shape = { image_shape: "3,6,6", resize: "7" };
    const job = (hyperparameters: Record<string, string>) =>
      shortJob({ hyperparameters: { ...shape, ...hyperparameters } });
    const varied = await job({ augmentation_type });
    expect(varied.log).toContain(`augmentation_type: ${augmentation_type}`);
    expect(digest(varied)).toBe(digest(await job({ augmentation_type })));
    expect(digest(varied)).not.toBe(digest(await job({})));
  });

  it("refuses a network that does not fit into memory, and says what to lower", async () => {
    const large = { num_layers: "152", image_shape: "3,448,448", mini_batch_size: "48" };
    await expect(shortJob({ hyperparameters: large })).rejects.toMatchObject({
      name: "JobFailure",
      kind: "ClientError",
      message: expect.stringMatching(
        /^Training needs \d+\.\d GiB for num_layers 152, image_shape 3,448,448 and mini_batch_size 48; .*Lower mini_batch_size/u,
      ),
    });
  });
});

describe("a stopped job", () => {
  async function stoppedAt(line: RegExp): Promise<FinishedJob> {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const context = contextFor({
      channels: listed,
      hyperparameters: { epochs: "50", mini_batch_size: "2", num_training_samples: "48" },
      signal: controller.signal,
      onLog: (text) => {
        if (line.test(text)) controller.abort(reason);
      },
    });
    await expect(engine.train(context)).rejects.toBe(reason);
    return { modelDir: context.modelDir, log: context.lines.map(withoutStamp) };
  }

  it("leaves the best model so far", async () => {
    const job = await stoppedAt(/Epoch\[1\] Batch/u);
    expect(paramsOf(job)).toEqual(["image-classification-0001.params"]);
    await expect(loadFolder(job.modelDir)).resolves.toBeDefined();
  });

  it.each([/Epoch\[0\] Batch/u, /Epoch\[0\] Time cost/u])("leaves what it has in its first epoch: %s", async (line) => {
    const job = await stoppedAt(line);
    expect(metric(job.log, "Validation-accuracy")).toEqual([]);
    expect(paramsOf(job)).toEqual(["image-classification-0001.params"]);
  });

  it("leaves nothing when it has not begun", async () => {
    const context = contextFor({ channels: listed, signal: AbortSignal.abort(new Error("at once")) });
    await expect(engine.train(context)).rejects.toThrow("at once");
    expect(readdirSync(context.modelDir)).toEqual([]);
  });
});

describe("the ways to bring images", () => {
  const uris = (name: string, images: readonly Sample[]): Record<string, Uint8Array> =>
    Object.fromEntries(images.map(({ png }, index) => [`s3://bucket/${name}/${index}.png`, png]));
  const manifest = (name: string, images: readonly Sample[]): ChannelInput => {
    const line = ({ label }: Sample, index: number): string =>
      JSON.stringify({
        class: index % 2 === 0 ? label : String(label),
        "source-ref": `s3://bucket/${name}/${index}.png`,
      });
    return channel(
      name,
      { [`${name}.manifest`]: `${images.map(line).join("\n")}\n`, ...uris(name, images) },
      {
        ...{ contentType: "application/x-recordio", inputMode: "Pipe", s3DataType: "AugmentedManifestFile" },
        ...{ recordWrapperType: "RecordIO", attributeNames: ["source-ref", "class"] },
      },
    );
  };

  it("all give the same model for the same images", async () => {
    const records = [await recordChannel("train", train), await recordChannel("validation", validation)];
    const piped = records.map((one): ChannelInput => ({ ...one, inputMode: "Pipe" }));
    const manifests = [manifest("train", train), manifest("validation", validation)];
    const expected = digest(await shortJob());
    for (const channels of [records, piped, manifests]) expect(digest(await shortJob({ channels }))).toBe(expected);
  });

  it("are logged as the container does", async () => {
    const { log } = await shortJob({
      channels: [await recordChannel("train", train), await recordChannel("validation", validation)],
    });
    expect(log).toContain("Searching for .rec files in /opt/ml/input/data/train.");
    expect(log).not.toContain("Done creating record files...");
  });

  it("may give several labels to an image", async () => {
    const both = (images: readonly Sample[], asIds: boolean) =>
      images.map(({ label, png }) => {
        const row = [label === 0 ? 1 : 0, label === 1 ? 1 : 0, label === 2 ? 1 : 0, label > 0 ? 1 : 0];
        return { png, label: asIds ? row.flatMap((on, index) => (on ? [index] : [])) : row };
      });
    const job = async (asIds: boolean, hyperparameters: Record<string, string> = {}): Promise<FinishedJob> => {
      const channels = await Promise.all(
        (["train", "validation"] as const).map((name) =>
          recordChannel(name, both(name === "train" ? train : validation, asIds)),
        ),
      );
      const contentType = `application/x-recordio; label-format=${asIds ? "class-id" : "multi-hot"}`;
      return trainJob({
        channels: channels.map((one) => ({ ...one, contentType })),
        hyperparameters: { multi_label: "1", num_classes: "4", epochs: "8", learning_rate: "0.1", ...hyperparameters },
      });
    };
    const hot = await job(false);
    expect(hot.log).toContain("multi_label: 1");
    expect(hot.log).toContain("label-format is multi-hot");
    // Seven of twelve labels are 0.
    expect(metric(hot.log, "Train-accuracy").at(-1)).toBeGreaterThan(0.85);
    const ids = await job(true);
    expect(ids.log).toContain("label-format is class-id");
    expect(digest(ids)).toBe(digest(hot));
    const weighted = await job(false, { use_weighted_loss: "1" });
    expect(digest(weighted)).not.toBe(digest(hot));
    expect(metric(weighted.log, "Train-accuracy").at(-1)).toBeGreaterThan(0.85);
  });
});
