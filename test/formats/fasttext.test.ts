import { readdir, readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import {
  encodeFastText,
  type FastTextInput,
  type FastTextWriteOptions,
  fromBatches,
  inspectFastText,
  readFastText,
  writeFastText,
} from "../../src/formats/index.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const encoded = async (records: readonly FastTextInput[], options?: FastTextWriteOptions): Promise<string> =>
  (await bytesOf(encodeFastText(records, options))).toString();

const word = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((text) => !/[\0\t-\r ]|^__label__|^\ufeff/u.test(text));
const labelled = fc.record({
  labels: fc.array(word, { minLength: 1, maxLength: 3 }),
  text: fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" ")),
});

describe("writeFastText", () => {
  const path = useFolder();

  it("writes a file that readFastText reads back, record for record", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(labelled, { maxLength: 20 }), async (records) => {
        const result = await writeFastText(path("train.txt"), records);

        expect(result.records).toBe(records.length);
        expect(await readFastText(path("train.txt")).toArray()).toEqual(records);
      }),
      { numRuns: 40 },
    );
  });

  it("makes missing folders, takes a file URL and tells what it wrote", async () => {
    const file = path("a", "b", "train.txt");

    expect(await writeFastText(pathToFileURL(file), [{ label: "a", text: "é" }])).toEqual({
      path: file,
      records: 1,
      bytes: 14,
    });
    expect(await readFile(file, "utf8")).toBe("__label__a é\n");
  });

  it("writes the same bytes from a list, a generator, an asynchronous generator and batches", async () => {
    const records = Array.from({ length: 3000 }, (_, row) => ({ label: `l${row % 3}`, text: `word${row} é` }));
    async function* later() {
      yield* records;
    }
    const expected = await bytesOf(encodeFastText(records));

    expect(expected.length).toBeGreaterThan(32 * 1024);
    for (const source of [records.values(), later(), fromBatches([records.slice(0, 7), [], records.slice(7)])]) {
      await writeFastText(path("train.txt"), source);
      expect((await readFile(path("train.txt"))).equals(expected)).toBe(true);
    }
  });

  it("leaves the old file untouched and nothing beside it when a record far behind the first is refused", async () => {
    await writeFile(path("train.txt"), "older");
    const records = Array.from({ length: 50_000 }, () => ({ label: "a", text: "some words of text" }));
    const error = await faultOf(writeFastText(path("train.txt"), [...records, { label: "a", text: " " }]));

    expect(error.record).toBe(50_001);
    expect(await readFile(path("train.txt"), "utf8")).toBe("older");
    expect(await readdir(path())).toEqual(["train.txt"]);
  });

  it("leaves nothing when it is aborted while the source hangs", async () => {
    const controller = new AbortController();
    const hanging = {
      async *[Symbol.asyncIterator]() {
        yield { label: "a", text: "x" };
        queueMicrotask(() => controller.abort(new Error("enough")));
        await new Promise(() => undefined);
      },
    };

    await expect(writeFastText(path("train.txt"), hanging, { signal: controller.signal })).rejects.toThrow("enough");
    expect(await readdir(path())).toEqual([]);
  });
});

describe("encodeFastText", () => {
  it("refuses what would change its meaning and names record and field", async () => {
    const faults: [FastTextInput, field: string, message: string][] = [
      [{ label: "very good", text: "x" }, "label", 'use "very_good"'],
      [{ labels: ["a", "b\tc"], text: "x" }, "labels[1]", "contains white space"],
      [{ labels: [], text: "x" }, "labels", "no label"],
      [{ label: "__label__", text: "x" }, "label", "the label is empty"],
      [{ label: "a", text: " \n\t" }, "text", "the text is empty"],
      [{ label: "a", text: "x\t__label__b" }, "text", "would become a label"],
      [{ label: "a", text: "cut \ud83d" }, "text", "half of a surrogate pair"],
      [{ label: "cut\ude00", text: "x" }, "label", "half of a surrogate pair"],
      [{ label: "a" } as never, "text", "expected text, got undefined"],
      [{ label: 1, text: "x" } as never, "label", "expected a label as text, got 1"],
    ];
    for (const [record, field, message] of faults) {
      const error = await faultOf(encoded([{ label: "a", text: "fine" }, record]));

      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", format: "fastText", record: 2, field });
      expect(error.message).toContain(`record 2, field "${field}"`);
      expect(error.message).toContain(message);
    }
  });

  it("repairs the same when the options say so", async () => {
    expect(await encoded([{ label: " very  good ", text: "x" }], { invalidLabels: "slugify" })).toBe(
      "__label__very_good x\n",
    );
    expect(await encoded([{ labels: [], text: "x y" }], { unlabelled: "allow" })).toBe("x y\n");
    expect(await encoded([{ label: "a", text: " " }], { emptyText: "allow" })).toBe("__label__a\n");
    expect(await encoded([{ label: "a", text: "x __label__b" }], { labelInText: "escape" })).toBe(
      "__label__a x \\__label__b\n",
    );
    expect(await encoded([{ label: "a", text: "cut \ud83d" }], { loneSurrogates: "replace" })).toBe(
      "__label__a cut \ufffd\n",
    );
  });

  it("keeps a whole surrogate pair, U+FFFD and a word that only contains the prefix", async () => {
    expect(await encoded([{ label: "a", text: "😀 \ufffd x__label__b" }])).toBe("__label__a 😀 \ufffd x__label__b\n");
  });

  it("refuses an unknown option before it reads the source", () => {
    expect(() => encodeFastText([], { tokeniser: String } as never)).toThrow(ValidationError);
    expect(() => encodeFastText([], { tokeniser: String } as never)).toThrow('did you mean "tokenizer"?');
  });
});

