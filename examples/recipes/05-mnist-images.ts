// Recipe 5: handwritten digits as PNG files in class folders, with the lists that say which image is which; upload.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { joinS3Uri, type Session, seededRandom, shuffled } from "sagemaker-ts";
import { encodePng, type ListRecord, readIdxImages, viridis, writeImageList } from "sagemaker-ts/formats";
import { checkPairs } from "./support/check-pairs.js";
import { type MnistFiles, mnistFiles } from "./support/mnist-files.js";
import { runWhenMain } from "./support/run-recipe.js";
import { table, title } from "./support/show.js";
import { digitFolder, note, store } from "./support/state.js";

const classFolders = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

export async function mnistImages(session: Session, signal: AbortSignal): Promise<void> {
  title("Recipe 5: MNIST digits as image files");
  // One digit in a hundred keeps a training without a GPU short.
  const share = Number(process.env["DIGITS_SHARE"] ?? 0.01);
  const mnist = await mnistFiles();
  const nextName = distinctNames(Number(process.env["SEED"] ?? 1));
  await rm(digitFolder, { recursive: true, force: true });

  // The first 48,000 of the 60,000 training digits are to learn from, the others to validate with.
  const channel = async (name: string, start: number, count: number) => {
    const folder = join(digitFolder, name);
    const list = join(digitFolder, `${name}_lst`, `${name}.lst`);
    const lines = await writeDigits({ from: mnist.train, start, count, folder, signal }, (digit) =>
      join(String(digit), nextName()),
    );
    await writeImageList(list, lines, { unique: true, signal });
    return checkPairs(folder, list, { classFolders, signal });
  };
  const train = await channel("train", 0, Math.round(48_000 * share));
  const validation = await channel("validation", 48_000, Math.round(12_000 * share));
  const folder = join(digitFolder, "test");
  const part = { from: mnist.test, start: 0, count: Math.round(10_000 * share), folder, signal };
  const test = (await writeDigits(part, nextName)).map(({ path, labels }) => ({ file: path, digit: Number(labels) }));

  const [inTrain, inValidation] = [new Map(train.labels), new Map(validation.labels)];
  table(
    classFolders.map((folder, digit) => ({
      digit: `${folder}/`,
      train: inTrain.get(digit) ?? 0,
      validation: inValidation.get(digit) ?? 0,
      test: test.filter((image) => image.digit === digit).length,
    })),
  );
  console.log(`  ${train.images} training, ${validation.images} validation and ${test.length} test images`);

  const bucket = await session.defaultBucket({ create: true, signal });
  // A folder for this run alone: images of an earlier one would have no line in the lists.
  const keyPrefix = `image-experiments/${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}`;
  await note(joinS3Uri(bucket, `${keyPrefix}/`));
  const root = await session.uploadData(digitFolder, { bucket, keyPrefix, signal });
  console.log(`  ${root} with train/, validation/, train_lst/, validation_lst/, test/`);
  await store({ digits: { root, train, validation, test } });
}

interface DigitsToWrite {
  readonly from: MnistFiles;
  /** Position of the first digit in the files. */
  readonly start: number;
  readonly count: number;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Writes a run of digits as PNG files, and returns the lines of their list, numbered from 1. */
async function writeDigits(
  { from, start, count, folder, signal }: DigitsToWrite,
  pathOf: (digit: number) => string,
): Promise<ListRecord[]> {
  // Grey, as the digits are; or as matplotlib saves arrays, which reads back as other greys.
  const colored = process.env["DIGITS_COLORS"] === "viridis";
  const lines: ListRecord[] = [];
  let position = 0;
  for await (const { label = Number.NaN, ...image } of readIdxImages(from.images, from.labels, { signal })) {
    if (position++ < start) continue;
    if (lines.length === count) break;
    const path = `${pathOf(label)}.png`;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), await encodePng(colored ? viridis(image) : image));
    lines.push({ index: lines.length + 1, labels: label, path });
  }
  return lines;
}

/** Names of twelve different capitals, none twice; the same seed gives the same names. */
function distinctNames(seed: number): () => string {
  const random = seededRandom(seed);
  const used = new Set<string>();
  return () => {
    let name: string;
    do {
      name = shuffled([..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"], random.nextInt(2 ** 31))
        .slice(0, 12)
        .join("");
    } while (used.has(name));
    used.add(name);
    return name;
  };
}

await runWhenMain(import.meta.url, mnistImages);
