/** An image as bytes: rows from top to bottom, the channels of a pixel side by side. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 red, green and blue; decoders also give 2 (grey, alpha) and 4 (colour, alpha). */
  readonly channels: number;
  readonly data: Uint8Array;
}

/** The image with one grey channel or three colours. Alpha is dropped, not blended, as OpenCV does. */
export function withChannels(image: Pixels, channels: 1 | 3): Pixels {
  if (image.channels === channels) return image;
  const { width, height, channels: from } = image;
  const source = image.data;
  const pixels = width * height;
  const data = new Uint8Array(pixels * channels);
  const grey = from < 3;
  for (let i = 0; i < pixels; i++) {
    const at = i * from;
    const red = source[at] as number;
    const green = grey ? red : (source[at + 1] as number);
    const blue = grey ? red : (source[at + 2] as number);
    if (channels === 1) data[i] = grey ? red : luminance(red, green, blue);
    else {
      data[i * 3] = red;
      data[i * 3 + 1] = green;
      data[i * 3 + 2] = blue;
    }
  }
  return { width, height, channels, data };
}

/** ITU-R BT.601 weights in fixed point, rounded down: what OpenCV gives when it reads a colour PNG as a grey one. */
function luminance(red: number, green: number, blue: number): number {
  return (red * 9797 + green * 19234 + blue * 3737) >> 15;
}

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

/**
 * Writes an image as the network takes it: one plane for each channel, values 0 to 255 as they are; the network's first
 * normalization brings them to scale.
 */
export function writePlanes({ width, height, channels, data }: Pixels, target: Float32Array, offset: number): void {
  const pixels = width * height;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < pixels; i++) target[offset + c * pixels + i] = data[i * channels + c] as number;
  }
}
