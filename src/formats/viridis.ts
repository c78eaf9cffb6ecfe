import { ValidationError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import type { DecodedImage } from "./decoded-image.js";

/** RGB of the 256 steps. Source: the colour map "viridis" by S. van der Walt and N. Smith, released under CC0. */
const table =
  "RAFURAJVRANXRQVYRQZaRQhbRglcRgteRgxfRg5hRw9iRxFjRxJlRxRmRxVnRxZpRxhqSBlrSBpsSBxuSB1vSB5wSCBxSCFySCJzSCN0RyV1RyZ2Ryd3Ryh4Ryp5Ryt6Ryx7Ri18Ri98RjB9RjF+RTJ/RTR/RTWARTaBRDeBRDmCQzqDQzuDQzyEQj2EQj6FQkCFQUGGQUKGQEOHQESHP0WHP0eIPkiIPkmJPUqJPUuJPUyJPE2KPE6KO1CKO1GKOlKLOlOLOVSLOVWLOFaLOFeMN1iMN1mMNlqMNluMNVyMNV2MNF6NNF+NM2CNM2GNMmKNMmONMWSNMWWNMWaNMGeNMGiNL2mNL2qNLmuOLmyOLm2OLW6OLW+OLHCOLHGOLHKOK3OOK3SOKnWOKnaOKneOKXiOKXmOKHqOKHqOKHuOJ3yOJ32OJ36OJn+OJoCOJoGOJYKOJYONJISNJIWNJIaNI4eNI4iNI4mNIomNIoqNIouNIYyNIY2MIY6MII+MIJCMIJGMH5KMH5OLH5SLH5WLH5aLHpeKHpiKHpmKHpmKHpqJHpuJHpyJHp2IHp6IHp+IHqCHH6GHH6KGH6OGIKSFIKWFIaaFIaeEIqeEI6iDI6mCJKqCJauBJqyBJ62AKK5/Ka9/KrB+K7F9LLF9LrJ8L7N7MLR6MrV6M7Z5Nbd4Nrh3OLl2Obl2O7p1Pbt0PrxzQL1yQr5xRL5wRb9vR8BuScFtS8JsTcJrT8NpUcRoU8VnVcZmV8ZlWcdkW8hiXslhYMlgYspfZMtdZ8xcacxba81Zbc5YcM5Wcs9VdNBUd9BSedFRfNJPftJOgdNMg9NLhtRJiNVHi9VGjdZEkNZDktdBldc/l9g+mtg8ndk6n9k4oto3pdo1p9szqtsyrdwwr9wust0std0rt90put4nvd4mv98kwt8ixd8hx+AfyuAezeAdz+Ec0uEb1OEa1+IZ2uIY3OIY3+MY4eMY5OMY5+QZ6eQZ7OQa7uUb8eUc8+Ue9uYf+OYh+uYi/eck";

/**
 * Options of {@link viridis}.
 *
 * @public
 */
export interface ViridisOptions {
  /**
   * Grey value that gets the darkest colour.
   *
   * @defaultValue the smallest of the image
   */
  readonly min?: number | undefined;
  /**
   * Grey value that gets the brightest colour.
   *
   * @defaultValue the largest of the image
   */
  readonly max?: number | undefined;
}

/**
 * Colours a greyscale image with the map "viridis", from dark violet over green to yellow. RGBA, as matplotlib's
 * `imsave` writes arrays.
 *
 * @remarks The values are stretched between `min` and `max`; an image of one value only becomes dark violet.
 *
 * @param image - one value per pixel, of any numeric type
 * @throws {@link ValidationError} `INVALID_INPUT` when the number of values is not `width * height`
 * @public
 */
export function viridis(
  image: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
  options: ViridisOptions = {},
): DecodedImage & { readonly channels: 4 } {
  const { width, height, data: values } = image;
  if (values.length !== width * height) {
    const message = `${shown(width)} x ${shown(height)} pixels need as many values; data has ${values.length}`;
    throw new ValidationError("viridis", [{ path: ["data"], message }], "INVALID_INPUT");
  }
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = values[pixel] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  min = options.min ?? min;
  max = options.max ?? max;
  const colors = Buffer.from(table, "base64");
  const data = new Uint8Array(values.length * 4);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const share = max > min ? ((values[pixel] as number) - min) / (max - min) : 0;
    const step = Math.min(255, Math.max(0, Math.floor(share * 256)));
    data[pixel * 4] = colors[step * 3] as number;
    data[pixel * 4 + 1] = colors[step * 3 + 1] as number;
    data[pixel * 4 + 2] = colors[step * 3 + 2] as number;
    data[pixel * 4 + 3] = 255;
  }
  return { width, height, channels: 4, data };
}
