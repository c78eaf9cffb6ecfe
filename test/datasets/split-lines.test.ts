import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SplitMethod, type SplitOutput, splitLines } from "../../src/datasets/index.js";
import { ValidationError } from "../../src/errors/index.js";
import { FormatError } from "../../src/formats/index.js";
import { inPieces, rowsOf, useFolder } from "./support.js";

const methods = ["random", "exact", "content"] satisfies SplitMethod[];
const path = useFolder();

function thirds(): Record<"train" | "validation" | "test", SplitOutput> {
  return {
    train: { path: path("train") },
    validation: { path: path("validation"), share: 0.2 },
    test: { path: path("test"), share: 0.2 },
  };
}

async function parts(): Promise<string[][]> {
  return [await rowsOf(path("train")), await rowsOf(path("validation")), await rowsOf(path("test"))];
}

describe("splitLines", () => {
  it("gives these splits for seed 7, on every machine", async () => {
    const golden: Record<SplitMethod, string[]> = {
      random: ["abcdgi", "", "efhj"],
      exact: ["abcdgi", "hj", "ef"],
      content: ["cdegh", "fi", "abj"],
    };
    for (const method of methods) {
      await splitLines({ text: [..."abcdefghij"].join("\n") }, { outputs: thirds(), method, seed: 7 });

      expect((await parts()).map((rows) => rows.join(""))).toEqual(golden[method]);
    }
  });

  it("splits 2000 rows into exactly 1200, 400 and 400", async () => {
    const text = Array.from({ length: 2000 }, (_, row) => `row ${row}\n`).join("");
    for (const seed of [0, 1, 2]) {
      const { train, validation, test } = await splitLines({ text }, { outputs: thirds(), method: "exact", seed });

      expect([train.records, validation.records, test.records]).toEqual([1200, 400, 400]);
    }
    const fixed = { train: { path: path("train") }, test: { path: path("test"), rows: 1 } };
    const result = await splitLines({ text }, { outputs: fixed, method: "exact" });
    expect([result.train.records, result.test.records]).toEqual([1999, 1]);
  });

  it("puts every row into exactly one part and keeps its bytes, whatever they are", async () => {
    const row = fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
    const content = fc.array(
      row.map((text) => text.replaceAll("\n", "_")),
      { minLength: 1, maxLength: 200 },
    );
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom(...methods), fc.integer(), async (rows, method, seed) => {
        const bytes = Buffer.from(`${rows.join("\n")}\n`, "latin1");
        fc.pre(!bytes.subarray(0, 3).equals(Buffer.from("\ufeff")));
        const result = await splitLines(bytes, { outputs: thirds(), method, seed });
        const found = await parts();

        expect(found.flat().sort()).toEqual([...rows].sort());
        expect([result.train, result.validation, result.test].map(({ records }) => records)).toEqual(
          found.map((part) => part.length),
        );
        expect(result.train.bytes + result.validation.bytes + result.test.bytes).toBe(bytes.length);
      }),
      { numRuns: 40 },
    );
  });

  it("gives the same split however the bytes are cut", async () => {
    const bytes = Buffer.from("\ufeffé 1\r\n\r\n😀\nlong row ".padEnd(900, "x"));
    for (const method of ["random", "content"] as const) {
      await splitLines(bytes, { outputs: thirds(), method, seed: 3 });
      const expected = await parts();
      for (const size of [1, 2, 7, 100]) {
        await splitLines(inPieces(bytes, size), { outputs: thirds(), method, seed: 3 });

        expect(await parts()).toEqual(expected);
      }
    }
  });

  it("drops a byte order mark, gives the last row a line end, and counts a blank row", async () => {
    const outputs = { all: { path: path("all"), share: 1 } };

    expect(await splitLines({ text: "\ufeffa\r\n\nb" }, { outputs })).toEqual({
      all: { path: path("all"), records: 3, bytes: 6 },
    });
    expect(await readFile(path("all"), "utf8")).toBe("a\r\n\nb\n");
  });

  it("keeps a row in its part by content when rows are added, removed and put in another order", async () => {
    const rows = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(1000), async (all, seed) => {
        const bytes = (some: readonly string[]): Buffer => Buffer.from(some.map((row) => `${row}\n`).join(""));
        const kept = all.slice(0, Math.ceil(all.length / 2));
        await splitLines(bytes(kept), { outputs: thirds(), method: "content", seed });
        const before = await parts();
        await splitLines(bytes(all.toReversed()), { outputs: thirds(), method: "content", seed });

        expect((await parts()).map((part) => part.filter((row) => kept.includes(row)).reverse())).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it("keeps equal rows together by content, with LF, CRLF and at the end of the file alike", async () => {
    await splitLines({ text: `${"same\nsame\r\n".repeat(50)}same` }, { outputs: thirds(), method: "content" });

    expect((await parts()).map((part) => part.length).sort()).toEqual([0, 0, 101]);
  });

  it("leaves older files untouched and nothing beside them when a row is too long", async () => {
    await writeFile(path("train"), "older");
    const work = splitLines({ text: `a\n${"x".repeat(20)}\n` }, { outputs: thirds(), maxLineBytes: 10 });

    await expect(work).rejects.toThrow(FormatError);
    expect(await readFile(path("train"), "utf8")).toBe("older");
    expect(await readdir(path())).toEqual(["train"]);
  });

  it("takes back the files that are in place already when a later one cannot be put there", async () => {
    await writeFile(path("train"), "older");
    async function* source() {
      yield Buffer.from("a\nb\n");
      await mkdir(path("test"));
    }
    const outputs = {
      train: { path: path("train"), share: 0.4 },
      validation: { path: path("validation"), share: 0.3 },
      test: { path: path("test") },
    };

    await expect(splitLines(source(), { outputs })).rejects.toThrow("is a folder");
    expect(await readFile(path("train"), "utf8")).toBe("older");
    expect(await readdir(path())).toEqual(["test", "train"]);
    expect(await readdir(path("test"))).toEqual([]);
  });

  it("replaces older files and leaves nothing of them", async () => {
    await writeFile(path("train"), "older");
    await writeFile(path("real"), "linked");
    await symlink(path("real"), path("validation"));

    const results = await splitLines({ text: "a\nb\nc\n" }, { outputs: thirds() });
    expect((await readdir(path())).sort()).toEqual(["real", ...Object.keys(thirds())].sort());
    expect(await readFile(path("real"), "utf8")).toBe("linked");
    expect((await readFile(path("train"))).length).toBe(results.train.bytes);
  });

  it("leaves no file when it is aborted in the middle of the source", async () => {
    const controller = new AbortController();
    async function* source() {
      yield Buffer.from("a\nb\n");
      controller.abort(new Error("enough"));
      yield Buffer.from("c\n");
    }

    await expect(splitLines(source(), { outputs: thirds(), signal: controller.signal })).rejects.toThrow("enough");
    expect(await readdir(path())).toEqual([]);
  });

  it("refuses outputs that do not fit together, all faults at once, before it writes", async () => {
    const outputs = {
      a: { path: path("same"), share: 0.9 },
      b: { path: path("same"), share: 0.9 },
      c: { path: path("c"), rows: 3 },
    };
    const error = await splitLines({ text: "a\n" }, { outputs }).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('outputs "a" and "b" have the same path'),
      expect.stringContaining('rows of "c" need the method "exact"'),
      expect.stringContaining("the shares add up to 1.8, more than 1"),
    ]);
    expect(await readdir(path())).toEqual([]);
  });

  it("refuses exact sizes of a stream, which can be read only once, and more rows than there are", async () => {
    const options = { outputs: thirds(), method: "exact" } as const;
    const outputs = { a: { path: path("a"), rows: 3 }, rest: { path: path("rest") } };

    const response = Object.assign([Buffer.from("a\n")], { text: async () => "a\n" });

    await expect(splitLines(response, options)).rejects.toThrow("reads its source twice");
    await expect(splitLines([Buffer.from("a\n")], options)).rejects.toThrow("reads its source twice");
    await expect(splitLines({ text: "a\nb\n" }, { outputs, method: "exact" })).rejects.toThrow("the source has 2");
    expect(await readdir(path())).toEqual([]);
  });
});
