import { type ByteReader, type ByteSource, openBytes } from "./byte-source.js";
import { type ByteRequest, type HeaderParser, ImageFault } from "./image-fault.js";
import { sniffBytes, sniffImageFormat } from "./image-format.js";
import { type JpegHeader, jpegHeader } from "./jpeg-header.js";
import { type PngHeader, pngHeader } from "./png-header.js";

/**
 * What the header of an image file says, without decoding the image.
 *
 * @public
 */
export type ImageHeader = PngHeader | JpegHeader;

/**
 * Options of {@link readImageHeader}.
 *
 * @public
 */
export interface ImageHeaderOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads size, channels and coding of a PNG or JPEG file from its first bytes. Nothing is decoded.
 *
 * @remarks
 * Of a file only what stands before the size is read: 29 bytes of a PNG, the segments before the frame header of a JPEG,
 * which with large metadata (EXIF, colour profiles, previews) may be some hundred KiB.
 *
 * @param source - file path, the bytes of the image or a stream of them
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for a damaged header and for what is neither PNG nor JPEG; GIF, BMP,
 * WebP, TIFF, HEIC and AVIF are named
 * @example
 * ```ts
 * const { format, width, height, channels } = await readImageHeader("train/0/ABC.png"); // png, 28, 28, 1
 * ```
 * @public
 */
export async function readImageHeader(source: ByteSource, options: ImageHeaderOptions = {}): Promise<ImageHeader> {
  if (source instanceof Uint8Array) return parseImageHeader(source);
  const reader = await openBytes(source, options.signal);
  try {
    const window = new ForwardWindow(reader);
    const parser = headerParser();
    let step = parser.next();
    while (!step.done) step = parser.next(await window.at(step.value));
    return step.value;
  } catch (error) {
    throw error instanceof ImageFault ? error.toFormatError(reader.name) : error;
  } finally {
    await reader.close();
  }
}

/**
 * Reads the header of an image that is in memory. As {@link readImageHeader}, at once.
 *
 * @param bytes - the image, or at least its beginning up to the size
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` as {@link readImageHeader}
 * @public
 */
export function parseImageHeader(bytes: Uint8Array): ImageHeader {
  try {
    const parser = headerParser();
    let step = parser.next();
    while (!step.done) step = parser.next(bytes.subarray(step.value.offset, step.value.offset + step.value.length));
    return step.value;
  } catch (error) {
    throw error instanceof ImageFault ? error.toFormatError(undefined) : error;
  }
}

function* headerParser(): HeaderParser<ImageHeader> {
  const start = yield { offset: 0, length: sniffBytes };
  const format = sniffImageFormat(start);
  if (format === "png") return yield* pngHeader();
  if (format === "jpeg") return yield* jpegHeader();
  if (start.length === 0) throw new ImageFault("the file is empty", 0);
  throw new ImageFault(
    format === undefined
      ? "neither PNG nor JPEG, nor another kind of image that is known"
      : `a ${format.toUpperCase()} image; PNG and JPEG are supported: convert it`,
    0,
  );
}

/** Walks forward through a reader and keeps only what was read last. */
class ForwardWindow {
  readonly #reader: ByteReader;
  #buffer = Buffer.allocUnsafe(4096);
  /** Place of the first byte of the buffer, and how many of its bytes are there. */
  #start = 0;
  #filled = 0;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  async at({ offset, length }: ByteRequest): Promise<Uint8Array> {
    while (offset >= this.#start + this.#filled || offset + length > this.#start + this.#buffer.length) {
      const kept = Math.max(0, Math.min(this.#filled, this.#start + this.#filled - offset));
      this.#buffer.copyWithin(0, this.#filled - kept, this.#filled);
      this.#start += this.#filled - kept;
      this.#filled = kept;
      if (length > this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer], length);
      if (offset === this.#start) break;
      // Skipped bytes are many in photographs: read them in larger pieces.
      if (this.#buffer.length < 65536) this.#buffer = Buffer.allocUnsafe(65536);
      if (!(await this.#more())) return new Uint8Array(0);
    }
    const from = offset - this.#start;
    while (this.#filled < from + length && (await this.#more()));
    return this.#buffer.subarray(from, Math.min(from + length, this.#filled));
  }

  async #more(): Promise<boolean> {
    const count = await this.#reader.read(this.#buffer, this.#filled);
    this.#filled += count;
    return count > 0;
  }
}
