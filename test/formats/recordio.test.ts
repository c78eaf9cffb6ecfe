import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeImageRecords,
  encodeRecordIO,
  type ImageRecordInput,
  openImageRecords,
  packImages,
  readImageRecords,
  readRecordIO,
  writeImageList,
  writeImageRecords,
} from "../../src/formats/index.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/recordio/${name}`, import.meta.url));
const json = async <T>(name: string): Promise<T> => JSON.parse(await readFile(fixture(name), "utf8")) as T;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/[ |]/gu, ""), "hex");
const magic = hex("0a23d7ce");
const png = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

interface GivenImage {
  readonly id: number;
  readonly labels: number | readonly number[];
  readonly image: string;
}
const givenImages = async (): Promise<ImageRecordInput[]> =>
  (await json<GivenImage[]>("images.json")).map((given) => ({ ...given, image: Buffer.from(given.image, "hex") }));

/** Bytes with the magic number far more often than by chance. */
const payload = fc
  .array(
    fc.oneof(
      fc.constant(magic),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));
const labels = fc.oneof(
  fc.nat(1000),
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 4 }),
);
const images = fc.uniqueArray(
  fc.record({
    id: fc.oneof(fc.nat(), fc.maxSafeNat()),
    labels,
    image: payload.map((bytes) => Buffer.concat([png, bytes])),
  }),
  { selector: ({ id }) => id, maxLength: 12 },
);

describe("encodeRecordIO", () => {
  it("writes the bytes that MXNet writes", async () => {
    const payloads = (await json<string[]>("payloads.json")).map((text) => Buffer.from(text, "hex"));

    expect((await bytesOf(encodeRecordIO(payloads))).equals(await readFile(fixture("payloads.rec")))).toBe(true);
  });

  it("takes texts as UTF-8", async () => {
    expect(await bytesOf(encodeRecordIO(["abcde"]))).toEqual(hex("0a23d7ce 05000000 6162636465000000"));
  });

  it("names the payload that is none", async () => {
    const error = await faultOf(bytesOf(encodeRecordIO(["fine", 5 as unknown as string])));

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2 });
    expect(error.message).toBe("RecordIO (record 2): expected bytes or text, got 5");
  });
});

describe("readRecordIO", () => {
  it("reads what MXNet wrote, with split payloads joined", async () => {
    const payloads = await json<string[]>("payloads.json");

    const read = await readRecordIO(fixture("payloads.rec")).toArray();
    expect(read.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(payloads);
  });

  it("gives back any payloads, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(payload, { maxLength: 12 }), pieceSizes, async (payloads, sizes) => {
        const bytes = await bytesOf(encodeRecordIO(payloads));

        const read = await readRecordIO(inPieces(bytes, sizes)).toArray();
        expect(read.map((part) => Buffer.from(part))).toEqual(payloads);
      }),
      { numRuns: 100 },
    );
  });

  it("reads records larger than its block", async () => {
    const large = Buffer.alloc(3_000_001, "x");
    const bytes = await bytesOf(encodeRecordIO([large, "small", large]));

    expect((await readRecordIO(bytes).toArray()).map((part) => part.length)).toEqual([3_000_001, 5, 3_000_001]);
    expect((await readRecordIO([bytes]).toArray()).map((part) => part.length)).toEqual([3_000_001, 5, 3_000_001]);
  });

  it.each([
    [
      "a wrong magic number",
      "0a23d7ce 01000000 61000000 | 0a23d7cf 01000000 61000000",
      2,
      12,
      "expected the magic number",
    ],
    ["a head that is cut short", "0a23d7ce 01000000 61000000 | 0a23d7ce 0100", 2, 12, "needs 8 bytes, 6 are left"],
    ["a payload that is cut short", "0a23d7ce 05000000 61620000", 1, 0, "needs 16 bytes, 12 are left"],
    ["zeros missing at the end", "0a23d7ce 01000000 61", 1, 0, "needs 12 bytes, 9 are left"],
    ["a last part without a first", "0a23d7ce 01000060 61000000", 1, 0, "without its first part"],
    ["a middle part without a first", "0a23d7ce 01000040 61000000", 1, 0, "without its first part"],
    ["a record inside another", "0a23d7ce 04000020 61616161 | 0a23d7ce 00000000", 1, 12, "inside a split record"],
    ["a first part and nothing more", "0a23d7ce 04000020 61616161", 1, 12, "ends inside a split record"],
    ["a part number that does not exist", "0a23d7ce 00000080", 1, 0, "part number 4"],
    ["a PNG image", "89504e470d0a1a0a 0000000d49484452", 1, 0, "this is a PNG image"],
    ["gzip data", "1f8b0800000000000003", 1, 0, "gzip data"],
  ])("names place and kind of %s", async (_, bytes, record, byteOffset, message) => {
    for (const source of [hex(bytes), [hex(bytes)]]) {
      const error = await faultOf(readRecordIO(source).toArray());
      expect(error).toMatchObject({ code: "FORMAT_CORRUPT_INPUT", record, byteOffset });
      expect(error.message).toContain(message);
    }
  });
});

