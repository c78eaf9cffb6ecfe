// Recipe 3: train a text classifier, put it behind an endpoint, ask it, delete the endpoint.
import { BlazingText, joinS3Uri, type Session } from "sagemaker-ts";
import { runWhenMain } from "./support/run-recipe.js";
import { showProgress, table, title } from "./support/show.js";
import { load, note, store } from "./support/state.js";

const sentences = ["that is bad", "the apple tastes good", "i would recommend it to my friends"];

export async function trainAndDeployBlazingText(session: Session, signal: AbortSignal) {
  title("Recipe 3: train and deploy BlazingText");
  const base = joinS3Uri(await load("bucket"), await load("textPrefix"));

  const estimator = new BlazingText({
    session,
    instanceCount: 1,
    instanceType: "ml.c4.xlarge",
    outputPath: joinS3Uri(base, "output"),
    hyperparameters: { mode: "supervised", min_count: 2 },
  });
  const job = await estimator.fit(
    {
      train: joinS3Uri(base, "input/synthetic.train.txt"),
      validation: joinS3Uri(base, "input/synthetic.validation.txt"),
    },
    { wait: false, signal },
  );
  await note(joinS3Uri(base, "output", job.name));
  await job.wait({ onProgress: showProgress, onAbort: "stop", signal });
  const { trainAccuracy, validationAccuracy, trainingSeconds, billableSeconds } = await job.result({ signal });
  console.log(`  train accuracy ${trainAccuracy}, validation accuracy ${validationAccuracy}`);
  console.log(`  Training seconds: ${trainingSeconds}, Billable seconds: ${billableSeconds}`);
  await store({ blazingTextJob: job.name });

  await using predictor = await estimator.deploy({
    initialInstanceCount: 1,
    instanceType: "ml.r5.large",
    signal,
    onProgress: showProgress,
  });
  const predictions = await predictor.predict(sentences, { signal });
  table(
    predictions.map(({ label, probability }, index) => ({
      sentence: sentences[index],
      label,
      probability: probability.toFixed(4),
    })),
  );
  return { trainAccuracy, validationAccuracy, predictions };
  // `await using` deletes the endpoint, its configuration and its model here.
}

await runWhenMain(import.meta.url, trainAndDeployBlazingText);
