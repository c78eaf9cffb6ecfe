import type { NumberArray } from "./content.js";

/**
 * Element type of an array in `.npy` form, by its NumPy name.
 *
 * @public
 */
export type NpyType =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64";

/**
 * An array of numbers with a shape, row-major.
 *
 * @public
 */
export interface NdArray {
  readonly dtype: NpyType;
  /** Length of each dimension, outermost first; empty for a single number. */
  readonly shape: readonly number[];
  /** All elements, the last dimension running fastest. 64-bit integers are in a `BigInt64Array` or `BigUint64Array`. */
  readonly data: NumberArray;
}

/** What is known of each element type. */
export interface NpyTypeInfo {
  readonly dtype: NpyType;
  /** Type code without byte order. */
  readonly code: string;
  readonly bytes: number;
  readonly make: new (buffer: ArrayBuffer) => NumberArray;
}

export const NPY_TYPES: readonly NpyTypeInfo[] = [
  { dtype: "float64", code: "f8", bytes: 8, make: Float64Array },
  { dtype: "float32", code: "f4", bytes: 4, make: Float32Array },
  { dtype: "int64", code: "i8", bytes: 8, make: BigInt64Array },
  { dtype: "int32", code: "i4", bytes: 4, make: Int32Array },
  { dtype: "int16", code: "i2", bytes: 2, make: Int16Array },
  { dtype: "int8", code: "i1", bytes: 1, make: Int8Array },
  { dtype: "uint64", code: "u8", bytes: 8, make: BigUint64Array },
  { dtype: "uint32", code: "u4", bytes: 4, make: Uint32Array },
  { dtype: "uint16", code: "u2", bytes: 2, make: Uint16Array },
  { dtype: "uint8", code: "u1", bytes: 1, make: Uint8Array },
  { dtype: "bool", code: "b1", bytes: 1, make: Uint8Array },
];

/** NumPy files are nearly always little-endian, and so are nearly all machines. */
export const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Reverses the bytes of every element in place. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (elementBytes === 2) view.swap16();
  else if (elementBytes === 4) view.swap32();
  else if (elementBytes === 8) view.swap64();
}
