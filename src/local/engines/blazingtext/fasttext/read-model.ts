import { type ByteReader, int64, ByteReader as Reader } from "./byte-reader.js";
import { Dictionary } from "./dictionary.js";
import { CompactMatrix, type Matrix, type ProductQuantizer, QuantizedMatrix } from "./matrix.js";
import { type FastTextModel, LOSSES, MAGIC, MODEL_KINDS, type ModelSettings, VERSION } from "./model.js";

const HEADER_BYTES = 8 + 12 * 4 + 8;
const ZEROS: Uint8Array = new Uint8Array(1 << 16);

/**
 * Reads a fastText model file: version 11 or 12, any loss, with or without character n-grams, quantized or not, pruned
 * or not, as C++ fastText and BlazingText write them.
 *
 * @remarks The file streams through; rows of the input matrix that are all zero take no memory. Bytes behind the model
 * are ignored, as C++ fastText does.
 *
 * @param pieces - the file's bytes in order; a piece may be overwritten as soon as the next one is asked for
 * @param file - its length, and its name for messages
 * @throws FormatError `FORMAT_CORRUPT_INPUT` with the byte offset when the bytes are not such a file, or not all of it
 */
export async function readModel(
  pieces: AsyncIterable<Uint8Array>,
  file: { readonly sizeBytes: number; readonly source?: string | undefined },
): Promise<FastTextModel> {
  const reader = new Reader(pieces, file.sizeBytes, file.source);
  try {
    const { version, settings } = await readHeader(reader);
    const dictionary = await readDictionary(reader);
    const quantized = await readFlag(reader, "the flag of the input matrix");
    if (!quantized && dictionary.keptBuckets) {
      throw reader.fault("the dictionary is pruned, but the input matrix is not quantized; the model is unusable");
    }
    const inputRows = dictionary.wordCount + (dictionary.keptBuckets?.size ?? settings.buckets);
    const outputRows = settings.kind === "supervised" ? dictionary.labelCount : dictionary.wordCount;
    const input = await readMatrix(reader, quantized, inputRows, settings.dimension, "the input matrix");
    const outputQuantized = (await readFlag(reader, "the flag of the output matrix")) && quantized;
    const output = await readMatrix(reader, outputQuantized, outputRows, settings.dimension, "the output matrix");
    return { version, settings, dictionary, input, output };
  } finally {
    await reader.close();
  }
}

async function readHeader(reader: ByteReader): Promise<{ version: number; settings: ModelSettings }> {
  if (reader.bytesLeft < HEADER_BYTES) {
    throw reader.fault(`the file has ${reader.bytesLeft} bytes; a model has more than ${HEADER_BYTES}`);
  }
  const magic = (await reader.fields(4, "the header")).getInt32(0, true);
  if (magic !== MAGIC) {
    throw reader.fault(
      `not a fastText model: it starts with 0x${(magic >>> 0).toString(16).padStart(8, "0")} instead of 0x2f4f16ba`,
    );
  }
  const version = (await reader.fields(4, "the header")).getInt32(0, true);
  if (version !== VERSION && version !== 11) {
    throw reader.fault(`version ${version} of the format; versions 11 and ${VERSION} can be read`);
  }
  const view = await reader.fields(12 * 4 + 8, "the settings");
  const numbers = Array.from({ length: 12 }, (_, index) => view.getInt32(index * 4, true));
  const [dimension, windowSize, epochs, minCount, negatives, wordNgrams] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [lossNumber, kindNumber, buckets, minCharacters, maxCharacters, updateRate] = numbers.slice(6) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const loss = LOSSES[lossNumber - 1];
  const kind = MODEL_KINDS[kindNumber - 1];
  if (dimension < 1 || buckets < 0 || !loss || !kind) {
    throw reader.fault(
      `impossible settings: dimension ${dimension}, buckets ${buckets}, loss ${lossNumber}, model ${kindNumber}`,
    );
  }
  return {
    version,
    settings: {
      dimension,
      windowSize,
      epochs,
      minCount,
      negatives,
      wordNgrams,
      loss,
      kind,
      buckets,
      minCharacters,
      maxCharacters: version === 11 && kind === "supervised" ? 0 : maxCharacters,
      updateRate,
      samplingThreshold: view.getFloat64(48, true),
    },
  };
}

