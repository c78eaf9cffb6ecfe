import type { DecodedImage } from "./decoded-image.js";

/** The image with 1 (grey), 3 (RGB) or 4 (RGBA) channels, or as it is. Alpha is dropped or 255, never mixed in. */
export function withChannels(image: DecodedImage, channels: DecodedImage["channels"]): DecodedImage {
  const { width, height, data: source, channels: from } = image;
  if (channels === from) return image;
  const data = new Uint8Array(width * height * channels);
  const colored = from >= 3;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * from;
    const to = pixel * channels;
    const red = source[at] as number;
    const green = colored ? (source[at + 1] as number) : red;
    const blue = colored ? (source[at + 2] as number) : red;
    if (channels < 3) {
      data[to] = red === green && green === blue ? red : grey(red, green, blue);
    } else {
      data[to] = red;
      data[to + 1] = green;
      data[to + 2] = blue;
    }
    if (channels === 2 || channels === 4) {
      data[to + channels - 1] = from === 2 || from === 4 ? (source[at + from - 1] as number) : 255;
    }
  }
  return { width, height, channels, data };
}

/** Rec. 601 in 15-bit fixed point, cut off: what the PNG decoder of OpenCV gives, as MXNet 1.9.1 contains it. */
function grey(red: number, green: number, blue: number): number {
  return (red * 9797 + green * 19234 + blue * 3737) >> 15;
}
