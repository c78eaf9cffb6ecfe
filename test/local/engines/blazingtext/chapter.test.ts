import { afterAll, describe, expect, it } from "vitest";
import { chapterData, labelLines } from "../../../helpers/chapter-data.js";
import { ask, loadFolder, removeJobs, trainJob } from "./training-job.js";

const SENTENCES = ["that is bad", "the apple tastes good", "i would recommend it to my friends"];

afterAll(removeJobs);

interface Outcome {
  readonly accuracy: number;
  readonly words: string;
  readonly answers: readonly { readonly label: string; readonly probability: number }[];
}

async function chapterJob(seed: number): Promise<Outcome> {
  const data = chapterData(seed);
  const job = await trainJob(labelLines(data.train), {
    seed,
    // A tenth of the default: the quality is the same, and ten model files are read back faster.
    hyperparameters: { min_count: "2", buckets: "200000" },
    validation: labelLines(data.validation),
  });
  const model = await loadFolder(job.folder);
  const answers = JSON.parse(await ask(model, JSON.stringify({ instances: SENTENCES }))) as {
    label: [string];
    prob: [number];
  }[];
  const text = job.log.join("\n");
  return {
    accuracy: Number(/#validation_accuracy: (\S+)/u.exec(text)?.[1]),
    words: /Number of words: {2}(\d+)/u.exec(text)?.[1] ?? "",
    answers: answers.map(({ label, prob }) => ({ label: label[0], probability: prob[0] })),
  };
}

describe("the chapter's text classifier", () => {
  it("stays within the band that the real service and fastText set, over ten seeds", async () => {
    const outcomes: Outcome[] = [];
    for (let seed = 1; seed <= 10; seed++) outcomes.push(await chapterJob(seed));

    const accuracies = outcomes.map(({ accuracy }) => accuracy);
    const mean = accuracies.reduce((sum, accuracy) => sum + accuracy) / accuracies.length;
    expect(mean).toBeGreaterThanOrEqual(0.98);
    expect(mean).toBeLessThanOrEqual(0.995);
    expect(Math.min(...accuracies)).toBeGreaterThanOrEqual(0.965);
    const bands = [
      { label: "__label__negative", low: 0.72, high: 0.92 },
      { label: "__label__positive", low: 0.7, high: 0.9 },
      { label: "__label__positive", low: 0.56, high: 0.7 },
    ];
    for (const { answers, words } of outcomes) {
      expect(words).toBe("69");
      for (const [index, { label, low, high }] of bands.entries()) {
        expect(answers[index]?.label).toBe(label);
        expect(answers[index]?.probability).toBeGreaterThan(low);
        expect(answers[index]?.probability).toBeLessThan(high);
      }
    }
  });
});
