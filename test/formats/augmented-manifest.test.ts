import { readdir, readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import {
  type AugmentedManifestRecord,
  type AugmentedManifestWriteOptions,
  encodeAugmentedManifest,
  LabelIndex,
  type NamedManifestRecord,
  readAugmentedManifest,
  tokenize,
  writeAugmentedManifest,
} from "../../src/formats/index.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const encoded = async (
  records: readonly (AugmentedManifestRecord | NamedManifestRecord)[],
  options?: AugmentedManifestWriteOptions,
): Promise<string> => (await bytesOf(encodeAugmentedManifest(records, options))).toString();

const word = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((text) => !/[\0\t-\r ]|^__label__|^\ufeff/u.test(text));
const numbered = fc.record({
  source: fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" ")),
  label: fc.oneof(fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 3 })),
  id: fc.nat(),
});

describe("writeAugmentedManifest", () => {
  const path = useFolder();

  it("writes a file that readAugmentedManifest reads back, record for record", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(numbered, { maxLength: 20 }), async (records) => {
        await writeAugmentedManifest(path("train.manifest"), records);

        expect(await readAugmentedManifest(path("train.manifest")).toArray()).toEqual(records);
      }),
      { numRuns: 40 },
    );
  });

  it("leaves an old file untouched and nothing beside it when the source fails", async () => {
    await writeFile(path("train.manifest"), "older");
    function* failing(): Generator<AugmentedManifestRecord> {
      yield { source: "x", label: 1 };
      throw new Error("source broke");
    }

    await expect(writeAugmentedManifest(path("train.manifest"), failing())).rejects.toThrow("source broke");
    expect(await readFile(path("train.manifest"), "utf8")).toBe("older");
    expect(await readdir(path())).toEqual(["train.manifest"]);
  });
});

describe("encodeAugmentedManifest", () => {
  it("writes text and class number first, then further keys, with one blank between words", async () => {
    expect(await encoded([{ id: 7, label: 1, source: "Very  good\ndonut " }])).toBe(
      '{"source":"Very good donut","label":1,"id":7}\n',
    );
    expect(await encoded([{ source: "Don't!", label: [0, 2] }], { tokenizer: tokenize })).toBe(
      '{"source":"don \' t !","label":[0,2]}\n',
    );
  });

  it("turns class names into the numbers of the class table", async () => {
    const labelIndex = LabelIndex.from(["positive", "negative"]);

    expect(
      await encoded(
        [
          { source: "good", label: "positive" },
          { source: "both", label: ["positive", "negative"] },
        ],
        { labelIndex },
      ),
    ).toBe('{"source":"good","label":1}\n{"source":"both","label":[1,0]}\n');
  });

  it("calls the attributes as the training request does", async () => {
    expect(await encoded([{ source: "x", label: 1 }], { attributeNames: ["text", "class"] })).toBe(
      '{"text":"x","class":1}\n',
    );
  });

  it("refuses what training cannot use and names record and field", async () => {
    const labelIndex = LabelIndex.from(["positive"]);
    const faults: [record: object, field: string | undefined, message: string, options?: object][] = [
      [{ source: "", label: 1 }, "source", "the text is empty"],
      [{ source: "x __label__b", label: 1 }, "source", "would become a label"],
      [{ source: "cut \ud83d", label: 1 }, "source", "half of a surrogate pair"],
      [{ source: "x", label: "positive" }, "label", "give the class table as labelIndex"],
      [{ source: "x", label: 1.5 }, "label", "a whole number from 0, got 1.5"],
      [{ source: "x", label: [0, -1] }, "label[1]", "a whole number from 0, got -1"],
      [{ source: "x", label: [] }, "label", "no class number in the list"],
      [{ source: "x", label: 1, score: Number.NaN }, "score", "NaN has no JSON form"],
      [{ source: "x", label: 1, id: 1n }, "id", "the BigInt 1n has no JSON form"],
      [{ source: "x", label: 1, v: { w: [1, 1n] } }, "v.w[1]", "the BigInt 1n has no JSON form"],
      [{ source: "x".repeat(20_001), label: 1 }, "source", "20000 are allowed"],
      [{ source: "x", label: 1, note: "x".repeat(100_000) }, undefined, "100000 are allowed"],
      [{ source: "x", label: ["positive", "positiv"] }, "label[1]", 'unknown class "positiv"', { labelIndex }],
      [{ source: "x", label: 1, text: "y" }, "text", "name of an attribute", { attributeNames: ["text", "class"] }],
    ];
    for (const [record, field, message, options] of faults) {
      const fine = { source: "fine", label: options && "labelIndex" in options ? "positive" : 0 };
      const error = await faultOf(encoded([fine, record] as AugmentedManifestRecord[], options));

      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", format: "augmented manifest", record: 2 });
      expect(error.field).toBe(field);
      expect(error.message).toContain(message);
    }
  });

  it("refuses attribute names that the service refuses, all faults together", () => {
    const refused = (...attributeNames: [string, string]): string[] => {
      try {
        encodeAugmentedManifest([], { attributeNames });
      } catch (error) {
        if (error instanceof ValidationError) return error.issues.map(({ message }) => message);
      }
      return [];
    };

    expect(refused("source-ref", "$label")).toEqual([
      expect.stringContaining('must not start with "$"'),
      expect.stringContaining("holds an S3 URI"),
    ]);
    expect(refused("same", "same")).toEqual(['both attributes are called "same"']);
    expect(refused("text", "label-metadata")).toEqual([expect.stringContaining('must not end in "-metadata"')]);
    expect(refused("x".repeat(256), "label")).toEqual([]);
    expect(refused("x".repeat(257), "label")).toEqual([expect.stringContaining("1 to 256 characters")]);
  });
});

