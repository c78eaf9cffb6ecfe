import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const repository = resolve(import.meta.dirname, "../..");

async function run(file: string, environment: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)("node", ["--import", "tsx", file], {
    cwd: repository,
    env: { ...process.env, ...environment },
  });
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
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });

  it("train, ask and clean up in the shortest way", async () => {
    const output = await run("examples/train-blazingtext.ts");

    expect(output).toMatch(/validationAccuracy: 1,/u);
    expect(output).toMatch(/^bad 0\.\d+\ngood [01]\.\d+\n/mu);
  });
});
