/**
 * Kinds of numbers in IDX files.
 *
 * @public
 */
export type IdxElementType = "uint8" | "int8" | "int16" | "int32" | "float32" | "float64";

/**
 * Numbers of an IDX file.
 *
 * @public
 */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/**
 * A whole IDX file: `data` in row-major order.
 *
 * @public
 */
export interface IdxArray {
  readonly type: IdxElementType;
  /** Sizes from the outermost dimension in, for example `[60000, 28, 28]`. */
  readonly shape: readonly number[];
  readonly data: IdxData;
}

type IdxArrayConstructor = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): IdxData;
  readonly BYTES_PER_ELEMENT: number;
};

interface IdxType {
  /** Third byte of the file. */
  readonly code: number;
  readonly array: IdxArrayConstructor;
  /** Whole numbers only, in this range. */
  readonly range?: readonly [min: number, max: number];
}

/** @see https://yann.lecun.com/exdb/mnist/ "the IDX file format" */
export const idxTypes: Readonly<Record<IdxElementType, IdxType>> = {
  uint8: { code: 0x08, array: Uint8Array, range: [0, 255] },
  int8: { code: 0x09, array: Int8Array, range: [-128, 127] },
  int16: { code: 0x0b, array: Int16Array, range: [-32768, 32767] },
  int32: { code: 0x0c, array: Int32Array, range: [-2147483648, 2147483647] },
  float32: { code: 0x0d, array: Float32Array },
  float64: { code: 0x0e, array: Float64Array },
};

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Turns big-endian numbers into those of this machine or back, in place. */
export function swapped(bytes: Buffer, bytesPerElement: number): Buffer {
  if (littleEndian) {
    if (bytesPerElement === 2) bytes.swap16();
    else if (bytesPerElement === 4) bytes.swap32();
    else if (bytesPerElement === 8) bytes.swap64();
  }
  return bytes;
}
