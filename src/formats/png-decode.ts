import { constants, crc32, inflateSync } from "node:zlib";
import type { DecodedImage } from "./decoded-image.js";
import { ImageFault } from "./image-fault.js";
import type { PngHeader } from "./png-header.js";

/** Content of the chunks that decide about the pixels. */
interface PngContent {
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  readonly compressed: Uint8Array;
}

/** Origin and step of the seven passes of interlaced images, horizontal and vertical. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const whole = [[0, 0, 1, 1]] as const;

/** Encoders that pad their data are forgiven this much. */
const slackBytes = 65536;

/**
 * Decodes a PNG of any colour type and bit depth. A palette becomes RGB, transparency outside the pixels an alpha
 * channel, 16 bits the upper 8, fewer than 8 are stretched to 0 to 255. Gamma and colour profiles are not applied.
 *
 * @param header - of the same bytes; the caller has checked that the size is acceptable
 * @throws ImageFault
 * @see https://www.w3.org/TR/png-3/
 */
export function decodePng(bytes: Uint8Array, header: PngHeader): DecodedImage {
  const content = readChunks(bytes);
  const { width, height, bitDepth, palette: indexed } = header;
  if (indexed && content.palette === undefined) throw new ImageFault("the PNG has no palette", 33);
  const samples = indexed ? 1 : header.channels;
  const transparent = content.transparency !== undefined && (samples === 1 || samples === 3);
  const channels = (header.channels + (transparent ? 1 : 0)) as DecodedImage["channels"];
  const passes = header.interlaced ? adam7 : whole;
  const bitsPerPixel = samples * bitDepth;
  const sizes = passes.map(([x, y, stepX, stepY]) => {
    const columns = Math.ceil((width - x) / stepX);
    const rows = Math.ceil((height - y) / stepY);
    return { columns, rows, rowBytes: columns > 0 && rows > 0 ? Math.ceil((columns * bitsPerPixel) / 8) : 0 };
  });
  const rawLength = sizes.reduce((sum, { rows, rowBytes }) => sum + (rowBytes > 0 ? rows * (rowBytes + 1) : 0), 0);
  const raw = inflated(content.compressed, rawLength);

  const data = new Uint8Array(width * height * channels);
  const expand = expander(content, bitDepth, samples, indexed, transparent, channels);
  let at = 0;
  passes.forEach(([x, y, stepX, stepY], pass) => {
    const { columns, rows, rowBytes } = sizes[pass] as (typeof sizes)[number];
    if (rowBytes === 0) return;
    unfilter(raw, at, rows, rowBytes, Math.max(1, bitsPerPixel >> 3));
    for (let row = 0; row < rows; row++) {
      const target = ((y + row * stepY) * width + x) * channels;
      expand(raw, at + 1, columns, data, target, stepX * channels);
      at += rowBytes + 1;
    }
  });
  return { width, height, channels, data };
}

function readChunks(bytes: Uint8Array): PngContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  for (let offset = 8; ; ) {
    if (offset + 12 > bytes.length) throw new ImageFault("the PNG is cut short", bytes.length);
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    const end = offset + 8 + length;
    if (end + 4 > bytes.length)
      throw new ImageFault(`the PNG is cut short in its chunk ${JSON.stringify(type)}`, offset);
    const content = bytes.subarray(offset + 8, end);
    const critical = ((bytes[offset + 4] as number) & 0x20) === 0;
    if ((critical || type === "tRNS") && crc32(bytes.subarray(offset + 4, end)) !== view.getUint32(end)) {
      throw new ImageFault(
        `the checksum of the PNG chunk ${JSON.stringify(type)} is wrong; the file is damaged`,
        offset,
      );
    }
    if (type === "IDAT") parts.push(content);
    else if (type === "PLTE") palette = content;
    else if (type === "tRNS") transparency = content;
    else if (type === "IEND") break;
    else if (critical && type !== "IHDR") {
      throw new ImageFault(`the PNG needs the unknown chunk ${JSON.stringify(type)}`, offset);
    }
    offset = end + 4;
  }
  const [first] = parts;
  if (first === undefined) throw new ImageFault("the PNG has no image data", bytes.length);
  return { palette, transparency, compressed: parts.length === 1 ? first : Buffer.concat(parts) };
}

function inflated(compressed: Uint8Array, length: number): Uint8Array {
  let raw: Uint8Array;
  try {
    raw = inflateSync(compressed, {
      maxOutputLength: length + slackBytes,
      chunkSize: Math.min(Math.max(length + 64, constants.Z_MIN_CHUNK), 1 << 20),
    });
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    const problem =
      code === "ERR_BUFFER_TOO_LARGE" ? "holds more than the size says" : "is damaged or ends before the last row";
    throw new ImageFault(`the image data of the PNG ${problem}`, 8);
  }
  if (raw.length < length) throw new ImageFault("the image data of the PNG ends before the last row", 8);
  return raw;
}

