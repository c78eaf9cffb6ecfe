import type { DecodedImage } from "../../../../formats/index.js";

/** An image as bytes, with one grey channel or three colours. */
export type Pixels = Pick<DecodedImage, "width" | "height" | "data"> & { readonly channels: number };

/** Resizes so that the shorter side has `size` pixels; the longer one is rounded down. */
export function resizeShorterSide(image: Pixels, size: number): Pixels {
  const { width, height } = image;
  return height > width
    ? resize(image, size, Math.floor((size * height) / width))
    : resize(image, Math.floor((size * width) / height), size);
}

/** Bits behind the point of the shares between two positions. */
const SHARE_BITS = 11;

/**
 * Resizes to the given size, with bilinear interpolation between the centres of pixels and no smoothing before, in fixed
 * point: bit for bit what OpenCV's `INTER_LINEAR` gives, which the container uses.
 */
export function resize(image: Pixels, width: number, height: number): Pixels {
  if (image.width === width && image.height === height) return image;
  const { channels, data: source } = image;
  const data = new Uint8Array(width * height * channels);
  const columns = samplePoints(image.width, width, true);
  const rows = samplePoints(image.height, height, false);
  const stride = image.width * channels;
  let target = 0;
  for (let y = 0; y < height; y++) {
    const above = (rows.low[y] as number) * stride;
    const below = (rows.high[y] as number) * stride;
    const upper = rows.first[y] as number;
    const lower = rows.second[y] as number;
    for (let x = 0; x < width; x++) {
      const left = (columns.low[x] as number) * channels;
      const right = (columns.high[x] as number) * channels;
      const first = columns.first[x] as number;
      const second = columns.second[x] as number;
      for (let c = 0; c < channels; c++) {
        const top = (source[above + left + c] as number) * first + (source[above + right + c] as number) * second;
        const bottom = (source[below + left + c] as number) * first + (source[below + right + c] as number) * second;
        data[target++] = (((upper * (top >> 4)) >> 16) + ((lower * (bottom >> 4)) >> 16) + 2) >> 2;
      }
    }
  }
  return { width, height, channels, data };
}

interface SamplePoints {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/**
 * For each target position the two source positions around its centre, and the shares of both in fixed point.
 *
 * @param stopAtEnds - beyond the centre of the first and last position the outermost value counts once; otherwise it is mixed
 * with itself, which may round differently
 */
function samplePoints(from: number, to: number, stopAtEnds: boolean): SamplePoints {
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  for (let i = 0; i < to; i++) {
    const centre = Math.fround((i + 0.5) * (from / to) - 0.5);
    const position = Math.floor(centre);
    const beyond = position < 0 || position >= from - 1;
    const share = beyond && stopAtEnds ? 0 : centre - position;
    low[i] = Math.min(Math.max(position, 0), from - 1);
    high[i] = Math.min(Math.max(position + 1, 0), from - 1);
    first[i] = roundHalfToEven((1 - share) * 2 ** SHARE_BITS);
    second[i] = roundHalfToEven(share * 2 ** SHARE_BITS);
  }
  return { low, high, first, second };
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** Cuts out a part; the caller has made sure that the image holds it. */
export function crop(image: Pixels, left: number, top: number, width: number, height: number): Pixels {
  if (image.width === width && image.height === height) return image;
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  const bytes = width * channels;
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + bytes), y * bytes);
  }
  return { width, height, channels, data };
}

/** Cuts out the middle. */
export function centreCrop(image: Pixels, width: number, height: number): Pixels {
  const left = Math.floor((image.width - width) / 2);
  return crop(image, left, Math.floor((image.height - height) / 2), width, height);
}

/** Swaps left and right. */
export function mirror({ width, height, channels, data: source }: Pixels): Pixels {
  const data = new Uint8Array(source.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = (y * width + width - 1 - x) * channels;
      for (let c = 0; c < channels; c++) data[to + c] = source[from + c] as number;
    }
  }
  return { width, height, channels, data };
}