async function readDictionary(reader: ByteReader): Promise<Dictionary> {
  const view = await reader.fields(28, "the head of the dictionary");
  const size = view.getInt32(0, true);
  const wordCount = view.getInt32(4, true);
  const labelCount = view.getInt32(8, true);
  const tokenCount = int64(view, 12);
  const prunedCount = int64(view, 20);
  if (wordCount < 0 || labelCount < 0 || size !== wordCount + labelCount || Number.isNaN(prunedCount)) {
    throw reader.fault(`impossible dictionary: ${size} entries, ${wordCount} words, ${labelCount} labels`);
  }
  // An entry takes ten bytes at least, a pruned bucket eight.
  reader.expect(size * 10 + Math.max(0, prunedCount) * 8, "the dictionary");

  const starts = new Uint32Array(size + 1);
  const counts = new Float64Array(size);
  let bytes = new Uint8Array(size * 8);
  let end = 0;
  for (let entry = 0; entry < size; entry++) {
    let available = reader.available;
    let length = available.indexOf(0);
    while (length < 0 || available.length < length + 10) {
      await reader.more(`entry ${entry} of the dictionary`);
      available = reader.available;
      length = available.indexOf(0);
      if (length > 1 << 24) throw reader.fault(`entry ${entry} of the dictionary has no end`);
    }
    if (end + length > bytes.length) {
      const larger = new Uint8Array((end + length) * 2);
      larger.set(bytes);
      bytes = larger;
    }
    bytes.set(available.subarray(0, length), end);
    end += length;
    starts[entry + 1] = end;
    counts[entry] = int64(new DataView(available.buffer, available.byteOffset + length + 1, 8), 0);
    const type = available[length + 9];
    if (type !== (entry < wordCount ? 0 : 1)) {
      throw reader.fault(`entry ${entry} of the dictionary has type ${type}; words come first, then labels`);
    }
    reader.skip(length + 10);
  }

  let keptBuckets: Map<number, number> | undefined;
  if (prunedCount >= 0) {
    keptBuckets = new Map();
    for (let pair = 0; pair < prunedCount; pair++) {
      const fields = await reader.fields(8, "the list of kept buckets");
      keptBuckets.set(fields.getInt32(0, true), fields.getInt32(4, true));
    }
  }
  return new Dictionary({ bytes: bytes.subarray(0, end), starts, counts, wordCount, tokenCount, keptBuckets });
}

async function readFlag(reader: ByteReader, what: string): Promise<boolean> {
  const flag = (await reader.fields(1, what)).getUint8(0);
  if (flag > 1) throw reader.fault(`${what} is ${flag} instead of 0 or 1`);
  return flag === 1;
}

function readMatrix(
  reader: ByteReader,
  quantized: boolean,
  rows: number,
  columns: number,
  what: string,
): Promise<Matrix> {
  return quantized ? readQuantized(reader, rows, columns, what) : readDense(reader, rows, columns, what);
}

function checkShape(reader: ByteReader, view: DataView, at: number, rows: number, columns: number, what: string): void {
  const foundRows = int64(view, at);
  const foundColumns = int64(view, at + 8);
  if (foundRows === rows && foundColumns === columns) return;
  throw reader.fault(
    `${what} has ${foundRows} x ${foundColumns} values; dictionary and settings need ${rows} x ${columns}`,
  );
}