describe("writeImageRecords", () => {
  const path = useFolder();

  it("writes the record and index files that MXNet writes", async () => {
    const written = await writeImageRecords(path("images.rec"), await givenImages());

    const expected = await readFile(fixture("images.rec"));
    expect((await readFile(path("images.rec"))).equals(expected)).toBe(true);
    expect(await readFile(path("images.idx"), "utf8")).toBe(await readFile(fixture("images.idx"), "utf8"));
    expect(written).toEqual({
      path: path("images.rec"),
      indexPath: path("images.idx"),
      records: (await givenImages()).length,
      bytes: expected.length,
    });
  });

  it("puts the index where it is told, or leaves it out", async () => {
    const one = [{ id: 1, labels: 0, image: png }];
    await writeImageRecords(path("a.rec"), one, { index: path("sub", "b.txt") });
    const { indexPath } = await writeImageRecords(path("c"), one, { index: false });

    expect(indexPath).toBeUndefined();
    expect(await readFile(path("sub", "b.txt"), "utf8")).toBe("1\t0\n");
    expect((await readdir(path())).sort()).toEqual(["a.rec", "c", "sub"]);
  });

  it.each([
    ["an id that came before", { id: 1, labels: 0, image: png }, "id"],
    ["a negative id", { id: -1, labels: 0, image: png }, "id"],
    ["no label", { id: 2, labels: [], image: png }, "labels"],
    ["a label that is no number", { id: 2, labels: [0, Number.NaN], image: png }, "labels[1]"],
    ["a class number that a 32-bit float cannot hold", { id: 2, labels: 2 ** 24 + 1, image: png }, "labels"],
    ["an empty image", { id: 2, labels: 0, image: new Uint8Array(0) }, "image"],
    ["text instead of an image", { id: 2, labels: 0, image: "x" as unknown as Uint8Array }, "image"],
  ])("refuses %s, names record and field and leaves no file", async (_, record, field) => {
    const error = await faultOf(writeImageRecords(path("x.rec"), [{ id: 1, labels: 0, image: png }, record]));

    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, field });
    expect(await readdir(path())).toEqual([]);
  });

  it("leaves older files untouched when it is aborted", async () => {
    await writeFile(path("x.rec"), "older");
    await writeFile(path("x.idx"), "older");
    const controller = new AbortController();
    function* endless(): Generator<ImageRecordInput> {
      for (let id = 0; ; id++) {
        if (id === 30_000) controller.abort(new Error("enough"));
        yield { id, labels: 0, image: png };
      }
    }

    await expect(writeImageRecords(path("x.rec"), endless(), { signal: controller.signal })).rejects.toThrow("enough");
    expect(await readFile(path("x.rec"), "utf8")).toBe("older");
    expect((await readdir(path())).sort()).toEqual(["x.idx", "x.rec"]);
  });
});

