import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const repository = resolve(import.meta.dirname, "../..");

async function run(file: string, environment: Record<string, string> = {}, cwd = repository): Promise<string> {
  const { stdout } = await promisify(execFile)(
    "node",
    ["--import", import.meta.resolve("tsx"), join(repository, file)],
    {
      cwd,
      env: { ...process.env, ...environment },
    },
  );
  return stdout;
}

describe("examples", () => {
  it("run recipes 1 to 4 from sentences to a scored batch job", async () => {
    const state = await mkdtemp(join(tmpdir(), "recipes-"));
    try {
      const output = await run("examples/recipes/run.ts", { RECIPES_HOME: state, SEED: "3" });

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
});
