import { FormatError } from "../errors/index.js";
import { type ByteSource, openBytes } from "./byte-source.js";
import { sniffImageFormat } from "./image-format.js";
import { frameHeadBytes, frameKinds, magicBytes, magicInteger, padded, partLengthBits } from "./recordio-frame.js";

export const format = "RecordIO";

/** A record with its place in the file. One object is used for all records of a file, because most are small. */
export class Frame {
  bytes: Buffer = Buffer.alloc(0);
  /** Of `bytes`: its methods are compiled to single instructions. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** The payload begins here in `bytes`. */
  start = 0;
  length = 0;
  /** Of the first frame of the record. */
  byteOffset = 0;
  /** Counts from 1. */
  record = 0;

  /** A view of the payload from `offset` on, into a block that is not used again. */
  from(offset: number): Uint8Array {
    const { bytes, start, length } = this;
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start + offset, length - offset);
  }

  use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

/** Where something is wrong. */
export interface FramePlace {
  readonly source: string | undefined;
  readonly record: number;
  readonly byteOffset: number;
}

const blockBytes = 1024 * 1024;
/** Records of one batch at most: they should be gone before the collector of short-lived objects copies them. */
const batchRecords = 256;
/** Why reading begins here: see `line-blocks.ts`. */
const padding = 64;

export function frameFault(problem: string, place: FramePlace): FormatError {
  const { source, record, byteOffset } = place;
  return new FormatError(problem, {
    code: "FORMAT_CORRUPT_INPUT",
    format,
    source,
    record,
    byteOffset,
    counted: "record",
  });
}

/** Makes a record of a frame, whose payload may be kept, but not the frame. */
export type FrameDecoder<T> = (frame: Frame, source: string | undefined) => T;

/**
 * Appends the records from `at` on that are as most are, and stops at the first other one, whatever is different about
 * it; returns its position. One loop without calls: files are often so short that most of their records are read before
 * the compiler has seen to it.
 *
 * @param base - position in the file of the first byte of `view`
 * @param limit - stops when there are so many records
 */
export type PlainDecoder<T> = (
  view: DataView,
  at: number,
  filled: number,
  base: number,
  records: T[],
  limit: number,
) => number;

/** The records of a RecordIO file in batches, split ones joined. Their memory is not used again. */
export async function* frameBatches<T>(
  source: ByteSource,
  decode: FrameDecoder<T>,
  signal?: AbortSignal,
  plain?: PlainDecoder<T>,
): AsyncGenerator<T[], void, void> {
  const reader = await openBytes(source, signal);
  try {
    const size = Math.min(blockBytes, reader.sizeBytes ?? blockBytes) + padding;
    const scanner = new FrameScanner(decode, reader.name, 1, plain);
    let block = Buffer.allocUnsafeSlow(size);
    scanner.use(block);
    let start = padding;
    let filled = padding;
    /** Position in the file of the first byte of the block. */
    let base = -padding;
    for (;;) {
      const count = await reader.read(block, filled);
      filled += count;
      let records: T[];
      do {
        records = [];
        start = scanner.scan(start, filled, base, records, batchRecords);
        if (records.length > 0) yield records;
      } while (records.length === batchRecords);
      const { needed } = scanner;
      const at = base + start;
      if (reader.sizeBytes !== undefined && needed > frameHeadBytes && at + needed > reader.sizeBytes) {
        throw scanner.cutShort(at, reader.sizeBytes - at);
      }
      if (count === 0) {
        if (start < filled || scanner.open) throw scanner.cutShort(at, filled - start);
        return;
      }
      if (start + needed > block.length || filled === block.length) {
        // Records were handed out as views: the rest goes on in a new block.
        const left = filled - start;
        const next = Buffer.allocUnsafeSlow(Math.max(size, padding + needed));
        block.copy(next, padding, start, filled);
        base += start - padding;
        block = next;
        scanner.use(block);
        start = padding;
        filled = padding + left;
      }
    }
  } finally {
    await reader.close();
  }
}

/** Checks frames one after the other and joins the parts of records that were split. */
export class FrameScanner<T> {
  /** Bytes of the frame at which the scan stopped, as far as that is known. */
  needed = frameHeadBytes;
  readonly #decode: FrameDecoder<T>;
  readonly #source: string | undefined;
  readonly #frame = new Frame();
  readonly #plain: PlainDecoder<T> | undefined;
  #record: number;
  #parts: Uint8Array[] = [];
  #begin = 0;
  #block: Buffer = this.#frame.bytes;

  constructor(decode: FrameDecoder<T>, source: string | undefined, firstRecord = 1, plain?: PlainDecoder<T>) {
    this.#decode = decode;
    this.#plain = plain;
    this.#source = source;
    this.#record = firstRecord;
  }

  /** Whether a record has begun and not ended. */
  get open(): boolean {
    return this.#parts.length > 0;
  }

  /** The block that the next scans look at. */
  use(block: Buffer): void {
    this.#block = block;
    this.#frame.use(block);
  }

