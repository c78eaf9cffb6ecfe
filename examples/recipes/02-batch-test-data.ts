// Recipe 2: the test rows without their labels, as JSON Lines, ready for a batch transform job.
import { joinS3Uri, type Session } from "sagemaker-ts";
import { writeJsonLines } from "sagemaker-ts/formats";
import { runWhenMain } from "./support/run-recipe.js";
import { title } from "./support/show.js";
import { load, note, tmp } from "./support/state.js";

export async function batchTestData(session: Session, signal: AbortSignal): Promise<void> {
  title("Recipe 2: test data for batch transform");
  const [rows, bucket, prefix] = await Promise.all([load("testRows"), load("bucket"), load("textPrefix")]);

  const file = `${tmp}synthetic.test_without_labels.txt`;
  await writeJsonLines(
    file,
    rows.map(({ text }) => ({ source: text })),
    { signal },
  );
  await note(joinS3Uri(bucket, prefix, "input/synthetic.test_without_labels.txt"));
  const uri = await session.uploadData(file, { bucket, keyPrefix: `${prefix}/input`, signal });
  console.log(`  ${rows.length} lines, the first is ${JSON.stringify({ source: rows[0]?.text })}\n  ${uri}`);
}

await runWhenMain(import.meta.url, batchTestData);
