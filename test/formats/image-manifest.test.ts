import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  classIds,
  encodeImageManifest,
  type ImageManifestRecord,
  type ImageManifestWriteOptions,
  LabelIndex,
  multiHot,
  type NamedImageManifestRecord,
  readImageManifest,
  writeImageManifest,
} from "../../src/formats/index.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const encoded = async (
  records: readonly (ImageManifestRecord | NamedImageManifestRecord)[],
  options?: ImageManifestWriteOptions,
): Promise<string> => (await bytesOf(encodeImageManifest(records, options))).toString();
const uri = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).map((key) => `s3://bucket/${key}.jpg`);
const ids = fc.uniqueArray(fc.nat(9), { maxLength: 5 }).map((list) => list.sort((a, b) => a - b));
const record: fc.Arbitrary<ImageManifestRecord> = fc.record({
  sourceRef: uri,
  label: fc.oneof(fc.nat(9), ids),
  "class-metadata": fc.record({ confidence: fc.integer() }),
});

describe("encodeImageManifest", () => {
  it("writes image and class number first, then further keys", async () => {
    expect(await encoded([{ id: 7, label: 1, sourceRef: "s3://b/a.jpg" }])).toBe(
      '{"source-ref":"s3://b/a.jpg","class":1,"id":7}\n',
    );
  });

  it("writes lists of class numbers as the label format says", async () => {
    const records = [{ sourceRef: "s3://b/a.jpg", label: [0, 2] }];

    expect(await encoded(records, { numClasses: 3 })).toBe('{"source-ref":"s3://b/a.jpg","class":[1,0,1]}\n');
    expect(await encoded(records, { labelFormat: "class-id" })).toBe('{"source-ref":"s3://b/a.jpg","class":[0,2]}\n');
  });

  it("turns class names into numbers, under other names of attributes", async () => {
    const options = {
      labelIndex: new LabelIndex(["cat", "dog"]),
      attributeNames: ["image-ref", "animal"] as const,
    };

    expect(
      await encoded(
        [
          { sourceRef: "s3://b/1.jpg", label: "dog" },
          { sourceRef: "s3://b/2.jpg", label: ["dog"] },
        ],
        options,
      ),
    ).toBe('{"image-ref":"s3://b/1.jpg","animal":1}\n{"image-ref":"s3://b/2.jpg","animal":[0,1]}\n');
  });

  it.each<[string, ImageManifestRecord | NamedImageManifestRecord, ImageManifestWriteOptions, string]>([
    ["a local path", { sourceRef: "images/a.jpg", label: 0 }, {}, "sourceRef"],
    ["a bucket without a key", { sourceRef: "s3://bucket", label: 0 }, {}, "sourceRef"],
    ["a folder", { sourceRef: "s3://bucket/images/", label: 0 }, {}, "sourceRef"],
    ["a class name without a class table", { sourceRef: "s3://b/a.jpg", label: "cat" }, {}, "label"],
    ["a list without the number of classes", { sourceRef: "s3://b/a.jpg", label: [1] }, {}, "label"],
    ["a class beyond their number", { sourceRef: "s3://b/a.jpg", label: [3] }, { numClasses: 3 }, "label"],
    ["a key with the name of an attribute", { sourceRef: "s3://b/a.jpg", label: 1, class: 2 }, {}, "class"],
  ])("refuses %s and names record and field", async (_, wrong, options, field) => {
    const error = await faultOf(encoded([{ sourceRef: "s3://b/fine.jpg", label: 0 }, wrong], options));

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, field });
  });

  it("refuses names of attributes that training would not take for an image", () => {
    expect(() => encodeImageManifest([], { attributeNames: ["image", "class"] })).toThrow('must end in "-ref"');
    expect(() => encodeImageManifest([], { labelFormat: "one-hot" as "multi-hot" })).toThrow(
      "labelFormat must be one of",
    );
  });
});

describe("readImageManifest", () => {
  const path = useFolder();

  it("gives back what was written in either label format, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 12 }), pieceSizes, async (records, sizes) => {
        const bytes = await bytesOf(encodeImageManifest(records, { numClasses: 10 }));
        expect(await readImageManifest(inPieces(bytes, sizes)).toArray()).toEqual(records);

        const labelled = records.filter(({ label }) => !Array.isArray(label) || label.length > 0);
        await writeImageManifest(path("x.manifest"), labelled, { labelFormat: "class-id" });
        expect(await readImageManifest(path("x.manifest"), { labelFormat: "class-id" }).toArray()).toEqual(labelled);
      }),
      { numRuns: 40 },
    );
  });

  it("reads what labelling jobs write: numbers as text, lists as text, metadata", async () => {
    const text = [
      '{"source-ref":"s3://b/1.jpg","class":"3","class-metadata":{"confidence":0.9}}',
      '{"source-ref":"s3://b/2.jpg","class":"[1, 0, 1]"}',
      '{"source-ref":"s3://b/3.jpg","class":[8,0,1]}',
    ];

    expect(await readImageManifest({ text: text.slice(0, 2).join("\r\n") }).toArray()).toEqual([
      { sourceRef: "s3://b/1.jpg", label: 3, "class-metadata": { confidence: 0.9 } },
      { sourceRef: "s3://b/2.jpg", label: [0, 2] },
    ]);
    expect(await readImageManifest({ text: text[2] as string }, { labelFormat: "class-id" }).toArray()).toEqual([
      { sourceRef: "s3://b/3.jpg", label: [0, 1, 8] },
    ]);
  });

  it.each([
    ['{"source-ref":"s3://b/1.jpg"}', "class", "expected a class number"],
    ['{"source-ref":"1.jpg","class":1}', "source-ref", "expected the S3 URI"],
    ['{"class":1}', "source-ref", "expected an S3 URI"],
    ['{"source-ref":"s3://b/1.jpg","class":[0,2]}', "class[1]", 'set labelFormat: "class-id"'],
    ['{"source-ref":"s3://b/1.jpg","class":"[0,"}', "class", "expected a list of labels"],
    ['{"source-ref":"s3://b/1.jpg","class":"cat"}', "class", "expected a class number"],
  ])("names line and field of %s", async (line, field, message) => {
    const first = '{"source-ref":"s3://b/0.jpg","class":0}\n';
    const error = await faultOf(readImageManifest({ text: `${first}${line}\n` }).toArray());

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, byteOffset: first.length, field });
    expect(error.message).toContain(message);
  });
});

describe("multiHot", () => {
  it("is undone by classIds", () => {
    fc.assert(
      fc.property(ids, (list) => {
        expect(classIds(multiHot(list, 10))).toEqual(list);
      }),
    );
  });

  it("refuses what is no class, as classIds does", () => {
    expect(() => multiHot([3], 3)).toThrow("expected class numbers from 0 to 2, got 3");
    expect(() => multiHot([0.5], 3)).toThrow("got 0.5");
    expect(() => classIds([0, 2])).toThrow("got 2 for class 1");
  });
});