/** Undoes the filters of the rows in place; every row has its filter number before it. */
function unfilter(raw: Uint8Array, start: number, rows: number, rowBytes: number, pixelBytes: number): void {
  for (let row = 0; row < rows; row++) {
    const from = start + row * (rowBytes + 1) + 1;
    const end = from + rowBytes;
    // Distance to the byte above; of the first row all bytes above are 0.
    const up = row === 0 ? 0 : rowBytes + 1;
    const filter = raw[from - 1] as number;
    if (filter === 0) continue;
    if (filter > 4) throw new ImageFault(`the PNG uses the unknown filter ${filter} in row ${row}`, 8);
    for (let at = from; at < end; at++) {
      const left = at - from >= pixelBytes ? (raw[at - pixelBytes] as number) : 0;
      const above = up > 0 ? (raw[at - up] as number) : 0;
      let predicted: number;
      if (filter === 1) predicted = left;
      else if (filter === 2) predicted = above;
      else if (filter === 3) predicted = (left + above) >> 1;
      else {
        const corner = up > 0 && at - from >= pixelBytes ? (raw[at - up - pixelBytes] as number) : 0;
        const byLeft = Math.abs(above - corner);
        const byAbove = Math.abs(left - corner);
        const byCorner = Math.abs(left + above - 2 * corner);
        predicted = byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner;
      }
      raw[at] = (raw[at] as number) + predicted;
    }
  }
}

/** Writes `columns` pixels of a row that begins at `from` into `data`, the first at `to`, the next `step` further. */
type Expand = (raw: Uint8Array, from: number, columns: number, data: Uint8Array, to: number, step: number) => void;

function expander(
  content: PngContent,
  bitDepth: number,
  samples: number,
  indexed: boolean,
  transparent: boolean,
  channels: number,
): Expand {
  if (bitDepth === 8 && !indexed && !transparent) {
    return (raw, from, columns, data, to, step) => {
      if (step === channels) {
        data.set(raw.subarray(from, from + columns * channels), to);
        return;
      }
      for (let column = 0; column < columns; column++) {
        for (let channel = 0; channel < channels; channel++) {
          data[to + column * step + channel] = raw[from + column * channels + channel] as number;
        }
      }
    };
  }
  const { palette = new Uint8Array(0), transparency = new Uint8Array(0) } = content;
  const sample = (raw: Uint8Array, from: number, index: number): number => {
    if (bitDepth === 8) return raw[from + index] as number;
    if (bitDepth === 16) return ((raw[from + index * 2] as number) << 8) | (raw[from + index * 2 + 1] as number);
    const bit = index * bitDepth;
    return ((raw[from + (bit >> 3)] as number) >> (8 - bitDepth - (bit & 7))) & ((1 << bitDepth) - 1);
  };
  if (indexed) {
    return (raw, from, columns, data, to, step) => {
      for (let column = 0; column < columns; column++) {
        const index = sample(raw, from, column);
        if (index * 3 + 2 >= palette.length) {
          throw new ImageFault(`the PNG uses colour ${index} of a palette of ${Math.floor(palette.length / 3)}`, 8);
        }
        const pixel = to + column * step;
        data[pixel] = palette[index * 3] as number;
        data[pixel + 1] = palette[index * 3 + 1] as number;
        data[pixel + 2] = palette[index * 3 + 2] as number;
        if (transparent) data[pixel + 3] = transparency[index] ?? 255;
      }
    };
  }
  if (transparent && transparency.length < samples * 2) {
    throw new ImageFault("the transparent colour of the PNG is cut short", 8);
  }
  const scale = bitDepth < 8 ? 255 / ((1 << bitDepth) - 1) : 1;
  return (raw, from, columns, data, to, step) => {
    for (let column = 0; column < columns; column++) {
      const pixel = to + column * step;
      let same = 0;
      for (let channel = 0; channel < samples; channel++) {
        const value = sample(raw, from, column * samples + channel);
        data[pixel + channel] = bitDepth === 16 ? value >> 8 : value * scale;
        const key = ((transparency[channel * 2] as number) << 8) | (transparency[channel * 2 + 1] as number);
        if (transparent && value === key) same++;
      }
      if (transparent) data[pixel + samples] = same === samples ? 0 : 255;
    }
  };
}
