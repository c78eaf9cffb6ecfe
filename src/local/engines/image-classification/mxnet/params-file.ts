import { type FileHandle, open, rename } from "node:fs/promises";
import { FormatError } from "../../../../errors/index.js";

const FORMAT = "MXNet NDArray list";
const LIST_MAGIC = 0x112;
/** Arrays of MXNet before 0.11 start with their dimensions, 32 bits each, and no magic number. */
const V1_MAGIC = 0xf993fac8;
const V2_MAGIC = 0xf993fac9;
/** The same as version 2, for arrays that may have no dimension at all. */
const V3_MAGIC = 0xf993faca;
const MOST_DIMENSIONS = 32;
const CHUNK_BYTES = 1 << 20;

/** Number formats by the number that stands in the file. */
const DATA_TYPES = [
  { name: "float32", bytes: 4 },
  { name: "float64", bytes: 8 },
  { name: "float16", bytes: 2 },
  { name: "uint8", bytes: 1 },
  { name: "int32", bytes: 4 },
  { name: "int8", bytes: 1 },
  { name: "int64", bytes: 8 },
] as const;
const READABLE = new Set(["float32", "float64", "float16"]);

/** One array of a `.params` file. */
export interface ParamsEntry {
  /** With its prefix: `arg:` for weights, `aux:` for running means and variances. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;
  readonly dataType: (typeof DATA_TYPES)[number]["name"];
  /** Where the elements begin in the file, in bytes. */
  readonly offset: number;
}

