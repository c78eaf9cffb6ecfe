import { ValidationError } from "../errors/index.js";
import { enumIssues, integerIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { colorsRefused } from "./terminal-text.js";

/**
 * Pixels as `decodeImage` of the formats gives them: 8 bits per sample, row by row, the channels of a pixel next to each
 * other.
 *
 * @public
 */
export interface PixelImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** `height * width * channels` values of 0 to 255. */
  readonly data: ArrayLike<number>;
}

/**
 * Options of {@link terminalImage}.
 *
 * @public
 */
export interface TerminalImageOptions {
  /**
   * Columns, 1 to 1,000; the height follows from it. A larger image is averaged down, a smaller one enlarged.
   *
   * @defaultValue the width of the image, at most 80
   */
  readonly width?: number | undefined;
  /**
   * `truecolor`: 24 bits; `256`: the palette that nearly every terminal knows; `none`: characters alone, five shades and
   * half blocks at edges. A set environment variable `NO_COLOR` makes it `none`.
   *
   * @defaultValue "none"
   */
  readonly colors?: "none" | "256" | "truecolor" | undefined;
  /**
   * Bright becomes dark. For `none` on a terminal with a light ground.
   *
   * @defaultValue false
   */
  readonly invert?: boolean | undefined;
}

/** Defaults of {@link TerminalImageOptions}. */
export const terminalImageDefaults = Object.freeze({ maxWidth: 80, colors: "none", invert: false } as const);

/**
 * Shows an image in a terminal: every character stands for two pixels, one above the other.
 *
 * @remarks Transparent parts are mixed with black.
 *
 * @returns lines of text, without a line feed at the end
 * @throws {@link ValidationError} `INVALID_INPUT` when the number of samples does not fit the size, `INVALID_OPTIONS`
 * @example
 * ```ts
 * process.stdout.write(`${terminalImage(await decodeImage(await readFile("five.png")))}\n`);
 * ```
 * @public
 */
export function terminalImage(image: PixelImage, options: TerminalImageOptions = {}): string {
  checkOptions(options);
  checkImage(image);
  const { invert = terminalImageDefaults.invert } = options;
  const wanted = options.colors ?? terminalImageDefaults.colors;
  const colors = colorsRefused() ? "none" : wanted;
  const width = options.width ?? Math.min(image.width, terminalImageDefaults.maxWidth);
  const height = Math.max(1, Math.round((image.height * width) / image.width));
  const pixels = resized(image, width, height, invert);
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    lines.push(colors === "none" ? shadeLine(pixels, width, height, y) : colorLine(pixels, width, height, y, colors));
  }
  return lines.join("\n");
}

/** RGB of every pixel of the new size: the mean of the pixels that it covers. */
function resized(image: PixelImage, width: number, height: number, invert: boolean): Uint8Array {
  const result = new Uint8Array(width * height * 3);
  const edgeOf = (index: number, from: number, to: number): number => Math.floor((index * from) / to);
  for (let y = 0; y < height; y++) {
    const top = edgeOf(y, image.height, height);
    const bottom = Math.max(top + 1, edgeOf(y + 1, image.height, height));
    for (let x = 0; x < width; x++) {
      const left = edgeOf(x, image.width, width);
      const right = Math.max(left + 1, edgeOf(x + 1, image.width, width));
      const mean = meanColor(image, left, right, top, bottom);
      for (let channel = 0; channel < 3; channel++) {
        const value = Math.round(mean[channel] as number);
        result[(y * width + x) * 3 + channel] = invert ? 255 - value : value;
      }
    }
  }
  return result;
}

function meanColor(
  { width, channels, data }: PixelImage,
  left: number,
  right: number,
  top: number,
  bottom: number,
): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  const transparent = channels === 2 || channels === 4;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = (y * width + x) * channels;
      const opacity = transparent ? (data[at + channels - 1] as number) / 255 : 1;
      for (let channel = 0; channel < 3; channel++) {
        sums[channel as 0 | 1 | 2] += (data[at + (channels < 3 ? 0 : channel)] as number) * opacity;
      }
    }
  }
  const count = (right - left) * (bottom - top);
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}

