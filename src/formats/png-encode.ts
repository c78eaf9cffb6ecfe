import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { integerIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { DecodedImage } from "./decoded-image.js";

/**
 * Options of {@link encodePng}.
 *
 * @public
 */
export interface PngOptions {
  /**
   * 0 stores, 1 is fastest, 9 smallest.
   *
   * @defaultValue 6
   */
  readonly compressionLevel?: number | undefined;
}

/** Defaults of {@link PngOptions}. */
export const pngDefaults = Object.freeze({ compressionLevel: 6 } as const);

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
/** Colour types by number of channels. */
const colorTypes = [undefined, 0, 4, 2, 6] as const;

/**
 * Encodes pixels as PNG, 8 bits per sample: grey, grey and alpha, RGB or RGBA.
 *
 * @remarks The same pixels give the same bytes with the same version of Node. No metadata is written.
 *
 * @param image - `data` has `height * width * channels` values, row by row
 * @throws {@link ValidationError} `INVALID_INPUT` when sizes and data do not fit together
 * @example
 * ```ts
 * await writeFile("five.png", await encodePng({ width: 28, height: 28, channels: 1, data: pixels }));
 * ```
 * @public
 */
export async function encodePng(image: DecodedImage, options: PngOptions = {}): Promise<Uint8Array> {
  const { width, height, channels, data } = image;
  const compressionLevel = options.compressionLevel ?? pngDefaults.compressionLevel;
  checkImage(image, options);
  const { crc32, deflateSync } = await import("node:zlib");

  const rowBytes = width * channels;
  // Every row has its filter number before it: 0, none, or 1, the difference to the pixel on the left, for colours.
  const filter = channels > 2 ? 1 : 0;
  const raw = Buffer.alloc(height * (rowBytes + 1));
  for (let row = 0; row < height; row++) {
    const to = row * (rowBytes + 1) + 1;
    raw[to - 1] = filter;
    raw.set(data.subarray(row * rowBytes, (row + 1) * rowBytes), to);
    if (filter === 1) {
      for (let at = to + rowBytes - 1; at >= to + channels; at--) {
        raw[at] = (raw[at] as number) - (raw[at - channels] as number);
      }
    }
  }
  const compressed = deflateSync(raw, { level: compressionLevel });

  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, colorTypes[channels] ?? 0, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const chunks = [signature];
  for (const [type, content] of [
    ["IHDR", head],
    ["IDAT", compressed],
    ["IEND", Buffer.alloc(0)],
  ] as const) {
    const chunk = Buffer.alloc(content.length + 12);
    chunk.writeUInt32BE(content.length, 0);
    chunk.write(type, 4, "latin1");
    chunk.set(content, 8);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, content.length + 8)), content.length + 8);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function checkImage(image: DecodedImage, options: PngOptions): void {
  const { width, height, channels, data } = image;
  const issues: ValidationIssue[] = [
    ...unknownKeyIssues(options, ["compressionLevel"], "encodePng"),
    ...integerIssues(options.compressionLevel, "compressionLevel", 0, 9),
    ...integerIssues(width ?? 0, "width", 1, 0x7fffffff),
    ...integerIssues(height ?? 0, "height", 1, 0x7fffffff),
    ...integerIssues(channels ?? 0, "channels", 1, 4),
  ];
  if (!(data instanceof Uint8Array) && !((data as unknown) instanceof Uint8ClampedArray)) {
    issues.push({ path: ["data"], message: `data must be a Uint8Array, got ${shown(data)}` });
  } else if (issues.length === 0 && data.length !== width * height * channels) {
    const message = `${width} x ${height} pixels of ${channels} channels are ${width * height * channels} values; data has ${data.length}`;
    issues.push({ path: ["data"], message });
  }
  if (issues.length > 0) throw new ValidationError("image", issues, "INVALID_INPUT");
}
