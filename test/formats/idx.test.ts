import { readdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeIdx,
  type IdxArray,
  type IdxElementType,
  type IdxInput,
  readIdx,
  readIdxImages,
  readIdxItems,
  ValidationError,
  writeIdx,
} from "../../src/formats/index.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const idx: fc.Arbitrary<IdxArray> = fc
  .tuple(
    fc.constantFrom<IdxElementType>("uint8", "int8", "int16", "int32", "float32", "float64"),
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }),
    fc.infiniteStream(fc.integer({ min: -(2 ** 31), max: 2 ** 31 })),
  )
  .map(([type, shape, numbers]) => {
    const data = new arrays[type](shape.reduce((product, size) => product * size, 1));
    for (let at = 0; at < data.length; at++) {
      data[at] = Number(numbers.next().value) / (type.startsWith("float") ? 7 : 1);
    }
    return { type, shape, data };
  });
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("encodeIdx", () => {
  it("writes the header of MNIST files and big-endian numbers", async () => {
    const images = await bytesOf(encodeIdx({ type: "uint8", shape: [1, 2, 2], data: Uint8Array.of(1, 2, 3, 4) }));
    const numbers = await bytesOf(encodeIdx({ type: "int16", shape: [2], data: Int16Array.of(1, -2) }));

    expect(images).toEqual(hex("00000803 00000001 00000002 00000002 01020304"));
    expect(numbers).toEqual(hex("00000b01 00000002 0001 fffe"));
  });

  it("takes items one by one, as arrays or plain numbers", async () => {
    const items = [[1, 2], Uint8Array.of(3, 4), [5, 6]];

    expect(await bytesOf(encodeIdx({ type: "uint8", shape: [3, 2], items }))).toEqual(
      await bytesOf(encodeIdx({ type: "uint8", shape: [3, 2], data: Uint8Array.of(1, 2, 3, 4, 5, 6) })),
    );
    expect(await bytesOf(encodeIdx({ type: "uint8", shape: [2], items: [7, 8] }))).toEqual(
      hex("00000801 00000002 0708"),
    );
  });

  it.each<[string, IdxInput, number]>([
    ["too few items", { type: "uint8", shape: [2], items: [1] }, 2],
    ["too many items", { type: "uint8", shape: [1], items: [1, 2] }, 2],
    ["an item of another size", { type: "uint8", shape: [2, 2], items: [[1, 2], [3]] }, 2],
    ["a number out of range", { type: "uint8", shape: [2], items: [1, 256] }, 2],
    ["a broken number", { type: "int8", shape: [1], items: [0.5] }, 1],
    ["text", { type: "float32", shape: [1], items: [["x"]] as unknown as number[][] }, 1],
  ])("refuses %s and names the record", async (_, input, record) => {
    expect(await faultOf(bytesOf(encodeIdx(input)))).toMatchObject({ code: "FORMAT_INVALID_RECORD", record });
  });

  it("refuses impossible types and shapes, all at once", async () => {
    const input = { type: "int64" as "int32", shape: [], data: new Int32Array(0) };

    await expect(bytesOf(encodeIdx(input))).rejects.toThrow(/type must be one of[\s\S]*shape must have/u);
    await expect(bytesOf(encodeIdx({ type: "uint8", shape: [3], data: new Uint8Array(2) }))).rejects.toBeInstanceOf(
      ValidationError,
    );
  });
});

