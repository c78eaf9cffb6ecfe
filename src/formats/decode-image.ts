import { MissingDependencyError, ValidationError } from "../errors/index.js";
import { enumIssues, integerIssues } from "../internal/checks.js";
import { unknownKeyIssues } from "../internal/options.js";
import type { DecodedImage } from "./decoded-image.js";
import { ImageFault } from "./image-fault.js";
import { parseImageHeader } from "./image-header.js";
import type { JpegHeader } from "./jpeg-header.js";
import { withChannels } from "./with-channels.js";

/**
 * Options of {@link decodeImage}.
 *
 * @public
 */
export interface DecodeImageOptions {
  /**
   * Channels of the result: 1 grey, 3 RGB, 4 RGBA. Colours become grey with the weights of Rec. 601 (.299, .587, .114) in
   * whole numbers, `(9797 R + 19234 G + 3737 B) >> 15`: for a PNG of 8 bits exactly what MXNet 1.9.1 gives, for a colour
   * JPEG at most a few levels beside it, because MXNet takes the brightness that stands in the file. Transparency is
   * dropped, not mixed with a background, as OpenCV does.
   *
   * @defaultValue as the image has them
   */
  readonly channels?: 1 | 3 | 4 | undefined;
  /**
   * Largest image that is decoded, in pixels: a file of a few KiB may claim gigabytes.
   *
   * @defaultValue 67108864 (for example 8192 x 8192)
   */
  readonly maxPixels?: number | undefined;
}

/** Defaults of {@link DecodeImageOptions}. */
export const decodeImageDefaults = Object.freeze({ maxPixels: 64 * 1024 * 1024 } as const);

/**
 * Decodes a PNG or JPEG image to 8-bit pixels.
 *
 * @remarks
 * PNG: all colour types and bit depths, palettes, transparency, interlacing; checksums are verified; 16 bits become the
 * upper 8; gamma and colour profiles are not applied. JPEG: baseline and progressive, greyscale, YCbCr, CMYK (as RGB)
 * through the optional package `jpeg-js`; the orientation of the EXIF data is not applied. Arithmetic and lossless JPEG
 * are refused.
 *
 * @param bytes - the image file
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for a damaged image, another kind of file and one over `maxPixels`
 * @throws {@link MissingDependencyError} for a JPEG when `jpeg-js` is not installed
 * @throws {@link ValidationError} `INVALID_OPTIONS`
 * @example
 * ```ts
 * const { width, height, data } = await decodeImage(await readFile("five.png"), { channels: 1 });
 * ```
 * @public
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeImageOptions = {}): Promise<DecodedImage> {
  checkOptions(options);
  const header = parseImageHeader(bytes);
  const { width, height, format } = header;
  const maxPixels = options.maxPixels ?? decodeImageDefaults.maxPixels;
  try {
    if (width * height > maxPixels) {
      throw new ImageFault(`${width} x ${height} pixels are over the limit of ${maxPixels}; raise maxPixels`, 0);
    }
    let image: DecodedImage;
    if (format === "png") {
      const { decodePng } = await import("./png-decode.js");
      image = decodePng(bytes, header);
    } else {
      image = await decodeJpeg(bytes, header, maxPixels);
    }
    return withChannels(image, options.channels ?? image.channels);
  } catch (error) {
    throw error instanceof ImageFault ? error.toFormatError(undefined) : error;
  }
}

async function decodeJpeg(bytes: Uint8Array, header: JpegHeader, maxPixels: number): Promise<DecodedImage> {
  const { process, arithmetic, bitDepth, channels } = header;
  if (arithmetic || process === "lossless" || bitDepth !== 8) {
    const kind = `${arithmetic ? "arithmetic " : ""}${process} JPEG with ${bitDepth} bits`;
    throw new ImageFault(`a ${kind} cannot be decoded; save it as baseline or progressive JPEG`, 0);
  }
  const loaded = await import("jpeg-js").catch((error: unknown) => {
    throw new MissingDependencyError("jpeg-js", "Decoding JPEG images", error);
  });
  const { decode } = "default" in loaded ? (loaded.default as typeof loaded) : loaded;
  let decoded: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  try {
    decoded = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: maxPixels / 1e6 + 1,
      // Its working memory: about 20 bytes a pixel, and more for small images.
      maxMemoryUsageInMB: 64 + Math.ceil((maxPixels * 40) / 1e6),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImageFault(`the JPEG is damaged: ${reason.slice(0, 100)}`, 0);
  }
  const { width, height, data } = decoded;
  // The package repeats the grey value three times.
  return withChannels({ width, height, channels: 3, data }, channels === 1 ? 1 : 3);
}

function checkOptions(options: DecodeImageOptions): void {
  const { channels } = options;
  const issues = [
    ...unknownKeyIssues(options, ["channels", "maxPixels"], "decodeImage"),
    ...integerIssues(options.maxPixels, "maxPixels", 1, Number.MAX_SAFE_INTEGER),
    ...enumIssues(channels === undefined ? undefined : String(channels), ["1", "3", "4"], "channels"),
  ];
  if (issues.length > 0) throw new ValidationError("decodeImage", issues);
}