  /**
   * Takes the frames between `start` and `filled`; the position of the first that is not all there.
   *
   * @param base - position in the file of the first byte of the block
   * @param limit - stops when there are so many records
   */
  scan(start: number, filled: number, base: number, records: T[], limit = Number.POSITIVE_INFINITY): number {
    const { view } = this.#frame;
    let at = start;
    for (;;) {
      if (this.#plain !== undefined && !this.open) {
        const before = records.length;
        at = this.#plain(view, at, filled, base, records, limit);
        this.#record += records.length - before;
      }
      this.needed = frameHeadBytes;
      if (records.length >= limit || at + frameHeadBytes > filled) return at;
      const end = this.#next(at, filled, base, records);
      if (end === at) return at;
      at = end;
    }
  }

  /** Takes the frame at `at`, and its further parts when they are there; the position behind it, or `at` when it is not all there. */
  #next(at: number, filled: number, base: number, records: T[]): number {
    const frame = this.#frame;
    const { view } = frame;
    if (view.getInt32(at, true) !== magicInteger) {
      throw this.#fault(strange(this.#block.subarray(at, filled), base + at), base + at);
    }
    const head = view.getUint32(at + 4, true);
    const length = head & partLengthBits;
    const kind = head >>> 29;
    this.needed = frameHeadBytes + padded(length);
    const end = at + this.needed;
    if (end > filled) return at;
    frame.start = at + frameHeadBytes;
    frame.length = length;
    frame.byteOffset = base + at;
    if (kind === frameKinds.whole && !this.open) {
      this.#add(records);
      return end;
    }
    const joined = kind === frameKinds.first && !this.open ? this.#joinInPlace(at, filled) : 0;
    if (joined > 0) {
      this.#add(records);
      return joined;
    }
    if (this.#joined(kind)) this.#add(records);
    frame.use(this.#block);
    return end;
  }

  /**
   * Joins the parts of a record that begins at `at` where they are: the block is not used again, and every part moves to
   * the front, over the heads between them.
   *
   * @returns the position behind the record; 0 when its parts are not all there, or not in order
   */
  #joinInPlace(at: number, filled: number): number {
    const { view } = this.#frame;
    let end = at + this.needed;
    for (let kind: number = frameKinds.first; kind !== frameKinds.last; ) {
      if (end + frameHeadBytes > filled || view.getInt32(end, true) !== magicInteger) return 0;
      const head = view.getUint32(end + 4, true);
      kind = head >>> 29;
      if (kind !== frameKinds.middle && kind !== frameKinds.last) return 0;
      end += frameHeadBytes + padded(head & partLengthBits);
      if (end > filled) return 0;
    }
    const { start, length } = this.#frame;
    let to = start + length;
    for (let from = at + this.needed; from < end; ) {
      const size = view.getUint32(from + 4, true) & partLengthBits;
      view.setInt32(to, magicInteger, true);
      this.#block.copyWithin(to + magicBytes.length, from + frameHeadBytes, from + frameHeadBytes + size);
      to += magicBytes.length + size;
      from += frameHeadBytes + padded(size);
    }
    this.#frame.length = to - start;
    return end;
  }

  cutShort(byteOffset: number, there: number): FormatError {
    const problem =
      there === 0 && this.open
        ? "the file ends inside a split record"
        : `the file is cut short: the record needs ${this.needed} bytes, ${there} are left`;
    return this.#fault(problem, byteOffset);
  }

  #add(records: T[]): void {
    this.#frame.record = this.#record++;
    records.push(this.#decode(this.#frame, this.#source));
  }

  /** Puts a part to the others; true when it was the last and the frame is the whole record. */
  #joined(kind: number): boolean {
    const frame = this.#frame;
    if (kind > frameKinds.last) throw this.#fault(`the part number ${kind} does not exist`, frame.byteOffset);
    const goesOn = kind === frameKinds.middle || kind === frameKinds.last;
    if (goesOn !== this.open) {
      const problem = goesOn ? "a later part of a record without its first part" : "a new record inside a split record";
      throw this.#fault(problem, frame.byteOffset);
    }
    if (kind === frameKinds.first) this.#begin = frame.byteOffset;
    else this.#parts.push(magicBytes);
    this.#parts.push(frame.from(0));
    if (kind !== frameKinds.last) return false;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    frame.use(whole);
    frame.start = 0;
    frame.length = whole.length;
    frame.byteOffset = this.#begin;
    return true;
  }

  #fault(problem: string, byteOffset: number): FormatError {
    return frameFault(problem, { source: this.#source, record: this.#record, byteOffset });
  }
}

/** What stands there instead of a frame. */
function strange(bytes: Buffer, byteOffset: number): string {
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const image = sniffImageFormat(bytes);
  let likely = "";
  if (byteOffset > 0) likely = "; the record before has a wrong length, or the file is damaged";
  else if (image !== undefined) likely = `; this is a ${image.toUpperCase()} image, not a file of records`;
  else if (bytes[0] === 0x1f && bytes[1] === 0x8b) likely = "; this is gzip data, unpack it first";
  else if (bytes.length >= 8 && bytes.readUInt32LE(4) === 0) likely = "; perhaps this is a TFRecord file";
  return `expected the magic number 0a 23 d7 ce, got ${start}${likely}`;
}
