import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { type IdxArray, type IdxData, type IdxElementType, idxTypes, swapped } from "./idx-types.js";
import { RecordFault } from "./record-fault.js";
import { pullRecords, type RecordSink, type RecordSource } from "./record-source.js";
import type { WriteOptions, WriteResult } from "./record-writer.js";
import { writeChunks } from "./write-chunks.js";

const format = "IDX";
const chunkBytes = 256 * 1024;

/**
 * What an IDX file is written of: a whole array, or items along the first dimension one after the other.
 *
 * @public
 */
export type IdxInput =
  | IdxArray
  | {
      readonly type: IdxElementType;
      /** Sizes from the outermost dimension in; the first is the number of items. */
      readonly shape: readonly number[];
      /** The numbers of each item in row-major order; a plain number stands for an item of one number. */
      readonly items: RecordSource<ArrayLike<number> | number>;
    };

/**
 * Encodes numbers as an IDX file: big-endian, the sizes of the dimensions first.
 *
 * @remarks The number of items stands at the beginning, so it must be known before the first item comes.
 *
 * @param input - type, shape, and the numbers as one array or item by item
 * @returns chunks of about 256 KiB that belong to the consumer
 * @throws {@link ValidationError} `INVALID_OPTIONS` for an impossible type or shape
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` for numbers out of range, items of other sizes, too many or too few items
 * @public
 */
export async function* encodeIdx(input: IdxInput, options: WriteOptions = {}): AsyncGenerator<Uint8Array, void, void> {
  checkKnownKeys(options, ["signal"], "IDX writer");
  const { type, shape } = checkedInput(input);
  const [count = 0, ...inner] = shape;
  const length = inner.reduce((product, size) => product * size, 1);
  const head = Buffer.alloc(4 + shape.length * 4);
  head[2] = idxTypes[type].code;
  head[3] = shape.length;
  shape.forEach((size, index) => {
    head.writeUInt32BE(size, 4 + index * 4);
  });
  yield head;
  const sink = new IdxSink(type, length, count);
  const items = "items" in input ? input.items : itemsOf(input.data, length, count);
  for await (const _ of pullRecords(items, sink, options.signal)) yield sink.release();
  if (sink.items < count) {
    throw new RecordFault(`${sink.items} items came, the shape says ${count}`).toFormatError(
      format,
      sink.items + 1,
      "record",
    );
  }
  const rest = sink.release();
  if (rest.length > 0) yield rest;
}

/**
 * Writes an IDX file, as {@link encodeIdx} encodes it.
 *
 * @remarks The file appears under its name only when it is complete. Missing folders are made.
 *
 * @param file - path or `file:` URL of the file to write
 * @param input - type, shape, and the numbers as one array or item by item
 * @throws {@link ValidationError} `INVALID_OPTIONS` and {@link FormatError} `FORMAT_INVALID_RECORD` as {@link encodeIdx}
 * @example
 * ```ts
 * await writeIdx("labels-idx1-ubyte", { type: "uint8", shape: [3], data: Uint8Array.of(7, 2, 1) });
 * ```
 * @public
 */
export async function writeIdx(file: string | URL, input: IdxInput, options: WriteOptions = {}): Promise<WriteResult> {
  const written = await writeChunks(file, encodeIdx(input, options), options.signal);
  return { ...written, records: input.shape[0] ?? 0 };
}

function checkedInput(input: IdxInput): { type: IdxElementType; shape: readonly number[] } {
  const issues: ValidationIssue[] = [];
  const { type, shape } = input;
  if (!Object.hasOwn(idxTypes, type)) {
    const message = `type must be one of ${Object.keys(idxTypes).join(", ")}; got ${shown(type)}`;
    issues.push({ path: ["type"], message });
  }
  const sizes = Array.isArray(shape) && shape.length >= 1 && shape.length <= 255;
  if (!sizes || !shape.every((size) => Number.isInteger(size) && size >= 0 && size <= 0xffffffff)) {
    const message = `shape must have 1 to 255 sizes, whole numbers of at most 32 bits; got ${shown(shape)}`;
    issues.push({ path: ["shape"], message });
  } else if ("data" in input) {
    const length = shape.reduce((product, size) => product * size, 1);
    if (input.data?.length !== length) {
      const message = `the shape ${shown(shape)} needs ${length} numbers, data has ${input.data?.length}`;
      issues.push({ path: ["data"], message });
    }
  }
  if (issues.length > 0) throw new ValidationError("IDX", issues);
  return { type, shape };
}

function* itemsOf(data: IdxData, length: number, count: number): Generator<IdxData, void, void> {
  for (let item = 0; item < count; item++) yield data.subarray(item * length, (item + 1) * length);
}

/** Gathers items as bytes. */
class IdxSink implements RecordSink<ArrayLike<number> | number> {
  items = 0;
  readonly #type: IdxElementType;
  readonly #length: number;
  readonly #count: number;
  #values: IdxData;
  #used = 0;

  constructor(type: IdxElementType, length: number, count: number) {
    this.#type = type;
    this.#length = length;
    this.#count = count;
    this.#values = this.#fresh();
  }

  take(item: ArrayLike<number> | number): boolean {
    this.items++;
    try {
      if (this.items > this.#count) throw new RecordFault(`more items than the ${this.#count} of the shape`);
      this.#append(typeof item === "number" ? [item] : item);
    } catch (error) {
      throw error instanceof RecordFault ? error.toFormatError(format, this.items, "record") : error;
    }
    return this.#used + this.#length > this.#values.length;
  }

  /** The items so far, in a buffer that is not used again. */
  release(): Buffer {
    const { buffer, BYTES_PER_ELEMENT } = this.#values;
    const bytes = Buffer.from(buffer, 0, this.#used * BYTES_PER_ELEMENT);
    this.#values = this.#fresh();
    this.#used = 0;
    return swapped(bytes, BYTES_PER_ELEMENT);
  }

  #append(item: ArrayLike<number>): void {
    const length = this.#length;
    if (item?.length !== length) {
      throw new RecordFault(
        `expected ${length} numbers, got ${item?.length === undefined ? shown(item) : item.length}`,
      );
    }
    const { array, range } = idxTypes[this.#type];
    // A typed array of the same kind holds nothing that does not fit.
    if (!(item instanceof array)) {
      for (let index = 0; index < length; index++) {
        const value = item[index];
        const fits = range
          ? Number.isInteger(value) && (value as number) >= range[0] && (value as number) <= range[1]
          : typeof value === "number";
        if (!fits) {
          const what = range ? `a whole number from ${range[0]} to ${range[1]}` : "a number";
          throw new RecordFault(`expected ${what}, got ${shown(value)}`, `[${index}]`);
        }
      }
    }
    this.#values.set(item, this.#used);
    this.#used += length;
  }

  #fresh(): IdxData {
    const { array } = idxTypes[this.#type];
    const items = Math.max(1, Math.floor(chunkBytes / array.BYTES_PER_ELEMENT / Math.max(1, this.#length)));
    const elements = Math.min(items, this.#count) * this.#length;
    return new array(new ArrayBuffer(elements * array.BYTES_PER_ELEMENT), 0, elements);
  }
}
