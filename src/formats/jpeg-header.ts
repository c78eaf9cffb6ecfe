import { type HeaderParser, ImageFault } from "./image-fault.js";

/**
 * Header of a JPEG file.
 *
 * @public
 */
export interface JpegHeader {
  readonly format: "jpeg";
  readonly width: number;
  readonly height: number;
  /** 1 greyscale, 3 colour, 4 CMYK or YCCK. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits per sample, nearly always 8. */
  readonly bitDepth: number;
  readonly process: "baseline" | "extended" | "progressive" | "lossless";
  /** Arithmetic instead of Huffman coding, which most decoders refuse. */
  readonly arithmetic: boolean;
}

const processes = ["baseline", "extended", "progressive", "lossless"] as const;

/** @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf appendix B */
export function* jpegHeader(): HeaderParser<JpegHeader> {
  for (let offset = 2; ; ) {
    const marker = yield { offset, length: 4 };
    if (marker.length < 2) throw new ImageFault("the JPEG ends before its frame header", offset + marker.length);
    const code = marker[1] as number;
    if (marker[0] !== 0xff || code === 0) {
      throw new ImageFault(`expected a JPEG marker, got ${hex(marker[0])} ${hex(code)}`, offset);
    }
    // Fill bytes before a marker, and the markers that stand alone.
    if (code === 0xff) {
      offset += 1;
      continue;
    }
    if (code === 0x01 || code === 0xd8) {
      offset += 2;
      continue;
    }
    if (code === 0xd9 || code === 0xda || (code >= 0xd0 && code <= 0xd7)) {
      throw new ImageFault("the JPEG has no frame header before its image data", offset);
    }
    if (marker.length < 4) throw new ImageFault("the JPEG ends before its frame header", offset + marker.length);
    const length = ((marker[2] as number) << 8) | (marker[3] as number);
    if (length < 2) throw new ImageFault(`a JPEG segment cannot have the length ${length}`, offset + 2);
    // Of C0 to CF all are frame headers but DHT, JPG and DAC.
    if (code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc) {
      return frameHeader(code, yield { offset: offset + 4, length: 6 }, offset);
    }
    offset += 2 + length;
  }
}

function frameHeader(code: number, bytes: Uint8Array, offset: number): JpegHeader {
  if (bytes.length < 6) throw new ImageFault("the frame header of the JPEG is cut short", offset + 4 + bytes.length);
  const [bitDepth = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, channels = 0] = bytes;
  const height = (h1 << 8) | h0;
  const width = (w1 << 8) | w0;
  if (width === 0 || height === 0) {
    const reason = height === 0 ? "; the height stands behind the image data (DNL), which is not supported" : "";
    throw new ImageFault(`a JPEG cannot be ${width} x ${height} pixels${reason}`, offset + 5);
  }
  if (channels < 1 || channels > 4) throw new ImageFault(`a JPEG of ${channels} channels`, offset + 9);
  return {
    format: "jpeg",
    width,
    height,
    channels: channels as 1 | 2 | 3 | 4,
    bitDepth,
    process: processes[code & 3] as JpegHeader["process"],
    arithmetic: code >= 0xc9,
  };
}

function hex(byte: number | undefined): string {
  return byte === undefined ? "nothing" : byte.toString(16).padStart(2, "0");
}
