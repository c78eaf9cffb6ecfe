import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SplitMethod } from "../../src/datasets/index.js";
import { shuffleLines, splitLines, trainValidationTestSplit } from "../../src/datasets/index.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "splits-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function lines(name: string): Promise<string[]> {
  return (await readFile(join(folder, name), "utf8")).split("\n").slice(0, -1);
}

function outputs(share: number) {
  return { train: { path: join(folder, "train") }, test: { path: join(folder, "test"), share } };
}

const rows = Array.from({ length: 1000 }, (_, row) => `row ${row}`);
const text = `${rows.join("\n")}\n`;

describe("trainValidationTestSplit", () => {
  it("gives the chapter's 1200, 400 and 400 of 2000 rows", () => {
    const { train, validation, test } = trainValidationTestSplit([...Array(2000).keys()], {
      validation: 0.2,
      test: 0.2,
    });

    expect([train.length, validation.length, test.length]).toEqual([1200, 400, 400]);
  });

  it("puts every row into exactly one part and leaves the input alone", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 3, maxLength: 60 }),
        fc.integer({ min: 0, max: 99 }),
        (all, seed) => {
          const before = [...all];
          const { train, validation, test } = trainValidationTestSplit(all, { validation: 1, test: 1, seed });

          expect([...train, ...validation, ...test].sort()).toEqual([...all].sort());
          expect(all).toEqual(before);
        },
      ),
    );
  });

  it("depends on the seed alone", () => {
    const split = (seed: number) => trainValidationTestSplit([...Array(20).keys()], { test: 5, seed });

    expect(split(7)).toEqual(split(7));
    expect(split(8)).not.toEqual(split(7));
  });

  it("refuses sizes that leave nothing for training", () => {
    expect(() => trainValidationTestSplit([1, 2, 3], { validation: 2, test: 1 })).toThrow(/training/u);
  });
});

describe("splitLines", () => {
  it.each(["random", "exact", "content"] satisfies SplitMethod[])(
    "partitions the rows and keeps their order: %s",
    async (method) => {
      await splitLines({ text }, { outputs: outputs(0.25), method, seed: 1 });
      const train = new Set(await lines("train"));
      const test = await lines("test");

      expect(train.size + test.length).toBe(1000);
      expect(test.some((row) => train.has(row))).toBe(false);
      expect(test).toEqual(rows.filter((row) => !train.has(row)));
      expect(test.length).toBeGreaterThan(190);
      expect(test.length).toBeLessThan(310);
    },
  );

  it("meets exact sizes", async () => {
    const result = await splitLines({ text }, { outputs: outputs(0.25), method: "exact" });

    expect([result.train.records, result.test.records]).toEqual([750, 250]);
  });

  it("keeps a row in its part by content when rows are added before it", async () => {
    await splitLines({ text }, { outputs: outputs(0.25), method: "content" });
    const first = new Set(await lines("test"));
    await splitLines({ text: `new a\nnew b\n${text}` }, { outputs: outputs(0.25), method: "content" });
    const second = new Set((await lines("test")).filter((row) => !row.startsWith("new")));

    expect(second).toEqual(first);
  });

  it("leaves no file when the source fails or the call is aborted", async () => {
    async function* failing() {
      yield Buffer.from("a\nb\n");
      throw new Error("source broke");
    }

    await expect(splitLines(failing(), { outputs: outputs(0.5) })).rejects.toThrow("source broke");
    await expect(
      splitLines({ text }, { outputs: outputs(0.5), signal: AbortSignal.abort(new Error("enough")) }),
    ).rejects.toThrow("enough");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("shuffleLines", () => {
  it("permutes the rows, the same way for one seed whatever the memory", async () => {
    const long = rows.map((row) => row.padEnd(300, "x"));
    const source = { text: `${long.join("\n")}\n` };
    await shuffleLines(source, join(folder, "a"), { seed: 3 });
    await shuffleLines(source, join(folder, "b"), { seed: 3, memoryBytes: 65536 });
    await shuffleLines(source, join(folder, "c"), { seed: 4 });
    const [a, b, c] = [await lines("a"), await lines("b"), await lines("c")];

    expect(a).not.toEqual(long);
    expect([...a].sort()).toEqual([...long].sort());
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
    expect((await readdir(folder)).sort()).toEqual(["a", "b", "c"]);
  });
});