describe("readFastText", () => {
  const path = useFolder();

  it("gives the same records however the bytes are cut", async () => {
    const bytes = Buffer.from("\ufeff__label__ä x\u00a0y 😀\r\n\r\nz\t__label__b\n__label__c ü");
    await fc.assert(
      fc.asyncProperty(pieceSizes, async (sizes) => {
        expect(await readFastText(inPieces(bytes, sizes)).toArray()).toEqual([
          { labels: ["ä"], text: "x\u00a0y 😀" },
          { labels: ["b"], text: "z" },
          { labels: ["c"], text: "ü" },
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same records for LF, CRLF, a byte order mark and no last line end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(labelled, { minLength: 1, maxLength: 5 }), async (records) => {
        const text = await encoded(records);
        for (const variant of [text.replaceAll("\n", "\r\n"), `\ufeff${text}`, text.slice(0, -1)]) {
          expect(await readFastText({ text: variant }).toArray()).toEqual(records);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("names line and byte of a line that is not UTF-8, however the bytes are cut", async () => {
    const bytes = Buffer.concat([Buffer.from("__label__a é\n"), Buffer.from([0x78, 0xff, 0x0a])]);
    for (const size of [1, 5, 100]) {
      expect(await faultOf(readFastText(inPieces(bytes, [size])).toArray())).toMatchObject({
        code: "FORMAT_CORRUPT_INPUT",
        record: 2,
        byteOffset: 14,
      });
    }
  });

  it("refuses in strict mode what training would silently suffer from", async () => {
    const faults: [text: string, record: number, byteOffset: number, message: string][] = [
      ["__label__a é\n\n", 2, 14, "the line is blank"],
      ["__label__a x\nx\n", 2, 13, "no word starts with __label__"],
      ["__label__a x\n__label__b\n", 2, 13, "a label, but no text"],
      ["__label__ x\n", 1, 0, "with no name"],
      ["\ufeff__label__a x\n", 1, 0, "byte order mark"],
      ["__label__a x\r\n", 1, 0, "CR LF"],
      ["__label__a  x\n", 1, 0, "something other than one blank"],
    ];
    for (const [text, record, byteOffset, message] of faults) {
      const error = await faultOf(readFastText({ text }, { strict: true }).toArray());

      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record, byteOffset });
      expect(error.message).toContain(message);
    }
  });

  it("names the file in the message", async () => {
    await writeFile(path("train.txt"), "__label__a x\n\n");
    const error = await faultOf(readFastText(path("train.txt"), { strict: true }).toArray());

    expect(error.source).toBe(path("train.txt"));
    expect(error.message).toContain(`${path("train.txt")}, line 2, byte 13`);
  });
});

describe("inspectFastText", () => {
  it("counts lines, examples and labels, and lists every fault with its place", async () => {
    const report = await inspectFastText({ text: "\ufeff__label__a x\r\n\n__label__b y\n__label__b z\nplain\n" });

    expect(report).toMatchObject({ lines: 5, examples: 3 });
    expect([...report.labelCounts]).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
    expect(report.faultCounts).toEqual({ "byte-order-mark": 1, "carriage-return": 1, "blank-line": 1, "no-label": 1 });
    expect(report.faults.map(({ kind, severity, line, byteOffset }) => [kind, severity, line, byteOffset])).toEqual([
      ["byte-order-mark", "error", 1, 0],
      ["carriage-return", "warning", 1, 3],
      ["blank-line", "error", 2, 17],
      ["no-label", "error", 5, 44],
    ]);
  });

  it("counts all faults and lists the first of each kind", async () => {
    const report = await inspectFastText({ text: "x\n".repeat(20) }, { maxFaultsPerKind: 2 });

    expect(report.faultCounts).toEqual({ "no-label": 20 });
    expect(report.faults.map(({ line }) => line)).toEqual([1, 2]);
  });
});