const shades = [" ", "░", "▒", "▓", "█"];

/** Differences of brightness from which an edge is shown rather than a shade. */
const edge = 96;

function shadeLine(pixels: Uint8Array, width: number, height: number, y: number): string {
  let line = "";
  for (let x = 0; x < width; x++) {
    const upper = brightness(pixels, y * width + x);
    const lower = y + 1 < height ? brightness(pixels, (y + 1) * width + x) : 0;
    if (Math.abs(upper - lower) >= edge) line += upper > lower ? "▀" : "▄";
    else line += shades[Math.round((upper + lower) / 127.5)];
  }
  return line.trimEnd();
}

/** By the weights of Rec. 601. */
function brightness(pixels: Uint8Array, index: number): number {
  const at = index * 3;
  return 0.299 * (pixels[at] as number) + 0.587 * (pixels[at + 1] as number) + 0.114 * (pixels[at + 2] as number);
}

function colorLine(pixels: Uint8Array, width: number, height: number, y: number, colors: "256" | "truecolor"): string {
  let line = "";
  let before = "";
  for (let x = 0; x < width; x++) {
    const upper = colorCode(pixels, y * width + x, colors);
    const lower = y + 1 < height ? `48;${colorCode(pixels, (y + 1) * width + x, colors)}` : "49";
    const code = `\u001b[38;${upper};${lower}m`;
    line += `${code === before ? "" : code}▀`;
    before = code;
  }
  return `${line}\u001b[0m`;
}

function colorCode(pixels: Uint8Array, index: number, colors: "256" | "truecolor"): string {
  const [red, green, blue] = pixels.subarray(index * 3, index * 3 + 3) as unknown as [number, number, number];
  if (colors === "truecolor") return `2;${red};${green};${blue}`;
  return `5;${red === green && green === blue ? greyIndex(red) : cubeIndex(red, green, blue)}`;
}

/** The palette has 24 greys of 8, 18, … 238, and black and white in its cube of colours. */
function greyIndex(value: number): number {
  if (value < 4) return 16;
  return value > 246 ? 231 : 232 + Math.min(23, Math.max(0, Math.round((value - 8) / 10)));
}

/** Its colours are a cube with six steps a side: 0, 95, 135, 175, 215, 255. */
function cubeIndex(red: number, green: number, blue: number): number {
  const step = (value: number): number => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40));
  return 16 + 36 * step(red) + 6 * step(green) + step(blue);
}

function checkOptions(options: TerminalImageOptions): void {
  const issues = [
    ...unknownKeyIssues(options, ["width", "colors", "invert"], "terminalImage"),
    ...integerIssues(options.width, "width", 1, 1000),
    ...enumIssues(options.colors, ["none", "256", "truecolor"], "colors"),
  ];
  if (issues.length > 0) throw new ValidationError("terminalImage", issues);
}

function checkImage(image: PixelImage): void {
  const { width, height, channels, data } = (image ?? {}) as Partial<PixelImage>;
  const issues = [
    ...integerIssues(width ?? null, "width", 1, Number.MAX_SAFE_INTEGER),
    ...integerIssues(height ?? null, "height", 1, Number.MAX_SAFE_INTEGER),
    ...integerIssues(channels ?? null, "channels", 1, 4),
  ];
  const wanted = issues.length > 0 ? undefined : (width ?? 0) * (height ?? 0) * (channels ?? 0);
  if (wanted !== undefined && data?.length !== wanted) {
    const message = `data must have width * height * channels = ${wanted} values, got ${shown(data?.length)}`;
    issues.push({ path: ["data"], message });
  }
  if (issues.length > 0) throw new ValidationError("terminalImage", issues, "INVALID_INPUT");
}
