import { readdir, readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeImageList,
  type ImageListReadOptions,
  type ListRecord,
  readImageList,
  writeImageList,
} from "../../src/formats/index.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const encoded = async (records: readonly ListRecord[]): Promise<string> =>
  (await bytesOf(encodeImageList(records))).toString();
const read = (text: string, options?: ImageListReadOptions): Promise<ListRecord[]> =>
  readImageList({ text }, options).toArray();

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a path of a list cannot hold
const unusable = /[\0-\x1f\x7f\x85\u2028\u2029/\\]|^[A-Za-z]:|\ufeff/u;
const part = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 6 })
  .filter((text) => text.trim() === text && text !== ".." && !unusable.test(text));
const record: fc.Arbitrary<ListRecord> = fc.record({
  index: fc.maxSafeNat(),
  labels: fc.oneof(
    fc.nat(1000),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.array(
      fc.oneof(
        fc.constantFrom(0, 1),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      ),
      {
        minLength: 2,
        maxLength: 4,
      },
    ),
  ),
  path: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
});

describe("encodeImageList", () => {
  it("writes index, label and path with tabs between, whole numbers without decimals", async () => {
    expect(await encoded([{ index: 1, labels: 5, path: "5/UQXMJTNRHGAE.png" }])).toBe("1\t5\t5/UQXMJTNRHGAE.png\n");
  });

  it("writes several labels as columns", async () => {
    expect(await encoded([{ index: 12, labels: [1, 0, 0.25, 1e-7], path: "a b/ü.jpg" }])).toBe(
      "12\t1\t0\t0.25\t1e-7\ta b/ü.jpg\n",
    );
  });

  it.each([
    ["a negative index", { index: -1, labels: 0, path: "a" }, "index"],
    ["a broken index", { index: 1.5, labels: 0, path: "a" }, "index"],
    ["a label that is no number", { index: 1, labels: "cat" as unknown as number, path: "a" }, "labels"],
    ["an infinite label", { index: 1, labels: [0, Number.POSITIVE_INFINITY], path: "a" }, "labels[1]"],
    ["no label", { index: 1, labels: [], path: "a" }, "labels"],
    ["an empty path", { index: 1, labels: 0, path: "" }, "path"],
    ["a tab in the path", { index: 1, labels: 0, path: "a\tb.png" }, "path"],
    ["a line break in the path", { index: 1, labels: 0, path: "a\nb.png" }, "path"],
    ["a blank at the end of the path", { index: 1, labels: 0, path: "b.png " }, "path"],
    ["half of a surrogate pair in the path", { index: 1, labels: 0, path: "\ud800.png" }, "path"],
    ["an absolute path", { index: 1, labels: 0, path: "/data/b.png" }, "path"],
    ["a path that leads out of the folder", { index: 1, labels: 0, path: "a/../../b.png" }, "path"],
  ])("refuses %s and names record and field", async (_, wrong, field) => {
    const error = await faultOf(bytesOf(encodeImageList([{ index: 0, labels: 0, path: "fine.png" }, wrong])));

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, field });
  });

  it("refuses indexes and paths that come twice when it is asked to", async () => {
    const twice = (second: ListRecord): Promise<Buffer> =>
      bytesOf(encodeImageList([{ index: 1, labels: 0, path: "a" }, second], { unique: true }));

    expect(await faultOf(twice({ index: 1, labels: 0, path: "b" }))).toMatchObject({ record: 2, field: "index" });
    expect(await faultOf(twice({ index: 2, labels: 0, path: "a" }))).toMatchObject({ record: 2, field: "path" });
    expect((await twice({ index: 2, labels: 0, path: "b" })).length).toBeGreaterThan(0);
  });
});

describe("writeImageList", () => {
  const path = useFolder();

  it("writes a file that appears only when it is complete", async () => {
    await writeFile(path("train.lst"), "older");
    function* failing(): Generator<ListRecord> {
      yield { index: 1, labels: 0, path: "a.png" };
      throw new Error("source broke");
    }

    await expect(writeImageList(path("train.lst"), failing())).rejects.toThrow("source broke");
    expect(await readFile(path("train.lst"), "utf8")).toBe("older");
    expect(await readdir(path())).toEqual(["train.lst"]);
    expect(await writeImageList(path("train.lst"), [{ index: 1, labels: 0, path: "a.png" }])).toMatchObject({
      records: 1,
      bytes: 10,
    });
  });
});

