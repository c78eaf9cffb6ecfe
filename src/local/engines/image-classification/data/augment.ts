import type { Random } from "../../../../internal/random.js";
import type { Augmentation } from "../hyperparameters.js";
import { crop, mirror, type Pixels } from "./pixels.js";

/** Largest changes, up and down, of `crop_color`: in OpenCV's units of 2 degrees of hue and of 1/255. */
const MOST_HUE = 36;
const MOST_SATURATION = 50;
const MOST_LIGHTNESS = 50;
/** Largest changes of `crop_color_transform`. */
const MOST_DEGREES = 10;
const MOST_SHEAR = 0.1;
const MOST_ASPECT = 0.25;
/** Colour of what a transformed image does not cover. */
const BACKGROUND = 255;

/**
 * Varies a training image as `augmentation_type` says: an affine transformation, a random part of the right size, a random
 * flip, a shift of colours. The order is the one of MXNet's image iterator.
 *
 * @param image - at least `width` x `height`
 */
export function augment(image: Pixels, kind: Augmentation, width: number, height: number, random: Random): Pixels {
  const transformed = kind === "crop_color_transform" ? transform(image, random) : image;
  const left = random.nextInt(transformed.width - width + 1);
  const part = crop(transformed, left, random.nextInt(transformed.height - height + 1), width, height);
  const turned = random.next() < 0.5 ? mirror(part) : part;
  if (kind === "crop") return turned;
  const hue = between(-MOST_HUE, MOST_HUE, random);
  const saturation = between(-MOST_SATURATION, MOST_SATURATION, random);
  const lightness = between(-MOST_LIGHTNESS, MOST_LIGHTNESS, random);
  return shiftColours(turned, Math.trunc(hue), Math.trunc(saturation), Math.trunc(lightness));
}

function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random.next();
}

/** Rotates, shears and stretches around the centre; the size stays, bilinear, white where nothing is. */
export function transform(image: Pixels, random: Random): Pixels {
  const { width, height, channels, data: source } = image;
  const shear = between(-MOST_SHEAR, MOST_SHEAR, random);
  const angle = ((random.nextInt(2 * MOST_DEGREES + 1) - MOST_DEGREES) * Math.PI) / 180;
  const ratio = 1 + between(-MOST_ASPECT, MOST_ASPECT, random);
  const across = 2 / (1 + ratio);
  const down = ratio * across;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  // Source to target, without the shift that keeps the centre where it is.
  const a = across * cosine - shear * sine * down;
  const b = across * sine + shear * cosine * down;
  const c = -sine * down;
  const d = cosine * down;
  const determinant = a * d - b * c;
  const data = new Uint8Array(source.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = x - width / 2;
      const dy = y - height / 2;
      const sx = (d * dx - b * dy) / determinant + width / 2;
      const sy = (a * dy - c * dx) / determinant + height / 2;
      const left = Math.floor(sx);
      const top = Math.floor(sy);
      for (let channel = 0; channel < channels; channel++) {
        const at = (px: number, py: number): number =>
          px >= 0 && px < width && py >= 0 && py < height
            ? (source[(py * width + px) * channels + channel] as number)
            : BACKGROUND;
        const upper = at(left, top) + (at(left + 1, top) - at(left, top)) * (sx - left);
        const lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * (sx - left);
        data[target++] = Math.round(upper + (lower - upper) * (sy - top));
      }
    }
  }
  return { width, height, channels, data };
}

/**
 * Adds to hue, saturation and lightness of every pixel. Like MXNet, hue stops at its ends instead of going round. A grey
 * image has lightness only.
 */
export function shiftColours(image: Pixels, hue: number, saturation: number, lightness: number): Pixels {
  const { data: source, channels } = image;
  const data = new Uint8Array(source.length);
  if (channels === 1) {
    for (let i = 0; i < source.length; i++) data[i] = Math.min(Math.max((source[i] as number) + lightness, 0), 255);
    return { ...image, data };
  }
  for (let i = 0; i < source.length; i += 3) {
    const red = source[i] as number;
    const green = source[i + 1] as number;
    const blue = source[i + 2] as number;
    const most = Math.max(red, green, blue);
    const least = Math.min(red, green, blue);
    const spread = most - least;
    let h = 0;
    let s = 0;
    if (spread > 0) {
      s = (spread * 255) / (most + least < 255 ? most + least : 510 - most - least);
      // In units of 2 degrees, 0 to 180.
      if (most === red) h = (30 * (green - blue)) / spread;
      else if (most === green) h = 60 + (30 * (blue - red)) / spread;
      else h = 120 + (30 * (red - green)) / spread;
      if (h < 0) h += 180;
    }
    h = Math.min(Math.max(h + hue, 0), 180);
    s = Math.min(Math.max(s + saturation, 0), 255);
    const l = Math.min(Math.max((most + least) / 2 + lightness, 0), 255);
    // Back: each colour is the lightness plus its part of the spread.
    const half = (s / 255) * Math.min(l, 255 - l);
    data[i] = colour(h, l, half, 0);
    data[i + 1] = colour(h, l, half, 120);
    data[i + 2] = colour(h, l, half, 60);
  }
  return { ...image, data };
}

/** One colour of hue, lightness and half the spread; `offset` in units of 2 degrees turns it into red, green or blue. */
function colour(hue: number, lightness: number, half: number, offset: number): number {
  const turn = ((hue + offset) % 180) / 30;
  return Math.round(lightness + half * Math.min(Math.max(2 * Math.abs(turn - 3) - 3, -1), 1));
}
