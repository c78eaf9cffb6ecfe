/**
 * Pixels of an image: 8 bits per sample, row by row from the top, the channels of a pixel next to each other.
 *
 * @public
 */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** `height * width * channels` values. */
  readonly data: Uint8Array;
}
