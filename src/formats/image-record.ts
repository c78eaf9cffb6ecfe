import type { FormatError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import { RecordFault } from "./record-fault.js";
import { type FrameBuffer, frameHeadBytes, magicInteger, padded, partLengthBits } from "./recordio-frame.js";
import { type Frame, frameFault } from "./recordio-frames.js";

/**
 * An image to be written to a RecordIO file.
 *
 * @public
 */
export interface ImageRecordInput {
  /** Number of the image, unique in the file; the key of the index file. */
  readonly id: number;
  /** Class number from 0; an array for multi-label data: one 0 or 1 for every class. Stored as 32-bit floats. */
  readonly labels: number | readonly number[];
  /** The encoded image: the bytes of a PNG or JPEG file. */
  readonly image: Uint8Array;
}

/**
 * An image of a RecordIO file.
 *
 * @public
 */
export interface ImageRecord {
  readonly id: number;
  /** A number when one label was written as such, otherwise an array. */
  readonly labels: number | readonly number[];
  /** The encoded image. A view into a block of about 1 MiB that is not used again; copy what is kept for long. */
  readonly image: Uint8Array;
  /** Position of the record in the file, as it stands in the index file. */
  readonly byteOffset: number;
}

/** uint32 number of labels or 0, float32 label, uint64 id, uint64 second id. */
const headBytes = 24;
const noLabels: readonly number[] = [];

/** Bytes of the image header for these labels. */
export function imageHeadBytes(labels: number | readonly number[]): number {
  return headBytes + (typeof labels === "number" ? 0 : labels.length * 4);
}

/** Writes the header of an image at the end of the buffer, which has room for it. @throws RecordFault */
export function putImageHead(frames: FrameBuffer, id: number, labels: number | readonly number[]): void {
  if (!Number.isSafeInteger(id) || id < 0)
    throw new RecordFault(`expected a whole number from 0, got ${shown(id)}`, "id");
  const { view } = frames;
  const single = typeof labels === "number";
  const list = single ? noLabels : labels;
  if (!single && (!Array.isArray(labels) || labels.length === 0)) {
    throw new RecordFault(`expected a class number or a list of labels, got ${shown(labels)}`, "labels");
  }
  let at = frames.length;
  view.setUint32(at, list.length, true);
  view.setFloat32(at + 4, single ? checkedLabel(labels, "labels") : 0, true);
  view.setUint32(at + 8, id, true);
  view.setUint32(at + 12, id / 2 ** 32, true);
  view.setFloat64(at + 16, 0);
  at += headBytes;
  for (let index = 0; index < list.length; index++) {
    view.setFloat32(at, checkedLabel(list[index], `labels[${index}]`), true);
    at += 4;
  }
  frames.length = at;
}

function checkedLabel(label: unknown, field: string): number {
  if (typeof label !== "number" || !Number.isFinite(label)) {
    throw new RecordFault(`expected a finite number, got ${shown(label)}`, field);
  }
  if (Number.isInteger(label) && Math.fround(label) !== label) {
    throw new RecordFault(`the number ${label} has no exact form as 32-bit float`, field);
  }
  return label;
}

/** Images with one label in frames of their own, see `PlainDecoder`. What is different goes to {@link decodeImageRecord}. */
export function takeImageRecords(
  view: DataView,
  from: number,
  filled: number,
  base: number,
  records: ImageRecord[],
  limit: number,
): number {
  const { buffer, byteOffset } = view;
  let at = from;
  while (records.length < limit && at + frameHeadBytes + headBytes <= filled) {
    const length = view.getUint32(at + 4, true);
    const end = at + frameHeadBytes + padded(length);
    const start = at + frameHeadBytes;
    const upperId = view.getUint32(start + 12, true);
    if (
      view.getInt32(at, true) !== magicInteger ||
      length < headBytes ||
      // A part of a split record is taken for a very long one.
      length > partLengthBits ||
      end > filled ||
      view.getUint32(start, true) !== 0 ||
      upperId >= 2 ** 21
    ) {
      break;
    }
    records.push({
      id: view.getUint32(start + 8, true) + upperId * 2 ** 32,
      labels: view.getFloat32(start + 4, true),
      image: new Uint8Array(buffer, byteOffset + start + headBytes, length - headBytes),
      byteOffset: base + at,
    });
    at = end;
  }
  return at;
}

/** @throws FormatError `FORMAT_CORRUPT_INPUT` naming the record and its place */
export function decodeImageRecord(frame: Frame, source: string | undefined): ImageRecord {
  const { view, start, length: size } = frame;
  const fault = (problem: string): FormatError =>
    frameFault(problem, { source, record: frame.record, byteOffset: frame.byteOffset });
  if (size > 0 && view.getUint8(start) === 0x0a && isProtobufRecord(frame.from(0))) {
    throw fault("the record is a protobuf message (recordio-protobuf); Image Classification reads image records only");
  }
  if (size < headBytes) throw fault(`the record has ${size} bytes, the image header alone has ${headBytes}`);
  const count = view.getUint32(start, true);
  if (headBytes + count * 4 > size) throw fault(`the record says ${count} labels, but has only ${size} bytes`);
  const id = view.getUint32(start + 8, true) + view.getUint32(start + 12, true) * 2 ** 32;
  if (!Number.isSafeInteger(id)) throw fault("the id is above 2^53 - 1");
  const image = frame.from(headBytes + count * 4);
  const { byteOffset } = frame;
  if (count === 0) return { id, labels: view.getFloat32(start + 4, true), image, byteOffset };
  const labels: number[] = [];
  for (let index = 0; index < count; index++) labels.push(view.getFloat32(start + headBytes + index * 4, true));
  return { id, labels, image, byteOffset };
}

const valuesKey = Buffer.from("\x0a\x06values", "latin1");

/** Whether it is a message `aialgs.data.Record`: a map of features that begins with the key "values". */
function isProtobufRecord(payload: Uint8Array): boolean {
  if (payload.length < 12) return false;
  // The length of the map entry is a number of 1 to 5 bytes, all but the last with the upper bit.
  let at = 1;
  while (at < 5 && (payload[at] as number) >= 0x80) at++;
  return valuesKey.equals(payload.subarray(at + 1, at + 1 + valuesKey.length));
}