describe("readImageRecords", () => {
  it("reads what MXNet wrote", async () => {
    const read = await readImageRecords(fixture("images.rec")).toArray();
    const offsets = (await readFile(fixture("images.idx"), "utf8")).trim().split("\n");

    expect(read.map(({ id, byteOffset }) => `${id}\t${byteOffset}`)).toEqual(offsets);
    expect(read.map((record) => ({ ...record, image: Buffer.from(record.image) }))).toMatchObject(
      (await givenImages()).map(({ id, labels: given, image }) => ({
        id,
        image,
        labels: typeof given === "number" ? Math.fround(given) : given.map(Math.fround),
      })),
    );
  });

  it("gives back any images, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(images, pieceSizes, async (given, sizes) => {
        const bytes = await bytesOf(encodeImageRecords(given));
        const read = await readImageRecords(inPieces(bytes, sizes)).toArray();

        expect(read.map(({ byteOffset: _, image, ...rest }) => ({ ...rest, image: Buffer.from(image) }))).toEqual(
          given,
        );
      }),
      { numRuns: 60 },
    );
  });

  it("hands out images that later ones do not overwrite", async () => {
    const given = Array.from({ length: 300 }, (_, id) => ({ id, labels: id, image: Buffer.alloc(10_000, id % 251) }));
    const read = await readImageRecords(await bytesOf(encodeImageRecords(given))).toArray();

    expect(read.every(({ id, image }) => image.every((byte) => byte === id % 251))).toBe(true);
  });

  it.each([
    ["too short for the image header", Buffer.alloc(20), "has 20 bytes"],
    ["more labels than bytes", Buffer.concat([Buffer.from([9, 0, 0, 0]), Buffer.alloc(24)]), "says 9 labels"],
    ["an id beyond 2^53", Buffer.concat([Buffer.alloc(12), Buffer.alloc(4, 0xff), Buffer.alloc(8)]), "above 2^53"],
    ["recordio-protobuf", hex("0a160a0676616c756573120c120a0a080000c03f00000040"), "recordio-protobuf"],
  ])("refuses a record with %s", async (_, bytes, message) => {
    const file = await bytesOf(encodeRecordIO([Buffer.alloc(24), bytes]));
    const error = await faultOf(readImageRecords(file).toArray());

    expect(error).toMatchObject({ code: "FORMAT_CORRUPT_INPUT", record: 2, byteOffset: 32 });
    expect(error.message).toContain(message);
  });
});

describe("openImageRecords", () => {
  const path = useFolder();

  it("finds every image by its id, through the index or without one", async () => {
    const given = await givenImages();
    for (const options of [{}, { index: fixture("images.idx") }]) {
      const file = "index" in options ? fixture("images.rec") : path("no-index.rec");
      await writeImageRecords(path("no-index.rec"), given, { index: false });
      const records = await openImageRecords(file, options);
      try {
        expect(records.size).toBe(given.length);
        expect([...records.ids()]).toEqual(given.map(({ id }) => id).sort((a, b) => a - b));
        for (const { id, image } of given.toReversed())
          expect(Buffer.from((await records.get(id)).image)).toEqual(image);
        expect(records.has(3)).toBe(false);
        await expect(records.get(3)).rejects.toThrow("no record has the id 3");
      } finally {
        await records.close();
      }
    }
  });

  it("reads images larger than its first read", async () => {
    const image = Buffer.alloc(200_000, 9);
    await writeImageRecords(path("x.rec"), [{ id: 5, labels: 1, image }]);
    const records = await openImageRecords(path("x.rec"));

    expect(image.equals((await records.get(5)).image)).toBe(true);
    await records.close();
  });

  it("notices an index that belongs to another file", async () => {
    await writeImageRecords(path("x.rec"), [
      { id: 1, labels: 0, image: png },
      { id: 2, labels: 0, image: png },
    ]);
    await writeFile(path("x.idx"), "1\t40\n2\t0\n3\t12\n4\t4000\n");
    const records = await openImageRecords(path("x.rec"));

    expect((await faultOf(records.get(1))).message).toContain("the index says id 1, the record has 2");
    expect((await faultOf(records.get(3))).message).toContain("expected the magic number");
    expect((await faultOf(records.get(4))).message).toContain("cut short");
    await records.close();
  });

  it("names the line of an index that is none", async () => {
    await writeImageRecords(path("x.rec"), [{ id: 1, labels: 0, image: png }]);
    await writeFile(path("x.idx"), "1\t0\n1 0\n");

    expect(await faultOf(openImageRecords(path("x.rec")))).toMatchObject({ record: 2, byteOffset: 4 });
  });
});

