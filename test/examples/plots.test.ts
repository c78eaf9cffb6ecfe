import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const repository = resolve(import.meta.dirname, "../..");

describe("the example of plots", () => {
  it("writes pictures and pages, and draws in the terminal what its page shows", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plots-"));
    try {
      const { stdout } = await promisify(execFile)("node", ["--import", "tsx", "examples/plots.ts", folder], {
        cwd: repository,
        env: { ...process.env, NO_COLOR: "1" },
      });
      const page = await readFile(join(repository, "docs/plots.md"), "utf8");
      const chart = /```text\n(.*?)\n```/su.exec(page)?.[1];

      expect(await readdir(folder)).toEqual(
        expect.arrayContaining(["forecast.svg", "forecast.vl.json", "images.html", "report.html", "series.svg"]),
      );
      expect(chart).toMatch(/80 % prediction interval$/u);
      expect(stdout).toContain(chart);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("holds the code of its page", async () => {
    const flat = (text: string): string => text.replaceAll(/^[ \t]+/gmu, "");
    const page = await readFile(join(repository, "docs/plots.md"), "utf8");
    const example = flat(await readFile(join(repository, "examples/plots.ts"), "utf8"));
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gsu)].map((match) => flat(match[1] ?? ""));

    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(example).toContain(block);
  });
});
