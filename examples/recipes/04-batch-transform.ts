// Recipe 4: classify a whole file with a batch transform job, and score the answers against the labels we kept.
import { BlazingText, blazingTextBatch, joinS3Uri, type Session } from "sagemaker-ts";
import { runWhenMain } from "./support/run-recipe.js";
import { showProgress, table, title } from "./support/show.js";
import { load, note, tmp } from "./support/state.js";

export async function batchTransform(session: Session, signal: AbortSignal): Promise<number> {
  title("Recipe 4: batch transform");
  const base = joinS3Uri(await load("bucket"), await load("textPrefix"));
  const rows = await load("testRows");

  const estimator = await BlazingText.attach(await load("blazingTextJob"), { session, signal });
  const transformer = estimator.transformer({
    instanceCount: 1,
    instanceType: "ml.m4.xlarge",
    outputPath: joinS3Uri(base, "batch-prediction"),
  });
  try {
    await note(joinS3Uri(base, "batch-prediction/synthetic.test_without_labels.txt.out"));
    const input = joinS3Uri(base, "input/synthetic.test_without_labels.txt");
    await transformer.transform(input, { onProgress: showProgress, onAbort: "stop", signal });
  } finally {
    await transformer.deleteModel();
  }

  await session.downloadData(joinS3Uri(base, "batch-prediction/"), `${tmp}batch-prediction`, { signal });
  const answers = await blazingTextBatch
    .decode(`${tmp}batch-prediction/synthetic.test_without_labels.txt.out`)
    .toArray();

  if (answers.length !== rows.length)
    throw new Error(`${rows.length} texts went in, ${answers.length} answers came out`);
  table(
    rows.slice(0, 10).map(({ text, label }, index) => ({
      text: text.length > 50 ? `${text.slice(0, 47)}...` : text,
      label,
      predicted: answers[index]?.label,
      probability: answers[index]?.probability.toFixed(4),
    })),
  );
  const accuracy = rows.filter(({ label }, index) => label === answers[index]?.label).length / rows.length;
  console.log(`  accuracy over ${rows.length} rows: ${accuracy.toFixed(4)}`);
  return accuracy;
}

await runWhenMain(import.meta.url, batchTransform);
