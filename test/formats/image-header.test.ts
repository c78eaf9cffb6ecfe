import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeImage,
  encodePng,
  parseImageHeader,
  readImageHeader,
  sniffImageFormat,
} from "../../src/formats/index.js";
import { randomPng } from "./random-png.js";
import { faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/images/${name}`, import.meta.url));
const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const latin1 = (text: string): Buffer => Buffer.from(text.padEnd(16, "\0"), "latin1");

describe("sniffImageFormat", () => {
  it.each([
    ["png", "\x89PNG\r\n\x1a\n"],
    ["jpeg", "\xff\xd8\xff\xe1"],
    ["gif", "GIF89a"],
    ["bmp", "BM\x10\x20\0\0"],
    ["webp", "RIFF\x10\0\0\0WEBP"],
    ["tiff", "II*\0"],
    ["tiff", "MM\0*"],
    ["heic", "\0\0\0\x18ftypheic"],
    ["avif", "\0\0\0\x18ftypavif"],
    [undefined, "BMW is a car, no image"],
    [undefined, "RIFF\x10\0\0\0WAVE"],
    [undefined, ""],
  ])("knows %s by its first bytes", (format, start) => {
    expect(sniffImageFormat(latin1(start))).toBe(format);
  });
});

describe("readImageHeader", () => {
  const path = useFolder();

  it.each([
    ["baseline", { channels: 3, process: "baseline" }],
    ["progressive", { channels: 3, process: "progressive" }],
    ["subsampled", { channels: 3, process: "baseline" }],
    ["grey", { channels: 1, process: "baseline" }],
    ["cmyk", { channels: 4, process: "baseline" }],
  ])("reads the header of a %s JPEG from file, bytes and stream", async (name, expected) => {
    const header = { format: "jpeg", width: 37, height: 21, bitDepth: 8, arithmetic: false, ...expected };
    const file = fixture(`${name}.jpg`);

    expect(await readImageHeader(file)).toEqual(header);
    expect(await readImageHeader(await readFile(file))).toEqual(header);
    expect(await readImageHeader(createReadStream(file, { highWaterMark: 1000 }))).toEqual(header);
  });

  it("finds the size behind metadata of many segments, in one go and in small pieces", async () => {
    const plain = await readFile(fixture("baseline.jpg"));
    const segment = Buffer.concat([bytes("ffe1 ffff"), Buffer.alloc(65533, 0xff)]);
    const large = Buffer.concat([plain.subarray(0, 2), segment, segment, segment, plain.subarray(2)]);
    await writeFile(path("large.jpg"), large);

    for (const source of [large, path("large.jpg"), inPieces(large, [999, 4096])]) {
      expect(await readImageHeader(source)).toMatchObject({ width: 37, height: 21, process: "baseline" });
    }
    expect(await decodeImage(large)).toEqual(await decodeImage(plain));
  });

  it("reads the header of any PNG, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        randomPng,
        pieceSizes,
        async ({ width, height, colorType, bitDepth, interlaced, bytes: png }, sizes) => {
          const channels = [1, 0, 3, 3, 2, 0, 4][colorType];
          const header = { format: "png", width, height, channels, bitDepth, palette: colorType === 3, interlaced };

          expect(await readImageHeader(inPieces(png, sizes))).toEqual(header);
          expect(parseImageHeader(png.subarray(0, 29))).toEqual(header);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ["ffd8 ff00", 2, "expected a JPEG marker"],
    ["ffd8 ffda 0008", 2, "no frame header before its image data"],
    ["ffd8 ffe0 0010 4a46", 20, "ends before its frame header"],
    ["ffd8 ffe0 0001", 4, "cannot have the length 1"],
    ["ffd8 ffc0 000b 08 0000 0010 01", 7, "DNL"],
    ["ffd8 ffc0 000b 08 0010", 9, "cut short"],
    ["89504e470d0a1a0a 0000000d 49484452 00000000 00000001 0800000000", 16, "cannot be 0 x 1 pixels"],
    ["89504e470d0a1a0a 0000000d 49484452 00000001 00000001 0300000000", 24, "colour type 0 with 3 bits"],
    ["89504e470d0a1a0a 0000000d 49484452 00000001 00000001 0800010000", 26, "unknown compression"],
    ["89504e470d0a1a0a 0000000c 49484452 00000001 00000001 0800000000", 8, "not IHDR"],
    ["89504e470d0a1a0a 0000000d 4948", 14, "cut short"],
    ["474946383961 0000 0000", 0, "a GIF image; PNG and JPEG are supported"],
    ["68656c6c6f", 0, "neither PNG nor JPEG"],
    ["", 0, "the file is empty"],
  ])("names what is wrong with %s and where", async (hex, byteOffset, message) => {
    for (const source of [bytes(hex), [bytes(hex)]]) {
      const error = await faultOf(readImageHeader(source));
      expect(error.message).toContain(message);
      expect(error).toMatchObject({ code: "FORMAT_CORRUPT_INPUT", byteOffset });
    }
  });

  it("tells arithmetic and lossless coding and skips fill bytes", () => {
    const arithmetic = bytes("ffd8 fffffffe0003aa ffc9 0011 08 0010 0020 03 000000000000000000");

    expect(parseImageHeader(arithmetic)).toMatchObject({
      process: "extended",
      arithmetic: true,
      width: 32,
      height: 16,
    });
    expect(parseImageHeader(bytes("ffd8 ffc3 000b 10 0010 0020 01 000000"))).toMatchObject({
      process: "lossless",
      arithmetic: false,
      bitDepth: 16,
    });
  });

  it("names the file", async () => {
    await writeFile(path("x.png"), "no image");

    expect((await faultOf(readImageHeader(path("x.png")))).source).toBe(path("x.png"));
  });
});

describe("decodeImage of a JPEG", () => {
  it.each(["baseline", "progressive", "subsampled", "grey", "cmyk"])(
    "gives the pixels of libjpeg for a %s JPEG, up to the rounding of another implementation",
    async (name) => {
      const { width, height, channels, data } = await decodeImage(await readFile(fixture(`${name}.jpg`)));
      const expected = await readFile(fixture(`${name}.raw`));

      expect({ width, height, channels }).toEqual({ width: 37, height: 21, channels: name === "grey" ? 1 : 3 });
      expect(data.length).toBe(expected.length);
      // Chroma of fewer pixels is enlarged in steps here and smoothly there.
      const [most, onAverage] = name === "subsampled" ? [8, 3] : [4, 1];
      const differences = [...data].map((value, at) => Math.abs(value - (expected[at] as number)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(most);
      expect(differences.reduce((sum, value) => sum + value, 0) / data.length).toBeLessThan(onAverage);
    },
  );

  it("gives the channels that are asked for", async () => {
    const grey = await decodeImage(await readFile(fixture("grey.jpg")), { channels: 3 });
    const color = await decodeImage(await readFile(fixture("baseline.jpg")), { channels: 1 });

    expect(grey).toMatchObject({ channels: 3 });
    expect(grey.data.every((value, at) => value === grey.data[at - (at % 3)])).toBe(true);
    expect(color).toMatchObject({ channels: 1, width: 37 });
    expect(color.data.length).toBe(37 * 21);
  });

  it("names a JPEG that is cut short, larger than allowed or of a kind that is not decoded", async () => {
    const whole = await readFile(fixture("baseline.jpg"));

    expect((await faultOf(decodeImage(whole.subarray(0, whole.length - 200)))).message).toContain(
      "the JPEG is damaged",
    );
    expect((await faultOf(decodeImage(whole, { maxPixels: 776 }))).message).toContain("37 x 21 pixels");
    const arithmetic = Buffer.from(whole);
    arithmetic[whole.indexOf(bytes("ffc0")) + 1] = 0xc9;
    expect((await faultOf(decodeImage(arithmetic))).message).toContain("arithmetic extended JPEG");
  });

  it("refuses other options and kinds of channels", async () => {
    const png = await encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(1) });

    await expect(decodeImage(png, { channels: 2 as 1 })).rejects.toThrow('channels must be one of "1", "3", "4"');
    await expect(decodeImage(png, { pixels: 1 } as object)).rejects.toThrow('unknown option "pixels"');
  });
});
