import { type HeaderParser, ImageFault } from "./image-fault.js";

/**
 * Header of a PNG file.
 *
 * @public
 */
export interface PngHeader {
  readonly format: "png";
  readonly width: number;
  readonly height: number;
  /** Channels of the image as it is decoded; a palette counts as 3. Transparency outside the pixels is not counted. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits per sample, 1 to 16; of the index when there is a palette. */
  readonly bitDepth: number;
  readonly palette: boolean;
  readonly interlaced: boolean;
}

interface ColorType {
  readonly channels: 1 | 2 | 3 | 4;
  readonly bitDepths: readonly number[];
}

const colorTypes: Readonly<Record<number, ColorType>> = {
  0: { channels: 1, bitDepths: [1, 2, 4, 8, 16] },
  2: { channels: 3, bitDepths: [8, 16] },
  3: { channels: 3, bitDepths: [1, 2, 4, 8] },
  4: { channels: 2, bitDepths: [8, 16] },
  6: { channels: 4, bitDepths: [8, 16] },
};

/** @see https://www.w3.org/TR/png-3/#11IHDR */
export function* pngHeader(): HeaderParser<PngHeader> {
  const bytes = yield { offset: 8, length: 21 };
  if (bytes.length < 21) throw new ImageFault("the PNG header is cut short", 8 + bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0) !== 13 || view.getUint32(4) !== 0x49484452) {
    throw new ImageFault("the first chunk of the PNG is not IHDR", 8);
  }
  const width = view.getUint32(8);
  const height = view.getUint32(12);
  const [bitDepth = 0, color = 0, compression, filter, interlace = 0] = bytes.subarray(16);
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) {
    throw new ImageFault(`a PNG cannot be ${width} x ${height} pixels`, 16);
  }
  const type = colorTypes[color];
  if (!type?.bitDepths.includes(bitDepth)) {
    throw new ImageFault(`colour type ${color} with ${bitDepth} bits does not exist in PNG`, 24);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new ImageFault(`unknown compression ${compression}, filter ${filter} or interlace ${interlace} of PNG`, 26);
  }
  return {
    format: "png",
    width,
    height,
    channels: type.channels,
    bitDepth,
    palette: color === 3,
    interlaced: interlace === 1,
  };
}
