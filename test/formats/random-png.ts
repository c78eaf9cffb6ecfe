import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";

/** Description of a PNG file that nothing but the standard limits. */
export interface RandomPng {
  readonly width: number;
  readonly height: number;
  readonly colorType: number;
  readonly bitDepth: number;
  readonly interlaced: boolean;
  readonly bytes: Buffer;
}

const kinds = [
  [0, 1],
  [0, 2],
  [0, 4],
  [0, 8],
  [0, 16],
  [2, 8],
  [2, 16],
  [3, 1],
  [3, 2],
  [3, 4],
  [3, 8],
  [4, 8],
  [4, 16],
  [6, 8],
  [6, 16],
] as const;
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** One chunk with its checksum. */
export function pngChunk(type: string, content: Uint8Array): Buffer {
  const chunk = Buffer.alloc(content.length + 12);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(content, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, content.length + 8)), content.length + 8);
  return chunk;
}

export const pngSignature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** PNG files of every colour type, bit depth and interlacing, of random filters and random bytes. */
export const randomPng: fc.Arbitrary<RandomPng> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 20 }),
    interlaced: fc.boolean(),
    transparent: fc.boolean(),
    idatParts: fc.integer({ min: 1, max: 3 }),
    noise: fc.uint8Array({ minLength: 64, maxLength: 256 }),
  })
  .map(({ kind: [colorType, bitDepth], width, height, interlaced, transparent, idatParts, noise }) => {
    const samples = [1, 0, 3, 1, 2, 0, 4][colorType] ?? 1;
    let next = 0;
    // A step that is no divisor of the length, so that rows differ.
    const random = (): number => {
      next += 7;
      return noise[next % noise.length] as number;
    };
    const raw: number[] = [];
    for (const [x, y, stepX, stepY] of interlaced ? passes : [[0, 0, 1, 1] as const]) {
      const columns = Math.ceil((width - x) / stepX);
      const rows = Math.ceil((height - y) / stepY);
      if (columns <= 0 || rows <= 0) continue;
      for (let row = 0; row < rows; row++) {
        raw.push(random() % 5);
        for (let byte = 0; byte < Math.ceil((columns * samples * bitDepth) / 8); byte++) raw.push(random());
      }
    }
    const head = Buffer.from([0, 0, 0, width, 0, 0, 0, height, bitDepth, colorType, 0, 0, interlaced ? 1 : 0]);
    const chunks = [pngSignature, pngChunk("IHDR", head)];
    if (colorType === 3) chunks.push(pngChunk("PLTE", Buffer.from(Array.from({ length: 3 << bitDepth }, random))));
    if (transparent) {
      if (colorType === 3)
        chunks.push(pngChunk("tRNS", Buffer.from(Array.from({ length: 1 << (bitDepth - 1) }, random))));
      if (colorType === 0)
        chunks.push(
          pngChunk("tRNS", Buffer.from(bitDepth === 16 ? [random(), random()] : [0, random() & ((1 << bitDepth) - 1)])),
        );
      if (colorType === 2)
        chunks.push(
          pngChunk("tRNS", Buffer.from(bitDepth === 16 ? [1, 2, 3, 4, 5, 6] : [0, random(), 0, random(), 0, random()])),
        );
    }
    chunks.push(pngChunk("tEXt", Buffer.from("Comment\0made for a test")));
    const compressed = deflateSync(Buffer.from(raw));
    const size = Math.ceil(compressed.length / idatParts);
    for (let at = 0; at < compressed.length; at += size)
      chunks.push(pngChunk("IDAT", compressed.subarray(at, at + size)));
    chunks.push(pngChunk("IEND", Buffer.alloc(0)));
    return { width, height, colorType, bitDepth, interlaced, bytes: Buffer.concat(chunks) };
  });