describe("readIdx", () => {
  const path = useFolder();

  it("gives back any array, however the bytes are cut, plain or compressed", async () => {
    await fc.assert(
      fc.asyncProperty(idx, pieceSizes, fc.boolean(), async (array, sizes, compressed) => {
        const bytes = await bytesOf(encodeIdx(array));
        const file = compressed ? gzipSync(bytes) : bytes;

        expect(await readIdx(inPieces(file, sizes))).toEqual(array);
        const items = await readIdxItems(file).toArray();
        expect(items).toHaveLength(array.shape[0] ?? 0);
        expect(items.flatMap((item) => [...item])).toEqual([...array.data]);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ["another kind of file", "89504e470d0a1a0a", 0, "expected 00 00"],
    ["an unknown type", "00000a01 00000000", 0, "expected 00 00"],
    ["no dimension", "00000800", 0, "expected 00 00"],
    ["an empty file", "", 0, "got nothing"],
    ["a header that is cut short", "00000802 00000001", 8, "header is cut short"],
    ["content that is cut short", "00000801 00000003 0102", 10, ""],
    ["too much content", "00000801 00000001 0102", 9, ""],
    ["a header that promises more than there can be", "0000080affffffff".padEnd(8 + 80, "f"), 44, "impossible"],
  ])("names the place of %s", async (_, content, byteOffset, message) => {
    for (const source of [hex(content), [hex(content)], gzipSync(hex(content))]) {
      const error = await faultOf(readIdx(source));
      expect(error).toMatchObject({ code: "FORMAT_CORRUPT_INPUT", byteOffset });
      expect(error.message).toContain(message);
    }
  });

  it("names gzip data that are damaged or cut short, and leaves no file open", async () => {
    const bytes = gzipSync(Buffer.concat([hex("00000801 00010000"), Buffer.alloc(65536, 1)]));
    const damaged = Buffer.from(bytes);
    damaged[20] = (damaged[20] as number) ^ 0xff;

    expect((await faultOf(readIdx(damaged))).message).toContain("gzip data");
    await writeFile(path("x.gz"), bytes.subarray(0, bytes.length - 20));
    const error = await faultOf(readIdx(path("x.gz")));
    expect(error.message).toContain("gzip data ends too early");
    expect(error.source).toBe(path("x.gz"));
  });
});

describe("writeIdx", () => {
  const path = useFolder();

  it("leaves an older file untouched when the items fail", async () => {
    await writeFile(path("labels"), "older");

    await faultOf(writeIdx(path("labels"), { type: "uint8", shape: [2], items: [1, 300] }));
    expect(await readFile(path("labels"), "utf8")).toBe("older");
    expect(await readdir(path())).toEqual(["labels"]);
    expect(await writeIdx(path("labels"), { type: "uint8", shape: [2], items: [1, 3] })).toEqual({
      path: path("labels"),
      records: 2,
      bytes: 10,
    });
  });

  it("writes more than one buffer", async () => {
    const data = Float64Array.from({ length: 100_000 }, (_, index) => index / 3);
    await writeIdx(path("numbers"), { type: "float64", shape: [1000, 100], data });

    const read = await readIdx(path("numbers"));
    expect(Buffer.from(read.data.buffer).equals(Buffer.from(data.buffer))).toBe(true);
  });
});

describe("readIdxImages", () => {
  const images = { type: "uint8", shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) } as const;

  it("gives pixels with their size and label", async () => {
    const labels = await bytesOf(encodeIdx({ type: "uint8", shape: [2], data: Uint8Array.of(7, 9) }));

    expect(await readIdxImages(await bytesOf(encodeIdx(images)), labels).toArray()).toEqual([
      { width: 3, height: 1, channels: 1, data: Uint8Array.of(1, 2, 3), label: 7 },
      { width: 3, height: 1, channels: 1, data: Uint8Array.of(4, 5, 6), label: 9 },
    ]);
    expect((await readIdxImages(await bytesOf(encodeIdx(images))).toArray())[1]?.label).toBeUndefined();
  });

  it("refuses labels of another number and files that hold no images", async () => {
    const labels = await bytesOf(encodeIdx({ type: "uint8", shape: [3], data: new Uint8Array(3) }));
    const bytes = await bytesOf(encodeIdx(images));

    expect((await faultOf(readIdxImages(bytes, labels).toArray())).message).toContain("expected 2 class numbers");
    expect((await faultOf(readIdxImages(bytes, bytes).toArray())).message).toContain("got uint8 [2, 1, 3]");
    expect((await faultOf(readIdxImages(labels).toArray())).message).toContain("expected images");
  });
});
