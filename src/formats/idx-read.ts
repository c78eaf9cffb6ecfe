import { checkKnownKeys } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { ExactReader } from "./exact-reader.js";
import { openMaybeGzip } from "./gunzip-reader.js";
import { type IdxArray, type IdxData, type IdxElementType, idxTypes, swapped } from "./idx-types.js";
import { RecordStream } from "./record-stream.js";

const format = "IDX";
/** Read at once. */
const blockBytes = 1024 * 1024;

/**
 * Options of {@link readIdx}, {@link readIdxItems} and {@link readIdxImages}.
 *
 * @public
 */
export interface IdxReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A greyscale image of an IDX file, with its label when a file of labels was given.
 *
 * @public
 */
export interface IdxImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1;
  /** Grey values, row by row. A view into a block of about 1 MiB that is not used again. */
  readonly data: Uint8Array;
  /** Class number; undefined without a file of labels. */
  readonly label: number | undefined;
}

interface IdxFile {
  readonly reader: ExactReader;
  readonly type: IdxElementType;
  readonly shape: readonly number[];
}

/**
 * Reads a whole IDX file, the format of MNIST and Fashion-MNIST.
 *
 * @remarks
 * Files compressed with gzip are accepted, known by their first bytes. Byte offsets in errors count uncompressed bytes.
 *
 * @param source - file path, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for another kind of file, one cut short or one that is too long
 * @example
 * ```ts
 * const { shape, data } = await readIdx("t10k-labels-idx1-ubyte.gz"); // [10000], Uint8Array
 * ```
 * @public
 */
export async function readIdx(source: ByteSource, options: IdxReadOptions = {}): Promise<IdxArray> {
  checkKnownKeys(options, ["signal"], "readIdx");
  const file = await openIdx(source, options.signal);
  try {
    const { type, shape } = file;
    const { array } = idxTypes[type];
    const length = shape.reduce((product, size) => product * size, 1);
    const parts: Buffer[] = [];
    let bytes = 0;
    // Grows with what is there: a header that promises too much must not exhaust the memory.
    for await (const block of blocks(file, array.BYTES_PER_ELEMENT)) {
      parts.push(block);
      bytes += block.length;
    }
    const data = Buffer.allocUnsafeSlow(bytes);
    let at = 0;
    for (const part of parts) at += part.copy(data, at);
    return { type, shape, data: new array(data.buffer, 0, length) };
  } finally {
    await file.reader.close();
  }
}

/**
 * Reads the items along the first dimension of an IDX file one after the other: images, rows, or single numbers.
 *
 * @remarks Holds one block of about 1 MiB, or one item if that is more. Otherwise as {@link readIdx}.
 *
 * @param source - file path, bytes or a stream of bytes
 * @returns the numbers of each item in row-major order, as views into blocks that are not used again
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` as {@link readIdx}
 * @public
 */
export function readIdxItems(source: ByteSource, options: IdxReadOptions = {}): RecordStream<IdxData> {
  checkKnownKeys(options, ["signal"], "readIdxItems");
  return new RecordStream(async function* batches() {
    const file = await openIdx(source, options.signal);
    try {
      const { array } = idxTypes[file.type];
      const length = file.shape.slice(1).reduce((product, size) => product * size, 1);
      const bytes = length * array.BYTES_PER_ELEMENT;
      // Items without content take no bytes, so no block holds them.
      if (bytes === 0) yield Array.from({ length: file.shape[0] ?? 0 }, () => new array(new ArrayBuffer(0), 0, 0));
      for await (const block of blocks(file, bytes)) {
        const items: IdxData[] = [];
        for (let at = 0; at < block.length; at += bytes) items.push(new array(block.buffer, at, length));
        yield items;
      }
    } finally {
      await file.reader.close();
    }
  });
}

/**
 * Reads images from an IDX file of bytes with three dimensions, and their labels from a second file.
 *
 * @param images - the file of images, for example `train-images-idx3-ubyte.gz`
 * @param labels - the file of class numbers, for example `train-labels-idx1-ubyte.gz`
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for files of other shapes or of different lengths, and as {@link readIdx}
 * @example
 * ```ts
 * for await (const { data, width, height, label } of readIdxImages("train-images-idx3-ubyte", "train-labels-idx1-ubyte")) …
 * ```
 * @public
 */
