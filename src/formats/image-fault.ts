import { FormatError } from "../errors/index.js";

/** Asks for bytes at a place of the file; answered with fewer only at its end. Places never go back. */
export interface ByteRequest {
  readonly offset: number;
  readonly length: number;
}

/** A header parser: asks for bytes, returns the header, throws {@link ImageFault} for what is wrong. */
export type HeaderParser<T> = Generator<ByteRequest, T, Uint8Array>;

/** What is wrong at which place of an image file. */
export class ImageFault extends Error {
  readonly byteOffset: number;

  constructor(problem: string, byteOffset: number) {
    super(problem);
    this.byteOffset = byteOffset;
  }

  toFormatError(source: string | undefined): FormatError {
    const { message, byteOffset } = this;
    return new FormatError(message, { code: "FORMAT_CORRUPT_INPUT", format: "image", source, byteOffset });
  }
}