async function readDense(reader: ByteReader, rows: number, columns: number, what: string): Promise<Matrix> {
  checkShape(reader, await reader.fields(16, what), 0, rows, columns, what);
  const rowBytes = columns * 4;
  reader.expect(rows * rowBytes, what);
  const matrix = new CompactMatrix(rows, columns);
  const size = rows * rowBytes;
  let at = 0;
  let row = -1;
  let target: Uint8Array = new Uint8Array(0);
  while (at < size) {
    if (reader.available.length === 0) await reader.more(what);
    const piece = reader.available.subarray(0, size - at);
    let read = 0;
    while (read < piece.length) {
      // Most of a model with many buckets is zero: large stretches are passed over at once.
      const stretch = Math.min(ZEROS.length, piece.length - read);
      if (piece[read] === 0 && isZero(piece, read, stretch)) {
        read += stretch;
        continue;
      }
      for (const end = read + stretch; read < end; ) {
        const found = Math.floor((at + read) / rowBytes);
        const column = at + read - found * rowBytes;
        const part = Math.min(rowBytes - column, piece.length - read);
        if (found !== row && !(piece[read] === 0 && isZero(piece, read, part))) {
          row = found;
          const { block, position } = matrix.addStoredRow(found);
          target = new Uint8Array(block.buffer, block.byteOffset + position * 4, rowBytes);
        }
        if (found === row) target.set(piece.subarray(read, read + part), column);
        read += part;
      }
    }
    reader.skip(piece.length);
    at += piece.length;
  }
  return matrix;
}

function isZero(bytes: Uint8Array, from: number, length: number): boolean {
  for (let at = 0; at < length; at += ZEROS.length) {
    const part = Math.min(ZEROS.length, length - at);
    if (Buffer.compare(bytes.subarray(from + at, from + at + part), ZEROS.subarray(0, part)) !== 0) return false;
  }
  return true;
}

async function readQuantized(reader: ByteReader, rows: number, columns: number, what: string): Promise<Matrix> {
  const normsSplit = await readFlag(reader, `the norm flag of ${what}`);
  const view = await reader.fields(20, what);
  checkShape(reader, view, 0, rows, columns, what);
  const codeBytes = view.getInt32(16, true);
  reader.expect(codeBytes, what);
  const codes = new Uint8Array(codeBytes);
  await reader.fill(codes, what);
  const quantizer = await readQuantizer(reader, columns, what);
  if (quantizer.groups * rows !== codeBytes) {
    throw reader.fault(`${what} has ${codeBytes} codes for ${rows} rows of ${quantizer.groups} groups`);
  }
  if (!normsSplit) return new QuantizedMatrix({ rows, columns, codes, quantizer, norms: undefined });
  reader.expect(rows, `the norms of ${what}`);
  const normCodes = new Uint8Array(rows);
  await reader.fill(normCodes, `the norms of ${what}`);
  const normQuantizer = await readQuantizer(reader, 1, `the norms of ${what}`);
  const norms = { codes: normCodes, centroids: normQuantizer.centroids };
  return new QuantizedMatrix({ rows, columns, codes, quantizer, norms });
}

async function readQuantizer(reader: ByteReader, columns: number, what: string): Promise<ProductQuantizer> {
  const view = await reader.fields(16, `the quantizer of ${what}`);
  const dimension = view.getInt32(0, true);
  const groups = view.getInt32(4, true);
  const groupSize = view.getInt32(8, true);
  const lastGroupSize = view.getInt32(12, true);
  if (dimension !== columns || groups < 1 || (groups - 1) * groupSize + lastGroupSize !== columns) {
    throw reader.fault(
      `impossible quantizer of ${what}: ${dimension} columns in ${groups} groups of ${groupSize}, last ${lastGroupSize}`,
    );
  }
  const bytes = new Uint8Array(dimension * 256 * 4);
  reader.expect(bytes.length, `the quantizer of ${what}`);
  await reader.fill(bytes, `the quantizer of ${what}`);
  return { groups, groupSize, lastGroupSize, centroids: new Float32Array(bytes.buffer) };
}
