// From image files to predictions with class names: draw a few shapes, train, ask, classify a folder, leave nothing behind.
// Runs on the embedded SageMaker; with `new Session()` instead of `new LocalSession()` it is the program for AWS.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { ImageClassification } from "sagemaker-ts";
import { LocalSession } from "sagemaker-ts/local";

await using session = new LocalSession({ root: "temporary" });
await session.defaultBucket({ create: true });

// One folder per channel. The lists say which image belongs to which class: index, class number, path, by tabs.
const classNames = ["across", "down", "slanted"];
const folder = await mkdtemp(join(tmpdir(), "shapes-"));
const images = { train: 120, validation: 30 };
for (const [channel, count] of Object.entries(images)) {
  await mkdir(join(folder, channel), { recursive: true });
  await mkdir(join(folder, `${channel}_lst`));
  let list = "";
  for (let index = 1; index <= count; index++) {
    const classNumber = index % classNames.length;
    await writeFile(join(folder, channel, `${index}.png`), drawing(classNumber));
    list += `${index}\t${classNumber}\t${index}.png\n`;
  }
  await writeFile(join(folder, `${channel}_lst`, `${channel}.lst`), list);
}
const root = await session.uploadData(folder, { keyPrefix: "shapes" });

const estimator = new ImageClassification({
  session,
  instanceType: "ml.g4dn.xlarge",
  hyperparameters: { num_layers: 20, image_shape: "1,28,28", mini_batch_size: 10, epochs: 4, learning_rate: 0.01 },
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
  const [best] = await predictor.predict(await readFile(join(folder, "validation", "1.png")));
  console.log(best?.label, best?.probability.toFixed(3));
  // Here the endpoint, its configuration and its model are deleted.
}

const again = await ImageClassification.attach(job.name, { session });
const transformer = again.transformer({ instanceCount: 1, instanceType: "ml.m5.large" });
await transformer.transform(`${root}validation/`);
for await (const { fileName, labels } of transformer.results()) {
  console.log(fileName, labels?.[0]?.label ?? "no image");
}
await transformer.deleteModel();
await rm(folder, { recursive: true });

/** A greyscale PNG of 28 x 28 pixels: a bright bar on a noisy ground. */
function drawing(classNumber: number): Uint8Array {
  const side = 28;
  const middle = 8 + Math.floor(Math.random() * 12);
  const rows = Array.from({ length: side }, (_, y) => {
    const pixels = Array.from({ length: side }, (_, x) => {
      const distance = [y - middle, x - middle, (x + y) / 2 - middle][classNumber] ?? 0;
      return (Math.abs(distance) < 2 ? 190 : 10) + Math.random() * 50;
    });
    return Buffer.from([0, ...pixels]);
  });
  const header = Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(name), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}
