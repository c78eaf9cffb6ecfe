// From image files to predictions with class names: draw a few shapes, train, ask, classify a folder, leave nothing behind.
// Runs on the embedded SageMaker; with `new Session()` instead of `new LocalSession()` it is the program for AWS.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageClassification, seededRandom } from "sagemaker-ts";
import { encodePng, listImages, writeImageList } from "sagemaker-ts/formats";
import { LocalSession } from "sagemaker-ts/local";

await using session = new LocalSession({ root: "temporary" });
await session.defaultBucket({ create: true });

// One folder for each channel, with a folder for each class in it. The lists say which image belongs to which class.
const classNames = ["across", "down", "slanted"];
const folder = await mkdtemp(join(tmpdir(), "shapes-"));
const images = { train: 90, validation: 30 };
const random = seededRandom(1);
for (const [channel, count] of Object.entries(images)) {
  for (let index = 0; index < count; index++) {
    const classNumber = index % classNames.length;
    const classFolder = join(folder, channel, classNames[classNumber] ?? "");
    await mkdir(classFolder, { recursive: true });
    await writeFile(join(classFolder, `${index}.png`), await drawing(classNumber));
  }
  const list = listImages(join(folder, channel), { shuffle: true });
  await writeImageList(join(folder, `${channel}_lst`, `${channel}.lst`), list);
}
const root = await session.uploadData(folder, { keyPrefix: "shapes" });

const estimator = new ImageClassification({
  session,
  instanceType: "ml.g4dn.xlarge",
  hyperparameters: { num_layers: 20, image_shape: "1,16,16", mini_batch_size: 10, epochs: 6, learning_rate: 0.02 },
}).withData({ trainingImages: images.train, validationImages: images.validation, classNames });
const job = await estimator.fit({
  train: `${root}train/`,
  validation: `${root}validation/`,
  train_lst: `${root}train_lst/`,
  validation_lst: `${root}validation_lst/`,
});
const { validationAccuracy, bestValidationAccuracy, billableSeconds } = await job.result();
console.log({ validationAccuracy, bestValidationAccuracy, billableSeconds });

{
  await using predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
  const [best] = await predictor.predict(await readFile(join(folder, "validation", "down", "1.png")));
  console.log(best?.label, best?.probability.toFixed(3));
  // Here the endpoint, its configuration and its model are deleted.
}

const again = await ImageClassification.attach(job.name, { session });
const transformer = again.transformer({ instanceCount: 1, instanceType: "ml.m5.large" });
await transformer.transform(`${root}validation/`);
for await (const { input, labels } of transformer.results()) {
  console.log(input.slice(root.length), labels?.[0]?.label ?? "no image");
}
await transformer.deleteModel();
await rm(folder, { recursive: true });

/** A greyscale PNG of 16 x 16 pixels: a bright bar on a noisy ground. */
async function drawing(classNumber: number): Promise<Uint8Array> {
  const side = 16;
  const middle = 5 + random.nextInt(7);
  const data = Uint8Array.from({ length: side * side }, (_, pixel) => {
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    const distance = [y - middle, x - middle, (x + y) / 2 - middle][classNumber] ?? 0;
    return (Math.abs(distance) < 1.5 ? 190 : 10) + random.nextInt(50);
  });
  return encodePng({ width: side, height: side, channels: 1, data });
}
