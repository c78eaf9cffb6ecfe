// Recipe 6, further: one more epoch from where the model stands, and a batch transform job over the folder of test images.
import { ImageClassification, type Session } from "sagemaker-ts";
import { runWhenMain } from "./support/run-recipe.js";
import { showEpochs, showProgress, title } from "./support/show.js";
import { load } from "./support/state.js";

export async function continueAndClassifyFolder(session: Session, signal: AbortSignal) {
  title("Recipe 6, further: incremental training and batch transform");
  const [{ root, test }, earlier] = await Promise.all([load("digits"), load("digitsJob")]);

  const first = await ImageClassification.attach(earlier, { session, signal });
  const estimator = first.with({
    modelUri: await first.modelData({ signal }),
    hyperparameters: { epochs: 1, learning_rate: 0.001 },
  });
  const job = await estimator.fit(
    {
      train: `${root}train/`,
      validation: `${root}validation/`,
      train_lst: `${root}train_lst/`,
      validation_lst: `${root}validation_lst/`,
    },
    { onProgress: showEpochs(), onAbort: "stop", signal },
  );
  const { bestValidationAccuracy } = await job.result({ signal });

  const transformer = estimator.transformer({
    instanceCount: 1,
    instanceType: "ml.m4.xlarge",
    outputPath: `${root}batch-prediction`,
  });
  const predicted = new Map<string, number | undefined>();
  try {
    // The slash at the end keeps out everything else that begins with "test".
    await transformer.transform(`${root}test/`, { onProgress: showProgress, onAbort: "stop", signal });
    for await (const { fileName, labels } of transformer.results({ signal })) {
      predicted.set(fileName, labels?.[0]?.classIndex);
    }
  } finally {
    await transformer.deleteModel();
  }
  const right = test.filter(({ file, digit }) => predicted.get(file) === digit).length;
  console.log(
    `  right: ${right} of ${predicted.size} images of the batch, accuracy ${(right / test.length).toFixed(4)}`,
  );
  return { bestValidationAccuracy, accuracy: right / test.length };
}

await runWhenMain(import.meta.url, continueAndClassifyFolder);