export function readIdxImages(
  images: ByteSource,
  labels?: ByteSource,
  options: IdxReadOptions = {},
): RecordStream<IdxImage> {
  checkKnownKeys(options, ["signal"], "readIdxImages");
  return new RecordStream(async function* batches() {
    const file = await openIdx(images, options.signal);
    try {
      const [count = 0, height, width] = file.shape;
      if (file.type !== "uint8" || file.shape.length !== 3 || !height || !width) {
        throw file.reader.fault(
          `expected images, bytes with the shape [count, height, width], got ${file.type} [${file.shape.join(", ")}]`,
          { byteOffset: 0 },
        );
      }
      const classes = labels === undefined ? undefined : await classNumbers(labels, count, options.signal);
      let index = 0;
      for await (const block of blocks(file, height * width)) {
        const batch: IdxImage[] = [];
        for (let at = 0; at < block.length; at += height * width) {
          const data = new Uint8Array(block.buffer, at, height * width);
          batch.push({ width, height, channels: 1, data, label: classes?.[index] });
          index++;
        }
        yield batch;
      }
    } finally {
      await file.reader.close();
    }
  });
}

/** One byte or a few for each image: small enough to hold. */
async function classNumbers(source: ByteSource, count: number, signal: AbortSignal | undefined): Promise<IdxData> {
  const file = await openIdx(source, signal);
  try {
    const { type, shape, reader } = file;
    if (shape.length !== 1 || shape[0] !== count || type.startsWith("float")) {
      throw reader.fault(`expected ${count} class numbers, one for each image, got ${type} [${shape.join(", ")}]`, {
        byteOffset: 0,
      });
    }
    const { array } = idxTypes[type];
    const parts: Buffer[] = [];
    for await (const block of blocks(file, array.BYTES_PER_ELEMENT)) parts.push(block);
    const bytes = Buffer.concat(parts);
    return new array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), 0, count);
  } finally {
    await file.reader.close();
  }
}

async function openIdx(source: ByteSource, signal: AbortSignal | undefined): Promise<IdxFile> {
  const exact = new ExactReader(await openMaybeGzip(source, format, signal), format);
  try {
    const head = Buffer.alloc(4);
    const filled = await exact.fill(head);
    const found = Object.entries(idxTypes).find(([, { code }]) => code === head[2]);
    if (filled < 4 || head[0] !== 0 || head[1] !== 0 || found === undefined || head[3] === 0) {
      const bytes = [...head.subarray(0, filled)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
      throw exact.fault(
        `expected 00 00, a type (08 09 0b 0c 0d 0e) and a number of dimensions, got ${filled === 0 ? "nothing" : bytes}`,
        { byteOffset: 0 },
      );
    }
    const dimensions = Buffer.alloc((head[3] as number) * 4);
    if ((await exact.fill(dimensions)) < dimensions.length) throw exact.fault("the header is cut short");
    const shape = Array.from({ length: dimensions.length / 4 }, (_, index) => dimensions.readUInt32BE(index * 4));
    const type = found[0] as IdxElementType;
    const bytes = shape.reduce((product, size) => product * size, idxTypes[type].array.BYTES_PER_ELEMENT);
    const expected = exact.position + bytes;
    if (!Number.isSafeInteger(expected)) throw exact.fault(`the shape [${shape.join(", ")}] is impossible`);
    if (exact.sizeBytes !== undefined && exact.sizeBytes !== expected) {
      throw exact.fault(
        `the shape ${type} [${shape.join(", ")}] needs ${expected} bytes, the file has ${exact.sizeBytes}`,
        { byteOffset: Math.min(exact.sizeBytes, expected) },
      );
    }
    return { reader: exact, type, shape };
  } catch (error) {
    await exact.close();
    throw error;
  }
}

/** The content in fresh buffers of whole items, in the byte order of this machine. */
async function* blocks(file: IdxFile, itemBytes: number): AsyncGenerator<Buffer, void, void> {
  const { reader, type, shape } = file;
  const { BYTES_PER_ELEMENT } = idxTypes[type].array;
  let left = shape.reduce((product, size) => product * size, BYTES_PER_ELEMENT);
  const wanted = Math.max(1, Math.floor(blockBytes / Math.max(1, itemBytes))) * itemBytes;
  while (left > 0) {
    const block = Buffer.allocUnsafeSlow(Math.min(left, wanted));
    const filled = await reader.fill(block);
    if (filled < block.length) {
      const record = Math.floor((reader.position - 4 - shape.length * 4) / Math.max(1, itemBytes)) + 1;
      throw reader.fault(`the file is cut short; ${left - filled} bytes are missing`, { record, unit: "record" });
    }
    left -= block.length;
    yield swapped(block, BYTES_PER_ELEMENT);
  }
  if (!(await reader.atEnd())) {
    throw reader.fault("more bytes than the header says", { byteOffset: reader.position - 1 });
  }
}