describe("packImages", () => {
  const path = useFolder();

  it("packs the files of a list as they are, in the order of the list", async () => {
    await mkdir(path("images", "ä b"), { recursive: true });
    const contents = [
      Buffer.concat([png, magic]),
      Buffer.concat([png, Buffer.alloc(300_000, 3)]),
      Buffer.concat([png, magic, magic]),
    ];
    const names = ["ä b/1.png", "2.png", "ä b/3.png"];
    for (const [at, name] of names.entries()) await writeFile(path("images", name), contents[at] as Buffer);
    await writeImageList(
      path("x.lst"),
      names.map((name, at) => ({ index: 9 - at, labels: at === 2 ? [0, 1] : at, path: name })),
    );

    await packImages(path("x.lst"), path("images"), path("x.rec"));
    const expected = names.map((_, at) => ({
      id: 9 - at,
      labels: at === 2 ? [0, 1] : at,
      image: contents[at] as Buffer,
    }));
    expect((await readFile(path("x.rec"))).equals(await bytesOf(encodeImageRecords(expected)))).toBe(true);
    const records = await openImageRecords(path("x.rec"));
    expect(Buffer.from((await records.get(7)).image)).toEqual(contents[2]);
    await records.close();
  });

  it("goes on through more files than one step and one buffer take", async () => {
    await mkdir(path("images"));
    await writeFile(path("images", "a.png"), Buffer.concat([png, Buffer.alloc(9_000)]));
    const list = Array.from({ length: 300 }, (_, index) => ({ index, labels: 0, path: "a.png" }));

    expect(await packImages(list, path("images"), path("x.rec"))).toMatchObject({ records: 300, bytes: 300 * 9040 });
    const ids = (await readImageRecords(path("x.rec")).toArray()).map(({ id }) => id);
    expect(ids).toEqual(list.map(({ index }) => index));
  });

  it.each([
    ["is missing", "none.png", "does not exist"],
    ["is a folder", "folder", "is a folder"],
    ["is empty", "empty.png", "is empty"],
    ["is no image", "text.png", "no image that is known"],
    ["is an image of another kind", "b.png", "a GIF image"],
    ["lies outside of the folder", "../secret.png", "inside it"],
  ])("names the line of the list when a file %s, and leaves no file", async (_, name, message) => {
    await mkdir(path("images", "folder"), { recursive: true });
    await writeFile(path("images", "a.png"), png);
    await writeFile(path("images", "empty.png"), "");
    await writeFile(path("images", "text.png"), "some text, no image");
    await writeFile(path("images", "b.png"), "GIF89a.........");
    const list = [
      { index: 1, labels: 0, path: "a.png" },
      { index: 2, labels: 0, path: name },
    ];

    const error = await faultOf(packImages(list, path("images"), path("x.rec")));
    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, field: "path" });
    expect(error.message).toContain(message);
    expect(await readdir(path())).toEqual(["images"]);
  });

  it("takes any bytes when it is told not to check", async () => {
    await writeFile(path("text.png"), "some text, no image");
    const list = [{ index: 1, labels: 0, path: "text.png" }];

    expect(await packImages(list, path(), join(path(), "x.rec"), { checkImages: false })).toMatchObject({ records: 1 });
  });
});
