import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  encodeFastText,
  encodeJsonLines,
  FormatError,
  readFastText,
  readJsonLines,
  writeFastText,
  writeJsonLines,
} from "../../src/formats/index.js";

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function faultOf(work: Promise<unknown>): Promise<FormatError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(FormatError.is(error)).toBe(true);
  return error as FormatError;
}

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).filter(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators of the format
  (text) => !/[\s\u0000-\u001f]|__label__|\ufeff/u.test(text),
);
const labelled = fc.record({
  labels: fc.array(word, { minLength: 1, maxLength: 3 }),
  text: fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" ")),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "formats-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("fastText lines", () => {
  it("come back as they were written, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(labelled, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }), async (rows, size) => {
        const bytes = await bytesOf(encodeFastText(rows));
        const read = await readFastText(inPieces(bytes, size)).toArray();

        expect(read.map(({ labels, text }) => ({ labels: [...labels], text }))).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it("hold one blank between words and no line end inside", async () => {
    const bytes = await bytesOf(encodeFastText([{ label: "a", text: "\ufeffvery\r\ngood\t\tdonut\0 " }]));

    expect(bytes.toString()).toBe("__label__a very good donut\n");
  });

  it.each([
    [{ label: "very good", text: "x" }, "label"],
    [{ label: "", text: "x" }, "label"],
    [{ label: "a", text: "" }, "text"],
    [{ label: "a", text: "x __label__b y" }, "text"],
  ])("refuse %j and name record and field", async (record, field) => {
    const error = await faultOf(bytesOf(encodeFastText([{ label: "a", text: "fine" }, record])));

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, field });
  });

  it("are read like fastText does: labels anywhere, CRLF, byte order mark, no last line end", async () => {
    const read = await readFastText({ text: "\ufeff__label__a x  y\r\n\r\nz __label__b __label__c" }).toArray();

    expect(read.map(({ labels, text }) => ({ labels: [...labels], text }))).toEqual([
      { labels: ["a"], text: "x y" },
      { labels: ["b", "c"], text: "z" },
    ]);
  });

  it("name the empty line when read strictly", async () => {
    const error = await faultOf(readFastText({ text: "__label__a x\n\n__label__b y\n" }, { strict: true }).toArray());

    expect(error).toMatchObject({ record: 2, byteOffset: 13 });
  });

  it("appear in a file only when all of them are written", async () => {
    const file = join(folder, "train.txt");
    await writeFile(file, "older");
    async function* failing() {
      yield { label: "a", text: "x" };
      throw new Error("source broke");
    }

    await expect(writeFastText(file, failing())).rejects.toThrow("source broke");
    expect(await readFile(file, "utf8")).toBe("older");
    expect(await readdir(folder)).toEqual(["train.txt"]);

    expect(await writeFastText(file, [{ label: "a", text: "x" }])).toMatchObject({ records: 1, bytes: 13 });
    expect(await readFile(file, "utf8")).toBe("__label__a x\n");
  });
});

describe("JSON Lines", () => {
  it("come back as they were written, however the bytes are cut", async () => {
    const value = fc
      .jsonValue({ noUnicodeString: false })
      .map((parsed) => JSON.parse(JSON.stringify(parsed)) as unknown);
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }), async (values, size) => {
        const bytes = await bytesOf(encodeJsonLines(values));

        expect(await readJsonLines(inPieces(bytes, size)).toArray()).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  it("are what JSON.stringify writes, one value a line", async () => {
    const rows = [{ source: 'say "hi"\n' }, { source: "plain" }, { source: "ünïcode \u2028" }];

    expect((await bytesOf(encodeJsonLines(rows))).toString()).toBe(
      rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    );
  });

  it.each([
    [{ a: { b: Number.NaN } }, /a\.b|b/u],
    [{ a: Number.POSITIVE_INFINITY }, /a/u],
    [{ a: 1n }, /a/u],
    [{ a: undefined }, /a/u],
  ])("refuse what has no JSON form: record %#", async (record, field) => {
    const error = await faultOf(bytesOf(encodeJsonLines([{ fine: 1 }, record])));

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2 });
    expect(error.field).toMatch(field);
  });

  it("name the line and byte of what is no JSON", async () => {
    const error = await faultOf(readJsonLines({ text: '{"a":1}\n{"a":\n' }).toArray());

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, byteOffset: 8 });
  });

  it("leave nothing behind when the write is aborted", async () => {
    const controller = new AbortController();
    function* endless() {
      for (let id = 0; ; id++) {
        if (id === 100_000) controller.abort(new Error("enough"));
        yield { id };
      }
    }

    await expect(writeJsonLines(join(folder, "x.jsonl"), endless(), { signal: controller.signal })).rejects.toThrow(
      "enough",
    );
    expect(await readdir(folder)).toEqual([]);
  });
});
