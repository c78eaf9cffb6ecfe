import { DecodeError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import { decodeText, parseMediaType } from "./content.js";
import { csvNumbers, parseCsv } from "./csv.js";
import { HOST_IS_LITTLE_ENDIAN, type NdArray, NPY_TYPES, swapBytes } from "./npy-types.js";
import { type NestedNumbers, NumpySerializer } from "./npy-write.js";
import type { Deserializer, DeserializerOptions } from "./serializer.js";

/**
 * Reads an array of numbers from `.npy` (versions 1 to 3, either byte order, C or Fortran order), CSV or JSON, whichever
 * the answer's content type names.
 *
 * @remarks The result is always row-major and a copy of its own.
 *
 * @public
 */
export class NumpyDeserializer implements Deserializer<NdArray> {
  readonly accept: string;

  constructor(options: DeserializerOptions = {}) {
    this.accept = options.accept ?? "application/x-npy";
  }

  /** @throws {@link DecodeError} `DECODE_FAILED` when the body is damaged or holds something else than numbers */
  deserialize(body: Uint8Array, contentType: string): NdArray {
    const fail = (problem: string, cause?: unknown): never => {
      throw new DecodeError(problem, { contentType, body, cause });
    };
    switch (parseMediaType(contentType).type) {
      case "application/x-npy":
        return readNpy(body, fail);
      case "text/csv":
        return fromNested(csvNumbers(parseCsv(decodeText(body, contentType), fail), fail), fail);
      case "application/json":
        return fromNested(parsed(decodeText(body, contentType), fail), fail);
      default:
        return fail("the answer is neither application/x-npy, text/csv nor application/json");
    }
  }
}

type Fail = (problem: string, cause?: unknown) => never;

function parsed(text: string, fail: Fail): NestedNumbers[] {
  try {
    return JSON.parse(text) as NestedNumbers[];
  } catch (error) {
    return fail("the body is not JSON", error);
  }
}

function fromNested(values: NestedNumbers[], fail: Fail): NdArray {
  let bytes: Uint8Array;
  try {
    bytes = new NumpySerializer({ dtype: "float64" }).serialize(values);
  } catch (error) {
    return fail("the body is no regular array of numbers", error);
  }
  return readNpy(bytes, fail);
}

function readNpy(body: Uint8Array, fail: Fail): NdArray {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.length < 10 || bytes.toString("latin1", 0, 6) !== "\x93NUMPY") {
    return fail("the body does not begin like a .npy file");
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3 || (version > 1 && bytes.length < 12)) return fail(`unknown .npy version ${version}`);
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (end > bytes.length) return fail("the .npy header is cut off");
  const header = bytes.toString(version === 3 ? "utf8" : "latin1", start, end);
  const descr = /'descr'\s*:\s*'([^']*)'/u.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/u.exec(header)?.[1];
  const shapeText = /'shape'\s*:\s*\(([^)]*)\)/u.exec(header)?.[1];
  if (descr === undefined || fortran === undefined || shapeText === undefined) {
    return fail(`the .npy header ${shown(header.trim())} is not understood`);
  }
  const info = NPY_TYPES.find((type) => type.code === descr.slice(1));
  if (info === undefined || !"<>|=".includes(descr[0] ?? " ")) return fail(`element type "${descr}" is not supported`);
  const shape = shapeText
    .split(",")
    .map((text) => text.trim().replace(/L$/u, ""))
    .filter((text) => text !== "")
    .map(Number);
  const size = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(size) || size < 0) return fail(`shape (${shapeText}) is not understood`);
  if (bytes.length - end !== size * info.bytes) {
    return fail(
      `shape (${shapeText}) of ${info.dtype} needs ${size * info.bytes} bytes, but ${bytes.length - end} are there`,
    );
  }
  const copy = new Uint8Array(size * info.bytes);
  copy.set(bytes.subarray(end));
  const isLittle = descr[0] === "<" || (descr[0] !== ">" && HOST_IS_LITTLE_ENDIAN);
  if (isLittle !== HOST_IS_LITTLE_ENDIAN) swapBytes(copy, info.bytes);
  const data = new info.make(copy.buffer);
  return {
    dtype: info.dtype,
    shape,
    data:
      fortran === "True" && shape.length > 1
        ? rowMajor(data, shape, new info.make(new ArrayBuffer(copy.length)))
        : data,
  };
}

/** Copies from column-major to row-major order. */
function rowMajor(from: NdArray["data"], shape: readonly number[], to: NdArray["data"]): NdArray["data"] {
  const strides: number[] = [];
  let stride = 1;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  const at = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < to.length; target++) {
    to[target] = from[source] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = strides[axis] ?? 0;
      const next = (at[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 0)) {
        at[axis] = next;
        source += step;
        break;
      }
      source -= (next - 1) * step;
      at[axis] = 0;
    }
  }
  return to;
}
