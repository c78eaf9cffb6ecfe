import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import {
  type DecodedImage,
  decodeImage,
  encodePng,
  parseImageHeader,
  ValidationError,
} from "../../src/formats/index.js";
import { pngChunk, pngSignature, randomPng } from "./random-png.js";
import { faultOf } from "./support.js";

const image: fc.Arbitrary<DecodedImage> = fc
  .record({
    width: fc.integer({ min: 1, max: 12 }),
    height: fc.integer({ min: 1, max: 12 }),
    channels: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
  })
  .chain(({ width, height, channels }) => {
    const length = width * height * channels;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ width, height, channels, data }));
  });

const fixture = (name: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`../fixtures/images/${name}`, import.meta.url)));

const plain = (head: readonly number[], rows: readonly number[]): Buffer =>
  Buffer.concat([
    pngSignature,
    pngChunk("IHDR", Buffer.from(head)),
    pngChunk("IDAT", deflateSync(Buffer.from(rows))),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);

describe("encodePng", () => {
  it("keeps every pixel, whatever size, channels and compression", async () => {
    await fc.assert(
      fc.asyncProperty(image, fc.integer({ min: 0, max: 9 }), async (original, compressionLevel) => {
        const bytes = await encodePng(original, { compressionLevel });

        expect(await decodeImage(bytes)).toEqual(original);
        expect(parseImageHeader(bytes)).toMatchObject({ channels: original.channels, bitDepth: 8 });
      }),
      { numRuns: 60 },
    );
  });

  it("writes files that another decoder reads as the same pixels", async () => {
    await fc.assert(
      fc.asyncProperty(image, async (original) => {
        const { width, height, data } = PNG.sync.read(Buffer.from(await encodePng(original)));

        expect({ width, height }).toEqual({ width: original.width, height: original.height });
        expect(Buffer.from((await decodeImage(await encodePng(original), { channels: 4 })).data)).toEqual(data);
      }),
      { numRuns: 60 },
    );
  });

  it("refuses data that do not fit the size, naming all that is wrong", async () => {
    const wrong = { width: 2, height: 2, channels: 3 as const, data: new Uint8Array(4) };
    await expect(encodePng(wrong)).rejects.toThrow("2 x 2 pixels of 3 channels are 12 values; data has 4");
    await expect(encodePng({ ...wrong, width: 0, height: 1.5 })).rejects.toThrow(/width.*[\s\S]*height/u);
    await expect(encodePng(wrong, { compressionLevel: 10 })).rejects.toBeInstanceOf(ValidationError);
  });
});

describe("decodeImage of a PNG", () => {
  it("gives the pixels of another decoder for every colour type, bit depth, filter and interlacing", async () => {
    await fc.assert(
      fc.asyncProperty(randomPng, async ({ width, height, colorType, bitDepth, bytes }) => {
        const ours = await decodeImage(bytes, { channels: 4 });
        const theirs = PNG.sync.read(bytes);

        expect({ width: ours.width, height: ours.height }).toEqual({ width, height });
        // Of 16 bits the other decoder rounds, this one takes the upper 8. Under a transparent colour it writes black.
        const tolerance = bitDepth === 16 ? 1 : 0;
        let difference = 0;
        for (let at = 0; at < ours.data.length; at++) {
          const hidden = colorType <= 2 && at % 4 < 3 && ours.data[at | 3] === 0;
          const expected = hidden ? ours.data[at] : theirs.data[at];
          difference = Math.max(difference, Math.abs((ours.data[at] ?? Number.NaN) - (expected ?? Number.NaN)));
        }
        expect(difference).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 400 },
    );
  });

  it("stretches few bits to the whole range and keeps the upper 8 of 16", async () => {
    const two = plain([0, 0, 0, 4, 0, 0, 0, 1, 2, 0, 0, 0, 0], [0, 0b00_01_10_11]);
    const sixteen = plain([0, 0, 0, 1, 0, 0, 0, 1, 16, 0, 0, 0, 0], [0, 0x12, 0xff]);

    expect([...(await decodeImage(two)).data]).toEqual([0, 85, 170, 255]);
    expect([...(await decodeImage(sixteen)).data]).toEqual([0x12]);
  });

  it("makes grey of colours with the weights of Rec. 601 and drops transparency", async () => {
    const data = Uint8Array.of(255, 0, 0, 0, 0, 255, 0, 128, 0, 0, 255, 255, 7, 7, 7, 1);
    const bytes = await encodePng({ width: 4, height: 1, channels: 4, data });

    expect([...(await decodeImage(bytes, { channels: 1 })).data]).toEqual([76, 149, 29, 7]);
    expect([...(await decodeImage(bytes, { channels: 3 })).data]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 7, 7, 7]);
  });

  it("makes of 4096 colours the grey levels that MXNet 1.9.1 makes of them", async () => {
    const { data, width, height } = await decodeImage(await fixture("grey.png"), { channels: 1 });

    expect([width, height]).toEqual([64, 64]);
    expect(Buffer.from(data).equals(await fixture("grey-mxnet.raw"))).toBe(true);
  });

  it("notices every changed byte of the size, the palette and the pixels by the checksum", async () => {
    const bytes = Buffer.from(
      await encodePng({ width: 3, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }),
    );
    for (let at = 16; at < bytes.length - 12; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 0x10;
      await faultOf(decodeImage(damaged));
    }
  });

  it("names what is cut short, at any length", async () => {
    const bytes = Buffer.from(await encodePng({ width: 3, height: 2, channels: 1, data: new Uint8Array(6) }));
    for (let length = 0; length < bytes.length; length++) {
      const error = await faultOf(decodeImage(bytes.subarray(0, length)));
      expect(error.code).toBe("FORMAT_CORRUPT_INPUT");
    }
  });

  it("refuses images that are larger than asked before a byte of them is unpacked", async () => {
    const bomb = plain([0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 8, 6, 0, 0, 0], [0]);

    expect((await faultOf(decodeImage(bomb))).message).toContain("over the limit of 67108864");
    const small = await encodePng({ width: 3, height: 3, channels: 1, data: new Uint8Array(9) });
    expect((await faultOf(decodeImage(small, { maxPixels: 8 }))).message).toContain("3 x 3 pixels");
  });

  it("refuses image data that unpack to far more than the size says", async () => {
    const bomb = plain(
      [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0],
      Array.from({ length: 200_000 }, () => 0),
    );

    expect((await faultOf(decodeImage(bomb))).message).toContain("holds more than the size says");
  });

  it("refuses a colour beyond the palette, an unknown filter and missing rows", async () => {
    const palette = Buffer.concat([
      pngSignature,
      pngChunk("IHDR", Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0])),
      pngChunk("PLTE", Buffer.from([1, 2, 3])),
      pngChunk("IDAT", deflateSync(Buffer.from([0, 1]))),
      pngChunk("IEND", Buffer.alloc(0)),
    ]);
    const head = [0, 0, 0, 1, 0, 0, 0, 2, 8, 0, 0, 0, 0];

    expect((await faultOf(decodeImage(palette))).message).toContain("colour 1 of a palette of 1");
    expect((await faultOf(decodeImage(plain(head, [5, 0, 0, 0])))).message).toContain("unknown filter 5");
    expect((await faultOf(decodeImage(plain(head, [0, 0, 0])))).message).toContain("before the last row");
  });
});
