import { FormatError } from "../../errors/index.js";
import { type ImageHeader, parseImageHeader, readImageHeader, sniffImageFormat } from "../../formats/index.js";
import { shown } from "../../internal/options.js";
import type { FindingPlace, PreflightContext } from "../../preflight/index.js";
import { imageClassificationDefaults, readImageShape } from "./defaults.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";

/** What stands before the size in most images. */
export const HEAD_BYTES = 64 * 1024;

/** Bytes of an image: its beginning, and all of it when the beginning is not enough. */
export interface ImageBytes {
  readonly head: Uint8Array;
  /** Size of the whole image, when it is known. */
  readonly sizeBytes?: number | undefined;
  /** The whole image, read anew. */
  readonly all?: (() => AsyncIterable<Uint8Array>) | undefined;
}

/** Looks at image headers: kind, size and number of channels. */
export class ImageHeaders {
  /** Images that were looked at. */
  count = 0;
  /** The lowest height and width so far, and the images that have them. */
  lowest: { readonly pixels: number; readonly place: FindingPlace } | undefined;
  narrowest: { readonly pixels: number; readonly place: FindingPlace } | undefined;
  readonly #context: PreflightContext<ImageClassificationDraft>;
  readonly #channels: number;

  constructor(context: PreflightContext<ImageClassificationDraft>) {
    this.#context = context;
    this.#channels = readImageShape(
      context.job.hyperparameters.image_shape ?? imageClassificationDefaults.image_shape,
    ).channels;
  }

  /** Height and width that no image is below; undefined when none was read. */
  get smallest(): { readonly height: number; readonly width: number } | undefined {
    if (this.lowest === undefined || this.narrowest === undefined) return undefined;
    return { height: this.lowest.pixels, width: this.narrowest.pixels };
  }

  /** Looks at an image that is in memory from its first byte to its size. */
  see(bytes: Uint8Array, place: FindingPlace): void {
    try {
      this.#note(parseImageHeader(bytes), place);
    } catch (error) {
      this.#unreadable(bytes, error, place);
    }
  }

  /** Looks at an image of which more can be read. */
  async look({ head, sizeBytes, all }: ImageBytes, place: FindingPlace): Promise<void> {
    try {
      this.#note(parseImageHeader(head), place);
    } catch (error) {
      if (all === undefined || sizeBytes === undefined || head.length >= sizeBytes) {
        this.#unreadable(head, error, place);
        return;
      }
      try {
        // Large metadata, or damage: only the rest of the file can tell.
        this.#note(await readImageHeader(all()), place);
      } catch (again) {
        this.#unreadable(head, again, place);
      }
    }
  }

  #note(header: ImageHeader, place: FindingPlace): void {
    this.count++;
    const { width, height, channels } = header;
    if (this.lowest === undefined || height < this.lowest.pixels) this.lowest = { pixels: height, place };
    if (this.narrowest === undefined || width < this.narrowest.pixels) this.narrowest = { pixels: width, place };
    if (channels === this.#channels) return;
    this.#context.add({
      code: "IC-11",
      kind: "image-channels",
      severity: "warning",
      message: `the image has ${channels} ${channels === 1 ? "channel" : "channels"}, "image_shape" says ${this.#channels}`,
      place,
      cause: "it is converted when it is loaded: transparency is lost, grey becomes three equal channels",
      fix: `convert the images to ${this.#channels === 1 ? "grey" : "RGB"}, or set "image_shape" to theirs, and predict with images of the same kind`,
    });
  }

  #unreadable(bytes: Uint8Array, error: unknown, place: FindingPlace): void {
    if (!FormatError.is(error)) throw error;
    this.count++;
    const kind = sniffImageFormat(bytes);
    const isOther = kind !== undefined && kind !== "png" && kind !== "jpeg";
    this.#context.add({
      code: "IC-11",
      kind: isOther ? "image-format" : "not-an-image",
      severity: isOther ? "warning" : "error",
      message: isOther
        ? `the image is ${kind.toUpperCase()}, whatever its name says`
        : `the image cannot be read: ${error.message.replace(/^[^:]*: /u, "")}; it begins with ${start(bytes)}`,
      place,
      cause: isOther
        ? "Image Classification is documented for PNG and JPEG only"
        : "the image is dropped, or the training ends at it",
      fix: isOther ? "convert it to PNG or JPEG" : "replace the image, or take it out of the data",
    });
  }
}

function start(bytes: Uint8Array): string {
  if (bytes.length === 0) return "nothing";
  return shown([...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" "));
}
