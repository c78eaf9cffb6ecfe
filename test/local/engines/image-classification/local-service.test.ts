import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImageClassification, ImageClassificationPredictor } from "../../../../src/estimators/index.js";
import { readJsonLines } from "../../../../src/formats/index.js";
import { TrainingInput } from "../../../../src/inputs/index.js";
import { LocalSession } from "../../../../src/local/index.js";
import { removeFolders, type Sample, samples, temporaryFolder } from "./image-job.js";

const CLASS_NAMES = ["upright", "level", "slanting"];

let session: LocalSession;
let bucket: string;
let folder: string;
let train: Sample[];
let validation: Sample[];

/** Writes images below a folder, by class, and their list beside it. */
function writeImages(name: string, images: readonly Sample[]): void {
  const lines = images.map(({ label, png }, index) => {
    const path = `${label}/${index}.png`;
    mkdirSync(join(folder, name, String(label)), { recursive: true });
    writeFileSync(join(folder, name, path), png);
    return `${index}\t${label}\t${path}\n`;
  });
  const list = join(folder, `${name}_lst`, `${name}.lst`);
  mkdirSync(dirname(list), { recursive: true });
  writeFileSync(list, lines.join(""));
}

function estimator(hyperparameters: { readonly epochs: number; readonly learning_rate?: number }): ImageClassification {
  return new ImageClassification({
    session,
    instanceCount: 1,
    instanceType: "ml.g4dn.xlarge",
    outputPath: `s3://${bucket}/output/`,
    classNames: CLASS_NAMES,
    hyperparameters: {
      ...{ num_layers: 20, image_shape: "1,8,8", num_classes: 3, num_training_samples: 48, mini_batch_size: 12 },
      ...{ learning_rate: 0.05, top_k: 2, ...hyperparameters },
    },
  });
}

const images = (name: string): TrainingInput =>
  new TrainingInput(`s3://${bucket}/data/${name}/`, { contentType: "application/x-image" });

beforeAll(async () => {
  session = new LocalSession({ root: "temporary", seed: 7 });
  bucket = await session.defaultBucket({ create: true });
  folder = temporaryFolder();
  train = await samples(48);
  validation = await samples(24, { seed: 2 });
  writeImages("train", train);
  writeImages("validation", validation);
  await session.uploadData(folder, { bucket, keyPrefix: "data" });
});
afterAll(async () => {
  await session.close();
  removeFolders();
});

describe("Image Classification in the local service", () => {
  it("trains, is deployed, answers, and classifies a folder of images", async () => {
    const trained = estimator({ epochs: 12 });
    const lists = { train_lst: images("train_lst"), validation_lst: images("validation_lst") };
    const job = await trained.fit({ train: images("train"), validation: images("validation"), ...lists });
    const { trainAccuracy, validationAccuracy, bestValidationAccuracy, modelData } = await job.result();
    expect(bestValidationAccuracy).toBeGreaterThan(0.8);
    expect(bestValidationAccuracy).toBeGreaterThanOrEqual(validationAccuracy ?? 1);
    expect(trainAccuracy).toBeGreaterThan(0.9);

    await using predictor = await trained.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
    expect(predictor).toBeInstanceOf(ImageClassificationPredictor);
    const best = await Promise.all(
      validation.map(async ({ png }) => (await predictor.predict(png))[0]?.label ?? "none"),
    );
    const right = best.filter((label, index) => label === CLASS_NAMES[validation[index]?.label ?? -1]);
    expect(right.length / validation.length).toBeCloseTo(bestValidationAccuracy ?? 0, 6);

    const transformer = trained.transformer({
      ...{ instanceCount: 1, instanceType: "ml.m5.large", outputPath: `s3://${bucket}/batch/` },
    });
    await transformer.transform(`s3://${bucket}/data/validation/`);
    await session.downloadData(`s3://${bucket}/batch/`, join(folder, "batch"));
    const first = join(folder, "batch/0/0.png.out");
    expect(readFileSync(first, "utf8")).toMatch(/^\{"prediction": \[/u);
    const [answer] = await readJsonLines<{ prediction: number[] }>(first).toArray();
    expect(answer?.prediction).toHaveLength(3);
    await transformer.deleteModel();

    const continued = await estimator({ epochs: 1, learning_rate: 0.001 })
      .with({ modelUri: modelData })
      .fit({ train: images("train"), validation: images("validation"), ...lists });
    expect((await continued.result()).trainAccuracy).toBeGreaterThan(0.8);
  });

  it("fails with the place of a fault in the data", async () => {
    await session.uploadString("1 0 0/0.png\n", `s3://${bucket}/data/broken_lst/train.lst`);
    const inputs = {
      ...{ train: images("train"), train_lst: images("broken_lst") },
      ...{ validation: images("validation"), validation_lst: images("validation_lst") },
    };
    await expect(estimator({ epochs: 1 }).fit(inputs)).rejects.toThrow(/IC-03: .*train\.lst, line 1/u);
    const job = estimator({ epochs: 1 }).fit(inputs, { preflight: false });
    await expect(job).rejects.toThrow(
      /Invalid lst file in the train channel\. train\.lst: .*line 1.*tabs, not by blanks/u,
    );
  });

  it("trains from an augmented manifest", async () => {
    const manifest = (name: string, some: readonly Sample[]): string =>
      some
        .map(({ label }, index) =>
          JSON.stringify({ "source-ref": `s3://${bucket}/data/${name}/${label}/${index}.png`, class: label }),
        )
        .join("\n");
    const input = async (name: string, some: readonly Sample[]): Promise<TrainingInput> => {
      const uri = `s3://${bucket}/manifests/${name}.manifest`;
      await session.uploadString(manifest(name, some), uri);
      return new TrainingInput(uri, {
        ...{ s3DataType: "AugmentedManifestFile", attributeNames: ["source-ref", "class"], inputMode: "Pipe" },
        ...{ recordWrapping: "RecordIO", contentType: "application/x-recordio" },
      });
    };
    const job = await estimator({ epochs: 2 }).fit({
      ...{ train: await input("train", train), validation: await input("validation", validation) },
    });
    expect((await job.result()).trainAccuracy).toBeGreaterThan(0.5);
  });
});
