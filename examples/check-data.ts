// Data is checked before it costs money: first the local file, then again by fit, which creates no job when it finds errors.
// Runs on the embedded SageMaker; with `new Session()` instead of `new LocalSession()` it is the program for AWS.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlazingText, formatReport, PreflightError } from "sagemaker-ts";
import { LocalSession } from "sagemaker-ts/local";

await using session = new LocalSession({ root: "temporary" });
await session.defaultBucket({ create: true });

const folder = await mkdtemp(join(tmpdir(), "check-data-"));
const file = join(folder, "train.txt");
// A text with a line break in it, and a label with a blank: both are common, and training says nothing about them.
const good = "__label__good a fresh salad\n__label__bad a cold soup\n".repeat(20);
await writeFile(file, `${good}__label__good a wonderful\ndonut\n__label__ so so bread\n`);

const estimator = new BlazingText({
  session,
  instanceType: "ml.c5.xlarge",
  hyperparameters: { mode: "supervised", word_ngrams: 1 },
});

const report = await estimator.preflight({ train: file });
if (!report.ok) console.log(formatReport(report));

const train = await session.uploadData(file, { keyPrefix: "reviews" });
try {
  await estimator.fit({ train });
} catch (error) {
  if (!PreflightError.is(error)) throw error;
  for (const { code, place, fix } of error.report.findings) console.log(code, place.line, fix);
}

await rm(folder, { recursive: true });
