import { SageMakerError } from "../../../../errors/index.js";
import { decodeImage } from "../../../../formats/index.js";
import type { Random } from "../../../../internal/random.js";
import { JobFailure } from "../../contract.js";
import type { Augmentation } from "../hyperparameters.js";
import type { ImageShape } from "../network/architecture.js";
import { augment } from "./augment.js";
import { type IndexedImage, readImage } from "./image-index.js";
import { centreCrop, type Pixels, resizeShorterSide } from "./pixels.js";

/** Decoded images of one channel that stay in memory; those beyond are decoded each time they come up. */
const CACHE_BYTES = 1 << 30;

export interface ImageSetOptions {
  readonly shape: ImageShape;
  /** Length of the shorter side before images are cut. */
  readonly resize: number | undefined;
  /** How images are varied; undefined cuts out the middle. */
  readonly augmentation: Augmentation | undefined;
  /** Most bytes of decoded images that are kept. @defaultValue 1 GiB */
  readonly cacheBytes?: number | undefined;
}

/** The images of a channel, decoded and cut to the size that the network takes. */
export class ImageSet {
  readonly #images: readonly IndexedImage[];
  readonly #options: ImageSetOptions;
  readonly #cache: (Pixels | undefined)[];
  #cacheBytesLeft: number;

  constructor(images: readonly IndexedImage[], options: ImageSetOptions) {
    this.#images = images;
    this.#options = options;
    this.#cache = new Array<Pixels | undefined>(images.length);
    this.#cacheBytesLeft = options.cacheBytes ?? CACHE_BYTES;
  }

  get count(): number {
    return this.#images.length;
  }

  /** Numbers of one image, and of its labels. */
  get imageSize(): number {
    const { channels, height, width } = this.#options.shape;
    return channels * height * width;
  }

  get labelSize(): number {
    return this.#images[0]?.labels.length ?? 0;
  }

  /**
   * Decodes images ahead, as many as the cache takes, so that a broken one is found before hours of training.
   *
   * @throws JobFailure naming the image that cannot be decoded or is too small
   */
  async decodeAhead(signal: AbortSignal): Promise<void> {
    for (let index = 0; index < this.count && this.#cacheBytesLeft > 0; index++) {
      signal.throwIfAborted();
      await this.#decoded(index);
    }
  }

  /**
   * Writes images and their labels, one behind the other.
   *
   * @param indexes - numbers of the images
   * @param images - gets `imageSize` numbers for each: rows of pixels, 0 to 255
   * @param labels - gets `labelSize` numbers for each
   * @param random - varies the images
   */
  async fill(indexes: readonly number[], images: Float32Array, labels: Float32Array, random: Random): Promise<void> {
    const { augmentation, shape } = this.#options;
    for (const [place, index] of indexes.entries()) {
      const decoded = await this.#decoded(index);
      const image = augmentation ? augment(decoded, augmentation, shape.width, shape.height, random) : decoded;
      images.set(image.data, place * this.imageSize);
      labels.set((this.#images[index] as IndexedImage).labels, place * this.labelSize);
    }
  }

  /** The image as it is before anything random happens to it. */
  async #decoded(index: number): Promise<Pixels> {
    const cached = this.#cache[index];
    if (cached) return cached;
    const entry = this.#images[index] as IndexedImage;
    const pixels = await this.#prepare(entry);
    if (pixels.data.length <= this.#cacheBytesLeft) {
      this.#cacheBytesLeft -= pixels.data.length;
      this.#cache[index] = pixels;
    } else this.#cacheBytesLeft = 0;
    return pixels;
  }

  async #prepare(entry: IndexedImage): Promise<Pixels> {
    const { shape, resize, augmentation } = this.#options;
    let image: Pixels;
    try {
      image = await decodeImage(await readImage(entry), { channels: shape.channels === 1 ? 1 : 3 });
    } catch (error) {
      if (!SageMakerError.is(error)) throw error;
      throw new JobFailure("ClientError", `${entry.place}: the image cannot be decoded. ${error.message}`, {
        cause: error,
      });
    }
    if (resize !== undefined) image = resizeShorterSide(image, resize);
    if (image.width < shape.width || image.height < shape.height) {
      const size = `${image.width} x ${image.height} pixels${resize === undefined ? "" : " after resize"}`;
      throw new JobFailure(
        "ClientError",
        `${entry.place}: the image has ${size}, less than the ${shape.width} x ${shape.height} of image_shape; ` +
          "lower image_shape or set resize.",
      );
    }
    return augmentation ? image : centreCrop(image, shape.width, shape.height);
  }
}
