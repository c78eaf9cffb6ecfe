// Recipe 6: learn the digits, put the model behind an endpoint, ask it about every test image, delete the endpoint.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { ImageClassification, type Session } from "sagemaker-ts";
import { decodeImage } from "sagemaker-ts/formats";
import { imageReport, terminalImage } from "sagemaker-ts/plots";
import { runWhenMain } from "./support/run-recipe.js";
import { showEpochs, showProgress, sideBySide, table, terminalColors, title } from "./support/show.js";
import { digitFolder, load, reports, store } from "./support/state.js";

const classNames = ["ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE"];

export async function trainAndDeployImageClassification(session: Session, signal: AbortSignal) {
  title("Recipe 6: train and deploy Image Classification");
  const { root, train, validation, test } = await load("digits");

  const estimator = new ImageClassification({
    session,
    instanceCount: 1,
    instanceType: "ml.g4dn.xlarge",
    outputPath: `${root}output`,
    hyperparameters: {
      num_layers: 18,
      image_shape: "1,28,28",
      mini_batch_size: 20,
      epochs: Number(process.env["EPOCHS"] ?? 5),
      learning_rate: 0.01,
      top_k: 2,
      precision_dtype: "float32",
    },
  }).withData({
    trainingImages: train.images,
    trainingLabels: new Map(train.labels),
    validationImages: validation.images,
    validationLabels: new Map(validation.labels),
    smallestImage: train.smallest,
    classNames,
  });
  const { num_classes, num_training_samples } = estimator.options.hyperparameters;
  console.log(`  ${num_training_samples} images of ${num_classes} classes to learn from`);

  const job = await estimator.fit(
    {
      train: `${root}train/`,
      validation: `${root}validation/`,
      train_lst: `${root}train_lst/`,
      validation_lst: `${root}validation_lst/`,
    },
    { wait: false, signal },
  );
  await job.wait({ onProgress: showEpochs(), onAbort: "stop", signal });
  const { bestValidationAccuracy, trainingSeconds, billableSeconds } = await job.result({ signal });
  console.log(`  best validation accuracy ${bestValidationAccuracy}, the epoch of the saved model`);
  console.log(`  Training seconds: ${trainingSeconds}, Billable seconds: ${billableSeconds}`);
  await store({ digitsJob: job.name });

  await using predictor = await estimator.deploy({
    initialInstanceCount: 1,
    instanceType: "ml.m4.xlarge",
    signal,
    onProgress: showProgress,
  });
  const answers = [];
  for (const { file, digit } of test) {
    const image = await readFile(`${digitFolder}test/${file}`);
    const labels = await predictor.predict(image, { signal });
    answers.push({ file, image, labels, label: labels[0]?.label ?? "", truth: classNames[digit] ?? "" });
  }

  const right = answers.filter(({ label, truth }) => label === truth);
  const wrong = answers.filter(({ label, truth }) => label !== truth);
  const accuracy = right.length / answers.length;
  for (const some of [right.slice(0, 3), wrong.slice(0, 3)]) {
    const pictures = some.map(async ({ image, labels: [best], truth }) => ({
      picture: terminalImage(await decodeImage(image), { colors: terminalColors() }),
      caption: `${best?.label} ${best?.probability.toFixed(2)}${best?.label === truth ? "" : `, but ${truth}`}`,
    }));
    sideBySide(await Promise.all(pictures), 28);
  }
  table(
    answers.slice(-10).map(({ file, label, labels, truth }) => ({
      file,
      predicted: label,
      probability: labels[0]?.probability.toFixed(4),
      truth,
    })),
  );
  console.log(`  right: ${right.length} of ${answers.length} test images, accuracy ${accuracy.toFixed(4)}`);

  const report = `${reports}digits.html`;
  await mkdir(reports, { recursive: true });
  // The wrong ones first: they are what a person wants to see.
  const items = [...wrong, ...right].map(({ file, image, label, labels, truth }) => ({
    image,
    caption: file,
    label,
    probabilities: labels,
    truth,
  }));
  await writeFile(report, imageReport({ title: "Digits that the model had not seen", items, imageWidth: 140 }));
  console.log(`  report with all of them: ${pathToFileURL(report)}`);
  return { bestValidationAccuracy, accuracy };
  // `await using` deletes the endpoint, its configuration and its model here.
}

await runWhenMain(import.meta.url, trainAndDeployImageClassification);
