import { open } from "node:fs/promises";
import type { Dictionary } from "./dictionary.js";
import type { WritableRows } from "./matrix.js";
import { LOSSES, MAGIC, MODEL_KINDS, type ModelSettings, VERSION } from "./model.js";
import { SparseWriter } from "./sparse-writer.js";

/** What a model file is made of. */
export interface WritableModel {
  readonly settings: ModelSettings;
  readonly dictionary: Dictionary;
  readonly input: WritableRows;
  readonly output: WritableRows;
}

/**
 * Writes a fastText model file, version 12, not quantized.
 *
 * @remarks The file streams out. Stretches of rows that are all zero become holes of a sparse file: they count in its
 * length, but neither time nor disk space is spent on them.
 */
export async function writeModel(path: string, model: WritableModel): Promise<void> {
  const file = await open(path, "w");
  try {
    const writer = new SparseWriter(file);
    await writer.write(header(model.settings));
    await writeDictionary(writer, model.dictionary);
    await writeMatrix(writer, model.input);
    await writeMatrix(writer, model.output);
    await writer.finish();
  } finally {
    await file.close();
  }
}

function header(settings: ModelSettings): Uint8Array {
  const view = new DataView(new ArrayBuffer(64));
  const numbers = [
    MAGIC,
    VERSION,
    settings.dimension,
    settings.windowSize,
    settings.epochs,
    settings.minCount,
    settings.negatives,
    settings.wordNgrams,
    LOSSES.indexOf(settings.loss) + 1,
    MODEL_KINDS.indexOf(settings.kind) + 1,
    settings.buckets,
    settings.minCharacters,
    settings.maxCharacters,
    settings.updateRate,
  ];
  for (const [index, number] of numbers.entries()) view.setInt32(index * 4, number, true);
  view.setFloat64(56, settings.samplingThreshold, true);
  return new Uint8Array(view.buffer);
}

async function writeDictionary(writer: SparseWriter, dictionary: Dictionary): Promise<void> {
  const head = new DataView(new ArrayBuffer(28));
  head.setInt32(0, dictionary.size, true);
  head.setInt32(4, dictionary.wordCount, true);
  head.setInt32(8, dictionary.labelCount, true);
  setInt64(head, 12, dictionary.tokenCount);
  setInt64(head, 20, -1);
  await writer.write(new Uint8Array(head.buffer));
  const tail = new DataView(new ArrayBuffer(10));
  const tailBytes = new Uint8Array(tail.buffer);
  for (let entry = 0; entry < dictionary.size; entry++) {
    // The byte at 0 stays zero: it ends the word.
    setInt64(tail, 1, dictionary.counts[entry] as number);
    tail.setInt8(9, entry < dictionary.wordCount ? 0 : 1);
    if (!writer.writeNow(dictionary.bytesOf(entry))) await writer.write(dictionary.bytesOf(entry));
    if (!writer.writeNow(tailBytes)) await writer.write(tailBytes);
  }
}

async function writeMatrix(writer: SparseWriter, matrix: WritableRows): Promise<void> {
  const head = new DataView(new ArrayBuffer(17));
  setInt64(head, 1, matrix.rows);
  setInt64(head, 9, matrix.columns);
  await writer.write(new Uint8Array(head.buffer));
  const rowBytes = matrix.columns * 4;
  const row = new Float32Array(matrix.columns);
  const bytes = new Uint8Array(row.buffer);
  let next = 0;
  while (next < matrix.rows) {
    const found = matrix.nextRow(next);
    if (found > next) await writer.skip((found - next) * rowBytes);
    if (found === matrix.rows) break;
    matrix.copyRow(found, row, 0);
    if (!writer.writeNow(bytes)) await writer.write(bytes);
    next = found + 1;
  }
}

function setInt64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / 4_294_967_296), true);
}
