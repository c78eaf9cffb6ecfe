import { shown } from "../internal/options.js";
import { invalidInput, isNumberArray, type NumberArray } from "./content.js";
import {
  HOST_IS_LITTLE_ENDIAN,
  type NdArray,
  NPY_TYPES,
  type NpyType,
  type NpyTypeInfo,
  swapBytes,
} from "./npy-types.js";
import type { Serializer, SerializerOptions } from "./serializer.js";

/**
 * Numbers nested to any depth, all rows of one length.
 *
 * @public
 */
export type NestedNumbers = number | bigint | boolean | readonly NestedNumbers[];

/**
 * What {@link NumpySerializer} takes: nested lists, an array of numbers such as `Float32Array`, or one with a shape.
 *
 * @public
 */
export type NumpyInput =
  | readonly NestedNumbers[]
  | NumberArray
  | NdArray
  | { data: NumberArray; shape: readonly number[] };

/**
 * Options of {@link NumpySerializer}.
 *
 * @public
 */
export interface NumpySerializerOptions extends SerializerOptions {
  /**
   * Element type to send. Default: that of a typed array; for lists what NumPy chooses: `bool`, `int64` when all numbers
   * are whole, `float64` otherwise. Name it where whole numbers may occur among others.
   */
  readonly dtype?: NpyType | undefined;
}

/**
 * Writes numbers in NumPy's `.npy` form (version 1.0, C order, little-endian), content type `application/x-npy`.
 *
 * @remarks Byte for byte what `numpy.save` writes. Numbers that the element type cannot hold are refused.
 *
 * @public
 */
export class NumpySerializer implements Serializer<NumpyInput> {
  readonly contentType: string;
  readonly #dtype: NpyType | undefined;

  constructor(options: NumpySerializerOptions = {}) {
    this.contentType = options.contentType ?? "application/x-npy";
    this.#dtype = options.dtype;
  }

  /** @throws {@link ValidationError} `INVALID_INPUT` when rows differ in length, nothing is there, or a number does not fit */
  serialize(value: NumpyInput): Uint8Array {
    const { values, shape, dtype } = flatten(value);
    if (values.length === 0) throw invalidInput("NumpySerializer", "there is nothing to send: the array is empty");
    const info = NPY_TYPES.find((type) => type.dtype === (this.#dtype ?? dtype));
    if (info === undefined) throw invalidInput("NumpySerializer", `unknown dtype ${shown(this.#dtype)}`);
    return npyBytes(elements(values, info), shape, info);
  }
}

interface Flat {
  readonly values: ArrayLike<number | bigint | boolean>;
  readonly shape: readonly number[];
  readonly dtype: NpyType;
}

function flatten(value: NumpyInput): Flat {
  if (isNumberArray(value)) return { values: value, shape: [value.length], dtype: dtypeOf(value) };
  if (Array.isArray(value)) return flattenLists(value as readonly NestedNumbers[]);
  const { data, shape, dtype } = value as { data?: unknown; shape?: unknown; dtype?: NpyType };
  if (!isNumberArray(data) || !Array.isArray(shape)) {
    const message = `expected lists of numbers, a typed array, or { data, shape }; got ${shown(value)}`;
    throw invalidInput("NumpySerializer", message);
  }
  const size = shape.reduce((product: number, length: number) => product * length, 1);
  if (!shape.every((length) => Number.isInteger(length) && length >= 0) || size !== data.length) {
    const message = `shape ${shown(shape)} needs ${size} numbers, but data holds ${data.length}`;
    throw invalidInput("NumpySerializer", message);
  }
  return { values: data, shape, dtype: dtype ?? dtypeOf(data) };
}

function flattenLists(lists: readonly NestedNumbers[]): Flat {
  const shape: number[] = [];
  for (let first: NestedNumbers | undefined = lists; Array.isArray(first); first = first[0]) shape.push(first.length);
  const values: (number | bigint | boolean)[] = [];
  let whole = true;
  let logical = true;
  const visit = (item: unknown, depth: number, path: readonly number[]): void => {
    if (depth < shape.length) {
      if (!Array.isArray(item) || item.length !== shape[depth]) {
        const message = `[${path.join("][")}] must be a list of ${shape[depth]} like the first one; got ${shown(item)}`;
        throw invalidInput("NumpySerializer", message, path);
      }
      for (const [index, inner] of item.entries()) visit(inner, depth + 1, [...path, index]);
      return;
    }
    if (typeof item !== "number" && typeof item !== "bigint" && typeof item !== "boolean") {
      throw invalidInput("NumpySerializer", `[${path.join("][")}] must be a number; got ${shown(item)}`, path);
    }
    logical &&= typeof item === "boolean";
    whole &&= typeof item !== "number" || Number.isInteger(item);
    values.push(item);
  };
  visit(lists, 0, []);
  return { values, shape, dtype: logical && values.length > 0 ? "bool" : whole ? "int64" : "float64" };
}

function dtypeOf(data: NumberArray): NpyType {
  const name = data.constructor.name;
  const known = NPY_TYPES.find((type) => type.make.name === name);
  // Node's Buffer is a Uint8Array of another name.
  return known?.dtype ?? "uint8";
}

/** The values as a little-endian array of the element type. */
function elements(values: ArrayLike<number | bigint | boolean>, info: NpyTypeInfo): Uint8Array {
  const array = new info.make(new ArrayBuffer(values.length * info.bytes));
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
      if (typeof value === "number" && !Number.isSafeInteger(value)) refuse(value, index, info);
      const big = BigInt(value);
      array[index] = big;
      if (array[index] !== big) refuse(value, index, info);
    } else {
      const number = Number(value);
      array[index] = number;
      const isFloat = info.code.startsWith("f");
      const fits = isFloat
        ? Number.isFinite(array[index] as number) || !Number.isFinite(number)
        : info.dtype === "bool"
          ? number === 0 || number === 1
          : array[index] === number;
      if (!fits) refuse(value, index, info);
    }
  }
  const bytes = new Uint8Array(array.buffer);
  if (!HOST_IS_LITTLE_ENDIAN) swapBytes(bytes, info.bytes);
  return bytes;
}

function refuse(value: number | bigint | boolean, index: number, info: NpyTypeInfo): never {
  const message = `${shown(value)} (element ${index}) does not fit ${info.dtype}; choose another dtype`;
  throw invalidInput("NumpySerializer", message, [index]);
}

function npyBytes(data: Uint8Array, shape: readonly number[], info: NpyTypeInfo): Uint8Array {
  const order = info.bytes === 1 ? "|" : "<";
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '${order}${info.code}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // NumPy leaves room for the first dimension to grow to 21 digits, then always pads, by 1 to 64 bytes, so that magic,
  // version and length (10 bytes), dictionary and line end together fill multiples of 64.
  const growth = shape.length === 0 ? 0 : 21 - String(shape[0]).length;
  const headerBytes = (Math.floor((10 + dictionary.length + growth + 1) / 64) + 1) * 64;
  const bytes = Buffer.alloc(headerBytes + data.length, " ", "latin1");
  bytes.write("\x93NUMPY\x01\x00", 0, "latin1");
  bytes.writeUInt16LE(headerBytes - 10, 8);
  bytes.write(dictionary, 10, "latin1");
  bytes.write("\n", headerBytes - 1, "latin1");
  bytes.set(data, headerBytes);
  return bytes;
}
