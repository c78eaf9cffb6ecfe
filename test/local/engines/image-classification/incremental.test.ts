import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelInput } from "../../../../src/local/engines/contract.js";
import { ModelWriter, SavedModel } from "../../../../src/local/engines/image-classification/artefact.js";
import {
  type Architecture,
  architectureFor,
} from "../../../../src/local/engines/image-classification/network/architecture.js";
import { buildNetwork } from "../../../../src/local/engines/image-classification/network/build-network.js";
import { createTarGz } from "../../../../src/local/store/tar.js";
import { TensorEngine } from "../../../../src/local/tensor/index.js";
import {
  channel,
  type FinishedJob,
  listChannels,
  metric,
  removeFolders,
  samples,
  temporaryFolder,
  trainJob,
} from "./image-job.js";

let data: ChannelInput[];
let earlier: FinishedJob;

beforeAll(async () => {
  data = [...listChannels("train", await samples(48)), ...listChannels("validation", await samples(24, { seed: 2 }))];
  earlier = await trainJob({ channels: data, hyperparameters: { epochs: "8" } });
});
afterAll(removeFolders);

/** The channel `model` with the archive of a model folder. */
async function modelChannel(folder: string): Promise<ChannelInput> {
  const archive = join(temporaryFolder(), "model.tar.gz");
  await createTarGz(folder, archive);
  return channel("model", { "model.tar.gz": readFileSync(archive) }, { contentType: "application/x-sagemaker-model" });
}

function goOn(model: ChannelInput, hyperparameters: Record<string, string> = {}): Promise<FinishedJob> {
  return trainJob({ channels: [...data, model], hyperparameters: { epochs: "1", ...hyperparameters } });
}

describe("incremental training", () => {
  it("goes on where the earlier job ended", async () => {
    const { log } = await goOn(await modelChannel(earlier.modelDir));
    const [first = 0] = metric(log, "Train-accuracy");
    expect(first).toBeGreaterThan((metric(earlier.log, "Train-accuracy")[0] ?? 1) + 0.2);
    expect(first).toBeGreaterThan(0.9);
    expect(log).toContain("Using pretrained model for initializing weights and transfer learning.");
    expect(log).not.toContain("Performing random weight initialization");
    expect(log).toContainEqual(
      expect.stringMatching(
        /^\[local mode\] Weights come from \/opt\/ml\/model\/image-classification-\d{4}\.params of the channel model\.$/u,
      ),
    );
  });

  it("takes everything but the last layer with use_pretrained_model, for other classes", async () => {
    const model = await modelChannel(earlier.modelDir);
    const four = { use_pretrained_model: "1", num_classes: "4", image_shape: "1,6,6" };
    const { log, modelDir } = await goOn(model, four);
    expect(log).toContain("use_pretrained_model: 1");
    expect(log).toContainEqual(expect.stringContaining("all but the last layer, which starts anew"));
    const saved = await SavedModel.open(modelDir);
    expect(saved.architecture.classes).toBe(4);
    await saved.close();
    await expect(goOn(model, { ...four, image_shape: "3,6,6" })).rejects.toThrow(
      "the number of channels is 3, the model has 1",
    );
  });

  it("goes on with a network of the other beginning, as the service may have made it", async () => {
    const architecture = {
      ...(architectureFor({
        ...{ numLayers: 20, imageShape: { channels: 1, height: 8, width: 8 }, classes: 3, multiLabel: false },
      }) as Architecture),
      stem: "large" as const,
    };
    const engine = await TensorEngine.create();
    const network = buildNetwork(engine, architecture, { batch: 1, training: false });
    network.store.initialize(1);
    const folder = temporaryFolder();
    const writer = await ModelWriter.begin(folder, architecture, { batchSize: 1, seed: 1 });
    await writer.save(6, (name) => network.store.get(name).read(engine));
    await engine.dispose();

    const { modelDir } = await goOn(await modelChannel(folder));
    const saved = await SavedModel.open(modelDir);
    expect(saved.architecture.stem).toBe("large");
    await saved.close();
  });

  it("refuses a model that does not fit, with all differences", async () => {
    const model = await modelChannel(earlier.modelDir);
    const other = { num_layers: "32", image_shape: "1,7,8", num_classes: "4", multi_label: "0" };
    await expect(goOn(model, other)).rejects.toMatchObject({
      name: "JobFailure",
      kind: "ClientError",
      message:
        'The model of the channel "model" does not fit this job: num_layers is 32, the model has 20; ' +
        "image_shape is 1,7,8, the model has 1,8,8; num_classes is 4, the model has 3.",
    });
  });

  it("refuses what is no model", async () => {
    await expect(goOn(channel("model", { "readme.txt": "hello" }))).rejects.toThrow(
      "The model channel holds no model.tar.gz: readme.txt.",
    );
    await expect(goOn(channel("model", { "model.tar.gz": "hello" }))).rejects.toThrow(
      /^Unable to read \/opt\/ml\/input\/data\/model\/model\.tar\.gz\. /u,
    );
    const folder = mkdtempSync(join(temporaryFolder(), "copy-"));
    cpSync(earlier.modelDir, folder, { recursive: true });
    rmSync(join(folder, "model-shapes.json"));
    await expect(goOn(await modelChannel(folder))).rejects.toThrow("The model holds no model-shapes.json.");
  });

  it("never trains from scratch when pretrained weights were asked for", async () => {
    await expect(trainJob({ channels: data, hyperparameters: { use_pretrained_model: "1" } })).rejects.toThrow(
      "Local mode has no pretrained weights; give a model in the channel model.",
    );
  });
});
