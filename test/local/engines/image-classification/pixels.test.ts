import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../src/internal/random.js";
import { augment, shiftColours, transform } from "../../../../src/local/engines/image-classification/data/augment.js";
import {
  centreCrop,
  mirror,
  type Pixels,
  resize,
  resizeShorterSide,
} from "../../../../src/local/engines/image-classification/data/pixels.js";

function grey(width: number, ...values: number[]): Pixels {
  return { width, height: values.length / width, channels: 1, data: Uint8Array.from(values) };
}

function colour(red: number, green: number, blue: number): Pixels {
  return { width: 1, height: 1, channels: 3, data: Uint8Array.of(red, green, blue) };
}

function noise(width: number, height: number, channels: 1 | 3, seed = 1): Pixels {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: width * height * channels }, () => random.nextInt(256));
  return { width, height, channels, data };
}

describe("resize", () => {
  it("gives the bytes that MXNet 1.9.1 gives with its linear interpolation", () => {
    const image = grey(5, ...Array.from({ length: 15 }, (_, index) => (index * 37 + 11) % 256));
    expect([...resize(image, 7, 2).data]).toEqual([57, 78, 86, 67, 94, 120, 141, 143, 164, 172, 153, 179, 123, 35]);
    const tall = [23, 85, 147, 97, 57, 118, 208, 14, 76, 166, 125, 84, 137, 199, 90];
    expect([...resize(image, 3, 5).data]).toEqual(tall);
  });

  it("interpolates between centres of pixels, without smoothing when it shrinks", () => {
    expect(resize(grey(2, 0, 100), 4, 1).data).toEqual(Uint8Array.of(0, 25, 75, 100));
    expect(resize(grey(6, 0, 90, 0, 0, 90, 0), 2, 1).data).toEqual(Uint8Array.of(90, 90));
  });

  it("keeps an image of one colour and an image of the right size", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (value, w, h) => {
        const resized = resize(grey(3, ...new Array<number>(6).fill(value)), w, h);
        expect([resized.width, resized.height]).toEqual([w, h]);
        expect(new Set(resized.data)).toEqual(new Set([value]));
      }),
    );
    const image = noise(5, 4, 3);
    expect(resize(image, 5, 4)).toBe(image);
  });

  it("brings the shorter side to size and rounds the longer one down", () => {
    const sizeOf = ({ width, height }: Pixels): number[] => [width, height];
    expect(sizeOf(resizeShorterSide(noise(30, 20, 1), 7))).toEqual([10, 7]);
    expect(sizeOf(resizeShorterSide(noise(20, 30, 3), 7))).toEqual([7, 10]);
    expect(sizeOf(resizeShorterSide(noise(8, 8, 1), 5))).toEqual([5, 5]);
  });
});

describe("centreCrop and mirror", () => {
  it("cut out the middle and swap the sides", () => {
    const image = grey(4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    expect(centreCrop(image, 2, 1)).toEqual(grey(2, 6, 7));
    expect(mirror(centreCrop(image, 3, 2))).toEqual(grey(3, 3, 2, 1, 7, 6, 5));
    expect(mirror(mirror(noise(5, 3, 3)))).toEqual(noise(5, 3, 3));
  });
});

describe("shiftColours", () => {
  it("changes nothing by nothing", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.nat(255), (red, green, blue) => {
        expect(shiftColours(colour(red, green, blue), 0, 0, 0)).toEqual(colour(red, green, blue));
      }),
    );
  });

  it("turns hue in steps of two degrees, and stops at the ends of all three scales", () => {
    expect(shiftColours(colour(255, 0, 0), 60, 0, 0)).toEqual(colour(0, 255, 0));
    expect(shiftColours(colour(255, 0, 0), -36, 0, 0)).toEqual(colour(255, 0, 0));
    expect(shiftColours(colour(200, 100, 100), 0, -255, 0)).toEqual(colour(150, 150, 150));
    expect(shiftColours(colour(10, 20, 30), 0, 0, 255)).toEqual(colour(255, 255, 255));
  });

  it("changes the lightness of grey images alone", () => {
    expect(shiftColours(grey(3, 0, 100, 250), 30, 40, 20)).toEqual(grey(3, 20, 120, 255));
  });
});

describe("augment", () => {
  it("cuts out a part of the right size, sometimes turned, and nothing else for crop", () => {
    const image = noise(9, 7, 3);
    const parts = new Set<string>();
    for (let top = 0; top <= 3; top++) {
      for (let left = 0; left <= 4; left++) {
        const rows = Array.from({ length: 4 }, (_, y) =>
          image.data.subarray(((top + y) * 9 + left) * 3, ((top + y) * 9 + left + 5) * 3),
        );
        const part = { width: 5, height: 4, channels: 3, data: Uint8Array.from(Buffer.concat(rows)) };
        parts.add(part.data.join()).add(mirror(part).data.join());
      }
    }
    const random = seededRandom(3);
    const seen = new Set<string>();
    for (let draw = 0; draw < 600; draw++) seen.add(augment(image, "crop", 5, 4, random).data.join());
    expect(seen).toEqual(parts);
  });

  it("gives the same images for the same seed", () => {
    const draw = (seed: number): Pixels => augment(noise(9, 7, 3), "crop_color_transform", 5, 4, seededRandom(seed));
    expect(draw(4)).toEqual(draw(4));
    expect(draw(4)).not.toEqual(draw(5));
  });

  it("keeps the centre of a transformed image and fills the rest with white", () => {
    const image = { ...noise(41, 41, 1), data: new Uint8Array(41 * 41).fill(100) };
    for (let seed = 1; seed <= 20; seed++) {
      const { data, width, height } = transform(image, seededRandom(seed));
      expect([width, height]).toEqual([41, 41]);
      expect(data[20 * 41 + 20]).toBe(100);
      expect(Math.max(...data)).toBeGreaterThan(100);
    }
  });
});
