import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const repository = resolve(import.meta.dirname, "../..");

async function run(command: string, environment: Record<string, string> = {}, cwd = repository): Promise<string> {
  const [file = "", ...args] = command.split(" ");
  const { stdout } = await promisify(execFile)(
    "node",
    ["--import", import.meta.resolve("tsx"), join(repository, file), ...args],
    {
      cwd,
      env: { ...process.env, ...environment },
    },
  );
  return stdout;
}

// Each test is a program that trains: seconds by itself, more beside other work.
describe("examples", { timeout: 120_000 }, () => {
  it("run recipes 1 to 4 from sentences to a scored batch job", async () => {
    const state = await mkdtemp(join(tmpdir(), "recipes-"));
    try {
      const output = await run("examples/recipes/run.ts 1 2 3 4", { RECIPES_HOME: state, SEED: "3" });

      expect(output).toMatch(/1200 training, 400 validation and 400 test rows/u);
      expect(output).toMatch(/\| Number of words: {2}69\n/u);
      expect(Number(/validation accuracy ([\d.]+)/u.exec(output)?.[1])).toBeGreaterThan(0.965);
      expect(output).toMatch(/that is bad +negative +0\.[78]\d+/u);
      expect(output).toMatch(/the apple tastes good +positive +0\.[78]\d+/u);
      expect(output).toMatch(/i would recommend it to my friends +positive +0\.[567]\d+/u);
      expect(Number(/accuracy over 400 rows: ([\d.]+)/u.exec(output)?.[1])).toBeGreaterThan(0.965);
      expect(output).toMatch(/\/chapter08\/output\/blazingtext-[-\d]+: objects deleted: 1 \(\d+ bytes\)/u);
      expect(output.match(/: objects deleted: 1 \(\d+ bytes\)/gu)).toHaveLength(5);
      // The folder itself goes too when all in it was the recipes'.
      await expect(readdir(state)).rejects.toMatchObject({ code: "ENOENT" });
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });

  it("run recipes 5 and 6 from the pixels of digits to a report of what was recognized", async () => {
    const state = await mkdtemp(join(tmpdir(), "recipes-"));
    try {
      // A fifth of the images and two epochs: the model learns its training images by heart, but little about others.
      const environment = { RECIPES_HOME: state, DIGITS_SHARE: "0.002", EPOCHS: "2" };
      const output = await run("examples/recipes/run.ts 5 6 6b", environment);

      expect(output).toMatch(/96 training, 24 validation and 20 test images/u);
      expect(output).toMatch(/96 images of 10 classes to learn from/u);
      const epochs = [...output.matchAll(/^ +([12]) {2,}(0\.\d+|1\.0+) {2,}[01]\.\d+ {2,}[\d.]+ {2,}[01]\.\d+$/gmu)];
      expect(epochs.map(([, epoch]) => epoch)).toEqual(["1", "2", "1"]);
      const [first = 0, second = 0, continued = 0] = epochs.map(([, , accuracy]) => Number(accuracy));
      expect(second).toBeGreaterThan(first + 0.2);
      // From where the model stood, not from the beginning.
      expect(continued).toBeGreaterThan(second);
      expect(output).toMatch(/[▀▄█]{3}/u);
      const right = Number(/right: (\d+) of 20 test images/u.exec(output)?.[1]);
      expect(output).toMatch(/right: \d+ of 20 images of the batch/u);
      expect(output).toMatch(/\/image-experiments\/[-\dT]+\/: objects deleted: \d+ /u);

      expect(await readdir(state)).toEqual(["reports"]);
      const report = await readFile(join(state, "reports/digits.html"), "utf8");
      expect(report.match(/<img src="data:image\/png;base64,/gu)).toHaveLength(20);
      expect(report.match(/<figure class="wrong">/gu)).toHaveLength(20 - right);
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });

  it("run recipes 7 to 10 from a noisy series to a forecast beside the published one", async () => {
    const state = await mkdtemp(join(tmpdir(), "recipes-"));
    try {
      const environment = { RECIPES_HOME: state, FORECAST_EPOCHS: "3" };
      const output = await run("examples/recipes/run.ts 7 8 9 10 10b", environment);

      expect(output).toMatch(/training +450 +2020-01-01 00:00:00 +2020-01-19 17:00:00/u);
      expect(output).toMatch(/target +51 +2020-01-19 17:00:00 +2020-01-21 19:00:00/u);
      const epochs = [...output.matchAll(/^ +([012]) +(\d+\.\d{4}) +\d+\.\d{4} +\d+\.\d{4}$/gmu)];
      expect(epochs.map(([, epoch]) => epoch)).toEqual(["0", "1", "2", "0", "1", "2"]);
      const losses = epochs.map(([, , loss]) => Number(loss));
      for (const job of [losses.slice(0, 3), losses.slice(3)]) expect(job).toEqual(job.toSorted((a, b) => b - a));
      // The mean of the whole series as forecast has an RMSE of more than 600.
      const rmse = Number(/RMSE +(\S+) +157\.7660/u.exec(output)?.[1]);
      expect(rmse).toBeGreaterThan(90);
      expect(rmse).toBeLessThan(450);
      expect(output).toMatch(/wQuantileLoss\[0\.9\] +0\.\d+ +0\.0948/u);
      // The endpoint draws the samples that the job was scored with.
      expect(Number(/RMSE of the mean (\S+);/u.exec(output)?.[1])).toBeCloseTo(rmse, 1);
      expect(output).toMatch(/^ +2020-01-19 18:00:00(?: +-?\d+\.\d\d){3}$/mu);
      expect(output).toMatch(/^ +2020-01-21 19:00:00(?: +-?\d+\.\d\d){3}$/mu);
      expect(output).toMatch(/published job +158\.13 .* 62 %\n +this run +\d/u);
      expect(output).toMatch(/endpoint\/forecasting-deepar-\S+: deleted, with/u);
      expect(output.match(/: objects deleted: 1 \(\d+ bytes\)/gu)).toHaveLength(6);

      // Of all that was written only the figures are left.
      expect(await readdir(state)).toEqual(["reports"]);
      const figures = await readdir(join(state, "reports"));
      expect(figures.map((name) => /^\d+b?/u.exec(name)?.[0]).sort()).toEqual(["07", "08", "09", "10", "10", "10b"]);
      const page = await readFile(join(state, "reports/10-forecast.html"), "utf8");
      expect(page.match(/80 % prediction interval/gu)?.length).toBeGreaterThanOrEqual(2);
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });

  it("name the recipes there are when one is asked for that is not", async () => {
    await expect(run("examples/recipes/run.ts 5 11")).rejects.toThrow(
      'there is no recipe "11"; choose from 1 2 3 4 5 6 6b 7 8 9 10 10b',
    );
  });

  it("keep the endpoint of recipe 9 for a recipe 10 that runs by itself, and delete it in the end", async () => {
    const state = await mkdtemp(join(tmpdir(), "recipes-"));
    try {
      const environment = { RECIPES_HOME: state, FORECAST_EPOCHS: "1" };
      const kept = await run("examples/recipes/run.ts 7 8 9", { ...environment, KEEP: "1" });
      const [name = "none"] = /endpoint\/\S+$/mu.exec(kept) ?? [];
      expect(kept).toContain(`Kept for the next recipes`);
      expect(await run("examples/recipes/10-forecast.ts", environment)).toContain(`${name}: deleted, with`);
      await expect(run("examples/recipes/10-forecast.ts", environment)).rejects.toThrow(
        '"forecastEndpoint" is not stored yet: run recipe 9 first',
      );

      // A note of an endpoint that somebody else deleted does not keep the clean-up from the rest.
      const notes = JSON.parse(await readFile(join(state, "state.json"), "utf8"));
      await writeFile(join(state, "state.json"), JSON.stringify({ ...notes, created: [name, ...notes.created] }));
      const last = await run("examples/recipes/clean-up.ts", environment);
      expect(last).toContain(`${name}: there is none any more`);
      expect(last.match(/: objects deleted: 1 \(\d+ bytes\)/gu)).toHaveLength(3);
      expect(await readdir(state)).toEqual(["reports"]);
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });

  it("keep what the next recipe needs when one runs alone, say so, and delete just that in the end", async () => {
    const state = await mkdtemp(join(tmpdir(), "recipes-"));
    try {
      await writeFile(join(state, "mine.txt"), "not of the recipes");
      const first = await run("examples/recipes/01-synthetic-text.ts", { RECIPES_HOME: state });
      expect(first).toMatch(
        /Kept for the next recipes; .*clean-up\.ts deletes it:\n {2}s3:.*train\.txt\n {2}s3:.*validation\.txt\n/u,
      );
      const second = await run("examples/recipes/02-batch-test-data.ts", { RECIPES_HOME: state, KEEP: "1" });
      expect(second).toMatch(/Kept for the next recipes(?:.*\n){4}$/u);

      const last = await run("examples/recipes/clean-up.ts", { RECIPES_HOME: state });
      expect(last.match(/: objects deleted: 1 \(\d+ bytes\)/gu)).toHaveLength(3);
      expect(await readdir(state)).toEqual(["mine.txt"]);
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });

  it("run the program of the README, word for word", async () => {
    const readme = await readFile(join(repository, "README.md"), "utf8");
    expect(/```ts\n(.*?)```/su.exec(readme)?.[1]).toBe(await readFile(join(repository, "examples/readme.ts"), "utf8"));

    const folder = await mkdtemp(join(tmpdir(), "readme-"));
    try {
      const reviews = "__label__good tasty soup\n__label__bad the bread was cold\n".repeat(50);
      await writeFile(join(folder, "reviews.txt"), reviews);
      const output = await run("examples/readme.ts", { CI: "1" }, folder);

      expect(output).toMatch(/^Number of words: +[67]$/mu);
      expect(output).toMatch(/\n(?:__label__)?(?:good|bad) 0\.\d+\n$/u);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("train, ask and clean up in the shortest way", async () => {
    const output = await run("examples/train-blazingtext.ts");

    expect(output).toMatch(/validationAccuracy: 1,/u);
    expect(output).toMatch(/^bad 0\.\d+\ngood [01]\.\d+\n/mu);
    expect(output).toMatch(/^objects deleted: 5\n/mu);
  });

  it("train a classifier of images and classify a folder", async () => {
    const output = await run("examples/train-image-classification.ts");

    expect(Number(/bestValidationAccuracy: ([\d.]+)/u.exec(output)?.[1])).toBeGreaterThan(0.9);
    expect(output).toMatch(/^down 0\.\d+$/mu);
    const answers = [...output.matchAll(/^validation\/(\w+)\/\d+\.png (\w+)$/gmu)];
    expect(answers).toHaveLength(30);
    expect(answers.filter(([, folder, label]) => folder === label).length).toBeGreaterThan(27);
  });

  it("train on series of several groups, forecast them, and forecast a file", async () => {
    const output = await run("examples/train-deepar.ts");

    expect(Number(/testRmse: ([\d.]+)/u.exec(output)?.[1])).toBeLessThan(15);
    expect(output.match(/^2024-02-04 \d\d:00:00(?: -?\d+\.\d){3}$/gmu)).toHaveLength(24);
    // The rhythm of the day: the first shop sells nothing at midnight and about 40 at noon.
    expect(Number(/^2024-02-04 12:00:00 (\S+)/mu.exec(output)?.[1])).toBeGreaterThan(25);
    expect(Number(/actual: (\S+)/u.exec(output)?.[1])).toBeGreaterThan(0.5);
    expect(output.match(/^[1-6] 2024-02-04 00:00:00 -?\d/gmu)).toHaveLength(6);
  });
});
