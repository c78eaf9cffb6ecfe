import { readdir } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeS3Manifest, readS3Manifest, ValidationError, writeS3Manifest } from "../../src/formats/index.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const prefix = "s3://bucket/images/";
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });

describe("writeS3Manifest", () => {
  const path = useFolder();

  it("writes the prefix first and each name after it", async () => {
    const written = await writeS3Manifest(path("x.manifest"), prefix, [`${prefix}1.png`, `${prefix}a/"2".png`]);
    const bytes = await bytesOf(encodeS3Manifest(prefix, [`${prefix}1.png`, `${prefix}a/"2".png`]));

    expect(bytes.toString()).toBe('[\n{"prefix":"s3://bucket/images/"},\n"1.png",\n"a/\\"2\\".png"\n]\n');
    expect(written).toEqual({ path: path("x.manifest"), records: 2, bytes: bytes.length });
  });

  it("refuses a URI outside of the prefix and leaves no file", async () => {
    const wrong = [`${prefix}1.png`, "s3://bucket/other/2.png"];

    expect(await faultOf(writeS3Manifest(path("x.manifest"), prefix, wrong))).toMatchObject({ record: 2 });
    expect(await readdir(path())).toEqual([]);
    await expect(writeS3Manifest(path("x.manifest"), "images/", [])).rejects.toBeInstanceOf(ValidationError);
  });
});

describe("readS3Manifest", () => {
  it("gives back any URIs, however the bytes are cut and the text is spaced", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { maxLength: 12 }),
        pieceSizes,
        fc.constantFrom(0, 2, "\t"),
        async (names, sizes, space) => {
          const uris = names.map((text) => prefix + text);
          const ours = await bytesOf(encodeS3Manifest(prefix, uris));
          const other = Buffer.from(JSON.stringify([{ prefix }, ...names], undefined, space));

          expect(JSON.parse(ours.toString())).toEqual([{ prefix }, ...names]);
          expect(await readS3Manifest(inPieces(ours, sizes)).toArray()).toEqual(uris);
          expect(await readS3Manifest(inPieces(other, sizes)).toArray()).toEqual(uris);
        },
      ),
      { numRuns: 80 },
    );
  });

  it("reads more than one block on one line", async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `folder/${index}.png`);
    const text = JSON.stringify([{ prefix }, ...names]);

    expect(await readS3Manifest({ text }).toArray()).toEqual(names.map((text) => prefix + text));
  });

  it.each([
    ["", 0, "begins with"],
    ["{}", 0, "begins with"],
    ['["a"]', 1, "the first entry must be"],
    ['[{"prefix":"images/"}]', 11, "must be an S3 URI"],
    ['[{"Prefix":"s3://b/"}]', 2, "the first entry must be"],
    ['[{"prefix":"s3://b/","x":1}]', 20, "no other keys"],
    ['[{"prefix":"s3://b/"},{"prefix":"s3://c/"}]', 22, "expected a name"],
    ['[{"prefix":"s3://b/"},"a",]', 26, "expected a name"],
    ['[{"prefix":"s3://b/"},"a" "b"]', 26, "expected a comma"],
    ['[{"prefix":"s3://b/"},""]', 22, "the name is empty"],
    ['[{"prefix":"s3://b/"},"a"] x', 27, "something follows"],
    ['[{"prefix":"s3://b/"},"a"', 25, "ends too early"],
    ['[{"prefix":"s3://b/"},"a', 22, "a text without end"],
    ['[{"prefix":"s3://b/"},"\\x"]', 22, "is no JSON text"],
  ])("names what is wrong with %s and where", async (text, byteOffset, message) => {
    for (const source of [{ text }, inPieces(Buffer.from(text), [3])]) {
      const error = await faultOf(readS3Manifest(source).toArray());
      expect(error.message).toContain(message);
      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", byteOffset });
    }
  });
});