describe("readAugmentedManifest", () => {
  it("gives the same records however the bytes are cut, with CRLF, a byte order mark and no last line end", async () => {
    const bytes = Buffer.from('\ufeff{"text":"é😀","class":"3","id":7}\r\n{"text":"b","class":[0,"1"]}');
    await fc.assert(
      fc.asyncProperty(pieceSizes, async (sizes) => {
        const stream = readAugmentedManifest(inPieces(bytes, sizes), { attributeNames: ["text", "class"] });

        expect(await stream.toArray()).toEqual([
          { source: "é😀", label: 3, id: 7 },
          { source: "b", label: [0, 1] },
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps text and class when further keys are called source and label", async () => {
    const text = '{"text":"good soup","class":1,"source":"web","label":"x","id":7}\n';

    expect(await readAugmentedManifest({ text }, { attributeNames: ["text", "class"] }).toArray()).toEqual([
      { source: "good soup", label: 1, id: 7 },
    ]);
  });

  it("names line, byte and field of a line that training refuses", async () => {
    const faults: [line: string, field: string | undefined, message: string][] = [
      ['{"label":1}', "source", "expected text, got undefined"],
      ['{"source":"x"}', "label", "expected a class number"],
      ['{"source":"x","label":-1}', "label", "got -1"],
      ['{"source":"x","label":[1,"x"]}', "label[1]", 'got "x"'],
      ['{"source":"x","label":[]}', "label", "no class number in the list"],
      [`{"source":"${"x".repeat(20_001)}","label":1}`, "source", "20000 are allowed"],
      [`{"source":"x","label":1,"note":"${"x".repeat(100_000)}"}`, undefined, "100000 are allowed"],
      ["[1]", undefined, "expected an object"],
      ['{"source":', undefined, "not JSON"],
    ];
    for (const [line, field, message] of faults) {
      const text = `{"source":"é","label":1}\n${line}\n`;
      const error = await faultOf(readAugmentedManifest({ text }).toArray());

      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, byteOffset: 26 });
      expect(error.field).toBe(field);
      expect(error.message).toContain(message);
    }
  });

  it("names line and byte of a line that is not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from('{"source":"é","label":1}\n'), Buffer.from([0xff, 0x0a])]);

    expect(await faultOf(readAugmentedManifest(bytes).toArray())).toMatchObject({
      code: "FORMAT_CORRUPT_INPUT",
      record: 2,
      byteOffset: 26,
    });
  });
});
