import { FormatError } from "../errors/index.js";
import { type ByteSource, openBytes } from "./byte-source.js";
import { sniffImageFormat } from "./image-format.js";
import { frameHeadBytes, frameKinds, magicBytes, magicNumber, padded } from "./recordio-frame.js";

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
/** Why reading begins here: see `line-blocks.ts`. */
const padding = 64;

export function frameFault(problem: string, place: FramePlace): FormatError {
  const { source, record, byteOffset } = place;
  return new FormatError(problem, { code: "FORMAT_CORRUPT_INPUT", format, source, record, byteOffset, unit: "record" });
}

/** Makes a record of a frame, whose payload may be kept, but not the frame. */
export type FrameDecoder<T> = (frame: Frame, source: string | undefined) => T;

/** The records of a RecordIO file in batches, split ones joined. Every batch stands in memory of its own. */
export async function* frameBatches<T>(
  source: ByteSource,
  decode: FrameDecoder<T>,
  signal?: AbortSignal,
): AsyncGenerator<T[], void, void> {
  const reader = await openBytes(source, signal);
  try {
    const size = Math.min(blockBytes, reader.sizeBytes ?? blockBytes) + padding;
    const scanner = new FrameScanner(decode, reader.name);
    let block = Buffer.allocUnsafeSlow(size);
    scanner.use(block);
    let start = padding;
    let filled = padding;
    /** Position in the file of the first byte of the block. */
    let base = -padding;
    for (;;) {
      const count = await reader.read(block, filled);
      filled += count;
      const records: T[] = [];
      start = scanner.scan(start, filled, base, records);
      const { needed } = scanner;
      if (records.length > 0) yield records;
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
  #record: number;
  #parts: Uint8Array[] = [];
  #begin = 0;
  #block: Buffer = this.#frame.bytes;

  constructor(decode: FrameDecoder<T>, source: string | undefined, firstRecord = 1) {
    this.#decode = decode;
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
    const frame = this.#frame;
    const { view } = frame;
    let at = start;
    for (;;) {
      this.needed = frameHeadBytes;
      if (at + frameHeadBytes > filled) return at;
      if (view.getUint32(at, true) !== magicNumber) {
        throw this.#fault(strange(this.#block.subarray(at, filled), base + at), base + at);
      }
      const head = view.getUint32(at + 4, true);
      const length = head & 0x1fffffff;
      this.needed = frameHeadBytes + padded(length);
      if (at + this.needed > filled) return at;
      frame.start = at + frameHeadBytes;
      frame.length = length;
      frame.byteOffset = base + at;
      if (head >>> 29 !== frameKinds.whole || this.open) {
        if (this.#joined(head >>> 29)) this.#add(records);
        frame.use(this.#block);
      } else {
        this.#add(records);
      }
      at += this.needed;
      if (records.length >= limit) return at;
    }
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