describe("readImageList", () => {
  it("gives back what was written, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 20 }), pieceSizes, async (records, sizes) => {
        const bytes = await bytesOf(encodeImageList(records));

        expect(await readImageList(inPieces(bytes, sizes), { strict: true }).toArray()).toEqual(records);
      }),
      { numRuns: 100 },
    );
  });

  it("forgives what im2rec forgives", async () => {
    const text = "\ufeff 1 \t 5.000000\t a b.png \r\n\r\n\n+2\t.5\t-1e2\tc.png";

    expect(await read(text)).toEqual([
      { index: 1, labels: 5, path: "a b.png" },
      { index: 2, labels: [0.5, -100], path: "c.png" },
    ]);
  });

  it("reads usual lines and others side by side, and a last line without its end", async () => {
    const text = "1\t0\ta.png\n2\t1\t0\tb.png\n3\t4\tc d.png\n4\t5\té.png\r\n0005\t0.0\te.png\n6\t7\tf\n7\t8\tg.png";

    expect(await read(text)).toEqual([
      { index: 1, labels: 0, path: "a.png" },
      { index: 2, labels: [1, 0], path: "b.png" },
      { index: 3, labels: 4, path: "c d.png" },
      { index: 4, labels: 5, path: "é.png" },
      { index: 5, labels: 0, path: "e.png" },
      { index: 6, labels: 7, path: "f" },
      { index: 7, labels: 8, path: "g.png" },
    ]);
    expect(await read(text.replace("é", "e"))).toHaveLength(7);
  });

  it.each([
    ["blank lines", "1\t0\ta.png\n\n2\t0\tb.png\n", 2, 10],
    ["CRLF line ends", "1\t0\ta.png\r\n", 1, 0],
    ["blanks around a field", "1\t0\ta.png\n2\t 0\tb.png\n", 2, 10],
    ["a byte order mark", "\ufeff1\t0\ta.png\n", 1, 0],
  ])("refuses %s when strict", async (_, text, line, byteOffset) => {
    expect((await read(text)).length).toBeGreaterThan(0);
    expect(await faultOf(read(text, { strict: true }))).toMatchObject({ record: line, byteOffset });
  });

  it.each([
    ["blanks instead of tabs", "1 0 a.png\n", 1, undefined, "separated by tabs, not by blanks"],
    ["commas instead of tabs", "1,0,a.png\n", 1, undefined, "separated by tabs, not by commas"],
    ["a header line", "index\tlabel\tpath\n1\t0\ta.png\n", 1, "labels[0]", "no header line"],
    ["a missing column", "1\t0\ta.png\n2\tb.png\n", 2, undefined, "got 2 of them"],
    ["an index that is no number", "x1\t0\ta.png\n", 1, "index", "whole number"],
    ["an index with decimals", "1.0\t0\ta.png\n", 1, "index", "whole number"],
    ["a label that is no number", "1\t0\ta.png\n2\tcat\tb.png\n", 2, "labels[0]", "as label"],
    ["a label that is no number among several", "1\t0\t1\tnan\tb.png\n", 1, "labels[2]", "as label"],
    ["a missing path", "1\t0\t\n", 1, undefined, "got 2 of them"],
  ])("names line, byte and field of %s", async (_, text, line, field, message) => {
    const error = await faultOf(read(text));

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: line, field });
    expect(error.byteOffset).toBe(
      text
        .split("\n")
        .slice(0, line - 1)
        .join("\n").length + (line > 1 ? 1 : 0),
    );
    expect(error.message).toContain(message);
  });

  it("names bytes that are not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from("1\t0\ta.png\n2\t0\t"), Buffer.from([0xe4]), Buffer.from(".png\n")]);

    expect(await faultOf(readImageList(bytes).toArray())).toMatchObject({ code: "FORMAT_CORRUPT_INPUT", record: 2 });
  });

  it("finds every index and path that comes twice, large and small, when it is asked to", async () => {
    const indexes = fc.array(
      fc.oneof(fc.nat(30), fc.integer({ min: 2 ** 27 - 3, max: 2 ** 27 + 3 }), fc.maxSafeNat()),
      {
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(indexes, fc.boolean(), async (numbers, asPath) => {
        const first = numbers.findIndex((number, at) => numbers.indexOf(number) < at);
        const lines = numbers.map((number, at) => (asPath ? `${at}\t0\t${number}.png` : `${number}\t0\t${at}.png`));
        const text = lines.map((line) => `${line}\n`).join("");

        if (first < 0) expect(await read(text, { unique: true })).toHaveLength(numbers.length);
        else
          expect(await faultOf(read(text, { unique: true }))).toMatchObject({
            record: first + 1,
            field: asPath ? "path" : "index",
          });
      }),
      { numRuns: 100 },
    );
  });
});
