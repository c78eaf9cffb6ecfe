// Recipe 1: make labelled texts, split them, write fastText label lines, upload them.
import { joinS3Uri, type Session, trainValidationTestSplit } from "sagemaker-ts";
import { writeFastText } from "sagemaker-ts/formats";
import { runWhenMain } from "./support/run-recipe.js";
import { table, title } from "./support/show.js";
import { note, store, tmp } from "./support/state.js";
import { syntheticReviews } from "./support/synthetic-text.js";

const textPrefix = "chapter08";

export async function syntheticText(session: Session, signal: AbortSignal): Promise<void> {
  title("Recipe 1: synthetic text data");
  const seed = Number(process.env["SEED"] ?? 1);
  const rows = syntheticReviews(1000, seed);
  const { train, validation, test } = trainValidationTestSplit(rows, { validation: 400, test: 400, seed });
  table([...rows.slice(0, 2), ...rows.slice(-2)]);
  console.log(`  ${train.length} training, ${validation.length} validation and ${test.length} test rows`);

  const bucket = await session.defaultBucket({ create: true, signal });
  for (const [name, part] of Object.entries({ train, validation })) {
    const file = `${tmp}synthetic.${name}.txt`;
    await writeFastText(file, part, { signal });
    await note(joinS3Uri(bucket, textPrefix, `input/synthetic.${name}.txt`));
    console.log(`  ${await session.uploadData(file, { bucket, keyPrefix: `${textPrefix}/input`, signal })}`);
  }
  await store({ testRows: test, bucket, textPrefix });
}

await runWhenMain(import.meta.url, syntheticText);