/** An array to write. */
export interface WritableParam {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Writes a `.params` file, as `mx.nd.save` of MXNet 1.3 does: float32, dense, on the CPU. It appears under its name only when
 * it is complete.
 */
export async function writeParams(path: string, params: readonly WritableParam[]): Promise<void> {
  const unfinished = `${path}.part`;
  const file = await open(unfinished, "w");
  try {
    let position = 0;
    const write = async (bytes: Uint8Array): Promise<void> => {
      for (let from = 0; from < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, from, bytes.length - from, position);
        from += bytesWritten;
        position += bytesWritten;
      }
    };
    const head = new DataView(new ArrayBuffer(24));
    setUint64(head, 0, LIST_MAGIC);
    setUint64(head, 16, params.length);
    await write(bytesOf(head));
    for (const { shape, data } of params) {
      await write(arrayHead(shape));
      await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    const count = new DataView(new ArrayBuffer(8));
    setUint64(count, 0, params.length);
    await write(bytesOf(count));
    for (const { name } of params) {
      const text = new TextEncoder().encode(name);
      const length = new DataView(new ArrayBuffer(8));
      setUint64(length, 0, text.length);
      await write(bytesOf(length));
      await write(text);
    }
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

function arrayHead(shape: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(24 + shape.length * 8));
  view.setUint32(0, V2_MAGIC, true);
  // 4: storage type 0, dense.
  view.setUint32(8, shape.length, true);
  for (const [index, length] of shape.entries()) setUint64(view, 12 + index * 8, length);
  const device = 12 + shape.length * 8;
  view.setInt32(device, 1, true); // CPU
  // device + 4: number of the device, 0. device + 8: data type 0, float32.
  return bytesOf(view);
}

/** A `.params` file that is open for reading; its arrays are read one by one. */
export class ParamsFile {
  readonly entries: readonly ParamsEntry[];
  readonly #file: FileHandle;
  readonly #source: string;

  private constructor(file: FileHandle, source: string, entries: readonly ParamsEntry[]) {
    this.#file = file;
    this.#source = source;
    this.entries = entries;
  }

  /**
   * Opens a file and reads the heads of its arrays.
   *
   * @param source - name of the file for messages
   * @throws FormatError for a file that is none, that is cut off, or that holds sparse arrays
   */
  static async open(path: string, source: string): Promise<ParamsFile> {
    const file = await open(path);
    try {
      return new ParamsFile(file, source, await readEntries(new HeadReader(file, source, (await file.stat()).size)));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Reads the elements of an array, as float32.
   *
   * @param target - as long as the array
   * @throws FormatError for integers, which no weight is made of
   */
  async read(entry: ParamsEntry, target: Float32Array): Promise<void> {
    if (target.length !== entry.size) {
      throw new RangeError(`"${entry.name}" has ${entry.size} elements, not ${target.length}`);
    }
    if (!READABLE.has(entry.dataType)) {
      throw fault(`"${entry.name}" holds ${entry.dataType}, not floating point numbers`, this.#source, entry.offset);
    }
    const { bytes } = typeOf(entry.dataType);
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(entry.size * bytes, 1)));
    const view = new DataView(buffer.buffer);
    for (let done = 0; done < entry.size; ) {
      const count = Math.min(entry.size - done, CHUNK_BYTES / bytes);
      await fill(this.#file, buffer.subarray(0, count * bytes), entry.offset + done * bytes, this.#source);
      if (bytes === 4) target.set(new Float32Array(buffer.buffer, 0, count), done);
      else {
        for (let i = 0; i < count; i++) {
          target[done + i] = bytes === 8 ? view.getFloat64(i * 8, true) : float16(view.getUint16(i * 2, true));
        }
      }
      done += count;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Reads the heads of all arrays and skips their elements; the names stand behind the last one. */
async function readEntries(reader: HeadReader): Promise<ParamsEntry[]> {
  const head = await reader.next(24, "its head");
  if (uint64(head, 0) !== LIST_MAGIC) throw reader.fault("not an NDArray list: it does not start with 12 01 00 00");
  const count = reader.count(uint64(head, 16), 4, "the number of arrays");
  const arrays: Omit<ParamsEntry, "name">[] = [];
  for (let index = 0; index < count; index++) arrays.push(await readHead(reader, `array ${index}`));
  const names = reader.count(uint64(await reader.next(8, "the number of names"), 0), 8, "the number of names");
  if (names !== count) throw reader.fault(`${count} arrays, but ${names} names`);
  const entries: ParamsEntry[] = [];
  for (const array of arrays) {
    const length = reader.count(uint64(await reader.next(8, "a name"), 0), 1, "the length of a name");
    const view = await reader.next(length, "a name");
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset, length));
    entries.push({ name, ...array });
  }
  return entries;
}

async function readHead(reader: HeadReader, what: string): Promise<Omit<ParamsEntry, "name">> {
  const magic = (await reader.next(4, what)).getUint32(0, true);
  let dimensions = magic;
  let dimensionBytes = 4;
  if (magic === V1_MAGIC || magic === V2_MAGIC || magic === V3_MAGIC) {
    if (magic !== V1_MAGIC && (await reader.next(4, what)).getInt32(0, true) !== 0) {
      throw reader.fault(`${what} is sparse`);
    }
    dimensions = (await reader.next(4, what)).getUint32(0, true);
    dimensionBytes = 8;
  }
  if (dimensions > MOST_DIMENSIONS) throw reader.fault(`${what} has ${dimensions} dimensions; the file is damaged`);
  const view = await reader.next(dimensions * dimensionBytes, what);
  const shape = Array.from({ length: dimensions }, (_, index) =>
    dimensionBytes === 8 ? uint64(view, index * 8) : view.getUint32(index * 4, true),
  );
  const empty = magic === V3_MAGIC ? shape.includes(0) : dimensions === 0;
  // An array without dimensions was never filled: nothing more is said of it.
  if (empty && dimensions === 0) return { shape, size: 0, dataType: "float32", offset: reader.position };
  const rest = await reader.next(12, what);
  const type = DATA_TYPES[rest.getInt32(8, true)];
  if (!type) throw reader.fault(`${what} has the unknown data type ${rest.getInt32(8, true)}`);
  const size = shape.reduce((product, length) => product * length, 1);
  const offset = reader.position;
  reader.skip(size * type.bytes, what);
  return { shape, size, dataType: type.name, offset };
}

/** Reads short fields from front to back. */
class HeadReader {
  position = 0;
  readonly #file: FileHandle;
  readonly #source: string;
  readonly #sizeBytes: number;

  constructor(file: FileHandle, source: string, sizeBytes: number) {
    this.#file = file;
    this.#source = source;
    this.#sizeBytes = sizeBytes;
  }

  async next(bytes: number, what: string): Promise<DataView> {
    const buffer = new Uint8Array(bytes);
    const from = this.position;
    this.skip(bytes, what);
    await fill(this.#file, buffer, from, this.#source);
    return new DataView(buffer.buffer);
  }

  skip(bytes: number, what: string): void {
    if (!(bytes <= this.#sizeBytes - this.position)) throw this.fault(`it ends within ${what}; it was cut off`);
    this.position += bytes;
  }

  /** A count that the rest of the file can hold. */
  count(value: number, bytesEach: number, what: string): number {
    if (value * bytesEach <= this.#sizeBytes - this.position) return value;
    throw this.fault(`${what} is ${value}, more than the file can hold`);
  }

  fault(problem: string): FormatError {
    return fault(problem, this.#source, this.position);
  }
}

async function fill(file: FileHandle, target: Uint8Array, position: number, source: string): Promise<void> {
  for (let filled = 0; filled < target.length; ) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, position + filled);
    if (bytesRead === 0) throw fault("it ends too early; it was cut off", source, position + filled);
    filled += bytesRead;
  }
}

function fault(problem: string, source: string, byteOffset: number): FormatError {
  return new FormatError(problem, { code: "FORMAT_CORRUPT_INPUT", format: FORMAT, source, byteOffset });
}

function typeOf(name: string): (typeof DATA_TYPES)[number] {
  return DATA_TYPES.find((type) => type.name === name) ?? DATA_TYPES[0];
}

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 4_294_967_296), true);
}

function uint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true);
}
