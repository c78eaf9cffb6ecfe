import { readdir, readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shuffleLines } from "../../src/datasets/index.js";
import { ValidationError } from "../../src/errors/index.js";
import { FormatError } from "../../src/formats/index.js";
import { inPieces, rowsOf, useFolder } from "./support.js";

describe("shuffleLines", () => {
  const path = useFolder();

  it("gives this order for seed 7, on every machine", async () => {
    await shuffleLines({ text: [..."abcdefghij"].join("\n") }, path("out"), { seed: 7 });

    expect((await rowsOf(path("out"))).join("")).toBe("bigdcafhej");
  });

  it("writes every row exactly once and keeps its bytes, whatever they are", async () => {
    const row = fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
    const content = fc.array(
      row.map((text) => text.replaceAll("\n", "_")),
      { minLength: 1, maxLength: 200 },
    );
    await fc.assert(
      fc.asyncProperty(content, fc.integer(), async (rows, seed) => {
        const bytes = Buffer.from(`${rows.join("\n")}\n`, "latin1");
        fc.pre(!bytes.subarray(0, 3).equals(Buffer.from("\ufeff")));
        const result = await shuffleLines(bytes, path("out"), { seed });

        expect(result).toEqual({ path: path("out"), records: rows.length, bytes: bytes.length });
        expect((await rowsOf(path("out"))).sort()).toEqual([...rows].sort());
      }),
      { numRuns: 40 },
    );
  });

  it("gives the same order for a file, its text and its bytes in pieces", async () => {
    const text = Array.from({ length: 500 }, (_, row) => `row ${row} é\n`).join("");
    await writeFile(path("in"), text);
    await shuffleLines(path("in"), path("out"), { seed: 1 });
    const expected = await readFile(path("out"));

    for (const source of [{ text }, inPieces(Buffer.from(text), 1), inPieces(Buffer.from(text), 997)]) {
      await shuffleLines(source, path("out"), { seed: 1 });
      expect((await readFile(path("out"))).equals(expected)).toBe(true);
    }
  });

  it("gives the same order when the rows, long and short, do not fit into the memory", async () => {
    const text = Array.from({ length: 6000 }, (_, row) => `${row} ${"x".repeat(row % 500)}\n`).join("");
    const source = { text: `${text}${"y".repeat(100_000)}\n` };
    await shuffleLines(source, path("large"), { seed: 2 });
    await shuffleLines(source, path("small"), { seed: 2, memoryBytes: 65_536, temporaryFolder: path("temporary") });
    await shuffleLines(inPieces(Buffer.from(source.text), 10_000), path("stream"), { seed: 2, memoryBytes: 65_536 });
    const large = await readFile(path("large"));

    expect((await rowsOf(path("large"))).length).toBe(6001);
    expect((await readFile(path("small"))).equals(large)).toBe(true);
    expect((await readFile(path("stream"))).equals(large)).toBe(true);
    expect((await readdir(path())).sort()).toEqual(["large", "small", "stream", "temporary"]);
    expect(await readdir(path("temporary"))).toEqual([]);
  });

  it("drops a byte order mark, gives the last row a line end, and keeps blank rows and CR", async () => {
    expect(await shuffleLines({ text: "\ufeffa\r\n\nb" }, path("out"))).toMatchObject({ records: 3, bytes: 6 });
    expect((await rowsOf(path("out"))).sort()).toEqual(["", "a\r", "b"]);
  });

  it("may write over its source", async () => {
    await writeFile(path("rows"), "a\nb\nc\nd\n");
    await shuffleLines(path("rows"), path("rows"), { seed: 1 });

    expect((await rowsOf(path("rows"))).sort()).toEqual(["a", "b", "c", "d"]);
    expect(await readdir(path())).toEqual(["rows"]);
  });

  it("leaves the old file untouched and nothing beside it when the source fails or a row is too long", async () => {
    await writeFile(path("out"), "older");
    async function* failing() {
      yield Buffer.from("a\nb\n");
      throw new Error("source broke");
    }

    await expect(shuffleLines(failing(), path("out"))).rejects.toThrow("source broke");
    await expect(shuffleLines({ text: "a\nlong row\n" }, path("out"), { maxLineBytes: 4 })).rejects.toThrow(
      FormatError,
    );
    expect(await readFile(path("out"), "utf8")).toBe("older");
    expect(await readdir(path())).toEqual(["out"]);
  });

  it("leaves nothing when it is aborted in the middle of a source larger than the memory", async () => {
    const controller = new AbortController();
    async function* source() {
      for (let part = 0; ; part++) {
        if (part === 40) controller.abort(new Error("enough"));
        yield Buffer.from(`${"x".repeat(99)}\n`.repeat(100));
      }
    }
    const options = { memoryBytes: 65_536, signal: controller.signal };

    await expect(shuffleLines(source(), path("out"), options)).rejects.toThrow("enough");
    expect(await readdir(path())).toEqual([]);
  });

  it("refuses too little memory and a seed that is not a whole number before it writes", async () => {
    await expect(shuffleLines({ text: "a\n" }, path("out"), { memoryBytes: 1000 })).rejects.toThrow(ValidationError);
    await expect(shuffleLines({ text: "a\n" }, path("out"), { seed: 0.5 })).rejects.toThrow("got 0.5");
    expect(await readdir(path())).toEqual([]);
  });
});
