import { readFile } from "node:fs/promises";
import { FormatError } from "../../../errors/index.js";
import { createAtomicFile } from "../../../formats/index.js";

/** A named array of float32. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;

/**
 * Writes arrays of float32 in the format safetensors: the length of a JSON header, the header, the numbers. The file appears
 * under its name only when it is complete.
 *
 * @see source: https://huggingface.co/docs/safetensors, format
 */
export async function writeSafetensors(path: string, tensors: readonly Tensor[]): Promise<void> {
  let end = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const start = end;
    end += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, end] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries(entries));
  // The numbers begin at a multiple of their size, for readers that map the file.
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / ALIGNMENT) * ALIGNMENT));
  const head = Buffer.alloc(LENGTH_BYTES);
  head.writeBigUInt64LE(BigInt(text.length));
  const file = await createAtomicFile(path);
  try {
    await file.write(head);
    await file.write(text);
    for (const { values } of tensors)
      await file.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/**
 * Reads a file of {@link writeSafetensors}; arrays of other types than float32 are refused.
 *
 * @throws FormatError `FORMAT_CORRUPT_INPUT`
 */
export async function readSafetensors(path: string, name: string): Promise<Tensor[]> {
  const bytes = await readFile(path);
  const corrupt = (problem: string): FormatError =>
    new FormatError(problem, { code: "FORMAT_CORRUPT_INPUT", format: "safetensors", source: name });
  const headerLength = bytes.length < LENGTH_BYTES ? Number.NaN : Number(bytes.readBigUInt64LE());
  const start = LENGTH_BYTES + headerLength;
  if (!(start <= bytes.length)) throw corrupt("the file ends within its header");
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString("utf8", LENGTH_BYTES, start));
  } catch {
    throw corrupt("the header is not JSON");
  }
  if (typeof header !== "object" || header === null) throw corrupt("the header is not an object");
  return Object.entries(header as Readonly<Record<string, unknown>>)
    .filter(([key]) => key !== "__metadata__")
    .map(([key, value]) => {
      const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Readonly<Record<string, unknown>>;
      if (dtype !== "F32") throw corrupt(`"${key}" has the type ${String(dtype)}; only F32 is read`);
      if (!isCounts(shape) || !isCounts(offsets)) throw corrupt(`"${key}" has no shape or no offsets`);
      const [from = 0, to = 0] = offsets;
      const length = shape.reduce((product, size) => product * size, 1);
      if (to - from !== length * 4 || start + to > bytes.length)
        throw corrupt(`"${key}" does not lie within the file with its ${length} numbers`);
      const values = new Float32Array(length);
      for (let i = 0; i < length; i++) values[i] = bytes.readFloatLE(start + from + i * 4);
      return { name: key, shape, values };
    });
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
